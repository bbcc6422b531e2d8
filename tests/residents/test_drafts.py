"""Unfinished entries: kept as ciphertext, for their writer alone, until the household is saved."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse

from portal.orgs.acting import acting
from residents import services, tasks
from residents.models import EntryDraft, Residence
from tests.residents.builders import home, number, register
from tests.residents.test_pages import entry_of, grid, new_row, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-21")]


MINE = "/residents/entry/drafts/"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def dwelling(clerk):
    return home(clerk)[5]


@pytest.fixture
def browser(cast):
    return cast.client("clerk")


def keep(browser, dwelling, *rows, **more):
    url = reverse("residents:keep_draft", args=[dwelling.pk])
    return browser.post(url, grid(*rows, dwelling=dwelling, **more))


def drafts(scope, at):
    with acting(scope):
        return list(EntryDraft.objects.of(scope, at))


def test_what_is_typed_comes_back_as_it_was(browser, clerk, dwelling, at):
    half = new_row("石思源", document_number="31999919860", phone="")
    answer = keep(browser, dwelling, half, occupancy="3", note="晚上七点后在家")
    assert list(answer.json()) == ["saved"]
    again = text_of(browser.get(entry_of(dwelling) + "?draft=1"))
    for typed in ("石思源", "31999919860", "晚上七点后在家"):
        assert f'value="{typed}"' in again
    with acting(clerk):
        assert not Residence.objects.exists()


def test_the_page_and_the_home_page_offer_to_go_on(browser, dwelling):
    daughter = new_row("万子怡", document_number=number(sequence=5))
    keep(browser, dwelling, new_row("石思源"), daughter)
    assert "没有保存的草稿（2 人）" in text_of(browser.get(entry_of(dwelling)))
    assert f'hx-get="{MINE}"' in text_of(browser.get("/"))
    corner = text_of(browser.get(MINE, headers={"HX-Request": "true"}))
    assert "未完成草稿" in corner
    assert f"{entry_of(dwelling)}?draft=1" in corner


def test_a_saved_household_has_no_draft_any_more(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    assert browser.post(entry_of(dwelling), grid(new_row(), dwelling=dwelling)).status_code == 302
    assert drafts(clerk, at) == []
    assert text_of(browser.get(MINE, headers={"HX-Request": "true"})).strip() == ""


def test_a_household_that_was_refused_keeps_its_draft(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    wrong = grid(new_row(document_number="1"), dwelling=dwelling)
    assert browser.post(entry_of(dwelling), wrong).status_code == 422
    assert len(drafts(clerk, at)) == 1


def test_a_draft_is_thrown_away_when_its_writer_says_so(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    url = reverse("residents:discard_draft", args=[dwelling.pk])
    assert browser.post(url, {"idempotency_key": str(uuid4())}).status_code == 302
    assert drafts(clerk, at) == []


def test_nobody_else_sees_a_draft_not_even_a_colleague(cast, browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    colleague = cast.client("colleague")
    assert "没有保存的草稿" not in text_of(colleague.get(entry_of(dwelling)))
    assert "石思源" not in text_of(colleague.get(entry_of(dwelling) + "?draft=1"))
    assert drafts(cast.scope("colleague"), at) == []
    neighbour = cast.client("neighbour")
    assert keep(neighbour, dwelling, new_row()).status_code == 404


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_database_holds_no_word_of_it_in_plain(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    (draft,) = drafts(clerk, at)
    sealed = bytes(draft.sealed)
    for typed in ("石思源", number(), "15012346620"):
        assert typed.encode() not in sealed
    assert services.draft_fields(draft)["members-0-name"] == ["石思源"]


def test_the_next_keys_write_over_the_draft_of_before(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石"))
    keep(browser, dwelling, new_row("石思源"))
    (draft,) = drafts(clerk, at)
    assert services.draft_fields(draft)["members-0-name"] == ["石思源"]


def test_a_colleagues_new_member_stands_beside_the_draft(cast, browser, clerk, dwelling):
    keep(browser, dwelling, new_row("石思源"))
    register(cast.scope("colleague"), dwelling, name="王巧云")
    again = text_of(browser.get(entry_of(dwelling) + "?draft=1"))
    assert "石思源" in again
    assert "王巧云" in again


def test_what_nobody_goes_on_with_is_gone_after_a_week(browser, clerk, dwelling, at):
    keep(browser, dwelling, new_row("石思源"))
    with acting(clerk):
        EntryDraft.objects.update(saved_at=at - timedelta(days=7, minutes=1))
    assert "没有保存的草稿" not in text_of(browser.get(entry_of(dwelling)))
    tasks.purge_drafts()
    with acting(clerk):
        assert not EntryDraft.objects.exists()


def test_more_than_anybody_types_is_not_kept(browser, dwelling):
    answer = keep(browser, dwelling, new_row(note="多" * 200_001))
    assert answer.status_code == 422
    assert answer.json() == {"problem": "内容过多，草稿没有保存"}
    assert connections["default"].is_usable()


def test_a_draft_that_cannot_be_read_any_more_says_so(browser, clerk, dwelling):
    keep(browser, dwelling, new_row("石思源"))
    with acting(clerk):
        EntryDraft.objects.update(sealed=b"another-key\n" + bytes(60))
    answer = browser.get(entry_of(dwelling) + "?draft=1")
    assert answer.status_code == 200
    assert "草稿打不开，请重新填写" in text_of(answer)
