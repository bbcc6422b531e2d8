"""Rows of the trail (ui.md 8.12): fifty of six cells, each with what opens below, in Python."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.safestring import SafeString

from portal.audit.reads import Event
from portal.desk.trail import Line
from portal.ui import formats, marks
from portal.ui.drawing import fill, fill_each
from portal.ui.markup import icon
from portal.ui.words import gettext as _

_ROW = (
    '<tr data-row><td class="pp-nowrap">%s</td><td>%s</td><td>%s</td><td>%s%s</td>'
    '<td class="pp-trim" title="%s">%s</td><td class="pp-trim%s" title="%s">%s</td></tr>\n'
)
_OPENS = (
    "<details><summary>%s</summary>"
    '<div class="pp-wrap pp-stack pp-stack-4 pp-mt-4 pp-mb-8">%s%s<div class="pp-s pp-2">%s%s</div>'
    "</div></details>"
)
_FACT = "<dt>%s</dt><dd>%s</dd>"


def trail_rows(lines: Iterable[Line]) -> SafeString:
    """A row for each event, the differences and facts of an event below its content."""
    return SafeString("".join(map(_row, lines)))


def _row(line: Line) -> SafeString:
    event = line.event
    flag = fill("%s ", icon("flag", "pp-danger")) if event.refused else ""
    said = line.content or formats.DASH
    return fill(
        _ROW, f"{timezone.localtime(event.at):%m-%d %H:%M:%S}", event.actor or formats.DASH,
        event.unit or formats.DASH, flag, event.title, line.content,
        _opening(line, said) if line.changes or line.facts else said,
        " pp-danger" if event.refused else "", line.reason, line.reason or formats.DASH,
    )  # fmt: skip


def _opening(line: Line, said: str) -> SafeString:
    """The content, and what a click on it opens."""
    changes = marks.diff(line.changes) if line.changes else ""
    facts = fill('<dl class="pp-pairs">%s</dl>', fill_each(_FACT, line.facts)) if line.facts else ""
    return fill(_OPENS, said, changes, facts, *_whence(line.event))


def _whence(event: Event) -> tuple[str, str]:
    """The request that an event belongs to, and the terminal."""
    request, terminal = "", ""
    if event.request_id:
        request = fill('%s <code class="pp-s">%s</code>　', _("请求"), event.request_id)
    if event.terminal:
        terminal = fill("%s %s", _("终端"), event.terminal)
    return request, terminal
