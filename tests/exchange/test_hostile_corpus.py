"""Workbooks and texts made to harm: each is refused by a rule of its own, and says how to go on.

Here the checks meet the corpus without pages and database; test_hostile_files.py sends such files
through the page.
"""

import io
import random
import struct
import zipfile

import pytest

from portal.exchange.containers import FileRefused
from portal.exchange.services.receiving import look_at, tables_of
from residents.exchange import ResidentImport
from tests.exchange.builders import workbook
from tests.exchange.test_hostile_files import BOMB, ENTITIES, LINKS, MACRO, SHEET, changed

HEADERS = ["姓名", "公民身份号码", "现住地址", "人口类别", "入住日期"]
ROW = ("王芳", "319999198607180048", "棠浦路988弄6号1203室", "户籍人员", "2026-03-01")
GOOD = workbook([ROW, ROW], HEADERS)


def read(content, name="名单.xlsx"):
    """The rows of a file, by the steps that an upload goes through."""
    look_at(content, name)
    with tables_of(content, name, ResidentImport()) as table:
        return [row.cells for sheet in table.sheets for row in sheet.rows]


def padded(texts):
    """The good file with texts that no cell needs."""
    name = "xl/sharedStrings.xml"
    if name in zipfile.ZipFile(io.BytesIO(GOOD)).namelist():
        return changed(GOOD, {name: lambda body: shared(texts)})
    return changed(GOOD, added={name: shared(texts)})


def shared(texts):
    """A table of shared texts."""
    items = "".join(f"<si><t>{text}</t></si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<sst xmlns="{space}">{items}</sst>'.encode()


def encrypted(content):
    """The same archive with the flag of encryption on every part."""
    raw = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + offset] |= 1
            place = raw.find(mark, place + 4)
    return bytes(raw)


def lying(content, part, size):
    """The same archive, its directory claiming another size for one part."""
    raw = bytearray(content)
    place = raw.find(b"PK\x01\x02")
    while place >= 0:
        (length,) = struct.unpack_from("<H", raw, place + 28)
        if raw[place + 46 : place + 46 + length] == part.encode():
            struct.pack_into("<I", raw, place + 24, size)
        place = raw.find(b"PK\x01\x02", place + 4)
    return bytes(raw)


def many_numbers(count):
    """Texts that do not pack well."""
    dice = random.Random(3)  # noqa: S311  not for secrets
    return (f"{dice.randrange(10**12):x}" for _ in range(count))


NESTED = io.BytesIO()
with zipfile.ZipFile(NESTED, "w") as inner:
    inner.writestr("again.xlsx", GOOD)

CORPUS = {
    "zip bomb": (BOMB, "名单.xlsx", "ratio"),
    "archive in an archive": (
        changed(GOOD, added={"xl/media/image1.png": NESTED.getvalue()}), "名单.xlsx", "nested",
    ),
    "entity bomb": (ENTITIES, "名单.xlsx", "doctype"),
    "macro": (MACRO, "名单.xlsx", "macro"),
    "links to other workbooks": (LINKS, "名单.xlsx", "links"),
    "embedded object": (
        changed(GOOD, added={"xl/embeddings/oleObject1.bin": b"x"}), "名单.xlsx", "embedded",
    ),
    "control": (changed(GOOD, added={"xl/activeX/a.bin": b"x"}), "名单.xlsx", "embedded"),
    "name that climbs": (changed(GOOD, added={"../../etc/x": b"x"}), "名单.xlsx", "names"),
    "absolute name": (changed(GOOD, added={"/etc/cron.d/x": b"x"}), "名单.xlsx", "names"),
    "name of a drive": (changed(GOOD, added={"C:\\x.dll": b"x"}), "名单.xlsx", "names"),
    "more than two hundred parts": (
        changed(GOOD, added={f"xl/media/{n}.png": b"x" for n in range(201)}),
        "名单.xlsx", "members",
    ),
    "encrypted parts": (encrypted(GOOD), "名单.xlsx", "encrypted"),
    "a size that lies, too small": (lying(GOOD, SHEET, 10), "名单.xlsx", "damaged"),
    "a size that lies, too large": (lying(GOOD, SHEET, 2**31), "名单.xlsx", "unpacked"),
    "a million texts that no cell uses": (
        padded(many_numbers(1_000_000)), "名单.xlsx", "texts",
    ),
    "a million equal texts": (padded(["王"] * 1_000_000), "名单.xlsx", "ratio"),
    "workbook renamed to text": (GOOD, "名单.csv", "magic"),
    "text renamed to workbook": ("姓名,性别\n王芳,女\n".encode(), "名单.xlsx", "magic"),
    "picture that is also a workbook": (b"\xff\xd8\xff\xe0JFIF" + GOOD, "名单.xlsx", "magic"),
    "document that is also a workbook": (b"%PDF-1.7\n" + GOOD, "名单.xlsx", "magic"),
    "page that calls itself text": (b"<html><script>alert(1)</script>", "名单.csv", "no_header"),
    "UTF-16": ("姓名,性别\n王芳,女\n".encode("utf-16"), "名单.csv", "magic"),
    "UTF-16 without a mark": ("name,sex,a\nb,c,d\n".encode("utf-16-le"), "名单.csv", "magic"),
    "half of a surrogate pair": ("姓名,性别\n".encode() + b"\xed\xa0\x80,\xff\n", "名单.csv", ""),
    "too many rows": (
        ("姓名,性别,民族\n" + "王芳,女,汉\n" * 200_001).encode(), "名单.csv", "rows",
    ),
    "too many columns": (
        ("姓名,性别,民族," + ",".join(map(str, range(70))) + "\n").encode(), "名单.csv", "columns",
    ),
    "larger than the limit": (b"PK\x03\x04" + bytes(20 * 1024 * 1024), "名单.xlsx", "size"),
}  # fmt: skip


@pytest.mark.parametrize("what", CORPUS)
def test_a_file_made_to_harm_is_refused_by_its_rule(what):
    content, name, code = CORPUS[what]
    with pytest.raises(FileRefused) as refused:
        read(content, name)
    assert code in ("", refused.value.code)
    assert any(word in refused.value.message_zh for word in ("请", "只能"))


def test_the_good_file_of_the_corpus_is_read():
    assert read(GOOD) == [ROW, ROW]


def test_a_sheet_that_claims_every_cell_of_excel_is_read_for_what_it_holds():
    claims = changed(
        GOOD, {SHEET: lambda body: body.replace(b'ref="A1:E3"', b'ref="A1:XFD1048576"')}
    )
    assert read(claims) == [ROW, ROW]


def test_rare_characters_come_through_in_both_encodings():
    text = "姓名,性别,现住地址\n\U00020bb7田\u4dae,女,a\n"
    assert read(text.encode("gb18030"), "名单.csv") == read(text.encode(), "名单.csv")
    assert read(text.encode("gb18030"), "名单.csv")[0][0] == "\U00020bb7田\u4dae"


def test_an_endless_cell_is_cut_and_left_to_its_row():
    ((name, _),) = read(f"姓名,性别\n{'长' * 10_000},女\n".encode(), "名单.csv")
    assert len(name) == 501
