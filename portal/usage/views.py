"""The use of the municipal system: the list of committees, a month's grid, one committee's days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.exchange.exports.kinds import may_export
from portal.jobs.acts import act_once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.ui.pages import UNPROCESSABLE, done, page
from portal.usage import services
from portal.usage.forms import DaysForm, refused
from portal.usage.lists import MONTHS, UsageList, committees, month_title
from portal.usage.models import SystemUsage
from portal.usage.pages import grid, weeks
from portal.usage.window import (
    ENOUGH,
    WINDOW,
    latest_months,
    month_of,
    window_of,
    working_days_of,
)


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def listing(request: PortalRequest) -> HttpResponse:
    """The committees under the acting unit with their last 22 working days."""
    scope, today = request.scope, timezone.localdate()
    found = UsageList(request, committees(scope).select_related("parent"), scope=scope, today=today)
    days = window_of(found.day)
    context = {
        "may_export": may_export(scope, found.key), "may_send": _may_send(request),
        "first": days[0], "last": days[-1], "window": WINDOW, "enough": ENOUGH,
        "counts": found.counts,
    }  # fmt: skip
    return found.respond("usage/list.html", context)


def _may_send(request: PortalRequest) -> bool:
    scope = request.scope
    return scope.may(Capability.IMPORT_FILES) and scope.may(Capability.TELL_USAGE)


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def own(request: PortalRequest) -> HttpResponse:
    """Where the acting post begins: a committee with its days, others with their committees."""
    if request.scope.level == "committee":
        return done(request, reverse("usage:days", args=[request.scope.unit]))
    return done(request, reverse("usage:list"))


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def month(request: PortalRequest) -> HttpResponse:
    """A street's committees by the working days of a month; the district chooses the street."""
    scope, today = request.scope, timezone.localdate()
    months = latest_months(today, MONTHS)
    chosen = _month_asked(request, months) or months[0]
    streets = OrgUnit.objects.under(scope.unit).on(today).streets().order_by("code")
    offered = list(streets) if scope.level == "district" else []
    asked = request.GET.get("unit", "")
    street = next((each for each in offered if str(each.pk) == asked), None) or next(
        iter(offered), None
    )
    within = street.pk if street else scope.unit
    days = [day for day in working_days_of(chosen) if day <= today]
    units = OrgUnit.objects.under(within).on(days[-1] if days else today).committees()
    context = {
        "months": [(f"{each:%Y-%m}", month_title(each)) for each in months],
        "month": f"{chosen:%Y-%m}", "streets": offered, "street": street, "days": days,
        "lines": grid(units.order_by("code"), days, within) if days else [],
        "crumbs": _crumbs(_("按月查看")),
    }  # fmt: skip
    return page(request, "usage/month.html", context)


def _month_asked(request: PortalRequest, months: Sequence[date]) -> date | None:
    asked = month_of(request.GET.get("month", ""))
    return asked if asked in months else None


def _crumbs(title: str) -> list[dict[str, object]]:
    return [{"title": _("市系统使用"), "url": reverse("usage:list")}, {"title": title, "url": ""}]


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def days(request: PortalRequest, code: int) -> HttpResponse:
    """A committee's last 22 working days, or those of a month, each with a field."""
    unit = _in_sight(request, code)
    asked, held = _days_asked(request), _held(unit)
    return _days_page(request, unit, asked, held, DaysForm(days=asked, held=held))


@needs(Capability.TELL_USAGE)
@require_POST
def tell(request: PortalRequest, code: int) -> HttpResponse:
    """Keep the days that were changed; a refusal keeps all that was typed."""
    unit = _in_sight(request, code)
    asked, held = _days_asked(request), _held(unit)
    form = DaysForm(request.POST, days=asked, held=held)
    if not form.is_valid():
        return _days_page(request, unit, asked, held, form, status=UNPROCESSABLE)
    told = form.told()

    def act() -> None:
        services.tell_days(committee=unit.pk, told=told, by=request.scope, at=timezone.now())

    try:
        where = act_once(request, act, where=_address(unit, _month_asked_of(request)))
    except services.UnableToTell as why:
        again = refused(request.POST, form, held, why)
        return _days_page(request, unit, asked, held, again, status=UNPROCESSABLE)
    said = _("已保存 %(n)d 天") % {"n": len(told)} if told else _("没有改动")
    return done(request, where, said)


def _in_sight(request: PortalRequest, code: int) -> OrgUnit:
    """The committee; 404 where it is foreign or there is none."""
    found = committees(request.scope).filter(pk=code).select_related("parent").first()
    if found is None:
        raise Http404
    return found


def _month_asked_of(request: PortalRequest) -> date | None:
    return _month_asked(request, latest_months(timezone.localdate(), MONTHS))


def _days_asked(request: PortalRequest) -> list[date]:
    """The working days of the month in the address, else the window up to today."""
    today, chosen = timezone.localdate(), _month_asked_of(request)
    of_month = [day for day in working_days_of(chosen) if day <= today] if chosen else []
    return of_month or window_of(today)


def _held(unit: OrgUnit) -> dict[date, int]:
    """All that is known of a committee's days: a year's are some 250."""
    since = latest_months(timezone.localdate(), MONTHS + 1)[-1]
    rows = SystemUsage.objects.under(unit.pk).filter(day__gte=since)
    return dict(rows.values_list("day", "sessions"))


def _address(unit: OrgUnit, chosen: date | None) -> str:
    where = reverse("usage:days", args=[unit.pk])
    return f"{where}?month={chosen:%Y-%m}" if chosen else where


def _days_page(
    request: PortalRequest, unit: OrgUnit, asked: Sequence[date], held: Mapping[date, int],
    form: DaysForm, *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    may_tell, window = request.scope.may(Capability.TELL_USAGE), window_of(timezone.localdate())
    chosen = _month_asked_of(request)
    context: dict[str, Any] = {
        "unit": unit, "form": form, "may_tell": may_tell, "may_send": _may_send(request),
        "weeks": weeks(asked, held, form if may_tell else None),
        "action": reverse("usage:tell", args=[unit.pk])
        + (f"?month={chosen:%Y-%m}" if chosen else ""),
        "months": [
            (f"{each:%Y-%m}", month_title(each))
            for each in latest_months(timezone.localdate(), MONTHS)
        ],
        "month": f"{chosen:%Y-%m}" if chosen else "",
        "first": window[0], "last": window[-1], "window": WINDOW, "enough": ENOUGH,
        "used": sum(bool(held.get(day)) for day in window),
        "told": sum(day in held for day in window),
        "crumbs": _crumbs(unit.name),
    }  # fmt: skip
    return page(request, "usage/days.html", context, status=status)
