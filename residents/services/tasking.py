"""Collection tasks asked for by hand, given to somebody, withdrawn (ADR 27).

Paper: S-21.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from housing.fit_words import UnfitWords, check_words
from housing.models import DwellingUnit
from housing.querysets import DwellingQuerySet
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.models import CollectionTask, Residence
from residents.services.changing import today_of
from residents.services.errors import UnableToFollowUp
from residents.services.leading import handlers_of
from residents.services.settling import end_tasks, subjects_of

Kind, State, Why = CollectionTask.Kind, CollectionTask.State, CollectionTask.Why
MOST_WORDS = 60
#: Whoever asks for a visit in more than a year asks for the cycle.
LONGEST = timedelta(days=366)
ASKED_ALREADY = "这一户已有同样的采集任务在办"
BY_THE_RULE = "按核实周期生成的任务，核实后自动办结，不能撤回"


@dataclass(frozen=True)
class TaskTold:
    """What is asked by hand: the kind of work, by when, why, and of whom (None: of nobody yet)."""

    kind: str
    due_on: date
    reason: str
    assigned: int | None = None


@transaction.atomic
def ask_task(
    *, dwelling_id: Any, told: TaskTold, by: Scope, at: datetime, residence_id: UUID | None = None
) -> CollectionTask:
    """Ask for work at a dwelling, about everybody there or about one person's residence.

    :raises UnableToFollowUp: at its field: no reason or one that holds a number, a day gone by,
        nobody of the committee, or the same is asked for already
    :raises NotAllowed: `by` gives out no tasks there
    """
    dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
    require(by, Capability.ASSIGN_TASKS, dwelling.committee_id)
    today = today_of(at)
    words, name = _checked(told, dwelling.committee_id, today)
    residence = _whose(residence_id, dwelling, told.kind, by)
    if why := why_not_asked(with_tasks(told.kind, residence_id).in_scope(by).get(pk=dwelling_id)):
        raise UnableToFollowUp(why, "kind")
    task = CollectionTask(
        committee_id=dwelling.committee_id, dwelling=dwelling, residence=residence, kind=told.kind,
        why=Why.HAND.value, reason=words, due_on=told.due_on, made_at=at, made_on=today,
        made_by=by.user_name, assigned_id=told.assigned, assigned_to=name,
    )  # fmt: skip
    try:
        with transaction.atomic():
            task.save(force_insert=True)
    except IntegrityError as asked:  # the night asked for the same at this moment
        raise UnableToFollowUp(ASKED_ALREADY, "kind") from asked
    _told("asked", task, by, at, reason=words)
    return task


@transaction.atomic
def ask_tasks(*, dwelling_ids: Iterable[Any], told: TaskTold, by: Scope, at: datetime) -> Done:
    """Ask for the same work at several dwellings; those where it is asked for already are left.

    :raises UnableToFollowUp: as `ask_task`, where none of them could be asked for
    :raises NotAllowed: `by` gives out no tasks
    """
    require(by, Capability.ASSIGN_TASKS)
    _checked(told, by.unit, today_of(at))
    chosen = with_tasks(told.kind).in_scope(by).filter(pk__in=list(dwelling_ids))
    return for_each(
        [row.pk for row in chosen.order_by("address_key", "pk") if not why_not_asked(row)],
        lambda key: ask_task(dwelling_id=key, told=told, by=by, at=at),
        (UnableToFollowUp,),
    )


def with_tasks(kind: str, residence_id: UUID | None = None) -> DwellingQuerySet:
    """Dwellings that know whether a task of this kind is open there (`is_asked`)."""
    asked = CollectionTask.objects.open().filter(
        dwelling=OuterRef("pk"), kind=kind, residence=residence_id
    )
    return DwellingUnit.objects.annotate(is_asked=Exists(asked))


def why_not_asked(unit: DwellingUnit) -> str:
    """Why a dwelling gets no task; blank when it gets one.

    :param unit: one of `with_tasks`
    """
    if unit.status != DwellingUnit.Status.ACTIVE:
        return str(unit.get_status_display())
    # annotated by `with_tasks`, which the model's type does not know of
    return ASKED_ALREADY if unit.is_asked else ""  # type: ignore[attr-defined]


@transaction.atomic
def assign_tasks(
    *, task_ids: Iterable[Any], assigned: int, by: Scope, at: datetime
) -> Done:  # fmt: skip
    """Give open tasks to one person of the committee; others are left.

    :param assigned: the account of that person
    :raises UnableToFollowUp: nobody of the committee
    :raises NotAllowed: `by` gives out no tasks
    """
    require(by, Capability.ASSIGN_TASKS)
    name = _handler(assigned, by.unit, today_of(at))

    def give(key: UUID) -> None:
        task = _locked(key, by)
        task.assigned_id, task.assigned_to = assigned, name
        task.save(update_fields=["assigned_id", "assigned_to"])
        _told("assigned", task, by, at)

    rows = CollectionTask.objects.in_scope(by).filter(pk__in=list(task_ids)).order_by("pk")
    chosen = [row.pk for row in rows if not why_task_not_given(row, assigned)]
    return for_each(chosen, give, (UnableToFollowUp,))


def why_task_not_given(task: CollectionTask, assigned: int | None = None) -> str:
    """Why a task stays with whom it is; blank when it is given.

    :param assigned: to whom, where that is known already
    """
    if not task.is_open:
        return str(task.get_state_display())
    if assigned is not None and task.assigned_id == assigned:
        return "已由这位承办人办理"
    return ""


@transaction.atomic
def withdraw_tasks(*, task_ids: Iterable[Any], reason: str, by: Scope, at: datetime) -> Done:
    """Take back open tasks that were asked for by hand; others are left.

    :raises UnableToFollowUp: no reason, or one that holds a number
    :raises NotAllowed: `by` gives out no tasks
    """
    require(by, Capability.ASSIGN_TASKS)
    words = _words(reason, "请写明撤回原因")
    rows = CollectionTask.objects.in_scope(by).filter(pk__in=list(task_ids)).order_by("pk")

    def withdraw(key: UUID) -> None:
        task = _locked(key, by)
        if why := why_not_withdrawn(task):
            raise UnableToFollowUp(why)
        end_tasks([(task, today_of(at))], by=by, at=at, withdrawn_for=words)

    chosen = [row.pk for row in rows if not why_not_withdrawn(row)]
    return for_each(chosen, withdraw, (UnableToFollowUp,))


def why_not_withdrawn(task: CollectionTask) -> str:
    """Why a task stays; blank when it is withdrawn. What the rule asks for it would ask again."""
    if not task.is_open:
        return str(task.get_state_display())
    return BY_THE_RULE if task.why == Why.CYCLE else ""


def _checked(told: TaskTold, committee: int, today: date) -> tuple[str, str]:
    """The reason as it is kept, and the name of whoever is to do it."""
    if told.kind not in Kind.values:
        raise UnableToFollowUp("请选择事项", "kind")
    if not today <= told.due_on <= today + LONGEST:
        raise UnableToFollowUp("期限应在今天以后、一年以内", "due_on")
    words = _words(told.reason, "请写明布置的原因")
    return words, "" if told.assigned is None else _handler(told.assigned, committee, today)


def _words(text: str, needed: str) -> str:
    if not text.strip():
        raise UnableToFollowUp(needed, "reason")
    try:
        return check_words(text, MOST_WORDS)
    except UnfitWords as unfit:
        raise UnableToFollowUp(unfit.message_zh, "reason") from unfit


def _handler(user: int, committee: int, today: date) -> str:
    name = handlers_of(committee, today).get(user)
    if name is None:
        raise UnableToFollowUp("请选择本居（村）委的承办人", "assigned")
    return name


def _whose(
    residence_id: UUID | None, dwelling: DwellingUnit, kind: str, by: Scope
) -> Residence | None:
    if residence_id is None:
        return None
    if kind == Kind.NEW:
        raise UnableToFollowUp("新增登记还没有人，请选“全户”", "residence")
    rows = Residence.objects.in_scope(by).open().filter(dwelling=dwelling, pk=residence_id)
    found = rows.select_related("resident").first()
    if found is None:
        raise UnableToFollowUp("这个人已不在这一户登记，请重新选择", "residence")
    return found


def _locked(task_id: UUID, by: Scope) -> CollectionTask:
    rows = CollectionTask.objects.in_scope(by).select_related("residence")
    task = rows.select_for_update(of=("self",)).get(pk=task_id)
    require(by, Capability.ASSIGN_TASKS, task.committee_id)
    if not task.is_open:
        raise UnableToFollowUp(f"任务{task.get_state_display()}")
    return task


def _told(act: str, task: CollectionTask, by: Scope, at: datetime, *, reason: str = "") -> None:
    changes = {
        "kind": task.get_kind_display(), "due_on": str(task.due_on), "assigned": task.assigned_to,
    }  # fmt: skip
    record(
        f"residents.task_{act}", by=by, at=at, target=task, committee=task.committee_id,
        subjects=subjects_of(task), reason=reason,
        changes={key: value for key, value in changes.items() if value},
    )  # fmt: skip
