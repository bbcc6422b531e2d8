"""What a quality rule is: a declaration that finds its offenders set-based (D-11).

An area declares its rules as values in `quality.py` and names the module in `QUALITY_MODULES`.
Rules that look at one row each share a `Frame`: whatever their number, its table is read once.

Paper: S-38.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.rules.services import Rule

Text = str | Promise

#: What each row of a frame tells about what it checks.
PLACES = (
    "committee_id",  # where it is
    "dwelling_id",  # the dwelling that it is mended at, None where it is not mended at one
    "residence_id",  # the episode, None where the dwelling itself offends
    "object_id",  # what offends: at most one open issue of a rule for each
    "subject",  # how it is called: a name, 空置房
    "place",  # its short address
)
#: What each offender tells: besides its place, what is wrong with this one.
COLUMNS = (*PLACES, "detail")


class Severity(StrEnum):
    """How much it matters (ui.md 4.7); the values are the marks' style classes."""

    MUST = "must"
    SHOULD = "should"
    NOTE = "note"


#: Keys of the rule set `issue_deadlines` (working days until mended).
DEADLINES: Mapping[str, str] = {Severity.MUST: "high", Severity.SHOULD: "mid", Severity.NOTE: "low"}


class About(StrEnum):
    """Which register the rule checks."""

    PEOPLE = "people"
    HOUSING = "housing"
    PERMITS = "permits"
    STAFFING = "staffing"


ABOUT_TITLES: dict[About, Text] = {
    About.PEOPLE: _("实有人口"),
    About.HOUSING: _("实有房屋"),
    About.PERMITS: _("居住证"),
    About.STAFFING: _("采集力量"),
}


@dataclass(frozen=True)
class Inspection:
    """What a run looks at: a unit on a day, under the rules of that day."""

    unit: int
    day: date
    rules: Mapping[str, Rule] = field(hash=False)


@dataclass(frozen=True)
class Frame:
    """Rows that several rules check in one pass: those of a unit, with the columns `PLACES`."""

    key: str
    rows: Callable[[Inspection], "QuerySet[Any, Any]"]


@dataclass(frozen=True)
class QualityRule:
    """One check of the registers: a condition on a frame's rows, or a query of its own.

    :param key: R-xxx as people cite it; never given to another rule
    :param number: DQ-xx of the domain's catalogue
    :param frame: the rows that `when` is asked of; `detail` then says what is wrong
    :param query: rows with the columns `COLUMNS`, where no frame's row shows the fault by itself
    :param wide: other dwellings' rows decide as well: a save does not ask it, a run does
    :param across: other streets' rows decide as well: only a run of the whole district asks it
    :param held: what makes the fault impossible; the rule is shown and never run
    :param why: why it matters, in one or two sentences
    :param mend: how it is mended
    :param field: the field of the entry form that gets the focus
    :param opens: the page where it is mended, if not at a dwelling
    :param keyed: whether that page's address holds the offender's key
    :param narrowed: filters of that page, where it is a list
    :param act: what the button of the to-do row says
    :param follows: the rule set whose parameter decides what it finds, where there is one
    :param hurts: titles of the metrics that suffer
    :param excusable: whether a record that it finds can be right all the same (申请无误)
    """

    key: str
    number: str
    title: Text
    severity: Severity
    about: About
    why: Text
    mend: Text
    frame: Frame | None = None
    when: Callable[[Inspection], Q] | None = None
    detail: Callable[[Inspection], Combinable] | None = None
    query: Callable[[Inspection], "QuerySet[Any, Any]"] | None = None
    wide: bool = False
    across: bool = False
    held: Text = ""
    field: str = ""
    opens: str = ""
    keyed: bool = True
    narrowed: str = ""
    act: Text = _("去修改")
    hurts: Text = ""
    follows: str = ""
    excusable: bool = True

    @property
    def is_run(self) -> bool:
        return self.query is not None or self.frame is not None

    @property
    def is_asked_after_a_save(self) -> bool:
        """Whether the rows of one dwelling are enough to answer it."""
        return self.is_run and not self.wide

    def faulty(self, inspection: Inspection) -> Q:
        """The condition on the frame's rows."""
        assert self.when is not None
        return self.when(inspection)

    def told(self, inspection: Inspection) -> Combinable:
        """What is wrong, as an expression of a frame's row."""
        assert self.detail is not None
        return Cast(self.detail(inspection), CharField())

    def offenders(self, inspection: Inspection) -> "QuerySet[Any, Any]":
        """The offenders of this rule alone, with the columns `COLUMNS`."""
        if self.query is not None:
            return self.query(inspection)
        assert self.frame is not None
        rows = self.frame.rows(inspection).filter(self.faulty(inspection))
        told: QuerySet[Any, Any] = rows.annotate(detail=self.told(inspection))
        return told
