"""Tasks that the verification cycle asks for, made every night street by street (ADR 27).

Paper: S-21.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Min, OuterRef

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rows import insert_rows
from portal.rules.services import rules_on
from residents.collection_tasks import CollectionTaskQuerySet
from residents.completeness import years_before
from residents.models import CollectionTask, Residence
from residents.services.changing import today_of
from residents.services.settling import SYSTEM, end_tasks

RULE, CYCLE = "collection_tasks", "verification_cycle"
RETIRED = "房屋已停用"
#: Years that ended tasks are kept: as long as the trail tells of them.
KEPT_YEARS = 3


@transaction.atomic
def make_due_tasks(*, street: int, by: Scope, at: datetime) -> int:
    """Ask for a visit to each dwelling of a street where somebody is soon due; how many are new.

    Done again it makes nothing twice. Tasks of dwellings that are no more are withdrawn.
    """
    today = today_of(at)
    rules = rules_on([RULE, CYCLE], today)
    _withdraw_retired(street, by, at)
    due = _due(street, today + timedelta(days=rules[RULE]["lead_days"]))
    tasks = [
        CollectionTask(
            committee_id=committee, dwelling_id=dwelling, kind=CollectionTask.Kind.VERIFY.value,
            why=CollectionTask.Why.CYCLE.value, due_on=day, rule=rules[CYCLE].label, made_at=at,
            made_on=today, made_by=SYSTEM,
        )
        for committee, dwelling, day in due
    ]  # fmt: skip
    # somebody may ask for the same by hand at this moment
    insert_rows(tasks, ignore_conflicts=True)
    if tasks:
        record(
            "residents.tasks_made", by=by, at=at, committee=street,
            target=("residents.collectiontask", "list"), changes={"count": len(tasks)},
        )  # fmt: skip
    return len(tasks)


def _due(street: int, soon: date) -> list[tuple[int, UUID, date]]:
    """Committee, dwelling and earliest due day of the dwellings that wait for no visit yet.

    By committee, so that the index of due days is walked and not the street's people.
    """
    committees = list(OrgUnit.objects.under(street).committees().values_list("code", flat=True))
    asked = CollectionTask.objects.open().filter(
        dwelling=OuterRef("dwelling"), kind=CollectionTask.Kind.VERIFY, residence=None
    )
    rows = Residence.objects.actual().filter(committee_id__in=committees, due_on__lte=soon)
    found = rows.filter(~Exists(asked)).order_by().values_list("committee_id", "dwelling_id")
    return list(found.annotate(due=Min("due_on")))


def _withdraw_retired(street: int, by: Scope, at: datetime) -> None:
    gone = ~Exists(DwellingUnit.objects.active().filter(pk=OuterRef("dwelling")))
    rows: CollectionTaskQuerySet = CollectionTask.objects.under(street).open().filter(gone)
    found = rows.select_related("residence").select_for_update(of=("self",)).order_by("pk")
    end_tasks([(task, today_of(at)) for task in found], by=by, at=at, withdrawn_for=RETIRED)


@transaction.atomic
def purge_tasks(*, by: Scope, at: datetime) -> int:
    """Delete tasks that ended three years ago; how many. The trail keeps that they were."""
    ended = CollectionTask.objects.in_scope(by).exclude(state=CollectionTask.State.OPEN)
    gone = ended.filter(ended_on__lt=years_before(today_of(at), KEPT_YEARS)).delete()[0]
    if gone:
        record(
            "residents.tasks_purged", by=by, at=at, committee=by.unit,
            target=("residents.collectiontask", "list"), changes={"count": gone},
        )  # fmt: skip
    return gone
