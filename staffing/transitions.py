"""Where a collector may go next, and what each step asks for (domain.md §3.16). Plain Python.

Paper: S-49.
"""

from dataclasses import dataclass
from datetime import date

NEXT: dict[str, tuple[str, ...]] = {
    "candidate": ("probation", "appointed", "left"),
    "probation": ("appointed", "leaving", "left"),
    "appointed": ("transferred", "suspended", "leaving"),
    "transferred": ("appointed", "leaving"),
    "suspended": ("appointed", "leaving", "left"),
    "leaving": ("appointed", "left"),
    "left": (),
}
#: Steps that say why.
NEEDS_REASON = frozenset({"transferred", "suspended", "leaving", "left"})
AT_WORK = frozenset({"probation", "appointed"})


@dataclass(frozen=True)
class Standing:
    """A collector as the gate sees them."""

    status: str
    since: date
    is_trained: bool
    has_signed: bool
    areas: int


def why_not(now: Standing, to: str, on: date, reason: str) -> str:
    """What keeps the collector from status `to`, as a sentence; blank when nothing does."""
    if to not in NEXT[now.status]:
        return "不能从现在的状态转到这个状态"
    if on < now.since:
        return f"生效日期不能早于现状态的起始日期 {now.since:%Y-%m-%d}"
    if to in AT_WORK and not now.has_signed:
        return "上岗前须签保密承诺"
    if to == "appointed" and not now.is_trained:
        return "岗前培训合格后才能聘用"
    if to == "left" and now.areas:
        return f"名下还有 {now.areas} 个片区，先交给别人再离职"
    if to in NEEDS_REASON and not reason.strip():
        return "请写明事由"
    return ""
