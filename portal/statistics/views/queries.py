"""The statistics query: a table of counts, as a page, on paper and as a file.

Paper: S-115.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.audit.record import record
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.tables import answer, written_on
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.posts import system_scope
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.statistics import tables
from portal.statistics.features import FEATURES
from portal.statistics.forms import TableForm
from portal.statistics.methods import method_of
from portal.statistics.services import last_day
from portal.statistics.structure import Structure
from portal.statistics.tables import Asked, Table
from portal.ui.cells import SavedView
from portal.ui.keeping import VIEW, Choices
from portal.ui.pages import page

#: Under which the user's own queries are kept.
KEPT_AS = "statistics"
UNIT = "of"


@dataclass(frozen=True)
class Keeping:
    """The user's own queries, and the one that is seen, as the form to keep one asks for them."""

    request: PortalRequest
    views: tuple[SavedView, ...]
    key: str = KEPT_AS
    kept_columns: str = ""

    @property
    def own_view(self) -> SavedView | None:
        return next((v for v in self.views if v.key == self.request.GET.get(VIEW)), None)

    @property
    def keepable(self) -> str:
        return _kept(self.request).urlencode()


@dataclass(frozen=True)
class Query:
    """What the address asks for, and the table that it gives."""

    form: TableForm
    asked: Asked
    table: Table


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def query(request: PortalRequest) -> HttpResponse:
    """A table of the months' ends, with its conditions; without a month, what to wait for."""
    unit = _unit(request)
    context: dict[str, Any] = {
        "unit": unit,
        "own": unit.pk == request.scope.unit,
        "keeping": Keeping(request, Choices.of(request, KEPT_AS).views),
        "kept": _kept(request).urlencode(),
        "may_export": request.scope.may(Capability.EXPORT_MASKED),
    }
    found = _query(request, unit)
    if found is not None:
        context |= {
            "form": found.form, "asked": found.asked, "table": found.table,
            "legend": tables.legend(), "day": last_day(found.asked.month),
        }  # fmt: skip
    return page(request, "statistics/query.html", context)


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def sheet(request: PortalRequest) -> HttpResponse:
    """The same table on paper."""
    unit = _unit(request)
    found = _query(request, unit)
    if found is None:
        raise Http404
    context = {
        "unit": unit, "asked": found.asked, "table": found.table, "legend": tables.legend(),
        "day": last_day(found.asked.month),
    }  # fmt: skip
    return page(request, "statistics/sheet.html", context)


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def structure(request: PortalRequest) -> HttpResponse:
    """Structure and flow of the population: age and sex, categories, who came and left."""
    unit = _unit(request)
    known = tables.months(unit.pk)
    shown = None
    if known:
        asked = request.GET.get("month", "")
        month = next((each for each in known if f"{each:%Y-%m}" == asked), known[0])
        shown = Structure(unit, _parts(unit, month), known, month, request.scope)
    context = {
        "unit": unit, "own": unit.pk == request.scope.unit, "shown": shown, "known": known,
        "legend": tables.legend(), "day": last_day(shown.month) if shown else None,
    }  # fmt: skip
    return page(request, "statistics/structure.html", context)


@needs(Capability.EXPORT_MASKED)
@require_GET
def export(request: PortalRequest) -> HttpResponse:
    """The table as it is shown, as a workbook; that somebody took it is an event."""
    scope, at = request.scope, timezone.now()
    if not scope.may(Capability.VIEW_DASHBOARD):
        raise Http404
    unit = _unit(request)
    found = _query(request, unit)
    if found is None:
        raise Http404
    rows = list(_lines(found.table))
    number = f"TJ-{at:%Y%m%d%H%M%S}"
    day = last_day(found.asked.month)
    conditions = [unit.name, _("截至 %(day)s") % {"day": day}, *found.asked.conditions]
    content = written_on(
        _columns(found.table), rows, number=number, by=scope, at=at, title=_("统计查询"),
        conditions=[*conditions, tables.legend()], method=method_of(found.asked),
    )  # fmt: skip
    record(
        "statistics.exported", by=scope, at=at, committee=unit.pk,
        changes={"number": number, "count": len(rows), "query": _kept(request).urlencode()},
    )  # fmt: skip
    return answer(content, number)


def _columns(table: Table) -> list[ExportColumn]:
    """Text throughout: a hidden count is no number, and none is ever added up by itself."""
    heads = [table.head, *table.columns, _("合计")]
    return [
        ExportColumn(str(place), title, "", width=16 if place == 0 else 12)
        for place, title in enumerate(heads)
    ]


def _lines(table: Table) -> list[list[str]]:
    lines = [*table.rows, *([table.total] if table.total else [])]
    return [
        [row.title, *map(tables.written, row.counts), tables.written(row.total)] for row in lines
    ]


def _query(request: PortalRequest, unit: OrgUnit) -> Query | None:
    """None while no month has been kept."""
    known = tables.months(unit.pk)
    if not known:
        return None
    form = TableForm(request.GET if _is_asked(request) else None, unit=unit, known=known)
    asked = form.asked
    parts = _parts(unit, asked.month)
    return Query(form, asked, tables.table(asked, parts, known, request.scope))


def _parts(unit: OrgUnit, month: date) -> list[OrgUnit]:
    """The units below, as they were at the month's end."""
    return _parts_on.rows(system_scope(unit.pk, ""), day=last_day(month))


@Prepared
def _parts_on(scope: Scope, *, day: date) -> QuerySet[OrgUnit]:
    return OrgUnit.objects.filter(parent_id=scope.unit).on(day).order_by("code")


def _is_asked(request: PortalRequest) -> bool:
    return any(name in TableForm.base_fields or name in FEATURES for name in request.GET)


def _kept(request: PortalRequest) -> QueryDict:
    """What of the address a saved query holds: never the unit, which is whoever's it is."""
    kept = request.GET.copy()
    for name in (VIEW, UNIT):
        kept.pop(name, None)
    return kept


def _unit(request: PortalRequest) -> OrgUnit:
    """The unit asked for, else the acting one; foreign and absent ones are a 404."""
    asked = request.GET.get(UNIT) or str(request.scope.unit)
    if not (asked.isascii() and asked.isdigit()) or not request.scope.covers(int(asked)):
        raise Http404
    unit = _with_parent.first(system_scope(int(asked), ""))
    if unit is None:
        raise Http404
    return unit


@Prepared
def _with_parent(scope: Scope) -> QuerySet[OrgUnit]:
    return OrgUnit.objects.select_related("parent").filter(pk=scope.unit)
