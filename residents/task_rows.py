"""Rows of the report on tasks (S-21): of a district two thousand numbers, drawn in Python."""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.addresses import address_if_any
from portal.ui.drawing import fill, fill_each
from residents.task_report import TaskLine

_CELL = '<td class="pp-num">%s</td>'
_LED_CELL = '<td class="pp-num"><a href="%s">%s</a></td>'
#: Which tasks of a line each of its first numbers counts.
_PARTS = (("due", "&state=open&state=done"), ("in_time", "&state=done&timely=in_time"),
          ("late", "&state=done&timely=late"), ("waiting", ""))  # fmt: skip


def committee_rows(lines: Iterable[TaskLine]) -> SafeString:
    """A row for each committee: its month, and what waits there now."""
    tasks = address_if_any("residents:tasks")
    return fill_each(
        '<tr><th scope="row"><a class="pp-rowlink" href="%s">%s</a></th>%s%s%s</tr>\n',
        (
            (url := f"{tasks}?unit={line.code}", line.title, count_cells(line),
             _cell(line.open, url), _cell(line.overdue, f"{url}&overdue=1"))
            for line in lines
        ),
    )  # fmt: skip


def month_rows(lines: Iterable[TaskLine]) -> SafeString:
    """A row for each month of a unit."""
    return fill_each(
        '<tr><th scope="row"><a class="pp-rowlink" href="%s">%s</a></th>%s</tr>\n',
        ((f"?month={line.title}", line.title, count_cells(line)) for line in lines),
    )


def count_cells(line: TaskLine) -> SafeString:
    """What became of the tasks of a line; each number leads to its tasks, those of a sum do not."""
    tasks = f"{address_if_any('residents:tasks')}?{line.query}" if line.query else ""
    share = line.share_in_time
    cells = [_cell(getattr(line, name), tasks and tasks + more) for name, more in _PARTS]
    told = formats.DASH if share is None else f"{formats.decimal(share, 1)}%"
    withdrawn = _cell(line.withdrawn, tasks and f"{tasks}&state=withdrawn")
    return SafeString("".join([*cells, fill(_CELL, told), withdrawn]))


def _cell(number: int, url: str) -> SafeString:
    written = formats.whole(number)
    return fill(_LED_CELL, url, written) if url else fill(_CELL, written)
