"""How much may leave on whose word: tiers by the number of people in a file. Plain Python.

The limits are a rule set (`export_tiers`), whose first two come from the thresholds of the
criminal law on citizens' information (法释〔2017〕10号 第五、六条).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("committee", "street", "district")


@dataclass(frozen=True)
class Tier:
    """What an export of this size needs: so many approvals by others.

    `most` is the number of rows at which the tier ends.
    """

    number: int
    most: int
    approvals: int = 0

    @property
    def needs_reason(self) -> bool:
        """Whether a reason and a fresh proof of who is asking are needed."""
        return self.number > 1


class TooMany(Exception):
    """More rows than one file of this level may hold; `most` says how many it may."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


def tier_of(rows: int, already: int, level: str, limits: Mapping[str, Any]) -> Tier:
    """The tier of a file of `rows`, when the same person took `already` out unasked lately.

    :param level: level of the unit that the asker acts for
    :param limits: parameters of the rule set `export_tiers`
    :raises TooMany: the file would be larger than its level allows
    """
    most = limits[f"most_{level}"]
    if rows > most:
        raise TooMany(most)
    total = rows + already
    if total <= limits["own"]:
        return Tier(1, limits["own"] - already)
    if total <= limits["with_reason"]:
        return Tier(2, limits["with_reason"] - already)
    if rows <= limits["one_approval"]:
        return Tier(3, limits["one_approval"], 1)
    return Tier(4, most, 2)


def next_level(level: str) -> str:
    """The level above, the district for the district itself."""
    return LEVELS[min(LEVELS.index(level) + 1, len(LEVELS) - 1)]


def reaches(level: str, wanted: str) -> bool:
    """Whether a post at `level` stands at `wanted` or above it."""
    return LEVELS.index(level) >= LEVELS.index(wanted)
