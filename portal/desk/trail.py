"""An event as the trail shows it: what it says in a line, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

from portal.audit.reads import Event
from portal.desk.wording import UNTOLD, label_of, purpose_of, words_of
from portal.exchange.exports.kinds import ExportColumn

RESULTS = {
    "ok": gettext_lazy("完成"), "refused": gettext_lazy("被拒"), "failed": gettext_lazy("出错"),
}  # fmt: skip
#: The columns of a trail that leaves the screen: what the table shows, and what one opens.
COLUMNS = tuple(
    ExportColumn(key, title, key, width=width)
    for key, title, width in (
        ("at", gettext_lazy("时间"), 20), ("actor", gettext_lazy("人员"), 10),
        ("unit", gettext_lazy("单位"), 20), ("act", gettext_lazy("动作"), 18),
        ("content", gettext_lazy("内容"), 36), ("changes", gettext_lazy("变更"), 36),
        ("reason", gettext_lazy("事由"), 24), ("result", gettext_lazy("结果"), 8),
        ("request", gettext_lazy("请求编号"), 38), ("terminal", gettext_lazy("终端"), 14),
    )
)  # fmt: skip
PAIR = 2
MOST_IN_LINE = 4


@dataclass(frozen=True)
class Line:
    """One row of the trail with its content in words and its differences."""

    event: Event
    content: str
    reason: str
    changes: list[dict[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def line_of(event: Event) -> Line:
    """The line of an event: differences where two values are told, facts elsewhere."""
    changes, facts = [], []
    for name, value in _told(event.changes):
        label = label_of(name)
        if isinstance(value, list | tuple) and len(value) == PAIR:
            old, new = (words_of(part, name) for part in value)
            changes.append({"field": label, "old": old, "new": new})
        elif (words := words_of(value, name)) != "":
            facts.append((label, words))
    reason = "，".join(filter(None, [purpose_of(event.purpose), event.reason]))
    return Line(event, _content(event, changes, facts), reason, changes, facts)


def _told(changes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names with their values; `from` and `to` become one difference for each parameter."""
    before, after = changes.get("from"), changes.get("to")
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield key, [before.get(key), after.get(key)]
        return
    yield from ((key, value) for key, value in changes.items() if key not in UNTOLD)


def _content(event: Event, changes: list[dict[str, str]], facts: list[tuple[str, str]]) -> str:
    names = [change["field"] for change in changes]
    act = event.changes.get("act")
    parts = [part for part in (act if isinstance(act, str) else "", event.target) if part]
    if names:
        parts.append("、".join(names[:MOST_IN_LINE]))
    else:
        parts += [f"{label} {words}" for label, words in facts[:PAIR]]
    return "　".join(parts)


def row_of(line: Line) -> list[str]:
    """A line as a row of `COLUMNS`."""
    event = line.event
    changes = "；".join(f"{each['field']}：{each['old']} → {each['new']}" for each in line.changes)
    return [
        f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}", event.actor, event.unit, event.title,
        line.content, changes, line.reason, str(RESULTS.get(event.result, event.result)),
        event.request_id, event.terminal,
    ]  # fmt: skip
