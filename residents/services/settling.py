"""Collection tasks end by the work that they ask for, inside the act that does it (ADR 27).

Every act on who lives in a dwelling passes one of two doors here: `note_work`, where somebody was
registered, changed or taken off, and `settle`, which sees whether everybody was looked at since.

Paper: S-21.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from portal.audit.record import event, record_many
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.collection_tasks import CollectionTaskQuerySet
from residents.models import CollectionTask, Residence, Verification

Kind, State, Why = CollectionTask.Kind, CollectionTask.State, CollectionTask.Why
Outcome = Verification.Outcome
#: Visits at which somebody was seen, or the dwelling found empty; the others came to nothing.
LOOKED = (Outcome.UNCHANGED.value, Outcome.CHANGED.value, Outcome.VACANT.value)
GONE = "人员已不在这一户登记"
SYSTEM = "系统任务"
Ending = tuple[CollectionTask, date]


def note_work(
    *,
    kind: CollectionTask.Kind,
    dwellings: Iterable[Any],
    by: Scope,
    at: datetime,
    residences: Iterable[Any] = (),
) -> None:
    """End the open tasks of this kind at these dwellings.

    :param residences: whose work it was: tasks about one person end with that person's only
    """
    homes = set(dwellings)
    if not homes:
        return
    about = Q(residence=None) | Q(residence_id__in=list(residences))
    today = timezone.localdate(at)
    found = _open_at(homes, by).filter(about, kind=kind)
    end_tasks([(task, today) for task in found], by=by, at=at)


def settle(*, dwellings: Collection[UUID], by: Scope, at: datetime) -> None:
    """End what these dwellings need no longer: everybody was looked at, or the person has gone."""
    about = Q(kind=Kind.VERIFY) | Q(residence__isnull=False)
    tasks = list(_open_at(dwellings, by).filter(about).select_related("dwelling", "residence"))
    if not tasks:
        return
    seen = _seen_at(tasks, by)
    done: list[Ending] = []
    moot: list[Ending] = []
    for task in tasks:
        if task.residence and task.residence.status != Residence.Status.ACTIVE:
            ending = (task, timezone.localdate(at))
            (moot if task.kind == Kind.CHANGE else done).append(ending)
        elif task.kind == Kind.VERIFY and (day := seen.day_of(task)):
            done.append((task, min(day, timezone.localdate(at))))
    end_tasks(done, by=by, at=at)
    end_tasks(moot, by=by, at=at, withdrawn_for=GONE)


def end_tasks(
    endings: Iterable[Ending], *, by: Scope, at: datetime, withdrawn_for: str = ""
) -> None:
    """End locked tasks, each on its day: as done, or as withdrawn for a reason."""
    ended = list(endings)
    for task, day in ended:
        task.state = (State.WITHDRAWN if withdrawn_for else State.DONE).value
        task.ended_at, task.ended_on = at, day
        task.ended_by, task.withdrawn_for = by.user_name or SYSTEM, withdrawn_for
    tasks = [task for task, _day in ended]
    update_rows(tasks, ["state", "ended_at", "ended_on", "ended_by", "withdrawn_for"])
    record_many(_event(task, by, at) for task in tasks)


def subjects_of(task: CollectionTask) -> list[UUID]:
    """Whom the task is about, for the trail; nobody by name where it is the whole dwelling."""
    return [task.resident_id] if task.resident_id else []


def _event(task: CollectionTask, by: Scope, at: datetime) -> dict[str, Any]:
    act = "withdrawn" if task.state == State.WITHDRAWN else "ended"
    return event(
        f"residents.task_{act}", by=by, at=at, target=task, committee=task.committee_id,
        subjects=subjects_of(task), reason=task.withdrawn_for,
        changes={"kind": task.get_kind_display(), "due_on": task.due_on, "ended_on": task.ended_on},
    )  # fmt: skip


def _open_at(dwellings: Collection[Any], by: Scope) -> CollectionTaskQuerySet:
    rows = CollectionTask.objects.in_scope(by).open().filter(dwelling_id__in=list(dwellings))
    return rows.select_for_update(of=("self",)).order_by("pk")


@dataclass
class _Seen:
    """Who lives at the dwellings of some tasks, and when each was looked at last."""

    living: dict[UUID, list[Residence]] = field(default_factory=dict)
    people: dict[UUID, datetime] = field(default_factory=dict)
    homes: dict[UUID, datetime] = field(default_factory=dict)

    def day_of(self, task: CollectionTask) -> date | None:
        """The day on which the task's visit was done; None while somebody is still to be seen."""
        if task.residence:
            seen = self._since(self.people, task.residence.pk, task)
            return task.residence.verified_on if seen else None
        living = self.living.get(task.dwelling_id, [])
        if not living:
            return self._day_of_empty(task)
        if all(self._is_done(row, task) for row in living):
            return max(row.verified_on for row in living)
        return None

    def _is_done(self, row: Residence, task: CollectionTask) -> bool:
        """Whether the visit saw this person; one told too late to renew the cycle did not help."""
        renewed = task.why != Why.CYCLE or row.due_on > task.due_on
        return renewed and self._since(self.people, row.pk, task)

    def _day_of_empty(self, task: CollectionTask) -> date | None:
        """Nobody is left who could be due; by hand somebody asked to have a look all the same."""
        looked = task.dwelling.verified_on
        if task.why == Why.CYCLE:
            return max(looked or task.made_on, task.made_on)
        is_seen = self._since(self.homes, task.dwelling_id, task)
        return looked if looked and (is_seen or looked >= task.made_on) else None

    def _since(self, seen: Mapping[UUID, datetime], key: UUID, task: CollectionTask) -> bool:
        return key in seen and seen[key] >= task.made_at


def _seen_at(tasks: Iterable[CollectionTask], by: Scope) -> _Seen:
    found, asked = _Seen(), list(tasks)
    homes = {task.dwelling_id for task in asked}
    since = min(task.made_at for task in asked)
    for row in Residence.objects.in_scope(by).actual().filter(dwelling_id__in=homes):
        found.living.setdefault(row.dwelling_id, []).append(row)
    looks = Verification.objects.in_scope(by).filter(
        dwelling_id__in=homes, at__gte=since, outcome__in=LOOKED
    )
    for home, person, at in looks.order_by("at").values_list("dwelling_id", "residence_id", "at"):
        found.homes[home] = found.people[person] = at
    return found
