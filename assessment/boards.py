"""The score matrix as it is shown: units by indicators, tinted by what was lost (ui.md 8.8)."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

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
from portal.orgs.scope import Scope
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


@dataclass(frozen=True)
class Cell:
    """Points of one unit in one column; `pk` opens the page that explains them."""

    text: str
    pk: uuid.UUID | None = None
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


@dataclass(frozen=True)
class Waiting:
    """A score that waits for the district."""

    pk: uuid.UUID
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


def effective(score: Score) -> Decimal | None:
    """The points that count now: decided ones, else computed ones; None when not scored."""
    if score.state == ScoreState.EXCLUDED:
        return None
    return score.final if score.final is not None else score.computed


def differs(score: Score) -> bool:
    """Whether the unit's own claim is not what the system computed and nobody decided yet."""
    return score.state in {ScoreState.CLAIMED, ScoreState.PROPOSED, ScoreState.RETURNED}


def board(cycle: AssessmentCycle, scope: Scope, shown: str) -> Board:
    """The matrix of the units that the scope sees."""
    indicators = list(cycle.indicators.order_by("position"))
    sheets = list(
        UnitSheet.objects.in_scope(scope)
        .filter(cycle=cycle)
        .select_related("committee")
        .order_by("committee_id")
    )
    scores: dict[uuid.UUID, dict[int, Score]] = defaultdict(dict)
    rows = Score.objects.in_scope(scope).filter(indicator__cycle=cycle)
    for score in rows.select_related("indicator"):
        scores[score.indicator_id][score.committee_id] = score
    picks = _picks(indicators, scores)
    columns = _columns(indicators, picks[shown], keep_rest=shown == "data")
    places = _places(cycle, sheets, scope)
    lines = [_line(sheet, columns, scores, places) for sheet in sheets]
    lines.sort(key=lambda line: (line.rank is None, line.rank or 0, line.unit))
    known = [sheet.total for sheet in sheets if sheet.total is not None]
    return Board(
        cycle=cycle, shown=shown, groups=_groups(indicators, columns), columns=columns,
        lines=lines, averages=[(column, _average(column, scores)) for column in columns],
        average=formats.decimal(sum(known, Decimal(0)) / len(known), 1) if known else formats.DASH,
        indicators=len(indicators), without_data=len(indicators) - len(picks["data"]),
        counts={key: len(found) for key, found in picks.items()},
    )  # fmt: skip


Scores = Mapping[uuid.UUID, Mapping[int, Score]]


def _picks(indicators: Sequence[Indicator], scores: Scores) -> dict[str, list[Indicator]]:
    """Which indicators each view shows."""

    def any_of(indicator: Indicator, test: str) -> bool:
        found = scores.get(indicator.pk, {}).values()
        if test == "differs":
            return any(differs(score) for score in found)
        if test == "loss":
            return any(tint(indicator, effective(score)) for score in found)
        return any(effective(score) is not None or differs(score) for score in found)

    picked = {
        test: [each for each in indicators if any_of(each, test)]
        for test in ("data", "loss", "differs")
    }
    return picked | {"all": list(indicators)}


def _columns(
    indicators: Sequence[Indicator], picked: Sequence[Indicator], *, keep_rest: bool
) -> list[Column]:
    """Columns by family; those without data stand together in one column each family."""
    chosen = {each.pk for each in picked}
    found: list[Column] = []
    for family in dict.fromkeys(each.family for each in indicators):
        own = [each for each in indicators if each.family == family]
        columns = [(each, 0) for each in own if each.pk in chosen]
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


def _places(
    cycle: AssessmentCycle, sheets: Sequence[UnitSheet], scope: Scope
) -> Mapping[int, int | None]:
    """Ranks: worked out for the district, as published for a street."""
    if scope.level == "district":
        totals = {
            sheet.committee_id: None if sheet.total is None else rounded(sheet.total)
            for sheet in sheets
        }
        return ranks(totals)
    return dict(PublishedResult.objects.filter(cycle=cycle).values_list("unit_id", "rank"))


def _line(
    sheet: UnitSheet, columns: Sequence[Column], scores: Scores, places: Mapping[int, int | None]
) -> Line:
    unit = sheet.committee
    return Line(
        unit=unit.pk, name=unit.name,
        total=formats.DASH if sheet.total is None else formats.decimal(rounded(sheet.total), 1),
        rank=places.get(unit.pk), grade=sheet.grade, state=sheet.get_state_display(),
        tone=STATE_TONES[SheetState(sheet.state)],
        cells=[_cell(column, scores, unit.pk, unit.name) for column in columns],
    )  # fmt: skip


def _cell(column: Column, scores: Scores, unit: int, name: str) -> Cell:
    if column.indicator is None:
        return Cell(formats.DASH, is_first=column.is_first)
    score = scores.get(column.indicator.pk, {}).get(unit)
    if score is None:
        return Cell(formats.DASH, is_first=column.is_first)
    points = effective(score)
    text = formats.decimal(points)
    words = text if points is not None else _("无数据")
    return Cell(
        text=text, pk=score.pk, tint=tint(column.indicator, points), differs=differs(score),
        label=f"{name} {column.indicator.title} {words}", is_first=column.is_first,
    )  # fmt: skip


def tint(indicator: Indicator, points: Decimal | None) -> int:
    """0 nothing lost (or nothing known), 1 up to a tenth, 2 up to a quarter, 3 more."""
    if points is None:
        return 0
    lost = (indicator.weight - points) / indicator.weight
    return next((step for least, step in TINTS if lost > least), 0)


def _average(column: Column, scores: Scores) -> str:
    """Mean points by weight over the units that have any, in percent."""
    if column.indicator is None:
        return formats.DASH
    found = [effective(score) for score in scores.get(column.indicator.pk, {}).values()]
    known = [points for points in found if points is not None]
    if not known:
        return formats.DASH
    return formats.percent(sum(known, Decimal(0)) / len(known) / column.indicator.weight * 100, 1)


def waiting(cycle: AssessmentCycle, scope: Scope) -> list[Waiting]:
    """What the district has to judge, the largest difference first."""
    rows = (
        Score.objects.in_scope(scope)
        .to_review()
        .filter(indicator__cycle=cycle)
        .select_related("indicator", "committee")
        .prefetch_related("evidence")
        .order_by("committee_id", "indicator__position")
    )
    found = [
        Waiting(
            pk=score.pk, unit_name=score.committee.name, title=score.indicator.title,
            claimed=score.self_claimed, computed=score.computed, difference=difference(score),
            note=score.claim_note, papers=len(score.evidence.all()),
            state=score.get_state_display(),
        )
        for score in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: -abs(each.difference or Decimal(0)))


def difference(score: Score) -> Decimal | None:
    """Computed less claimed; None where either is missing."""
    if score.computed is None or score.self_claimed is None:
        return None
    return score.computed - score.self_claimed
