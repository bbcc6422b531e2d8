"""Leases: registered, filed, renewed, ended, taken back; who sees them, and what they remind of."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from housing import services
from housing.models import DwellingUnit, Lease
from portal.desk.inbox import inbox
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.scope import parent_of
from tests.cast import NEXT_DOOR
from tests.housing.builders import a_building, let, terms, the_dwelling

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-84")]
TODAY = timezone.localdate


def in_days(count):
    return TODAY() + timedelta(days=count)


def a_home(cast, room="101"):
    clerk = cast.scope("clerk")
    if room == "101":
        a_building(clerk)
    return the_dwelling(clerk, room)


def now(by, lease):
    with acting(by):
        return Lease.objects.get(pk=lease.pk)


def did(by, act, lease, **values):
    with acting(by):
        return act(lease_id=lease.pk, by=by, at=timezone.now(), **values)


def until(by, dwelling):
    with acting(by):
        return DwellingUnit.objects.get(pk=dwelling.pk).leased_until


# --- terms ----------------------------------------------------------------------------------


def test_a_lease_tells_until_when_the_dwelling_is_let(cast, told):
    clerk, home = cast.scope("clerk"), a_home(cast)
    lease = let(clerk, home, starts_on=TODAY(), ends_on=in_days(364))
    assert (lease.address, lease.committee_id) == (home.address, home.committee_id)
    assert lease.file_by == in_days(30)
    assert until(clerk, home) == in_days(364)
    (event,) = told("housing.lease_registered")
    assert event["changes"]["ends_on"] == ["", str(in_days(364))]
    assert home.version == the_dwelling(clerk).version


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"ends_on": TODAY() - timedelta(days=1)}, "ends_on", "止租日期早于起租日期"),
        ({"ends_on": TODAY().replace(day=1, year=TODAY().year + 21)}, "ends_on", "最长 20 年"),
        ({"starts_on": TODAY() + timedelta(days=31), "ends_on": TODAY() + timedelta(days=90)},
         "starts_on", "30 天以后"),
        ({"filing_no": "普租备2026001"}, "filed_on", "一起填"),
        ({"filed_on": TODAY()}, "filing_no", "一起填"),
        ({"filing_no": "普租备1", "filed_on": TODAY() + timedelta(days=1)}, "filed_on", "晚于今天"),
        ({"room_count": 10}, "kind", "集中出租"),
        ({"persons_declared": 15}, "kind", "集中出租"),
        ({"lessee": "  "}, "lessee", "填写"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused_at_their_field(cast, wrong, field, sentence):
    home = a_home(cast)
    with pytest.raises(services.UnableToLease, match=sentence) as refused:
        let(cast.scope("clerk"), home, **wrong)
    assert refused.value.field == field
    assert until(cast.scope("clerk"), home) is None


def test_twenty_years_to_the_day_are_the_longest_term(cast):
    begins = date(2016, 2, 29)
    let(cast.scope("clerk"), a_home(cast), starts_on=begins, ends_on=date(2036, 2, 28))
    with pytest.raises(services.UnableToLease, match="20 年"):
        let(cast.scope("clerk"), a_home(cast, "102"), starts_on=begins, ends_on=date(2036, 2, 29))


def test_ten_rooms_are_let_centrally(cast):
    home = a_home(cast)
    assert let(cast.scope("clerk"), home, kind="centralised", room_count=12).room_count == 12


def test_all_of_a_dwelling_is_let_once_at_a_time(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    let(clerk, home)
    for kind in ("whole", "shared"):
        with pytest.raises(services.UnableToLease, match="已登记整租") as refused:
            let(clerk, home, kind=kind)
        assert refused.value.field == "starts_on"
    assert let(clerk, home, kind="sublet", lessee="吴次房").is_standing


def test_rooms_of_one_dwelling_are_let_to_several(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    for room in ("朝南次卧", "朝北小卧"):
        let(clerk, home, kind="shared", rooms=room)
    with acting(clerk):
        assert Lease.objects.standing().filter(dwelling=home).count() == 2


@pytest.mark.parametrize("key", ["lead", "collector", "street", "district", "window"])
def test_only_posts_that_edit_housing_keep_leases(cast, key):
    home, by = a_home(cast), cast.scope(key)
    with acting(by), pytest.raises(NotAllowed):
        services.register_lease(dwelling_id=home.pk, terms=terms(), by=by, at=timezone.now())


def test_a_dwelling_of_another_committee_is_not_there(cast):
    home, by = a_home(cast), cast.scope("neighbour")
    with pytest.raises(DwellingUnit.DoesNotExist):
        let(by, home)
    lease = let(cast.scope("clerk"), home)
    with pytest.raises(Lease.DoesNotExist):
        did(by, services.end_lease, lease, ended_on=TODAY(), reason="")


# --- what becomes of it -----------------------------------------------------------------------


def test_a_lease_is_filed_once(cast, told):
    clerk = cast.scope("clerk")
    lease = let(clerk, a_home(cast))
    filed = did(clerk, services.file_lease, lease, filing_no="普租备2026001", filed_on=TODAY())
    assert (filed.filing_no, filed.filed_on) == ("普租备2026001", TODAY())
    assert len(told("housing.lease_filed")) == 1
    with pytest.raises(services.UnableToLease, match="已备案"):
        did(clerk, services.file_lease, lease, filing_no="普租备2026002", filed_on=TODAY())


def test_a_renewal_follows_on_the_old_term(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    old = let(clerk, home, starts_on=in_days(-360), ends_on=in_days(4))
    with pytest.raises(services.UnableToLease, match="原租期后一天") as refused:
        did(clerk, services.renew_lease, old, terms=terms(starts_on=in_days(4)))
    assert refused.value.field == "starts_on"
    assert now(clerk, old).is_standing
    fresh = did(
        clerk, services.renew_lease, old, terms=terms(starts_on=in_days(5), ends_on=in_days(369))
    )
    assert (now(clerk, old).state, fresh.renews_id) == ("renewed", old.pk)
    assert until(clerk, home) == in_days(369)


def test_a_renewal_by_mistake_gives_the_old_lease_back(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    old = let(clerk, home, starts_on=in_days(-360), ends_on=in_days(4))
    again = terms(starts_on=in_days(5), ends_on=in_days(369))
    fresh = did(clerk, services.renew_lease, old, terms=again)
    did(clerk, services.void_lease, fresh, reason="登记到别家了")
    assert now(clerk, old).is_standing
    assert until(clerk, home) == in_days(4)
    assert did(clerk, services.renew_lease, old, terms=again).is_standing


def test_who_has_moved_out_has_no_lease_any_more(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    lease = let(clerk, home)
    for day, sentence in ((in_days(1), "晚于今天"), (in_days(-3), "早于起租")):
        with pytest.raises(services.UnableToLease, match=sentence):
            did(clerk, services.end_lease, lease, ended_on=day, reason="退租")
    ended = did(clerk, services.end_lease, lease, ended_on=TODAY(), reason="提前退租")
    assert (ended.state, ended.end_reason) == ("ended", "提前退租")
    assert until(clerk, home) is None
    with pytest.raises(services.UnableToLease, match="已终止，不能再办理"):
        did(clerk, services.void_lease, lease, reason="点错")


def test_what_was_filed_was_no_mistake(cast):
    clerk = cast.scope("clerk")
    lease = let(clerk, a_home(cast), filing_no="普租备1", filed_on=TODAY())
    with pytest.raises(services.UnableToLease, match="已备案的租赁不能"):
        did(clerk, services.void_lease, lease, reason="点错")


def test_a_correction_over_a_colleagues_one_shows_both(cast):
    clerk = cast.scope("clerk")
    lease = let(clerk, a_home(cast))
    did(clerk, services.change_lease, lease, changes={"lessee": "吴甲"}, version=1)
    with pytest.raises(services.StaleVersion) as stale:
        did(clerk, services.change_lease, lease, changes={"lessee": "吴乙"}, version=1)
    assert (stale.value.mine, stale.value.theirs) == ({"lessee": "吴乙"}, {"lessee": "吴甲"})
    assert now(clerk, lease).lessee == "吴甲"


def test_a_corrected_day_moves_the_reminder(cast):
    clerk, home = cast.scope("clerk"), a_home(cast)
    lease = let(clerk, home)
    did(clerk, services.change_lease, lease, changes={"ends_on": in_days(20)}, version=1)
    assert until(clerk, home) == in_days(20)


# --- reminders --------------------------------------------------------------------------------


def todo(cast, key):
    by = cast.scope(key)
    with acting(by):
        found = inbox(by, TODAY(), kind="lease")
    return [item for group in found.groups for item in group.items]


FILED = {"filing_no": "普租备1", "filed_on": TODAY()}


def test_a_lease_that_ends_within_a_month_is_to_do(cast):
    clerk, since = cast.scope("clerk"), {"starts_on": in_days(-300)} | FILED
    let(clerk, a_home(cast), ends_on=in_days(31), **since)
    let(clerk, a_home(cast, "102"), ends_on=in_days(30), lessee="吴近", **since)
    let(clerk, a_home(cast, "201"), ends_on=in_days(-1), lessee="吴过", **since)
    items = todo(cast, "clerk")
    assert [(item.subject, item.due_on) for item in items] == [
        ("吴过", in_days(-1)), ("吴近", in_days(30)),
    ]  # fmt: skip
    assert [act.title for act in items[0].acts] == ["去办理", "登记续租"]
    assert [act.title for act in todo(cast, "lead")[0].acts] == ["查看租赁"]
    assert todo(cast, "neighbour") == []


def test_a_lease_without_filing_is_to_do_until_it_is_filed(cast):
    clerk = cast.scope("clerk")
    lease = let(clerk, a_home(cast))
    (item,) = todo(cast, "clerk")
    assert (item.due_on, item.level) == (in_days(30), "note")
    assert "还没有备案" in item.reason
    did(clerk, services.file_lease, lease, filing_no="普租备9", filed_on=TODAY())
    assert todo(cast, "clerk") == []


# --- pages ------------------------------------------------------------------------------------


def text(response):
    return response.content.decode()


def at(name, *args):
    return reverse(f"housing:{name}", args=args)


def typed(**changes):
    """What a browser sends for the form of a lease."""
    sent = terms(**changes)
    return {
        name: "" if value is None else value for name, value in sent.items() if value is not False
    }


def test_a_lease_is_registered_from_the_dwelling(cast):
    home, client = a_home(cast), cast.client("clerk")
    assert at("add_lease", home.pk) in text(client.get(at("dwelling", home.pk)))
    response = client.post(at("add_lease", home.pk), typed(lessee="吴承租"))
    assert response.status_code == 302
    shown = text(client.get(response["Location"]))
    for words in ("吴承租", "登记备案", "登记续租", "误登撤销"):
        assert words in shown
    assert "吴承租" in text(client.get(at("dwelling", home.pk)))


def test_pressing_save_twice_registers_one_lease(cast):
    home, client = a_home(cast), cast.client("clerk")
    key = {"idempotency_key": "01900000-0000-7000-8000-00000000abcd"}
    first, second = (client.post(at("add_lease", home.pk), typed() | key) for _ in range(2))
    assert first["Location"] == second["Location"]


def test_a_refused_form_keeps_what_was_typed(cast):
    home, client = a_home(cast), cast.client("clerk")
    response = client.post(at("add_lease", home.pk), typed(ends_on="2020-01-01", lessee="吴留存"))
    assert response.status_code == 422
    assert "止租日期早于起租日期" in text(response)
    assert "吴留存" in text(response)


def test_filing_renewing_and_ending_are_done_from_its_page(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    lease = let(clerk, a_home(cast), starts_on=in_days(-300), ends_on=in_days(9))
    wrong = client.post(at("file_lease", lease.pk), {"filing_no": "", "filed_on": "今天"})
    assert wrong.status_code == 422
    client.post(at("file_lease", lease.pk), {"filing_no": "普租备7", "filed_on": "今天"})
    assert "普租备7" in text(client.get(at("lease", lease.pk)))
    offered = text(client.get(at("renew_lease", lease.pk)))
    assert f"{in_days(10)}" in offered
    fresh = client.post(
        at("renew_lease", lease.pk), typed(starts_on=in_days(10), ends_on=in_days(300))
    )
    assert "已续租" in text(client.get(at("lease", lease.pk)))
    assert text(client.get(fresh["Location"])).count(at("lease", lease.pk)) == 1


def test_each_reason_on_its_page_has_its_own_label(cast):
    lease = let(cast.scope("clerk"), a_home(cast))
    refused = cast.client("clerk").post(at("void_lease", lease.pk), {"reason": ""})
    shown = text(refused)
    assert refused.status_code == 422
    ids = re.findall(r'<[^>]* name="reason"[^>]* id="([^"]+)"', shown)
    assert len(ids) == len(set(ids)) == 2
    assert all(f'for="{each}"' in shown for each in ids)


def test_an_act_opened_like_a_page_says_how_to_go_on(cast):
    """Whoever reloads the answer to a refused form asks for an address that only takes forms."""
    lease, client = let(cast.scope("clerk"), a_home(cast)), cast.client("clerk")
    opened = client.get(at("end_lease", lease.pk))
    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in text(opened)
    assert 'id="nav"' in text(opened)
    part = client.get(at("end_lease", lease.pk), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()


def test_a_lost_race_shows_both_versions_on_the_page(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    lease = let(clerk, a_home(cast), lessee="吴原")
    page = text(client.get(at("edit_lease", lease.pk)))
    sent = typed(lessee="吴我") | {
        f"initial-{name}": value for name, value in typed(lessee="吴原").items()
    }
    did(clerk, services.change_lease, lease, changes={"lessee": "吴他"}, version=1)
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    response = client.post(at("edit_lease", lease.pk), sent | {"version": version})
    assert response.status_code == 409
    assert "吴我" in text(response)
    assert "吴他" in text(response)


@pytest.mark.parametrize("key", ["lead", "collector", "street", "district", "analyst"])
def test_who_only_looks_is_offered_no_act(cast, key):
    lease, client = let(cast.scope("clerk"), a_home(cast)), cast.client(key)
    shown = text(client.get(at("lease", lease.pk)))
    assert "登记续租" not in shown
    assert client.post(at("end_lease", lease.pk), {"ended_on": "今天"}).status_code == 403


def test_the_list_shows_what_ends_first_and_hides_what_is_over(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    let(clerk, a_home(cast), ends_on=in_days(200), lessee="吴晚")
    let(clerk, a_home(cast, "102"), ends_on=in_days(10), lessee="吴早")
    gone = let(clerk, a_home(cast, "201"), lessee="吴走")
    did(clerk, services.end_lease, gone, ended_on=TODAY(), reason="")
    shown = text(client.get(at("leases")))
    assert shown.index("吴早") < shown.index("吴晚")
    assert "吴走" not in shown
    assert "吴走" in text(client.get(at("leases") + "?state=ended"))
    assert "吴晚" not in text(client.get(at("leases") + "?ending=soon"))
    assert "吴早" in text(client.get(at("leases") + "?filing=no&q=吴早"))
    assert "吴早" not in text(cast.client("neighbour").get(at("leases")))
    street = text(cast.client("street").get(at("leases") + f"?unit={NEXT_DOOR}"))
    assert "吴早" not in street
    assert parent_of(NEXT_DOOR) == cast.scope("street").unit


def test_dwellings_are_found_by_their_lease(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    let(clerk, a_home(cast))
    let(clerk, a_home(cast, "102"), starts_on=in_days(-90), ends_on=in_days(-2))
    places = {"valid": "101室", "over": "102室", "none": "201室"}
    for value, room in places.items():
        shown = text(client.get(at("list") + f"?lease={value}"))
        assert [each for each in places.values() if f"6号{each}" in shown] == [room]


def test_a_dwellings_page_asks_as_much_with_many_leases_as_with_one(cast):
    clerk, home, client = cast.scope("clerk"), a_home(cast), cast.client("clerk")
    let(clerk, home, kind="shared")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(at("dwelling", home.pk))
    for _ in range(6):
        let(clerk, home, kind="shared")
    with CaptureQueriesContext(connection) as many:
        client.get(at("dwelling", home.pk))
    assert len(many) <= len(one)
