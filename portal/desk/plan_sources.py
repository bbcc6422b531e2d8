"""What waits for a post about yearly work plans: a plan to decide, an item to carry out (S-140)."""

from datetime import timedelta
from typing import Any

from assessment.models import WorkPlan, WorkPlanItem
from portal.desk.source import Item, Source, links
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _

#: How long before its day an item is brought to mind, in days.
SOON = 14


class PlanItems(Source):
    """Items that the acting unit itself is to carry out soon, or should have."""

    key, title = "plan_item", "工作计划"
    model = WorkPlanItem
    shown = ("what", "plan_title", "state", "clause", "doc_no")
    levels = ("must", "note")

    def rows(self) -> Any:
        rows = WorkPlanItem.objects.in_scope(self.scope).in_force().open()
        return rows.filter(
            committee_id=self.scope.unit, due_on__lte=self.today + timedelta(days=SOON)
        )

    def item(self, row: WorkPlanItem) -> Item:
        return Item(
            f"plan-item-{row.pk}", self.key, self.level(row.due_on), _(self.title), row.what,
            row.plan_title, row.get_state_display(), row.due_on,
            [(_("文件条款"), row.clause), (_("文号"), row.doc_no)],
            links((_("去办理"), "assessment:plan_item", "", row.pk)),
        )  # fmt: skip


class Plans(Source):
    """Plans of the acting unit that somebody else has handed in, and own ones that came back."""

    key, title = "work_plan", "工作计划批准"
    model = WorkPlan
    shown = ("title", "doc_no", "state", "answer", "asked_name", "written_name")
    levels = ("should", "note")
    due = "decide_by"
    by_person = True  # among those who wrote a plan

    def rows(self) -> Any:
        return WorkPlan.objects.in_scope(self.scope).waiting_for(self.scope)

    def item(self, row: WorkPlan) -> Item:
        asked = _("%(who)s提交") % {"who": row.asked_name}
        returned = _("退回：%(why)s") % {"why": row.answer}
        due = row.decide_by or self.today
        return Item(
            f"work-plan-{row.pk}", self.key, self.level(due), _(self.title), row.title, row.doc_no,
            returned if row.is_draft else asked, due,
            [(_("拟订人"), row.written_name)],
            links((_("去修改") if row.is_draft else _("去批准"), "assessment:plan", "", row.pk)),
        )  # fmt: skip


def plan_sources(scope: Scope) -> list[type[Source]]:
    """What this post is asked to do for work plans."""
    found: list[type[Source]] = []
    if scope.may(Capability.REPORT_PLANS):
        found.append(PlanItems)
    if scope.may(Capability.EDIT_PLANS):
        found.append(Plans)
    return found
