"""Geometry of the small inline graphics: where the marks of a value stand against its target.

Positions are percentages of the drawing's width (0-100), so that a drawing fits any column without
a style attribute. Drawing and colour are the templates' and the style sheets'.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.ui.formats import Number, as_decimal

FRESHNESS_SEGMENTS = 4


@dataclass(frozen=True)
class Bar:
    """A stretch from `start` with `length`, both in percent of the width."""

    start: float
    length: float


@dataclass(frozen=True)
class Ruler:
    """A value against its target on a cut axis."""

    tick: float
    dot: float
    stretch: Bar
    below: bool


@dataclass(frozen=True)
class GapBar:
    """A signed difference to the target on a symmetric scale."""

    zero: float
    bar: Bar
    below: bool


@dataclass(frozen=True)
class LoadBar:
    """A zero-based value against a limit."""

    tick: float
    bar: Bar
    over: bool


@dataclass(frozen=True)
class Sparkline:
    """Line pieces as `x,y` lists, the target's height, the last point and where a change stands."""

    pieces: tuple[str, ...]
    target: float | None
    last_x: float
    last_y: float
    below: bool
    change: float | None = None


def ruler(value: Number | None, target: Number, low: Number, high: Number) -> Ruler | None:
    """Marks of a value on the axis from `low` to `high`; None when the value is unknown."""
    number, aim = as_decimal(value), as_decimal(target)
    if number is None or aim is None:
        return None
    dot = _position(number, low, high)
    tick = _position(aim, low, high)
    return Ruler(tick, dot, Bar(min(dot, tick), _tidy(abs(dot - tick))), number < aim)


def gap_bar(difference: Number | None, scale: Number) -> GapBar | None:
    """A bar left (below) or right (above) of zero, clipped at ± `scale`."""
    number, span = as_decimal(difference), as_decimal(scale)
    if number is None or not span:
        return None
    length = _tidy(min(abs(number) / span, Decimal(1)) * 50)
    below = number < 0
    return GapBar(50.0, Bar(_tidy(50 - length) if below else 50.0, length), below)


def load_bar(value: Number | None, limit: Number, full: Number) -> LoadBar | None:
    """A zero-based bar with a tick at `limit`; the axis ends at `full`."""
    number, most = as_decimal(value), as_decimal(limit)
    if number is None or most is None:
        return None
    return LoadBar(_position(most, 0, full), Bar(0.0, _position(number, 0, full)), number > most)


def share(part: Number | None, total: Number | None) -> float:
    """`part` of `total` in percent, between 0 and 100; 0 when either is unknown or nothing."""
    number, whole = as_decimal(part), as_decimal(total)
    if number is None or not whole:
        return 0.0
    return _position(number, 0, whole)


def freshness_level(days: int | None, cycle: int = 90) -> int:
    """Filled segments of the freshness mark: 4 within a third of the cycle, 1 when overdue.

    None (never verified) gives 0.
    """
    if days is None:
        return 0
    if days * 3 <= cycle:
        return 4
    if days * 3 <= cycle * 2:
        return 3
    return 2 if days <= cycle else 1


def sparkline(
    values: Sequence[Number | None], target: Number | None = None, *, height: int = 32,
    changed: int | None = None,
) -> Sparkline | None:  # fmt: skip
    """A line over equally spaced values in a box 100 wide; unknown values are gaps.

    None when there is nothing to draw.

    :param changed: the place from which values are counted in another way
    """
    numbers = [as_decimal(value) for value in values]
    known = [number for number in numbers if number is not None]
    if not known:
        return None
    aim = as_decimal(target)
    bounds = [*known, *([aim] if aim is not None else [])]
    points = [
        None if number is None else (_step(index, len(numbers)), _height(number, bounds, height))
        for index, number in enumerate(numbers)
    ]
    last_x, last_y = next(point for point in reversed(points) if point is not None)
    return Sparkline(
        pieces=tuple(_pieces(points)),
        target=None if aim is None else _height(aim, bounds, height),
        last_x=last_x,
        last_y=last_y,
        below=aim is not None and known[-1] < aim,
        change=None if changed is None else _step(changed, len(numbers)),
    )


def _pieces(points: Sequence[tuple[float, float] | None]) -> list[str]:
    pieces: list[list[str]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(f"{point[0]},{point[1]}")
    return [" ".join(piece) for piece in pieces if piece]


def _step(index: int, length: int) -> float:
    """Two units of air at both ends, where the last dot stands."""
    return 98.0 if length < 2 else _tidy(2 + Decimal(index) / (length - 1) * 96)


def _height(value: Decimal, bounds: Sequence[Decimal], height: int) -> float:
    low, high = min(bounds), max(bounds)
    if low == high:
        return height / 2
    return _tidy(4 + (high - value) / (high - low) * (height - 8))


def _position(value: Decimal, low: Number, high: Number) -> float:
    start, end = as_decimal(low), as_decimal(high)
    if start is None or end is None or start == end:
        return 0.0
    return _tidy(min(max((value - start) / (end - start), Decimal(0)), Decimal(1)) * 100)


def _tidy(value: Decimal | float) -> float:
    return round(float(value), 2)
