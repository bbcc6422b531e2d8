"""What a verifier's phone tells of a call at a door, or of a place that no list has; only read.

The services judge it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from residents.answers import UnreadableAnswerError, age_of
from residents.services.spotchecks import PlaceSeen, Seen, Visit
from residents.spotchecks.courses import MOST_PEOPLE

LONGEST = 50
#: Digits of a number of people.
LONGEST_COUNT = 4


@dataclass(frozen=True)
class Call:
    """One call: the version of the door that the phone showed, what it came to, how long ago."""

    version: int
    visit: Visit
    age: timedelta


def read_call(told: Mapping[str, str]) -> Call:
    """:raises UnreadableAnswerError: it is no call that a phone of ours tells"""
    version = told.get("version", "")
    if not version.isascii() or not version.isdecimal() or len(version) > 9:
        raise UnreadableAnswerError("看不懂这一户是哪次打开的，请重新填写")
    people = [_seen(each) for each in _rows(told.get("people", ""))]
    return Call(
        int(version), Visit(told.get("outcome", ""), people), age_of(told.get("age", ""))
    )  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """One place that no list has: near which draw, what was seen, how long ago."""

    near: UUID
    seen: PlaceSeen
    age: timedelta


def read_place(told: Mapping[str, str]) -> Noted:
    """:raises UnreadableAnswerError: it is no place that a phone of ours tells"""
    try:
        near = UUID(told.get("near", ""))
    except ValueError as error:
        raise UnreadableAnswerError("请选择在哪一户附近") from error
    people = told.get("people", "").strip()
    is_number = people.isascii() and people.isdecimal() and len(people) <= LONGEST_COUNT
    seen = PlaceSeen(
        told.get("place", ""), told.get("what", ""),
        None if not people else int(people) if is_number else 0,  # nought is refused in words
    )  # fmt: skip
    return Noted(near, seen, age_of(told.get("age", "")))


def _rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text or "[]")
    except ValueError as error:
        raise UnreadableAnswerError("看不懂这一户的人员，请重新填写") from error
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise UnreadableAnswerError("看不懂这一户的人员，请重新填写")
    return rows[: MOST_PEOPLE + 1]  # one too many is refused by its number


def _seen(row: dict[str, Any]) -> Seen:
    name, sex, born, tail, category, since, phone = (
        str(row.get(key) or "")[: LONGEST + 1]
        for key in ("name", "sex", "born", "tail", "category", "since", "phone")
    )
    is_year = born.isascii() and born.isdecimal() and len(born) == 4
    return Seen(name, sex, int(born) if is_year else None, tail, category, since, phone)
