"""No post is shown a control that leads it to a refusal (ui.md 3.3)."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import Resolver404, resolve
from django.utils import timezone

from permits.models import ResidencePermit
from portal.orgs.acting import acting
from portal.quality import services
from tests.metrics.builders import CLOCK, altered
from tests.permits.builders import an_incomer, issued
from tests.residents.builders import backdated

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|hx-get|data-url|action)="(/[^"?#]*)')


@pytest.fixture
def work(cast, at):
    """Somebody without a phone, a dwelling to verify and a permit that runs out."""
    clerk = cast.scope("clerk")
    residence = an_incomer(cast)
    permit = issued(cast, residence)
    backdated(clerk, residence, 95)
    altered(clerk, residence, phone_mask="")
    with acting(CLOCK):
        services.check_unit(unit=CLOCK.unit, by=CLOCK, at=at)
    with acting(clerk):
        today = timezone.localdate()
        ResidencePermit.objects.filter(pk=permit.pk).update(
            first_issued_on=today - timedelta(days=360), issued_on=today - timedelta(days=360),
            valid_to=today + timedelta(days=5),
        )  # fmt: skip
    return residence


def refused(cast, key, page):
    """Addresses on a page whose view asks for a capability that the post lacks."""
    response = cast.client(key).get(page, follow=True)
    if response.status_code == 403:
        return []
    assert response.status_code == 200, page
    found = []
    for address in set(LINK.findall(response.content.decode())):
        try:
            view = resolve(html.unescape(address)).func
        except Resolver404:
            continue
        capability = getattr(view, "capability", None)
        if capability is not None and not cast.scope(key).may(capability):
            found.append(address)
    return found


@pytest.mark.parametrize(
    "key",
    ["clerk", "collector", "lead", "street", "staff", "district", "analyst",
     "secadmin", "window"],
)  # fmt: skip
def test_no_post_is_led_to_a_refusal(cast, work, key):
    pages = [
        "/", "/todo/", "/quality/", "/quality/?rule=R-190", "/help/numbers/", "/residents/",
        f"/residents/{work.resident_id}/", f"/housing/dwellings/{work.dwelling_id}/",
        f"/residents/dwellings/{work.dwelling_id}/pane/",
    ]  # fmt: skip
    assert [found for page in pages if (found := refused(cast, key, page))] == []
