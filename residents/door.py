"""Today's dwellings of a collector, as a phone holds them: the least that the door needs.

Numbers and telephones are masked, birth dates are ages. At most `MOST` dwellings leave the
server for one device (ui.md 8.13). Paper: S-21, S-67.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.cycles import RULE, cycles_by_occupancy
from housing.models import DwellingUnit
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.rules.services import rule_on
from portal.ui import formats
from residents.grid import place_words
from residents.haste import within_cycle
from residents.identity import age_on
from residents.models import CollectionTask, Residence, Verification
from residents.services import version_of

MOST = 200
Rows = Any
Buildings = Collection[UUID] | None


def day_list(scope: Scope, day: date, buildings: Buildings) -> list[dict[str, Any]]:
    """The dwellings to visit on `day` in walking order, and those already seen.

    Collection tasks that nobody else was given come first, then what is due longest, where there
    are more than `MOST`.

    :param buildings: those of the own patch; None for all of the acting unit
    """
    cycles = cycles_by_occupancy(rule_on(RULE, day).parameters)
    due = _due_by_tasks(scope, day, buildings)
    for key, until in _due_by_people(scope, day, buildings).items():
        if len(due) >= MOST:
            break
        due.setdefault(key, until)
    for dwelling in _due_by_itself(scope, day, cycles, buildings):
        if len(due) >= MOST:
            break
        checked = dwelling.verified_on
        until = checked + timedelta(days=cycles[dwelling.occupancy]) if checked else None
        due.setdefault(dwelling.pk, until)
    seen = _dwellings(scope, buildings).filter(verified_on=day).exclude(pk__in=due)
    due |= dict.fromkeys(
        seen.order_by("address_key", "id").values_list("pk", flat=True)[: MOST - len(due)]
    )
    # what somebody was given may lie outside of their patch
    rows = _dwellings(scope, None).filter(pk__in=due).select_related("building")
    return stops(rows.order_by("building__sort_key", "address_key", "id"), scope, day, due)


def stops(
    dwellings: Iterable[DwellingUnit], scope: Scope, day: date, due: dict[UUID, date | None]
) -> list[dict[str, Any]]:
    """Dwellings with their members, in the order given."""
    rows = list(dwellings)
    keys = [row.pk for row in rows]
    members: dict[UUID, list[Residence]] = {key: [] for key in keys}
    people = Residence.objects.in_scope(scope).open().filter(dwelling_id__in=keys)
    for residence in people.select_related("resident").order_by("id"):
        members[residence.dwelling_id].append(residence)
    tried, faults = _tried(scope, day, keys), _faults(scope, keys)
    asked = _asked(scope, day, keys)
    return [
        _stop(row, members[row.pk], day, due.get(row.pk))
        | {"done": tried.get(row.pk, ""), "faults": faults.get(row.pk, 0),
           "tasks": asked.get(row.pk, [])}
        for row in rows
    ]  # fmt: skip


def how_fresh(scope: Scope, day: date, buildings: Buildings) -> tuple[int, int]:
    """How many of the people that somebody looks after need no visit on `day`, and all of them."""
    rows: Rows = Residence.objects.in_scope(scope).actual()
    if buildings is not None:
        rows = rows.filter(dwelling__building_id__in=buildings)
    found = rows.aggregate(all=Count("pk"), fresh=Count("pk", filter=within_cycle(scope.unit, day)))
    return found["fresh"], found["all"]


def _dwellings(scope: Scope, buildings: Buildings) -> Rows:
    rows = DwellingUnit.objects.in_scope(scope).active()
    return rows if buildings is None else rows.filter(building_id__in=buildings)


def _due_by_tasks(scope: Scope, day: date, buildings: Buildings) -> dict[UUID, date | None]:
    """Dwellings with a task due by `day`, in the patch or given to whoever goes, and those given.

    What was given to a colleague is theirs. The day is that of the cycle: a task by hand tells its
    own beside its words.
    """
    rows: Rows = CollectionTask.objects.in_scope(scope).open()
    mine = Q(assigned_id=scope.user_id or 0)
    here = Q(assigned_id=None, due_on__lte=day)
    if buildings is not None:
        here &= Q(dwelling__building_id__in=buildings)
    found = rows.filter(mine | here).order_by().values("dwelling_id")
    cycle = Q(why=CollectionTask.Why.CYCLE)
    found = found.annotate(first=Min("due_on"), due=Min("due_on", filter=cycle))
    return {row["dwelling_id"]: row["due"] for row in found.order_by("first", "dwelling_id")[:MOST]}


def _asked(scope: Scope, day: date, keys: list[UUID]) -> dict[UUID, list[str]]:
    """What tasks by hand ask for, by dwelling; that of the cycle is said by its day."""
    rows = (
        CollectionTask.objects.in_scope(scope)
        .open()
        .filter(dwelling_id__in=keys, why=CollectionTask.Why.HAND)
    )
    found: dict[UUID, list[str]] = {}
    for row in rows.select_related("residence").order_by("due_on", "pk"):
        who = f"{row.residence.name} " if row.residence else ""
        words = f"{row.get_kind_display()}：{who}{row.reason}，{formats.due(row.due_on, day)}"
        found.setdefault(row.dwelling_id, []).append(words)
    return found


def _due_by_people(scope: Scope, day: date, buildings: Buildings) -> dict[UUID, date | None]:
    """Dwellings where somebody is to be verified by `day`, the longest overdue first."""
    rows: Rows = Residence.objects.in_scope(scope).open().filter(due_on__lte=day)
    if buildings is not None:
        rows = rows.filter(dwelling__building_id__in=buildings)
    found = rows.values("dwelling_id").annotate(due=Min("due_on")).order_by("due", "dwelling_id")
    return {row["dwelling_id"]: row["due"] for row in found[:MOST]}


def _due_by_itself(scope: Scope, day: date, cycles: dict[str, int], buildings: Buildings) -> Rows:
    """Dwellings that nobody has seen yet, or not for a cycle: the empty ones among them."""
    rows = _dwellings(scope, buildings).verification_overdue(day, cycles)
    return rows.order_by("verified_on", "address_key", "id")[:MOST]


def _tried(scope: Scope, day: date, keys: list[UUID]) -> dict[UUID, str]:
    """What the last visit of `day` came to, by dwelling."""
    rows = Verification.objects.in_scope(scope).filter(dwelling_id__in=keys, verified_on=day)
    found: dict[UUID, tuple[datetime, str]] = {}
    for key, at, outcome in rows.order_by("at", "id").values_list("dwelling_id", "at", "outcome"):
        # One visit leaves an event for each member: that one of them changed is what it came to.
        if found.get(key) != (at, "changed"):
            found[key] = (at, outcome)
    return {key: outcome for key, (_at, outcome) in found.items()}


def _faults(scope: Scope, keys: list[UUID]) -> dict[UUID, int]:
    """Open issues that must be mended, by dwelling."""
    rows = DataQualityIssue.objects.in_scope(scope).open()
    rows = rows.filter(dwelling_id__in=keys, severity="must")
    return dict(rows.values_list("dwelling_id").annotate(n=Count("pk")))


def _stop(
    dwelling: DwellingUnit, members: list[Residence], day: date, due: date | None
) -> dict[str, Any]:
    checked = dwelling.verified_on
    return {
        "id": str(dwelling.pk),
        "building": dwelling.building.short_name,
        "place": dwelling.building.estate or dwelling.building.name,
        "order": dwelling.building.sort_key,
        "floor": dwelling.floor,
        "position": dwelling.position,
        "room": dwelling.room_no,
        "occupancy": OCCUPANCY_STATUSES.title(dwelling.occupancy),
        "tenure": TENURES.title(dwelling.tenure),
        "area": f"{dwelling.floor_area:.1f}" if dwelling.floor_area else "",
        "checked": checked.isoformat() if checked else "",
        "days": (day - checked).days if checked else None,
        "overdue": (day - due).days if due else None,
        "members": [_member(row, day) for row in members],
    }


def _member(residence: Residence, day: date) -> dict[str, Any]:
    return {
        "id": str(residence.pk),
        "version": version_of(residence.resident, residence),
        "name": residence.name,
        "relation": place_words(residence),
        "age": age_on(residence.birth_date, day),
        "tail": residence.id_tail,
        "phone": residence.phone_mask,
    }
