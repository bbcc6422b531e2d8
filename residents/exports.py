"""The population register as a file: the list's columns and conditions, numbers masked (D-6)."""

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, F, Func, IntegerField, Value
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES
from housing.models import Building
from portal.exchange.exports.kinds import (
    ExportColumn,
    ExportKind,
    committee_name,
    titled,
)
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.exporting import worst_problem
from residents.categories import POPULATION_CATEGORIES, RELATIONS, RESIDENCE_REASONS, SEXES
from residents.completeness import years_before
from residents.filters import ResidenceFilter
from residents.models import Residence

OLDEST = 150


def years(day: date) -> Combinable:
    """Full years of age on `day`, as `identity.age_on` counts them: a look-up of the birth."""
    too_young = [years_before(day, age) + timedelta(days=1) for age in range(OLDEST, 0, -1)]
    younger_than = Func(
        F("birth_date"), Value(too_young, output_field=ArrayField(DateField())),
        function="width_bucket", output_field=IntegerField(),
    )  # fmt: skip
    return Value(OLDEST) - younger_than


def conditions(scope: Scope, query: QueryDict, day: date) -> ResidenceFilter:
    """The list's conditions over the rows in scope."""
    buildings = Building.objects.in_scope(scope).existing().in_walking_order()
    return ResidenceFilter(
        query, queryset=Residence.objects.in_scope(scope), day=day, scope=scope,
        buildings=buildings if scope.level == "committee" else Building.objects.none(),
    )  # fmt: skip


EXPORTS = [
    ExportKind(
        key="residents", title=_("实有人口"), unit=_("人"), capability=Capability.VIEW_REGISTER,
        filterset=conditions, order="address_key", address="residents:list",
        person="resident_id", place="dwelling_id",
        columns=(
            ExportColumn("name", _("姓名"), "name"),
            ExportColumn("sex", _("性别"), titled("sex", SEXES.entries), width=8),
            ExportColumn("age", _("年龄"), years, form="number", width=8),
            ExportColumn("number", _("证件号码"), "id_mask", width=22),
            ExportColumn("category", _("类别"), titled("category", POPULATION_CATEGORIES.entries)),
            ExportColumn("origin", _("户籍地"), "origin", width=18),
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("address", _("居住地址"), "short_address", width=30),
            ExportColumn("full_address", _("详细地址"), "dwelling__address", width=36, shown=False),
            ExportColumn("occupancy", _("居住类型"),
                         titled("occupancy", OCCUPANCY_STATUSES.entries)),
            ExportColumn("phone", _("手机"), "phone_mask", width=14),
            ExportColumn("relation", _("与户主关系"), titled("relation", RELATIONS.entries),
                         shown=False),
            ExportColumn("reason", _("居住事由"), titled("reason", RESIDENCE_REASONS.entries),
                         shown=False),
            ExportColumn("begin", _("入住日期"), "begin_on", form="day", shown=False),
            ExportColumn("registered", _("登记日期"), "registered_on", form="day", shown=False),
            ExportColumn("due", _("应核实日期"), "due_on", form="day", shown=False),
            ExportColumn("by", _("核实人"), "verified_by", shown=False),
            ExportColumn("verified", _("最近核实"), "verified_on", form="day"),
            ExportColumn("problem", _("问题"), worst_problem("pk"), width=24),
        ),
    ),
]  # fmt: skip
