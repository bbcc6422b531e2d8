"""Items of work plans, and what they came to by unit, as files."""

from datetime import date
from typing import Any

from django.db.models import Case, CharField, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from assessment.models import WorkPlanItem
from assessment.plan_lists import PlanItemFilter
from assessment.plan_report import OUTCOMES, items_shown, outcome
from assessment.services.plan_items import targetable
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope


def conditions(scope: Scope, query: QueryDict, day: date) -> PlanItemFilter:
    """The conditions of the list of items."""
    return PlanItemFilter(query, queryset=items_shown(scope), scope=scope, day=day)


def _outcome(day: date) -> Case:
    """What became of an item, in words."""
    return Case(
        *(When(outcome(key, day), then=Value(title)) for key, title in OUTCOMES.items()),
        default=Value(""), output_field=CharField(),
    )  # fmt: skip


def _metric(_day: date) -> Any:
    return titled("metric", [(key, metric.title) for key, metric in targetable().items()])


EXPORTS = [
    ExportKind(
        key="plan_items", title=_("年度工作计划事项"), unit=_("项"),
        capability=Capability.VIEW_PLANS, filterset=conditions, order="due_on",
        address="assessment:plan_items", offered=False,
        columns=(
            ExportColumn("plan", _("计划"), "plan_title", width=28),
            ExportColumn("doc_no", _("文号"), "doc_no", width=20),
            ExportColumn("number", _("序号"), "number", form="number", width=6),
            ExportColumn("what", _("工作事项"), "what", width=40),
            ExportColumn("clause", _("文件条款"), "clause"),
            ExportColumn("owner", _("承办单位"), committee_name, width=16),
            ExportColumn("due_on", _("完成期限"), "due_on", form="day"),
            ExportColumn("moved", _("调整期限 次"), "moved", form="number", width=10),
            ExportColumn("metric", _("对应指标"), _metric, width=16),
            ExportColumn("target", _("目标值"), "target", form="number", width=8),
            ExportColumn("state", _("状态"), titled("state", WorkPlanItem.State.choices)),
            ExportColumn("outcome", _("完成情况"), _outcome),
            ExportColumn("done_on", _("完成日期"), "done_on", form="day"),
            ExportColumn("evidence", _("完成情况和依据"), "evidence", width=36),
            ExportColumn("not_done_for", _("未完成原因"), "not_done_for", width=24),
        ),
    ),
]  # fmt: skip
