"""Tables of the counts that may be shown: rows by columns, for one unit and month or several.

A cell is a count of the fixed family (`suppression`), or a sum of such counts; with a hidden one
among them it is hidden. Totals are counts of their own, never sums of what happens to be shown.

Paper: S-115.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.orgs.models import OrgUnit
from portal.orgs.posts import system_scope
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.statistics.features import FEATURES
from portal.statistics.models import Measure, ShownCount
from portal.statistics.suppression import CROSSED, FEWEST

UNIT, MONTH = "unit", "month"
#: What a hidden count is written as.
HIDDEN = "※"
_Key = tuple[int, date, tuple[tuple[str, str], ...]]
Line = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: `rows` and `columns` name `unit`, `month` or a feature.

    :param chosen: by feature, the values that count; features left out count whole
    """

    unit: OrgUnit
    month: date
    rows: str = UNIT
    columns: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """The features that every cell is about, in alphabetical order."""
        named = {each for each in (self.rows, self.columns, *self.chosen) if each in FEATURES}
        return tuple(sorted(named))

    @property
    def is_allowed(self) -> bool:
        return len(self.features) <= CROSSED

    @property
    def conditions(self) -> list[str]:
        """The conditions in words, for the page's head and the file's."""
        return [
            _("%(feature)s：%(values)s") % {
                "feature": FEATURES[key].title,
                "values": "、".join(FEATURES[key].title_of(code) for code in codes),
            }
            for key, codes in self.chosen.items()
        ]  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the table; None stands for a hidden count."""

    title: str
    counts: Sequence[int | None]
    total: int | None
    #: of the unit that the line is about
    code: int | None = None


@dataclass(frozen=True)
class Table:
    """A table as it is shown, printed and written into a file.

    `left_out` names the lines and columns in which nothing may be shown.
    """

    head: str
    columns: Sequence[str]
    rows: Sequence[Row]
    total: Row | None
    left_out: Sequence[str]

    @property
    def hidden(self) -> int:
        """How many counts of the table are hidden."""
        lines = [*self.rows, *([self.total] if self.total else [])]
        return sum(count is None for row in lines for count in (*row.counts, row.total))


def months(unit: int) -> list[date]:
    """The months that have been kept of a unit, the latest first."""
    return [row["month"] for row in _months_of.rows(system_scope(unit, ""))]


@Prepared
def _months_of(scope: Scope) -> "QuerySet[ShownCount, Any]":
    known: QuerySet[ShownCount, Any] = (
        ShownCount.objects.under(scope.unit)
        .filter(committee_id=scope.unit, run__state="published", measure=Measure.PEOPLE, first="")
        .order_by("-month")
        .values("month")
    )
    return known


def table(asked: Asked, parts: Sequence[OrgUnit], known: Sequence[date], by: Scope) -> Table:
    """The counts that somebody asks for, as far as they may be shown; one query.

    :param parts: the units below the asked one, for a table of units
    :param known: the months, the latest first, for a table of months
    :raises ValueError: more features than one count may be about
    """
    if not asked.is_allowed:
        raise ValueError("too many features")
    lines = _lines(asked.rows, asked, parts, known)
    across = _lines(asked.columns, asked, parts, known) if asked.columns else []
    counts = _Counts(asked, [int(c) for c, _t in lines] if asked.rows == UNIT else [], known, by)
    rows = [
        Row(
            title,
            [counts.of({asked.rows: code, asked.columns: other}) for other, _title in across],
            counts.of({asked.rows: code}),
            int(code) if asked.rows == UNIT else None,
        )
        for code, title in lines
    ]
    total = None
    if asked.rows != MONTH:
        sums = [counts.of({asked.columns: other}) for other, _title in across]
        total = Row(_("合计"), sums, counts.of({}))
    return _without_blanks(_head(asked.rows), [title for _code, title in across], rows, total)


def _head(name: str) -> str:
    return {UNIT: _("单位"), MONTH: _("月份")}.get(name) or str(FEATURES[name].title)


def _lines(name: str, asked: Asked, parts: Sequence[OrgUnit], known: Sequence[date]) -> list[Line]:
    """Codes and titles along one side of the table."""
    if name == UNIT:
        return [(str(unit.pk), unit.short_name) for unit in parts or [asked.unit]]
    if name == MONTH:
        return [(month.isoformat(), f"{month:%Y-%m}") for month in reversed(known)]
    feature = FEATURES[name]
    return [(c, str(t)) for c, t in feature.values if c in asked.chosen.get(name, feature.codes)]


class _Counts:
    """The counts of one table, read at once."""

    def __init__(
        self, asked: Asked, units: Sequence[int], known: Sequence[date], by: Scope
    ) -> None:
        self.asked = asked
        wanted = known if MONTH in (asked.rows, asked.columns) else [asked.month]
        rows = ShownCount.objects.in_scope(by).filter(
            committee_id__in=[asked.unit.pk, *units], month__in=wanted, run__state="published",
            measure=Measure.PEOPLE, first__in=["", *asked.features],
            second__in=["", *asked.features],
        )  # fmt: skip
        self._known: dict[_Key, int] = {}
        for unit, month, one, value, two, other, people in rows.values_list(
            "committee_id", "month", "first", "first_value", "second", "second_value", "people"
        ):
            box = tuple(pair for pair in ((one, value), (two, other)) if pair[0])
            self._known[unit, month, box] = people

    def of(self, place: Mapping[str, str]) -> int | None:
        """One cell, or a total where the place leaves a side of the table out."""
        unit = int(place.get(UNIT, self.asked.unit.pk))
        month = date.fromisoformat(place[MONTH]) if MONTH in place else self.asked.month
        values = {
            key: (place[key],) if key in place else self.asked.chosen[key]
            for key in self.asked.features
            if key in place or key in self.asked.chosen
        }
        boxes = product(*([(key, code) for code in codes] for key, codes in values.items()))
        found = [self._known.get((unit, month, box)) for box in boxes]
        shown = [count for count in found if count is not None]
        return sum(shown) if len(shown) == len(found) else None


def _without_blanks(
    head: str, columns: Sequence[str], rows: Sequence[Row], total: Row | None
) -> Table:
    """The table without lines and columns in which nothing may be shown; those are named."""
    lines = [*rows, *([total] if total else [])]
    kept = [
        place
        for place in range(len(columns))
        if any(row.counts[place] is not None for row in lines)
    ]
    left_out = [title for place, title in enumerate(columns) if place not in kept]
    full = [
        row
        for row in rows
        if row.total is not None or any(count is not None for count in row.counts)
    ]
    left_out += [row.title for row in rows if row not in full]

    def narrowed(row: Row) -> Row:
        return Row(row.title, [row.counts[place] for place in kept], row.total, row.code)

    return Table(
        head, [columns[place] for place in kept], [narrowed(row) for row in full],
        narrowed(total) if total else None, left_out,
    )  # fmt: skip


def legend() -> str:
    """What the mark of hidden counts means."""
    return _(
        "%(mark)s 不足 %(n)d 人（含 0），或为防止用合计相减推出不足 %(n)d 人的数而一并隐去；"
        "同一个数在所有查询、单位和常用查询里要么都显示，要么都隐去"
    ) % {"mark": HIDDEN, "n": FEWEST}  # fmt: skip


def written(count: int | None) -> str:
    """A count as text: digits, or the mark."""
    return HIDDEN if count is None else str(count)
