"""The report as a workbook: the matrix, a sheet for each family, the definitions, the method."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.boards import effective
from assessment.models import EvidenceKind, Indicator
from assessment.report.content import Detail, Report, in_words
from assessment.report.method import facts_of, method_of
from portal.exchange.exports.methods import add_method
from portal.ui import formats
from portal.ui.safe_cells import disarm

BRAND, WASH, LINE = "#1C5296", "#F6F7F9", "#C6CED8"
FIRST_ROW = 4
Styles = dict[str, Any]


def workbook(report: Report) -> bytes:
    """The workbook's bytes; text cells are written as text, never as formulas."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False,
                                        "strings_to_urls": False})  # fmt: skip
    book.set_properties({"title": title(report), "author": report.stamp.who,
                         "comments": report.stamp.line})  # fmt: skip
    styles = _styles(book)
    _matrix(book, styles, report)
    for code, name, _weight in report.families:
        _family(book, styles, report, code, name)
    _definitions(book, styles, report)
    add_method(book, method_of(report), facts_of(report))
    book.close()
    return target.getvalue()


def title(report: Report) -> str:
    mark = f"（{report.mark}）" if report.mark else ""
    return _("普陀区%(year)s年度人口服务管理工作考核%(mark)s") % {
        "year": report.cycle.year, "mark": mark,
    }  # fmt: skip


def _styles(book: Any) -> Styles:
    base = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter"}
    cell = base | {"border": 1, "border_color": LINE}
    points = cell | {"num_format": "0.00", "align": "center"}
    return {
        name: book.add_format(look)
        for name, look in {
            "title": base | {"font_name": "黑体", "font_size": 14},
            "stamp": base | {"font_size": 9, "font_color": "#546171"},
            "head": cell | {"font_name": "黑体", "bg_color": WASH, "align": "center",
                            "text_wrap": True},
            "text": cell, "wrap": cell | {"text_wrap": True}, "mid": cell | {"align": "center"},
            "points": points, "total": points | {"bold": True, "num_format": "0.0"},
            "average": points | {"bg_color": WASH}, "average_text": cell | {"bg_color": WASH},
            "number": cell | {"num_format": "#,##0.####"}, "value": cell | {"num_format": "0.00"},
        }.items()
    }  # fmt: skip


def _sheet(book: Any, styles: Styles, report: Report, name: str, widths: Sequence[float]) -> Any:
    """A sheet with its title, the watermark row and the print set-up of all sheets."""
    sheet = book.add_worksheet(name)
    demo = _("　演示数据，均为虚构") if report.is_demo else ""
    sheet.write_string(0, 0, f"{title(report)}　{name}{demo}", styles["title"])
    sheet.write_string(1, 0, report.stamp.line, styles["stamp"])
    about = _("快照 %(number)s　规则 %(rule)s　“—”为没有数据，不计0分；总分四舍五入到一位") % {
        "number": report.cycle.snapshot_no, "rule": report.cycle.rule_label,
    }  # fmt: skip
    sheet.write_string(2, 0, about, styles["stamp"])
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{report.stamp.number}&C&P / &N")
    sheet.hide_gridlines(2)
    return sheet


def _heads(sheet: Any, styles: Styles, names: Sequence[str], row: int = FIRST_ROW - 1) -> None:
    sheet.set_row(row, 32)
    for column, name in enumerate(names):
        sheet.write_string(row, column, name, styles["head"])
    sheet.repeat_rows(row)


def _cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_string(row, column, formats.DASH, style)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(row, column, float(value), style)
    else:
        sheet.write_string(row, column, disarm(str(value)), style)


def _matrix(book: Any, styles: Styles, report: Report) -> None:
    indicators = report.indicators
    sheet = _sheet(book, styles, report, _("评分表"),
                   [16, 8, 6, 6, *[8.5] * len(indicators), 10])  # fmt: skip
    names = [_("街道（镇）"), _("总分"), _("名次"), _("等次")]
    names += [f"{each.code}\n{each.title}\n{_weight(each)}" for each in indicators]
    _heads(sheet, styles, [*names, _("状态")])
    sheet.set_row(FIRST_ROW - 1, 58)
    for offset, line in enumerate(report.lines):
        row = FIRST_ROW + offset
        _cell(sheet, row, 0, line.name, styles["text"])
        _cell(sheet, row, 1, line.total, styles["total"])
        _cell(sheet, row, 2, line.rank, styles["mid"])
        _cell(sheet, row, 3, line.grade, styles["mid"])
        for place, indicator in enumerate(indicators):
            points = (
                effective(report.details[indicator.code, line.code].score)
                if (indicator.code, line.code) in report.details
                else None
            )
            _cell(sheet, row, 4 + place, _rounded(points), styles["points"])
        _cell(sheet, row, 4 + len(indicators), line.state, styles["mid"])
    _average_row(sheet, styles, report, FIRST_ROW + len(report.lines))
    sheet.freeze_panes(FIRST_ROW, 4)


def _average_row(sheet: Any, styles: Styles, report: Report, row: int) -> None:
    _cell(sheet, row, 0, _("平均"), styles["average_text"])
    _cell(sheet, row, 1, _rounded(report.averages["total"], 1), styles["average"])
    for column in (2, 3, 4 + len(report.indicators)):
        sheet.write_blank(row, column, None, styles["average_text"])
    for place, indicator in enumerate(report.indicators):
        found = [
            points for (code, _unit), detail in report.details.items()
            if code == indicator.code and (points := effective(detail.score)) is not None
        ]  # fmt: skip
        average = sum(found, Decimal(0)) / len(found) if found else None
        _cell(sheet, row, 4 + place, _rounded(average), styles["average"])


def _family(book: Any, styles: Styles, report: Report, code: str, name: str) -> None:
    sheet = _sheet(book, styles, report, f"{code} {name}",
                   [8, 14, 16, 11, 13, 13, 9, 10, 10, 10, 12, 30, 30])  # fmt: skip
    _heads(sheet, styles, [
        _("编号"), _("指标"), _("街道（镇）"), _("取值"), _("分子"), _("分母"), _("分值"),
        _("系统计算"), _("街道自评"), _("得分"), _("状态"), _("说明"), _("佐证"),
    ])  # fmt: skip
    row = FIRST_ROW
    for indicator in (each for each in report.indicators if each.family == code):
        for line in report.lines:
            detail = report.details.get((indicator.code, line.code))
            if detail is not None:
                _family_row(sheet, styles, row, detail)
                row += 1
    sheet.freeze_panes(FIRST_ROW, 3)
    sheet.autofilter(FIRST_ROW - 1, 0, max(row - 1, FIRST_ROW), 12)


def _family_row(sheet: Any, styles: Styles, row: int, detail: Detail) -> None:
    score, value = detail.score, detail.value
    said = score.review_note or score.claim_note or value.reason
    cells = [
        (detail.indicator.code, "mid"), (detail.indicator.title, "text"), (detail.unit, "text"),
        (_rounded(value.value, 4), "value"), (value.numerator, "number"),
        (value.denominator, "number"), (detail.indicator.weight, "points"),
        (_rounded(score.computed), "points"), (score.self_claimed, "points"),
        (_rounded(effective(score)), "points"), (score.get_state_display(), "mid"),
        (said, "wrap"), (_papers(detail), "wrap"),
    ]  # fmt: skip
    for column, (content, style) in enumerate(cells):
        _cell(sheet, row, column, content, styles[style])


def _papers(detail: Detail) -> str:
    kinds = dict(EvidenceKind.choices)
    return "；".join(f"{kinds[each.kind]} {each.title}" for each in detail.score.evidence.all())


def _definitions(book: Any, styles: Styles, report: Report) -> None:
    sheet = _sheet(book, styles, report, _("指标说明"), [8, 16, 14, 8, 56, 44, 14, 12])
    _heads(sheet, styles, [
        _("编号"), _("指标"), _("类别"), _("分值"), _("口径"), _("计分办法"), _("依据"),
        _("取数"),
    ])  # fmt: skip
    day = report.cycle.snapshot_on or timezone.localdate(report.stamp.at)
    for offset, indicator in enumerate(report.indicators):
        formula, points = in_words(indicator, day)
        cells = [
            indicator.code, indicator.title, indicator.family_title, indicator.weight, formula,
            points, _("实施意见 %(ref)s") % {"ref": indicator.clause},
            indicator.get_evidence_kind_display(),
        ]  # fmt: skip
        for column, content in enumerate(cells):
            style = "points" if column == 3 else "wrap"
            _cell(sheet, FIRST_ROW + offset, column, content, styles[style])
    row = FIRST_ROW + len(report.indicators) + 1
    for note in report.notes:
        sheet.write_string(row, 0, note, styles["stamp"])
        row += 1
    sheet.freeze_panes(FIRST_ROW, 2)


def _weight(indicator: Indicator) -> str:
    return _("%(n)s 分") % {"n": f"{indicator.weight.normalize():f}"}


def _rounded(value: Decimal | None, places: int = 2) -> Decimal | None:
    return None if value is None else formats.round_half_up(value, places)
