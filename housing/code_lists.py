"""The monthly list of house-code exceptions on the screen and as a file (S-81)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import django_filters
from django.db.models import Case, CharField, Q, Value, When
from django.http import QueryDict
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from housing.code_checks import MENDED, CodeCheck, CodeException, CodeExceptionQuerySet
from housing.codes import normalise_house_code
from housing.estate_lists import UNIT, columns_for
from housing.models import DwellingUnit
from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.addresses import address_of
from portal.ui.cells import Column, Empty, Tag
from portal.ui.filtering import fillable, offer
from portal.ui.listing import RegisterList

#: How many months can be chosen; two years back a list is for the archive.
MOST_MONTHS = 24
NOW = [("open", _("未处理")), ("mended", _("已处理"))]
FILLABLE = {
    "code": (_("当时编码"), Q(code="")),
    "detail": (_("说明"), Q(detail="")),
}


def months_of(scope: Scope) -> list[date]:
    """First days of the months of which the acting unit has lists, the latest first."""
    rows = CodeCheck.objects.in_scope(scope).published().order_by("-month")
    return list(rows.values_list("month", flat=True).distinct()[:MOST_MONTHS])


def month_title(month: date) -> str:
    return _gettext("%(year)d 年 %(month)d 月") % {"year": month.year, "month": month.month}


class CodeExceptionFilter(django_filters.FilterSet):
    """Conditions on lines; without a month those of the latest list."""

    q = django_filters.CharFilter(label=_("地址或编码"), method="by_text")
    month = django_filters.ChoiceFilter(
        label=_("月份"), method="by_month", empty_label=_("最近一期")
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    kind = django_filters.MultipleChoiceFilter(label=_("例外"), choices=CodeException.Kind.choices)
    now = django_filters.ChoiceFilter(
        label=_("现在"), choices=NOW, method="by_now", empty_label=_("不限")
    )
    blank, filled = fillable(FILLABLE)

    class Meta:
        model = CodeException
        fields: list[str] = []

    def __init__(
        self, *args: Any, scope: Scope, months: Sequence[date] | None = None, **kwargs: Any
    ) -> None:
        """:param months: of which there are lists, where somebody has asked already"""
        super().__init__(*args, **kwargs)
        self.months = months_of(scope) if months is None else months
        units = OrgUnit.objects.under(scope.unit).order_by("code")
        offer(self, unit=None if scope.level == "committee" else units)
        if "month" in self.filters:
            choices = [(f"{each:%Y-%m}", month_title(each)) for each in self.months]
            self.filters["month"].extra["choices"] = choices

    def filter_queryset(self, queryset: CodeExceptionQuerySet) -> CodeExceptionQuerySet:
        rows: CodeExceptionQuerySet = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("month"):
            return rows
        return rows.filter(month=self.months[0]) if self.months else rows.none()

    def by_text(self, rows: CodeExceptionQuerySet, _name: str, value: str) -> CodeExceptionQuerySet:
        words = normalise_house_code(value)
        found = Q(place__contains=words) | Q(code__startswith=words)
        return rows.filter(found) if words else rows

    def by_month(
        self, rows: CodeExceptionQuerySet, _name: str, value: str
    ) -> CodeExceptionQuerySet:
        return rows.filter(month=date.fromisoformat(f"{value}-01"))

    def by_unit(
        self, rows: CodeExceptionQuerySet, _name: str, value: OrgUnit
    ) -> CodeExceptionQuerySet:
        return rows.under(value.code)

    def by_now(self, rows: CodeExceptionQuerySet, _name: str, value: str) -> CodeExceptionQuerySet:
        return rows.mended() if value == "mended" else rows.still_open()


def _since_then(row: Any) -> Any:
    """What has become of it: read from the dwelling or the request as they stand."""
    return Tag(_("已处理"), "ok") if row.is_mended else Tag(_("未处理"), "warn")


def _stands(row: Any) -> str:
    """How the dwelling or the request stands now, in words."""
    if row.kind == CodeException.Kind.LATE:
        if row.request is None:
            return ""
        decided = row.request.decided_at
        return f"{row.request.get_state_display()}{f' {decided:%Y-%m-%d}' if decided else ''}"
    if row.dwelling is None:
        return _gettext("误导入，已撤回")
    if row.dwelling.status != DwellingUnit.Status.ACTIVE:
        return str(row.dwelling.get_status_display())
    return row.dwelling.house_code or str(row.dwelling.get_code_state_display())


class CodeExceptionList(RegisterList):
    """Lines of a month's list in address order, with what has become of each."""

    key = "code_exceptions"
    filterset_class = CodeExceptionFilter
    peeks = True
    unit = _("条")
    caption = _("房屋编码例外清单")
    default_sort = "place"
    columns: Sequence[Column] = (
        Column("place", _("地址"), kind="name", sort="sort_key", fixed=True),
        UNIT,
        Column("kind", _("例外"), cell="get_kind_display"),
        Column("code", _("当时编码"), kind="code"),
        Column("since", _("起始日期"), kind="day"),
        Column("days", _("持续 天"), kind="number"),
        Column("detail", _("说明"), kind="second"),
        Column("now", _("现在"), _since_then),
        Column("stands", _("现在的编码或办理"), _stands, kind="code"),
    )  # fmt: skip

    def __init__(self, *args: Any, scope: Scope, months: Sequence[date], **kwargs: Any) -> None:
        conditions = {"scope": scope, "months": months}
        super().__init__(*args, filter_context=conditions, **kwargs)
        self.columns = columns_for(scope, self.columns)
        made = _("这个月没有例外"), _("在册房屋的编码到月末都合规")
        waits = _("还没有清单"), _("每月第三个工作日晚上月结时生成上个月的清单")
        self.empty = Empty(*(made if months else waits), icon="check")

    def row_url(self, row: CodeException) -> str:
        if row.kind == CodeException.Kind.LATE:
            return address_of("housing:code_request", row.request_id) if row.request_id else ""
        # what an import took back has no page any more
        return address_of("housing:dwelling", row.dwelling_id) if row.dwelling_id else ""

    def row_css(self, row: Any) -> str:
        return "is-muted" if row.is_mended else ""

    def dress(self, rows: list[Any]) -> None:
        """Tell each row whether it is in order by now."""
        keys = [row.pk for row in rows]
        mended = set(
            CodeException.objects.filter(pk__in=keys).mended().values_list("pk", flat=True)
        )
        for row in rows:
            row.is_mended = row.pk in mended


def conditions(scope: Scope, query: QueryDict, _day: date) -> CodeExceptionFilter:
    """The conditions of the list over the published lines in scope."""
    rows = CodeException.objects.in_scope(scope).published()
    return CodeExceptionFilter(query, queryset=rows, scope=scope)


STANDS = Case(
    When(kind="late", then=titled("request__state", [
        ("waiting", _("待审批")), ("approved", _("已同意")), ("returned", _("已退回")),
        ("withdrawn", _("已撤回")),
    ])),
    When(~Q(dwelling__status="active"),
         then=titled("dwelling__status", DwellingUnit.Status.choices)),
    default="dwelling__house_code", output_field=CharField(),
)  # fmt: skip
EXPORTS = [
    ExportKind(
        key="code_exceptions", title=_("房屋编码例外清单"), unit=_("条"),
        capability=Capability.VIEW_REGISTER, filterset=conditions, order="sort_key",
        address="housing:code_exceptions", offered=False,
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("place", _("地址"), "place", width=36),
            ExportColumn("kind", _("例外"), titled("kind", CodeException.Kind.choices), width=16),
            ExportColumn("code", _("当时编码"), "code", width=26),
            ExportColumn("since", _("起始日期"), "since", form="day"),
            ExportColumn("days", _("持续 天"), "days", form="number", width=10),
            ExportColumn("month", _("月份"), "month", form="day"),
            ExportColumn("detail", _("说明"), "detail", width=28),
            ExportColumn("now", _("现在"), Case(
                When(MENDED, then=Value(str(NOW[1][1]))), default=Value(str(NOW[0][1])),
                output_field=CharField(),
            )),
            ExportColumn("stands", _("现在的编码或办理"), STANDS, width=26),
        ),
    ),
]  # fmt: skip
