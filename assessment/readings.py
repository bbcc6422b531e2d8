"""From stored parts to an indicator's value, and from the value to points, with the arithmetic.

Pure functions over numbers that a snapshot holds; sentences are for the screen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext as _

from assessment import scoring
from portal.metrics.intervals import spread_of, together
from portal.ui import formats

HUNDRED = Decimal(100)
NO_DATA = "本年度没有这项数据"
NO_CASES = "本年度没有应计的事项"
NO_INTERVAL = "抽查没有给出误差区间"
SMALL_SAMPLE = "抽查样本太小，误差超过 5 个百分点"


@dataclass(frozen=True)
class Part:
    """A metric's parts in one committee, with the interval of its rate where it is sampled."""

    numerator: Decimal
    denominator: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Total:
    """A metric's parts summed over a unit's committees."""

    numerator: Decimal
    denominator: Decimal | None
    interval: scoring.Interval | None = None

    @property
    def rate(self) -> Decimal | None:
        """Numerator by denominator, 0 to 100; None without cases."""
        return self.numerator / self.denominator * HUNDRED if self.denominator else None


@dataclass(frozen=True)
class Reading:
    """An indicator's value in a unit; `reason` says why there is none."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    interval: scoring.Interval | None = None
    reason: str = ""


@dataclass(frozen=True)
class Rule:
    """What scoring needs of an indicator; `extra` counts the cases of `scoring["less"]`."""

    weight: Decimal
    reading: str
    scoring: Mapping[str, Any]
    ratio: int = 1500
    extra: Decimal = field(default=Decimal(0))


def summed(parts: Sequence[Part]) -> Total | None:
    """The sum over committees; None when nothing was stored.

    The interval of a sum of samples follows from theirs, as on the dashboards; it is missing when
    one sample lacks its own.
    """
    if not parts:
        return None
    top = sum((part.numerator for part in parts), Decimal(0))
    known = [part.denominator for part in parts if part.denominator is not None]
    if not known:
        return Total(top, None)
    bottom = sum(known, Decimal(0))
    return Total(top, bottom, _pooled(parts, top, bottom))


def _pooled(parts: Sequence[Part], top: Decimal, bottom: Decimal) -> scoring.Interval | None:
    spread, told = Decimal(0), [part for part in parts if part.denominator]
    for part in told:
        if part.low is None or part.high is None or part.denominator is None:
            return None
        if len(told) == 1:
            return scoring.Interval(part.low, part.high)
        spread += spread_of(part.numerator, part.denominator, part.low, part.high)
    found = together(top, bottom, spread)
    return scoring.Interval(*found) if found else None


def read(rule: Rule, totals: Mapping[str, Total | None]) -> Reading:
    """The indicator's value from the totals of its metrics; their mean where it has several.

    A metric that nothing is known of does not enter the mean; a single one gives its parts.
    """
    known = [total for total in totals.values() if total is not None]
    if not known:
        return Reading(reason=NO_DATA)
    values = [(total, _value(rule, total)) for total in known]
    counted = [value for _total, value in values if value is not None]
    if not counted:
        return Reading(reason=NO_CASES, denominator=Decimal(0))
    first = next(total for total, value in values if value is not None)
    if len(counted) > 1:
        return Reading(sum(counted, Decimal(0)) / len(counted))
    denominator = _required(rule, first) if rule.reading == "provision" else first.denominator
    numerator = first.denominator if rule.reading == "provision" else first.numerator
    return Reading(counted[0], numerator, denominator, first.interval)


def _value(rule: Rule, total: Total) -> Decimal | None:
    if rule.reading == "count":
        return total.numerator
    if rule.reading == "mean":
        return total.numerator / total.denominator if total.denominator else None
    if rule.reading == "provision":
        required = _required(rule, total)
        return (total.denominator or Decimal(0)) / required * HUNDRED if required else None
    return total.rate


def _required(rule: Rule, total: Total) -> Decimal:
    """Posts that the population in the numerator asks for, rounded up (实施意见 三(二)2)."""
    return (total.numerator / rule.ratio).to_integral_value(ROUND_CEILING)


def points(rule: Rule, reading: Reading) -> tuple[Decimal | None, str]:
    """Points from 0 to the weight, unrounded, with a reason where there are none (never 0)."""
    if reading.value is None:
        return None, reading.reason or NO_DATA
    found, reason = _SCORERS[rule.scoring["type"]](rule, reading)
    less = rule.scoring.get("less")
    if found is not None and less and rule.extra:
        found = max(Decimal(0), found - Decimal(str(less["points"])) * rule.extra)
    return found, reason


Scored = tuple[Decimal | None, str]


def _number(rule: Rule, key: str) -> Decimal:
    return Decimal(str(rule.scoring[key]))


def _linear(rule: Rule, reading: Reading) -> Scored:
    assert reading.value is not None
    low, high = _number(rule, "low"), _number(rule, "high")
    return scoring.linear(rule.weight, reading.value, low, high), ""


def _interval(rule: Rule, reading: Reading) -> Scored:
    if reading.interval is None:
        return None, NO_INTERVAL
    floor, target = _number(rule, "floor"), _number(rule, "target")
    found = scoring.interval_linear(rule.weight, reading.interval, floor, target)
    return found, "" if found is not None else SMALL_SAMPLE


def _band(rule: Rule, reading: Reading) -> Scored:
    assert reading.value is not None
    ends = [tuple(Decimal(str(end)) for end in rule.scoring[key]) for key in ("full", "zero")]
    full, zero = ends
    return scoring.band(rule.weight, reading.value, (full[0], full[1]), (zero[0], zero[1])), ""


def _proportion(rule: Rule, reading: Reading) -> Scored:
    found = scoring.proportion(
        rule.weight, int(reading.numerator or 0), int(reading.denominator or 0)
    )
    return found, "" if found is not None else NO_CASES


def _deduction(rule: Rule, reading: Reading) -> Scored:
    assert reading.value is not None
    penalty = reading.value / _number(rule, "per") * _number(rule, "points")
    return scoring.deduction(rule.weight, [penalty]), ""


def _binary(rule: Rule, reading: Reading) -> Scored:
    assert reading.value is not None
    most = Decimal(str(rule.scoring["to"])) if "to" in rule.scoring else reading.value
    return scoring.binary(rule.weight, _number(rule, "from") <= reading.value <= most), ""


def _threshold(rule: Rule, reading: Reading) -> Scored:
    assert reading.value is not None
    steps = [(Decimal(str(cut)), Decimal(str(given))) for cut, given in rule.scoring["steps"]]
    return scoring.threshold(reading.value, steps), ""


_SCORERS: Mapping[str, Callable[[Rule, Reading], Scored]] = {
    "linear": _linear,
    "interval_linear": _interval,
    "band": _band,
    "proportion": _proportion,
    "deduction": _deduction,
    "binary": _binary,
    "threshold": _threshold,
}


# --- in words -----------------------------------------------------------------------------------


def scoring_in_words(rule: Rule) -> str:
    """How points are given, as one line."""
    kind, given = rule.scoring["type"], rule.scoring
    weight = _plain(rule.weight)
    lines = {
        "linear": lambda: _("%(low)s%% 得 0 分，%(high)s%% 得满分，中间按比例"),
        "interval_linear": lambda: _("误差区间上限达 %(target)s%% 得满分，%(floor)s%% 得 0 分"),
        "band": lambda: _("%(from)s%% 至 %(to)s%% 得满分，%(none)s%% 以下得 0 分，超支得 0 分"),
        "proportion": lambda: _("达标数 ÷ 应达标数 × %(weight)s"),
        "deduction": lambda: _("每 %(per)s 扣 %(points)s 分，扣完为止"),
        "binary": lambda: _("符合得 %(weight)s 分，不符合得 0 分"),
        "threshold": lambda: _("按分档得分"),
    }
    text = lines[kind]()
    if rule.reading in {"mean", "count"}:
        text = text.replace("%%", "")
    ends = {"from": given.get("full", [""])[0], "to": given.get("full", ["", ""])[-1],
            "none": given.get("zero", [""])[0]}  # fmt: skip
    return str(text % {**given, **ends, "weight": weight})


def arithmetic(rule: Rule, reading: Reading, found: Decimal | None) -> str:
    """The sum that gave the points: `(89.36 − 60) ÷ (95 − 60) × 6 = 5.03`; blank without points."""
    if found is None or reading.value is None:
        return ""
    result = formats.decimal(found)
    value, weight = formats.decimal(reading.value), _plain(rule.weight)
    kind = rule.scoring["type"]
    if kind == "interval_linear" and reading.interval is not None:
        return _interval_sum(rule, reading.interval, weight, result)
    if kind == "linear":
        low, high = _plain(_number(rule, "low")), _plain(_number(rule, "high"))
        if not Decimal(low) < reading.value < Decimal(high):
            return _("%(value)s 不在 %(low)s 与 %(high)s 之间，得 %(result)s") % {
                "value": value, "low": low, "high": high, "result": result,
            }  # fmt: skip
        share = f"({value} {formats.MINUS} {low}) ÷ ({high} {formats.MINUS} {low})"
        return f"{share} × {weight} = {result}"
    if kind == "deduction":
        taken = rule.weight - found
        return f"{weight} {formats.MINUS} {formats.decimal(taken)} = {result}"
    if kind == "proportion":
        shares = [_plain(part) for part in (reading.numerator, reading.denominator) if part]
        return f"{' ÷ '.join(shares)} × {weight} = {result}"
    return f"{value} → {result}"


def _interval_sum(rule: Rule, interval: scoring.Interval, weight: str, result: str) -> str:
    floor, target = _plain(_number(rule, "floor")), _plain(_number(rule, "target"))
    high = formats.decimal(interval.high)
    if interval.high >= Decimal(target):
        return _("区间上限 %(high)s 达到 %(target)s，得 %(result)s") % {
            "high": high, "target": target, "result": result,
        }  # fmt: skip
    return (
        f"({high} {formats.MINUS} {floor}) ÷ ({target} {formats.MINUS} {floor})"
        f" × {weight} = {result}"
    )


def _plain(value: Decimal | None) -> str:
    """A number without zeros at its end."""
    return "" if value is None else f"{value.normalize():f}"
