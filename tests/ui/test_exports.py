"""Files out of a list: complete, marked, and never a formula."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from portal.ui.cells import Column, Masked, Sensitivity, Tag, Verified
from portal.ui.exports import Watermark, batches, write_csv, write_xlsx
from portal.ui.safe_cells import disarm, looks_like_formula

FORMULAS = [
    "=10+10", "+1+1", "-2+3", "@SUM(A1)", "|calc", "%0A", "\t+1+1", "\r=1", "\x00=10+10",
    "\u200b=cmd()", "\ufeff@A1", "＝1+1", "＋1", "－1", "＠A", "  =HYPERLINK()", "\n=1",
]  # fmt: skip
MARK = Watermark(
    "EX-7", "源园居委会", "周敏 T-000", datetime(2026, 11, 20, 1, 58, tzinfo=UTC), "月度核对"
)
COLUMNS = (
    Column("name", "姓名", kind="name"),
    Column("id_mask", "证件号码", cell=lambda row: Masked(row.id_mask, url="/reveal/")),
    Column("age", "年龄", kind="number"),
    Column("area", "面积", kind="decimal"),
    Column("moved_on", "入住日期", kind="day"),
    Column("state", "状态", cell=lambda row: Tag(row.state, "ok")),
    Column("days", "核实天数", cell=lambda row: Verified(row.days)),
    Column("note", "内部备注", sensitivity=Sensitivity.SCREEN_ONLY),
)


@dataclass
class Line:
    name: str
    id_mask: str = "3199**********5021"
    age: int = 40
    area: Decimal = Decimal("62.4")
    moved_on: date = date(2026, 3, 1)
    state: str = "在住"
    days: int | None = 98
    note: str = "不外传"


def workbook(rows):
    out = io.BytesIO()
    count = write_xlsx(out, COLUMNS, iter(rows), MARK, title="来沪人员/名单")
    return out, count


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_could_run_is_recognised_and_disarmed(text):
    assert looks_like_formula(text)
    assert disarm(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["王巧云", "3199**********5021", "1号 101室", "", "a=b", "2026-01-01"]
)
def test_ordinary_text_stays_as_it_is(text):
    assert not looks_like_formula(text)
    assert disarm(text) == text


def test_a_workbook_has_one_sheet_a_mark_a_head_and_every_row():
    out, count = workbook([Line("王巧云"), Line("万志强", days=None)])
    book = openpyxl.load_workbook(out)
    assert count == 2
    assert book.sheetnames == ["来沪人员名单"]
    assert book.active.sheet_state == "visible"
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][0] == "导出 EX-7　源园居委会　周敏 T-000　2026-11-20 09:58　用途 月度核对"
    assert rows[1] == ("姓名", "证件号码", "年龄", "面积", "入住日期", "状态", "核实天数")
    assert rows[2] == (
        "王巧云", "3199**********5021", 40, 62.4, datetime(2026, 3, 1), "在住", 98,
    )  # fmt: skip
    assert rows[3][-1] is None


def test_a_workbook_names_no_author_and_hides_nothing():
    out, _count = workbook([Line("王巧云")])
    with zipfile.ZipFile(out) as parts:
        names = set(parts.namelist())
        core = parts.read("docProps/core.xml").decode()
    assert not {name for name in names if "comment" in name or "external" in name.lower()}
    assert "<dc:creator></dc:creator>" in core or "<dc:creator/>" in core
    book = openpyxl.load_workbook(out)
    assert not any(part.hidden for part in book.active.column_dimensions.values())


@pytest.mark.parametrize("text", [text for text in FORMULAS if "\x00" not in text])
def test_a_workbook_keeps_a_formula_as_text(text):
    out, _count = workbook([Line(text)])
    cell = openpyxl.load_workbook(out).active["A3"]
    assert cell.data_type == "s"
    assert cell.quotePrefix


@pytest.mark.parametrize("text", FORMULAS)
def test_a_csv_file_never_begins_a_cell_like_a_formula(text):
    out = io.BytesIO()
    write_csv(out, COLUMNS, iter([Line(text)]), MARK)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    assert rows[1][:3] == ["姓名", "证件号码", "年龄"]
    assert rows[2][0].startswith("'")
    assert rows[2][1:3] == ["3199**********5021", "40"]


def test_a_column_for_the_screen_only_is_in_no_file():
    out = io.BytesIO()
    write_csv(out, COLUMNS, iter([Line("王巧云")]), MARK)
    assert "不外传" not in out.getvalue().decode("utf-8-sig")


def test_rows_are_cut_into_files_of_a_size():
    assert [len(batch) for batch in batches(range(7), 3)] == [3, 3, 1]
