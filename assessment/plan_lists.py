"""Lists of work plans and of what stands in them; without a condition what is still open."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from assessment.models import PlanState, WorkPlan, WorkPlanItem
from assessment.plan_report import OUTCOMES, QUARTERS, of_quarter, outcome
from assessment.work_plans import WorkPlanItemQuerySet
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.addresses import address_of
from portal.ui.cells import Column, Empty, Tag
from portal.ui.filtering import offer
from portal.ui.formats import day as written
from portal.ui.listing import RegisterList

State = WorkPlanItem.State
ITEM_TONES = {"planned": "", "under_way": "info", "done": "ok", "not_done": "danger"}
PLAN_TONES = {"draft": "", "asked": "warn", "approved": "info", "closed": "ok"}
YES = [("1", _("是"))]


class PlanItemFilter(django_filters.FilterSet):
    """Conditions on items. Where none says what became of them, the open ones are listed."""

    year = django_filters.NumberFilter(label=_("年度"), min_value=2016, max_value=2100)
    quarter = django_filters.ChoiceFilter(
        label=_("到期季度"), choices=[(str(n), _("第%(n)s季度") % {"n": "一二三四"[n - 1]})
                                  for n in QUARTERS],
        empty_label=_("不限"), method="by_quarter",
    )  # fmt: skip
    unit = django_filters.ModelChoiceFilter(
        label=_("承办单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )
    state = django_filters.MultipleChoiceFilter(label=_("状态"), choices=State.choices)
    outcome = django_filters.ChoiceFilter(
        label=_("完成情况"), choices=list(OUTCOMES.items()), empty_label=_("不限"),
        method="by_outcome",
    )  # fmt: skip
    overdue = django_filters.ChoiceFilter(
        label=_("已超期"), choices=YES, empty_label=_("不限"), method="by_overdue"
    )
    moved = django_filters.ChoiceFilter(
        label=_("批准后调整过期限"), choices=YES, empty_label=_("不限"), method="by_moved"
    )

    class Meta:
        model = WorkPlanItem
        fields: list[str] = []

    #: conditions that say which items are meant, open or not
    SETTLING = ("state", "outcome", "overdue", "moved", "quarter")

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope, self.day = scope, day
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        told = self.form.cleaned_data
        return rows if any(told.get(name) for name in self.SETTLING) else rows.open()

    def by_quarter(self, rows: WorkPlanItemQuerySet, _name: str, value: str) -> Any:
        """In any year, unless one is asked for as well."""
        year = self.form.cleaned_data.get("year")
        if year:
            return rows.filter(of_quarter(int(year), int(value)))
        return rows.filter(due_on__quarter=int(value))

    def by_unit(self, rows: WorkPlanItemQuerySet, _name: str, value: OrgUnit) -> Any:
        """A unit with all below it; of the acting one its own items only."""
        own = value.code == self.scope.unit
        return rows.filter(committee_id=value.code) if own else rows.under(value.code)

    def by_outcome(self, rows: WorkPlanItemQuerySet, _name: str, value: str) -> Any:
        return rows.filter(outcome(value, self.day))

    def by_overdue(self, rows: WorkPlanItemQuerySet, _name: str, _value: str) -> Any:
        return rows.overdue_on(self.day)

    def by_moved(self, rows: WorkPlanItemQuerySet, _name: str, _value: str) -> Any:
        return rows.filter(moved__gt=0)


class PlanItemList(RegisterList):
    key = "plan_items"
    unit = _("项")
    caption = _("年度工作计划")
    default_sort = "due_on"
    filterset_class = PlanItemFilter
    columns: Sequence[Column] = (
        Column("what", _("工作事项"), kind="name", fixed=True),
        Column("owner", _("承办单位"), cell="committee.name"),
        Column("plan", _("计划"), cell="plan_title"),
        Column("doc_no", _("文号"), shown=False),
        Column("clause", _("文件条款")),
        Column("due_on", _("完成期限"), kind="day", sort="due_on"),
        Column("done_on", _("完成日期"), kind="day"),
        Column("moved", _("调整期限 次"), kind="number", shown=False),
        Column("state", _("状态")),
    )
    empty = Empty(_("没有工作计划事项"), _("计划批准后，各单位承办的事项列在这里"), icon="calendar")

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        context = {"scope": scope, "day": day}
        super().__init__(*args, filter_context=context, **kwargs)
        self.columns = tuple(
            Column("state", each.title, lambda row: state_of(row, day)) if each.key == "state"
            else each
            for each in self.columns
            if each.key != "owner" or scope.level != "committee"
        )  # fmt: skip

    def row_url(self, row: WorkPlanItem) -> str:
        return address_of("assessment:plan_item", row.pk)


def state_of(row: WorkPlanItem, day: date) -> Tag:
    """How far an item has come; that its day is over stands in words."""
    if row.is_open and row.is_in_force and row.due_on < day:
        return Tag(f"{row.get_state_display()}，已超期", "warn")
    late = "，逾期" if row.is_late else ""
    return Tag(f"{row.get_state_display()}{late}", ITEM_TONES[row.state])


class PlanFilter(django_filters.FilterSet):
    """Conditions on plans."""

    year = django_filters.NumberFilter(label=_("年度"), min_value=2016, max_value=2100)
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=PlanState.choices, empty_label=_("不限")
    )

    class Meta:
        model = WorkPlan
        fields: list[str] = []


class PlanList(RegisterList):
    key = "work_plans"
    unit = _("个")
    caption = _("年度工作计划")
    default_sort = "-year"
    filterset_class = PlanFilter
    columns = (
        Column("title", _("名称"), kind="name", fixed=True),
        Column("unit", _("编制单位"), cell="committee.name"),
        Column("year", _("年度"), cell=lambda row: str(row.year), sort="year"),
        Column("doc_no", _("文号")),
        Column("items", _("事项"), cell=lambda row: row.item_count, kind="number"),
        Column("settled", _("已办结"), cell=lambda row: row.settled_count, kind="number"),
        Column("written_name", _("拟订人")),
        Column("decided_name", _("批准人")),
        Column("decided", _("批准日期"), cell=lambda row: written(row.decided_on)),
        Column("state", _("状态"),
               lambda row: Tag(row.get_state_display(), PLAN_TONES[row.state])),
    )  # fmt: skip
    empty = Empty(_("没有工作计划"), _("区和街道（镇）每年编制一份，由另一人批准"), icon="calendar")

    def row_url(self, row: WorkPlan) -> str:
        return address_of("assessment:plan", row.pk)
