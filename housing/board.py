"""The building board (房态图): floors by units, from the dwellings' own columns (D-5).

Nothing here asks the database; a board of a thousand dwellings is one pass over their rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy

from housing.codes import OCCUPANCY_STATUSES
from housing.cycles import days_since, is_within
from housing.models import DwellingUnit
from portal.ui.graphics import freshness_level
from portal.ui.words import gettext as _

WIDE_FROM = 13
#: Occupancy status → kind of cell; 借住 and 非居住 share one.
KINDS = {"1": "own", "2": "rented", "3": "other", "4": "vacant", "5": "collective", "6": "other"}
UNKNOWN = "unknown"
LETTERS = {
    "1": gettext_lazy("自"),
    "2": gettext_lazy("租"),
    "3": gettext_lazy("借"),
    "4": gettext_lazy("空"),
    "5": gettext_lazy("集"),
    "6": gettext_lazy("非"),
    "9": "?",
}
KIND_TITLES = {
    "own": gettext_lazy("自住"),
    "rented": gettext_lazy("出租"),
    "collective": gettext_lazy("集体"),
    "vacant": gettext_lazy("空置"),
    "other": gettext_lazy("其他"),
    "unknown": gettext_lazy("未采集"),
}
FLAG_TITLES = {"must": gettext_lazy("必改"), "should": gettext_lazy("应改")}


@dataclass(frozen=True)
class BoardCell:
    """One dwelling as the board draws it (`portal.ui.marks.matrix_cell`)."""

    pk: Any
    room: str
    kind: str
    letter: str
    people: str
    days: int | None
    cycle: int
    fresh: int
    flag: str
    url: str
    pane_url: str
    label: str
    selected: bool
    is_fresh: bool
    group: str = ""
    crowded: bool = False


@dataclass(frozen=True)
class BoardFloor:
    """One floor: a cell or a gap for each column, and who lives on it."""

    number: int
    slots: list[BoardCell | None]
    households: int
    people: int


@dataclass(frozen=True)
class LegendChip:
    """A chip of the legend: what it dims by, its mark, its title and how many cells it holds."""

    dim: str
    mark: str
    title: str
    count: int


@dataclass(frozen=True)
class Board:
    """A building's floors from the top, and the figures of its head."""

    floors: list[BoardFloor]
    columns: list[str]
    people: int
    fresh: int
    cells: list[BoardCell] = field(repr=False)

    @property
    def total(self) -> int:
        return len(self.cells)

    @property
    def is_wide(self) -> bool:
        return len(self.columns) >= WIDE_FROM

    @property
    def fresh_rate(self) -> float | None:
        """Share of dwellings verified within their cycle, 0–100; None without dwellings."""
        return self.fresh * 100 / self.total if self.cells else None

    @property
    def kind_chips(self) -> list[LegendChip]:
        """Chips of the occupancy, those that have cells."""
        return [
            LegendChip(f"kind:{kind}", kind, str(title), count)
            for kind, title in KIND_TITLES.items()
            if (count := sum(cell.kind == kind for cell in self.cells)) or kind == "own"
        ]

    @property
    def problem_chips(self) -> list[LegendChip]:
        """Chips of what is wrong: issues by severity, and the verification overdue."""
        found = [
            LegendChip(f"flag:{flag}", flag, str(title), count)
            for flag, title in FLAG_TITLES.items()
            if (count := sum(cell.flag == flag for cell in self.cells))
        ]
        late = sum(cell.fresh == 1 for cell in self.cells)
        return [*found, LegendChip("fresh:1", "late", _("核实超期"), late)]


@dataclass(frozen=True)
class BoardFacts:
    """What a board needs besides the rows: the day, the cycles, open issues, addresses."""

    day: date
    cycles: Mapping[str, int]
    flags: Mapping[Any, tuple[str, int]] = field(default_factory=dict)
    #: addresses with `{}` where the dwelling's id goes
    cell_url: str = "?dwelling={}"
    pane_url: str = ""
    selected: str = ""


def build_board(dwellings: Iterable[DwellingUnit], facts: BoardFacts) -> Board:
    """The board of one building's dwellings, the top floor first.

    :param dwellings: in the order of floor, position and address
    """
    floors: dict[int, list[DwellingUnit]] = {}
    for dwelling in dwellings:
        floors.setdefault(dwelling.floor, []).append(dwelling)
    width = max((_width(rows) for rows in floors.values()), default=0)
    built = [
        BoardFloor(
            number=number,
            slots=[_cell(row, facts) if row else None for row in _placed(rows, width)],
            households=sum(row.households for row in rows),
            people=sum(row.occupants for row in rows),
        )
        for number, rows in sorted(floors.items(), reverse=True)
    ]
    cells = [cell for floor in built for cell in floor.slots if cell]
    return Board(
        floors=built,
        columns=[f"{place:02d}" for place in range(1, width + 1)],
        people=sum(floor.people for floor in built),
        fresh=sum(cell.is_fresh for cell in cells),
        cells=cells,
    )


def _width(rows: Sequence[DwellingUnit]) -> int:
    """Columns that a floor takes: as far as its rooms count, and no fewer than it has rooms."""
    return max(len(rows), max(row.position for row in rows) if len(rows) > 1 else 1)


def _placed(rows: Sequence[DwellingUnit], width: int) -> list[DwellingUnit | None]:
    """Each room in the column that its number tells; the others fill the gaps in order."""
    slots: list[DwellingUnit | None] = [None] * width
    waiting = []
    for row in rows:
        if 1 <= row.position <= width and slots[row.position - 1] is None:
            slots[row.position - 1] = row
        else:
            waiting.append(row)
    gaps = [place for place, row in enumerate(slots) if row is None]
    for place, row in zip(gaps, waiting, strict=False):
        slots[place] = row
    return slots


def _cell(row: DwellingUnit, facts: BoardFacts) -> BoardCell:
    kind = KINDS.get(row.occupancy, UNKNOWN)
    cycle = facts.cycles.get(row.occupancy, facts.cycles["9"])
    days = days_since(row.verified_on, facts.day)
    flag, problems = facts.flags.get(row.pk, ("", 0))
    known = kind != UNKNOWN
    return BoardCell(
        pk=row.pk,
        room=row.room_no,
        kind=kind,
        letter=str(LETTERS.get(row.occupancy, "?")),
        people=_("%(count)d人") % {"count": row.occupants} if row.occupants else "—",
        days=days,
        cycle=cycle,
        # never verified is as late as can be
        fresh=(freshness_level(days, cycle) or 1) if known else 0,
        flag=flag,
        url=facts.cell_url.format(row.pk),
        pane_url=facts.pane_url.format(row.pk) if facts.pane_url else "",
        label=_label(row, days, flag, problems),
        selected=str(row.pk) == facts.selected,
        is_fresh=is_within(row.verified_on, facts.day, cycle),
    )


def _since(days: int | None) -> str:
    """How long ago the dwelling was verified, in words."""
    if days is None:
        return _("没有核实过")
    return _("%(days)d 天前核实") % {"days": days} if days else _("今天核实")


def _label(row: DwellingUnit, days: int | None, flag: str, problems: int) -> str:
    """The cell in words: `1203室，出租，4 人，98 天前核实，1 项必改`."""
    parts = [
        _("%(room)s室") % {"room": row.room_no},
        OCCUPANCY_STATUSES.title(row.occupancy),
        _("%(count)d 人") % {"count": row.occupants},
        _since(days),
    ]
    if flag:
        parts.append(
            _("%(count)d 项%(severity)s") % {"count": problems, "severity": FLAG_TITLES[flag]}
        )
    return "，".join(str(part) for part in parts)
