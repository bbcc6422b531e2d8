"""How a dwelling's house code stood at a moment, read back from its events. Plain Python.

The row holds today's code; events say what it was before. A list of a month that is over must say
what was wrong then, not what has been put right since. Paper: S-81.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from housing.codes import JGJT246, is_provisional, mod11_10, scheme_of

CHANGING = {"assign", "correct", "restore"}


@dataclass(frozen=True, slots=True)
class CodeEvent:
    """One event of a code, as the register wrote it down."""

    kind: str
    old_code: str
    new_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CodeThen:
    """A code at a moment; `given_at` is None where the events do not tell since when."""

    code: str
    on_frame: bool
    given_at: datetime | None = None


def code_at(moment: datetime, now: CodeThen, events: Iterable[CodeEvent]) -> CodeThen:
    """The code as it stood right before `moment`.

    :param now: how it stands today
    :param events: all of the dwelling's, the latest first
    """
    then = now
    for event, earlier in pairwise([*events, None]):
        assert event is not None  # only the last has nothing before it
        if event.at >= moment:
            then = _before(event, then, earlier)
        elif event.kind in CHANGING and event.new_code == then.code:
            return replace(then, given_at=event.at)
    return then


def _before(event: CodeEvent, after: CodeThen, earlier: CodeEvent | None) -> CodeThen:
    """:param earlier: the event before this one"""
    if not event.new_code:  # it left the frame with its code
        return CodeThen(event.old_code, on_frame=True)
    if event.kind == "restore" and earlier and not earlier.new_code:  # and it came back
        return CodeThen(event.new_code, on_frame=False)
    if event.kind in CHANGING:
        return CodeThen(event.old_code, after.on_frame)
    return after


def what_is_wrong(
    then: CodeThen, created_at: date, given_on: date | None, last: date, grace: Mapping[str, int]
) -> tuple[str, date] | None:
    """The exception of a dwelling on the frame at a month's end: its kind, and since when.

    :param last: the month's last day
    :param grace: parameters of the rule set `code_exceptions`: days that a dwelling may be without
        a code, and with a provisional one
    """
    since = given_on or created_at
    if not then.on_frame:
        return None
    if not then.code:
        waits = timedelta(days=grace["uncoded_days"])
        return ("missing", created_at) if created_at + waits <= last else None
    if is_provisional(then.code):
        waits = timedelta(days=grace["provisional_days"])
        return ("provisional", since) if since + waits <= last else None
    return None if fault_of(then.code) is None else ("invalid", since)


def fault_of(code: str) -> str | None:
    """In words why a stored code cannot be right; None where nothing speaks against it."""
    scheme = scheme_of(code)
    if scheme is None:
        return "不是已知的编码格式"
    if scheme is JGJT246 and "*" not in code and mod11_10(code[:25]) != code[25]:
        return f"末位校验码应为 {mod11_10(code[:25])}"
    return None
