"""Pages of discovery leads: who sees what, what is typed stays, how one ends in the register."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import Lead, Residence
from tests.residents.builders import home, number, register
from tests.residents.test_leads import a_lead, triage
from tests.residents.test_pages import entry_of, grid, new_row, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-64")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def here(clerk):
    return home(clerk)[5]


@pytest.fixture
def lead(cast, at):
    return a_lead(cast.scope("watchman"), at)


@pytest.fixture
def browser(cast):
    return cast.client("clerk")


def page_of(lead, name="lead"):
    return reverse(f"residents:{name}", args=[lead.pk])


def told(**changes):
    return {
        "kind": "new", "subject": "person", "place": "6号201室", "text": "新搬来一对夫妻",
        "channel": "02", "priority": "mid", "contact": "", "idempotency_key": str(uuid4()),
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("collector", 200), ("lead", 200), ("street", 200), ("district", 200),
     ("watchman", 403), ("window", 403), ("auditor", 403), ("neighbour", 404), ("far_street", 404)],
)  # fmt: skip
def test_who_opens_a_lead(cast, lead, who, status):
    assert cast.client(who).get(page_of(lead)).status_code == status


def test_whoever_only_reports_begins_with_the_form_and_sees_no_other_page(cast, here, at):
    browser = cast.client("watchman")
    register(cast.scope("clerk"), here, at=at)
    assert browser.get("/")["Location"] == reverse("residents:report_lead")
    form = text_of(browser.get(reverse("residents:report_lead")))
    assert "我是" in form
    assert "优先级" not in form
    assert f'href="{reverse("residents:list")}"' not in form
    for name in ("residents:list", "residents:leads", "housing:list", "housing:buildings",
                 "residents:entry_start", "desk:todo", "desk:search"):  # fmt: skip
        assert browser.get(reverse(name)).status_code in (403, 405), name


def test_a_report_comes_to_the_clerk_and_its_teller_follows_it(cast, browser):
    watchman, sent = cast.client("watchman"), told()
    for _ in range(2):  # pressed twice
        answer = watchman.post(reverse("residents:report_lead"), sent)
        assert answer["Location"] == reverse("residents:my_leads")
    shown = text_of(watchman.get(reverse("residents:my_leads")))
    assert shown.count("新搬来一对夫妻") == 1
    assert "办理中" in shown
    assert "6号201室" in text_of(browser.get(reverse("residents:leads")))
    assert "季师傅" not in text_of(cast.client("neighbour").get(reverse("residents:leads")))


def test_at_the_door_the_form_begins_with_the_dwelling(cast, here):
    url = reverse("residents:report_lead")
    for who, value in (("collector", here.short_address), ("neighbour", "")):
        form = cast.client(who).get(url, {"dwelling": here.pk}).context["form"]
        assert form.initial["place"] == value


def test_a_refused_report_keeps_what_was_typed(cast):
    for who in ("watchman", "clerk"):
        answer = cast.client(who).post(
            reverse("residents:report_lead"), told(text=f"证件号 {number()}", channel="02")
        )
        shown = text_of(answer)
        assert answer.status_code == 422
        assert "不要写证件号码" in shown
        assert "6号201室" in shown
        assert shown.count('aria-invalid="true"') == 1


def test_a_clerk_who_knows_the_dwelling_has_it_tied_at_once(browser, clerk, here):
    browser.post(reverse("residents:report_lead"), told(place="6号201室", channel="12"))
    browser.post(reverse("residents:report_lead"), told(place="弄口的平房", channel="15"))
    with acting(clerk):
        tied, loose = Lead.objects.order_by("submitted_at")
        assert (tied.dwelling.room_no, loose.dwelling) == ("201", None)


def test_the_clerk_gives_it_out_on_its_page(browser, clerk, here, lead):
    shown = text_of(browser.get(page_of(lead)))
    assert "新搬来一家三口" in shown
    assert 'value="棠浦路988弄6号101室"' in shown  # what the words can only mean
    sent = {"triage-assigned": str(clerk.user_id), "triage-priority": "high"}
    refused = browser.post(page_of(lead, "triage_lead"), sent | {"triage-place": "988弄6号"})
    assert refused.status_code == 422
    assert "不止一套" in text_of(refused)
    browser.post(page_of(lead, "triage_lead"), sent | {"triage-place": "6号202室"})
    with acting(clerk):
        found = Lead.objects.get()
        assert (found.state, found.priority) == ("triaged", "high")
        assert found.dwelling_id == here.pk
    refused = browser.post(page_of(lead, "note_finding"), {"finding-result": "nothing"})
    assert refused.status_code == 422
    assert "请写明核实情况" in text_of(refused)


def test_the_household_entered_from_a_lead_ends_it(browser, clerk, here, lead, at):
    triage(clerk, lead, at, dwelling=here)
    opened = text_of(browser.get(f"{entry_of(here)}?lead={lead.pk}"))
    assert "新搬来一家三口" in opened
    assert f"?lead={lead.pk}" in opened
    data = grid(new_row(), dwelling=here)
    saved = browser.post(f"{entry_of(here)}?lead={lead.pk}", data)
    assert saved["Location"] == page_of(lead)
    with acting(clerk):
        ended, (living,) = Lead.objects.get(), Residence.objects.open()
        assert (ended.state, ended.result) == ("closed", "new")
        assert ended.record_id == living.resident_id
    shown = text_of(browser.get(page_of(lead)))
    assert "王巧云" in shown
    assert "确认新增" in shown


def test_of_two_clerks_the_second_is_told_and_may_save_without_the_lead(
    cast, browser, clerk, here, lead, at
):
    triage(clerk, lead, at, dwelling=here)
    address = f"{entry_of(here)}?lead={lead.pk}"
    cast.client("colleague").post(address, grid(new_row(), dwelling=here))
    with acting(clerk):
        here.refresh_from_db()
    late = grid(new_row("石思源", document_number=number("19980614", 14, "1"), relation="合租"),
                dwelling=here)  # fmt: skip
    refused = browser.post(address, late)
    shown = text_of(refused)
    assert refused.status_code == 409
    assert "已由许婉清办结" in shown
    assert "石思源" in shown
    assert f"?lead={lead.pk}" not in shown
    with acting(clerk):
        assert Residence.objects.open().count() == 1
    assert browser.post(entry_of(here), late).status_code == 302


@pytest.mark.parametrize(("act", "result"), [("move", "change"), ("deregister", "cancel")])
def test_a_move_or_an_end_out_of_a_lead_ends_it(browser, clerk, here, lead, at, act, result):
    living = register(clerk, here, at=at, begin_date="2026-03-01")
    triage(clerk, lead, at, dwelling=here)
    assert f"{living.pk}/{act}/?lead={lead.pk}" in text_of(browser.get(page_of(lead)))
    day = timezone.localdate().isoformat()
    sent = {
        "version": services.version_of(living.resident, living), "address": "6号301室",
        "moved_on": day, "method": "V1", "ended_on": day, "reason": "01",
    }  # fmt: skip
    where = reverse(f"residents:{act}", args=[living.pk])
    assert browser.post(f"{where}?lead={lead.pk}", sent)["Location"] == page_of(lead)
    with acting(clerk):
        ended = Lead.objects.get()
        assert (ended.state, ended.result) == ("closed", result)
        assert ended.record_id == living.resident_id


def test_a_lead_of_others_in_the_address_changes_nothing_of_theirs(cast, browser, clerk, here, at):
    foreign = a_lead(cast.scope("neighbour"), at, channel="15")
    triage(cast.scope("neighbour"), foreign, at)
    for word in (foreign.pk, uuid4(), "x"):
        browser.get(f"{entry_of(here)}?lead={word}")
    saved = browser.post(f"{entry_of(here)}?lead={foreign.pk}", grid(new_row(), dwelling=here))
    assert saved.status_code == 302
    with acting(cast.scope("neighbour")):
        assert Lead.objects.get().state == "triaged"


def test_leads_wait_on_the_first_page_of_who_deals_with_them(cast, clerk, browser, lead, at):
    old = a_lead(cast.scope("watchman"), at - timedelta(days=9), place="弄口")
    todo = reverse("desk:todo") + "?type=lead"
    assert "6号101室" in text_of(browser.get(todo))
    triage(clerk, lead, at, to=cast.scope("colleague"))
    mine = text_of(browser.get(todo))
    assert "6号101室" not in mine  # a colleague's now
    assert page_of(old) in mine
    above = text_of(cast.client("street").get(todo))
    assert page_of(old) in above
    assert page_of(lead) not in above  # not overdue
    assert page_of(old) not in text_of(cast.client("far_street").get(todo))


def test_a_list_of_leads_asks_few_questions(
    cast, browser, at, django_assert_max_num_queries
):  # fmt: skip
    for _ in range(12):
        a_lead(cast.scope("watchman"), at)
    with django_assert_max_num_queries(24):
        browser.get(reverse("residents:leads"))
