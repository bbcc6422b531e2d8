"""How a permit case moves (domain §3.16). Plain Python: a table, read by one gate in the services.

`draft` is a form that nobody has sent yet; it has no row.

Paper: S-91.
"""

from __future__ import annotations

DRAFT = "draft"
INCOMPLETE = "incomplete"
ACCEPTED = "accepted"
TRANSFERRED = "transferred"
REVIEWING = "reviewing"
APPROVED = "approved"
REFUSED = "refused"
RECONSIDERATION = "reconsideration"
MAKING = "making"
READY = "ready"
COLLECTED = "collected"
WITHDRAWN = "withdrawn"

TITLES: dict[str, str] = {
    INCOMPLETE: "待补正",
    ACCEPTED: "已受理",
    TRANSFERRED: "待审查",
    REVIEWING: "审查中",
    APPROVED: "已批准",
    REFUSED: "不予办理",
    RECONSIDERATION: "复议中",
    MAKING: "制证中",
    READY: "待领证",
    COLLECTED: "已发证",
    WITHDRAWN: "已撤回",
}

#: From each state, the acts that may follow and where they lead.
MOVES: dict[str, dict[str, str]] = {
    DRAFT: {"accept": ACCEPTED, "notify_missing": INCOMPLETE},
    INCOMPLETE: {"accept": ACCEPTED, "withdraw": WITHDRAWN},
    ACCEPTED: {"transfer": TRANSFERRED, "withdraw": WITHDRAWN},
    TRANSFERRED: {"examine": REVIEWING, "withdraw": WITHDRAWN},
    REVIEWING: {
        "examine": REVIEWING,
        "review": REVIEWING,
        "approve": APPROVED,
        "refuse": REFUSED,
        "withdraw": WITHDRAWN,
    },
    REFUSED: {"reconsider": RECONSIDERATION},
    RECONSIDERATION: {"approve": APPROVED, "refuse": REFUSED},
    APPROVED: {"make": MAKING},
    MAKING: {"issue": READY},
    READY: {"collect": COLLECTED},
    COLLECTED: {},
    WITHDRAWN: {},
}

#: The act as the refusal of it names it.
ACTS: dict[str, str] = {
    "accept": "受理",
    "notify_missing": "发补正通知",
    "transfer": "移送",
    "examine": "填写审查情况",
    "review": "报送审批",
    "approve": "批准",
    "refuse": "不予办理",
    "reconsider": "复议",
    "make": "制证",
    "issue": "登记制发",
    "collect": "领证",
    "withdraw": "撤回",
}

#: States in which nothing more is expected of anybody.
CLOSED = frozenset({COLLECTED, WITHDRAWN, REFUSED})

#: The stages of the stepper, each with the states in which it is the current one.
STAGES: tuple[tuple[str, frozenset[str]], ...] = (
    ("受理", frozenset({INCOMPLETE, ACCEPTED})),
    ("审查", frozenset({TRANSFERRED, REVIEWING})),
    ("审批", frozenset({RECONSIDERATION, REFUSED})),
    ("制证", frozenset({APPROVED, MAKING})),
    ("发证", frozenset({READY})),
)


def target(state: str, act: str) -> str | None:
    """Where the act leads from this state; None when it may not follow."""
    return MOVES[state].get(act)


def may(state: str, act: str) -> bool:
    return act in MOVES[state]


def stage_of(state: str, *, reviewed: bool = False) -> int:
    """Position of the current stage; as many as there are stages when all are done.

    A case that is reviewed waits for the decision, which is a stage of its own.
    """
    if state == REVIEWING and reviewed:
        return 2
    for position, (_title, states) in enumerate(STAGES):
        if state in states:
            return position
    return len(STAGES) if state == COLLECTED else 0
