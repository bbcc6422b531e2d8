"""What each post begins its day with, and what it has to do."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal import kept
from portal.desk.inbox import _shared, inbox
from portal.orgs.acting import acting
from portal.quality.services import check_unit
from residents.models import Residence
from residents.tasks import make_due_tasks
from tests.permits.builders import an_incomer, issued, received
from tests.residents.builders import backdated, home, number, register


def overdue(cast, key="clerk", days=95, **told):
    scope = cast.scope(key)
    residence = register(scope, home(scope)[0], **told)
    backdated(scope, residence, days)
    make_due_tasks()
    return residence


def keys_of(found):
    return {group.key: [item.subject for item in group.items] for group in found.groups}


def todo_of(cast, key, **wanted):
    scope = cast.scope(key)
    with acting(scope):
        return inbox(scope, timezone.localdate(), **wanted)


@pytest.mark.parametrize(
    ("key", "leads_to"),
    [("street", "metrics:street"), ("staff", "metrics:street"), ("district", "metrics:district"),
     ("analyst", "metrics:district"), ("auditor", "desk:audit")],
)  # fmt: skip
def test_posts_above_a_committee_begin_with_their_own_page(cast, key, leads_to):
    response = cast.client(key).get("/")
    assert response.status_code == 302
    assert response["Location"] == reverse(leads_to)


@pytest.mark.parametrize("key", ["window", "secadmin"])
def test_a_post_without_register_is_told_what_it_can_do(cast, key):
    response = cast.client(key).get("/")
    assert response.status_code == 200
    assert cast.scope(key).role_title in response.content.decode()


@pytest.mark.parametrize("key", ["clerk", "lead", "collector"])
def test_a_committee_begins_with_its_inbox(cast, key):
    overdue(cast)
    page = cast.client(key).get("/").content.decode()
    assert "已超期" in page
    assert "1 人" in page
    assert "棠浦路988弄6号 101室" in page or "6号 101室" in page
    assert "楼栋核实进度" in page


def test_a_new_committee_is_told_how_to_begin(cast):
    assert "从这里开始" in cast.client("neighbour").get("/").content.decode()


@pytest.mark.parametrize("key", ["neighbour", "far_clerk"])
def test_others_see_nothing_of_a_committee(cast, key):
    overdue(cast)
    found = todo_of(cast, key)
    assert found.total == 0
    assert "王巧云" not in cast.client(key).get("/").content.decode()


@pytest.mark.paper("S-21")
def test_due_verifications_stand_where_they_are_due(cast):
    scope, today = cast.scope("clerk"), timezone.localdate()
    rooms = home(scope)
    for place, days in enumerate((95, 90, 40)):
        row = register(
            scope, rooms[place], name=f"王{'一二三'[place]}",
            document_number=number(sequence=50 + place), phone=f"1380000000{place}",
        )  # fmt: skip
        backdated(scope, row, days)
    make_due_tasks()
    found = todo_of(cast, "clerk", kind="due")
    places = {group.key: [item.place for item in group.items] for group in found.groups}
    assert places == {"overdue": ["6号 101室"], "today": ["6号 102室"]}
    assert {tab.key: tab.count for tab in found.tabs}["due"] == 2
    assert found.groups[0].items[0].due_on == today - timedelta(days=5)


def test_issues_are_counted_beyond_what_is_shown(cast):
    scope = cast.scope("clerk")
    rooms = home(scope)
    for place in range(5):
        register(
            scope, rooms[place], name=f"王{'一二三四五'[place]}", phone="",
            document_number=number(sequence=60 + place),
        )  # fmt: skip
    with acting(scope):
        check_unit(unit=scope.unit, by=scope, at=timezone.now())
    found = todo_of(cast, "clerk", kind="quality", most=2)
    assert sum(group.count for group in found.groups) >= 5
    assert all(len(group.items) <= 2 for group in found.groups)
    everything = todo_of(cast, "clerk", kind="quality", most=2, opened=found.groups[0].key)
    assert everything.groups[0].hidden == 0


@pytest.mark.paper("S-21")
def test_a_dwelling_is_verified_from_the_inbox(cast, told):
    residence = overdue(cast)
    client = cast.client("clerk")
    response = client.post(
        reverse("desk:verify", args=[residence.dwelling_id]), {"method": "V1"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert response.status_code == 200
    assert not response.content
    assert len(told("residents.verified")) == 1
    with acting(cast.scope("clerk")):
        assert Residence.objects.get(pk=residence.pk).verified_on == timezone.localdate()
    tabs = {tab.key: tab.count for tab in todo_of(cast, "clerk", kind="due").tabs}
    assert tabs["due"] == 0


def test_a_verification_without_a_way_changes_nothing(cast, told):
    residence = overdue(cast)
    response = cast.client("clerk").post(
        reverse("desk:verify", args=[residence.dwelling_id]), {"method": "V9"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert response["HX-Reswap"] == "none"
    assert not told("residents.verified")


@pytest.mark.parametrize(("key", "status"), [("neighbour", 404), ("far_clerk", 404), ("lead", 403)])
def test_nobody_else_verifies_it(cast, key, status, told):
    residence = overdue(cast)
    response = cast.client(key).post(
        reverse("desk:verify", args=[residence.dwelling_id]), {"method": "V1"}
    )
    assert response.status_code == status
    assert not told("residents.verified")


def test_a_permit_running_out_waits_in_its_committee(cast):
    permit = issued(cast, an_incomer(cast))
    scope = cast.scope("clerk")
    with acting(scope):
        found = inbox(scope, permit.valid_to - timedelta(days=3), kind="endorsement")
        assert keys_of(found)[found.groups[0].key] == ["廖春燕"]
        assert not inbox(scope, timezone.localdate(), kind="endorsement").tabs[-1].count


def test_a_case_waits_for_whoever_can_move_it(cast):
    received(cast, an_incomer(cast))
    assert {tab.key: tab.count for tab in todo_of(cast, "window").tabs}["permit"] == 1
    assert {tab.key: tab.count for tab in todo_of(cast, "staff").tabs}["permit"] == 0
    assert "permit" not in {tab.key for tab in todo_of(cast, "clerk").tabs}


@pytest.mark.parametrize(
    ("key", "path", "most"),
    [("clerk", "/", 9), ("clerk", "/todo/", 8), ("street", "/todo/", 8), ("district", "/todo/", 8)],
)
def test_the_list_asks_few_questions(cast, key, path, most, django_assert_max_num_queries):
    """However many kinds of work a post has: their counts are one statement, their rows another."""
    overdue(cast)
    client = cast.client(key)
    client.get(path)
    with django_assert_max_num_queries(most):
        client.get(path)


@pytest.fixture
def forty_late(cast, monkeypatch):
    """More late verifications than a page holds, of which one is five."""
    monkeypatch.setattr("portal.desk.inbox.PAGE", 5)
    scope = cast.scope("clerk")
    for place, room in enumerate(home(scope)[:12]):
        row = register(
            scope, room, name=f"王{'一二三四五六七八九十百千'[place]}",
            document_number=number(sequence=50 + place), phone=f"138000000{place:02}",
        )  # fmt: skip
        backdated(scope, row, 120 - place)
    make_due_tasks()


def test_an_opened_group_is_turned_page_by_page(cast, forty_late):
    client, seen, after = cast.client("clerk"), [], 0
    address = "/todo/?type=due&group=overdue"
    while after is not None:
        page = client.get(f"{address}&after={after}").content.decode()
        seen.append(re.findall(r'data-item id="(task-[^"]+)"', page))
        onward = re.search(r'data-page="next" href="[^"]*after=(\d+)"', page)
        after = int(onward[1]) if onward else None
    assert [len(rows) for rows in seen] == [5, 5, 2]
    assert len({row for rows in seen for row in rows}) == 12
    days = [item.due_on for item in todo_of(cast, "clerk", kind="due", most=20).groups[0].items]
    assert days == sorted(days)


@pytest.mark.parametrize("after", ["900", "-3", "x", "٣", "9" * 40])
def test_a_page_that_is_not_there_shows_one_that_is(cast, forty_late, after):
    page = cast.client("clerk").get("/todo/", {"type": "due", "group": "overdue", "after": after})
    assert page.status_code == 200
    assert "data-item" in page.content.decode()


def test_room_that_a_group_leaves_goes_to_the_most_urgent():
    shared = {"overdue": 40, "today": 2, "week": 30, "later": 30}
    assert _shared(shared, 40) == {"overdue": 18, "today": 2, "week": 10, "later": 10}
    assert _shared(shared, 0) == {"overdue": 3, "today": 2, "week": 3, "later": 3}
    assert _shared({"overdue": 2, "week": 3}, 40) == {"overdue": 2, "week": 3}
    assert _shared({}, 40) == {}


@pytest.fixture
def nothing_waits(monkeypatch):
    """Acts of other tests, which were all undone, are not this thread's any more."""
    monkeypatch.setattr(kept._waiting, "subjects", set())
    kept._page.set(None)


def test_an_act_is_counted_at_once(cast, nothing_waits, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        residence = overdue(cast)
    client = cast.client("clerk")
    before = {tab.key: tab.count for tab in todo_of(cast, "clerk").tabs}
    assert before["due"] == 1
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("desk:verify", args=[residence.dwelling_id]), {"method": "V1"})
    assert not kept._waiting.subjects
    assert "due" not in {tab.key for tab in todo_of(cast, "clerk").tabs if tab.count}


def test_what_waits_is_counted_once_a_minute(
    cast, nothing_waits, django_capture_on_commit_callbacks, django_assert_num_queries
):
    with django_capture_on_commit_callbacks(execute=True):
        overdue(cast)
    scope = cast.scope("clerk")
    with acting(scope):
        first = inbox(scope, timezone.localdate())
        with django_assert_num_queries(1):
            assert inbox(scope, timezone.localdate()) == first


def test_the_portal_says_that_it_is_well(db, client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.parametrize("path", ["/", "/todo/", "/search/", "/audit/", "/help/"])
def test_nobody_enters_without_login(db, client, path):
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("topic", ["", "keys/", "numbers/", "roles/", "privacy/"])
def test_everybody_may_read_the_help(cast, topic):
    assert cast.client("window").get(f"/help/{topic}").status_code == 200


def test_the_help_says_of_each_post_what_the_code_says(cast):
    from portal.orgs.roles import ROLES

    page = cast.client("collector").get("/help/roles/").content.decode()
    for role in ROLES.values():
        assert role.title in page
        assert role.description in page
