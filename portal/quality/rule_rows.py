"""Rows of the table of rules (ui.md 8.11): seventy of twelve cells, drawn in Python."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from django.utils.safestring import SafeString

from portal.quality.summary import RuleState
from portal.ui import formats, graphics, marks
from portal.ui.drawing import fill
from portal.ui.markup import severity
from portal.ui.words import gettext as _
from portal.ui.words import language

_TREND_WIDTH, _TREND_HEIGHT = "88", 20
_NONE = SafeString("")
_ROW = (
    '<tr%s><td class="pp-mono">%s</td>'
    '<th scope="row"><a class="pp-rowlink" href="%s" hx-get="%s">%s</a></th>'
    '<td>%s</td>%s<td class="pp-nowrap">%s</td></tr>\n'
)
_COUNTS = (
    '<td class="pp-num"><a class="pp-rowlink pp-bold" href="%s" data-receipt="%s">%s</a></td>'
    '<td class="pp-num pp-2">%s%s</td><td class="pp-num pp-2">%s%s</td><td>%s</td>%s'
    '<td class="pp-num">%s</td><td class="pp-2 pp-nowrap">%s %s</td>%s'
)
_LATE = '<td class="pp-num pp-danger"><a class="pp-rowlink" href="%s" data-receipt="%s">%s</a></td>'
_NOT_LATE = SafeString(f'<td class="pp-num">{formats.DASH}</td>')


def rule_rows(
    states: Iterable[RuleState], names: Mapping[int, str], *, chosen: str = "", narrowed: str = ""
) -> SafeString:
    """A row for each rule; each of its numbers opens the issues behind it.

    :param names: the units below the reader's; where there are any, the one with most is named
    :param chosen: key of the rule that is shown beside the table
    :param narrowed: the condition of a unit, as `&unit=310107005`
    """
    said = language()
    return SafeString(
        "".join(
            [
                _row(each, _worst(each, names), chosen == each.rule.key, narrowed, said)
                for each in states
            ]
        )
    )


@lru_cache(maxsize=2048)
def _row(
    state: RuleState, worst: SafeString, is_chosen: bool, narrowed: str, _language: str | None
) -> SafeString:
    """A row, drawn once for the same numbers: most stand for hours."""
    rule = state.rule
    url = f"?rule={rule.key}{narrowed}"
    look = ' class="is-current" aria-current="true"' if is_chosen else ""
    if not look and not state.open:
        look = ' class="is-muted"'
    if rule.held:
        span = 8 if worst else 7
        cells = fill('<td class="pp-2 pp-13" colspan="%s">%s</td>', span, rule.held)
    else:
        cells = _counts(state, worst, url, narrowed)
    return fill(
        _ROW, SafeString(look), rule.key, url, url, rule.title, severity(rule.severity), cells,
        _standing(state),
    )  # fmt: skip


def _counts(state: RuleState, worst: SafeString, url: str, narrowed: str) -> SafeString:
    late = _NOT_LATE
    if state.overdue:
        asked = f"?rule={state.rule.key}&due=overdue{narrowed}"
        late = fill(_LATE, asked, state.overdue, formats.whole(state.overdue))
    return fill(
        _COUNTS, url, state.open, formats.whole(state.open),
        "+" if state.new else "", formats.whole(state.new),
        "−" if state.mended else "", formats.whole(state.mended),
        _trend(state.weeks, state.changed_week) if state.has_trend else _NONE, late,
        formats.percent(state.on_time_rate, 1), state.days, _("个工作日"), worst,
    )  # fmt: skip


def _trend(weeks: Sequence[int | None], changed: int | None) -> str:
    mark = graphics.sparkline(weeks, None, height=_TREND_HEIGHT, changed=changed)
    return marks.sparkline(mark, _TREND_WIDTH, _TREND_HEIGHT)


def _worst(state: RuleState, names: Mapping[int, str]) -> SafeString:
    """The cell of the unit with most issues; blank where there are no units."""
    if not names:
        return _NONE
    if not state.worst_unit:
        return SafeString('<td class="pp-2"></td>')
    code, count = state.worst_unit
    return fill('<td class="pp-2">%s %s</td>', names.get(code, ""), formats.whole(count))


def _standing(state: RuleState) -> SafeString:
    """How the rule is kept: at entry, not at all just now, changed lately, or as usual."""
    if state.rule.held:
        return fill('<span class="pp-tag">%s</span>', _("录入即拦"))
    if state.failure:
        return fill('<span class="pp-tag pp-tag-danger">%s</span>', _("未能检查"))
    if state.changed_on:
        told = _("%(day)s 改") % {"day": f"{state.changed_on:%m-%d}"}
        return fill('<span class="pp-tag pp-tag-info">%s</span>', told)
    return fill('<span class="pp-2">%s</span>', _("启用"))
