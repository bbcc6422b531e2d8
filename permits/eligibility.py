"""Who may hold a residence permit: the conditions and the truth table of a rule. Plain Python.

The tables are data (rule sets `SH-RP-2013`, `SH-RP-2018`): each line is a set of conditions that
together suffice. An unproven condition is not a failed one: the officer asks for the proof.

Paper: S-94.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum


class Condition(StrEnum):
    """C1…C5 of domain §3.15."""

    REGISTERED = "C1"
    DWELLING = "C2"
    EMPLOYMENT = "C3"
    STUDY = "C4"
    KINSHIP = "C5"


class Met(StrEnum):
    """What is known of a condition."""

    YES = "yes"
    NO = "no"
    UNPROVEN = "unproven"


TITLES: dict[str, str] = {
    Condition.REGISTERED: "居住登记满期",
    Condition.DWELLING: "合法稳定居住",
    Condition.EMPLOYMENT: "合法稳定就业",
    Condition.STUDY: "连续就读",
    Condition.KINSHIP: "投靠亲属",
}
MET_TITLES: dict[str, str] = {Met.YES: "符合", Met.NO: "不符合", Met.UNPROVEN: "未证明"}

Table = Sequence[Sequence[str]]


def judge(table: Table, found: Mapping[str, str]) -> Met:
    """YES when every condition of some line is met, NO when no line can be met any more."""
    open_lines = False
    for line in table:
        results = [found.get(condition, Met.UNPROVEN) for condition in line]
        if all(result == Met.YES for result in results):
            return Met.YES
        open_lines = open_lines or Met.NO not in results
    return Met.UNPROVEN if open_lines else Met.NO


def conditions_of(table: Table) -> list[str]:
    """The conditions that the table asks about, in the order C1…C5."""
    return sorted({condition for line in table for condition in line})


def in_words(table: Table) -> str:
    """The table as people read it: `合法稳定居住，并且合法稳定就业、连续就读、投靠亲属之一`."""
    lines = [set(line) for line in table]
    common = set.intersection(*lines) if lines else set()
    rest = sorted({condition for line in lines for condition in line - common})
    parts = "、".join(TITLES[condition] for condition in sorted(common))
    choice = "、".join(TITLES[condition] for condition in rest)
    if not choice:
        return parts
    one_of = f"{choice}之一" if len(rest) > 1 else choice
    return f"{parts}，并且{one_of}" if parts else one_of


def months_between(since: date, until: date) -> int:
    """Full months from one day to another; 31 January to 28 February is none."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - 1 if until.day < since.day else months
