"""Lists of spot checks: rounds, people found and records checked, behind the sampled numbers."""

from datetime import date
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.addresses import address_of
from portal.ui.cells import Column, Empty, Tag
from portal.ui.filtering import offer
from portal.ui.listing import RegisterList
from residents.filters import SEXES, Choice
from residents.models import SpotItem, SpotPerson, SpotPlace, SpotRound
from residents.services.spotchecks.judging import CHECKED
from residents.spotchecks.courses import KINDS, STATES
from residents.spotchecks.strata import TITLES

TONES = {"planned": "", "drawn": "info", "in_field": "warn", "matching": "warn",
         "published": "ok", "extended": "info", "cancelled": ""}  # fmt: skip
RIGHT = [("1", _("相符")), ("0", _("不符"))]


class _OfUnits(django_filters.FilterSet):
    """What every list of spot checks can be narrowed by: the unit."""

    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def by_unit(self, rows: Any, _name: str, value: OrgUnit) -> Any:
        return rows.under(value.code)


class RoundFilter(_OfUnits):
    """Conditions of the list of rounds."""

    kind = Choice(label=_("类别"), choices=KINDS)
    state = Choice(label=_("状态"), choices=STATES)

    class Meta:
        model = SpotRound
        fields: list[str] = []


class FoundFilter(_OfUnits):
    """Conditions of the lists of people found."""

    right = Choice(label=_("登记"), choices=RIGHT, method="by_right")

    class Meta:
        model = SpotPerson
        fields: list[str] = []

    def by_right(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(right=value == "1")


class RecordFilter(_OfUnits):
    """Conditions of the list of records checked."""

    right = Choice(label=_("登记"), choices=RIGHT, method="by_right")

    class Meta:
        model = SpotItem
        fields: list[str] = []

    def by_right(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(right=int(value == "1"))


class PlaceFilter(_OfUnits):
    """Conditions of the list of places that no list of dwellings has."""

    open = Choice(
        label=_("线索"), choices=[("1", _("未办结")), ("0", _("已办结"))], method="by_open"
    )
    what = Choice(label=_("是什么地方"), choices=SpotPlace.What.choices)

    class Meta:
        model = SpotPlace
        fields: list[str] = []

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def by_open(self, rows: Any, _name: str, value: str) -> Any:
        standing = rows.standing(self.day)
        return standing if value == "1" else rows.exclude(pk__in=standing.values("pk"))


def rate_of(row: SpotRound) -> Any:
    """`86.5 %（81.5～90.4）`; a dash while nothing is published or nobody was met."""
    value = row.result.get("value")
    if value is None:
        return None
    low, high = row.result["low"], row.result["high"]
    return f"{100 * value:.1f} %（{100 * low:.1f}～{100 * high:.1f}）"


def name_of(row: Any) -> Any:
    """The name while the sheet is kept."""
    return row.name or _("抽查表已删除")


def wrong_fields(row: SpotItem) -> str:
    """What of a record is not as its person told it, while the sheet is kept."""
    return "、".join(
        title for key, title in CHECKED.items() if row.field_checks.get(key) == "wrong"
    )


def place_of(row: SpotPlace) -> Any:
    """Where it is, while the sheet is kept."""
    return row.place or _("抽查表已删除")


class RoundList(RegisterList):
    """Spot-check rounds, the latest first."""

    key = "spot_rounds"
    unit = _("轮")
    caption = _("抽查核实")
    default_sort = "-as_of"
    filterset_class = RoundFilter
    columns = (
        Column("street", _("街道（镇）"), "committee.name", kind="name", fixed=True),
        Column("kind", _("类别"), "get_kind_display"),
        Column("as_of", _("时点"), kind="day", sort="as_of"),
        Column("field", _("上门截止"), "field_to", kind="day"),
        Column("wanted", _("拟抽"), kind="number"),
        Column("rate", _("结果（95% 区间）"), rate_of),
        Column("counted", _("计入指标"), lambda row: (
            "" if row.published_at is None else (_("计入") if row.counted else _("不计入"))
        )),
        Column("state", _("状态"), lambda row: Tag(row.get_state_display(), TONES[row.state])),
    )  # fmt: skip
    empty = Empty(_("还没有抽查"), _("区人口办计划、抽取、公布；公布以前被查单位看不到"),
                  icon="inspection")  # fmt: skip

    def row_url(self, row: SpotRound) -> str:
        return address_of("residents:spot_round", row.pk)


class FoundList(RegisterList):
    """People found in the forward rounds that count."""

    key = "spot_people"
    unit = _("人")
    caption = _("抽查核见的人员")
    default_sort = "-id"
    filterset_class = FoundFilter
    columns = (
        Column("name", _("姓名"), name_of, kind="name", fixed=True),
        Column("sex", _("性别"), lambda row: dict(SEXES).get(row.sex, "")),
        Column("born", _("出生年"), lambda row: str(row.born or "")),
        Column("place", _("地址"), "item.place"),
        Column("unit", _("居（村）委"), "committee.name"),
        Column("as_of", _("时点"), "item.as_of", kind="day"),
        Column("id", _("编号"), lambda row: str(row.pk)[-6:], sort="id", shown=False),
        Column("right", _("登记"), lambda row: Tag(
            _("已登记") if row.right else _("未登记"), "ok" if row.right else "warn"
        )),
    )  # fmt: skip
    empty = Empty(_("没有抽查核见的人员"), _("近 12 个月没有计入的顺查"), icon="inspection")


class RecordList(RegisterList):
    """Records checked in the reverse rounds that count."""

    key = "spot_records"
    unit = _("条")
    caption = _("抽查核对的登记")
    default_sort = "-id"
    filterset_class = RecordFilter
    columns = (
        Column("name", _("姓名"), name_of, kind="name", fixed=True),
        Column("place", _("地址")),
        Column("unit", _("居（村）委"), "committee.name"),
        Column("stratum", _("层"), lambda row: TITLES.get(row.stratum, row.stratum)),
        Column("as_of", _("时点"), kind="day"),
        Column("outcome", _("上门结果"), "get_outcome_display"),
        Column("wrong", _("不一致的项"), wrong_fields),
        Column("id", _("编号"), lambda row: str(row.pk)[-6:], sort="id", shown=False),
        Column("right", _("登记"), lambda row: Tag(
            _("相符") if row.right else _("不符"), "ok" if row.right else "warn"
        )),
    )  # fmt: skip
    empty = Empty(_("没有抽查核对的登记"), _("近 12 个月没有计入的倒查"), icon="inspection")


class PlaceList(RegisterList):
    """Places where people live and that the list of dwellings lacked, as rounds told of them."""

    key = "spot_places"
    unit = _("处")
    caption = _("名单外住处")
    default_sort = "-id"
    filterset_class = PlaceFilter
    columns = (
        Column("place", _("地点"), place_of, kind="name", fixed=True),
        Column("what", _("是什么地方"), "get_what_display"),
        Column("people", _("所见人数"), kind="number"),
        Column("unit", _("居（村）委"), "committee.name"),
        Column("noted_on", _("发现日期"), kind="day"),
        Column("told_on", _("公布日期"), kind="day"),
        Column("id", _("编号"), lambda row: str(row.pk)[-6:], sort="id", shown=False),
        Column("lead", _("线索"), lambda row: Tag(
            row.lead.get_state_display(), "warn" if row.lead.is_open else "ok"
        ) if row.lead else ""),
        Column("result", _("结果"), lambda row: (
            row.lead.get_result_display() if row.lead else ""
        )),
    )  # fmt: skip
    empty = Empty(
        _("没有名单外的住处"), _("抽查时沿街核对，发现名单上没有的住处，公布后列在这里"),
        icon="inspection",
    )  # fmt: skip

    def row_url(self, row: SpotPlace) -> str:
        return address_of("residents:lead", row.lead_id) if row.lead_id else ""
