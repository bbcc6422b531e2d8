"""What a phone needs to keep the portal among its own programs: a manifest, and icons as pictures.

The icons are the mark (`ui/img/mark.svg`) drawn anew in each size: a field with nine windows, one
of them lit less, as a board of dwellings.
"""

import json
import struct
import zlib
from collections.abc import Iterator

#: The mark's own grid: its width, where the windows begin, and how wide they are.
GRID, STARTS, WINDOW = 22, (4, 9, 14), 4
FIELD, LIT, DIM = b"\x13\x35\x60", b"\xff\xff\xff", b"\x9d\xbb\xdf"
#: Windows that are lit less, by column and row.
QUIET = frozenset({(0, 0), (1, 0), (2, 1), (0, 2)})
#: File, edge in pixels, and how much of it the mark takes; phones cut a maskable one round.
ICONS = (
    ("app-180.png", 180, 1.0), ("app-192.png", 192, 1.0), ("app-512.png", 512, 1.0),
    ("app-512-maskable.png", 512, 0.8),
)  # fmt: skip
TOUCH_ICON = "app-180.png"


def manifest(name: str) -> str:
    """The manifest of a portal of this name. It names no other host and nobody's data.

    The browser's own bar with the address stays: whoever types a password sees where.
    """
    icons = [
        {"src": file, "sizes": f"{edge}x{edge}", "type": "image/png",
         "purpose": "maskable" if "maskable" in file else "any"}
        for file, edge, _part in ICONS
        if file != TOUCH_ICON
    ]  # fmt: skip
    return json.dumps(
        {
            "id": "/", "name": name, "short_name": "人口服务", "lang": "zh-Hans",
            "start_url": "/", "scope": "/", "display": "minimal-ui",
            "background_color": "#F6F7F9", "theme_color": "#133560", "icons": icons,
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip


def picture(edge: int, part: float) -> bytes:
    """The mark as a PNG of so many pixels, its windows over this part of the edge."""
    lines = b"".join(b"\x00" + line for line in _lines(edge, part))
    header = struct.pack(">IIBBBBB", edge, edge, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _lines(edge: int, part: float) -> Iterator[bytes]:
    """The rows of pixels, three bytes each."""
    spans = [_span(start, edge, part) for start in STARTS]
    empty = FIELD * edge
    drawn = [_windows(row, spans, edge) for row in range(len(STARTS))]
    for y in range(edge):
        row = next((n for n, (low, high) in enumerate(spans) if low <= y < high), None)
        yield empty if row is None else drawn[row]


def _span(start: int, edge: int, part: float) -> tuple[int, int]:
    """From which pixel to which a window goes, along either edge."""
    middle = GRID / 2
    ends = (middle + (place - middle) * part for place in (start, start + WINDOW))
    low, high = (round(place * edge / GRID) for place in ends)
    return low, high


def _windows(row: int, spans: list[tuple[int, int]], edge: int) -> bytes:
    line = bytearray(FIELD * edge)
    for column, (low, high) in enumerate(spans):
        line[low * 3 : high * 3] = (DIM if (column, row) in QUIET else LIT) * (high - low)
    return bytes(line)
