"""The yardstick of pages: what Django needs to print rows of one query, and nothing else."""

import uuid
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from housing.models import DwellingUnit
from housing.views import yardstick
from portal.metrics.models import MetricValue
from portal.orgs.scope import level_of
from residents.ledgers import people_counts
from residents.models import Residence

LEVELS = {"committee": "committee_id", "street": "street_id"}


def _under(rows: "QuerySet[Any]", request: HttpRequest) -> "QuerySet[Any]":
    """Rows of the unit in the address; of all of them for the district."""
    unit = int(request.GET["unit"])
    column = LEVELS.get(level_of(unit))
    return rows.filter(**{column: unit}) if column else rows


def _keys(request: HttpRequest) -> list[uuid.UUID]:
    return [uuid.UUID(key) for key in request.GET.getlist("id")]


def residents(request: HttpRequest) -> HttpResponse:
    """A page of 50 people in the order of their addresses."""
    rows = Residence.objects.filter(status="active").order_by("address_key", "id")
    return render(request, "bare_residents.html", {"rows": _under(rows, request)[:50]})


def people(request: HttpRequest) -> HttpResponse:
    """The people with these keys."""
    rows = Residence.objects.filter(pk__in=_keys(request))
    return render(request, "bare_residents.html", {"rows": rows})


def dwellings(request: HttpRequest) -> HttpResponse:
    """A page of 50 dwellings in the order of their addresses."""
    rows = DwellingUnit.objects.order_by("address_key", "id")
    return render(request, "bare_dwellings.html", {"rows": _under(rows, request)[:50]})


def homes(request: HttpRequest) -> HttpResponse:
    """The dwellings with these keys."""
    rows = DwellingUnit.objects.filter(pk__in=_keys(request))
    return render(request, "bare_dwellings.html", {"rows": rows})


def board(request: HttpRequest) -> HttpResponse:
    """All dwellings of a building."""
    rows = DwellingUnit.objects.filter(building_id=request.GET["id"]).order_by("floor", "position")
    return render(request, "bare_dwellings.html", {"rows": rows})


def living(request: HttpRequest) -> HttpResponse:
    """Everybody who lives in a building, dwelling by dwelling."""
    rows = Residence.objects.filter(status="active", dwelling__building_id=request.GET["id"])
    ordered = rows.order_by("dwelling__floor", "dwelling__position", "id")
    return render(request, "bare_residents.html", {"rows": ordered})


def buildings(request: HttpRequest) -> HttpResponse:
    """A page of 50 buildings with what their dwellings come to, counted as the page counts them."""
    rows = _under(DwellingUnit.objects.filter(status="active"), request)
    counts = DwellingUnit.objects.totals(timezone.localdate(), yardstick().cycles)
    named = rows.order_by("building__sort_key", "building_id").values("building_id", *_BUILDING)
    return _counted(request, named.annotate(**counts)[:50])


def ledger(request: HttpRequest) -> HttpResponse:
    """The people of a committee by building and category."""
    rows = _under(Residence.objects.filter(status="active"), request)
    named = rows.order_by().values("dwelling__building_id", "dwelling__building__name")
    return _counted(request, named.annotate(**people_counts()))


_BUILDING = ("building__sort_key", "building__name", "building__estate_name", "building__storeys")


def _counted(request: HttpRequest, rows: "QuerySet[Any, Any]") -> HttpResponse:
    """Groups, each with what was counted in it."""
    return render(request, "bare_counts.html", {"rows": [list(row.values()) for row in rows]})


def values(request: HttpRequest) -> HttpResponse:
    """The stored numbers of some runs under the unit: by committee, the district's by street."""
    rows = _under(MetricValue.objects.filter(run_id__in=_keys(request)), request)
    part = "street_id" if level_of(int(request.GET["unit"])) == "district" else "committee_id"
    sums = rows.values("metric", part=F(part)).annotate(
        top=Sum("numerator"), bottom=Sum("denominator")
    )
    return render(request, "bare_values.html", {"rows": sums})


urlpatterns = [
    path(f"{view.__name__}/", view)
    for view in (residents, people, dwellings, homes, board, living, buildings, ledger, values)
]
