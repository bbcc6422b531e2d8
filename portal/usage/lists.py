"""Committees with what they told of the municipal system: conditions, columns, and as a file.

Paper: S-10, S-111.
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.kinds import ExportColumn, ExportKind, unit_name
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit, OrgUnitQuerySet
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from portal.ui.addresses import address_if_any
from portal.ui.cells import Column, Empty, Tag
from portal.ui.filtering import offer
from portal.ui.listing import RegisterList
from portal.usage.standing import REACHED, SHORT, UNTOLD, has_reached, with_use
from portal.usage.window import latest_months, month_end, month_of

#: How many months can be looked at, this one included.
MONTHS = 12
STATES = {
    "reached": (_("达到 8 天"), REACHED),
    "short": (_("未达到（含未填报）"), SHORT),
    "untold": (_("未填报"), UNTOLD),
}


def month_title(month: date) -> str:
    return _gettext("%(year)d 年 %(month)d 月") % {"year": month.year, "month": month.month}


class UsageFilter(django_filters.FilterSet):
    """Conditions on committees. The window ends today, or with the month that is asked for."""

    q = django_filters.CharFilter(label=_("居（村）委名称"), method="by_text")
    month = django_filters.ChoiceFilter(label=_("截至"), method="by_month", empty_label=_("今天"))
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    state = django_filters.ChoiceFilter(
        label=_("情况"), choices=[(key, title) for key, (title, _condition) in STATES.items()],
        method="by_state", empty_label=_("不限"),
    )  # fmt: skip

    class Meta:
        model = OrgUnit
        fields: list[str] = []

    def __init__(self, *args: Any, scope: Scope, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)
        if "month" in self.filters:
            earlier = latest_months(today, MONTHS)[1:]
            self.filters["month"].extra["choices"] = [
                (f"{month:%Y-%m}", month_title(month)) for month in earlier
            ]

    @property
    def day(self) -> date:
        """Where the window ends: today, or the end of the month that is asked for."""
        asked = self.form.cleaned_data.get("month") if self.is_valid() else ""
        month = month_of(asked or "")
        return month_end(month) if month else self.today

    def filter_queryset(self, queryset: OrgUnitQuerySet) -> OrgUnitQuerySet:
        rows: OrgUnitQuerySet = super().filter_queryset(with_use(queryset, self.day))
        return rows

    def by_text(self, rows: OrgUnitQuerySet, _name: str, value: str) -> OrgUnitQuerySet:
        words = value.strip()
        return rows.filter(Q(name__contains=words) | Q(initials__startswith=words.lower()))

    def by_month(self, rows: OrgUnitQuerySet, _name: str, _value: str) -> OrgUnitQuerySet:
        return rows  # the rows are those of the month already

    def by_unit(self, rows: OrgUnitQuerySet, _name: str, value: OrgUnit) -> OrgUnitQuerySet:
        return rows.under(value.code)

    def by_state(self, rows: OrgUnitQuerySet, _name: str, value: str) -> OrgUnitQuerySet:
        return rows.filter(STATES[value][1])


def _state(row: Any) -> Tag:
    if not row.told:
        return Tag(_("未填报"), "warn")
    return Tag(_("达到"), "ok") if has_reached(row) else Tag(_("未达到"))


class UsageList(RegisterList):
    """Committees in the order of their codes, never of their numbers."""

    key = "system_usage"
    filterset_class = UsageFilter
    unit = _("个")
    caption = _("市系统使用")
    default_sort = "code"
    columns: Sequence[Column] = (
        Column("name", _("居（村）委"), kind="name", fixed=True),
        Column("street", _("街道（镇）"), cell="parent.short_name", kind="second"),
        Column("state", _("情况"), _state),
        Column("used", _("使用 天"), kind="number"),
        Column("told", _("已填 天"), kind="number"),
        Column("sessions", _("有目的使用 次"), kind="number"),
        Column("told_last", _("最近填到"), kind="day"),
        Column("code", _("区划代码"), kind="code", sort="code"),
    )
    empty = Empty(_("没有居（村）委"), _("本单位下没有居（村）委"), icon="committee")

    def __init__(self, *args: Any, scope: Scope, today: date, **kwargs: Any) -> None:
        super().__init__(*args, filter_context={"scope": scope, "today": today}, **kwargs)
        if scope.level != "district":
            self.columns = [column for column in self.columns if column.key != "street"]
        self.today, self._scope = today, scope

    @property
    def day(self) -> date:
        """Where the window ends that the list tells of."""
        found = self.filterset
        return found.day if isinstance(found, UsageFilter) else self.today

    @property
    def month_query(self) -> str:
        """What an address keeps of the month that is looked at, with a `&` behind; mostly blank."""
        return "" if self.day == self.today else f"month={self.day:%Y-%m}&"

    def row_url(self, row: OrgUnit) -> str:
        where = address_if_any("usage:days", row.pk)
        return f"{where}?{self.month_query.rstrip('&')}" if self.month_query else where

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many committees there are on the day, how many fall short, how many told nothing."""
        return counts_on.rows(self._scope, self.day)[0]

    def _counted(self) -> tuple[int, bool]:
        if self.chips or self.filter_errors:
            return super()._counted()
        return self.counts["all"], True  # the head of the page has counted them already


def committees(scope: Scope) -> OrgUnitQuerySet:
    """The committees under the acting unit, of any time."""
    return OrgUnit.objects.under(scope.unit).committees()


@Prepared
def counts_on(scope: Scope, day: date) -> "QuerySet[Any, dict[str, int]]":
    """How many committees under the acting unit exist on a day, and how they stand."""
    return counted(
        with_use(committees(scope), day), all=Q(pk__isnull=False), short=SHORT, untold=UNTOLD
    )


def conditions(scope: Scope, query: QueryDict, day: date) -> UsageFilter:
    """The conditions of the list over the committees in scope."""
    return UsageFilter(query, queryset=committees(scope), scope=scope, today=day)


STATE = Case(
    When(UNTOLD, then=Value(str(STATES["untold"][0]))),
    When(REACHED, then=Value(str(STATES["reached"][0]))),
    default=Value("未达到"), output_field=CharField(),
)  # fmt: skip
EXPORTS = [
    ExportKind(
        key="system_usage", title=_("市系统使用情况"), unit=_("个"),
        capability=Capability.VIEW_DASHBOARD, filterset=conditions, order="code",
        address="usage:list", offered=False,
        columns=(
            ExportColumn("name", _("居（村）委"), "name", width=20),
            ExportColumn("street", _("街道（镇）"), lambda _day: unit_name("parent_id"), width=16),
            ExportColumn("state", _("情况"), STATE, width=12),
            ExportColumn("used", _("使用 天"), "used", form="number", width=10),
            ExportColumn("told", _("已填 天"), "told", form="number", width=10),
            ExportColumn("sessions", _("有目的使用 次"), "sessions", form="number", width=14),
            ExportColumn("told_last", _("最近填到"), "told_last", form="day"),
            ExportColumn("code", _("区划代码"), "code", width=16),
        ),
    ),
]  # fmt: skip
