"""The lists of housing: columns, order, what an empty one says."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.cycles import days_since
from housing.models import Building, DwellingUnit
from portal.quality.models import DataQualityIssue
from portal.ui import keyset
from portal.ui.addresses import address_of
from portal.ui.cells import Action, Column, Empty, Problem, Tag, Toned, Verified
from portal.ui.listing import RegisterList

LEGALITY = {
    "1": _("合法"),
    "2": _("违法建筑"),
    "3": _("危险房屋"),
    "4": _("擅自改变用途"),
    "5": _("认定中"),
    "6": _("无法认定"),
    "9": _("未认定"),
}


def house_code(row: DwellingUnit) -> Any:
    """The code; a provisional one is told apart."""
    if row.code_state == DwellingUnit.CodeState.FINAL:
        return row.house_code
    return Toned(row.house_code or _("未赋码"), "warn")


def legality(row: DwellingUnit) -> Any:
    """Not determined is no fault of anybody (domain §3.13): it stays quiet."""
    title = LEGALITY.get(row.legality, row.legality)
    if row.legality == "1":
        return Tag(title, "ok")
    return Toned(title, "2") if row.legality in "569" else Tag(title, "warn")


def verified(row: Any) -> Verified:
    return Verified(days_since(row.verified_on, row.today), row.cycle)


def problem(row: Any) -> Any:
    return Problem(row.worst[1], row.worst[0]) if row.worst else None


class DwellingList(RegisterList):
    """Actual housing in address order (实有房屋, ui.md 8.15)."""

    key = "dwellings"
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
        self, *args: Any, day: date, cycles: Mapping[str, int], may_add: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.cycles = cycles
        self.empty = Empty(  # type: ignore[misc]
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

    @cached_property
    def page(self) -> keyset.Page:
        """The page's rows, with what the cells say of the day and of open problems."""
        page = super().page
        self.dress(page.rows)
        return page

    def dress(self, rows: list[Any]) -> None:
        """Give each row the day, its cycle and its worst open problem (one query)."""
        worst = worst_issues([row.pk for row in rows])
        for row in rows:
            row.today = self.day
            row.cycle = self.cycles.get(row.occupancy, self.cycles["9"])
            row.worst = worst.get(row.pk)


def worst_issues(dwelling_ids: list[Any]) -> dict[Any, tuple[str, str]]:
    """The gravest open problem of each dwelling: severity and title."""
    from portal.quality.registry import quality_rules

    rank = {"note": 0, "should": 1, "must": 2}
    found: dict[Any, tuple[str, str]] = {}
    rules = quality_rules()
    rows = DataQualityIssue.objects.open().filter(dwelling_id__in=dwelling_ids)
    for dwelling, rule, severity in rows.values_list("dwelling_id", "rule", "severity"):
        known = found.get(dwelling)
        if known is None or rank[severity] > rank[known[0]]:
            title = str(rules[rule].title) if rule in rules else rule
            found[dwelling] = (severity, title)
    return found


class BuildingList(RegisterList):
    """Buildings of a committee in walking order, with what a clerk still has to do in each."""

    key = "buildings"
    unit = _("栋")
    caption = _("楼栋")
    default_sort = "name"
    columns = (
        Column("name", _("楼栋"), kind="name", sort="sort_key", fixed=True),
        Column("estate", _("小区"), kind="second"),
        Column("storeys", _("层"), kind="number"),
        Column("dwellings", _("房屋 套"), cell="stats.dwellings", kind="number"),
        Column("people", _("在住 人"), cell="stats.people", kind="number"),
        Column("vacant", _("空置 套"), cell="stats.vacant", kind="number"),
        Column("unknown", _("未采集 套"), cell="stats.unknown", kind="number"),
        Column("uncoded", _("无正式码 套"), cell="stats.uncoded", kind="number"),
        Column("fresh", _("周期内核实 %"), template="housing/fresh_cell.html",
               cell="fresh", align="right", width=200),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, cycles: Mapping[str, int], target: float, may_add: bool,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.day = day
        self.cycles = cycles
        self.target = target
        self.empty = Empty(  # type: ignore[misc]
            _("还没有楼栋"),
            _("先建楼栋，一次生成各层房间；有房屋清单可批量导入") if may_add else "",
            icon="building",
            primary=Action(_("新增楼栋"), reverse("housing:add_building")) if may_add else None,
            secondary=Action(_("批量导入"), reverse("exchange:upload")) if may_add else None,
        )

    def row_url(self, row: Building) -> str:
        return address_of("housing:board", row.pk)

    @cached_property
    def page(self) -> keyset.Page:
        """The page's buildings with their counts, from one aggregate over their dwellings."""
        page = super().page
        stats = {
            row["building_id"]: row
            for row in DwellingUnit.objects.active()
            .filter(building__in=[building.pk for building in page.rows])
            .order_by()
            .values("building_id")
            .annotate(**DwellingUnit.objects.totals(self.day, self.cycles))
        }
        for building in page.rows:
            building.stats = stats.get(building.pk, NOTHING)
            building.fresh = Fresh(
                building.stats["fresh"], building.stats["dwellings"], self.target
            )
        return page


NOTHING = dict.fromkeys(("dwellings", "people", "vacant", "unknown", "uncoded", "fresh"), 0)


class Fresh:
    """A share of dwellings verified within their cycle, beside its target."""

    def __init__(self, part: int, total: int, target: float) -> None:
        self.part = part
        self.total = total
        self.target = target

    @property
    def rate(self) -> float | None:
        return self.part * 100 / self.total if self.total else None
