"""Duties of support and upbringing among people in one room (赡养、抚养、扶养). Plain Python.

Relations are those to the household's head (GB/T 4761). Spouses, parents and children,
grandparents and grandchildren owe them to one another (民法典 第一千零五十九、一千零六十七、
一千零七十四条); brothers and sisters, and relatives by marriage, only as things stand, so that of
them nobody can say from a register. Rule: domain §2.8, G5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

HEAD = frozenset({"01", "02"})
SPOUSE = frozenset({"10", "11", "12"})
CHILD = frozenset({*(str(code) for code in (*range(20, 28), *range(30, 38))), "29", "39"})
GRANDCHILD = frozenset({"40", "41", "42", "43", "44", "47", "48", "49"})
ELDERS = frozenset({"50", "51", "52", "57", "58", "60", "61", "62", "63", "64", "66", "67"})
DUTY = HEAD | SPOUSE | CHILD | GRANDCHILD | ELDERS
#: Relatives by marriage, and whose presence in the room makes the tie one of duty.
BY_MARRIAGE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("53", "54", "55", "56", "65", "68"), SPOUSE),
    **dict.fromkeys(("28", "38"), CHILD),
    **dict.fromkeys(("45", "46"), GRANDCHILD),
}
STRANGER = "99"


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Somebody in a room: of which household, how related to its head, whose ward."""

    person: Any
    household: Any = None
    relation: str = ""
    guardian: Any = None


def all_linked(people: Sequence[Sleeper]) -> bool | None:
    """Whether a duty links every two of them; None where the register does not tell."""
    if len(people) < 2:
        return True
    relations = {each.relation for each in people}
    answers = [_linked(one, other, relations) for one, other in combinations(people, 2)]
    if False in answers:
        return False
    return None if None in answers else True


def _linked(one: Sleeper, other: Sleeper, present: set[str]) -> bool | None:
    if other.person == one.guardian or one.person == other.guardian:
        return True
    if one.household is None or other.household is None:
        return None
    if one.household != other.household or STRANGER in {one.relation, other.relation}:
        return False
    known = all(_owes(each.relation, present) for each in (one, other))
    return True if known else None


def _owes(relation: str, present: set[str]) -> bool:
    if relation in DUTY:
        return True
    return bool(BY_MARRIAGE.get(relation, frozenset()) & present)
