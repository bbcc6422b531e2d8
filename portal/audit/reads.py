"""Reading the trail, as the role that may read it and nothing else (D-8).

The connection `audit` carries the acting scope's token from the moment its transaction begins
(portal.orgs.postgresql); the range given here is the application's own wall in front of it.
Answers are plain values: nobody outside of this package touches the table.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from portal.audit.actions import TITLES, title_of
from portal.audit.models import AuditEvent

ALIAS = "audit"
REVEALED = "residents.revealed"
OK, NOT_DONE = "ok", "refused"
#: Counts stop here: beyond, people are told "more than", and no page waits for a year's sum.
COUNTED = 10_000
#: What is counted before the first line is shown; the rest follows with the side figures.
COUNTED_FIRST = 1_000
#: The side figures tell of so many of the newest at the most.
FIGURED = 50_000
LAST_CHARACTER = "\U0010ffff"
#: Actions by what people ask for, each with the beginnings or whole keys that belong to it.
GROUPS: dict[str, tuple[str, ...]] = {
    "viewed": (
        "residents.viewed",
        "permits.viewed",
        "register.list_viewed",
        "register.ledger_printed",
        "register.list_taken",
        "audit.viewed",
    ),
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
    unit: str = ""
    purpose: str = ""
    result: str = ""
    since: datetime | None = None
    until: datetime | None = None
    person: uuid.UUID | None = None
    target_type: str = ""
    target_id: str = ""


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
    result: str
    request_id: str
    terminal: str
    role: str = ""
    actor_id: int | None = None
    subjects: Sequence[uuid.UUID] = ()
    target_type: str = ""

    @property
    def refused(self) -> bool:
        return self.result != "ok"


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

    @property
    def more(self) -> bool:
        """Whether there are older events that the figures leave out."""
        return self.events >= FIGURED


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


def about(person: uuid.UUID, *, low: int, high: int, since: datetime) -> list[Event]:
    """Every event since then that concerns a person, oldest first: looks, lists, files, changes."""
    rows = _rows(Wanted(low=low, high=high, since=since, person=person)).order_by("id")
    return [_event(row) for row in rows]


def done_by(actor: int, *, low: int, high: int, since: datetime, until: datetime) -> list[Event]:
    """Every event of one account in a time, oldest first."""
    rows = _rows(Wanted(low=low, high=high, since=since, until=until))
    return [_event(row) for row in rows.filter(actor_id=actor).order_by("id")]


def counts(wanted: Wanted, *, most: int) -> dict[str, int]:
    """Events by group, under all other conditions; `all` and `refused` besides.

    The newest `most` are counted: `all` of so many means that there are more.
    """
    newest = _rows(wanted, narrow=False).order_by("-id")[:most]
    # counted here: Django takes longer to write a count of each group than these rows to come
    found = Counter(newest.values_list("action", "result"))
    acts: Counter[str] = Counter()
    for (action, _result), number in found.items():
        acts[action] += number
    return {
        **{group: sum(acts[action] for action in keys) for group, keys in GROUPS.items()},
        "all": found.total(),
        "refused": sum(number for (_act, result), number in found.items() if result != OK),
    }


def figures(wanted: Wanted) -> Figures:
    """Who and how often, and by month (events, of these with a number revealed)."""
    rows = _rows(wanted)
    # an id as the bound: joined with the newest, the whole period would be read twice
    if oldest := rows.order_by("-id").values_list("id", flat=True)[FIGURED - 1 : FIGURED]:
        rows = rows.filter(id__gte=oldest[0])
    found = rows.aggregate(
        events=Count("id"),
        people=Count("actor_id", distinct=True),
        from_elsewhere=Count("actor_id", distinct=True, filter=~Q(actor_unit=F("scope_code"))),
        revealed=Count("id", filter=Q(action=REVEALED)),
        refused=Count("id", filter=~Q(result=OK)),
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
        **_beginning("actor_name", wanted.actor),
        **_beginning("actor_unit_name", wanted.unit),
        "purpose": wanted.purpose,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
        "target_type": wanted.target_type,
        "target_id": wanted.target_id,
    }
    if wanted.person:
        rows = rows.filter(id__in=_about(wanted.person, wanted.since))
    if narrow:
        conditions |= {
            "action": wanted.action,
            "action__in": GROUPS.get(wanted.group),
        }
        if wanted.result == NOT_DONE:
            rows = rows.exclude(result=OK)
    return rows.filter(**{name: value for name, value in conditions.items() if value})


def _beginning(column: str, text: str) -> dict[str, str]:
    """A prefix as a range: LIKE is not leakproof, so that a policy keeps it from every index."""
    return {f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER} if text else {}


def _about(person: uuid.UUID, since: datetime | None) -> list[int]:
    """Ids of the events about somebody, from the index that no policy would let us reach."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT audit_of_person(%s, %s)", [person, since or datetime.min.replace(tzinfo=UTC)]
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _event(row: AuditEvent) -> Event:
    return Event(
        id=row.id, at=row.at, actor=row.actor_name, unit=row.actor_unit_name, action=row.action,
        title=title_of(row.action), target=row.target_text, changes=row.changes,
        purpose=row.purpose, reason=row.reason, result=row.result,
        request_id=row.request_id, terminal=_terminal(row.ip), role=row.actor_role,
        actor_id=row.actor_id, subjects=row.subjects, target_type=row.target_type,
    )  # fmt: skip


def _terminal(ip: str | None) -> str:
    """An address with its third part hidden: enough to tell terminals apart."""
    parts = (ip or "").split(".")
    return ".".join([*parts[:2], "*", parts[3]]) if len(parts) == 4 else (ip or "")[:9]
