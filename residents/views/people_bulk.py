"""One act on several people or homes of a list: who left, was welcomed; homes unchanged or empty.

Paper: S-21, S-80, S-117.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from housing.filters import filter_context
from housing.models import DwellingUnit
from housing.views.dwellings import FilteredDwellings
from portal.jobs.bulk import BulkForm, is_agreed
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from residents import services
from residents.forms import RoundForm, SeveralLeaveForm, WelcomeForm
from residents.models import Residence
from residents.newcomers import not_welcomed
from residents.views import lists, newcomers


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def leave(request: PortalRequest) -> HttpResponse:
    """End the episodes of the chosen people, who left on one day and for one reason."""
    scope, today = request.scope, timezone.localdate()
    rows = Residence.objects.in_scope(scope)
    posted = request.POST if is_agreed(request) else None
    form = SeveralLeaveForm(posted, initial={"ended_on": today})
    asked = BulkForm(
        title=_("注销选中人员的登记"), verb=_("注销"), unit=lists.Register.unit, field="ended_on",
        action=reverse("residents:leave_several"), where=reverse("residents:list"),
        said=_("已注销 %(n)s 人的登记"),
    )  # fmt: skip
    return asked.respond(
        request, lists.Register.picked(request, rows, **filter_context(scope, today)), form,
        lambda row: (row.name, services.why_not_deregistered(row)),
        lambda keys: services.deregister_several(
            residence_ids=keys, by=scope, at=timezone.now(), **form.cleaned_data
        ),
        (services.UnableToDeregister,),
    )  # fmt: skip


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def welcome(request: PortalRequest) -> HttpResponse:
    """Note that the welcome sheet was handed to the chosen newcomers, and how."""
    scope, today = request.scope, timezone.localdate()
    rows = not_welcomed(Residence.objects.in_scope(scope), today)
    posted = request.POST if is_agreed(request) else None
    form = WelcomeForm(posted, initial={"handed_on": today, "form": "paper", "language": "zh"})
    asked = BulkForm(
        title=_("登记选中的来沪人员已告知"), verb=_("登记告知"), unit=newcomers.Listing.unit,
        action=reverse("residents:welcome_several"), where=reverse("residents:newcomers"),
        said=_("已登记告知 %(n)s 人"), field="handed_on",
    )  # fmt: skip
    chosen = newcomers.Listing.picked(request, rows, **newcomers.conditions(scope, today))
    return asked.respond(
        request, chosen, form, lambda row: (row.name, ""),
        lambda keys: services.welcome_newcomers(
            residence_ids=keys, by=scope, at=timezone.now(), **form.cleaned_data
        ),
        (services.UnableToFollowUp,),
    )  # fmt: skip


@require_POST
@needs(Capability.VERIFY)
def verify(request: PortalRequest) -> HttpResponse:
    """Note that the chosen homes were visited and nothing changed."""
    walk = services.round_of(request.scope, timezone.now())
    asked = _about_homes(
        "verify_several", _("选中的房屋核实无变化"), _("登记核实无变化"),
        _("已登记 %(n)s 套核实无变化"),
    )  # fmt: skip
    return _on_homes(request, asked, walk.why_not_verified, services.verify_dwellings)


@require_POST
@needs(Capability.VERIFY)
def vacant(request: PortalRequest) -> HttpResponse:
    """Note that the chosen homes were found empty."""
    walk = services.round_of(request.scope, timezone.now())
    asked = _about_homes(
        "vacant_several", _("选中的房屋登记为空置"), _("登记空置"), _("已登记空置 %(n)s 套")
    )
    return _on_homes(request, asked, walk.why_not_vacant, services.note_vacant)


def _about_homes(name: str, title: str, verb: str, said: str) -> BulkForm:
    return BulkForm(
        title=title, verb=verb, unit=FilteredDwellings.unit, said=said, field="visited_on",
        action=reverse(f"residents:{name}"), where=reverse("housing:list"),
    )  # fmt: skip


def _on_homes(
    request: PortalRequest, asked: BulkForm, why_not: Callable[[DwellingUnit], str],
    act: Callable[..., Done],
) -> HttpResponse:  # fmt: skip
    """The dialog about the chosen homes, or the act on them."""
    scope, today = request.scope, timezone.localdate()
    rows = services.homes_with_people(DwellingUnit.objects.in_scope(scope))
    posted = request.POST if is_agreed(request) else None
    form = RoundForm(posted, initial={"visited_on": today})

    def do(keys: Sequence[Any]) -> Done:
        return act(dwelling_ids=keys, by=scope, at=timezone.now(), **form.cleaned_data)

    return asked.respond(
        request, FilteredDwellings.picked(request, rows, **filter_context(scope, today)), form,
        lambda unit: (unit.short_address, why_not(unit)), do, (services.UnableToVerify,),
    )  # fmt: skip
