"""The report typeset as an official document (GB/T 9704 layout, ui.md 11)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.report import sentences
from assessment.report.content import NOTHING, Report, document_number, in_words

TEMPLATE = Path(__file__).parent / "report.typ"
#: Used where the machine has no Noto CJK of its own; licensed for embedding (OFL).
FONTS = ("noto-serif-sc", "noto-sans-sc")
AIR = Decimal(2)


def typeset(report: Report) -> bytes:
    """The document as PDF with embedded fonts and text that can be searched."""
    fonts = [
        path for name in FONTS
        if (path := Path(settings.BASE_DIR) / "node_modules/@expo-google-fonts" / name).is_dir()
    ]  # fmt: skip
    made = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(path) for path in fonts],
        sys_inputs={"data": json.dumps(_data(report), ensure_ascii=False)},
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made


def _data(report: Report) -> dict[str, Any]:
    """All words and figures of the document; the template holds layout only."""
    made_on = timezone.localtime(report.stamp.at)
    return {
        "title": list(sentences.title_lines(report.cycle.year)),
        "mark": f"（{report.mark}）" if report.mark else "",
        "corner": _("样稿　数据均为虚构") if report.is_demo else "",
        "opening": sentences.opening(report),
        "sections": _sections(report),
        "office": _("普陀区人口办"),
        "made_on": _("%(y)s年%(m)s月%(d)s日")
        % {"y": made_on.year, "m": made_on.month, "d": made_on.day},
        "stamp": report.stamp.line,
        "table": _scores(report),
        "figure": _figure(report),
        "definitions": _definitions(report),
    }


def _sections(report: Report) -> list[dict[str, Any]]:
    """Headings with their paragraphs; `after` names what stands behind a part."""
    return [
        {"title": _("一、总体情况"), "after": "table", "parts": [
            {"title": "", "paragraphs": sentences.overall(report), "after": ""},
        ]},
        {"title": _("二、主要指标"), "after": "", "parts": [
            {"title": _("（一）信息质量"), "paragraphs": [sentences.freshness(report)],
             "after": "figure"},
            {"title": _("（二）采集力量"), "paragraphs": [sentences.collectors(report)],
             "after": ""},
            {"title": _("（三）经费落实"), "paragraphs": [sentences.funding(report)], "after": ""},
        ]},
        {"title": _("三、下一步工作"), "after": "", "parts": [
            {"title": "", "paragraphs": [sentences.next_steps(report), sentences.protection()],
             "after": ""},
        ]},
    ]  # fmt: skip


def _scores(report: Report) -> dict[str, Any]:
    averages = report.averages
    return {
        "caption": _("表1　各街道（镇）考核得分"),
        "head": [_("名次"), _("街道（镇）"), _("总分"), _("等次")],
        "families": [
            {"title": title, "weight": _("%(n)s分") % {"n": f"{weight:.0f}"}}
            for _code, title, weight in report.families
        ],
        "rows": [
            {
                "rank": "—" if line.rank is None else str(line.rank),
                "name": line.name,
                "total": document_number(line.total, 1) if line.total is not None else NOTHING,
                "grade": line.grade or "—",
                "families": [line.families.get(code) or "—" for code, _t, _w in report.families],
            }
            for line in report.lines
        ],
        "average": {
            "title": _("平均"),
            "total": document_number(averages["total"], 1),
            "families": [document_number(averages[code]) for code, _t, _w in report.families],
        },
        "note": _("注：%(notes)s") % {"notes": "".join(report.notes)},
    }


def _figure(report: Report) -> dict[str, Any] | None:
    """Figure 1: each unit's freshness against the full mark, on a cut axis."""
    indicator = next((each for each in report.indicators if each.code == "A4"), None)
    ranked = report.scored("A4")
    if indicator is None or not ranked:
        return None
    target = Decimal(str(indicator.scoring["high"]))
    low = min([value for _line, value in ranked] + [target]) - AIR
    high = min(Decimal(100), max([value for _line, value in ranked] + [target]) + AIR)

    def place(value: Decimal) -> float:
        return float((value - low) / (high - low) * 100)

    return {
        "caption": _("图1　各街道（镇）鲜活度"),
        "target": _("满分线 %(n)s%%") % {"n": document_number(target, 0)},
        "target_at": place(target),
        "rows": [
            {"name": line.name, "at": place(value), "text": f"{document_number(value)}%",
             "reached": value >= target}
            for line, value in ranked
        ],
    }  # fmt: skip


def _definitions(report: Report) -> dict[str, Any]:
    """Table 2: every indicator, with data or without."""
    rows = []
    day = report.cycle.snapshot_on or timezone.localdate(report.stamp.at)
    for indicator in report.indicators:
        formula, points = in_words(indicator, day)
        found = [
            detail.score.final if detail.score.final is not None else detail.score.computed
            for (code, _unit), detail in report.details.items() if code == indicator.code
        ]  # fmt: skip
        known = [each for each in found if each is not None]
        average = sum(known, Decimal(0)) / len(known) if known else None
        rows.append(
            [
                indicator.code, indicator.title, f"{indicator.weight.normalize():f}", formula,
                points, NOTHING if average is None else document_number(average),
            ]
        )  # fmt: skip
    return {
        "caption": _("表2　考核指标、计分办法和平均得分"),
        "head": [_("编号"), _("指标"), _("分值"), _("口径"), _("计分"), _("平均得分")],
        "rows": rows,
    }
