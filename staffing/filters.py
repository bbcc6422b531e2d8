"""Conditions of the roster; each is a parameter of the address."""

from typing import Any

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.filtering import offer
from staffing.models import CollectorStatus, Employment
from staffing.querysets import CollectorQuerySet


class CollectorFilter(django_filters.FilterSet):
    """Conditions on collectors. Without a status those who left are not listed."""

    q = django_filters.CharFilter(label=_("工号或姓名"), method="by_text")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    status = django_filters.MultipleChoiceFilter(label=_("状态"), choices=CollectorStatus.choices)
    employment_type = django_filters.MultipleChoiceFilter(
        label=_("用工方式"), choices=Employment.choices
    )

    def __init__(
        self, data: QueryDict, *args: Any, scope: Scope, queryset: CollectorQuerySet, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, queryset=queryset, **kwargs)
        units = OrgUnit.objects.under(scope.unit).exclude(pk=scope.unit).order_by("code")
        offer(self, unit=units)

    def filter_queryset(self, queryset: CollectorQuerySet) -> CollectorQuerySet:
        rows = super().filter_queryset(queryset)
        found: CollectorQuerySet = rows if self.form.cleaned_data.get("status") else rows.employed()
        return found

    def by_text(self, rows: CollectorQuerySet, name: str, value: str) -> CollectorQuerySet:
        words = value.strip()
        return rows.filter(staff_no=words) | rows.filter(name=words)

    def by_unit(self, rows: CollectorQuerySet, name: str, value: OrgUnit) -> CollectorQuerySet:
        return rows.under(value.pk)
