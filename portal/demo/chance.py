"""Seeded chance, quick enough to be asked a hundred million times."""

from bisect import bisect
from collections.abc import Iterable, MutableSequence, Sequence
from itertools import accumulate
from random import Random
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values that come up as often as their weights say."""

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        values, weights = zip(*pairs, strict=True)
        self.values: tuple[T, ...] = values
        total = sum(weights)
        self.bounds = [bound / total for bound in accumulate(weights)]
        self.bounds[-1] = 1.0  # rounding must not leave a gap that no value fills

    def pick(self, random: Random) -> T:
        return self.values[bisect(self.bounds, random.random())]


class Dice(Random):
    """`Random` with the plainest way to an integer; its tiny bias matters to no invention."""

    def randint(self, a: int, b: int) -> int:
        return a + int(self.random() * (b - a + 1))

    def choice(self, seq: Sequence[T]) -> T:  # type: ignore[override]
        return seq[int(self.random() * len(seq))]

    def shuffle(self, x: MutableSequence[Any]) -> None:
        for last in range(len(x) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            x[last], x[other] = x[other], x[last]
