"""Rows of the staffing page, drawn in Python: twenty committees with a bar each (ui.md 8.10)."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.safestring import SafeString

from portal.ui import formats, graphics, marks
from portal.ui.addresses import address_of
from portal.ui.drawing import fill, fill_each
from portal.ui.words import gettext as _
from staffing.boards import Layout, Line, Overview, Patch, Person, Task
from staffing.tables import status

#: Where the axis of the bars ends, in people per collector.
_FULL = 2200
_COLLECTOR = "staffing:collector"
_LINE = (
    '<tr%s><th scope="row"><a class="pp-rowlink" href="?unit=%s"%s>%s</a></th>'
    '<td class="pp-num">%s</td><td class="pp-num">%s</td><td class="pp-num">%s</td>'
    '<td class="pp-num">%s</td><td class="st-bar">%s</td><td class="pp-num%s">%s</td></tr>\n'
)
_SWAP = ' hx-get="?unit=%s" hx-target="#columns" hx-swap="outerHTML" hx-push-url="true"'
_NO_GAP = SafeString(f'<span class="pp-3">{formats.DASH}</span>')
_PATCH = (
    '<tr><th scope="row">%s</th><td class="pp-2 st-buildings" title="%s">%s</td>'
    '<td class="pp-num">%s</td><td class="pp-num%s">%s</td><td class="st-bar">%s</td><td>%s</td>'
    '<td class="pp-num">%s</td><td class="pp-num">%s</td>%s</tr>\n'
)
_PERSON = (
    '<tr><td class="pp-mono pp-2">%s</td>'
    '<th scope="row" class="pp-name"><a class="pp-rowlink" href="%s">%s</a></th><td>%s</td>'
    '<td class="pp-2">%s</td><td class="pp-num">%s</td><td>%s</td>'
    '<td><span class="pp-tag%s">%s</span></td></tr>\n'
)
_TASK = (
    '<tr><td class="pp-wrap"><span class="pp-row"><span class="pp-dot pp-dot-%s"></span>'
    '<span>%s</span></span></td><td class="pp-2 pp-num">%s</td>'
    '<td class="pp-act"><a href="%s">%s</a></td></tr>\n'
)


def lines(board: Overview, chosen: int | None) -> SafeString:
    """A row for each part; a street's committees open beside the table.

    :param chosen: the committee that stands beside it
    """
    swaps = board.unit.level != "district"
    return fill_each(_LINE, (_line(each, board.limit, chosen, swaps) for each in board.lines))


def _line(line: Line, limit: int, chosen: int | None, swaps: bool) -> tuple[object, ...]:
    over = line.ratio is not None and line.ratio > limit
    return (
        SafeString(' class="is-current"') if line.unit == chosen else "",
        line.unit, fill(_SWAP, line.unit) if swaps else "", line.name,
        formats.whole(line.population), formats.whole(line.required), line.posts_text,
        fill('<b class="pp-danger">%s</b>', line.gap_text) if line.gap_text else _NO_GAP,
        _bar(line.ratio, limit), " pp-danger" if over else "", formats.whole(line.ratio),
    )  # fmt: skip


def _bar(people: int | None, limit: int) -> str:
    return marks.load_bar(graphics.load_bar(people, limit, _FULL), "100%")


def patches(layout: Layout, limit: int, *, may_edit: bool) -> SafeString:
    """A row for each patch of a committee."""
    return fill_each(_PATCH, (_patch(each, limit, may_edit) for each in layout.patches))


def _patch(patch: Patch, limit: int, may_edit: bool) -> tuple[object, ...]:
    area, lead = patch.area, patch.area.lead_collector
    if lead is None:
        leader = fill('<span class="pp-warn">%s</span>', _("暂无"))
    else:
        leader = _link(address_of(_COLLECTOR, lead.pk), lead.name)
    act = ""
    if may_edit:
        url = address_of("staffing:area", area.pk)
        act = fill('<td class="pp-act"><a href="%s">%s</a></td>', url, _("调整"))
    return (
        area.code, patch.buildings, patch.buildings or formats.DASH, formats.whole(area.dwellings),
        " pp-danger" if patch.is_over else "", formats.whole(patch.people),
        _bar(patch.people, limit), leader, formats.decimal(area.workload, 1),
        formats.decimal(patch.share), act,
    )  # fmt: skip


def _link(url: str, text: str) -> SafeString:
    return fill('<a class="pp-rowlink" href="%s">%s</a>', url, text)


def people(found: Iterable[Person]) -> SafeString:
    """A row for each collector."""
    return fill_each(_PERSON, map(_person, found))


def _person(each: Person) -> tuple[object, ...]:
    row, shown = each.row, status(each.row)
    trained = formats.day(row.trained_on)
    if row.trained_on is None:
        trained = fill('<span class="pp-warn">%s</span>', _("未合格"))
    return (
        row.staff_no, address_of(_COLLECTOR, row.pk), row.name,
        " ".join([row.committee.short_name, *each.areas]), row.get_employment_type_display(),
        row.fte, trained, f" pp-tag-{shown.tone}" if shown.tone else "", shown.text,
    )  # fmt: skip


def tasks(todo: Iterable[Task]) -> SafeString:
    """A row for each thing to be done."""
    return fill_each(_TASK, map(_task, todo))


def _task(task: Task) -> tuple[object, ...]:
    if task.pk:
        url, act = address_of(task.url_name, task.pk), _("处理")
    else:
        url, act = reverse(task.url_name), _("查看")
    return task.tone, task.text, task.due, url, act
