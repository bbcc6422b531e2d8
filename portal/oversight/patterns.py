"""What is unusual in how an office-holder looked at whole numbers on one day. Plain Python.

Nothing here says anything about a resident: the looks are judged, never those looked at
(docs/adr/0016).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

PAUSE = timedelta(minutes=5)


@dataclass(frozen=True)
class Look:
    """One look: the moment, whose number, the person's place in walking order, in the own patch.

    `in_patch` is None for those who have no patch of their own.
    """

    at: datetime
    person: UUID
    place: str = ""
    in_patch: bool | None = None


@dataclass(frozen=True)
class Finding:
    """A pattern with its figures: `count` looks of `total`, against `against`."""

    kind: str
    count: int
    total: int
    against: float


def findings(looks: Sequence[Look], peers: Sequence[int], rule: Mapping[str, Any]) -> list[Finding]:
    """What is unusual in one person's looks of a day.

    :param peers: how often others in the same post looked that day, without those who did not
    :param rule: parameters of the rule set `reveal_alarms`
    """
    found = [
        _many(looks, peers, rule), _off_hours(looks, rule), _outside(looks, rule),
        _walk(looks, rule),
    ]  # fmt: skip
    return [each for each in found if each is not None]


def _many(looks: Sequence[Look], peers: Sequence[int], rule: Mapping[str, Any]) -> Finding | None:
    usual = float(median(peers)) if peers else 0.0
    if len(looks) < rule["least"] or len(looks) <= rule["peer_factor"] * usual:
        return None
    return Finding("peers", len(looks), len(looks), usual)


def _off_hours(looks: Sequence[Look], rule: Mapping[str, Any]) -> Finding | None:
    """:param looks: with local times"""
    count = sum(not rule["day_begins"] <= look.at.hour < rule["day_ends"] for look in looks)
    return Finding("hours", count, len(looks), 0) if count >= rule["off_hours"] else None


def _outside(looks: Sequence[Look], rule: Mapping[str, Any]) -> Finding | None:
    known = [look for look in looks if look.in_patch is not None]
    outside = sum(not look.in_patch for look in known)
    if len(known) < rule["least"] or outside * 100 <= rule["outside_percent"] * len(known):
        return None
    return Finding("patch", outside, len(known), rule["outside_percent"])


def _walk(looks: Sequence[Look], rule: Mapping[str, Any]) -> Finding | None:
    """Door after door, upwards or downwards, with short pauses, each time somebody else."""
    longest = max((_run(looks, step) for step in (1, -1)), default=0)
    return Finding("walk", longest, len(looks), rule["walk"]) if longest >= rule["walk"] else None


def _run(looks: Sequence[Look], step: int) -> int:
    best, seen, before = 0, set[UUID](), None
    for look in sorted(looks, key=lambda each: each.at):
        follows = (
            before is not None
            and look.at - before.at <= PAUSE
            and look.person not in seen
            and (look.place >= before.place if step > 0 else look.place <= before.place)
        )
        if not follows:
            seen = set()
        seen.add(look.person)
        before, best = look, max(best, len(seen))
    return best
