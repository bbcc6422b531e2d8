"""The tables of a dashboard: ranking, collectors' load, heat map, open issues and their stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from portal.metrics.dashboards import DEFAULT_ORDER, MONTHS, STOCK, Board
from portal.metrics.metric import Bounds, ListLink, Metric
from portal.metrics.receipts import Place, Reading, Receipt
from portal.orgs.models import OrgUnit
from portal.quality.registry import quality_rules
from portal.ui import formats

FULL_LOAD = 2200  # end of the load bars' axis, people for each collector
MOST_RULES = 10
BAR_ROOM = 70  # percent of the column; the number stands behind the bar


@dataclass(frozen=True)
class RankRow:
    """One unit of the ranking; no rank where the figure is missing or rests on too few cases.

    `is_close`: its interval overlaps that of the unit before or behind it, so that its place may
    be chance.
    """

    unit: OrgUnit
    rank: int | None
    population: Reading
    rates: Sequence[Reading]
    change: str
    must: Receipt
    should: Receipt
    is_close: bool = False


@dataclass(frozen=True)
class Ranking:
    """Units ordered by one figure, with the targets of its columns."""

    order: str
    descending: bool
    columns: Sequence[Metric]
    targets: Mapping[str, Decimal | None]
    rows: Sequence[RankRow]
    total: RankRow

    @property
    def has_close(self) -> bool:
        """Whether some places may be chance."""
        return any(row.is_close for row in self.rows)

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        return [(m.key, str(m.title), m.key == self.order) for m in self.columns]


def ranking(board: Board, order: str) -> Ranking:
    """:param order: key of a shown rate or of the population, with `-` for the worst first"""
    shown = board.ranked_rates
    wanted, worst_first = order.removeprefix("-"), order.startswith("-")
    allowed = [metric.key for metric in shown] + ["actual_population"]
    if wanted not in allowed:
        wanted = DEFAULT_ORDER if DEFAULT_ORDER in allowed else allowed[0]
    readings = {unit.pk: board.reading(wanted, unit.pk) for unit in board.parts}
    ranks = _ranks(list(readings.values()))
    units = sorted(
        board.parts,
        key=lambda unit: _key(readings[unit.pk].value, worst_first=worst_first),
    )
    close = _close(list(readings.values()), ranks)
    rows = [
        _rank_row(board, unit, ranks.get(unit.pk), wanted, shown, is_close=unit.pk in close)
        for unit in units
    ]
    return Ranking(
        wanted, not worst_first, shown,
        targets={metric.key: board.standards.target(metric) for metric in shown},
        rows=rows, total=_rank_row(board, board.unit, None, wanted, shown),
    )  # fmt: skip


def _key(value: Decimal | None, *, worst_first: bool) -> tuple[bool, Decimal]:
    number = value if value is not None else Decimal(0)
    return (value is None, number if worst_first else -number)


def _ranks(readings: Sequence[Reading]) -> dict[int, int]:
    """Places by value, best first; equal values share a place."""
    counted = [r for r in readings if r.value is not None and not r.figure.is_few]
    values = sorted((r.value for r in counted if r.value is not None), reverse=True)
    return {r.place.unit: values.index(r.value) + 1 for r in counted if r.value is not None}


def _close(readings: Sequence[Reading], ranks: Mapping[int, int]) -> set[int]:
    """Ranked units whose interval overlaps that of a neighbour in the ranking."""
    ranked = sorted(
        (reading for reading in readings if reading.place.unit in ranks),
        key=lambda reading: ranks[reading.place.unit],
    )
    return {
        reading.place.unit
        for one, other in pairwise(ranked)
        if overlap(one.figure.bounds, other.figure.bounds)
        for reading in (one, other)
    }


def overlap(one: Bounds | None, other: Bounds | None) -> bool:
    """Whether two intervals have a value in common; those of full counts have none."""
    if one is None or other is None:
        return False
    return one[0] <= other[1] and other[0] <= one[1]


def _rank_row(
    board: Board, unit: OrgUnit, rank: int | None, order: str, shown: Sequence[Metric], *,
    is_close: bool = False,
) -> RankRow:  # fmt: skip
    code = None if unit.pk == board.unit.pk else unit.pk
    place = board.place(code)
    return RankRow(
        unit, rank,
        population=board.reading("actual_population", code),
        rates=[board.reading(metric.key, code) for metric in shown],
        change=board.reading(order, code).change,
        must=_issues(board, place, code or 0, "must"),
        should=_issues(board, place, code or 0, "should"),
        is_close=is_close,
    )  # fmt: skip


def _issues(board: Board, place: Place, code: int, severity: str) -> Receipt:
    counts = board.issues[code, "severity"]
    count = counts[severity] if severity else sum(counts.values())
    link = ListLink("quality:list", f"severity={severity}" if severity else "")
    return place.receipt(formats.whole(count), link, Decimal(count))


def issue_totals(board: Board) -> dict[str, Receipt]:
    """Open issues of the unit: all of them, and by how much they matter."""
    return {name: _issues(board, board.place(), 0, severity) for name, severity in (
        ("all", ""), ("must", "must"), ("should", "should"), ("note", "note"),
    )}  # fmt: skip


@dataclass(frozen=True)
class LoadRow:
    """People for each collector of one unit; `lacking` in full posts, blank where enough."""

    name: str
    reading: Reading
    posts: str
    lacking: str
    full: int = FULL_LOAD


@dataclass(frozen=True)
class Loads:
    """Loads of all units and together; `words` say what is missing, for the tile."""

    rows: Sequence[LoadRow]
    total: LoadRow
    words: str


def loads(board: Board) -> Loads:
    """Units by load, the heaviest first; those without any collector before all others."""
    names = {unit.pk: unit.short_name for unit in board.parts}
    # collectors who are kept at the street office belong to no committee
    if board.unit.level == "street" and board.unit.pk in board.sheet.figures:
        at_office = board.sheet.of("collector_ratio", board.unit.pk)
        if at_office.denominator:
            names[board.unit.pk] = _("街道机动")
    by_street = board.unit.level == "district"
    rows = [
        _load(board, name, board.reading("collector_ratio", code), whole=by_street)
        for code, name in names.items()
    ]
    rows.sort(key=lambda row: (row.lacking == "", -_load_of(row)))
    whole = board.unit.level != "committee"
    total = _load(board, _("合计"), board.reading("collector_ratio"), whole=whole)
    return Loads(rows, total, _lacking_words(total, sum(1 for row in rows if row.lacking)))


def _lacking_words(total: LoadRow, units: int) -> str:
    """Missing posts of the whole; where there are enough, how many of its units lack some."""
    if total.lacking:
        return _("缺 %(posts)s 员") % {"posts": total.lacking}
    return _("%(units)d 个单位缺员") % {"units": units} if units else ""


def _load_of(row: LoadRow) -> Decimal:
    if row.reading.value is not None:
        return row.reading.value
    return row.reading.figure.numerator or Decimal(0)


def _load(board: Board, name: str, reading: Reading, *, whole: bool) -> LoadRow:
    lacking = board.standards.lacking_posts(reading.figure, whole=whole)
    return LoadRow(
        name, reading,
        posts=reading.bottom.text,
        lacking=posts_text(lacking) if lacking else "",
    )  # fmt: skip


def posts_text(number: Decimal) -> str:
    """Posts with one decimal where they are not whole."""
    places = 0 if number == number.to_integral_value() else 1
    return formats.decimal(number, places)


@dataclass(frozen=True)
class HeatCell:
    """A rate in one month; only today's opens a list."""

    receipt: Receipt
    level: int


@dataclass(frozen=True)
class HeatMap:
    """A rate of each unit by month; `steps` are the classes of the legend."""

    months: Sequence[date]
    rows: Sequence[tuple[str, Sequence[HeatCell]]]
    steps: Sequence[tuple[int, str]]


def heat_map(board: Board, key: str = "freshness") -> HeatMap:
    """A rate of each unit at the end of each month that has a snapshot, and today."""
    this_month = board.today.replace(day=1)
    sheets = {
        month: board.past[night.run] for month, night in board.months.items() if month != this_month
    }
    if board.month is None:
        sheets[this_month] = board.sheet
    target = board.standards.target(board.reading(key).metric) or Decimal(92)
    rows = [
        (
            unit.short_name,
            [
                _heat_cell(sheet.value(key, unit.pk), target, _today(board, key, unit, month))
                for month, sheet in sheets.items()
            ],
        )
        for unit in board.parts
    ]
    return HeatMap(list(sheets)[-MONTHS:], [(n, c[-MONTHS:]) for n, c in rows], heat_steps(target))


def _today(board: Board, key: str, unit: OrgUnit, month: date) -> Receipt | None:
    live = board.month is None and month == board.today.replace(day=1)
    return board.reading(key, unit.pk).number if live else None


def _heat_cell(value: Decimal | None, target: Decimal, live: Receipt | None) -> HeatCell:
    text = formats.rate(value, 1, target)
    receipt = Receipt(text, live.url, live.rows) if live else Receipt(text)
    return HeatCell(receipt, heat_level(value, target))


def heat_level(value: Decimal | None, target: Decimal) -> int:
    """Five classes around the target, 1 the worst; 0 for unknown."""
    if value is None:
        return 0
    bounds = (target - 8, target - 4, target, target + 3)
    return 1 + sum(value >= bound for bound in bounds)


def heat_steps(target: Decimal) -> list[tuple[int, str]]:
    low, mid, aim, high = (formats.decimal(target + step, 0) for step in (-8, -4, 0, 3))
    return [(1, f"<{low}"), (2, f"{low}–{mid}"), (3, f"{mid}–{aim}"), (4, f"{aim}–{high}"),
            (5, f"≥{high}")]  # fmt: skip


@dataclass(frozen=True)
class RuleRow:
    """Open issues of one rule; its bar is `width` percent of the room."""

    title: str
    severity: str
    width: float
    receipt: Receipt

    @property
    def fill(self) -> str:
        """Style class of the bar."""
        return {"must": "pp-f-danger", "should": "pp-f-viz2"}.get(self.severity, "pp-f-note")


def rule_rows(board: Board) -> list[RuleRow]:
    """The rules that find most, the most first."""
    counts = board.issues[0, "rule"]
    longest = max(counts.values(), default=0)
    rules = quality_rules()
    found = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_RULES]
    return [
        RuleRow(
            str(rules[key].title), str(rules[key].severity), round(count * BAR_ROOM / longest, 1),
            board.place().receipt(
                formats.whole(count), ListLink("quality:list", f"rule={key}"), Decimal(count)
            ),
        )
        for key, count in found
        if key in rules and count
    ]  # fmt: skip


@dataclass(frozen=True)
class Stock:
    """Open issues by week, the last entry is now."""

    labels: Sequence[str]
    must: Sequence[int | None]
    should: Sequence[int | None]

    @property
    def rows(self) -> list[tuple[str, int | None, int | None]]:
        return list(zip(self.labels, self.must, self.should, strict=True))

    @property
    def chart(self) -> dict[str, Any]:
        """What the line chart draws."""
        highest = max(number or 0 for number in [*self.must, *self.should])
        return {
            "labels": self.labels, "low": 0, "high": _round_up(highest),
            "lines": [
                {"name": _("应改 %(n)s") % {"n": formats.whole(self.should[-1])},
                 "values": self.should, "tone": "should"},
                {"name": _("必改 %(n)s") % {"n": formats.whole(self.must[-1])},
                 "values": self.must, "tone": "must"},
            ],
        }  # fmt: skip


def stock(board: Board) -> Stock:
    """Open issues at the end of each week and now."""
    must, should = STOCK
    nights = [night for night in board.weeks if night.day < board.today]
    sheets = [board.past[night.run] for night in nights]
    counts = board.issues[0, "severity"]
    return Stock(
        labels=[f"{night.day:%m-%d}" for night in nights] + [f"{board.today:%m-%d}"],
        must=[_count(sheet.value(must)) for sheet in sheets] + [counts["must"]],
        should=[_count(sheet.value(should)) for sheet in sheets] + [counts["should"]],
    )


def _count(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _round_up(number: int) -> int:
    """The next multiple of three that is easy to read: 145 gives 150, 506 gives 600."""
    step = 3
    while step * 10 < number:
        step *= 10
    return max(3, -(-number // step) * step)
