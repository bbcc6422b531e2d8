"""How numbers, rates, days and masked values are written on screen (ui.md section 14).

Pure functions: template tags, exports and reports write through them, so that a figure reads the
same everywhere. Rounding is half up, and a rate below its target is never rounded up to it.
"""

from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext_lazy

from portal.ui.words import gettext as _

MINUS = "\u2212"
DASH = "—"
WEEKDAYS = (
    gettext_lazy("星期一"),
    gettext_lazy("星期二"),
    gettext_lazy("星期三"),
    gettext_lazy("星期四"),
    gettext_lazy("星期五"),
    gettext_lazy("星期六"),
    gettext_lazy("星期日"),
)

Number = Decimal | int | float | str


def as_decimal(value: Number | None) -> Decimal | None:
    """The value as a Decimal; None for None, blanks and anything that is not a number."""
    if value is None or value == "":
        return None
    if type(value) is Decimal:
        return value if value.is_finite() else None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def round_rate(value: Decimal, places: int, target: Decimal | None = None) -> Decimal:
    """Round a rate half up, but downwards when rounding would lift it to its target.

    91.996 with target 92 gives 91.99: who has not reached the target must not look as if.
    """
    rounded = round_half_up(value, places)
    if target is not None and value < target <= rounded:
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
    return rounded


def whole(value: Number | None) -> str:
    """An integer with thousands separators, `—` when unknown."""
    if type(value) is int:
        return _signed(f"{value:,}")
    number = as_decimal(value)
    if number is None:
        return DASH
    return _signed(f"{int(round_half_up(number, 0)):,}")


def decimal(value: Number | None, places: int = 2) -> str:
    """A number with a fixed count of decimals and thousands separators."""
    number = as_decimal(value)
    return DASH if number is None else _signed(f"{round_half_up(number, places):,}")


def tenths(value: Number | None) -> str:
    """A number with one decimal only where it needs it: `3`, `3.5`."""
    number = as_decimal(value)
    return decimal(number, 0 if number is None or number == number.to_integral_value() else 1)


def rate(value: Number | None, places: int = 2, target: Number | None = None) -> str:
    """A rate (0-100) without its unit, safe against rounding up to the target."""
    number = as_decimal(value)
    if number is None:
        return DASH
    return _signed(f"{round_rate(number, places, as_decimal(target)):f}")


def percent(value: Number | None, places: int = 2, target: Number | None = None) -> str:
    """A rate (0-100) with `%`; unknown is `—` without a unit."""
    text = rate(value, places, target)
    return text if text == DASH else f"{text}%"


def share(value: float | None, places: int = 1) -> str:
    """A share of 0 to 1 as a percentage; a dash where there is none."""
    return percent(None if value is None else Decimal(str(value)) * 100, places)


def change(value: Number | None, places: int = 2) -> str:
    """A difference with its sign: `+0.18`, `−1.12`, `0.00`; `—` when unknown."""
    number = as_decimal(value)
    if number is None:
        return DASH
    rounded = round_half_up(number, places)
    if rounded == 0:
        return f"{abs(rounded):f}"
    return f"+{rounded:,f}" if rounded > 0 else _signed(f"{rounded:,f}")


def gap(value: Number | None, target: Number | None, places: int = 2) -> str:
    """How far a rate is below its target, as written after `差`; empty when it is not.

    The gap of the shown figure, so that figure + gap = target on screen.
    """
    number, aim = as_decimal(value), as_decimal(target)
    if number is None or aim is None or number >= aim:
        return ""
    return f"{round_half_up(aim - round_rate(number, places, aim), places):f}"


def wan(value: Number | None, places: int = 1) -> str:
    """A large count in 万: 1302846 gives `130.3 万`; below 10,000 the plain number."""
    number = as_decimal(value)
    if number is None:
        return DASH
    if abs(number) < 10_000:
        return whole(number)
    return _("%(number)s 万") % {"number": decimal(number / 10_000, places)}


def count(value: int | None, *, exact: bool = True) -> str:
    """A count of rows: exact with separators, an estimate as `约 9.2 万`."""
    if value is None:
        return DASH
    return whole(value) if exact else _("约 %(count)s") % {"count": wan(value)}


def day(value: date | None) -> str:
    """A day as `2026-11-20`, `—` when unknown. A moment is cut to its day."""
    return DASH if value is None else f"{value:%Y-%m-%d}"


def short_day(value: date | None, today: date) -> str:
    """A day as `11-20` in the year of `today`, else with its year."""
    if value is None:
        return DASH
    return f"{value:%m-%d}" if value.year == today.year else f"{value:%Y-%m-%d}"


def long_day(value: date) -> str:
    """A day in a sentence or a head: `11月20日 星期五`."""
    return _("%(month)d月%(day)d日 %(weekday)s") % {
        "month": value.month,
        "day": value.day,
        "weekday": WEEKDAYS[value.weekday()],
    }


def moment(value: datetime | None, today: date) -> str:
    """A local moment as `11-20 06:00`, with the year when it is not that of `today`."""
    return DASH if value is None else f"{short_day(value.date(), today)} {value:%H:%M}"


def due(value: date | None, today: date) -> str:
    """How far a deadline is away: `超期 3 天`, `今天`, `4 天后`."""
    if value is None:
        return DASH
    days = (value - today).days
    if days < 0:
        return _("超期 %(days)d 天") % {"days": -days}
    return _("今天") if days == 0 else _("%(days)d 天后") % {"days": days}


def ago(days: int | None) -> str:
    """How long ago something was: `今天`, `98 天前`; `—` when it never was."""
    if days is None:
        return DASH
    return _("今天") if days <= 0 else _("%(days)d 天前") % {"days": days}


def mask_id(number: str) -> str:
    """First four, asterisks, last four of an identity document's number.

    Numbers of eight characters or fewer keep only their last two.
    """
    if len(number) <= 8:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}"


def mask_phone(number: str) -> str:
    """`138****2671`; shorter numbers keep their last three digits."""
    if len(number) < 11:
        return "*" * max(len(number) - 3, 0) + number[-3:]
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_birth(born_on: date) -> str:
    """`1986-**-**`: with the masked number beside it, the full day would give the number away."""
    return f"{born_on.year}-**-**"


def _signed(text: str) -> str:
    """The text with a true minus sign."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text
