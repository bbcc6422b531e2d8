"""Reading the trail, as the role that may read it and nothing else (D-8).

The connection `audit` carries the acting scope's token from the moment its transaction begins
(portal.orgs.postgresql); the range given here is the application's own wall in front of it.
Answers are plain values: nobody outside of this package touches the table.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from portal.audit.actions import TITLES, title_of
from portal.audit.models import AuditEvent

ALIAS = "audit"
REVEALED = "residents.revealed"
REFUSED = "refused"
#: Actions by what people ask for, each with the beginnings or whole keys that belong to it.
GROUPS: dict[str, tuple[str, ...]] = {
    "viewed": ("residents.viewed", "permits.viewed", "register.list_viewed", "audit.viewed"),
    "searched": ("residents.searched", "permits.applicant_searched"),
    "revealed": (REVEALED,),
    "changed": (
        *(
            key
            for key in TITLES
            if key.startswith(("residents.", "housing.", "permits.", "staffing.", "rules."))
            and not key.endswith(("viewed", "searched", "revealed", "found_elsewhere"))
        ),
    ),
    "files": tuple(key for key in TITLES if key.startswith("exchange.")),
    "accounts": tuple(key for key in TITLES if key.startswith(("accounts.", "orgs."))),
}


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for; what is blank does not narrow."""

    low: int
    high: int
    group: str = ""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    person: uuid.UUID | None = None
    target_type: str = ""
    target_id: str = ""
    refused: bool = False


@dataclass(frozen=True)
class Event:
    """One line of the trail."""

    id: int
    at: datetime
    actor: str
    unit: str
    action: str
    title: str
    target: str
    changes: dict[str, Any]
    purpose: str
    reason: str
    refused: bool
    request_id: str
    terminal: str


@dataclass(frozen=True)
class Trail:
    """A page of events, the newest first; the ids around it are blank at either end."""

    events: Sequence[Event]
    newer: int | None
    older: int | None


@dataclass(frozen=True)
class Figures:
    """How often and by how many people records were looked at or changed."""

    events: int
    people: int
    from_elsewhere: int
    revealed: int
    refused: int
    months: Sequence[tuple[date, int, int]]


def page(
    wanted: Wanted, *, size: int, before: int | None = None, after: int | None = None
) -> Trail:
    """`size` events older than `before`, or newer than `after`; the newest without either."""
    rows = _rows(wanted)
    if after is not None:
        found = list(rows.filter(id__gt=after).order_by("id")[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        newer, older = (found[0].id if more else None), (found[-1].id if found else None)
    else:
        older_than = rows if before is None else rows.filter(id__lt=before)
        found = list(older_than.order_by("-id")[: size + 1])
        more, found = len(found) > size, found[:size]
        newer = found[0].id if found and before is not None else None
        older = found[-1].id if more else None
    return Trail([_event(row) for row in found], newer, older)


def counts(wanted: Wanted) -> dict[str, int]:
    """Events by group, under all other conditions; `all` and `refused` besides."""
    numbers = {group: Count("id", filter=Q(action__in=keys)) for group, keys in GROUPS.items()}
    return _rows(wanted, narrow=False).aggregate(
        **numbers, all=Count("id"), refused=Count("id", filter=Q(result=REFUSED))
    )


def figures(wanted: Wanted) -> Figures:
    """Who and how often, and by month (events, of these with a number revealed)."""
    rows = _rows(wanted)
    found = rows.aggregate(
        events=Count("id"),
        people=Count("actor_id", distinct=True),
        from_elsewhere=Count("actor_id", distinct=True, filter=~Q(actor_unit=F("scope_code"))),
        revealed=Count("id", filter=Q(action=REVEALED)),
        refused=Count("id", filter=Q(result=REFUSED)),
    )
    by_month = (
        rows.annotate(month=TruncMonth("at"))
        .values_list("month")
        .annotate(n=Count("id"), revealed=Count("id", filter=Q(action=REVEALED)))
        .order_by("month")
    )
    months = [(month.date(), number, shown) for month, number, shown in by_month]
    return Figures(**found, months=months)


def reading() -> transaction.Atomic:
    """The transaction that reads take place in: it hands the acting scope to the connection."""
    return transaction.atomic(using=ALIAS)


def actions_of(group: str) -> Iterable[str]:
    return GROUPS.get(group, ())


def _rows(wanted: Wanted, *, narrow: bool = True) -> "QuerySet[AuditEvent]":
    rows = AuditEvent.objects.using(ALIAS)
    if wanted.low == wanted.high:
        rows = rows.filter(scope_code=wanted.low)
    else:
        rows = rows.filter(scope_code__gte=wanted.low, scope_code__lte=wanted.high)
    conditions: dict[str, Any] = {
        "actor_name__startswith": wanted.actor,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "target_type": wanted.target_type,
        "target_id": wanted.target_id,
        "subjects__contains": [wanted.person] if wanted.person else None,
    }
    if narrow:
        conditions |= {
            "action": wanted.action,
            "action__in": GROUPS.get(wanted.group),
            "result": REFUSED if wanted.refused else None,
        }
    return rows.filter(**{name: value for name, value in conditions.items() if value})


def _event(row: AuditEvent) -> Event:
    return Event(
        id=row.id, at=row.at, actor=row.actor_name, unit=row.actor_unit_name, action=row.action,
        title=title_of(row.action), target=row.target_text, changes=row.changes,
        purpose=row.purpose, reason=row.reason, refused=row.result == REFUSED,
        request_id=row.request_id, terminal=_terminal(row.ip),
    )  # fmt: skip


def _terminal(ip: str | None) -> str:
    """An address with its third part hidden: enough to tell terminals apart."""
    parts = (ip or "").split(".")
    return ".".join([*parts[:2], "*", parts[3]]) if len(parts) == 4 else (ip or "")[:9]
