"""Self-declaration: a code on the wall, a form without login, the same answer for everybody."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from housing.models import Building
from portal.orgs.acting import acting
from residents import services
from residents.models import BuildingNotice, Lead, Residence
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

#: What differs between any two pages: the token, and the key of the form.
SECRETS = re.compile(r'(?<=value=")[A-Za-z0-9-]{36,}(?=")')
pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-66")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.fixture
def notice(clerk, homes, at):
    with acting(clerk):
        return services.issue_notice(building_id=homes[0].building_id, by=clerk, at=at)


@pytest.fixture
def door(notice):
    return reverse("residents:declare", args=[services.notice_token(notice)])


@pytest.fixture
def phone():
    """Somebody in the stairwell; nobody is logged in."""
    return Client()


def sent(**changes):
    return {
        "kind": "new", "room": "201室", "text": "一家三口，周末在家", "contact": "",
        "agreed": "on", "idempotency_key": str(uuid4()),
    } | changes  # fmt: skip


def leads_of(scope):
    with acting(scope):
        return list(Lead.objects.order_by("submitted_at", "id"))


def test_what_is_declared_becomes_a_lead_of_the_committee(phone, clerk, homes, door):
    assert phone.get(door).status_code == 200
    answer = phone.post(door, sent(contact="150 1234 6620"))
    assert answer["Location"] == f"{door}?done=1"
    assert "已收到" in text_of(phone.get(answer["Location"]))
    (lead,) = leads_of(clerk)
    assert (lead.kind, lead.channel, lead.state) == ("new", "07", "submitted")
    assert (lead.place, lead.building_id) == ("6号201室", homes[0].building_id)
    assert services.lead_words(lead) == {"text": "一家三口，周末在家", "contact": "15012346620"}
    assert "三口".encode() not in bytes(lead.sealed)
    assert lead.post_id is None


def test_only_the_committee_and_those_above_it_see_a_declaration(cast, phone, door):
    phone.post(door, sent())
    for who, seen in [("clerk", 1), ("street", 1), ("neighbour", 0), ("far_clerk", 0),
                      ("watchman", 0)]:  # fmt: skip
        assert len(leads_of(cast.scope(who))) == seen, who


def test_the_answer_is_the_same_whoever_lives_there(phone, clerk, homes, door, at):
    """Registered, empty, or no such room: to the byte."""
    register(clerk, homes[4], at=at)
    with acting(clerk):
        living, empty = homes[4].room_no, homes[5].room_no
        assert Residence.objects.open().count() == 1
    answers = []
    for room in (living, empty, "9999"):
        posted = phone.post(door, sent(room=f"{room}室", idempotency_key=str(uuid4())))
        shown = phone.get(posted["Location"])
        answers.append((posted.status_code, posted["Location"], posted.content, shown.content))
    assert answers[0] == answers[1] == answers[2]
    refused = [
        text_of(phone.post(door, sent(room=f"{room}室", agreed=""))).split("</header>")[1]
        for room in (living, empty)
    ]
    same = [SECRETS.sub("·", text).replace(living, "·").replace(empty, "·") for text in refused]
    assert same[0] == same[1]


def test_the_form_shows_nothing_of_the_register(phone, clerk, homes, door, at):
    register(clerk, homes[0], at=at)
    shown = text_of(phone.get(door))
    assert "王巧云" not in shown
    assert "棠浦路988弄 6号" in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "请选择申报事项"), ({"room": ""}, "请填写室号"),
        ({"agreed": ""}, "请阅读说明后勾选"), ({"contact": "123"}, "还差 8 位"),
        ({"text": f"身份证 {number()}"}, "不要写证件号码"), ({"kind": "away"}, "away"),
        ({"text": "长" * 201}, "200"), ({"room": number()}, "不要写证件号码"),
    ],
)  # fmt: skip
def test_bad_input_is_told_at_its_field_and_the_form_stays(phone, clerk, door, changes, said):
    answer = phone.post(door, sent(**changes))
    shown = text_of(answer)
    assert answer.status_code == 422
    assert said in shown
    assert 'class="pp-error"' in shown
    if "text" not in changes:
        assert "一家三口，周末在家" in shown
    assert leads_of(clerk) == []


def test_what_is_sent_twice_is_one_declaration(phone, clerk, door):
    twice = sent()
    assert phone.post(door, twice)["Location"] == phone.post(door, twice)["Location"]
    assert len(leads_of(clerk)) == 1


def test_from_one_address_five_in_a_quarter_of_an_hour(phone, clerk, door):
    for _ in range(5):
        assert phone.post(door, sent()).status_code == 302
    refused = phone.post(door, sent(text="第六次"))
    assert refused.status_code == 429
    assert "第六次" in text_of(refused)
    assert len(leads_of(clerk)) == 5
    elsewhere = Client(REMOTE_ADDR="10.2.3.4")
    assert elsewhere.post(door, sent()).status_code == 302


def test_through_one_notice_sixty_in_a_quarter_of_an_hour(clerk, door):
    for place in range(60):
        answer = Client(REMOTE_ADDR=f"10.2.{place}.1").post(door, sent())
        assert answer.status_code == 302
    assert Client(REMOTE_ADDR="10.3.0.1").post(door, sent()).status_code == 429
    assert len(leads_of(clerk)) == 60


def test_a_building_has_one_notice_until_it_is_revoked(cast, clerk, notice, homes, phone, door, at):
    with acting(clerk):
        again = services.issue_notice(building_id=homes[0].building_id, by=clerk, at=at)
        assert again.pk == notice.pk
    browser = cast.client("clerk")
    browser.post(reverse("residents:revoke_notice", args=[notice.pk]))
    assert browser.get(reverse("residents:notice", args=[notice.pk])).status_code == 404
    for answer in (phone.get(door), phone.post(door, sent()), phone.get(door + "?done=1")):
        assert answer.status_code == 404
        assert "这个二维码不能用" in text_of(answer)
    assert leads_of(clerk) == []
    with acting(clerk):
        fresh = services.issue_notice(building_id=homes[0].building_id, by=clerk, at=at)
        assert services.notice_token(fresh) != services.notice_token(notice)


def test_revoked_forged_and_absent_codes_look_the_same(cast, clerk, notice, phone, door, at):
    with acting(clerk):
        services.revoke_notice(notice_id=notice.pk, by=clerk, at=at)
    token = services.notice_token(notice)
    absent = services.notice_token(BuildingNotice(pk=uuid4()))
    bodies = {
        phone.get(reverse("residents:declare", args=[each])).content
        for each in (token, absent, token[:-1], f"{notice.pk.hex}.x", "no-such-word", "长")
    }
    assert len(bodies) == 1


def test_the_database_takes_nothing_but_for_a_valid_notice(clerk, notice, at):
    """The anonymous connection reads no table; the one door asks for the code."""
    assert not BuildingNotice.objects.exists()
    assert not Lead.objects.exists()
    assert not Building.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT declare_lead(%s, %s, 'new', '6号', '\\x00', now(), current_date, 'x')",
            [uuid4(), uuid4()],
        )
        assert cursor.fetchone() == (None,)
        cursor.execute("SELECT * FROM open_notice(%s)", [uuid4()])
        assert cursor.fetchone() is None
    assert leads_of(clerk) == []


def test_a_building_declares_no_more_than_two_hundred_unread(clerk, notice, at):
    door = services.open_door(services.notice_token(notice))
    stranger = clerk
    for _ in range(200):
        services.declare(door=door, told=services.Declared("new", "201"), by=stranger, at=at)
    with pytest.raises(services.UnableToFollowUp, match="稍后"):
        services.declare(door=door, told=services.Declared("new", "201"), by=stranger, at=at)
    assert len(leads_of(clerk)) == 200


def test_a_notice_is_printed_with_its_code_and_says_what_for(cast, notice, door):
    shown = text_of(cast.client("clerk").get(reverse("residents:notice", args=[notice.pk])))
    assert f'data-address="{door}"' in shown
    assert "data:image/svg+xml" in shown
    for said in ("用途", "办结一年后清除", "源园居委会"):
        assert said in shown


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("staff", 200), ("lead", 403), ("watchman", 403), ("street", 403),
     ("neighbour", 404), ("far_clerk", 404)],
)  # fmt: skip
def test_who_prints_and_revokes_a_notice(cast, notice, who, status):
    browser = cast.client(who)
    assert browser.get(reverse("residents:notice", args=[notice.pk])).status_code == status
    revoked = browser.post(reverse("residents:revoke_notice", args=[notice.pk])).status_code
    assert revoked == (302 if status == 200 else status)


def test_the_list_makes_a_notice_for_a_building(cast, homes):
    browser = cast.client("clerk")
    found = text_of(browser.get(reverse("residents:notices"), {"q": "988弄6号"}))
    assert "棠浦路988弄 6号" in found
    made = browser.post(reverse("residents:issue_notice", args=[homes[0].building_id]))
    assert "data:image/svg+xml" in text_of(browser.get(made["Location"]))
    assert "在用" in text_of(browser.get(reverse("residents:notices")))


def test_a_declaration_is_in_the_trail_without_its_words(phone, door, told):
    phone.post(door, sent())
    (event,) = told("residents.lead_declared")
    assert event["actor_name"] == "未登录"
    assert "三口" not in str(event)


def test_a_stale_form_does_not_send_anybody_to_the_login(door):
    phone = Client(enforce_csrf_checks=True)
    answer = phone.post(door, sent(), headers={"Origin": "http://testserver"})
    assert answer.status_code == 400
