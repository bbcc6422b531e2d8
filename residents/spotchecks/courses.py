"""The course of a round and what a visit can come to, as plain codes (domain §3.32).

Paper: S-32, S-69, S-70.
"""

from __future__ import annotations

#: What is asked at a door: who lives there, or whether a record is true.
ASKED = [("forward", "顺查"), ("reverse", "倒查")]
#: A recheck (复查) asks again what an earlier round asked, of some of its doors.
RECHECK = "recheck"
KINDS = [*ASKED, (RECHECK, "复查")]
STATES = [
    ("planned", "已计划"), ("drawn", "已抽取"), ("in_field", "上门中"), ("matching", "比对中"),
    ("published", "已公布"), ("extended", "已补抽"), ("cancelled", "已取消"),
]  # fmt: skip
#: From a state to those that may follow it.
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "planned": ("drawn", "cancelled"),
    "drawn": ("in_field", "cancelled"),
    "in_field": ("matching",),
    "matching": ("published",),
    "published": ("extended",),
    "extended": (),
    "cancelled": (),
}
FORWARD_OUTCOMES = [
    ("lived", "有人住"), ("vacant", "没人住"), ("gone", "房屋不存在"), ("nobody", "没人应门"),
    ("refused", "不愿回答"),
]  # fmt: skip
REVERSE_OUTCOMES = [
    ("lives", "住在这里"), ("moved", "已搬走"), ("never", "没住过"), ("deceased", "已去世"),
    ("nobody", "没人应门"), ("refused", "不愿回答"),
]  # fmt: skip
OUTCOMES = list(dict([*FORWARD_OUTCOMES, *REVERSE_OUTCOMES]).items())
#: Outcomes after which nobody need come again.
SETTLED = {
    "forward": ("lived", "vacant", "gone"), "reverse": ("lives", "moved", "never", "deceased"),
}  # fmt: skip
#: Outcomes in which somebody was found, whose particulars are written down.
WITH_PEOPLE = ("lived", "lives")
#: Visits after which a draw counts as not met, at different times of the day.
MOST_VISITS = 3
#: Days in which the field work ends: in longer ones people move (domain §4.2).
FIELD_DAYS = 14
#: Days after publication on which the sheets are deleted (domain §3.32).
SHEETS_KEPT_DAYS = 90
MOST_PEOPLE = 20
#: Days after the reference night in which a recheck begins: later nobody remembers who was there.
RECHECK_WITHIN_DAYS = 45
#: The share of settled draws that is offered for a recheck.
RECHECK_SHARE = 0.1


def outcomes_of(kind: str) -> list[tuple[str, str]]:
    return FORWARD_OUTCOMES if kind == "forward" else REVERSE_OUTCOMES


def may_follow(state: str, following: str) -> bool:
    """Whether a round goes from one state to the other."""
    return following in NEXT_STATES[state]


def part_of_day(hour: int, weekday: int) -> str:
    """When somebody called, as the sheet says it: the attempts should differ."""
    if weekday >= 5:
        return "周末"
    return "白天" if hour < 18 else "晚上"
