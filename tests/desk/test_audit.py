"""The trail: who reads which part of it, and that reading goes through its own role and wall."""

import io
import re
from html import unescape
from urllib.parse import parse_qs

import openpyxl
import pytest
from django.db import transaction
from django.utils import timezone

from portal import vault
from portal.audit import reads
from portal.audit.models import AuditEvent
from portal.audit.record import record
from portal.desk.views import audit
from portal.desk.wording import label_of, words_of
from portal.orgs import tokens
from tests.cast import HOME, NEXT_DOOR, Cast

CLERK_DID, FAR_DID, STREET_DID = "源园居委做的事", "长风居委做的事", "街道做的事"


@pytest.fixture
def trail(committed):
    """A few events, really committed: the trail is read through another connection."""
    cast = Cast.assembled()
    with transaction.atomic():
        for key, reason in (("clerk", CLERK_DID), ("far_clerk", FAR_DID), ("street", STREET_DID)):
            scope = cast.scope(key)
            record(
                "residents.updated", by=scope, at=timezone.now(), reason=reason,
                target=("residents.resident", "x"),
                changes={"手机": ["150****6602", "150****6620"]},
            )  # fmt: skip
        clerk = cast.scope("clerk")
        record("residents.revealed", by=clerk, at=timezone.now(), purpose="document")
    return cast


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("clerk", {CLERK_DID}), ("lead", {CLERK_DID}), ("neighbour", set()),
        ("far_clerk", {FAR_DID}), ("street", {CLERK_DID, STREET_DID}),
        ("district", {CLERK_DID, FAR_DID, STREET_DID}),
        ("auditor", {CLERK_DID, FAR_DID, STREET_DID}),
    ],
)  # fmt: skip
def test_each_unit_reads_its_own_part(trail, key, seen):
    page = trail.client(key).get("/audit/").content.decode()
    assert {text for text in (CLERK_DID, FAR_DID, STREET_DID) if text in page} == seen


def test_the_database_holds_the_wall_by_itself(trail):
    everything = reads.Wanted(low=0, high=999_999_999_999)
    token = tokens.enter(trail.scope("clerk"))
    try:
        with reads.reading():
            found = reads.page(everything, size=50)
    finally:
        tokens.leave(token)
    assert {event.reason for event in found.events} <= {CLERK_DID, ""}
    assert found.events


def test_without_a_scope_there_is_nothing(trail):
    with reads.reading():
        assert not reads.page(reads.Wanted(low=0, high=999_999_999_999), size=50).events


@pytest.mark.parametrize("key", ["collector", "staff", "window", "secadmin", "analyst"])
def test_other_posts_do_not_read_it(trail, key):
    assert trail.client(key).get("/audit/").status_code == 403


def test_reading_the_trail_is_on_the_trail(trail):
    trail.client("auditor").get("/audit/?group=revealed")
    page = trail.client("auditor").get("/audit/").content.decode()
    assert "查看访问留痕" in page
    assert "group=revealed" in page


def test_a_change_shows_both_values_masked(trail):
    page = trail.client("clerk").get("/audit/").content.decode()
    assert "<del>150****6602</del>" in page
    assert "<ins>150****6620</ins>" in page


def test_a_refusal_is_marked(trail):
    trail.client("collector").get("/audit/")
    page = trail.client("lead").get("/audit/?result=refused").content.decode()
    assert "越权访问被拒" in page
    assert CLERK_DID not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("group=changed", True), ("group=revealed", False), ("actor=周", True), ("actor=郑", False),
     ("action=residents.updated", True), ("since=2020-01-01&until=2020-01-02", False),
     ("before=1", True), ("before=abc", True), ("person=nonsense", True)],
)  # fmt: skip
def test_conditions_of_the_address_narrow_the_trail(trail, query, shown):
    assert (CLERK_DID in trail.client("clerk").get(f"/audit/?{query}").content.decode()) is shown


def test_pages_follow_one_another_by_id(trail):
    with transaction.atomic():
        for place in range(7):
            record(
                "residents.viewed",
                by=trail.scope("neighbour"),
                at=timezone.now(),
                reason=f"第{place}次",
            )
    wanted = reads.Wanted(low=310107005003, high=310107005003, group="viewed")
    token = tokens.enter(trail.scope("neighbour"))
    try:
        with reads.reading():
            first = reads.page(wanted, size=3)
            second = reads.page(wanted, size=3, before=first.older)
            back = reads.page(wanted, size=3, after=second.newer)
    finally:
        tokens.leave(token)
    assert [event.reason for event in first.events] == ["第6次", "第5次", "第4次"]
    assert [event.reason for event in second.events] == ["第3次", "第2次", "第1次"]
    assert first.newer is None
    assert back.events == first.events


def test_addresses_turn_pages_without_telling_how_many_events_there_are(trail):
    with transaction.atomic():
        for place in range(60):
            record(
                "residents.viewed", by=trail.scope("neighbour"), at=timezone.now(),
                reason=f"第{place}次",
            )  # fmt: skip
    client = trail.client("neighbour")
    first = client.get("/audit/?action=residents.viewed").content.decode()
    assert "第59次" in first
    assert "第9次" not in first
    older = address_of(first, "next")
    second = client.get(f"/audit/{older}").content.decode()
    assert "第9次" in second
    assert "第10次" not in second
    back = client.get(f"/audit/{address_of(second, 'previous')}").content.decode()
    assert "第59次" in back
    assert parse_qs(older[1:])["action"] == ["residents.viewed"]
    ids = AuditEvent.objects.using("owner").filter(reason="第10次").values_list("id", flat=True)
    assert str(ids.get()) not in older


def address_of(page, turn):
    """Where a button of the pager leads."""
    return unescape(re.search(rf'data-page="{turn}" href="([^"]+)"', page).group(1))


def test_a_place_serves_the_unit_that_got_it_alone(trail):
    place = vault.seal_place(12, unit=HOME)
    assert vault.place_of(place, unit=HOME) == 12
    assert vault.place_of(place, unit=NEXT_DOOR) is None
    assert len(place) == len(vault.seal_place(10**15, unit=HOME))
    altered = place[:-3] + ("AAA" if place[-3:] != "AAA" else "BBB")
    for text in (altered, "", "12", "k1.", "k1.12", "k1.十二", "k9." + place.partition(".")[2]):
        assert vault.place_of(text, unit=HOME) is None


def test_the_figures_count_people_and_reveals(trail):
    page = trail.client("clerk").get("/audit/figures/").content.decode()
    assert "显示完整证件号" in page
    assert "<svg" in page


def test_what_the_list_did_not_wait_to_count_comes_with_the_figures(trail, monkeypatch):
    client = trail.client("clerk")
    whole = client.get("/audit/").content.decode()
    assert chips_of(whole) == {"revealed": "1", "changed": "1"}
    assert "hx-swap-oob" not in client.get("/audit/figures/").content.decode()
    monkeypatch.setattr(reads, "COUNTED_FIRST", 2)
    early = chips_of(client.get("/audit/").content.decode())
    assert list(early) == [*audit.GROUPS, "refused"]
    assert set(early.values()) == {""}
    later = client.get("/audit/figures/").content.decode()
    assert 'id="trail-chips" hx-swap-oob="true"' in later
    assert chips_of(later) == {
        "viewed": "2", "searched": "0", "revealed": "1", "changed": "1", "files": "0",
        "accounts": "0", "refused": "0",
    }  # fmt: skip
    monkeypatch.setattr(reads, "COUNTED", 3)
    capped = client.get("/audit/figures/").content.decode()
    assert "条以上" in capped
    assert chips_of(capped)["files"] == ""


def chips_of(page):
    """The number that each group's chip carries, blank for none."""
    found = re.findall(r'id="trail-(\w+)" href="[^"]*">(.*?)</a>', page)
    return {
        key: "".join(re.findall(r"<span>([\d,]+)</span>", said))
        for key, said in found if key != "clear"
    }  # fmt: skip


def test_the_figures_tell_of_the_newest_where_there_are_more(trail, monkeypatch):
    monkeypatch.setattr(reads, "FIGURED", 1)
    token = tokens.enter(trail.scope("clerk"))
    try:
        with reads.reading():
            found = reads.figures(reads.Wanted(low=HOME, high=HOME))
    finally:
        tokens.leave(token)
    assert (found.events, found.revealed, found.more) == (1, 1, True)
    assert sum(number for _month, number, _revealed in found.months) == 1


def test_the_trail_says_in_words_what_was_kept_under_short_names():
    assert words_of("identity", "kind") == "证件号"
    assert words_of(["candidate", "appointed"], "status") == "待录用、在岗"
    assert words_of({"code": "A1", "occupancy": "2"}) == "片区 A1，居住状态 出租"
    assert label_of("filter") == "条件"
    assert label_of("工作单位") == "工作单位"


def test_the_page_is_handed_on_as_a_workbook_and_that_is_an_event(trail):
    client = trail.client("auditor")
    response = client.get("/audit/export/?group=changed")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    cells = [cell for row in book.active.iter_rows(values_only=True) for cell in row if cell]
    assert CLERK_DID in cells
    assert any("150****6602 → 150****6620" in str(cell) for cell in cells)
    assert "导出访问留痕" in client.get("/audit/").content.decode()
