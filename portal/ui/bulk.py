"""Acts on many rows of a list: what will be changed, what will not and why, then the act.

The bulk bar posts the ticked rows, or the list's conditions for all of them. The first answer is
a dialog that tells; it carries the same choice, so that the act looks at the rows anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest

#: Rows of one act; a request ends in seconds.
MOST_AT_ONCE = 200
#: Names told for each reason.
MOST_NAMED = 8
#: The field by which the dialog says that its reader has seen what will happen.
AGREED = "agreed"


@dataclass(frozen=True)
class Kept:
    """Rows that stay as they are for one reason."""

    why: str
    count: int
    names: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True)
class Outlook:
    """What a bulk act would do."""

    changed: int
    kept: tuple[Kept, ...]
    #: the first of those that are changed
    names: tuple[str, ...] = ()
    #: of how many rows, when they are too many for one act
    too_many: int = 0

    @property
    def unchanged(self) -> int:
        return sum(each.count for each in self.kept)

    @property
    def more(self) -> int:
        """How many of those that are changed are not named."""
        return self.changed - len(self.names)


def outlook(judged: Iterable[tuple[str, str]]) -> Outlook:
    """Count what an act would do.

    :param judged: for each row how it is called, and why it stays; blank where it is changed
    """
    rows = sorted(judged, key=lambda row: row[1])
    changed = [name for name, why in rows if not why]
    kept = []
    for why, group in groupby(rows, key=lambda row: row[1]):
        names = [name for name, _why in group]
        if why:
            kept.append(Kept(why, len(names), tuple(names[:MOST_NAMED])))
    return Outlook(len(changed), tuple(kept), tuple(changed[:MOST_NAMED]))


def carried(request: HttpRequest) -> list[tuple[str, Any]]:
    """The posted choice of rows, for the dialog to post again."""
    chosen = [(name, request.POST.get(name, "")) for name in ("all", "query")]
    return [*chosen, *(("pick", key) for key in request.POST.getlist("pick"))]
