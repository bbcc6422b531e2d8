"""The list behind the reconciliation (M-35): how far each unit and each partner's list agreed."""

from typing import Any

import django_filters
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.exchange.comparisons.kinds import comparison_kinds
from portal.exchange.comparisons.models import Partner, Reconciliation
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.cells import Column, Empty
from portal.ui.filtering import offer
from portal.ui.listing import RegisterList


def kind_title(row: Reconciliation) -> Any:
    """What was compared, in words; the key of a kind that is declared no more."""
    known = comparison_kinds().get(row.kind)
    return known.title if known else row.kind


class ReconciliationFilter(django_filters.FilterSet):
    """Conditions of the list: the unit, and whose list it was."""

    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )
    partner = django_filters.ChoiceFilter(label=_("来源单位"), choices=Partner.choices)

    class Meta:
        model = Reconciliation
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def by_unit(self, rows: Any, _name: str, value: OrgUnit) -> Any:
        return rows.under(value.code)


class ReconciliationList(RegisterList):
    """The comparisons that the reconciliation counts today; rows carry `may_open`."""

    key = "reconciled"
    unit = _("项")
    caption = _("计入对账的比对")
    default_sort = "-finished"
    filterset_class = ReconciliationFilter
    columns = (
        Column("unit", _("单位"), "committee.name", kind="name", fixed=True),
        Column("partner", _("来源单位"), "get_partner_display"),
        Column("kind", _("比对内容"), kind_title),
        Column("finished", _("完成日期"), "finished_on", kind="day", sort="finished_on"),
        Column("records", _("两边并集"), kind="number"),
        Column("same", _("两边一致"), kind="number"),
        Column("share", _("一致率（%）"), lambda row: 100 * row.share, kind="rate"),
    )
    empty = Empty(
        _("近 12 个月没有完成的名单比对"),
        _("每个单位、来源、内容只计最近一次；名单到期删除后结果仍在这里"), icon="switch",
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        return reverse("comparisons:run", args=[row.run_id]) if row.may_open else ""
