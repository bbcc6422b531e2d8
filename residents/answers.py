"""What somebody at a door answered, as a phone tells it: read and checked (domain §3.6).

Plain Python. A phone may have been without a network for hours, so that it tells how long ago it
was, not when: its clock may be wrong.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

MET, NO_ANSWER, REFUSED, VACANT = "met", "no_answer", "refused", "vacant"
OUTCOMES = (MET, NO_ANSWER, REFUSED, VACANT)
HERE, CHANGED, LEFT = "here", "changed", "left"
STATES = (HERE, CHANGED, LEFT)
#: What of a person can be corrected at a door; the rest is the entry page's.
TELLABLE = ("phone", "document_number", "relation", "employer")
KEPT_FOR = timedelta(hours=72)
MOST_MEMBERS, MOST_NOTE, MOST_TOLD = 60, 200, 200


class UnreadableAnswerError(ValueError):
    """The answer cannot be taken as it is; the sentence is for whoever gave it."""


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """One member of the household: still here, changed, or left.

    :param version: the version of the record that the phone showed
    """

    residence_id: UUID
    version: str
    state: str
    told: Mapping[str, str]
    left_on: date | None = None
    reason: str = "01"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one visit came to.

    :param age: how long ago it was when the phone sent it
    :param is_mine: whoever visited has seen what others changed meanwhile, and stands by it
    """

    outcome: str
    members: tuple[MemberAnswer, ...]
    note: str
    age: timedelta
    is_mine: bool


def read_answer(told: Mapping[str, str]) -> Answer:
    """:raises UnreadableAnswerError: what is wrong, and how to go on"""
    outcome = told.get("outcome", "")
    if outcome not in OUTCOMES:
        raise UnreadableAnswerError("请选择入户结果")
    note = told.get("note", "").strip()
    if len(note) > MOST_NOTE:
        raise UnreadableAnswerError(f"备注最多 {MOST_NOTE} 字，多了 {len(note) - MOST_NOTE} 字")
    members = _members(told.get("members", ""))
    if outcome == VACANT and any(member.state != LEFT for member in members):
        raise UnreadableAnswerError("空置的房屋，请先把成员都标为搬离")
    return Answer(outcome, members, note, age_of(told.get("age", "")), told.get("take") == "mine")


def age_of(text: str) -> timedelta:
    """How long ago the phone says it was.

    :raises UnreadableAnswerError: no number of seconds, or longer ago than answers are kept
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise UnreadableAnswerError("看不懂这一户是什么时候填的，请重新填写")
    age = timedelta(seconds=int(text))
    if age > KEPT_FOR:
        raise UnreadableAnswerError("这一户是 72 小时以前填的，情况可能已经变化，请重新上门核实")
    return age


def _members(text: str) -> tuple[MemberAnswer, ...]:
    try:
        rows = json.loads(text) if text else []
    except ValueError as error:
        raise UnreadableAnswerError("成员情况看不懂，请重新填写这一户") from error
    if not isinstance(rows, list) or len(rows) > MOST_MEMBERS:
        raise UnreadableAnswerError(f"一户最多 {MOST_MEMBERS} 名成员，请重新填写这一户")
    found = tuple(_member(row) for row in rows)
    if len({member.residence_id for member in found}) < len(found):
        raise UnreadableAnswerError("同一名成员填了两次，请重新填写这一户")
    return found


def _member(row: Any) -> MemberAnswer:
    if not isinstance(row, dict):
        raise UnreadableAnswerError("成员情况看不懂，请重新填写这一户")
    try:
        residence_id = UUID(str(row.get("id", "")))
    except ValueError as error:
        raise UnreadableAnswerError("成员情况看不懂，请重新填写这一户") from error
    state = row.get("state")
    if state not in STATES:
        raise UnreadableAnswerError("请逐人确认在住、有变或搬离")
    told = _told(row.get("told")) if state == CHANGED else {}
    if state == CHANGED and not told:
        raise UnreadableAnswerError("标为有变的成员，请填写变了什么")
    left_on = _day(row.get("left_on")) if state == LEFT else None
    reason = str(row.get("reason") or "01")[:2]
    return MemberAnswer(
        residence_id, str(row.get("version", ""))[:80], state, told, left_on, reason
    )


def _told(said: Any) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    return {
        key: str(said[key]).strip()[:MOST_TOLD]
        for key in TELLABLE
        if str(said.get(key) or "").strip()
    }


def _day(text: Any) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise UnreadableAnswerError(f"离开日期“{str(text)[:12]}”看不懂，请重新选择") from error
