"""What kind of file was sent, and whether it is one that a ledger can be.

Cheap checks, from the first bytes to the directory of the archive, before anything is parsed:
macros, links, embedded objects, bombs and damaged archives go no further.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO

MAX_BYTES = 20 * 1024 * 1024
TOO_LARGE = "文件超过 20 MB，请拆成几个文件分别上传"
MAX_MEMBERS = 200
MAX_UNPACKED = 300 * 1024 * 1024
MAX_RATIO = 100

_RATIO_FROM = 1024 * 1024  # what unpacks to less than this does no harm at any ratio
_CHUNK = 1024 * 1024


class FileRefused(Exception):
    """A file that is not read; `message_zh` says why and how to mend it."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


_SAVE_AS = "请在 Excel 或 WPS 中另存为 .xlsx 后再上传"
_WRONG_KINDS = {
    "xls": f"旧版 .xls 文件不能读取，{_SAVE_AS}",
    "et": f"WPS 的 .et 文件不能读取，{_SAVE_AS}",
    "xlsm": "含宏的 .xlsm 文件不能读取，请另存为不含宏的 .xlsx 后再上传",
    "xlsb": f".xlsb 文件不能读取，{_SAVE_AS}",
    "ods": f".ods 文件不能读取，{_SAVE_AS}",
}
PASSWORD = f"文件加了密码，请去掉密码，{_SAVE_AS[1:]}"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def kind_of(filename: str, start: bytes, size: int) -> str:
    """`xlsx` or `csv`, from the name that the sender gave and the first eight bytes.

    :raises FileRefused: any other kind, empty, or too large.
    """
    extension = filename.rpartition(".")[2].lower()
    if extension in _WRONG_KINDS:
        raise FileRefused("extension", _WRONG_KINDS[extension])
    if extension not in ("xlsx", "csv"):
        raise FileRefused("extension", "只能上传 .xlsx 或 .csv 文件")
    if size == 0:
        raise FileRefused("empty", "文件是空的，请检查后重新上传")
    if size > MAX_BYTES:
        raise FileRefused("size", TOO_LARGE)
    if start.startswith(_OLE):
        raise FileRefused("encrypted", f"文件加了密码或是旧版格式，请去掉密码，{_SAVE_AS[1:]}")
    if extension == "xlsx" and not start.startswith(_ZIP):
        raise FileRefused("magic", f"文件内容不是 Excel 工作簿，{_SAVE_AS}")
    if extension == "csv" and (start.startswith((_ZIP, b"%PDF")) or _is_utf16(start)):
        raise FileRefused(
            "magic", "文件内容不是 CSV 文本，请另存为「CSV UTF-8（逗号分隔）」后再上传"
        )
    return extension


def _is_utf16(start: bytes) -> bool:
    return start.startswith((b"\xff\xfe", b"\xfe\xff"))


_FORBIDDEN_MEMBERS = (
    ("vbaproject", "macro", "文件含有宏，请另存为不含宏的 .xlsx 后再上传"),
    ("externallinks", "links", "文件引用了其他工作簿，请断开外部链接并另存后再上传"),
    ("embeddings", "embedded", "文件嵌入了其他对象，请删去嵌入的对象并另存后再上传"),
    ("activex", "embedded", "文件嵌入了控件，请删去控件并另存后再上传"),
)
_NESTED = "文件里还套着压缩文件，请删去嵌入的内容，把名单复制到新工作簿后再上传"
_UNUSED_TEXTS = "文件带有大量没有用到的文字，请把名单复制到新工作簿后再上传"
#: Texts of the workbook's table that no cell names; a ledger edited for years has some thousands.
MAX_UNUSED_TEXTS = 100_000
DAMAGED = "文件已损坏或不是 Excel 工作簿，请在 Excel 中打开检查并另存为 .xlsx 后再上传"
_TOO_COMPLEX = "表格展开后过大，请只保留名单所在的区域，复制到新工作簿后再上传"
_BAD_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<f[ >/]")
#: A formula that no program has worked out; an empty text result carries t="str" and is one.
_FORMULA_WITHOUT_RESULT = re.compile(
    rb"<c (?![^<>]*\bt=)[^<>]*><f(?:[^<>]*/>|[^<>]*>[^<>]*</f>)(?:<v></v>|<v ?/>|</c>)"
)
_OVERLAP = 2048


def check_container(stream: BinaryIO, *, read: bool = True) -> int:
    """Look through a workbook's parts without parsing them; returns how many formulas it holds.

    Declared sizes can lie, so every part is unpacked once against a counter.

    :param read: cells will be read, so that formulas need their results

    :raises FileRefused: what a ledger never has.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
            _check_directory(members)
            return _check_contents(archive, members, read=read)
    except _BAD_ARCHIVE as failure:
        raise FileRefused("damaged", DAMAGED) from failure


def check_members(stream: BinaryIO) -> None:
    """Only the archive's directory: names, numbers and declared sizes of its parts, unpacking none.

    :raises FileRefused: what a ledger never has.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            _check_directory(archive.infolist())
    except _BAD_ARCHIVE as failure:
        raise FileRefused("damaged", DAMAGED) from failure


def _check_directory(members: Sequence[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS:
        raise FileRefused("members", f"文件内部多于 {MAX_MEMBERS} 个部分，请复制到新工作簿后再上传")
    if len(set(names)) != len(names) or any(_is_odd_name(name) for name in names):
        raise FileRefused("names", DAMAGED)
    for name in names:
        for part, code, message in _FORBIDDEN_MEMBERS:
            if part in name.lower():
                raise FileRefused(code, message)
    if any(member.flag_bits & 0x1 for member in members):
        raise FileRefused("encrypted", PASSWORD)
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise FileRefused("magic", f"文件内容不是 Excel 工作簿，{_SAVE_AS}")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise FileRefused("unpacked", _TOO_COMPLEX)
    for member in members:
        _check_ratio(member.file_size, member.compress_size)


def _is_odd_name(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise FileRefused("ratio", _TOO_COMPLEX)


def _check_contents(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], *, read: bool
) -> int:
    total = formulas = texts = 0
    for member in members:
        is_shared = member.filename.lower() == "xl/sharedstrings.xml"
        is_sheet = member.filename.lower().startswith("xl/worksheets/")
        is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
        size, tail = 0, b""
        with archive.open(member) as part:
            while chunk := part.read(_CHUNK):
                total, size = total + len(chunk), size + len(chunk)
                if total > MAX_UNPACKED:
                    raise FileRefused("unpacked", _TOO_COMPLEX)
                _check_ratio(size, member.compress_size)
                if size == len(chunk) and chunk.startswith(_ZIP):
                    raise FileRefused("nested", _NESTED)
                window = tail + chunk
                if is_shared:
                    texts += window.count(b"<si>") - tail.count(b"<si>")
                elif is_sheet:
                    texts -= window.count(b't="s"') - tail.count(b't="s"')
                if is_xml:
                    _check_markup(window, first=size == len(chunk))
                if is_sheet and b"<f" in window:
                    formulas += len(_FORMULA.findall(window)) - len(_FORMULA.findall(tail))
                    _check_formulas(window, read=read)
                tail = window[-_OVERLAP:]
    if texts > MAX_UNUSED_TEXTS:
        raise FileRefused("texts", _UNUSED_TEXTS)
    return formulas


def _check_markup(window: bytes, *, first: bool) -> None:
    if _DOCTYPE.search(window) or (first and _is_utf16(window)):
        raise FileRefused("doctype", DAMAGED)


def _check_formulas(window: bytes, *, read: bool) -> None:
    if read and _FORMULA_WITHOUT_RESULT.search(window):
        raise FileRefused(
            "formula", "表中有公式还没有算出结果，请在 Excel 中打开、保存一次后再上传"
        )
