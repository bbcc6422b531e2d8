"""What a quality rule is: a declaration that finds its offenders by one query (D-11).

An area declares its rules as values in `quality.py` and names the module in `QUALITY_MODULES`.
A rule's query set gives one row for each offender, with the columns of `COLUMNS` as annotations.

Paper: S-38.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from portal.rules.services import Rule

Text = str | Promise

#: What each row of a rule's query set tells about an offender.
COLUMNS = (
    "committee_id",  # where it is
    "dwelling_id",  # the dwelling that it is mended at
    "residence_id",  # the episode, None where the dwelling itself offends
    "object_id",  # what offends: at most one open issue of a rule for each
    "subject",  # how it is called: a name, 空置房
    "place",  # its short address
    "detail",  # what is wrong with this one
)


class Severity(StrEnum):
    """How much it matters (ui.md 4.7); the values are the marks' style classes."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


#: Keys of the rule set `issue_deadlines` (days until mended).
DEADLINES = {Severity.MUST: "high", Severity.SHOULD: "mid", Severity.NOTE: "low"}


class About(StrEnum):
    """Which register the rule checks."""

    PEOPLE = "people"
    HOUSING = "housing"


@dataclass(frozen=True)
class Inspection:
    """What a run looks at: a unit on a day, under the rules of that day."""

    unit: int
    day: date
    rules: Mapping[str, Rule] = field(hash=False)


@dataclass(frozen=True)
class QualityRule:
    """One check of the registers.

    :param key: R-xxx as people cite it; never given to another rule
    :param number: DQ-xx of the domain's catalogue
    :param offenders: rows with the columns `COLUMNS`
    :param why: why it matters, in one or two sentences
    :param mend: how it is mended
    :param field: the field of the entry form that gets the focus
    :param act: what the button of the to-do row says
    :param hurts: titles of the metrics that suffer
    """

    key: str
    number: str
    title: Text
    severity: Severity
    about: About
    offenders: Callable[[Inspection], "QuerySet[Any, Any]"]
    why: Text
    mend: Text
    field: str = ""
    act: Text = "去修改"
    hurts: Text = ""
