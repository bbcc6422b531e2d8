"""Conditions of the list of collection tasks, and of the report's file."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.filtering import fillable, offer
from residents.collection_tasks import CollectionTask, CollectionTaskQuerySet
from residents.filters import YES, Choice, RequestFilter
from residents.services import handlers_of
from residents.task_report import IN_TIME, LATE, by_committee, months_before, period_of

TASK_FILLABLE = {
    "assigned": (_("承办人"), Q(assigned_to="")),
    "reason": (_("说明"), Q(reason="")),
    "residence": (_("人员"), Q(residence=None)),
}
TIMELY = [("in_time", _("按期办结")), ("late", _("逾期办结"))]


class MonthChoice(django_filters.ChoiceFilter):
    """One of the last twelve months, the latest first."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_label=_("不限"), choices=(), **kwargs)

    def offer(self, today: date) -> None:
        """Give the months that end before `today` or go on, to choose from."""
        self.extra["choices"] = [(f"{day:%Y-%m}", f"{day:%Y-%m}") for day in months_before(today)]


class TaskFilter(RequestFilter):
    """Conditions on tasks. Without `state` the open ones are listed."""

    state = django_filters.MultipleChoiceFilter(
        label=_("状态"), choices=CollectionTask.State.choices
    )
    kind = django_filters.MultipleChoiceFilter(label=_("事项"), choices=CollectionTask.Kind.choices)
    why = Choice(label=_("来由"), choices=CollectionTask.Why.choices)
    assigned = Choice(label=_("承办人"), field_name="assigned_id", choices=())
    mine = Choice(label=_("由我承办"), choices=YES[:1], method="by_mine")
    place = django_filters.CharFilter(
        label=_("房屋"), field_name="dwelling__short_address", lookup_expr="contains"
    )
    month = MonthChoice(label=_("到期月份"), method="by_month")
    timely = Choice(label=_("办结情况"), choices=TIMELY, method="by_timely")
    blank, filled = fillable(TASK_FILLABLE)
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )

    class Meta:
        model = CollectionTask
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, day=day, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)
        if "month" in self.filters:
            self.filters["month"].offer(day)
        if scope.level != "committee":
            self.filters.pop("assigned", None)
        elif "assigned" in self.filters:
            handlers = handlers_of(scope.unit, day)
            self.filters["assigned"].extra["choices"] = list(handlers.items())

    def filter_queryset(self, queryset: CollectionTaskQuerySet) -> CollectionTaskQuerySet:
        rows: CollectionTaskQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.open()

    def by_mine(
        self, rows: CollectionTaskQuerySet, _name: str, _value: str
    ) -> CollectionTaskQuerySet:
        return rows.filter(assigned_id=self.scope.user_id or 0)

    def by_month(
        self, rows: CollectionTaskQuerySet, _name: str, value: str
    ) -> CollectionTaskQuerySet:
        """The tasks that the report counts of a month: of a running one those due before today."""
        return rows.due_within(*period_of(value, self.day))

    def by_timely(
        self, rows: CollectionTaskQuerySet, _name: str, value: str
    ) -> CollectionTaskQuerySet:
        return rows.filter(IN_TIME if value == "in_time" else LATE)

    def by_unit(
        self, rows: CollectionTaskQuerySet, _name: str, value: OrgUnit
    ) -> CollectionTaskQuerySet:
        return rows.under(value.code)


class MonthFilter(django_filters.FilterSet):
    """Committees with what became of their tasks of a month: the rows of the report's file."""

    month = MonthChoice(label=_("到期月份"), method="pass_by")

    class Meta:
        model = OrgUnit
        fields: list[str] = []

    def __init__(self, data: QueryDict, *, scope: Scope, day: date) -> None:
        super().__init__(data, queryset=OrgUnit.objects.under(scope.unit).committees())
        self.day = day
        self.filters["month"].offer(day)

    def pass_by(self, rows: QuerySet[OrgUnit], _name: str, _value: str) -> QuerySet[OrgUnit]:
        """The month narrows the tasks that are counted, not the committees."""
        return rows

    def filter_queryset(self, queryset: QuerySet[OrgUnit]) -> QuerySet[OrgUnit]:
        rows = super().filter_queryset(queryset)
        return by_committee(rows, *period_of(self.form.cleaned_data.get("month", ""), self.day))
