"""Work plans for the tests: written by the street's staff, approved by its manager."""

from django.utils import timezone

from assessment.models import WorkPlan, WorkPlanItem
from assessment.services import plan_items, planning
from portal.orgs.acting import acting
from tests.cast import STREET
from tests.housing.rectifying import did


def last_day():
    """A day of this year that has not passed."""
    return timezone.localdate().replace(month=12, day=31)


def an_item(plan_told, **changes):
    """What an item asks for, of the plan's own unit unless told otherwise."""
    told = {
        "what": "鲜活度达到目标", "clause": "三(三)1", "owner": plan_told.committee_id,
        "due_on": last_day(),
    }  # fmt: skip
    return plan_items.ItemTold(**(told | changes))


def drafted(cast, *items, key="staff", **changes):
    """A draft of this year with one item for each of the dicts given; one plain item for none."""
    by = cast.scope(key)
    told = {"year": timezone.localdate().year, "title": "本年度工作计划"} | changes
    plan = did(by, planning.save_plan, told=planning.PlanTold(**told))
    for each in items or ({},):
        did(by, plan_items.save_item, plan_id=plan.pk, told=an_item(plan, **each))
    return read(by, plan)


def approved(cast, *items, key="staff", approver="street", **changes):
    """A plan in force."""
    plan = drafted(cast, *items, key=key, **changes)
    plan = did(cast.scope(key), planning.ask_approval, plan_id=plan.pk)
    return did(
        cast.scope(approver), planning.decide_plan, plan_id=plan.pk, agreed=True, answer="同意",
        doc_no="〔1〕号", version=plan.version,
    )  # fmt: skip


def read(by, plan):
    with acting(by):
        return WorkPlan.objects.get(pk=plan.pk)


def items_of(by, plan):
    with acting(by):
        return list(WorkPlanItem.objects.in_scope(by).filter(plan_id=plan.pk).order_by("number"))


def by_street(cast, street=STREET, **changes):
    """A plan of the district in force, of which a street carries out one item."""
    return approved(
        cast, {"owner": street} | changes, key="analyst", approver="district",
    )  # fmt: skip
