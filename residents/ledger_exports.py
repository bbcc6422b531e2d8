"""The electronic ledger as a file (S-114): by household and by building, numbers masked."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.cycles import RULE, cycles_by_occupancy
from housing.models import Building, DwellingUnit
from housing.querysets import BuildingQuerySet, within
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.ui.filtering import offer
from residents.exports import EXPORTS as LISTS
from residents.exports import conditions
from residents.ledgers import people_counts
from residents.models import Residence

PEOPLE = LISTS[0]
#: What stands in the ledger by household, in its order.
SHEET = (
    "committee", "address", "relation", "name", "sex", "age", "number", "category", "origin",
    "phone", "occupancy", "begin", "verified",
)  # fmt: skip


class BuildingFilter(django_filters.FilterSet):
    """Buildings that stand, of a unit."""

    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )

    class Meta:
        model = Building
        fields: list[str] = []

    def by_unit(self, rows: BuildingQuerySet, _name: str, value: OrgUnit) -> BuildingQuerySet:
        return rows.under(value.code)


def standing(scope: Scope, query: QueryDict, _day: date) -> BuildingFilter:
    """The buildings in scope under the conditions of the address."""
    found = BuildingFilter(query, queryset=Building.objects.in_scope(scope).existing())
    offer(found, unit=OrgUnit.objects.under(scope.unit).order_by("code"))
    return found


def dwellings(of: Any) -> Combinable:
    """An aggregate of a building's active dwellings."""
    rows = DwellingUnit.objects.active().filter(building=OuterRef("pk"))
    return _counted(rows, "building", of)


def people(name: str) -> Combinable:
    """One of the ledger's counts of a building's people."""
    rows = Residence.objects.open().filter(dwelling__building=OuterRef("pk"))
    return _counted(rows, "dwelling__building", people_counts()[name])


def _counted(rows: Any, by: str, of: Any) -> Combinable:
    found = rows.order_by().values(by).annotate(counted=of).values("counted")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


def fresh(day: date) -> Combinable:
    """Dwellings whose last check still counts on `day`."""
    cycles = cycles_by_occupancy(rule_on(RULE, day).parameters)
    return dwellings(Count("pk", filter=within("verified_on", day, cycles)))


def number(key: str, title: Any, value: Any) -> ExportColumn:
    return ExportColumn(key, title, value, form="number", width=10)


EXPORTS = [
    ExportKind(
        key="ledger", title=_("电子台账（按户）"), unit=_("人"), capability=PEOPLE.capability,
        filterset=conditions, order=PEOPLE.order, address="residents:list",
        person=PEOPLE.person, place=PEOPLE.place, offered=False,
        columns=tuple(ExportColumn(**{**vars(column), "shown": True}) for key in SHEET
                      for column in PEOPLE.columns if column.key == key),
    ),
    ExportKind(
        key="ledger_buildings", title=_("电子台账（按楼栋）"), unit=_("栋"),
        capability=Capability.VIEW_REGISTER, filterset=standing, order="sort_key",
        address="residents:ledger", offered=False,
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("building", _("楼栋"), "name", width=24),
            number("dwellings", _("房屋 套"), dwellings(Count("pk"))),
            number("occupied", _("有人住 套"), dwellings(Count("pk", filter=Q(occupants__gt=0)))),
            number("vacant", _("空置 套"), dwellings(Count("pk", filter=Q(occupancy="4")))),
            number("unknown", _("未采集 套"), dwellings(Count("pk", filter=Q(occupancy="9")))),
            number("fresh", _("周期内核实 套"), fresh),
            number("actual", _("实有人口 人"), people("actual")),
            number("consistent", _("人户一致 人"), people("consistent")),
            number("away_hukou", _("人在户不在 人"), people("away_hukou")),
            number("newcomers", _("来沪人员 人"), people("newcomers")),
            number("overseas", _("境外人员 人"), people("overseas")),
            number("pending", _("户口待定 人"), people("pending")),
            number("absent", _("户在人不在 人"), people("absent")),
        ),
    ),
]  # fmt: skip
