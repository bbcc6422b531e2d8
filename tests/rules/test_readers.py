"""Files in: ledgers as offices keep them are read, hostile and broken ones refused in words."""

import csv
import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from portal.exchange import containers, readers
from portal.exchange.containers import FileRefused
from portal.exchange.mapping import DWELLING_FIELDS, RESIDENT_FIELDS, known_headers
from portal.exchange.readers import cell_text, is_number, read_table
from portal.exchange.sandbox import read_in_sandbox

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
KNOWN = known_headers(RESIDENT_FIELDS, DWELLING_FIELDS)
HEAD = ["姓名", "公民身份号码", "现住地址"]
ROW = ["王芳", "31999919860718049X", "棠浦路988弄6号1203室"]


def workbook_of(rows, prepare=lambda book: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    prepare(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream


def repacked(change, rows=((HEAD), (ROW))):
    """A workbook whose parts `change` may add to or replace: name to bytes."""
    source = zipfile.ZipFile(workbook_of(rows))
    parts = {name: source.read(name) for name in source.namelist()}
    change(parts)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream


def read(stream, filename="名单.xlsx"):
    if isinstance(stream, bytes):
        stream = io.BytesIO(stream)
    return read_table(stream, filename, KNOWN)


def refused(stream, filename="名单.xlsx"):
    with pytest.raises(FileRefused) as failure:
        read(stream, filename)
    assert failure.value.message_zh.strip()
    return failure.value.code


@pytest.fixture(params=["in this process", "in the sandbox"])
def read_ledger(request):
    def reader(name):
        if request.param == "in the sandbox":
            return read_in_sandbox(LEDGERS / name, name, KNOWN)
        with (LEDGERS / name).open("rb") as stream:
            return read_table(stream, name, KNOWN)

    return reader


def test_ledger_is_read_from_its_header_to_its_last_person(read_ledger):
    expected = json.loads((LEDGERS / "expected.json").read_text())
    table = read_ledger("residents_ledger.xlsx")
    (sheet,) = table.sheets
    assert sheet.header_row == expected["header_row"]
    assert [row.number for row in sheet.rows] == [row["sheet_row"] for row in expected["expect"]]
    assert [number for number, _ in sheet.left_out] == [102, 103]
    assert any("说明" in note for note in table.notes_zh)
    at = {name: place for place, name in enumerate(sheet.headers)}
    for row, wanted in zip(sheet.rows, expected["expect"], strict=True):
        assert row.cells[at["姓名"]] == wanted["name"]
        if "number cell" in wanted["why"]:
            assert is_number(row.cells[at["公民身份号码"]])
        else:
            assert row.cells[at["公民身份号码"]] == wanted["id"]
        if wanted["why"] == "a real Excel date":
            assert row.cells[at["出生日期"]] == date(2001, 5, 6)


def test_text_ledger_holds_the_same_people(read_ledger):
    workbook = read_ledger("residents_ledger.xlsx").sheets[0]
    text = read_ledger("residents_gb18030.csv").sheets[0]
    assert text.headers == workbook.headers
    name = text.headers.index("姓名")
    assert [row.cells[name] for row in text.rows] == [row.cells[name] for row in workbook.rows]
    assert "𠮷田䶮" in [row.cells[name] for row in text.rows]


def test_dwellings_keep_their_numbers(read_ledger):
    (sheet,) = read_ledger("dwellings.xlsx").sheets
    assert len(sheet.rows) == 84
    first = dict(zip(sheet.headers, sheet.rows[0].cells, strict=True))
    assert first["弄"] == "988弄"
    assert (first["层"], first["建筑面积(㎡)"]) == (1, 113.8)
    assert cell_text(first["层"]) == "1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_in_each_encoding_and_delimiter(encoding, delimiter):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([HEAD, ["阿依古丽·买买提", "𠮷", 'a,b;c\t"d"\n第二行']])
    (sheet,) = read(stream.getvalue().encode(encoding), "名单.csv").sheets
    assert sheet.headers == tuple(HEAD)
    assert sheet.rows[0].cells[0] == "阿依古丽·买买提"
    assert sheet.rows[0].cells[2].replace("\r\n", "\n") == 'a,b;c\t"d"\n第二行'


def test_blank_total_signature_and_repeated_header_rows_are_no_records():
    rows = [
        ["某居委会名单"],
        [],
        HEAD,
        ROW,
        [None, None, None],
        ["小 计", 1, None],
        HEAD,
        [None, "李四", None],
        ["合计：", 2, None],
        ["填表人：某某", None, "负责人："],
        ["审核人签字：", None, None],
        ["注：本表每月报送", None, None],
    ]
    (sheet,) = read(workbook_of(rows)).sheets
    assert [row.number for row in sheet.rows] == [4, 8]
    assert [number for number, _ in sheet.left_out] == [6, 7, 9, 10, 11, 12]


def test_table_may_begin_anywhere_in_the_sheet():
    def move(book):
        book.active.move_range("A1:C2", rows=4, cols=2)

    (sheet,) = read(workbook_of([HEAD, ROW], move)).sheets
    assert (sheet.header_row, sheet.rows[0].number) == (5, 6)
    assert sheet.headers == ("A 列", "B 列", *HEAD)
    assert sheet.rows[0].cells[2:] == tuple(ROW)


def test_repeated_and_empty_names_are_told_apart():
    (sheet,) = read(
        workbook_of([["姓名", "备注", "备注", None, "性别"], ["王芳", 1, 2, 3, "女"]])
    ).sheets
    assert sheet.headers == ("姓名", "备注", "备注（2）", "D 列", "性别")


def test_cell_merged_downwards_counts_for_each_of_its_rows():
    def merge(book):
        book.active.merge_cells("C2:C3")

    rows = [HEAD, ROW, ["李四", "1", None], ["赵六", "2", None]]
    (sheet,) = read(workbook_of(rows, merge)).sheets
    assert [row.cells[2] for row in sheet.rows] == [ROW[2], ROW[2], ""]


def test_hidden_sheet_is_left_out_and_named():
    def hide(book):
        secret = book.create_sheet("旧名单")
        secret.append(HEAD)
        secret.append(ROW)
        secret.sheet_state = "hidden"

    table = read(workbook_of([HEAD, ROW], hide))
    assert len(table.sheets) == 1
    assert table.notes_zh == ["工作表「旧名单」已隐藏，未读取"]


def test_two_sheets_with_headers_are_both_read():
    def add(book):
        second = book.create_sheet("二")
        second.append(HEAD)
        second.append(ROW)

    assert [len(sheet.rows) for sheet in read(workbook_of([HEAD, ROW], add)).sheets] == [1, 1]


def test_formula_without_result_is_refused_and_with_one_is_read():
    assert refused(workbook_of([HEAD, ["=A1", "1", "x"]])) == "formula"

    def with_result(parts):
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>")

    table = read(repacked(with_result, [HEAD, ["=3+4", "1", "x"]]))
    assert table.sheets[0].rows[0].cells[0] == 7
    assert table.notes_zh == ["表中有 1 个公式，按已保存的结果读取"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xl/vbaProject.bin", "macro"),
        ("xl/externalLinks/externalLink1.xml", "links"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
        ("xl/activeX/activeX1.xml", "embedded"),
        ("../evil.xml", "names"),
        ("/etc/passwd", "names"),
        ("xl\\evil.xml", "names"),
    ],
)
def test_workbook_with_a_part_that_no_ledger_has_is_refused(name, code):
    assert refused(repacked(lambda parts: parts.update({name: b"<x/>"}))) == code


@pytest.mark.parametrize(
    "markup",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b"<!doctype x><x/>",
        b" " * 300_000 + b"<!DOCTYPE x>",
        "<x/>".encode("utf-16"),
    ],
)
def test_document_type_is_refused_wherever_it_stands(markup):
    assert refused(repacked(lambda parts: parts.update({"xl/extra.xml": markup}))) == "doctype"


def test_bomb_is_refused_by_its_ratio_and_by_what_really_comes_out():
    bomb = repacked(lambda parts: parts.update({"xl/media/a.bin": b"0" * 5_000_000}))
    assert refused(bomb) == "ratio"
    lying = bytearray(bomb.getvalue())
    place = lying.rfind(b"xl/media/a.bin") - 46
    lying[place + 24 : place + 28] = (1000).to_bytes(4, "little")  # the declared size
    assert refused(io.BytesIO(bytes(lying))) in ("ratio", "damaged")


def test_too_many_parts_and_too_large_a_sum_are_refused(monkeypatch):
    many = {f"xl/media/{n}.png": b"x" for n in range(201)}
    assert refused(repacked(lambda parts: parts.update(many))) == "members"
    monkeypatch.setattr(containers, "MAX_UNPACKED", 10_000)
    large = {"xl/media/a.png": os.urandom(11_000)}
    assert refused(repacked(lambda parts: parts.update(large))) == "unpacked"


def test_encrypted_member_is_refused():
    packed = bytearray(workbook_of([HEAD, ROW]).getvalue())
    place = packed.rfind(b"PK\x01\x02")
    packed[place + 8] |= 1
    assert refused(io.BytesIO(bytes(packed))) == "encrypted"


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"x", "a.xls", "extension"),
        (b"x", "a.xlsm", "extension"),
        (b"x", "a.xlsb", "extension"),
        (b"x", "a.pdf", "extension"),
        (b"x", "xlsx", "magic"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "encrypted"),
        ("姓名,性别\n".encode(), "a.xlsx", "magic"),
        (b"PK\x03\x04" + b"x" * 50, "a.xlsx", "damaged"),
        (b"PK\x03\x04" + b"x" * 50, "a.csv", "magic"),
        ("姓名,性别\n".encode("utf-16"), "a.csv", "magic"),
        (b"%PDF-1.7", "a.csv", "magic"),
        (b"\xff\x80\xff", "a.csv", "encoding"),
        ("姓名,性别\n王\x00芳,女".encode(), "a.csv", "magic"),
        ("甲,乙\n1,2".encode(), "a.csv", "no_header"),
        (("姓名,性别," + "," * 60 + "x\n").encode(), "a.csv", "columns"),
        (("姓名,性别\n" + '"' + "x" * 200_000).encode(), "a.csv", "damaged"),
    ],
)
def test_other_files_are_refused_each_with_its_reason(content, filename, code):
    assert refused(content, filename) == code


def test_file_may_not_be_larger_than_twenty_megabytes():
    assert refused(b"x" * (containers.MAX_BYTES + 1), "a.csv") == "size"


def test_zip_that_is_no_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refused(stream) == "magic"


def test_wide_workbook_is_refused_with_the_name_of_the_sheet():
    with pytest.raises(FileRefused, match="「Sheet」超过 60 列"):
        read(workbook_of([HEAD + ["x"] * 60]))


def test_rows_are_limited(monkeypatch):
    monkeypatch.setattr(readers, "MAX_ROWS", 3)
    content = "姓名,性别\n" + "王芳,女\n" * 3
    assert read(content.encode(), "a.csv").row_count == 3
    assert refused((content + "王芳,女\n").encode(), "a.csv") == "rows"


def test_sandbox_refuses_in_the_same_words(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(repacked(lambda parts: parts.update({"xl/vbaProject.bin": b"x"})).getvalue())
    with pytest.raises(FileRefused, match="文件含有宏") as failure:
        read_in_sandbox(path, "名单.xlsx", KNOWN)
    assert failure.value.code == "macro"


def test_sandbox_survives_a_sheet_that_claims_the_whole_grid(tmp_path):
    def spread(book):
        book.active["A3"] = "x"
        book.active["XFD1048576"] = "y"

    path = tmp_path / "upload"
    path.write_bytes(workbook_of([HEAD, ROW], spread).getvalue())
    with pytest.raises(FileRefused, match="请只保留名单所在的区域|超过 60 列"):
        read_in_sandbox(path, "名单.xlsx", KNOWN)


def test_sandbox_keeps_dates_numbers_and_rare_characters(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(workbook_of([HEAD, ["𠮷田", 3.1999919860718e17, date(2001, 5, 6)]]).getvalue())
    (sheet,) = read_in_sandbox(path, "名单.xlsx", KNOWN).sheets
    name, number, day = sheet.rows[0].cells
    assert (name, day) == ("𠮷田", date(2001, 5, 6))
    assert is_number(number)
    assert cell_text(number) == "319999198607180000"
