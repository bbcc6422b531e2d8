"""Where a cycle, a sheet and a score may go next (domain.md §5.6). Plain Python.

A cycle only goes forward; the one gate, `why_not_advance`, says what is still missing.
"""

from dataclasses import dataclass
from datetime import date

NEXT_STAGE = {
    "draft": "open",
    "open": "self_assessed",
    "self_assessed": "reviewed",
    "reviewed": "pre_published",
    "pre_published": "appeal",
    "appeal": "final",
}
#: Acts on a score, with the states that they start from and lead to.
SCORE_ACTS = {
    "submit": ({"new", "returned"}, "claimed"),
    "accept": ({"claimed"}, "confirmed"),
    "propose": ({"claimed"}, "proposed"),
    "second": ({"proposed"}, "confirmed"),
    "refuse": ({"proposed"}, "claimed"),
    "send_back": ({"claimed", "proposed"}, "returned"),
}
#: States of scores that wait for the district: claims to judge and adjustments to second.
TO_REVIEW = frozenset({"claimed", "proposed"})
#: States of scores that keep the review from ending.
UNSETTLED = TO_REVIEW | {"new", "returned"}


@dataclass(frozen=True)
class Standing:
    """What the gate looks at, on the day of the act."""

    day: date
    is_computed: bool
    units: int
    submitted: int
    self_to: date
    unsettled: int
    publish_until: date | None = None
    appeal_until: date | None = None


def why_not_advance(stage: str, now: Standing) -> str:
    """What keeps the cycle in its stage, as a sentence; blank when it may go on."""
    gate = {
        "draft": _may_open,
        "open": _may_review,
        "self_assessed": _is_reviewed,
        "pre_published": _was_published,
        "appeal": _was_open_to_appeal,
    }.get(stage)
    if stage not in NEXT_STAGE:
        return "考核已定稿"
    return gate(now) if gate else ""


def _may_open(now: Standing) -> str:
    return "" if now.is_computed else "按快照计算得分后可开始自评"


def _may_review(now: Standing) -> str:
    waiting = now.units - now.submitted
    if waiting and now.day <= now.self_to:
        return f"还有 {waiting} 个街道（镇）没有提交自评，{now.self_to:%m-%d} 截止"
    return ""


def _is_reviewed(now: Standing) -> str:
    return f"还有 {now.unsettled} 项没有复核，复核全部完成后可转入公示" if now.unsettled else ""


def _was_published(now: Standing) -> str:
    if now.publish_until and now.day <= now.publish_until:
        return f"公示至 {now.publish_until:%m-%d}，期满后转入申诉"
    return ""


def _was_open_to_appeal(now: Standing) -> str:
    if now.appeal_until and now.day <= now.appeal_until:
        return f"申诉至 {now.appeal_until:%m-%d}，期满后定稿"
    return ""


def may(act: str, state: str) -> bool:
    """Whether `act` may be done to a score in `state`."""
    return state in SCORE_ACTS[act][0]


def after(act: str) -> str:
    """The state that `act` leads to."""
    return SCORE_ACTS[act][1]


def sheet_state(states: list[str]) -> str:
    """The state of a submitted sheet, by the states of its scores: the least advanced wins."""
    if "returned" in states:
        return "returned"
    return "reviewing" if UNSETTLED.intersection(states) else "reviewed"
