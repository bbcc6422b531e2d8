"""Every number of every dashboard is as large as the list that it opens, over the demonstration.

Of numbers that differ in their unit alone the largest is followed; `make receipts` follows all.
"""

import os
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.fresh import mark_proved
from portal.accounts.models import User
from portal.demo import cast
from portal.jobs import services as ledger
from portal.metrics import dashboards, services
from portal.metrics.metric import Kind
from portal.metrics.models import RunKind
from portal.metrics.registry import metrics
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES

pytestmark = [
    pytest.mark.xdist_group("district"),  # made once, for one worker
    pytest.mark.paper("S-10", "S-113"),
]
UNIT = re.compile(r"\d{12}")
FOLLOW_ALL = os.environ.get("RECEIPTS") == "all"
RECEIPT = re.compile(r'href="([^"]+)"\s+data-receipt="(\d+)"')
DISTRICT, STREET, COMMITTEE = (
    "/dashboard/district/",
    "/dashboard/street/",
    "/dashboard/committee/",
)
PANEL, RULES = "/dashboard/committee/panel/", "/quality/"
OTHERS = [f"{STREET}?unit={code}" for code in cast.STREETS]
#: Who opens which boards: each post of people that has any, and everything a post can look into.
READERS = {
    "shenliqun": [DISTRICT, *OTHERS, f"{COMMITTEE}?unit={cast.HOME}", RULES],
    "qinchuan": [DISTRICT],
    "guzhenyu": [STREET, f"{COMMITTEE}?unit={cast.HOME}", f"{COMMITTEE}?unit={cast.NEXT_DOOR}",
                 RULES],
    "hejing": [STREET],
    "zhoumin": [COMMITTEE, PANEL, RULES],
    "lufang": [COMMITTEE],
    "tangpeng": [COMMITTEE],
}  # fmt: skip
#: The lead of a committee sees what its clerk sees, and nobody of the demonstration is one.
WITHOUT_LOGIN = {"committee_lead"}

#: Values on dashboards that open no list, and why there is none.
NO_LIST = {
    "collector_ratio": "people for each full post: what is missing are posts, which are no rows",
}
NOT_YET = {metric.key for metric in metrics().values() if not metric.is_measured}


@pytest.fixture
def measured(made):
    """The demonstration after a preview: what its people did since the first numbers is counted."""
    at = timezone.now()
    run = services.run_district(kind=RunKind.PREVIEW, as_of=timezone.localdate(at), at=at)
    ledger.work(run.job_id, run.unit_id)


def opened(username):
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="portal.accounts.backends.AccountBackend"
    )
    session = client.session
    mark_proved(session)
    session.save()
    return client


def receipts(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    found = RECEIPT.findall(response.content.decode())
    assert found, f"{path} shows no number that opens a list"
    for address, count in found:
        address = unescape(address)
        yield (path.partition("?")[0] + address if address[0] == "?" else address), int(count)


def lists_of(username):
    """What each number of this person's boards promises, by the address that it opens."""
    client = opened(username)
    promised = {}
    for path in READERS[username]:
        for address, count in receipts(client, path):
            assert promised.setdefault(address, count) == count, f"{address}: two numbers"
    return client, promised


def one_of_each_kind(promised):
    """Of the numbers that differ in their unit alone the largest, and all others."""
    kinds = {}
    for address, count in sorted(promised.items(), key=lambda each: each[1]):
        kinds[UNIT.sub("#", address)] = (address, count)
    return dict(kinds.values())


def test_each_number_is_as_large_as_its_list(measured):
    """A list that two posts of one unit open is counted once: it is the same list."""
    known, wrong, followed = {}, [], 0
    for username in READERS:
        client, promised = lists_of(username)
        promised = promised if FOLLOW_ALL else one_of_each_kind(promised)
        ((_post, unit),) = posts_of(username)
        for address, count in promised.items():
            if (unit, address) not in known:
                known[unit, address] = length(client, address)
                followed += 1
            if known[unit, address] != count:
                wrong.append(f"{username} {address}: {count} promised, {known[unit, address]} rows")
    print(f"{followed} lists of {len(READERS)} people counted against their numbers")
    assert not wrong, "\n".join(wrong)
    assert followed > 50


def length(client, address):
    response = client.get(address, headers={"HX-Request": "true", "HX-Target": "list"})
    assert response.status_code == 200, address
    listing = response.context["list"]
    assert not listing.filter_errors, address
    unknown = set(parse_qs(urlsplit(address).query)) - set(listing.filterset.filters) - {"exact"}
    assert not unknown, f"{address}: no such filter {unknown}"
    assert listing.is_exact, address
    return listing.total


def test_every_post_that_has_a_dashboard_is_asked(made):
    seen = {post for username in READERS for post, _unit in posts_of(username)}
    people = {
        role.key for role in ROLES.values()
        if Capability.VIEW_DASHBOARD in role.capabilities and not role.service
    }  # fmt: skip
    assert people == seen | WITHOUT_LOGIN


def posts_of(username):
    return next(player.posts for player in cast.PLAYERS if player.username == username)


def test_what_opens_no_list_is_known_with_its_reason():
    shown = {
        *dashboards.STRIP, *dashboards.DATA_STRIP, *dashboards.RULERS, *dashboards.CATEGORIES,
        *dashboards.RATES,
    } & set(metrics())  # fmt: skip
    silent = {key for key in shown - NOT_YET if not opens_a_list(metrics()[key])}
    assert silent == set(NO_LIST)


def opens_a_list(metric):
    if metric.kind is Kind.COUNT:
        return metric.numerator.link is not None
    link = metric.rest or (metric.drill and metrics()[metric.drill].numerator.link)
    return bool(link) and bool(reverse(link.view))
