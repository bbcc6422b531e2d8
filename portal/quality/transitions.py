"""How a quality issue moves from the finding to the check (domain §3.33). Plain Python.

The rules find, mend and reopen; people assign, ask for an exception, decide, check and send back.
What counts as open is `STOCK`; of one object a rule has at most one issue that is `STANDING`.

Paper: S-68.
"""

OPEN = "open"
ASSIGNED = "assigned"
ASKED = "asked"
RETURNED = "returned"
EXCEPTED = "excepted"
FIXED = "fixed"
CHECKED = "checked"

TITLES: dict[str, str] = {
    OPEN: "待处理",
    ASSIGNED: "处理中",
    ASKED: "申请无误",
    RETURNED: "退回重改",
    EXCEPTED: "确认无误",
    FIXED: "已改",
    CHECKED: "已复核",
}

#: From each state, the acts that may follow and where they lead. The rules themselves `mend`
#: (they find it no longer) and `reopen` (the exception is over, or says something else now).
MOVES: dict[str, dict[str, str]] = {
    OPEN: {"assign": ASSIGNED, "ask": ASKED, "mend": FIXED},
    ASSIGNED: {"assign": ASSIGNED, "ask": ASKED, "mend": FIXED},
    ASKED: {"withdraw": ASSIGNED, "approve": EXCEPTED, "refuse": ASSIGNED, "mend": FIXED},
    RETURNED: {"assign": RETURNED, "report": FIXED},
    EXCEPTED: {"reopen": OPEN, "mend": FIXED},
    FIXED: {"check": CHECKED, "send_back": RETURNED},
    CHECKED: {},
}

#: The act as the refusal of it names it.
ACTS: dict[str, str] = {
    "assign": "派发",
    "ask": "申请无误",
    "withdraw": "撤回申请",
    "approve": "确认无误",
    "refuse": "退回申请",
    "mend": "改完",
    "report": "报告改完",
    "check": "复核",
    "send_back": "退回重改",
    "reopen": "重新打开",
}

#: Wrong as far as anybody knows: these are counted, shown at the record and due on a day.
STOCK = (OPEN, ASSIGNED, ASKED, RETURNED)
#: Known to the rules, which open no second issue beside it.
STANDING = (*STOCK, EXCEPTED)
#: Ended by the rules as soon as they find it no longer. One that was sent back is found by a
#: person, not by the rule: its mender reports it.
MENDED_BY_RULES = (OPEN, ASSIGNED, ASKED, EXCEPTED)
#: Somebody of the committee has to mend it; one that is asked for waits for the street.
TO_MEND = (OPEN, ASSIGNED, RETURNED)


def target(state: str, act: str) -> str | None:
    """Where the act leads from this state; None when it may not follow."""
    return MOVES[state].get(act)


def why_not(state: str, act: str) -> str:
    """Why the act cannot follow, as a sentence; blank when it can."""
    if target(state, act) is not None:
        return ""
    return f"问题“{TITLES[state]}”，不能{ACTS[act]}"
