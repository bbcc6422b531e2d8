"""Numbers as they stand on a page: written out, judged against their target, opening their list.

Paper: S-140.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from portal.metrics.figures import Figure
from portal.metrics.metric import Kind, ListLink, Metric, Part
from portal.rules.services import Rule
from portal.ui import formats
from portal.ui.listing import EXACT

#: The parameter by which a list is narrowed to a unit below the reader's own.
UNIT = "unit"


@dataclass(frozen=True)
class Receipt:
    """A number and the list behind it: the list has as many rows as the number says.

    `url` is blank where there is no list, or where the number is of another day than today's rows.
    """

    text: str
    url: str = ""
    rows: int | None = None


@dataclass(frozen=True)
class Place:
    """Whose numbers are shown: the unit, and whether its lists must be narrowed to it.

    `live` is false for past months, whose rows are gone.
    """

    unit: int
    own: bool
    live: bool = True

    def receipt(self, text: str, link: ListLink | None, rows: Decimal | None) -> Receipt:
        if link is None or rows is None or not self.live:
            return Receipt(text)
        address = _list_at(link.view)
        if not address:
            return Receipt(text)
        unit = "" if self.own else f"{UNIT}={self.unit}"
        # the list is counted to the last row, so that it can be held against the number
        query = "&".join(filter(None, [link.query, unit, f"{EXACT}=1"]))
        return Receipt(text, f"{address}?{query}", int(rows))


@lru_cache(maxsize=64)
def _list_at(view: str) -> str:
    """The address of a list; blank where the product has none."""
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Standards:
    """What numbers are held against on a day: targets and the collectors' limit."""

    rules: Mapping[str, Rule]

    def target(self, metric: Metric) -> Decimal | None:
        rule = self.rules.get("metric_targets")
        known = rule.parameters.get(metric.target) if rule and metric.target else None
        return None if known is None else Decimal(str(known))

    @property
    def people_per_collector(self) -> int:
        rule = self.rules.get("collector_ratio")
        return int(rule["people_per_collector"]) if rule else 1500

    def limit(self, metric: Metric) -> Decimal | None:
        """The figure that should not be exceeded, where less is better."""
        return Decimal(self.people_per_collector) if metric.limit else None

    def lacking_posts(self, figure: Figure, *, whole: bool = True) -> Decimal | None:
        """Missing posts (M-15): those that the people ask for less the effective ones.

        :param whole: count whole posts, as for a street; committees share them by tenths
        """
        if figure.numerator is None:
            return None
        step = Decimal(1) if whole else Decimal("0.1")
        exact = figure.numerator / self.people_per_collector
        required = (exact / step).to_integral_value(rounding=ROUND_CEILING) * step
        return max(Decimal(0), required - (figure.denominator or Decimal(0)))


@dataclass(frozen=True)
class Reading:
    """One figure of one place, ready to be written."""

    figure: Figure
    place: Place
    standards: Standards
    before: Figure | None = None
    drilled: Figure | None = None
    #: what the denominator contains besides its own rows
    added: Figure | None = None
    #: who of the denominator told nothing
    silent: Figure | None = None
    #: of all units of the same level
    median: Decimal | None = None

    @property
    def metric(self) -> Metric:
        return self.figure.metric

    @property
    def value(self) -> Decimal | None:
        return self.figure.value

    @property
    def target(self) -> Decimal | None:
        return self.standards.target(self.metric)

    @property
    def limit(self) -> Decimal | None:
        return self.standards.limit(self.metric)

    @property
    def text(self) -> str:
        """The value without its unit; a rate is never rounded up to its target."""
        if self.metric.kind is Kind.RATE:
            return formats.rate(self.value, self.metric.decimals, self.target)
        return formats.decimal(self.value, self.metric.decimals)

    @property
    def interval(self) -> str:
        """`抽查，95% 在 81.5～90.4`: the bounds of a sampled rate; blank for any other."""
        if self.figure.bounds is None:
            return ""
        low, high = (formats.decimal(each, 1) for each in self.figure.bounds)
        return _("抽查，95%% 在 %(low)s～%(high)s") % {"low": low, "high": high}

    @property
    def shown_unit(self) -> str:
        """The unit behind the value; a dash has none."""
        return "" if self.value is None else str(self.metric.unit)

    @property
    def gap(self) -> str:
        """How much a rate lacks to its target; blank when it does not, or has too few cases."""
        if not self.target or not self.is_judged:
            return ""
        return formats.gap(self.value, self.target, self.metric.decimals)

    @property
    def is_judged(self) -> bool:
        """Whether it is held against its target: a rate of few cases is not (domain §4.1)."""
        return self.metric.kind is not Kind.RATE or not self.figure.is_few

    @property
    def is_below(self) -> bool:
        """Worse than it should be: under the target, or over the limit."""
        if self.value is None:
            return False
        if self.limit is not None:
            return self.value > self.limit
        return self.is_judged and self.target is not None and self.value < self.target

    @property
    def why_unjudged(self) -> str:
        """Why it is not held against its target; blank where it is, or is not known."""
        if self.is_judged or self.value is None:
            return ""
        return _("样本不足，不评") if self.metric.sample else _("数少，不评")

    @property
    def why_empty(self) -> str:
        """The words under "—": what it waits for, that nothing could be counted, or no run yet."""
        if self.metric.why_empty:
            return str(self.metric.why_empty)
        if self.figure.denominator is None:
            return _("尚未计算")
        return _("分母为 0：%(part)s") % {"part": self.metric.denominator_title}

    @property
    def difference(self) -> Decimal | None:
        """Signed distance to the target, for the gap bar."""
        if self.value is None or self.target is None:
            return None
        return self.value - self.target

    @property
    def change(self) -> str:
        """Against the end of last month, with its sign; a dash when there was none."""
        past = self.before.value if self.before else None
        if self.value is None or past is None:
            return formats.DASH
        return formats.change(self.value - past, self.metric.decimals)

    @property
    def middle(self) -> str:
        """The median of its peers, as the value is written; blank where there is none."""
        return "" if self.median is None else formats.decimal(self.median, self.metric.decimals)

    @property
    def number(self) -> Receipt:
        """The value itself; it opens what should be mended, or what is counted."""
        if self.metric.kind is Kind.COUNT:
            return self.place.receipt(self.text, self.metric.numerator.link, self.value)
        return Receipt(self.text, self.rest.url, self.rest.rows)

    @property
    def top(self) -> Receipt:
        return self._part(self.metric.numerator, self.figure.numerator)

    @property
    def bottom(self) -> Receipt:
        """The denominator; without a list of its own where `listed` and `besides` make it up."""
        part = None if self.besides.text else self.metric.denominator
        return self._part(part, self.figure.denominator)

    @property
    def listed(self) -> Receipt:
        """The denominator's own rows."""
        whole, added = self.figure.denominator, self.added.value if self.added else None
        own = whole if whole is None or added is None else whole - added
        return self._part(self.metric.denominator, own)

    @property
    def besides(self) -> Receipt:
        """What the denominator contains besides its own rows; blank where that is nothing."""
        if self.added is None or not self.added.value:
            return Receipt("")
        return self._part(self.added.metric.numerator, self.added.value)

    @property
    def untold(self) -> Receipt:
        """Who of the denominator told nothing; blank where nobody or where that is not counted."""
        if self.silent is None or not self.silent.value:
            return Receipt("")
        return self._part(self.silent.metric.numerator, self.silent.value)

    @property
    def rest(self) -> Receipt:
        """What is missing to a full rate, as a list of its own."""
        if self.drilled is not None and self.drilled.value is not None:
            return self.place.receipt(
                formats.whole(self.drilled.value), self.drilled.metric.numerator.link,
                self.drilled.value,
            )  # fmt: skip
        lacking = self.figure.rest
        if self.metric.rest is None or lacking is None:
            return Receipt("")
        return self.place.receipt(formats.whole(lacking), self.metric.rest, lacking)

    @property
    def rest_title(self) -> str:
        if self.drilled is not None:
            return str(self.drilled.metric.title)
        return str(self.metric.rest_title)

    @property
    def rest_noun(self) -> str:
        return str((self.drilled.metric if self.drilled else self.metric).noun)

    @property
    def ruler_low(self) -> int:
        return self.metric.axis.low

    @property
    def ruler_high(self) -> int:
        return self.metric.axis.high

    def _part(self, part: Part | None, number: Decimal | None) -> Receipt:
        places = 0 if number is None or number == number.to_integral_value() else 1
        return self.place.receipt(
            formats.decimal(number, places), part.link if part else None, number
        )
