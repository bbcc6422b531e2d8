"""What a dashboard shows of stored values: a unit, its parts, their past and their open issues.

Paper: S-10, S-113.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.cache import caches
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal.metrics import closing, figures, visits
from portal.metrics.figures import Grain, Latest, Sheet, Snapshot
from portal.metrics.metric import HUNDRED, Metric
from portal.metrics.peers import median_of
from portal.metrics.receipts import Place, Reading, Standards
from portal.metrics.registry import metrics
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.rules.services import rules_on
from portal.ui import formats

STRIP = (
    "actual_population", "registration_rate", "accuracy_rate", "freshness",
    "endorsement_on_time", "house_code_link", "collector_ratio",
)  # fmt: skip
STRIP_LENGTH = 6
#: the second row: how complete and clean the registers are, how far they agree with others, and
#: how the municipal one is used
DATA_STRIP = (
    "housing_coverage", "completeness", "validity", "uniqueness", "occupancy_consistency",
    "reconciliation", "system_usage",
)  # fmt: skip
RATES = (
    "registration_rate", "accuracy_rate", "freshness", "house_code_link", "completeness",
)  # fmt: skip
RULERS = (*RATES[:4], "endorsement_on_time", "completeness", "housing_coverage")
CATEGORIES = ("n11", "n12", "n20", "n31", "n32", "n40")
STOCK = ("issues_must", "issues_should")
RANKED_COLUMNS = 3
PANEL_LENGTH = 5
PAST_MONTHS = 3
DEFAULT_ORDER = "freshness"
MONTHS = 12
KEPT_SECONDS = 60
WEEKS = 12
STALE_AFTER = timedelta(hours=36)
CLOSED_LATELY = timedelta(days=62)  # that a unit was closed is told in its month and the next
RULE_SETS = ("metric_targets", "collector_ratio")


class Board:
    """The numbers of one unit for one reader; every property reads at most once.

    :param month: first day of a past month whose last snapshot is shown instead of today's numbers
    :param since: the day of the reader's last visit
    """

    def __init__(
        self, unit: OrgUnit, by: Scope, today: date, *, month: date | None = None,
        since: date | None = None,
    ) -> None:  # fmt: skip
        self.unit, self.by, self.today, self.month, self.since = unit, by, today, month, since
        self.grain: Grain = "street_id" if unit.level == "district" else "committee_id"

    # --- what is read -----------------------------------------------------------------------

    @cached_property
    def standards(self) -> Standards:
        return Standards(rules_on(RULE_SETS, self.today))

    @cached_property
    def _below(self) -> list[OrgUnit]:
        """The unit's own parts, with those that were closed lately."""
        if self.unit.level == "committee":
            return []
        known = Q(valid_to=None) | Q(valid_to__gt=self.today - CLOSED_LATELY)
        below = OrgUnit.objects.filter(known, parent_id=self.unit.pk, valid_from__lte=self.today)
        return list(below.select_related("successor").order_by("code"))

    @cached_property
    def parts(self) -> list[OrgUnit]:
        """The units that the rows are about: streets of the district, committees of a street."""
        return [each for each in self._below if not self._is_closed(each)]

    @property
    def closed(self) -> list[OrgUnit]:
        """Units that are none any more: their earlier numbers stand on, later ones are others'."""
        return [each for each in [self.unit, *self._below] if self._is_closed(each)]

    def _is_closed(self, unit: OrgUnit) -> bool:
        return unit.valid_to is not None and unit.valid_to <= self.today

    @cached_property
    def nights(self) -> list[Snapshot]:
        return figures.snapshots(self.today - timedelta(days=31 * (MONTHS + 1)), self.today)

    @cached_property
    def months(self) -> dict[date, Snapshot]:
        """The last snapshot of each month, this month's included."""
        return figures.month_ends(self.nights)

    @cached_property
    def weeks(self) -> list[Snapshot]:
        since = self.today - timedelta(weeks=WEEKS)
        return figures.week_ends(night for night in self.nights if night.day > since)

    @cached_property
    def visited(self) -> Snapshot | None:
        """The numbers that the reader saw at the last visit."""
        return visits.night_of(self.nights, self.since, self.today)

    @cached_property
    def past(self) -> dict[Any, Sheet]:
        """Sheets of the month ends and week ends, by run, in one query."""
        nights = [*self.months.values(), *self.weeks, *([self.visited] if self.visited else [])]
        wanted = {night.run: night for night in nights}
        keys = {*STRIP, *DATA_STRIP, *RULERS, *CATEGORIES, *STOCK, "incomplete", "usage_untold"}
        return figures.history(self.unit.pk, self.grain, wanted.values(), keys)

    @cached_property
    def latest(self) -> Latest:
        """Which runs hold today's numbers."""
        return figures.latest(self.unit.pk)

    @cached_property
    def sheet(self) -> Sheet:
        """The numbers shown: today's, or those at the end of the chosen month."""
        if self.month is None:
            return figures.sheet_of(self.latest, self.unit.pk, self.grain)
        night = self.months.get(self.month)
        return self.past[night.run] if night else Sheet()

    @cached_property
    def before(self) -> Sheet:
        """The end of the month before the one shown; empty when no snapshot was made then."""
        shown = self.month or self.today.replace(day=1)
        night = self.months.get((shown - timedelta(days=1)).replace(day=1))
        return self.past[night.run] if night else Sheet()

    @cached_property
    def issues(self) -> dict[tuple[int, str], dict[str, int]]:
        """Open issues by part and severity, and by (0, rule): one query."""
        found: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for part, rule, severity, count in self._counted:
            found[part, "severity"][severity] += count
            found[0, "severity"][severity] += count
            found[0, "rule"][rule] += count
        return found

    @cached_property
    def _counted(self) -> list[tuple[int, str, str, int]]:
        """Open issues by part, rule and severity.

        A district has more than a hundred thousand; the page's other numbers are up to a quarter
        of an hour old, so that its counts may be a minute old.
        """

        def count() -> list[tuple[int, str, str, int]]:
            rows = DataQualityIssue.objects.under(self.unit.pk).open().order_by()
            grouped = rows.values_list(self.grain, "rule", "severity")
            return list(grouped.annotate(count=Count("id")))

        if self.unit.level != "district":
            return count()
        key = f"metrics:issues:{self.by.unit}:{self.unit.pk}"
        known: list[tuple[int, str, str, int]] = (
            caches["hints"].get_or_set(key, count, KEPT_SECONDS) or []
        )
        return known

    @property
    def mark(self) -> Hashable:
        """All that the numbers shown depend on: what has the same mark is drawn the same."""
        return (
            self.by.unit, self.unit.pk, self.today, self.month, self.visited, self.latest,
            tuple((part.pk, part.name, part.short_name) for part in self.parts),
            tuple((unit.pk, unit.valid_to, unit.successor_id) for unit in self.closed),
            tuple(self.nights),
            tuple(sorted((code, rule.version) for code, rule in self.standards.rules.items())),
            tuple(sorted(self._counted)),
        )  # fmt: skip

    # --- what is shown ----------------------------------------------------------------------

    def place(self, code: int | None = None) -> Place:
        shown = code or self.unit.pk
        return Place(shown, own=shown == self.by.unit, live=self.month is None)

    def reading(self, key: str, code: int | None = None) -> Reading:
        """One figure of the unit, or of one of its parts."""
        metric = metrics()[key]
        return Reading(
            self.sheet.of(key, code),
            self.place(code),
            self.standards,
            before=self.before.of(key, code),
            drilled=self.sheet.of(metric.drill, code) if metric.drill else None,
            added=self.sheet.of(metric.besides, code) if metric.besides else None,
            silent=self.sheet.of(metric.untold, code) if metric.untold else None,
            median=None if code else self.median(key),
        )

    @cached_property
    def close(self) -> "Close | None":
        """How the chosen month stands; None while today's numbers are shown."""
        if self.month is None:
            return None
        night = self.months.get(self.month)
        month_end = (self.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if night is None or night.closed_at is None:
            return Close(month_end, None, closing.closing_day(month_end))
        noted = figures.corrections(self.unit.pk, month_end)
        return Close(
            month_end, night.closed_at, closing.closing_day(month_end),
            [(metrics()[key], by, month) for key, (by, month) in noted.items() if key in metrics()],
        )  # fmt: skip

    def median(self, key: str) -> Decimal | None:
        """The middle of all units of this unit's level, at the time that is shown."""
        return median_of(self._medians, self.unit.level, key)

    @cached_property
    def _medians(self) -> Mapping[str, Any] | None:
        night = self.months.get(self.month) if self.month else None
        return figures.medians_of(night) if night else self.sheet.medians

    @property
    def measured_at(self) -> datetime | None:
        return self.sheet.measured_at

    def is_stale(self, now: datetime) -> bool:
        return self.measured_at is not None and now - self.measured_at > STALE_AFTER

    def known(self, keys: Iterable[str]) -> list[Metric]:
        """Those of the figures that the portal can show of the unit, in the given order."""
        named = (metrics()[key] for key in keys if key in metrics())
        inside = self.unit.level == "committee"
        return [
            metric for metric in named
            if not metric.awaits and not (inside and metric.above_committees)
        ]  # fmt: skip

    @cached_property
    def strip(self) -> list["Tile"]:
        """The figures on top; the ones that the areas have not declared are left out."""
        return [self._tile(metric) for metric in self.known(STRIP)[:STRIP_LENGTH]]

    @cached_property
    def data_strip(self) -> list["Tile"]:
        """The quality of the registers' data, each figure with its own list behind it."""
        return [self._tile(metric) for metric in self.known(DATA_STRIP)]

    def _tile(self, metric: Metric) -> "Tile":
        sheets = [self.past[night.run] for night in self.months.values()]
        if self.month is None:
            sheets = [sheet for sheet in sheets if not self._is_this_month(sheet)] + [self.sheet]
        spark = [sheet.value(metric.key) for sheet in sheets][-MONTHS:]
        known = [value for value in spark if value is not None]
        return Tile(self.reading(metric.key), spark if len(known) > 1 else [])

    def _is_this_month(self, sheet: Sheet) -> bool:
        return sheet.as_of is not None and sheet.as_of >= self.today.replace(day=1)

    @cached_property
    def rulers(self) -> list[Reading]:
        return [self.reading(metric.key) for metric in self.known(RULERS)]

    @cached_property
    def composition(self) -> list[Reading]:
        """Categories of the actual population that have people now or had last month."""
        found = [self.reading(key) for key in CATEGORIES]
        return [r for r in found if r.value or (r.before and r.before.value)]

    @property
    def panel_rulers(self) -> list[Reading]:
        """The few figures that the clerk sees all day."""
        return self.rulers[:PANEL_LENGTH]

    @property
    def population(self) -> Reading:
        return self.reading("actual_population")

    @property
    def share_of_nonlocal(self) -> str:
        """`来沪 36,540 人，占 38.0%`."""
        everybody, nonlocals = self.population.value, self.reading("n20").value
        if not everybody or nonlocals is None:
            return ""
        return _("来沪 %(count)s 人，占 %(share)s") % {
            "count": formats.whole(nonlocals),
            "share": formats.percent(nonlocals * HUNDRED / everybody, 1),
        }

    @property
    def past_months(self) -> list[date]:
        """Months before this one that have a snapshot, the latest three, latest first."""
        past = [month for month in self.months if month < self.today.replace(day=1)]
        return past[::-1][:PAST_MONTHS]

    @cached_property
    def ranked_rates(self) -> list[Metric]:
        """The rates that the ranking shows: the first ones that have been measured."""
        measured = [m for m in self.known(RATES) if self.sheet.value(m.key) is not None]
        return measured[:RANKED_COLUMNS]


@dataclass(frozen=True)
class Close:
    """Whether a past month is closed, or when it will be.

    :param notes: metrics that would differ now, by how much, and whose close notes it
    """

    month_end: date
    closed_at: datetime | None
    due_on: date
    notes: Sequence[tuple[Metric, Decimal, date]] = ()


@dataclass(frozen=True)
class Tile:
    """A figure of the strip with its past months, the latest last."""

    reading: Reading
    spark: Sequence[Decimal | None]

    @property
    def spark_target(self) -> Decimal | None:
        return self.reading.target if self.reading.is_judged else None
