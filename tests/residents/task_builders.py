"""Collection tasks for the tests: asked for, and the work that ends them, through the services."""

from datetime import timedelta

from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import CollectionTask, Residence
from residents.services.tasking import TaskTold
from tests.residents.builders import backdated, number, register

Kind, State, Why = CollectionTask.Kind, CollectionTask.State, CollectionTask.Why


def couple_at(scope, dwelling):
    """Two people of one dwelling, seen 100 and 80 days ago."""
    found = [
        register(scope, dwelling, name="万志强", document_number=number("19840312", 11, "1")),
        register(scope, dwelling, name="王巧云", relation="配偶", phone="13812345678"),
    ]
    for person, days in zip(found, (100, 80), strict=True):
        backdated(scope, person, days)
    return found


def tasks_of(scope, **wanted):
    with acting(scope):
        return list(CollectionTask.objects.in_scope(scope).filter(**wanted).order_by("due_on"))


def again(scope, task):
    with acting(scope):
        return CollectionTask.objects.get(pk=task.pk)


def ask(scope, dwelling, *, kind=Kind.VERIFY, days=5, reason="住户来电要求核对", **more):
    now = timezone.now()
    told = TaskTold(kind, timezone.localdate(now) + timedelta(days=days), reason,
                    more.pop("assigned", None))  # fmt: skip
    with acting(scope):
        return services.ask_task(dwelling_id=dwelling.pk, told=told, by=scope, at=now, **more)


def leave(scope, residence):
    with acting(scope):
        row = Residence.objects.select_related("resident").get(pk=residence.pk)
        services.deregister(
            residence_id=row.pk, ended_on=timezone.localdate(), reason="01",
            version=services.version_of(row.resident, row), by=scope, at=timezone.now(),
        )  # fmt: skip


def change(scope, residence, **told):
    with acting(scope):
        row = Residence.objects.select_related("resident").get(pk=residence.pk)
        services.update_resident(
            resident_id=row.resident_id, residence_id=row.pk, told=told, by=scope,
            at=timezone.now(), version=services.version_of(row.resident, row),
        )  # fmt: skip


def verify(scope, dwelling, **more):
    with acting(scope):
        services.verify_dwelling(dwelling_id=dwelling.pk, by=scope, at=timezone.now(), **more)
