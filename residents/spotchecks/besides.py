"""What is asked at the door besides who somebody is: where their hukou is, since when they live
there, a telephone.

The month and the telephone tell how true a record is in its fields; neither says that it is
somebody else, so neither makes a record wrong as a whole. The category of population (domain §2.7)
is one of the key fields of §4.3, so it is asked for, in words that somebody at a door can answer:
no papers are looked at. Nobody has to answer any of them.

Paper: S-70.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from residents.spotchecks.matching import YEARS_OFF

#: Who moved in at the end of a month tells of the one or the other; the register holds a day.
MONTHS_OFF = 1
#: Digits of a telephone that are asked for: a number that nobody holds cannot leak.
PHONE_DIGITS = 4
#: Where somebody's hukou is, as they say it, by the category that follows for who lives here. Who
#: is registered here and lives elsewhere (13) is never drawn.
HUKOU = (
    ("11", "就在本居（村）委"), ("12", "本市别处"), ("20", "外省市"), ("31", "港澳台居民"),
    ("32", "外国人"), ("40", "还没有报户口"),
)  # fmt: skip
_SINCE = re.compile(r"(\d{4})(?:[-./年]?(\d{1,2})月?|年)?")
_MONTHS = 12


@dataclass(frozen=True)
class Since:
    """The month somebody moved in, or the year alone where they remember no month."""

    year: int
    month: int | None = None

    def __str__(self) -> str:
        """As it is kept: `2019-05`, or `2019`."""
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"

    @property
    def first(self) -> int:
        """The first month that is meant, counted from year nought."""
        return self.year * _MONTHS + (self.month or 1) - 1


def read_since(text: str) -> Since | None:
    """What was typed of the month of moving in; None where nothing was.

    `2019-05`, `2019年5月`, `201905` and `2019` are read.

    :raises ValueError: it is no month and no year
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        return None
    found = _SINCE.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    month = int(found[2]) if found[2] else None
    if month is not None and not 1 <= month <= _MONTHS:
        raise ValueError(text)
    return Since(int(found[1]), month)


def same_since(said: Since, begin: date) -> bool:
    """Whether the register's day of moving in is what was told.

    A month agrees with the month before and after it. Who names the year alone counts back, and
    a year more or less is the same, as with births.
    """
    if said.month is None:
        return abs(said.year - begin.year) <= YEARS_OFF
    return abs(said.first - Since(begin.year, begin.month).first) <= MONTHS_OFF


def check_since(said: str, begin: date) -> str:
    """`right`, `wrong`, or `unknown` where nobody told: the month of moving in."""
    told = read_since(said)
    if told is None:
        return "unknown"
    return "right" if same_since(told, begin) else "wrong"


def check_phone(said: str, mask: str) -> str:
    """`right`, `wrong`, or `unknown`: the last digits told against those that the mask leaves open.

    A register without a telephone has nothing to be checked: that it lacks one is of the
    completeness (M-03), not of the accuracy. Of a landline the mask leaves three digits open.
    """
    held = mask.rpartition("*")[2]
    if not said or not held:
        return "unknown"
    return "right" if said.endswith(held) else "wrong"
