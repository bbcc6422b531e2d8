"""What a file may hold: no formula, nothing hidden, and marks on every sheet."""

import csv
import io
import re
import uuid
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

import openpyxl
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from portal.catalogue.method import Method, Table
from portal.exchange.exports.csvfile import HELD, UNUSUAL, Rows, head, line, safe_row
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.tiers import TooMany, tier_of
from portal.exchange.exports.workbook import HEADS, write_workbook
from portal.sealed import SEGMENT, SealedReader, SealedWriter
from portal.ui.safe_cells import looks_like_formula
from residents.completeness import years_before
from residents.identity import age_on

FORMULAS = [
    "=10+10", "+1+1", "-2+3", "@SUM(A1)", "|calc", "%0A", "\t+1+1", "\r=1", "\x00=10+10",
    "\u200b=cmd()", "\ufeff@A1", "＝1+1", "＋1", "－1", "＠A", "  =HYPERLINK()", "\n=1",
    "\u3000=1", "\xa0=1", "\x85=1", "\u2028=1", "\n", "\x85\n",
]  # fmt: skip
HARMLESS = ["王巧云", "3199**********5021", "1号 101室", "", "a=b", "2026-01-01", "𠮷野", "（外）"]
COLUMNS = [
    ExportColumn("name", "姓名", "name"),
    ExportColumn("age", "年龄", "age", form="number"),
    ExportColumn("begin", "入住日期", "begin_on", form="day"),
]
#: With a cell that a spreadsheet could run.
METHOD = Method("2026-11-20", [("所依规则", "=1+1")], [Table("各列含义", ["列"], [["姓名"]])])


def a_mark(rows):
    return Mark(
        "EX-7", "源园居委会", "周敏 T-000", datetime(2026, 11, 20, 1, 58, tzinfo=UTC), "月度核对",
        ["性别 女"], rows, "人",
    )  # fmt: skip


def book_of(rows, **how):
    out = io.BytesIO()
    count = write_workbook(
        out, COLUMNS, iter(rows), a_mark(len(rows)), title="实有/人口", method=METHOD, **how
    )
    assert count == len(rows)
    return out


def as_csv(cells):
    """One row of CSV as PostgreSQL writes it: blank texts in quotes, control characters too."""
    quoted = [f'"{cell.replace(chr(34), chr(34) * 2)}"' if re.search('[",\r\n]|^$', cell) else cell
              for cell in cells]  # fmt: skip
    return (",".join(quoted) + "\n").encode()


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("place", [0, 1])
def test_no_cell_of_a_csv_file_begins_like_a_formula(text, place):
    out = io.BytesIO()
    rows = Rows(out, disarmed=True)
    cells = ["王巧云", "棠浦路"]
    cells[place] = text
    rows.write(as_csv(["石思源", "6号"]))
    rows.write(as_csv(cells))
    rows.flush()
    read = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert read[0] == ["石思源", "6号"]
    assert read[1][place].startswith("'")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8),
                min_size=1, max_size=4))  # fmt: skip
def test_whatever_is_passed_on_unread_is_harmless(cells):
    row = as_csv(cells)
    if not UNUSUAL.search(row):
        assert not any(looks_like_formula(cell) for cell in cells)
    for cell in next(csv.reader(io.StringIO(safe_row(row).decode(), newline=""))):
        assert not looks_like_formula(cell)


def test_ordinary_rows_pass_as_they_are():
    out = io.BytesIO()
    rows = Rows(out, disarmed=True)
    for text in HARMLESS:
        rows.write(as_csv([text, "6号"]))
    rows.flush()
    read = csv.reader(io.StringIO(out.getvalue().decode(), newline=""))
    assert [row[0] for row in read] == HARMLESS


@pytest.mark.parametrize("sizes", [[1, 2, 3], [HELD - 1, 2, 1], [1, 3 * HELD, 2], [HELD, HELD]])
def test_rows_of_one_place_stay_together_in_an_order_of_their_own(sizes):
    """Also where a place is longer than what is looked at together; every person is kept."""
    places = [uuid.UUID(int=place) for place in range(len(sizes))]
    people = [(place, uuid.uuid4()) for place, size in zip(places, sizes, strict=True)
              for _ in range(size)]  # fmt: skip
    out = io.BytesIO()
    rows = Rows(out, disarmed=False, seed=b"EX-7")
    for place, person in people:
        rows.write(f"{person},王巧云,{place},{person}\n".encode())
    rows.flush()
    told = [uuid.UUID(text.split(",")[0]) for text in out.getvalue().decode().splitlines()]
    assert b"".join(person.bytes for person in told) == rows.people
    assert sorted(told) == sorted(person for _, person in people)
    where = {person: place for place, person in people}
    assert [place for place, _ in groupby(told, where.get)] == places
    assert rows.count == len(people)


def test_a_csv_file_begins_with_its_marks():
    content = head(a_mark(1234), ["姓名"])
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert lines == [
        ["导出 EX-7　源园居委会　周敏 T-000　2026-11-20 09:58　用途 月度核对"],
        ["条件 性别 女　共 1,234 人"], ["姓名"],
    ]  # fmt: skip
    assert line(["a,b"]) == b'"a,b"\n'


@pytest.mark.parametrize("text", [*FORMULAS, "<b>&amp;</b>", "_x0041_", " 空格 ", *HARMLESS])
def test_a_cell_of_a_workbook_is_text_and_stays_so(text):
    out = book_of([[text, "40", "46082"]])
    cell = openpyxl.load_workbook(out).active.cell(HEADS + 1, 1)
    shown = re.sub("[\x00-\x08\x0b-\x1f]", "", text).replace("\r", "\n")
    if not text:
        assert cell.value is None
        return
    assert cell.data_type == "s"
    assert (cell.value or "").replace("_x005F_", "_").strip() == shown.strip()
    assert cell.number_format == "@"
    assert bool(cell.quotePrefix) == looks_like_formula(text)


def test_numbers_and_days_are_what_they_are():
    out = book_of([["王巧云", "40", "46082"], ["万志强", "", ""]])
    rows = list(openpyxl.load_workbook(out).active.iter_rows(min_row=4, values_only=True))
    assert rows == [("王巧云", 40, datetime(2026, 3, 1)), ("万志强", None, None)]
    out.seek(0)
    read = CalamineWorkbook.from_filelike(out).get_sheet_by_index(0).to_python()
    assert read[3] == ["王巧云", 40.0, date(2026, 3, 1)]


def test_full_sheets_are_followed_by_others_each_with_its_marks():
    out = book_of([[f"人{number}", "1", "46082"] for number in range(25)], sheet_rows=13)
    book = openpyxl.load_workbook(out)
    *sheets, method = book.worksheets
    assert [sheet.title for sheet in sheets] == ["实有人口 1", "实有人口 2", "实有人口 3"]
    assert method.title == "口径说明"
    assert [sheet.max_row for sheet in sheets] == [13, 13, 8]
    for sheet in sheets:
        assert "EX-7" in sheet["A1"].value
        assert "EX-7" in sheet.oddHeader.left.text
        assert sheet["A3"].value == "姓名"
    assert book.worksheets[2]["A8"].value == "人24"


def test_a_workbook_is_built_from_nothing():
    out = book_of([["王巧云", "40", "46082"]] * 3)
    with zipfile.ZipFile(out) as package:
        assert package.testzip() is None
        parts = {name: package.read(name).decode() for name in package.namelist()}
    assert set(parts) == {
        "[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml",
        "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/theme/theme1.xml", "xl/workbook.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
    }  # fmt: skip
    everything = "".join(parts.values())
    assert not re.search(r'hidden="1"|veryHidden|TargetMode="External"|<f>|pivot', everything)
    core = parts["docProps/core.xml"]
    assert re.search("<dc:creator></dc:creator>|<dc:creator/>", core)
    assert "周敏" not in core
    assert 'ref="A1:C6"' in parts["xl/worksheets/sheet1.xml"]


@pytest.mark.paper("S-140")
def test_behind_the_rows_stands_who_took_them_and_how_to_read_them():
    sheet = openpyxl.load_workbook(book_of([["王巧云", "40", "46082"]]))["口径说明"]
    told = {row[0]: row[1] for row in sheet.values if row[0]}
    assert told["导出编号"] == "EX-7"
    assert told["导出人"] == "周敏 T-000"
    assert told["条件"] == "性别 女"
    assert told["条数"] == "1 人"
    assert told["数据截至"] == "2026-11-20"
    (cell,) = [row[1] for row in sheet.iter_rows() if row[0].value == "所依规则"]
    assert (cell.data_type, cell.value, bool(cell.quotePrefix)) == ("s", "=1+1", True)


@pytest.mark.parametrize("size", [0, 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])
def test_a_sealed_file_opens_whole_and_for_its_own_row_only(size):
    row, plain = uuid.uuid4(), bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    stored = io.BytesIO()
    with SealedWriter(stored, row=row) as out:
        out.write(plain)
    sealed = stored.getvalue()
    assert SealedReader(io.BytesIO(sealed), row=row).read() == plain
    assert size < 64 or plain[:64] not in sealed
    with pytest.raises(InvalidTag):
        SealedReader(io.BytesIO(sealed), row=uuid.uuid4()).read()


def test_a_sealed_file_that_lost_its_end_does_not_open():
    row, stored = uuid.uuid4(), io.BytesIO()
    with SealedWriter(stored, row=row) as out:
        out.write(b"x" * (2 * SEGMENT + 5))
    cut = stored.getvalue()[: -(5 + 16 + 12 + 4)]
    with pytest.raises(InvalidTag):
        SealedReader(io.BytesIO(cut), row=row).read()


LIMITS = {"own": 50, "with_reason": 500, "one_approval": 2500, "most_committee": 20_000,
          "most_street": 300_000, "most_district": 3_000_000}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "already", "level", "number", "approvals"),
    [
        (50, 0, "committee", 1, 0), (51, 0, "committee", 2, 0),
        (10, 45, "committee", 2, 0), (500, 0, "street", 2, 0),
        (501, 0, "committee", 3, 1), (1, 500, "committee", 3, 1),
        (2500, 0, "street", 3, 1), (600, 0, "district", 3, 1),
        (2501, 0, "committee", 4, 2), (1_300_000, 0, "district", 4, 2),
    ],
)  # fmt: skip
def test_the_tier_follows_the_sum(rows, already, level, number, approvals):
    tier = tier_of(rows, already, level, LIMITS)
    assert (tier.number, tier.approvals) == (number, approvals)


def test_a_file_is_never_larger_than_its_level_may_have():
    with pytest.raises(TooMany) as refused:
        tier_of(20_001, 0, "committee", LIMITS)
    assert refused.value.most == 20_000


@given(st.dates(date(1890, 1, 1), date(2026, 1, 1)), st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_the_years_of_a_column_are_those_of_the_rule(birth, day):
    younger = sum(years_before(day, age) + timedelta(days=1) <= birth for age in range(1, 151))
    assert 150 - younger == age_on(birth, day)
