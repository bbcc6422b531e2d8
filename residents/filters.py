"""Conditions of the resident list; each is a parameter of the address, metrics lead here too."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import django_filters
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES
from housing.models import Building
from housing.querysets import BuildingQuerySet
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.filtering import fillable, offer
from residents.appeals import AppealQuerySet
from residents.categories import POPULATION_CATEGORIES, RELATIONS, RESIDENCE_REASONS
from residents.completeness import BY_KEY, incomplete, years_before
from residents.discovery import CHANNELS
from residents.haste import uncounted, within_cycle
from residents.leads import LeadQuerySet
from residents.metrics import as_printed, contradicted, probable_duplicates
from residents.models import (
    CorrectionRequest,
    Lead,
    Residence,
    ResidenceProof,
    ResidentAppeal,
    Transfer,
)
from residents.newcomers import late_since
from residents.proofs import ProofQuerySet
from residents.querysets import ResidenceQuerySet
from residents.transfers import TransferQuerySet

Choice = partial(django_filters.ChoiceFilter, empty_label=_("不限"))
SEXES = [("1", _("男")), ("2", _("女"))]
YES = [("1", _("是")), ("0", _("否"))]
ACTUAL = [("1", _("实有人口")), ("0", _("户在人不在、暂住"))]
CODES = [("final", _("有正式编码")), ("missing", _("无正式编码"))]
AGES = {
    "0-5": (_("6 周岁以下"), 0, 6),
    "6-15": (_("6–15 岁"), 6, 16),
    "16-59": (_("16–59 岁"), 16, 60),
    "60-79": (_("60–79 岁"), 60, 80),
    "80": (_("80 岁以上"), 80, None),
}
AGE_CHOICES = [(key, title) for key, (title, _low, _high) in AGES.items()]
#: Columns that may be asked for as blank or filled, with the condition of being blank.
FILLABLE = {
    "document": (_("证件号码"), Q(id_mask="")),
    "phone": (_("手机"), Q(phone_mask="")),
    "origin": (_("户籍地"), Q(origin="")),
    "relation": (_("与户主关系"), Q(relation="")),
    "reason": (_("居住事由"), Q(reason="")),
    "employer": (_("工作单位"), Q(resident__employer_name="")),
    "arrived_on": (_("来沪日期"), Q(resident__arrived_on=None)),
    "guardian": (_("监护人"), Q(resident__guardian=None)),
}
#: Mandatory fields that may be asked for as missing; a child needs no telephone of its own.
LACKS = [
    ("document_number", _("证件号码")), ("phone", _("手机")), ("guardian", _("监护人")),
    ("reason", _("居住事由")), ("tenancy_role", _("居住身份")), ("origin", _("户籍地")),
    ("arrived_on", _("来沪日期")),
]  # fmt: skip


NEWCOMER_FILLABLE = {key: FILLABLE[key] for key in ("phone", "origin", "reason")}
LEAD_FILLABLE = {
    "assigned": (_("承办人"), Q(assigned_to="")),
    "dwelling": (_("房屋"), Q(dwelling=None)),
    "visited_on": (_("上门日期"), Q(visited_on=None)),
}
TRANSFER_FILLABLE = {
    "answer": (_("答复"), Q(answer="")),
    "decision": (_("裁定"), Q(decision="")),
}
CORRECTION_FILLABLE = {
    "answer": (_("答复"), Q(answer="")),
    "delivered_on": (_("送达日期"), Q(delivered_on=None)),
}
PROOF_FILLABLE = {"number": (_("编号"), Q(number=""))}
APPEAL_FILLABLE = {"handler": (_("承办人"), Q(handler=""))}


class ResidenceFilter(django_filters.FilterSet):
    """Conditions on episodes. Without `actual` and `left` the actual population is listed."""

    name = django_filters.CharFilter(label=_("姓名或拼音首字母"), method="by_name")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )
    category = django_filters.MultipleChoiceFilter(
        label=_("人口类别"), choices=POPULATION_CATEGORIES.choices()
    )
    sex = Choice(label=_("性别"), choices=SEXES)
    age = django_filters.MultipleChoiceFilter(label=_("年龄"), choices=AGE_CHOICES, method="by_age")
    occupancy = django_filters.MultipleChoiceFilter(
        label=_("居住类型"), choices=OCCUPANCY_STATUSES.choices()
    )
    building = django_filters.ModelMultipleChoiceFilter(
        label=_("楼栋"), queryset=Building.objects.none(), method="by_building"
    )
    overdue = Choice(label=_("核实超期"), choices=YES, method="by_overdue")
    fresh = Choice(label=_("周期内已核实"), choices=YES, method="by_freshness")
    hasty = Choice(label=_("核实过快、不算数"), choices=YES[:1], method="by_haste")
    unseen = django_filters.NumberFilter(
        label=_("超过多少天没有核实"), min_value=0, max_value=9999, method="by_unseen"
    )
    incomplete = Choice(label=_("资料不全"), choices=YES[:1], method="by_incomplete")
    lacks = django_filters.MultipleChoiceFilter(label=_("缺项"), choices=LACKS, method="by_lacks")
    blank, filled = fillable(FILLABLE)
    code = Choice(label=_("房屋编码"), choices=CODES, method="by_code")
    relation = Choice(label=_("与户主关系"), choices=RELATIONS.choices())
    reason = Choice(label=_("居住事由"), choices=RESIDENCE_REASONS.choices())
    duplicate = Choice(label=_("疑似重复"), choices=YES[:1], method="by_duplicate")
    valid = Choice(label=_("证件号按原件照录"), choices=[("0", _("是"))], method="by_valid")
    consistent = Choice(label=_("有逻辑矛盾"), choices=[("0", _("是"))], method="by_consistent")
    actual = Choice(label=_("范围"), choices=ACTUAL, method="by_actual")
    left = Choice(label=_("已离开"), choices=YES[:1], method="by_left")

    class Meta:
        model = Residence
        fields: list[str] = []

    def __init__(
        self, data: QueryDict | None = None, *args: Any, day: date, scope: Scope,
        buildings: BuildingQuerySet, **kwargs: Any,
    ) -> None:  # fmt: skip
        """:param buildings: those that may be chosen, none where there are too many to list"""
        super().__init__(data, *args, **kwargs)
        self.day, self.scope = day, scope
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(
            self,
            building=None if buildings.query.is_empty() else buildings,
            unit=None if scope.level == "committee" else units,
        )

    def filter_queryset(self, queryset: ResidenceQuerySet) -> ResidenceQuerySet:
        rows: ResidenceQuerySet = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if chosen.get("left"):
            return rows
        rows = rows.open()
        return rows if chosen.get("actual") == "0" else rows.actual()

    def by_name(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        words = "".join(value.split())
        if not words:
            return rows
        if words.isascii():
            return rows.filter(initials__starts_with=words.lower())
        return rows.filter(name__starts_with=words)

    def by_unit(self, rows: ResidenceQuerySet, _name: str, value: OrgUnit) -> ResidenceQuerySet:
        return rows.under(value.code)

    def by_age(self, rows: ResidenceQuerySet, _name: str, values: list[str]) -> ResidenceQuerySet:
        wanted = Q()
        for key in values:
            _title, low, high = AGES[key]
            band = Q(birth_date__lte=years_before(self.day, low))
            if high is not None:
                band &= Q(birth_date__gt=years_before(self.day, high))
            wanted |= band
        return rows.filter(wanted)

    def by_building(
        self, rows: ResidenceQuerySet, _name: str, values: BuildingQuerySet
    ) -> ResidenceQuerySet:
        return rows.filter(dwelling__building__in=values) if values else rows

    def by_overdue(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        if value == "1":
            return rows.filter(due_on__lt=self.day)
        return rows.filter(due_on__gte=self.day)

    def by_freshness(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        counts = within_cycle(self.scope.unit, self.day)
        return rows.filter(counts if value == "1" else ~counts)

    def by_haste(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return rows.filter(uncounted(self.scope.unit, self.day))

    def by_unseen(self, rows: ResidenceQuerySet, _name: str, value: Any) -> ResidenceQuerySet:
        return rows.filter(verified_on__lt=self.day - timedelta(days=int(value)))

    def by_incomplete(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return rows.filter(incomplete(self.day))

    def by_lacks(self, rows: ResidenceQuerySet, _name: str, values: list[str]) -> ResidenceQuerySet:
        """People of whom something that must be known of them is not (M-03)."""
        for name in values:
            rows = rows.filter(BY_KEY[name].missing(self.day))
        return rows

    def by_code(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        return rows.filter(code_final=value == "final")

    def by_duplicate(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return probable_duplicates(rows)

    def by_consistent(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return contradicted(rows)

    def by_valid(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return as_printed(rows)

    def by_actual(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        if value == "1":
            return rows
        return rows.filter(Q(is_primary=False) | Q(category="13"))

    def by_left(self, rows: ResidenceQuerySet, _name: str, _value: str) -> ResidenceQuerySet:
        return rows.filter(status="ended")


SIDES = [("in", _("转入")), ("out", _("转出")), ("decide", _("待裁定"))]


class NewcomerFilter(django_filters.FilterSet):
    """Conditions on newcomers who wait for the sheet."""

    name = django_filters.CharFilter(label=_("姓名"), field_name="name", lookup_expr="startswith")
    late = Choice(label=_("超过告知期限"), choices=YES, method="by_late")
    blank, filled = fillable(NEWCOMER_FILLABLE)
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )

    class Meta:
        model = Residence
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, day: date, days: int, **kwargs: Any) -> None:
        """:param days: within how many days of the registration the sheet is due"""
        super().__init__(*args, **kwargs)
        self.late_since = late_since(day, days)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def by_late(self, rows: ResidenceQuerySet, _name: str, value: str) -> ResidenceQuerySet:
        return rows.filter(self.late_since if value == "1" else ~self.late_since)

    def by_unit(self, rows: ResidenceQuerySet, _name: str, value: OrgUnit) -> ResidenceQuerySet:
        return rows.under(value.code)


class TransferFilter(django_filters.FilterSet):
    """Conditions of the list of transfers: which side, how far, who."""

    side = Choice(label=_("方向"), choices=SIDES, method="by_side")
    state = django_filters.MultipleChoiceFilter(label=_("状态"), choices=Transfer.State.choices)
    name = django_filters.CharFilter(label=_("姓名"), field_name="name", lookup_expr="startswith")
    blank, filled = fillable(TRANSFER_FILLABLE)

    class Meta:
        model = Transfer
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope, self.day = scope, day

    def by_side(self, rows: TransferQuerySet, _name: str, value: str) -> TransferQuerySet:
        if value == "in":
            return rows.arriving(self.scope)
        if value == "out":
            return rows.leaving(self.scope)
        return rows.to_decide(self.scope, self.day)


class RequestFilter(django_filters.FilterSet):
    """What every list of requests can be narrowed by."""

    overdue = Choice(label=_("已超期"), choices=YES[:1], method="by_overdue")

    def __init__(self, *args: Any, scope: Scope, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope, self.day = scope, day

    def by_overdue(self, rows: Any, _name: str, _value: str) -> Any:
        return rows.overdue_on(self.day)


class LeadFilter(RequestFilter):
    """Conditions of the list of discovery leads."""

    state = django_filters.MultipleChoiceFilter(label=_("状态"), choices=Lead.State.choices)
    kind = Choice(label=_("变动"), choices=Lead.Kind.choices)
    subject = Choice(label=_("对象"), choices=Lead.Subject.choices)
    channel = django_filters.MultipleChoiceFilter(label=_("发现渠道"), choices=CHANNELS.choices())
    result = django_filters.MultipleChoiceFilter(label=_("结果"), choices=Lead.Result.choices)
    mine = Choice(label=_("由我承办"), choices=YES[:1], method="by_mine")
    place = django_filters.CharFilter(label=_("地点"), field_name="place", lookup_expr="contains")
    blank, filled = fillable(LEAD_FILLABLE)
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit"
    )

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def by_mine(self, rows: LeadQuerySet, _name: str, _value: str) -> LeadQuerySet:
        return rows.filter(assigned_id=self.scope.user_id or 0)

    def by_unit(self, rows: LeadQuerySet, _name: str, value: OrgUnit) -> LeadQuerySet:
        return rows.under(value.code)


class CorrectionFilter(RequestFilter):
    """Conditions of the list of requests for correction."""

    state = django_filters.MultipleChoiceFilter(
        label=_("状态"), choices=CorrectionRequest.State.choices
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("事项"), choices=CorrectionRequest.Kind.choices
    )
    result = Choice(label=_("结果"), choices=CorrectionRequest.Result.choices)
    name = django_filters.CharFilter(label=_("姓名"), field_name="name", lookup_expr="startswith")
    blank, filled = fillable(CORRECTION_FILLABLE)

    class Meta:
        model = CorrectionRequest
        fields: list[str] = []


class ProofFilter(RequestFilter):
    """Conditions of the list of residence proofs."""

    state = django_filters.MultipleChoiceFilter(
        label=_("状态"), choices=ResidenceProof.State.choices
    )
    kind = django_filters.MultipleChoiceFilter(label=_("种类"), choices=ResidenceProof.Kind.choices)
    holds = Choice(
        label=_("有效期"), choices=[("1", _("有效")), ("0", _("已过期"))], method="by_holding"
    )
    name = django_filters.CharFilter(label=_("姓名"), field_name="name", lookup_expr="startswith")
    blank, filled = fillable(PROOF_FILLABLE)

    class Meta:
        model = ResidenceProof
        fields: list[str] = []

    def by_holding(self, rows: ProofQuerySet, _name: str, value: str) -> ProofQuerySet:
        return rows.valid_on(self.day) if value == "1" else rows.run_out_on(self.day)


class AppealFilter(RequestFilter):
    """Conditions of the list of residents' appeals."""

    state = django_filters.MultipleChoiceFilter(
        label=_("状态"), choices=ResidentAppeal.State.choices
    )
    topic = django_filters.MultipleChoiceFilter(
        label=_("主题"), choices=ResidentAppeal.Topic.choices
    )
    channel = django_filters.MultipleChoiceFilter(
        label=_("渠道"), choices=ResidentAppeal.Channel.choices
    )
    result = Choice(label=_("结果"), choices=ResidentAppeal.Result.choices)
    mine = Choice(label=_("由我承办"), choices=YES[:1], method="by_mine")
    blank, filled = fillable(APPEAL_FILLABLE)

    class Meta:
        model = ResidentAppeal
        fields: list[str] = []

    def by_mine(self, rows: AppealQuerySet, _name: str, _value: str) -> AppealQuerySet:
        return rows.open().filter(handler_id=self.scope.user_id or 0)
