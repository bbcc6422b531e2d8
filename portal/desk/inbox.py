"""The to-do list of a post: what its sources hold, by how soon it is due (ui 4.9).

Paper: S-21.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from portal.desk.source import BUCKETS, MOST_OPENED, Act, Item, Loaded, load_all
from portal.desk.sources import sources
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _

LEVELS = {"must": 0, "should": 1, "note": 2}
FEWEST = 3

__all__ = ["Act", "Group", "Inbox", "Item", "Tab", "first_of", "inbox"]


@dataclass(frozen=True)
class Group:
    """Things due at about the same time; `count` counts those that are not shown as well."""

    key: str
    title: str
    count: int
    items: Sequence[Item]

    @property
    def hidden(self) -> int:
        return self.count - len(self.items)


@dataclass(frozen=True)
class Tab:
    """A kind of thing to do and how many there are."""

    key: str
    title: str
    count: int


@dataclass(frozen=True)
class Inbox:
    """What a post has to do today and after."""

    tabs: Sequence[Tab]
    groups: Sequence[Group]

    @property
    def total(self) -> int:
        return self.tabs[0].count


def inbox(
    scope: Scope,
    today: date,
    *,
    kind: str = "",
    opened: str = "",
    most: int = 6,
    room: int = 0,
    fold: bool = False,
) -> Inbox:
    """The to-do list, most urgent first.

    :param kind: only this kind of thing, all of them for a blank or unknown one
    :param opened: the group of which (nearly) all rows are shown
    :param most: rows shown of each other group
    :param room: rows shown in all, shared by the groups; 0 for as many as there are
    :param fold: the last group shows no rows while there are more urgent ones
    """
    loaded = load_all(sources(scope, today), most, opened)
    tabs = [
        Tab(source.key, _(source.title), sum(count for count, _items in found.values()))
        for source, found in loaded
    ]
    tabs.insert(0, Tab("", _("全部"), sum(tab.count for tab in tabs)))
    shown = [found for source, found in loaded if source.key == kind]
    shown = shown or [found for _source, found in loaded]
    titles = (_("已超期"), _("今天到期"), _("本周内"), _("以后"))
    groups = [
        _group(bucket, title, shown, MOST_OPENED if bucket == opened else most)
        for bucket, title in zip(BUCKETS, titles, strict=True)
    ]
    groups = [group for group in groups if group.count]
    if fold and len(groups) > 1 and groups[-1].key == BUCKETS[-1] != opened:
        groups[-1] = replace(groups[-1], items=())
    return Inbox(tabs, _shared(groups, room, opened) if room else groups)


def _shared(groups: Sequence[Group], room: int, opened: str) -> list[Group]:
    """The groups with an equal share of the room each, at least a few rows."""
    shown = sum(bool(group.items) for group in groups)
    share = max(FEWEST, room // max(shown, 1))
    return [
        group if group.key == opened else replace(group, items=group.items[:share])
        for group in groups
    ]


def _group(bucket: str, title: str, loaded: Sequence[Loaded], most: int) -> Group:
    """One group over all kinds, the most urgent first, and graver before lighter."""
    found = [source[bucket] for source in loaded if bucket in source]
    items = [item for _count, some in found for item in some]
    items.sort(key=lambda item: (item.due_on, LEVELS.get(item.level, 3), item.key))
    return Group(bucket, title, sum(count for count, _items in found), items[:most])


def first_of(groups: Iterable[Group]) -> str:
    """The key of the row that is open when the page is opened."""
    return next((item.key for group in groups for item in group.items), "")
