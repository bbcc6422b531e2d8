"""Enforcement sites and referrals: nobody left without a place, no more of a person than needed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from housing import services
from housing.models import EnforcementSite, Referral
from portal.orgs.acting import acting
from portal.rules.working_days import add_working_days
from tests.housing.rectifying import did, today
from tests.residents.builders import home

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-105")]
Refused = services.UnableToRectify


def a_site(cast, kind="illegal_kindergarten", *, handled=True, **changes):
    """A site that was found, told and handled."""
    dwelling = home(cast.scope("clerk"))[0]
    staff = cast.scope("staff")
    told = {"kind": kind, "place": "棠浦路988弄6号底楼", "facts": "底楼办班"} | changes
    site = did(staff, services.register_site, building_id=dwelling.building_id,
               told=services.SiteTold(**told))  # fmt: skip
    if handled:
        did(staff, services.notice_site, site_id=site.pk, noticed_on=today(),
            due_on=today() + timedelta(days=30))  # fmt: skip
        did(staff, services.handle_site, site_id=site.pk, measures="教育、消防联合检查")
    return site


def closed(cast, site, **end):
    told = services.SiteEnd(measures="已停办", **end)
    return did(cast.scope("staff"), services.close_site, site_id=site.pk, end=told)


@pytest.mark.paper("S-104")
@pytest.mark.parametrize("kind", ["illegal_school", "illegal_kindergarten"])
def test_a_school_closes_only_when_every_child_has_a_place(cast, kind):
    site = a_site(cast, kind, children=12)
    with pytest.raises(Refused, match="棠浦路988弄6号底楼：写明儿童转到哪里"):
        closed(cast, site)
    with pytest.raises(Refused, match="还有 2 名儿童没有安置"):
        closed(cast, site, child_placement="转入公办园", placed=10)
    with acting(cast.scope("staff")), pytest.raises(IntegrityError), transaction.atomic():
        EnforcementSite.objects.filter(pk=site.pk).update(state="closed")
    done = closed(cast, site, child_placement="转入公办园", placed=12)
    assert (done.state, done.department) == ("closed", "education")


@pytest.mark.parametrize("kind", ["group_rental", "illegal_building", "illegal_land_use"])
def test_where_people_live_they_are_helped_first(cast, kind):
    site = a_site(cast, kind)
    with pytest.raises(Refused, match="怎样安置"):
        closed(cast, site)
    assert closed(cast, site, resettlement="三户另租").state == "closed"


@pytest.mark.parametrize("kind", ["illegal_operation", "street_stall"])
def test_other_sites_close_with_their_measures(cast, kind):
    assert closed(cast, a_site(cast, kind)).state == "closed"


def test_a_site_is_told_before_it_is_handled(cast):
    site = a_site(cast, handled=False)
    with pytest.raises(Refused, match="待告知"):
        did(cast.scope("staff"), services.handle_site, site_id=site.pk, measures="查处")


def a_referral(cast, dwelling=None, **changes):
    dwelling = dwelling or home(cast.scope("clerk"))[0]
    told = {
        "number": "曹抄〔2026〕1 号", "department": "housing", "kind": "group_rental",
        "facts": "一间住六人", "law_clause": "租赁管理办法第十条", "sent_on": today(),
    } | changes  # fmt: skip
    return did(cast.scope("staff"), services.send_referral, dwelling_id=dwelling.pk,
               told=services.ReferralTold(**told))  # fmt: skip


@pytest.mark.paper("S-131")
def test_a_referral_has_two_deadlines_by_the_rule_and_nothing_of_a_person(cast):
    row = a_referral(cast)
    assert row.receipt_due == add_working_days(today(), 2) == row.due_on
    assert row.feedback_due == add_working_days(today(), 15)
    assert (row.person_fields, row.rule) == ([], "referral_deadlines v1")
    letter = cast.client("staff").get(reverse("housing:referral_letter", args=[row.pk]))
    assert "不提供" in letter.content.decode()


@pytest.mark.paper("S-131")
def test_a_field_of_a_person_goes_along_only_with_its_reason_and_a_number_never(cast):
    at = home(cast.scope("clerk"))[0]
    with pytest.raises(Refused, match="写明为什么要提供姓名"):
        a_referral(cast, at, person_fields={"name": " "})
    with pytest.raises(Refused, match="证件号等信息不随抄告提供"):
        a_referral(cast, at, person_fields={"id_number": "要核对"})
    with pytest.raises(Refused, match="证件号"):
        a_referral(cast, at, facts="出租人 31999919900101001X")
    row = a_referral(cast, at, person_fields={"name": "要送达本人"})
    assert row.person_fields == [{"field": "name", "reason": "要送达本人"}]


@pytest.mark.paper("S-131")
def test_a_referral_is_received_answered_and_ended(cast):
    row, staff = a_referral(cast), cast.scope("staff")
    key = {"referral_id": row.pk}
    with pytest.raises(Refused, match="待签收"):
        did(staff, services.note_feedback, **key, fed_back_on=today(), feedback="已查")
    did(staff, services.receive_referral, **key, received_on=today())
    did(staff, services.handle_referral, **key)
    did(staff, services.note_feedback, **key, fed_back_on=today(), feedback="已责令改正")
    assert did(staff, services.close_referral, **key).state == "closed"


@pytest.mark.paper("S-131")
def test_a_referral_comes_back_with_a_reason(cast):
    row, staff = a_referral(cast), cast.scope("staff")
    with pytest.raises(Refused, match="退回理由"):
        did(staff, services.return_referral, referral_id=row.pk, returned_reason="")
    with acting(staff), pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=row.pk).update(state="returned")
    back = did(staff, services.return_referral, referral_id=row.pk, returned_reason="不属本部门")
    assert back.state == "returned"


def test_the_letter_is_sent_from_the_page_and_a_refusal_stands_at_its_field(cast):
    dwelling = home(cast.scope("clerk"))[0]
    url = reverse("housing:refer_dwelling", args=[dwelling.pk])
    values = {"number": "曹抄 2", "department": "fire", "kind": "fire_safety", "sent_on": "今天",
              "facts": "楼道堆物", "law_clause": "消防法第二十八条", "why_name": ""}  # fmt: skip
    client = cast.client("staff")
    bad = client.post(url, values | {"why_phone": "电话 31999919900101001X"})
    assert bad.status_code == 422
    assert "证件号" in bad.content.decode()
    assert client.post(url, values).status_code == 302
    again = client.post(url, values)
    assert again.status_code == 422
    assert "已有这个文号" in again.content.decode()


@pytest.mark.parametrize(
    ("key", "sees"), [("clerk", 200), ("neighbour", 404), ("far_street", 404), ("collector", 403)]
)
def test_sites_and_referrals_are_seen_where_they_lie(cast, key, sees):
    site, row = a_site(cast, handled=False), None
    client = cast.client(key)
    assert client.get(reverse("housing:site", args=[site.pk])).status_code == sees
    row = did(cast.scope("staff"), services.send_referral, site_id=site.pk,
              told=services.ReferralTold(number="曹抄 3", department="education",
                                         kind="illegal_kindergarten", facts="办班",
                                         law_clause="民办教育促进法", sent_on=today()))  # fmt: skip
    assert client.get(reverse("housing:referral", args=[row.pk])).status_code == sees
