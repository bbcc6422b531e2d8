"""The acting scope: one person, in one post, over one range of unit codes (D-1, D-2)."""

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["district", "street", "committee"]

DISTRICT_SPAN = 1_000_000
STREET_SPAN = 1_000


def level_of(code: int) -> Level:
    """The level of a 12-digit statistical division code, read from its trailing zeros."""
    if code % DISTRICT_SPAN == 0:
        return "district"
    return "street" if code % STREET_SPAN == 0 else "committee"


def span_of(code: int) -> int:
    """How many codes lie under `code` besides itself: `code … code + span` is its subtree."""
    return {"district": DISTRICT_SPAN - 1, "street": STREET_SPAN - 1, "committee": 0}[
        level_of(code)
    ]


def parent_of(code: int) -> int | None:
    """The code of the unit above; None for a district, the top of this register."""
    level = level_of(code)
    if level == "district":
        return None
    span = STREET_SPAN if level == "committee" else DISTRICT_SPAN
    return code - code % span


@dataclass(frozen=True)
class Scope:
    """What somebody may see and do now, as services and querysets receive it (`by`).

    A scope is made per request or per job from one appointment and never changes.
    `request_id` and `ip` tell the audit trail where an act came from; `office`, a code and a
    name, is the acting unit where a wider one is lent for an act (`acting.reaching`).
    """

    unit: int
    unit_name: str
    role: str
    role_title: str
    capabilities: frozenset[str]
    user_id: int | None = None
    user_name: str = ""
    staff_no: str = ""
    appointment_id: int | None = None
    request_id: str = field(default="", compare=False)
    ip: str | None = field(default=None, compare=False)
    office: tuple[int, str] | None = None

    @property
    def level(self) -> Level:
        return level_of(self.unit)

    @property
    def low(self) -> int:
        return self.unit

    @property
    def high(self) -> int:
        return self.unit + span_of(self.unit)

    def covers(self, code: int) -> bool:
        """Whether the unit `code` lies in this scope's subtree."""
        return self.low <= code <= self.high

    def may(self, capability: str) -> bool:
        """Whether the acting post carries `capability` (a `Capability` or its key)."""
        return str(capability) in self.capabilities
