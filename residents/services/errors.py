"""Why a write on the population register is refused, in sentences for the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from residents.intake import FieldProblem
from residents.models import (
    Household,
    Identity,
    Residence,
    Resident,
    ResidentMerge,
    Transfer,
)


@dataclass(frozen=True)
class RowProblem:
    """A problem of one row of a form or file; `row` is the caller's own name for it."""

    row: Any
    problem: FieldProblem


@dataclass(frozen=True)
class Conflict:
    """A field that two people changed: the value somebody saves now, and the one saved before."""

    row: Any
    who: str
    field: str
    label: str
    mine: str
    theirs: str


class UnableToSave(Exception):
    """What was told cannot be recorded; `problems` name the rows and fields."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        self.problems = list(problems)
        super().__init__("；".join(found.problem.message for found in self.problems))


class UnableToRegister(UnableToSave):
    """A new person is refused."""


class UnableToUpdate(UnableToSave):
    """A change is refused."""


class UnableToMove(Exception):
    """The person cannot move there, or not on that day."""


class UnableToRegroup(Exception):
    """Households cannot be split, merged or led so.

    :param field: the field of the form that the sentence belongs to
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnableToTransfer(Exception):
    """A request between committees cannot be answered, decided or withdrawn so.

    :param field: the field of the form that the sentence belongs to
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnableToFollowUp(Exception):
    """A lead or a request of a resident cannot be taken or dealt with so.

    :param field: the field of the form that the sentence belongs to
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class UnableToCheck(UnableToFollowUp):
    """A spot check cannot be planned, carried out or published so."""


class UnableToDeregister(Exception):
    """The episode cannot be ended so."""


class UnableToVerify(Exception):
    """The visit cannot be recorded so."""


class UnableToMerge(Exception):
    """Two records cannot be made one, or not be parted again; the sentence says why."""


class UnableToKeep(Exception):
    """A draft cannot be kept, or no longer be read."""


class UnableToReveal(Exception):
    """The number is not shown: purpose, reason or quota."""


class QuotaUsedUp(UnableToReveal):
    """Too many looks today, or in this minute; the refusal itself is told in the trail."""


class FoundElsewhere(UnableToRegister):
    """The number belongs to somebody of another unit; only unit and last check are told."""

    def __init__(self, problems: Sequence[RowProblem], found: Sequence[tuple[int, str]]) -> None:
        super().__init__(problems)
        #: committee and mask of each number, for the audit trail
        self.found = list(found)


class StaleVersion(Exception):
    """Somebody else saved first; both versions are told and nothing is lost."""

    def __init__(
        self, conflicts: Sequence[Conflict], changed_by: str, changed_at: datetime | None
    ) -> None:
        super().__init__("内容已被他人改过")
        self.conflicts = list(conflicts)
        self.changed_by = changed_by
        self.changed_at = changed_at


_SENTENCES = {
    constraint.name: str(constraint.violation_error_message)
    for model in (Resident, Identity, Household, Residence, Transfer, ResidentMerge)
    for constraint in model._meta.constraints
} | {"residents_primary_without_overlap": "同一时间只能有一处主要居所，请核对入住和离开日期"}
_FIELDS = {
    "residents_identity_once": "document_number",
    "residents_one_open_primary": "document_number",
    "residents_once_per_dwelling": "document_number",
    "residents_birth_plausible": "birth_date",
    "residents_sex_in_code_set": "sex",
}


def refused_by_database(error: IntegrityError, row: Any = None) -> RowProblem:
    """The database's refusal as a sentence at a field: what a lost race or a gap here looks like.

    :raises IntegrityError: a constraint that has no sentence
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", "") or ""
    if name not in _SENTENCES:
        raise error
    return RowProblem(row, FieldProblem(_FIELDS.get(name, "begin_date"), _SENTENCES[name]))
