"""What a kind of comparison must be able to do, as the areas declare it (`COMPARISON_MODULES`).

The frame reads the partner's list, maps its columns and stages its rows; the kind finds whom or
what each row speaks of on the register, by exact keys first and then inside small blocks, and
makes a lead of a difference through its own services.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.exchange.comparisons.models import Result
from portal.exchange.kinds import ImportField, Problem, RawRow
from portal.orgs.scope import Scope

#: On what a row and a record were brought together; the key is stored.
MATCHED_BY: dict[str, str | Promise] = {
    "number": _("证件号"),
    "birth": _("姓名和出生日期"),
    "code": _("房屋编码"),
    "address": _("地址"),
}


@dataclass(frozen=True)
class ComparedRow:
    """A row held against the register.

    `changes` are pairs of ours and theirs by field, masked; `subject` is the hex of a blind index
    by which the frame finds rows of one list that speak of the same; `committee` is None where
    neither a record nor the address tells which one is concerned.
    """

    line: int
    result: Result
    subject: str = ""
    matched_by: str = ""
    committee: int | None = None
    target_id: uuid.UUID | None = None
    place_id: uuid.UUID | None = None
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Ours:
    """A record of our side that no row spoke of."""

    committee: int
    target_id: uuid.UUID
    place_id: uuid.UUID


@dataclass(frozen=True)
class Shown:
    """A record as pages name it: masked, with where it is."""

    title: str
    mask: str
    place: str
    url: str


@dataclass(frozen=True)
class Difference:
    """What a lead is made of. `title` and `place` name whom and where in words; `fields` are
    the titles of what differs."""

    result: Result
    committee: int
    place_id: uuid.UUID | None
    place: str
    title: str
    fields: Sequence[str]
    partner: str


class ComparisonKind(Protocol):
    """One kind of comparison. Every step runs inside a transaction in the requester's scope."""

    key: str
    title: str | Promise
    unit: str | Promise
    fields: Sequence[ImportField]
    #: the field that a row is called by
    named_by: str
    #: key of the list (`ExportKind`) whose conditions narrow our side to one of its ranges
    register: str

    def compare(self, rows: Sequence[RawRow], *, by: Scope, today: date) -> list[ComparedRow]:
        """Hold a chunk against the register in a handful of queries; one answer per row."""

    def ours(self, rows: "QuerySet[Any]", met: "QuerySet[Any]") -> "QuerySet[Any]":
        """Of the list's rows those whose record is not among `met` (keys of records)."""

    def records(self, rows: "QuerySet[Any]") -> list[Ours]:
        """What the frame keeps of our side's rows."""

    def shown(self, keys: Sequence[uuid.UUID], by: Scope) -> dict[uuid.UUID, Shown]:
        """Records in scope by key, as pages name them."""

    def tell(self, difference: Difference, *, by: Scope, at: datetime) -> uuid.UUID:
        """Make a lead of a difference; its key.

        :raises UnableToTell: the register does not take such a lead
        """


class UnableToTell(Exception):
    """No lead was made of a difference; the sentence says why."""


def comparison_kinds() -> dict[str, ComparisonKind]:
    """All kinds by key, in the order in which the areas list them."""
    return {
        kind.key: kind
        for name in settings.COMPARISON_MODULES
        for kind in import_module(name).COMPARISONS
    }
