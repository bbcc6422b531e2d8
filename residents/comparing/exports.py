"""A comparison's result as a file for whoever sent the list: what became of each line, masked.

Of a row that differs the file names the fields, never our values. Paper: S-115.
"""

import json
import uuid
from datetime import date
from typing import Any

import django_filters
from django.db.models import CharField, Func, OuterRef, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.models import DwellingUnit
from portal.exchange.comparisons.kinds import MATCHED_BY
from portal.exchange.comparisons.models import ComparisonRow, Result
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.comparing.homes import DwellingComparison
from residents.comparing.people import PeopleComparison
from residents.models import Residence

#: Stands for nobody, in a row that met no record of ours.
NOBODY = uuid.UUID(int=0)


class ComparedFilter(django_filters.FilterSet):
    """One run, and the results that are wanted of it."""

    run = django_filters.UUIDFilter(label=_("比对"), required=True)
    result = django_filters.MultipleChoiceFilter(
        label=_("结果"), choices=[each for each in Result.choices if each[0] != Result.ELSEWHERE]
    )

    class Meta:
        model = ComparisonRow
        fields: list[str] = []


def conditions(scope: Scope, query: QueryDict, _day: date) -> ComparedFilter:
    """The rows of a run that may be looked at."""
    rows = ComparisonRow.objects.in_scope(scope).exclude(result__in=("", Result.ELSEWHERE))
    person = Coalesce("target_id", Value(NOBODY), output_field=UUIDField())
    return ComparedFilter(query, queryset=rows.annotate(person_key=person))


class _Titles(Func):
    """The titles of the fields that differ, by a table of names."""

    template = "(SELECT string_agg(%(expressions)s) AS named(key))"
    arg_joiner = "::jsonb ->> named.key, '、') FROM unnest("
    output_field = CharField()


def _differing(kind: Any) -> _Titles:
    names = {field.key: str(field.title) for field in kind.fields}
    return _Titles(Value(json.dumps(names)), "fields")


def _of_person(column: str) -> Subquery:
    rows: QuerySet[Any] = Residence.objects.filter(resident_id=OuterRef("target_id"))
    return Subquery(rows.order_by("status", "-is_primary", "-begin_on").values(column)[:1])


def _of_home(column: str) -> Subquery:
    return Subquery(DwellingUnit.objects.filter(pk=OuterRef("target_id")).values(column)[:1])


def _columns(*ours: ExportColumn, kind: Any) -> tuple[ExportColumn, ...]:
    return (
        ExportColumn("line", _("对方名单行号"), "line", form="number", width=14),
        ExportColumn("result", _("比对结果"), titled("result", Result.choices)),
        ExportColumn("matched", _("对上的依据"), titled("matched_by", MATCHED_BY.items()),
                     width=16),
        ExportColumn("fields", _("不一致的项"), _differing(kind), width=24),
        ExportColumn("committee", _("居（村）委"), committee_name, width=16),
        *ours,
    )  # fmt: skip


EXPORTS = [
    ExportKind(
        key="compared_people", title=_("人口比对结果"), unit=_("行"),
        capability=Capability.COMPARE_LISTS, filterset=conditions, order="line",
        address="comparisons:list", person="person_key", place="id", offered=False,
        columns=_columns(
            ExportColumn("name", _("本册姓名"), _of_person("name")),
            ExportColumn("number", _("本册证件号码"), _of_person("id_mask"), width=22),
            ExportColumn("address", _("本册地址"), _of_person("short_address"), width=30,
                         shown=False),
            kind=PeopleComparison,
        ),
    ),
    ExportKind(
        key="compared_dwellings", title=_("房屋比对结果"), unit=_("行"),
        capability=Capability.COMPARE_LISTS, filterset=conditions, order="line",
        address="comparisons:list", offered=False,
        columns=_columns(
            ExportColumn("address", _("本册地址"), _of_home("address"), width=36),
            ExportColumn("house_code", _("本册房屋编码"), _of_home("house_code"), width=26),
            kind=DwellingComparison,
        ),
    ),
]  # fmt: skip
