"""The score matrix as it is shown: units by indicators, tinted by what was lost (ui.md 8.8)."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from assessment.matrix_reads import Holdings, Points
from assessment.models import (
    AssessmentCycle,
    Indicator,
    PublishedResult,
    Score,
    ScoreState,
    SheetState,
    UnitSheet,
)
from assessment.ranking import ranks
from assessment.scoring import rounded
from assessment.transitions import TO_REVIEW
from portal.ui import formats

#: What share of an indicator's points lost gives which tint.
TINTS = ((Decimal("0.25"), 3), (Decimal("0.10"), 2), (Decimal(0), 1))
STATE_TONES = {
    SheetState.AWAITING: "2",
    SheetState.REVIEWING: "warn",
    SheetState.RETURNED: "danger",
    SheetState.REVIEWED: "ok",
}
SHOWN = ("data", "all", "loss", "differs")


@dataclass(frozen=True)
class Column:
    """One indicator, or (without one) the indicators of a family that nobody has data for."""

    family: str
    indicator: Indicator | None
    hidden: int = 0
    is_first: bool = False


@dataclass(frozen=True)
class Group:
    code: str
    title: str
    weight: Decimal
    span: int


class Cell(NamedTuple):
    """Points of one unit in one column; `pk` opens the page that explains them."""

    text: str
    pk: str = ""
    tint: int = 0
    differs: bool = False
    label: str = ""
    is_first: bool = False


@dataclass(frozen=True)
class Line:
    unit: int
    name: str
    total: str
    rank: int | None
    grade: str
    state: str
    tone: str
    cells: Sequence[Cell]


class Waiting(NamedTuple):
    """A score that waits for the district."""

    pk: str
    unit_name: str
    title: str
    claimed: Decimal | None
    computed: Decimal | None
    difference: Decimal | None
    note: str
    papers: int
    state: str


@dataclass(frozen=True)
class Board:
    cycle: AssessmentCycle
    shown: str
    groups: Sequence[Group]
    columns: Sequence[Column]
    lines: Sequence[Line]
    averages: Sequence[tuple[Column, str]]
    average: str
    indicators: int
    without_data: int
    counts: Mapping[str, int]


def effective(score: Score | Points) -> Decimal | None:
    """The points that count now: decided ones, else computed ones; None when not scored."""
    if score.state == ScoreState.EXCLUDED:
        return None
    return score.final if score.final is not None else score.computed


def differs(score: Score | Points) -> bool:
    """Whether the unit's own claim is not what the system computed and nobody decided yet."""
    return score.state in {ScoreState.CLAIMED, ScoreState.PROPOSED, ScoreState.RETURNED}


class Mark(NamedTuple):
    """A score as the matrix shows it; `pk` opens the page that explains it."""

    pk: str
    points: Decimal | None
    tint: int
    differs: bool


#: By the indicator's code and the unit.
Marks = Mapping[str, Mapping[int, Mark]]


def board(held: Holdings, shown: str, published: Sequence[PublishedResult]) -> Board:
    """The matrix of the units that a scope sees.

    :param published: the results as they were published, where the scope ranks nobody itself
    """
    indicators, sheets, marks = held.indicators, held.sheets, _marks(held.scores)
    picks = _picks(indicators, marks)
    columns = _columns(indicators, picks[shown], keep_rest=shown == "data")
    places = _places(held, published)
    lines = [_line(sheet, columns, marks, places) for sheet in sheets]
    lines.sort(key=lambda line: (line.rank is None, line.rank or 0, line.unit))
    known = [sheet.total for sheet in sheets if sheet.total is not None]
    return Board(
        cycle=held.cycle, shown=shown, groups=_groups(indicators, columns), columns=columns,
        lines=lines, averages=[(column, _average(column, marks)) for column in columns],
        average=formats.decimal(sum(known, Decimal(0)) / len(known), 1) if known else formats.DASH,
        indicators=len(indicators), without_data=len(indicators) - len(picks["data"]),
        counts={key: len(found) for key, found in picks.items()},
    )  # fmt: skip


def _marks(scores: Sequence[Points]) -> Marks:
    found: dict[str, dict[int, Mark]] = defaultdict(dict)
    for score in scores:
        points = effective(score)
        lost = tint(score.indicator, points)
        found[score.indicator.code][score.committee_id] = Mark(
            score.pk, points, lost, differs(score)
        )
    return found


def _picks(indicators: Sequence[Indicator], marks: Marks) -> dict[str, list[Indicator]]:
    """Which indicators each view shows."""
    tests: Mapping[str, Callable[[Mark], bool]] = {
        "data": lambda mark: mark.points is not None or mark.differs,
        "loss": lambda mark: mark.tint > 0,
        "differs": lambda mark: mark.differs,
    }
    picked = {
        key: [each for each in indicators if any(map(test, marks.get(each.code, {}).values()))]
        for key, test in tests.items()
    }
    return picked | {"all": list(indicators)}


def _columns(
    indicators: Sequence[Indicator], picked: Sequence[Indicator], *, keep_rest: bool
) -> list[Column]:
    """Columns by family; those without data stand together in one column each family."""
    chosen = {each.code for each in picked}
    found: list[Column] = []
    for family in dict.fromkeys(each.family for each in indicators):
        own = [each for each in indicators if each.family == family]
        columns = [(each, 0) for each in own if each.code in chosen]
        rest = len(own) - len(columns)
        listed: list[tuple[Indicator | None, int]] = list(columns)
        if rest and keep_rest:
            listed.append((None, rest))
        found += [
            Column(family, each, hidden, is_first=place == 0)
            for place, (each, hidden) in enumerate(listed)
        ]
    return found


def _groups(indicators: Sequence[Indicator], columns: Sequence[Column]) -> list[Group]:
    groups = []
    for family in dict.fromkeys(column.family for column in columns):
        own = [each for each in indicators if each.family == family]
        groups.append(
            Group(
                family, own[0].family_title, sum((each.weight for each in own), Decimal(0)),
                sum(column.family == family for column in columns),
            )
        )  # fmt: skip
    return groups


def _places(held: Holdings, published: Sequence[PublishedResult]) -> Mapping[int, int | None]:
    """Ranks: worked out for the district, as published for a street."""
    if held.scope.level != "district":
        return {row.unit_id: row.rank for row in published}
    return ranks(
        {
            sheet.committee_id: None if sheet.total is None else rounded(sheet.total)
            for sheet in held.sheets
        }
    )


def _line(
    sheet: UnitSheet, columns: Sequence[Column], marks: Marks, places: Mapping[int, int | None]
) -> Line:
    unit = sheet.committee
    return Line(
        unit=unit.pk, name=unit.name,
        total=formats.DASH if sheet.total is None else formats.decimal(rounded(sheet.total), 1),
        rank=places.get(unit.pk), grade=sheet.grade, state=sheet.get_state_display(),
        tone=STATE_TONES[SheetState(sheet.state)],
        cells=[_cell(column, marks, unit.pk, unit.name) for column in columns],
    )  # fmt: skip


def _cell(column: Column, marks: Marks, unit: int, name: str) -> Cell:
    if column.indicator is None:
        return Cell(formats.DASH, is_first=column.is_first)
    mark = marks.get(column.indicator.code, {}).get(unit)
    if mark is None:
        return Cell(formats.DASH, is_first=column.is_first)
    text = formats.decimal(mark.points)
    words = text if mark.points is not None else _("无数据")
    return Cell(
        text=text, pk=mark.pk, tint=mark.tint, differs=mark.differs,
        label=f"{name} {column.indicator.title} {words}", is_first=column.is_first,
    )  # fmt: skip


def tint(indicator: Indicator, points: Decimal | None) -> int:
    """0 nothing lost (or nothing known), 1 up to a tenth, 2 up to a quarter, 3 more."""
    if points is None:
        return 0
    lost = (indicator.weight - points) / indicator.weight
    return next((step for least, step in TINTS if lost > least), 0)


def _average(column: Column, marks: Marks) -> str:
    """Mean points by weight over the units that have any, in percent."""
    if column.indicator is None:
        return formats.DASH
    found = marks.get(column.indicator.code, {}).values()
    known = [mark.points for mark in found if mark.points is not None]
    if not known:
        return formats.DASH
    return formats.percent(sum(known, Decimal(0)) / len(known) / column.indicator.weight * 100, 1)


def waiting(held: Holdings) -> list[Waiting]:
    """What the district has to judge, the largest difference first."""
    names = {sheet.committee_id: sheet.committee.name for sheet in held.sheets}
    found = [
        Waiting(
            pk=score.pk, unit_name=names[score.committee_id], title=score.indicator.title,
            claimed=score.self_claimed, computed=score.computed, difference=difference(score),
            note=score.claim_note, papers=held.papers.get(score.pk, 0),
            state=score.state_title,
        )
        for score in held.scores
        if score.state in TO_REVIEW
    ]  # fmt: skip
    return sorted(found, key=lambda each: -abs(each.difference or Decimal(0)))


def difference(score: Score | Points) -> Decimal | None:
    """Computed less claimed; None where either is missing."""
    if score.computed is None or score.self_claimed is None:
        return None
    return score.computed - score.self_claimed
