"""The register of dwellings as a file: the list's columns and conditions."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.filters import DwellingFilter, LeaseFilter, filter_context
from housing.legality import TITLES as LEGALITY
from housing.models import DwellingUnit, Lease
from portal.exchange.exports.kinds import (
    ExportColumn,
    ExportKind,
    committee_name,
    titled,
)
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.exporting import WORST, worst_problem


def conditions(scope: Scope, query: QueryDict, day: date) -> DwellingFilter:
    """The list's conditions over the rows in scope."""
    rows = DwellingUnit.objects.in_scope(scope)
    return DwellingFilter(query, queryset=rows, **filter_context(scope, day))


def lease_conditions(scope: Scope, query: QueryDict, day: date) -> LeaseFilter:
    """The conditions of the list of leases over the rows in scope."""
    return LeaseFilter(query, queryset=Lease.objects.in_scope(scope), day=day, scope=scope)


EXPORTS = [
    ExportKind(
        key="dwellings", title=_("实有房屋"), unit=_("套"), capability=Capability.VIEW_REGISTER,
        filterset=conditions, order="address_key", address="housing:list",
        form_columns=(
            ExportColumn("floor", _("楼层"), "floor", form="number", names="层 所在层"),
            ExportColumn("use", _("房屋用途"), titled("design_use", BUILDING_USES.entries),
                         names="用途 设计用途"),
        ),
        ranges=(("", _("全部实有房屋")), ("occupancy=2", _("出租房屋"))),
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("address", _("地址"), "address", width=36,
                         names="房屋地址 详细地址 坐落 房屋坐落"),
            ExportColumn("house_code", _("房屋编码"), "house_code", width=26,
                         names="房屋代码 房屋编号"),
            ExportColumn("occupancy", _("居住状态"),
                         titled("occupancy", OCCUPANCY_STATUSES.entries)),
            ExportColumn("tenure", _("产权性质"), titled("tenure", TENURES.entries),
                         names="产权 房屋性质"),
            ExportColumn("legality", _("合法性"), titled("legality", LEGALITY.items())),
            ExportColumn("lease", _("租赁登记至"), "leased_until", form="day", shown=False),
            ExportColumn("floor_area", _("面积 m²"), "floor_area", form="number",
                         names="建筑面积 面积 房屋面积"),
            ExportColumn("design_rooms", _("居室"), "design_rooms", form="number", width=8,
                         shown=False),
            ExportColumn("occupants", _("在住 人"), "occupants", form="number", width=8,
                         names="居住人数 在住人数 人数"),
            ExportColumn("households", _("在住 户"), "households", form="number", width=8,
                         shown=False),
            ExportColumn("verified", _("最近核实"), "verified_on", form="day"),
            ExportColumn("checked", _("状态核实"), "occupancy_checked_on", form="day",
                         shown=False),
            ExportColumn("code_state", _("编码状态"),
                         titled("code_state", DwellingUnit.CodeState.choices), shown=False),
            ExportColumn("problem", _("问题"), worst_problem("pk", "pk"), width=24, meaning=WORST),
        ),
    ),
    ExportKind(
        key="leases", title=_("租赁登记"), unit=_("份"), capability=Capability.VIEW_REGISTER,
        filterset=lease_conditions, order="ends_on", address="housing:leases",
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("address", _("地址"), "address", width=36),
            ExportColumn("kind", _("租赁方式"), titled("kind", Lease.Kind.choices)),
            ExportColumn("lessee", _("承租人"), "lessee"),
            ExportColumn("landlord", _("出租人"), "landlord"),
            ExportColumn("starts_on", _("起租"), "starts_on", form="day"),
            ExportColumn("ends_on", _("止租"), "ends_on", form="day"),
            ExportColumn("state", _("状态"), titled("state", Lease.State.choices)),
            ExportColumn("filing", _("备案"), "filing_no", width=20),
            ExportColumn("room_count", _("间数"), "room_count", form="number", width=8,
                         shown=False),
            ExportColumn("persons_declared", _("约定人数"), "persons_declared", form="number",
                         width=8, shown=False),
            ExportColumn("contract_no", _("合同编号"), "contract_no", width=20, shown=False),
            ExportColumn("filed_on", _("备案日期"), "filed_on", form="day", shown=False),
            ExportColumn("intermediary", _("居间或代理机构"), "intermediary", width=24,
                         shown=False),
        ),
    ),
]  # fmt: skip
