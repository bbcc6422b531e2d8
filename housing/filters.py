"""Conditions of the housing lists; each is a parameter of the address."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Replace
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.code_requests import CodeRequestQuerySet
from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES, normalise_house_code
from housing.cycles import RULE, cycles_by_occupancy
from housing.dwelling_rooms import GroupRentalTest
from housing.estates import Estate, EstateQuerySet
from housing.leases import LeaseQuerySet
from housing.legality import Result
from housing.metrics import CONSISTENT
from housing.models import Building, DwellingUnit, HouseCodeRequest, Lease
from housing.querysets import BuildingQuerySet, DwellingQuerySet
from housing.terms import NOTICE_DAYS
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.ui.filtering import fillable, offer

AGREES = [("1", _("相符")), ("0", _("不相符"))]
CODES = [
    ("final", _("正式码")),
    ("provisional", _("临时码")),
    ("none", _("未赋码")),
    ("missing", _("无正式码")),
]
OVERDUE = [("overdue", _("已超期")), ("within", _("周期内"))]
PRESENCE = [("none", _("无人在住")), ("some", _("有人在住"))]
LEASED = [("valid", _("在租期内")), ("over", _("租期已过")), ("none", _("没有租赁登记"))]
ENDING = [("soon", _("30 天内到期")), ("over", _("已到期"))]
FILED = [("no", _("未备案")), ("late", _("逾期未备案")), ("yes", _("已备案"))]
#: Columns that may be asked for as blank or filled.
FILLABLE = {
    "floor_area": (_("建筑面积"), Q(floor_area=None)),
    "design_rooms": (_("居室数"), Q(design_rooms=None)),
    "tenure": (_("产权性质"), Q(tenure="9")),
    "occupancy": (_("居住状态"), Q(occupancy="9")),
    "owner_name": (_("产权人"), Q(owner_name="")),
    "verified_on": (_("最近核实"), Q(verified_on=None)),
}


def untold(fact: str) -> Q:
    """Neither a building nor its estate tells the fact."""
    return Q(**{fact: ""}) & (Q(estate=None) | Q(**{f"estate__{fact}": ""}))


BUILDING_FILLABLE = {
    "estate": (_("小区"), Q(estate_name="")),
    "built_year": (_("建成年份"), Q(built_year=None)),
    "structure": (_("建筑结构"), Q(structure="")),
    "entrance_count": (_("单元数"), Q(entrance_count=None)),
    "property_company": (_("物业公司"), untold("property_company")),
    "owners_committee": (_("业委会"), untold("owners_committee")),
    "contact": (_("楼组长"), Q(contact="")),
    "building_no": (_("幢号"), Q(building_no="")),
    "code_block": (_("编码幢段"), Q(code_block="")),
}
LEASE_FILLABLE = {
    "contract_no": (_("合同编号"), Q(contract_no="")),
    "filing_no": (_("备案号"), Q(filing_no="")),
    "room_count": (_("间数"), Q(room_count=None)),
    "persons_declared": (_("约定人数"), Q(persons_declared=None)),
    "intermediary": (_("居间或代理机构"), Q(intermediary="")),
}
REQUEST_FILLABLE = {
    "code": (_("新编码"), Q(code="")),
    "reason": (_("事由"), Q(reason="")),
    "answer": (_("审批意见"), Q(answer="")),
}
LEGALITY_FILLABLE = {
    "house_code": (_("房屋编码"), Q(house_code="")),
    "tenure": (_("产权性质"), Q(tenure="9")),
    "floor_area": (_("建筑面积"), Q(floor_area=None)),
}
#: Kinds of dwellings that a building may be asked for.
INSIDE = {
    "unknown": (_("未采集"), Q(occupancy="9")),
    "uncoded": (_("无正式码"), ~Q(code_state="final")),
    "unseen": (_("没核实过"), Q(verified_on=None)),
    "vacant": (_("空置"), Q(occupancy="4")),
}


def filter_context(scope: Scope, day: date) -> dict[str, Any]:
    """What the conditions on people and dwellings need to know: who asks, when, which buildings.

    A committee chooses among its buildings; above it there are too many to list.
    """
    buildings = Building.objects.none()
    if scope.level == "committee":
        buildings = Building.objects.in_scope(scope).existing().in_walking_order()
    return {"day": day, "scope": scope, "buildings": buildings}


def begins_with(column: str, words: str) -> Q:
    """A prefix as a range: unlike LIKE, the order of a C index serves it under the policy."""
    return Q(**{f"{column}__gte": words, f"{column}__lt": f"{words}\uffff"})


class DwellingFilter(django_filters.FilterSet):
    """Conditions on dwellings. Without a status only those on the frame are listed."""

    q = django_filters.CharFilter(label=_("地址或房屋编码"), method="by_text")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    occupancy = django_filters.MultipleChoiceFilter(
        label=_("居住状态"), choices=OCCUPANCY_STATUSES.choices()
    )
    tenure = django_filters.MultipleChoiceFilter(label=_("产权性质"), choices=TENURES.choices())
    code = django_filters.ChoiceFilter(
        label=_("编码状态"), choices=CODES, method="by_code", empty_label=_("不限")
    )
    verification = django_filters.ChoiceFilter(
        label=_("最近核实"), choices=OVERDUE, method="by_verification", empty_label=_("不限")
    )
    occupancy_check = django_filters.ChoiceFilter(
        label=_("居住状态核实"), choices=OVERDUE, method="by_occupancy_check", empty_label=_("不限")
    )
    legality = django_filters.MultipleChoiceFilter(label=_("合法性"), choices=Result.choices)
    lease = django_filters.ChoiceFilter(
        label=_("租赁登记"), choices=LEASED, method="by_lease", empty_label=_("不限")
    )
    people = django_filters.ChoiceFilter(
        label=_("在住"), choices=PRESENCE, method="by_people", empty_label=_("不限")
    )
    agrees = django_filters.ChoiceFilter(
        label=_("居住状态与在住人数"), choices=AGREES, method="by_agreement", empty_label=_("不限")
    )
    building = django_filters.ModelMultipleChoiceFilter(
        label=_("楼栋"), queryset=Building.objects.none()
    )
    blank, filled = fillable(FILLABLE)
    status = django_filters.ChoiceFilter(
        label=_("状态"), choices=DwellingUnit.Status.choices, empty_label=_("在册")
    )

    class Meta:
        model = DwellingUnit
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict | None = None,
        *args: Any,
        day: date,
        scope: Scope,
        buildings: BuildingQuerySet,
        **kwargs: Any,
    ) -> None:
        """:param buildings: those that may be chosen, none where there are too many to list"""
        super().__init__(data, *args, **kwargs)
        self.day = day
        self.scope = scope
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(
            self,
            building=None if buildings.query.is_empty() else buildings,
            unit=None if scope.level == "committee" else units,
        )

    def filter_queryset(self, queryset: DwellingQuerySet) -> DwellingQuerySet:
        rows: DwellingQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("status") else rows.active()

    @property
    def cycles(self) -> dict[str, int]:
        return cycles_by_occupancy(rule_on(RULE, self.day).parameters)

    def by_text(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        """The beginning of a house code, or a piece of the address.

        Over the whole district the address must begin so: a piece could not use an index.
        """
        words = normalise_house_code(value)
        if not words:
            return rows
        code = begins_with("house_code", words)
        if self.scope.level == "district":
            return rows.filter(begins_with("address", words) | code)
        return rows.filter(Q(address__contains=words) | code)

    def by_unit(self, rows: DwellingQuerySet, _name: str, value: OrgUnit) -> DwellingQuerySet:
        return rows.under(value.code)

    def by_code(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        if value == "missing":
            return rows.exclude(code_state="final")
        return rows.filter(code_state=value)

    def by_verification(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        if value == "overdue":
            return rows.verification_overdue(self.day, self.cycles)
        return rows.verified_within(self.day, self.cycles)

    def by_occupancy_check(
        self, rows: DwellingQuerySet, _name: str, value: str
    ) -> DwellingQuerySet:
        if value == "overdue":
            return rows.occupancy_check_overdue(self.day, self.cycles)
        return rows.occupancy_checked_within(self.day, self.cycles)

    def by_lease(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        if value == "none":
            return rows.filter(leased_until=None)
        side = "gte" if value == "valid" else "lt"
        return rows.filter(**{f"leased_until__{side}": self.day})

    def by_agreement(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        return rows.filter(CONSISTENT if value == "1" else ~CONSISTENT)

    def by_people(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        return rows.filter(occupants=0) if value == "none" else rows.filter(occupants__gte=1)


class BuildingFilter(django_filters.FilterSet):
    """Conditions on the buildings of a committee: which, and what there is still to do inside."""

    q = django_filters.CharFilter(label=_("楼栋或小区"), method="by_text")
    estate = django_filters.ModelMultipleChoiceFilter(
        label=_("小区"), queryset=Estate.objects.none()
    )
    use = django_filters.MultipleChoiceFilter(label=_("用途"), choices=BUILDING_USES.choices())
    has = django_filters.MultipleChoiceFilter(
        label=_("楼内有"), choices=[(key, title) for key, (title, _homes) in INSIDE.items()],
        method="by_homes",
    )  # fmt: skip
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    blank, filled = fillable(BUILDING_FILLABLE)

    class Meta:
        model = Building
        fields: list[str] = []

    def __init__(
        self, *args: Any, scope: Scope, estates: EstateQuerySet | None = None, **kwargs: Any
    ) -> None:
        """:param estates: those that may be chosen; None where there are too many to list"""
        super().__init__(*args, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units, estate=estates)

    def by_unit(self, rows: BuildingQuerySet, _name: str, value: OrgUnit) -> BuildingQuerySet:
        return rows.under(value.code)

    def by_text(self, rows: BuildingQuerySet, _name: str, value: str) -> BuildingQuerySet:
        words = "".join(value.split())
        if not words:
            return rows
        named = rows.alias(plain=Replace("name", Value(" "), Value("")))
        return named.filter(Q(plain__contains=words) | Q(estate_name__contains=words))

    def by_homes(self, rows: BuildingQuerySet, _name: str, values: list[str]) -> BuildingQuerySet:
        """Buildings with dwellings of each of the chosen kinds."""
        homes = DwellingUnit.objects.active().filter(building=OuterRef("pk"))
        for key in values:
            rows = rows.filter(Exists(homes.filter(INSIDE[key][1])))
        return rows


class LeaseFilter(django_filters.FilterSet):
    """Conditions on leases. Without a state only those that stand are listed."""

    q = django_filters.CharFilter(label=_("地址、出租人或承租人"), method="by_text")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    ending = django_filters.ChoiceFilter(
        label=_("到期"), choices=ENDING, method="by_ending", empty_label=_("不限")
    )
    filing = django_filters.ChoiceFilter(
        label=_("备案"), choices=FILED, method="by_filing", empty_label=_("不限")
    )
    kind = django_filters.MultipleChoiceFilter(label=_("租赁方式"), choices=Lease.Kind.choices)
    starts = django_filters.DateFromToRangeFilter(label=_("起租日期"), field_name="starts_on")
    ends = django_filters.DateFromToRangeFilter(label=_("止租日期"), field_name="ends_on")
    blank, filled = fillable(LEASE_FILLABLE)
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=Lease.State.choices, empty_label=_("在租")
    )

    class Meta:
        model = Lease
        fields: list[str] = []

    def __init__(
        self, data: QueryDict | None = None, *args: Any, day: date, scope: Scope, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.day, self.scope = day, scope
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def filter_queryset(self, queryset: LeaseQuerySet) -> LeaseQuerySet:
        rows: LeaseQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.standing()

    def by_text(self, rows: LeaseQuerySet, _name: str, value: str) -> LeaseQuerySet:
        words = value.strip()
        parties = Q(landlord=words) | Q(lessee=words)
        return rows.filter(parties | Q(address__contains=words)) if words else rows

    def by_unit(self, rows: LeaseQuerySet, _name: str, value: OrgUnit) -> LeaseQuerySet:
        return rows.under(value.code)

    def by_ending(self, rows: LeaseQuerySet, _name: str, value: str) -> LeaseQuerySet:
        if value == "over":
            return rows.filter(ends_on__lt=self.day)
        last = self.day + timedelta(days=NOTICE_DAYS)
        return rows.filter(ends_on__gte=self.day, ends_on__lte=last)

    def by_filing(self, rows: LeaseQuerySet, _name: str, value: str) -> LeaseQuerySet:
        if value == "yes":
            return rows.exclude(filed_on=None)
        unfiled = rows.filter(filed_on=None)
        return unfiled.filter(file_by__lt=self.day) if value == "late" else unfiled


class CodeRequestFilter(django_filters.FilterSet):
    """Conditions on requests about house codes. Without a state only those that wait are listed."""

    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=HouseCodeRequest.State.choices, empty_label=_("待审批")
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("事项"), choices=HouseCodeRequest.Kind.choices
    )
    blank, filled = fillable(REQUEST_FILLABLE)

    class Meta:
        model = HouseCodeRequest
        fields: list[str] = []

    def filter_queryset(self, queryset: CodeRequestQuerySet) -> CodeRequestQuerySet:
        rows: CodeRequestQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.waiting()


class LegalityFilter(django_filters.FilterSet):
    """What the housing department looks for: an address, a unit, a finding."""

    q = django_filters.CharFilter(label=_("地址开头"), method="by_text")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    legality = django_filters.MultipleChoiceFilter(label=_("合法性"), choices=Result.choices)
    blank, filled = fillable(LEGALITY_FILLABLE)

    class Meta:
        model = DwellingUnit
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, unit=OrgUnit.objects.under(scope.unit).order_by("code"))

    def by_text(self, rows: DwellingQuerySet, _name: str, value: str) -> DwellingQuerySet:
        words = normalise_house_code(value)
        return rows.filter(begins_with("address", words)) if words else rows

    def by_unit(self, rows: DwellingQuerySet, _name: str, value: OrgUnit) -> DwellingQuerySet:
        return rows.under(value.code)


class GroupRentalFilter(django_filters.FilterSet):
    """Conditions on tested dwellings."""

    state = django_filters.MultipleChoiceFilter(
        label=_("群租状态"), choices=GroupRentalTest.State.choices
    )

    class Meta:
        model = GroupRentalTest
        fields: list[str] = []
