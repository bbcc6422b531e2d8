"""Conditions of the list of permit cases; each is a parameter of the address."""

from datetime import date
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from permits import transitions
from permits.models import PermitApplication
from permits.querysets import ApplicationQuerySet
from portal.orgs.scope import Scope

EXPIRY = [("soon", _("30 天内到期")), ("over", _("已过期"))]
WAITING = [("mine", _("待我办")), ("open", _("在办"))]


class CaseFilter(django_filters.FilterSet):
    """Conditions on cases and on the permits that came of them."""

    name = django_filters.CharFilter(
        label=_("姓名"), field_name="applicant_name", lookup_expr="startswith"
    )
    case_no = django_filters.CharFilter(label=_("受理编号"), lookup_expr="startswith")
    waiting = django_filters.ChoiceFilter(
        label=_("办理"), choices=WAITING, method="by_waiting", empty_label=_("不限")
    )
    state = django_filters.MultipleChoiceFilter(
        label=_("环节"), choices=list(transitions.TITLES.items())
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("业务"), choices=PermitApplication.Kind.choices
    )
    expiry = django_filters.ChoiceFilter(
        label=_("到期"), choices=EXPIRY, method="by_expiry", empty_label=_("不限")
    )

    class Meta:
        model = PermitApplication
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.day = day

    def by_waiting(
        self, queryset: ApplicationQuerySet, _name: str, value: str
    ) -> ApplicationQuerySet:
        return queryset.awaiting(self.scope) if value == "mine" else queryset.open()

    def by_expiry(
        self, queryset: ApplicationQuerySet, _name: str, value: str
    ) -> ApplicationQuerySet:
        if value == "soon":
            return queryset.expiring_on(self.day)
        return queryset.expired_on(self.day)
