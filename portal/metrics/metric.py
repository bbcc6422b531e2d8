"""What a metric is: a frozen definition that carries its receipt (D-10).

An area declares its metrics as values in `metrics.py` and names the module in `METRIC_MODULES`:

    RESIDENCES = Source("residences", lambda o: Residence.objects.under(o.unit).living_on(o.day))
    FRESHNESS = Metric(
        key="freshness", title=_("鲜活度"), kind=Kind.RATE, number="M-07", ...
        numerator=Part(_("在核实周期内的人数"), RESIDENCES, lambda o: Count("id", filter=...)),
        denominator=Part(_("实有人口"), RESIDENCES, lambda o: Count("id", filter=ACTUAL)),
    )

All parts of one source are measured by one statement, grouped by committee; streets and the
district are sums of numerators and denominators, never means of rates.

Paper: S-140.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from portal.rules.services import Rule

Text = str | Promise
HUNDRED = Decimal(100)


class Kind(StrEnum):
    """How the parts of a metric become its value."""

    #: the numerator itself
    COUNT = "count"
    #: numerator by denominator, 0 to 100
    RATE = "rate"
    #: numerator per denominator
    RATIO = "ratio"


class Good(StrEnum):
    """Which way a metric is good; a count of people is neither."""

    UP = "up"
    DOWN = "down"
    NEITHER = "neither"


@dataclass(frozen=True)
class Occasion:
    """What is measured: the rows of `unit` and below on `day`, under the rules of that day."""

    unit: int
    day: date
    rules: Mapping[str, Rule]

    def in_month(self, column: str) -> dict[str, Any]:
        """The condition that a column lies in the month of the day, up to the day."""
        return {f"{column}__gte": self.day.replace(day=1), f"{column}__lte": self.day}

    def in_year(self, column: str) -> dict[str, Any]:
        """The same for the year of the day: for what happens too seldom to be told by the month."""
        return {f"{column}__gte": self.day.replace(month=1, day=1), f"{column}__lte": self.day}


@dataclass(frozen=True)
class Source:
    """The rows that parts are counted on; each source is read once in a run.

    :param of_units: the district itself may hold such rows, not only its streets and committees
    :param after_all: rules that look across streets change such rows: of a run by street they are
        counted when each street is done
    """

    key: str
    rows: Callable[[Occasion], "QuerySet[Any]"]
    of_units: bool = False
    after_all: bool = False

    @property
    def model(self) -> "type[Model]":
        """What a row is; nothing is read for it."""
        return self.rows(Occasion(0, date(2000, 1, 1), {})).model


@dataclass(frozen=True)
class ListLink:
    """The list that has as many rows as the number says: a URL's name and its filters."""

    view: str
    query: str


@dataclass(frozen=True)
class Part:
    """A numerator or denominator: its name, where it is counted and how.

    A part without a source is not measured yet; its metric shows "—" with the metric's reason.
    """

    title: Text
    source: Source | None = None
    of: Callable[[Occasion], Combinable] | None = None
    link: ListLink | None = None


#: Low and high bound of a rate, 0 to 100.
Bounds = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Sample:
    """How a rate that comes from a sample is bounded: sums over its source, and what they give.

    :param sums: by name, what is summed over the rows of the numerator's source
    :param bounds: from the sums to the bounds; None without cases
    """

    sums: tuple[tuple[str, Callable[[Occasion], Combinable]], ...]
    bounds: Callable[[Mapping[str, Decimal]], Bounds | None]


@dataclass(frozen=True)
class Axis:
    """Bounds of the ruler and half the width of the gap bar, in the metric's unit."""

    low: int = 80
    high: int = 100
    scale: int = 5


@dataclass(frozen=True)
class Example:
    """The worked example of the catalogue (domain §4): both parts, and the value as it is printed.

    Tests hold the formula to it; docs/metrics.md shows it.
    """

    numerator: str
    denominator: str | None
    value: str


@dataclass(frozen=True)
class Metric:
    """One number of the portal with everything needed to argue about it.

    :param number: M-xx of the domain's catalogue
    :param clause: clause of the paper that asks for it
    :param formula: one line, as people say it
    :param version: of the formula; a change of the formula is a new version
    :param faults: what the denominator contains that the numerator does not; given instead of a
        numerator where the faults are what can be counted
    :param target: key in the rule set `metric_targets`
    :param limit: rule set that holds the figure not to be exceeded, where there is one
    :param rest: the list of denominator less numerator
    :param drill: key of a count that stands behind the value where `rest` cannot be a list
    :param besides: key of a count that the denominator contains besides its own rows
    :param untold: key of a count of those in the denominator who told nothing: not known is not
        zero, so the number says beside itself how many they are
    :param above_committees: of one committee it says yes or no only; its dashboard leaves it out
    :param reason: what stands under "—" while nothing is measured
    :param awaits: what the portal does not have yet and the number needs; while it is named, the
        metric is defined, shows "—" with these words, and stands on no dashboard
    :param sample: how the rate is bounded, where it comes from a sample
    :param example: the catalogue's worked example
    :param noun: measure word of both parts
    :param dated: the rows tell by their own days what they were on any day; of such a count, closes
        note what came to light after an earlier month was closed
    """

    key: str
    title: Text
    kind: Kind
    number: str
    clause: str
    formula: Text
    numerator: Part
    denominator: Part | None = None
    faults: Part | None = None
    good: Good = Good.NEITHER
    unit: Text = ""
    noun: Text = ""
    dated: bool = False
    decimals: int = 2
    version: int = 1
    target: str = ""
    limit: str = ""
    rest: ListLink | None = None
    rest_title: Text = ""
    drill: str = ""
    besides: str = ""
    untold: str = ""
    above_committees: bool = False
    reason: Text = ""
    awaits: Text = ""
    note: Text = ""
    axis: Axis = Axis()
    sample: Sample | None = None
    example: Example | None = None

    @property
    def is_measured(self) -> bool:
        return self.counted.source is not None and not self.awaits

    @property
    def is_after_all(self) -> bool:
        return self.counted.source is not None and self.counted.source.after_all

    @property
    def why_empty(self) -> Text:
        """The words under "—"."""
        return self.awaits or self.reason

    @property
    def denominator_title(self) -> str:
        """What the denominator counts; blank where there is none."""
        return str(self.denominator.title) if self.denominator else ""

    @property
    def counted(self) -> Part:
        """The part that is counted for the numerator: itself, or the faults."""
        return self.faults or self.numerator

    def value(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
        """The value of the parts, not rounded; None without a denominator (no cases).

        A rate is 0 to 100; a ratio is numerator per one of the denominator.
        """
        if numerator is None or self.kind is Kind.COUNT:
            return numerator
        if not denominator:
            return None
        share = numerator / denominator
        return share * HUNDRED if self.kind is Kind.RATE else share
