"""A photo written anew: its pixels alone, upright and small, nothing that a camera adds.

Runs in the sandbox (portal.exchange.sandbox), without Django. What cameras write beside a picture
(place, time, device, a preview of what was cut off) and whatever was hidden in it or behind it
is gone.
"""

from __future__ import annotations

from io import BytesIO

from PIL import (
    Image,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

#: Loaded before the sandbox closes; the last two are what JPEGs may ask for.
PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin, MpoImagePlugin, TiffImagePlugin)
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 10 * 1024 * 1024
TOO_LARGE = "照片超过 10 MB，请缩小后再上传"
MAX_PIXELS = 50_000_000
#: The longer side of what is kept: enough to see a partition wall, too little for a face far off.
LONGEST_SIDE = 1600
QUALITY = 82
WHITE = (255, 255, 255)
_STARTS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_TOO_MANY = "照片的像素太多，请缩小后再上传"
_HEIF = (b"heic", b"heix", b"mif1", b"hevc")


class PictureRefused(Exception):
    """A file that is no photo; `message_zh` says why and how to mend it."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


def check_start(start: bytes, size: int) -> None:
    """The cheap checks, by length and first bytes; the name that a sender gives says nothing.

    :raises PictureRefused: empty, too large, or no JPEG, PNG or WebP
    """
    if not size:
        raise PictureRefused("empty", "照片是空的，请重新选择")
    if size > MAX_BYTES:
        raise PictureRefused("size", TOO_LARGE)
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF:
        raise PictureRefused(
            "heic", "不能读取 HEIC 照片，请在手机相机设置里改为“兼容性最佳”（JPEG）"
        )
    webp = start[:4] == b"RIFF" and start[8:12] == b"WEBP"
    if not webp and not any(start.startswith(each) for each in _STARTS):
        raise PictureRefused("kind", "只能上传 JPEG、PNG、WebP 照片")


def warm_up() -> None:
    """Load everything that reading and writing need, while files can still be opened."""
    Image.preinit()
    for kind in ("JPEG", "PNG", "WEBP"):
        made = BytesIO()
        image = Image.new("RGB", (8, 8), WHITE)
        image.save(made, kind)
        written_anew(made.getvalue())


def written_anew(content: bytes) -> bytes:
    """The photo as a JPEG without anything beside its pixels.

    :raises PictureRefused: it cannot be read, or has too many pixels
    """
    check_start(content[:16], len(content))
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as photo:
            if photo.width * photo.height > MAX_PIXELS:
                raise PictureRefused("pixels", _TOO_MANY)
            photo.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))
            upright = ImageOps.exif_transpose(photo)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            alpha = upright.convert("RGBA")
    except PictureRefused:
        raise
    except Image.DecompressionBombError as bomb:
        raise PictureRefused("pixels", _TOO_MANY) from bomb
    except Exception as failure:  # noqa: BLE001 - decoders raise whatever a damaged file leads to
        raise PictureRefused("damaged", "照片已损坏或不完整，请重新拍摄或另存后再上传") from failure
    image = Image.new("RGB", alpha.size, WHITE)
    image.paste(alpha, mask=alpha.getchannel("A"))
    made = BytesIO()
    image.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
