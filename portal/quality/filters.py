"""Conditions of the issue list; each is a parameter of the address."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import OrgUnit
from portal.orgs.scope import level_of
from portal.quality.models import DataQualityIssue, IssueQuerySet, IssueState
from portal.quality.registry import quality_rules
from portal.quality.rule import ABOUT_TITLES
from portal.ui.filtering import offer

SEVERITIES = [("must", _("必改")), ("should", _("应改")), ("note", _("提醒"))]
ABOUT = [(str(about), title) for about, title in ABOUT_TITLES.items()]
DUE = [("overdue", _("已超期")), ("open", _("未到期"))]


class IssueFilter(django_filters.FilterSet):
    """Without a state only open issues are listed."""

    rule = django_filters.ChoiceFilter(
        label=_("规则"),
        choices=lambda: [(rule.key, rule.title) for rule in quality_rules().values()],
        empty_label=_("不限"),
    )
    severity = django_filters.ChoiceFilter(
        label=_("级别"), choices=SEVERITIES, empty_label=_("不限")
    )
    about = django_filters.ChoiceFilter(
        label=_("对象"), choices=ABOUT, method="by_register", empty_label=_("不限")
    )
    due = django_filters.ChoiceFilter(
        label=_("期限"), choices=DUE, method="by_deadline", empty_label=_("不限")
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=IssueState.choices, empty_label=_("待处理")
    )

    class Meta:
        model = DataQualityIssue
        fields: list[str] = []

    def __init__(self, *args: Any, day: Any, units: "QuerySet[OrgUnit]", **kwargs: Any) -> None:
        """:param units: those below the reader's own that the list may be narrowed to"""
        super().__init__(*args, **kwargs)
        self.day = day
        offer(self, unit=units)

    def filter_queryset(self, queryset: IssueQuerySet) -> IssueQuerySet:
        rows: IssueQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.open()

    def by_register(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        keys = [rule.key for rule in quality_rules().values() if rule.about == value]
        return rows.filter(rule__in=keys)

    def by_deadline(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        if value == "overdue":
            return rows.overdue_on(self.day)
        return rows.filter(due_on__gte=self.day)

    def by_unit(self, rows: IssueQuerySet, _name: str, value: OrgUnit) -> IssueQuerySet:
        return rows.under(value.pk) if level_of(value.pk) != "district" else rows
