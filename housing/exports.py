"""The register of dwellings as a file: the list's columns and conditions."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.filters import DwellingFilter
from housing.models import Building, DwellingUnit
from housing.tables import LEGALITY
from portal.exchange.exports.kinds import (
    ExportColumn,
    ExportKind,
    committee_name,
    titled,
)
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.exporting import worst_problem


def conditions(scope: Scope, query: QueryDict, day: date) -> DwellingFilter:
    """The list's conditions over the rows in scope."""
    buildings = Building.objects.in_scope(scope).existing().in_walking_order()
    return DwellingFilter(
        query, queryset=DwellingUnit.objects.in_scope(scope), day=day, scope=scope,
        buildings=buildings if scope.level == "committee" else Building.objects.none(),
    )  # fmt: skip


EXPORTS = [
    ExportKind(
        key="dwellings", title=_("实有房屋"), unit=_("套"), capability=Capability.VIEW_REGISTER,
        filterset=conditions, order="address_key", address="housing:list",
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("address", _("地址"), "address", width=36),
            ExportColumn("house_code", _("房屋编码"), "house_code", width=26),
            ExportColumn("occupancy", _("居住状态"),
                         titled("occupancy", OCCUPANCY_STATUSES.entries)),
            ExportColumn("tenure", _("产权性质"), titled("tenure", TENURES.entries)),
            ExportColumn("legality", _("合法性"), titled("legality", LEGALITY.items())),
            ExportColumn("floor_area", _("面积 m²"), "floor_area", form="number"),
            ExportColumn("design_rooms", _("居室"), "design_rooms", form="number", width=8,
                         shown=False),
            ExportColumn("occupants", _("在住 人"), "occupants", form="number", width=8),
            ExportColumn("households", _("在住 户"), "households", form="number", width=8,
                         shown=False),
            ExportColumn("verified", _("最近核实"), "verified_on", form="day"),
            ExportColumn("checked", _("状态核实"), "occupancy_checked_on", form="day",
                         shown=False),
            ExportColumn("code_state", _("编码状态"),
                         titled("code_state", DwellingUnit.CodeState.choices), shown=False),
            ExportColumn("problem", _("问题"), worst_problem("pk", "pk"), width=24),
        ),
    ),
]  # fmt: skip
