"""The register's pages: who sees what, what is typed stays, and no number ever leaks."""

import re
import uuid
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import Residence, Resident, Verification
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.django_db

WHOLE_NUMBER = re.compile(r"(?<![\dA-Za-z-])\d{17}[\dX](?![\dA-Za-z-])")
WHOLE_PHONE = re.compile(r"(?<![\dA-Za-z-])1[3-9]\d{9}(?![\dA-Za-z-])")


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.fixture
def mother(clerk, homes):
    return register(clerk, homes[5])


@pytest.fixture
def browser(cast):
    return cast.client("clerk")


def entry_of(dwelling):
    return reverse("residents:entry", args=[dwelling.pk])


def grid(*rows, dwelling, **more):
    """A posted entry page: rows are dictionaries of cells."""
    data = {
        "occupancy": "2", "tenure": "1", "method": "V1",
        "visited_on": timezone.localdate().isoformat(), "act": "save",
        "dwelling_version": str(dwelling.version), "idempotency_key": str(uuid4()),
        "members-TOTAL_FORMS": str(len(rows)),
    }  # fmt: skip
    for place, row in enumerate(rows):
        data |= {f"members-{place}-{key}": value for key, value in row.items()}
    return data | more


def new_row(name="王巧云", **changes):
    return {
        "name": name, "relation": "户主", "document_number": number(), "category": "20",
        "phone": "15012346620", "begin_date": "2026-03-01",
    } | changes  # fmt: skip


def text_of(response):
    return response.content.decode()


def test_a_household_is_saved_once_however_often_it_is_sent(browser, clerk, homes):
    data = grid(new_row(), new_row("石思源", document_number=number("19980614", 14, "1"),
                                   relation="合租"), dwelling=homes[5])  # fmt: skip
    first, second = (browser.post(entry_of(homes[5]), data) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == entry_of(homes[5])
    with acting(clerk):
        assert Resident.objects.count() == 2


def test_save_and_next_leads_to_the_next_dwelling(browser, homes):
    response = browser.post(entry_of(homes[5]), grid(new_row(), dwelling=homes[5], act="next"))
    assert response["Location"] == entry_of(homes[6])
    response = browser.get(response["Location"])
    assert "已保存 202室，下一户 203室" in text_of(response)


def test_what_is_wrong_stands_at_its_cell_and_nothing_typed_is_lost(browser, clerk, homes):
    wrong = number()[:-1] + ("0" if number()[-1] != "0" else "1")
    data = grid(new_row(document_number=wrong, phone="1870133"), dwelling=homes[5])
    response = browser.post(entry_of(homes[5]), data)
    page = text_of(response)
    assert response.status_code == 422
    assert "有 2 处必改，改正后才能保存" in page
    assert "末位校验码不符，请核对证件原件" in page
    assert "手机号应为 11 位，还差 4 位" in page
    assert 'href="#id_members-0-document_number"' in page
    for typed in ("王巧云", wrong, "1870133", "2026-03-01"):
        assert f'value="{typed}"' in page
    with acting(clerk):
        assert not Resident.objects.exists()


def test_a_wrong_dwelling_field_keeps_the_rows(browser, homes):
    data = grid(new_row(), dwelling=homes[5], occupancy="", floor_area="9999")
    page = text_of(browser.post(entry_of(homes[5]), data))
    assert "请选择居住类型" in page
    assert 'value="王巧云"' in page


def known_row(residence, **changes):
    from residents.grid import shown_values

    shown = shown_values(residence)
    import json

    return {
        **{key: shown[key] for key in (
            "name", "relation", "document_number", "category", "phone", "begin_date",
        )},
        "residence": str(residence.pk), "base": json.dumps(shown, ensure_ascii=False),
        "version": services.version_of(residence.resident, residence),
    } | changes  # fmt: skip


def test_a_mask_that_comes_back_says_nothing(browser, clerk, homes, mother):
    data = grid(known_row(mother), dwelling=homes[5])
    assert browser.post(entry_of(homes[5]), data).status_code == 302
    with acting(clerk):
        row = Residence.objects.get()
        assert row.version == 1
        assert Verification.objects.order_by("-id")[0].outcome == "unchanged"


def test_two_clerks_and_one_household_show_both_versions(cast, browser, clerk, homes, mother, at):
    stale = grid(known_row(mother, phone="13900000001", name="王巧芸"), dwelling=homes[5])
    colleague = cast.scope("colleague")
    with acting(colleague):
        services.update_resident(
            resident_id=mother.resident_id, version="1.1", told={"phone": "13900000002"},
            by=colleague, at=at,
        )  # fmt: skip
    response = browser.post(entry_of(homes[5]), stale)
    page = text_of(response)
    assert response.status_code == 409
    assert "许婉清" in page
    for seen in ("139****0001", "139****0002", "王巧芸", "王巧云"):
        assert seen in page
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    import html

    answer = {key: html.unescape(value) for key, value in hidden.items()}
    answer |= {
        f"choose_{mother.pk}:phone_mask": "theirs", f"choose_{mother.pk}:name": "mine",
        "idempotency_key": str(uuid4()),
    }  # fmt: skip
    assert browser.post(entry_of(homes[5]), answer).status_code == 302
    with acting(clerk):
        row = Residence.objects.get()
        assert (row.name, row.phone_mask) == ("王巧芸", "139****0002")


def test_who_left_leaves_with_day_and_reason(browser, clerk, homes, mother, today):
    data = grid(
        known_row(mother, DELETE="1", left_on=today.isoformat(), left_reason="01"),
        dwelling=homes[5],
    )
    assert browser.post(entry_of(homes[5]), data).status_code == 302
    with acting(clerk):
        row = Residence.objects.get()
        assert (row.status, row.end_on) == ("ended", today)


def test_nobody_at_the_door_is_one_press(browser, clerk, homes):
    response = browser.post(
        entry_of(homes[5]), {"act": "no_answer", "idempotency_key": str(uuid4())}
    )
    assert response["Location"] == entry_of(homes[6])
    with acting(clerk):
        assert Verification.objects.get().outcome == "no_answer"


def test_the_pane_verifies_in_one_press_and_shows_it(browser, clerk, homes, mother):
    url = reverse("residents:verify_dwelling", args=[homes[5].pk])
    response = browser.post(url, {"method": "V2", "idempotency_key": str(uuid4())},
                            headers={"HX-Request": "true"})  # fmt: skip
    assert response.status_code == 200
    assert "pp:toast" in response["HX-Trigger"]
    assert "电话核实" in text_of(response)
    with acting(clerk):
        assert Residence.objects.get().verified_method == "V2"


def test_a_number_is_shown_for_a_minute_after_a_reason(browser, mother):
    url = reverse("residents:reveal", args=[mother.resident_id])
    dialog = text_of(browser.get(url, headers={"HX-Request": "true"}))
    assert "查看并留痕" in dialog
    assert number() not in dialog
    refused = browser.post(url, {"reason": "other", "note": "看"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    shown = browser.post(url, {"reason": "document"}, headers={"HX-Request": "true"})
    assert number() in text_of(shown)
    assert shown["HX-Retarget"] == f"#mask-{mother.resident_id}"
    assert "no-store" in shown["Cache-Control"]


def test_a_committee_without_homes_is_not_told_that_all_were_visited(cast, homes, browser):
    where = reverse("residents:entry_start")
    visited = "房屋都已入户核实过"
    empty = text_of(cast.client("neighbour").get(where))
    assert "还没有登记房屋" in empty
    assert visited not in empty
    assert "还没有登记房屋" not in text_of(browser.get(where))


def pages(homes, residence):
    return [
        reverse("residents:list"), reverse("residents:list") + "?incomplete=1",
        reverse("residents:person", args=[residence.resident_id]),
        entry_of(homes[5]), reverse("residents:pane", args=[homes[5].pk]),
        reverse("residents:entry_start") + "?q=202室",
        reverse("residents:move", args=[residence.pk]),
        reverse("residents:deregister", args=[residence.pk]),
        reverse("residents:reveal", args=[residence.resident_id]),
        reverse("residents_api:residences"),
        reverse("residents_api:resident", args=[residence.resident_id]),
        reverse("residents_api:members", args=[homes[5].pk]),
    ]  # fmt: skip


def test_no_page_holds_a_whole_number(browser, homes, mother):
    for url in pages(homes, mother):
        response = browser.get(url)
        assert response.status_code == 200, url
        assert not WHOLE_NUMBER.search(text_of(response)), url
        assert not WHOLE_PHONE.search(text_of(response)), url
        assert "1986-07-18" not in text_of(response), url


@pytest.mark.parametrize("who", ["neighbour", "far_clerk", "far_street"])
def test_outside_the_scope_a_record_is_as_if_it_were_not(cast, homes, mother, who):
    stranger = cast.client(who)
    for url in pages(homes, mother)[2:4] + pages(homes, mother)[-2:]:
        foreign = stranger.get(url)
        absent = stranger.get(re.sub(r"[0-9a-f]{12}/", "0" * 12 + "/", url))
        assert foreign.status_code == absent.status_code
        assert foreign.status_code in (403, 404)
    assert "王巧云" not in text_of(stranger.get(reverse("residents:list")))


@pytest.mark.parametrize(
    ("who", "sees"),
    [("clerk", True), ("lead", True), ("collector", True), ("street", True), ("staff", True),
     ("district", True), ("analyst", True), ("neighbour", False), ("far_street", False)],
)  # fmt: skip
def test_who_sees_whom_in_the_list(cast, mother, who, sees):
    response = cast.client(who).get(reverse("residents:list") + "?overdue=0")
    assert ("王巧云" in text_of(response)) is sees


@pytest.mark.parametrize("who", ["auditor", "secadmin", "window"])
def test_posts_without_the_register_are_turned_away(cast, mother, who):
    assert cast.client(who).get(reverse("residents:list")).status_code == 403


def test_the_district_opens_on_streets_and_not_on_people(cast, mother):
    page = text_of(cast.client("district").get(reverse("residents:list")))
    assert "曹杨新村街道" in page
    assert "王巧云" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("category=20", True), ("category=11", False), ("sex=2", True),
     ("sex=1", False), ("age=16-59", True), ("age=80", False), ("overdue=1", False),
     ("occupancy=9", True), ("incomplete=1", True), ("code=final", True), ("code=missing", False),
     ("blank=employer", True), ("filled=employer", False), ("name=wqy", True), ("name=王", True),
     ("name=李", False), ("duplicate=1", False), ("valid=0", False), ("actual=1", True),
     ("actual=0", False), ("left=1", False), ("unseen=30", False), ("lacks=phone", False),
     ("lacks=arrived_on", True)],
)  # fmt: skip
def test_every_condition_of_the_list_finds_what_it_says(browser, mother, query, found):
    response = browser.get(f"{reverse('residents:list')}?{query}")
    assert response.status_code == 200
    assert (f"/residents/{mother.resident_id}/" in text_of(response)) is found


def test_the_list_and_the_entry_page_take_few_statements(
    browser, clerk, homes, mother, django_assert_max_num_queries
):
    for place in range(6):
        register(clerk, homes[place + 6 if place < 5 else 0], name=f"甲{'一二三四五六'[place]}",
                 document_number=number("19700101", 60 + place), phone="")  # fmt: skip
    browser.get(reverse("residents:list"))
    with django_assert_max_num_queries(24):
        browser.get(reverse("residents:list"))
    with django_assert_max_num_queries(32):
        browser.get(entry_of(homes[5]))


def test_a_move_by_page_needs_one_dwelling_and_a_possible_day(browser, clerk, homes, mother):
    url = reverse("residents:move", args=[mother.pk])
    today = timezone.localdate()
    data = {"moved_on": today.isoformat(), "method": "V1", "version": "1.1", "note": ""}
    refused = browser.post(url, data | {"address": "99号101"})
    assert refused.status_code == 422
    assert "没有找到这套房屋" in text_of(refused)
    tomorrow = (today + timedelta(days=1)).isoformat()
    late = browser.post(url, data | {"address": "6号301", "moved_on": tomorrow})
    assert "搬迁日期应在" in text_of(late)
    assert browser.post(url, data | {"address": "6号301"}).status_code == 302
    with acting(clerk):
        assert Residence.objects.get(status="active").short_address == "6号 301室"


def test_a_deregistration_asks_for_its_reason_first(browser, clerk, homes, mother, today):
    url = reverse("residents:deregister", args=[mother.pk])
    assert browser.post(url, {"ended_on": today.isoformat(), "version": "1.1"}).status_code == 422
    data = {"ended_on": today.isoformat(), "reason": "01", "version": "1.1"}
    assert browser.post(url, data).status_code == 302
    with acting(clerk):
        assert not Residence.objects.open().exists()


def test_the_api_registers_verifies_and_refuses_by_field(browser, clerk, homes):
    url = reverse("residents_api:members", args=[homes[5].pk])

    def sent(url, body):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return browser.post(url, body, content_type="application/json", headers=key)

    body = {"name": "王巧云", "document_number": number(), "category": "20",
            "begin_date": "2026-03-01"}  # fmt: skip
    refused = sent(url, body | {"category": "外星人"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "category"
    made = sent(url, body)
    assert made.status_code == 201
    verify = reverse("residents_api:verify", args=[homes[5].pk])
    assert sent(verify, {}).json() == {"verified": 1}


@pytest.mark.paper("S-109")
def test_the_page_of_somebody_separated_says_what_the_receipt_is_good_for(cast, clerk, homes):
    here = register(clerk, homes[0], category="人户分离", origin="上海静安")
    page = text_of(cast.client("clerk").get(reverse("residents:person", args=[here.resident_id])))
    assert "人在户不在" in page
    assert "凭登记回执在居住地享受服务" in page
