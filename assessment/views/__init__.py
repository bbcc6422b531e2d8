"""Pages of the assessment: the matrix with its stages, one indicator, the report; work plans."""

from assessment.views.equity import equity
from assessment.views.matrix import advance, compute, matrix, open_cycle, progress, report, submit
from assessment.views.plan_items import (
    add_plan_item,
    edit_plan_item,
    plan_item,
    plan_item_act,
    remove_plan_item,
)
from assessment.views.plans import (
    add_plan,
    edit_plan,
    plan,
    plan_act,
    plan_items,
    plan_report,
    plans,
)
from assessment.views.scores import check_evidence, claim, evidence, indicator, review

__all__ = [
    "add_plan",
    "add_plan_item",
    "advance",
    "check_evidence",
    "claim",
    "compute",
    "edit_plan",
    "edit_plan_item",
    "equity",
    "evidence",
    "indicator",
    "matrix",
    "open_cycle",
    "plan",
    "plan_act",
    "plan_item",
    "plan_item_act",
    "plan_items",
    "plan_report",
    "plans",
    "progress",
    "remove_plan_item",
    "report",
    "review",
    "submit",
]
