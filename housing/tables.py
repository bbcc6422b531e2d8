"""The lists of housing: columns, order, what an empty one says."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from housing.codes import BUILDING_STRUCTURES, BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.cycles import days_since
from housing.dwelling_rooms import GroupRentalTest
from housing.legality import TITLES as LEGALITY
from housing.legality import Standing, standing_of
from housing.models import Building, DwellingUnit, HouseCodeRequest, Lease
from housing.terms import NOTICE_DAYS
from portal.orgs.scope import Scope
from portal.quality.worst import worst_issues
from portal.ui.addresses import address_of
from portal.ui.cells import Action, Column, Empty, Link, Problem, Share, Tag, Toned, Verified
from portal.ui.listing import RegisterList


def house_code(row: DwellingUnit) -> Any:
    """The code; a provisional one is told apart."""
    if row.code_state == DwellingUnit.CodeState.FINAL:
        return row.house_code
    return Toned(row.house_code or _("未赋码"), "warn")


def legality(row: DwellingUnit) -> Any:
    """Not determined is no fault of anybody (domain §3.13): it stays quiet."""
    title, standing = LEGALITY.get(row.legality, row.legality), standing_of(row.legality)
    if standing is Standing.UNDETERMINED:
        return Toned(title, "2")
    return Tag(title, "ok" if standing is Standing.LAWFUL else "warn")


def verified(row: Any) -> Verified:
    return Verified(days_since(row.verified_on, row.today), row.cycle)


def lease_of(row: Any) -> Any:
    """Until when the dwelling is let; amber where the term is over, or a let one has no lease."""
    if row.leased_until is None:
        return Toned(_("未登记"), "warn") if row.occupancy == "2" else None
    return row.leased_until if row.leased_until >= row.today else Toned(_("已到期"), "warn")


def problem(row: Any) -> Any:
    return Problem(row.worst[1], row.worst[0]) if row.worst else None


class DwellingList(RegisterList):
    """Actual housing in address order (实有房屋, ui.md 8.15)."""

    key = "dwellings"
    peeks = True
    #: what no cell and no order reads of the page's rows
    unread = (
        "committee", "street_id", "building", "floor", "position", "room_no", "short_address",
        "address_key", "design_use", "actual_use", "owner_name", "note", "verified_by",
        "verified_method", "source", "created_at", "created_by", "updated_at", "updated_by",
        "version",
    )  # fmt: skip
    unit = _("套")
    caption = _("实有房屋")
    default_sort = "address"
    columns = (
        Column("address", _("地址"), cell="address", kind="name", sort="address_key", fixed=True),
        Column("house_code", _("房屋编码"), cell=house_code, kind="code"),
        Column("occupancy", _("居住状态"),
               cell=lambda row: OCCUPANCY_STATUSES.title(row.occupancy)),
        Column("tenure", _("产权性质"), cell=lambda row: TENURES.title(row.tenure),
               kind="second"),
        Column("legality", _("合法性"), cell=legality),
        Column("lease", _("租赁登记至"), cell=lease_of, kind="day", shown=False),
        Column("floor_area", _("面积 m²"), kind="decimal"),
        Column("design_rooms", _("居室"), kind="number", shown=False),
        Column("occupants", _("在住 人"), kind="number"),
        Column("households", _("在住 户"), kind="number", shown=False),
        Column("verified", _("最近核实"), cell=verified, align="right",
               width=144),
        Column("checked", _("状态核实"), cell="occupancy_checked_on", kind="day", shown=False),
        Column("code_state", _("编码状态"), cell="get_code_state_display", shown=False),
        Column("problem", _("问题"), cell=problem),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, cycles: Mapping[str, int], scope: Scope, may_add: bool,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.day = day
        self.scope = scope
        self.cycles = cycles
        self.empty = Empty(
            _("还没有登记房屋"),
            _("先建楼栋和房间；有房屋清单可批量导入") if may_add else "",
            icon="home",
            primary=Action(_("新增楼栋"), reverse("housing:add_building")) if may_add else None,
            secondary=Action(_("批量导入"), reverse("exchange:upload")) if may_add else None,
        )

    def row_url(self, row: DwellingUnit) -> str:
        return address_of("housing:dwelling", row.pk)

    def row_css(self, row: DwellingUnit) -> str:
        return "" if row.status == DwellingUnit.Status.ACTIVE else "is-muted"

    def dress(self, rows: list[Any]) -> None:
        """Give each row the day, its cycle and its worst open problem (one query)."""
        worst = worst_issues(self.scope, [row.pk for row in rows])
        for row in rows:
            row.today = self.day
            row.cycle = self.cycles.get(row.occupancy, self.cycles["9"])
            row.worst = worst.get(row.pk)


def estate(row: Building) -> Any:
    """The estate's name, which leads to its page."""
    if row.estate_id is None:
        return row.estate_name
    return Link(row.estate_name, address_of("housing:estate", row.estate_id))


class BuildingList(RegisterList):
    """Buildings of a committee in walking order, with what a clerk still has to do in each."""

    key = "buildings"
    unit = _("栋")
    caption = _("楼栋")
    default_sort = "name"
    columns = (
        Column("name", _("楼栋"), kind="name", sort="sort_key", fixed=True),
        Column("estate", _("小区"), cell=estate, kind="second"),
        Column("storeys", _("层"), kind="number"),
        Column("structure", _("建筑结构"), shown=False,
               cell=lambda row: BUILDING_STRUCTURES.title(row.structure) if row.structure else ""),
        Column("built_year", _("建成年份"), shown=False),
        Column("entrance_count", _("单元数"), kind="number", shown=False),
        Column("property_company", _("物业公司"), cell="manager", shown=False),
        Column("owners_committee", _("业委会"), cell="get_owners_display", shown=False),
        Column("contact", _("楼组长"), shown=False),
        Column("dwellings", _("房屋 套"), cell="stats.dwellings", kind="number"),
        Column("people", _("在住 人"), cell="stats.people", kind="number"),
        Column("vacant", _("空置 套"), cell="stats.vacant", kind="number"),
        Column("unknown", _("未采集 套"), cell="stats.unknown", kind="number"),
        Column("uncoded", _("无正式码 套"), cell="stats.uncoded", kind="number"),
        Column("fresh", _("周期内核实 %"), cell="fresh", align="right", width=200),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, cycles: Mapping[str, int], target: float, may_add: bool,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.day = day
        self.cycles = cycles
        self.target = target
        self.empty = Empty(
            _("还没有楼栋"),
            _("先建楼栋，一次生成各层房间；有房屋清单可批量导入") if may_add else "",
            icon="building",
            primary=Action(_("新增楼栋"), reverse("housing:add_building")) if may_add else None,
            secondary=Action(_("批量导入"), reverse("exchange:upload")) if may_add else None,
        )

    def row_url(self, row: Building) -> str:
        return address_of("housing:board", row.pk)

    def dress(self, rows: list[Any]) -> None:
        """Give each building its counts, from one aggregate over their dwellings."""
        stats = {
            row["building_id"]: row
            for row in DwellingUnit.objects.active()
            .filter(building__in=[building.pk for building in rows])
            .order_by()
            .values("building_id")
            .annotate(**DwellingUnit.objects.totals(self.day, self.cycles))
        }
        for building in rows:
            building.stats = stats.get(building.pk, NOTHING)
            building.fresh = Share(
                building.stats["fresh"], building.stats["dwellings"], self.target
            )


NOTHING = dict.fromkeys(("dwellings", "people", "vacant", "unknown", "uncoded", "fresh"), 0)


def lease_state(row: Any) -> Any:
    """The state; a standing lease whose day is past or near says so."""
    if not row.is_standing:
        return Toned(row.get_state_display(), "2")
    left = row.days_left(row.today)
    if left < 0:
        return Tag(_("已到期"), "warn")
    return Tag(_("将到期"), "warn") if left <= NOTICE_DAYS else Tag(row.get_state_display(), "ok")


def filing(row: Any) -> Any:
    """The filing's number; amber where it is overdue."""
    if row.filed_on:
        return row.filing_no
    late = row.is_standing and row.file_by < row.today
    return Toned(_("逾期未备案"), "warn") if late else Toned(_("未备案"), "2")


class LeaseList(RegisterList):
    """Leases by their last day (租赁登记)."""

    key = "leases"
    peeks = True
    unit = _("份")
    caption = _("租赁登记")
    default_sort = "ends_on"
    columns = (
        Column("address", _("地址"), cell="address", kind="name", fixed=True),
        Column("kind", _("租赁方式"), cell="get_kind_display"),
        Column("lessee", _("承租人")),
        Column("landlord", _("出租人"), kind="second"),
        Column("starts_on", _("起租"), kind="day"),
        Column("ends_on", _("止租"), kind="day", sort="ends_on"),
        Column("state", _("状态"), lease_state),
        Column("filing", _("备案"), filing, kind="code"),
        Column("room_count", _("间数"), kind="number", shown=False),
        Column("persons_declared", _("约定人数"), kind="number", shown=False),
        Column("contract_no", _("合同编号"), kind="code", shown=False),
        Column("filed_on", _("备案日期"), kind="day", shown=False),
        Column("intermediary", _("居间或代理机构"), kind="second", shown=False),
    )  # fmt: skip
    empty = Empty(
        _("还没有租赁登记"), _("在房屋页面登记租赁：打开一套出租房，点“登记租赁”"), icon="lease",
        primary=None,
    )  # fmt: skip

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def row_url(self, row: Lease) -> str:
        return address_of("housing:lease", row.pk)

    def row_css(self, row: Lease) -> str:
        return "" if row.is_standing else "is-muted"

    def dress(self, rows: list[Any]) -> None:
        """Tell each row the day."""
        for row in rows:
            row.today = self.day


REQUEST_TONES = {"waiting": "info", "approved": "ok", "returned": "warn", "withdrawn": ""}


class CodeRequestList(RegisterList):
    """Requests about house codes, those due first above (房屋编码申请)."""

    key = "code_requests"
    peeks = True
    unit = _("件")
    caption = _("房屋编码申请")
    default_sort = "due_on"
    columns = (
        Column("place", _("地址"), kind="name", fixed=True),
        Column("kind", _("事项"), cell="get_kind_display"),
        Column("old_code", _("原编码"), kind="code"),
        Column("code", _("新编码"), kind="code"),
        Column("rooms", _("室号"), kind="second"),
        Column("reason", _("事由"), kind="second"),
        Column("asked_name", _("申请人")),
        Column("due_on", _("期限"), kind="day", sort="due_on"),
        Column("state", _("状态"),
               lambda row: Tag(row.get_state_display(), REQUEST_TONES[row.state])),
    )  # fmt: skip
    empty = Empty(_("没有房屋编码申请"), _("居委在房屋页面提出，街道在这里审批"), icon="home")

    def row_url(self, row: HouseCodeRequest) -> str:
        return address_of("housing:code_request", row.pk)


class LegalityList(RegisterList):
    """Dwellings as the housing department sees them: without anybody who lives there."""

    key = "legality"
    unit = _("套")
    caption = _("合法性认定")
    default_sort = "address"
    columns = (
        Column("address", _("地址"), cell="address", kind="name", sort="address_key", fixed=True),
        Column("house_code", _("房屋编码"), kind="code"),
        Column("legality", _("合法性"), cell=legality),
        Column("tenure", _("产权性质"), cell=lambda row: TENURES.title(row.tenure), kind="second"),
        Column("design_use", _("设计用途"), cell=lambda row: BUILDING_USES.title(row.design_use)),
        Column("actual_use", _("实际用途"), cell=lambda row: BUILDING_USES.title(row.actual_use)),
        Column("floor_area", _("面积 m²"), kind="decimal"),
    )  # fmt: skip
    empty = Empty(_("还没有登记房屋"), icon="home")

    def row_url(self, row: DwellingUnit) -> str:
        return address_of("housing:determine", row.pk)


RENTAL_TONES = {
    "unknown": "", "clear": "ok", "suspected": "warn", "confirmed": "danger", "rectified": "ok",
}  # fmt: skip


class GroupRentalList(RegisterList):
    """Dwellings whose rooms were tested; the latest test first, so that nothing is a ranking."""

    key = "group_rental"
    unit = _("套")
    caption = _("群租认定")
    default_sort = "-tested"
    columns = (
        Column("address", _("地址"), cell="dwelling.address", kind="name", fixed=True),
        Column("state", _("群租状态"),
               lambda row: Tag(row.get_state_display(), RENTAL_TONES[row.state])),
        Column("criteria", _("符合的标准"), lambda row: "、".join(
            each["key"] for each in row.criteria if each["met"]) or None),
        Column("tested", _("判断时间"), "tested_at", sort="tested_at", kind="day"),
        Column("rule", _("规则"), kind="second", shown=False),
    )  # fmt: skip
    empty = Empty(
        _("没有可判断的房屋"), _("在房屋页面登记房间后，系统按标准判断"), icon="inspection"
    )

    def row_url(self, row: GroupRentalTest) -> str:
        return address_of("housing:group_rental", row.dwelling_id)
