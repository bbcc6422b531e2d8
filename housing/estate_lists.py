"""The list of estates: conditions, columns, and as a file (S-80)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import (
    Case,
    CharField,
    Count,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, TruncDate
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from housing.cycles import RULE, cycles_by_occupancy
from housing.estates import Estate, EstateQuerySet, OwnersCommittee, estate_name_of, stock_of
from housing.models import Building, DwellingUnit
from housing.querysets import within
from housing.tables import NOTHING
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.ui.addresses import address_of
from portal.ui.cells import Action, Column, Empty, Share
from portal.ui.filtering import fillable, offer
from portal.ui.listing import RegisterList

FILLABLE = {
    "property_company": (_("物业公司"), Q(property_company="")),
    "owners_committee": (_("业委会"), Q(owners_committee="")),
    "built_from": (_("建成年份"), Q(built_from=None)),
}


class EstateFilter(django_filters.FilterSet):
    """Conditions on estates. Without a state those in use are listed."""

    q = django_filters.CharFilter(label=_("小区名称"), method="by_text")
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    company = django_filters.CharFilter(label=_("物业公司"), method="by_company")
    owners = django_filters.MultipleChoiceFilter(
        label=_("业委会"), field_name="owners_committee", choices=OwnersCommittee.choices
    )
    blank, filled = fillable(FILLABLE)
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=[("all", _("全部")), ("ended", _("已并入"))], method="by_state",
        empty_label=_("在用"),
    )  # fmt: skip

    class Meta:
        model = Estate
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)

    def filter_queryset(self, queryset: EstateQuerySet) -> EstateQuerySet:
        rows: EstateQuerySet = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.standing()

    def by_text(self, rows: EstateQuerySet, _name: str, value: str) -> EstateQuerySet:
        words = estate_name_of(value)
        return rows.filter(name__contains=words) if words else rows

    def by_company(self, rows: EstateQuerySet, _name: str, value: str) -> EstateQuerySet:
        words = value.strip()
        return rows.filter(property_company__contains=words) if words else rows

    def by_unit(self, rows: EstateQuerySet, _name: str, value: OrgUnit) -> EstateQuerySet:
        return rows.under(value.code)

    def by_state(self, rows: EstateQuerySet, _name: str, value: str) -> EstateQuerySet:
        return rows.exclude(ended_on=None) if value == "ended" else rows


#: Shown above a committee, to which all of its rows belong.
UNIT = Column("committee", _("居（村）委"), cell="committee.short_name", kind="second")


def columns_for(scope: Scope, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of a list for a post: inside a committee all rows are its own."""
    inside = scope.level == "committee"
    return tuple(each for each in columns if not (inside and each is UNIT))


class EstateList(RegisterList):
    """Estates by name, with what stands in each."""

    key = "estates"
    filterset_class = EstateFilter
    peeks = True
    unit = _("个")
    caption = _("小区")
    default_sort = "name"
    columns: Sequence[Column] = (
        Column("name", _("小区名称"), kind="name", sort="sort_key", fixed=True),
        UNIT,
        Column("company", _("物业公司"), cell="property_company"),
        Column("owners", _("业委会"), cell="get_owners_committee_display"),
        Column("built", _("建成年份")),
        Column("buildings", _("楼栋 栋"), cell="buildings", kind="number"),
        Column("dwellings", _("房屋 套"), cell="stats.dwellings", kind="number"),
        Column("people", _("在住 人"), cell="stats.people", kind="number"),
        Column("vacant", _("空置 套"), cell="stats.vacant", kind="number", shown=False),
        Column("unknown", _("未采集 套"), cell="stats.unknown", kind="number", shown=False),
        Column("uncoded", _("无正式码 套"), cell="stats.uncoded", kind="number", shown=False),
        Column("fresh", _("周期内核实 %"), cell="fresh", align="right", width=200),
        Column("updated", _("变更日期"), cell="updated_at", kind="day", shown=False),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, cycles: Mapping[str, int], target: float, may_add: bool,
        scope: Scope, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, filter_context={"scope": scope}, **kwargs)
        self.columns = columns_for(scope, self.columns)
        self.day, self.cycles, self.target = day, cycles, target
        self.empty = Empty(
            _("还没有小区"),
            _("新增楼栋时写上小区名称，就随楼栋登记") if may_add else "",
            icon="committee",
            primary=Action(_("新增小区"), reverse("housing:add_estate")) if may_add else None,
        )

    def row_url(self, row: Estate) -> str:
        return address_of("housing:estate", row.pk)

    def row_css(self, row: Estate) -> str:
        return "" if row.is_standing else "is-muted"

    def dress(self, rows: list[Any]) -> None:
        """Give each estate what its buildings and dwellings come to, in two queries for all."""
        keys = [row.pk for row in rows]
        held = Building.objects.existing().filter(estate__in=keys).order_by().values("estate_id")
        standing = dict(held.annotate(n=Count("pk")).values_list("estate_id", "n"))
        homes = DwellingUnit.objects.active().filter(building__estate__in=keys).order_by()
        stats = {
            row["building__estate_id"]: row
            for row in homes.values("building__estate_id").annotate(
                **DwellingUnit.objects.totals(self.day, self.cycles)
            )
        }
        for row in rows:
            row.buildings = standing.get(row.pk, 0)
            row.stats = stats.get(row.pk, NOTHING)
            row.fresh = Share(row.stats["fresh"], row.stats["dwellings"], self.target)


def conditions(scope: Scope, query: QueryDict, _day: date) -> EstateFilter:
    """The conditions of the list over the rows in scope."""
    return EstateFilter(query, queryset=Estate.objects.in_scope(scope), scope=scope)


def _homes(key: str) -> Any:
    """One of the totals of dwellings, as an aggregate of an estate's buildings."""
    active = Q(dwellings__status=DwellingUnit.Status.ACTIVE)
    if key == "people":
        return Sum("dwellings__occupants", filter=active)
    conditions = {
        "vacant": Q(dwellings__occupancy="4"), "unknown": Q(dwellings__occupancy="9"),
        "uncoded": ~Q(dwellings__code_state=DwellingUnit.CodeState.FINAL),
    }  # fmt: skip
    return Count("dwellings", filter=active & conditions[key])


def _fresh(day: date) -> Combinable:
    """Dwellings whose last check still counts on `day`."""
    cycles = cycles_by_occupancy(rule_on(RULE, day).parameters)
    rows = DwellingUnit.objects.active().filter(building__estate=OuterRef("pk"))
    counted = Count("pk", filter=within("verified_on", day, cycles))
    found = rows.order_by().values("building__estate").annotate(n=counted).values("n")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


def _built() -> Case:
    years = [Cast(name, CharField()) for name in ("built_from", "built_to")]
    both = Concat(years[0], Value("—"), years[1])
    return Case(
        When(built_from=None, then=Value("")), When(built_to=None, then=years[0]), default=both,
        output_field=CharField(),
    )  # fmt: skip


EXPORTS = [
    ExportKind(
        key="estates", title=_("小区"), unit=_("个"), capability=Capability.VIEW_REGISTER,
        filterset=conditions, order="sort_key", address="housing:estates", offered=False,
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("name", _("小区名称"), "name", width=24),
            ExportColumn("company", _("物业公司"), "property_company", width=20),
            ExportColumn("owners", _("业委会"),
                         titled("owners_committee", OwnersCommittee.choices)),
            ExportColumn("built", _("建成年份"), _built()),
            ExportColumn("buildings", _("楼栋 栋"), stock_of(Count("pk")), form="number", width=8),
            ExportColumn("dwellings", _("房屋 套"), stock_of(Sum("dwelling_count")),
                         form="number", width=8),
            ExportColumn("people", _("在住 人"), stock_of(_homes("people")), form="number",
                         width=8),
            *(
                ExportColumn(key, title, stock_of(_homes(key)), form="number", width=10,
                             shown=False)
                for key, title in (("vacant", _("空置 套")), ("unknown", _("未采集 套")),
                                   ("uncoded", _("无正式码 套")))
            ),
            ExportColumn("fresh", _("周期内核实 套"), _fresh, form="number", width=10),
            ExportColumn("updated", _("变更日期"), TruncDate("updated_at"), form="day",
                         shown=False),
        ),
    ),
]  # fmt: skip
