"""What a measurement is made of: samples, limits, figures.

A time alone says more about the machine than about the product. Every figure here is therefore a
ratio to a yardstick measured in the same run, the two taking turns, warm.
"""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Act = Callable[[], Any]
WARM_ROUNDS = 3


@dataclass(frozen=True)
class Sample:
    """Values of one thing in one unit, in the order they were measured."""

    values: tuple[float, ...]
    unit: str = "ms"

    @classmethod
    def of(cls, value: float, unit: str) -> "Sample":
        """A single value: a count, a size, one long run."""
        return cls((float(value),), unit)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The value that 95 of 100 do not exceed."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]

    def __str__(self) -> str:
        text = f"{_number(self.median)} {self.unit}".strip()
        return f"{text} (p95 {_number(self.p95)})" if len(self.values) >= 10 else text


@dataclass(frozen=True)
class Limit:
    """What a ratio should come to: at most or at least a value."""

    value: float
    least: bool = False

    def met_by(self, ratio: float) -> bool:
        return ratio >= self.value if self.least else ratio <= self.value

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.value:g}"


def at_most(value: float) -> Limit:
    return Limit(value)


def at_least(value: float) -> Limit:
    return Limit(value, least=True)


@dataclass(frozen=True)
class Figure:
    """One line of the report.

    :param measured: ours
    :param baseline: the yardstick, in the same unit
    :param ratio: ours by the yardstick
    :param goal: what the ratio should come to; None where the figure is for information
    :param note: what the yardstick is, and figures or limits of others
    """

    name: str
    measured: Sample
    baseline: Sample
    ratio: float
    goal: Limit | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.goal.met_by(self.ratio)


def compared(
    name: str, measured: Sample, baseline: Sample, goal: Limit | None = None, note: str = ""
) -> Figure:
    """The figure of two samples, by their medians."""
    ratio = measured.median / baseline.median if baseline.median else 0.0
    return Figure(name, measured, baseline, ratio, goal, note)


def interleaved(
    *acts: Act, rounds: int = 40, warm: int = WARM_ROUNDS, seconds: float = 60
) -> list[Sample]:
    """Milliseconds of each act, taken in turns; the one that begins changes with each round.

    :param warm: rounds before those that count
    :param seconds: no further round begins after so long (one always does)
    """
    for _ in range(warm):
        for act in acts:
            act()
    gc.collect()
    times: list[list[float]] = [[] for _ in acts]
    until = time.perf_counter() + seconds
    for turn in range(rounds):
        for place in range(len(acts)):
            which = (place + turn) % len(acts)
            started = time.perf_counter()
            acts[which]()
            times[which].append((time.perf_counter() - started) * 1000)
        if time.perf_counter() > until:
            break
    return [Sample(tuple(values)) for values in times]


def misses(figures: Sequence[Figure]) -> list[Figure]:
    """The figures that fall short of their goal."""
    return [figure for figure in figures if figure.met is False]


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
