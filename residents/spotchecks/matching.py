"""Holding a person found at a door against the records of the register (domain §4.2).

The last four of the number, where they were told, with the name, are as good as the number;
otherwise name, sex and year of birth. Whatever is near and not equal is put before two people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: Verifiers ask how old somebody is; a year more or less is the same person.
YEARS_OFF = 1


class Degree(StrEnum):
    EXACT = "exact"
    NEAR = "near"
    NONE = "none"


@dataclass(frozen=True)
class Told:
    """Who was found: as they said it at the door, blank or None where they did not say."""

    name: str
    sex: str
    born: int | None
    tail: str = ""


@dataclass(frozen=True)
class Known:
    """One record of the register on the reference night, and whether it is at this dwelling."""

    key: str
    name: str
    sex: str
    born: int
    tail: str
    here: bool


@dataclass(frozen=True)
class Likeness:
    degree: Degree
    known: Known | None = None


def liken(told: Told, records: Iterable[Known]) -> Likeness:
    """The record that is most like the person, those of the same dwelling before all others."""
    best, points = Likeness(Degree.NONE), 0
    for known in records:
        degree = degree_of(told, known)
        worth = 0 if degree is Degree.NONE else 2 * (1 + (degree is Degree.EXACT)) + known.here
        if worth > points:
            best, points = Likeness(degree, known), worth
    return best


def degree_of(told: Told, known: Known) -> Degree:
    """Whether two are surely one, perhaps one, or two people."""
    same_name = told.name == known.name
    same_tail = bool(told.tail) and told.tail == known.tail
    if same_name and same_tail:
        return Degree.EXACT
    near_birth = told.born is not None and abs(told.born - known.born) <= YEARS_OFF
    same_sex = told.sex == known.sex
    contradicted = bool(told.tail) and bool(known.tail) and not same_tail
    if same_name and same_sex and told.born == known.born and not contradicted:
        return Degree.EXACT
    alike = sum((same_name, same_tail, near_birth and same_sex and _shares_a_sign(told, known)))
    return Degree.NEAR if alike and (known.here or same_name or same_tail) else Degree.NONE


def _shares_a_sign(told: Told, known: Known) -> bool:
    """A misheard name has at least its first sign or its last in common."""
    return bool(told.name and known.name) and (
        told.name[0] == known.name[0] or told.name[-1] == known.name[-1]
    )
