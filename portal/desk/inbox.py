"""The to-do list of a post: what its sources hold, by how soon it is due (ui 4.9).

Paper: S-21.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.desk.backlog import backlog, counts, items
from portal.desk.source import BUCKETS, LEVELS, Act, Item
from portal.desk.sources import sources
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _

FEWEST = 3
#: Rows of the opened group on one page.
PAGE = 50

__all__ = ["Act", "Group", "Inbox", "Item", "Tab", "first_of", "inbox"]


@dataclass(frozen=True)
class Group:
    """Things due at about the same time; `count` counts those that are not shown as well.

    Of the opened group one page is shown, which begins after `start` rows.
    """

    key: str
    title: str
    count: int
    items: Sequence[Item]
    is_opened: bool = False
    start: int = 0

    @property
    def hidden(self) -> int:
        return self.count - len(self.items)

    @property
    def first(self) -> int:
        """The place of the first row that is shown, counted from 1."""
        return self.start + 1

    @property
    def last(self) -> int:
        return self.start + len(self.items)

    @property
    def has_before(self) -> bool:
        return self.start > 0

    @property
    def has_after(self) -> bool:
        return self.last < self.count

    @property
    def before(self) -> int:
        """After how many rows the page before this one begins."""
        return max(self.start - PAGE, 0)


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
    start: int = 0,
    most: int = 6,
    room: int = 0,
    fold: bool = False,
) -> Inbox:
    """The to-do list, most urgent first.

    :param kind: only this kind of thing, all of them for a blank or unknown one
    :param opened: the group of which a whole page of rows is shown
    :param start: how many rows of the opened group stand on the pages before
    :param most: rows shown of each other group
    :param room: rows shown in all, shared by the groups; 0 for as many as there are. Beside an
        opened group the others show a few
    :param fold: the last group shows no rows while there are more urgent ones
    """
    found = sources(scope, today)
    told = backlog(found, scope, today)
    tabs = [
        Tab(source.key, _(source.title), sum(due.rows for due in told.get(source.key, ())))
        for source in found
    ]
    tabs.insert(0, Tab("", _("全部"), sum(tab.count for tab in tabs)))
    asked = [source for source in found if source.key == kind] or found
    counted = counts(asked, told, today)
    held = [bucket for bucket in BUCKETS if counted[bucket]]
    wanted = {bucket: min(counted[bucket], most) for bucket in held if bucket != opened}
    if fold and len(held) > 1:
        wanted.pop(BUCKETS[-1], None)
    if room:
        wanted = _shared(wanted, room - PAGE if opened in held else room)
    parts = {bucket: slice(0, n) for bucket, n in wanted.items()}
    if opened in held:
        start = min(start, (counted[opened] - 1) // PAGE * PAGE)
        parts[opened] = slice(start, start + PAGE)
    shown = items(asked, told, parts, today)
    titles = dict(zip(BUCKETS, (_("已超期"), _("今天到期"), _("本周内"), _("以后")), strict=True))
    groups = []
    for bucket in held:
        rows, before = _sorted(shown.get(bucket, [])), start if bucket == opened else 0
        # rows are read now, counts may be of a minute ago
        count = max(counted[bucket], before + len(rows))
        groups.append(Group(bucket, titles[bucket], count, rows, bucket == opened, before))
    return Inbox(tabs, groups)


def _shared(wanted: Mapping[str, int], room: int) -> dict[str, int]:
    """How many rows each group shows: an equal share, and what others leave of theirs.

    The most urgent group takes first of what is left; none shows less than a few rows.
    """
    share = max(FEWEST, room // max(len(wanted), 1))
    shown = {bucket: min(n, share) for bucket, n in wanted.items()}
    left = room - sum(shown.values())
    for bucket, n in wanted.items():
        more = max(min(n - shown[bucket], left), 0)
        shown[bucket] += more
        left -= more
    return shown


def _sorted(found: Sequence[Item]) -> list[Item]:
    """The most urgent first, and graver before lighter."""
    last = len(LEVELS)
    gravity = {level: place for place, level in enumerate(LEVELS)}
    return sorted(found, key=lambda item: (item.due_on, gravity.get(item.level, last), item.key))


def first_of(groups: Iterable[Group]) -> str:
    """The key of the row that is open when the page is opened."""
    return next((item.key for group in groups for item in group.items), "")
