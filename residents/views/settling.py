"""From a lead into the register: an act that was opened from a lead ends it as well."""

import uuid
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from portal.orgs.access import PortalRequest
from residents import services
from residents.models import Lead


def lead_of(request: PortalRequest) -> Lead | None:
    """The open lead that the address names, in scope; None for any other word."""
    key = _key(request)
    if key is None:
        return None
    return Lead.objects.in_scope(request.scope).open().filter(pk=key).first()


def settle(
    request: PortalRequest, act: Callable[[], services.Registered | None]
) -> str:  # fmt: skip
    """Do an act, and where the address names a lead, end that with it; says where to go on to.

    Blank where no lead is concerned, or the act changed nothing.

    :raises UnableToFollowUp: the lead has ended meanwhile
    """
    key = _key(request)
    if key is None or not Lead.objects.in_scope(request.scope).filter(pk=key).exists():
        act()
        return ""
    lead = services.register_for_lead(lead_id=key, act=act, by=request.scope, at=timezone.now())
    return "" if lead.is_open else reverse("residents:lead", args=[lead.pk])


def _key(request: PortalRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("lead", ""))
    except ValueError:
        return None


def of_household(saved: Any) -> services.Registered | None:
    """What a saved household came to, as a lead tells it; None when nothing changed."""
    people = [row.resident_id for row in (*saved.added, *saved.left)]
    people += [person.pk for person in saved.changed] + [row.resident_id for row in saved.asked]
    if not people:
        return None
    result = Lead.Result.CHANGE
    if saved.added or saved.asked:
        result = Lead.Result.NEW
    elif saved.left and not saved.changed:
        result = Lead.Result.CANCEL
    return services.Registered(result.value, saved.dwelling.pk, tuple(people))
