"""A campaign from plan to close: two people, visits of two, help before the end (S-74…S-78)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from housing import services
from housing.models import Campaign, Finding, KeyArea, KeyAreaBuilding
from housing.rectifying import CAMPAIGN, FINDING, REFERRAL, SITE, ended
from portal.desk.inbox import inbox
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents.models import Lead
from tests.housing.rectifying import (
    a_plan,
    an_area,
    did,
    found,
    rechecked,
    running,
    targets_of,
    today,
)
from tests.residents.builders import home
from tests.residents.test_group_rental import said, two_strangers

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-74", "S-75", "S-77")]
Refused = services.UnableToRectify


@pytest.mark.parametrize("course", [CAMPAIGN, FINDING, SITE, REFERRAL])
def test_every_state_is_reached_and_leads_to_an_end(course):
    reached, waiting = set(), [next(iter(course))]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += course[state]
    assert reached == set(course)
    assert ended(course)


def test_a_campaign_goes_from_plan_to_close(cast, told):
    dwelling = two_strangers(cast)
    campaign = running(cast, an_area(cast, dwelling))
    assert targets_of(cast, campaign) == {dwelling.room_no: "群租疑似"}
    finding = found(cast, dwelling, campaign=campaign)
    said(cast, "street", dwelling)
    staff = cast.scope("staff")
    did(staff, services.begin_recheck, campaign_id=campaign.pk)
    with pytest.raises(Refused, match="还有 1 项没有办结.*待告知.*没有写帮助安置"):
        did(staff, services.close_campaign, campaign_id=campaign.pk, summary="完成")
    rechecked(cast, finding)
    end = {"finding_id": finding.pk, "end_reason": ""}
    with pytest.raises(Refused, match="没有写不能办结"):
        did(staff, services.close_finding, assistance=" ", **end)
    with pytest.raises(Refused, match="仍是已认定的群租"):
        did(staff, services.close_finding, assistance="协助另租", **end)
    said(cast, "street", dwelling, "rectified", assistance="协助两人另租，给了一个月")
    closed = did(staff, services.close_finding, assistance="协助另租", **end)
    assert closed.state == "closed"
    with pytest.raises(Refused, match="写明总结"):
        did(staff, services.close_campaign, campaign_id=campaign.pk, summary="")
    did(staff, services.close_campaign, campaign_id=campaign.pk, summary="一套整改完成")
    assert [len(told(f"housing.campaign_{act}")) for act in
            ("planned", "approved", "running", "rechecking", "closed")] == [1] * 5  # fmt: skip
    sheet = cast.client("staff").get(reverse("housing:campaign_sheet", args=[campaign.pk]))
    shown = sheet.content.decode()
    assert "一套整改完成" in shown
    assert dwelling.address not in shown


def test_nobody_approves_a_plan_of_their_own(cast):
    plan = a_plan(cast, an_area(cast, home(cast.scope("clerk"))[0]), key="street")
    with pytest.raises(NotAllowed, match="自己的方案"):
        did(cast.scope("street"), services.decide_campaign, campaign_id=plan.pk, agreed=True,
            answer="")  # fmt: skip
    with acting(cast.scope("street")), pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=plan.pk).update(decided_by=plan.planned_by, state="approved")


def test_a_plan_is_returned_with_a_reason_and_changed(cast):
    area = an_area(cast, home(cast.scope("clerk"))[0])
    plan, manager = a_plan(cast, area), cast.scope("street")
    with pytest.raises(Refused, match="退回要写明理由"):
        did(manager, services.decide_campaign, campaign_id=plan.pk, agreed=False, answer="")
    did(manager, services.decide_campaign, campaign_id=plan.pk, agreed=False, answer="缺依据")
    with pytest.raises(Refused, match="待批准"):
        did(cast.scope("staff"), services.start_campaign, campaign_id=plan.pk)
    form = cast.client("staff").get(reverse("housing:edit_campaign", args=[plan.pk]))
    assert "群租整治" in form.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"members": [1]}, "两人以上"), ({"areas": []}, "重点区域"), ({"legal_basis": " "}, "依据"),
        ({"ends_on": None}, "早于"),
    ],
)  # fmt: skip
def test_a_plan_without_law_team_or_place_is_refused(cast, changes, sentence):
    area = an_area(cast, home(cast.scope("clerk"))[0])
    if "ends_on" in changes:
        changes = {"ends_on": today() - timedelta(days=1)}
    with pytest.raises(Refused, match=sentence):
        a_plan(cast, area, **changes)


def test_other_areas_draw_what_was_not_verified_within_their_cycle(cast):
    dwellings = home(cast.scope("clerk"), floors=1, per_floor=2)
    area = an_area(cast, *dwellings, kind="urban_village")
    campaign = running(cast, area, theme="urban_village")
    assert targets_of(cast, campaign) == {d.room_no: "超过 30 天没有核实" for d in dwellings}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"visitors": "one"}, "两人以上"), ({"badge_shown": False}, "出示证件"),
        ({"entry_basis": "outside_only"}, "没有入户"), ({"visitors": "far"}, "不在本地岗位"),
        ({"facts": "住客 31999919900101001X"}, "证件号"), ({"kind": "?"}, "请选择"),
    ],
)  # fmt: skip
def test_a_visit_that_cannot_be_one_is_refused(cast, changes, sentence):
    dwelling = home(cast.scope("clerk"))[0]
    who = {"one": [cast.users["staff"].pk],
           "far": [cast.users["staff"].pk, cast.users["far_clerk"].pk]}  # fmt: skip
    if "visitors" in changes:
        changes = {"visitors": who[changes["visitors"]]}
    with pytest.raises(Refused, match=sentence):
        found(cast, dwelling, **({"kind": "G4"} | changes))


def test_only_the_team_visits_and_only_the_targets(cast):
    suspected = two_strangers(cast)
    campaign = running(cast, an_area(cast, suspected))
    others = [cast.users["clerk"].pk, cast.users["staff"].pk]
    with pytest.raises(Refused, match="不是工作组成员"):
        found(cast, suspected, campaign=campaign, visitors=others)
    with acting(cast.scope("staff")):
        other = suspected.building.dwellings.exclude(pk=suspected.pk).first()
    with pytest.raises(Refused, match="不是这次行动的检查目标"):
        found(cast, other, campaign=campaign)


def test_somebody_who_is_not_registered_becomes_a_lead_of_the_committee(cast):
    dwelling = home(cast.scope("clerk"))[0]
    found(cast, dwelling, "missing", facts="一对夫妻住了两个月")
    with acting(cast.scope("clerk")):
        lead = Lead.objects.get()
    assert (lead.kind, lead.channel, lead.dwelling_id) == ("new", "14", dwelling.pk)


def test_nothing_found_is_a_visit_that_ends_at_once(cast):
    finding = found(cast, home(cast.scope("clerk"))[0], "none", facts="一家三口自住")
    assert (finding.state, finding.is_settled) == ("dismissed", True)


def test_whoever_found_it_does_not_check_it_again(cast):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe", key="street")
    with pytest.raises(NotAllowed, match="不能复查自己"):
        did(cast.scope("street"), services.recheck_finding, finding_id=finding.pk, passed=True,
            rechecked_on=today(), progress="好了")  # fmt: skip
    with acting(cast.scope("street")), pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(rechecked_by=finding.found_by)


def test_a_notice_gives_time_and_asks_after_old_and_young(cast):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe")
    notice = {"finding_id": finding.pk, "notice_no": "告 1", "noticed_on": today()}
    with pytest.raises(Refused, match="不少于 7 天"):
        did(cast.scope("staff"), services.notify_finding, **notice, vulnerable="没有",
            due_on=today() + timedelta(days=6))  # fmt: skip
    with pytest.raises(Refused, match="老人、儿童"):
        did(cast.scope("staff"), services.notify_finding, **notice, vulnerable="",
            due_on=today() + timedelta(days=30))  # fmt: skip


def test_a_finding_closes_only_with_help_and_a_second_look(cast):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe")
    with acting(cast.scope("staff")), pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(state="closed", noticed_on=today())


@pytest.mark.paper("S-87")
def test_an_informal_site_ends_only_with_notice_and_a_place_for_those_there(cast):
    area = an_area(cast, home(cast.scope("clerk"))[0], kind="informal_site", people=12)
    staff = cast.scope("staff")
    with pytest.raises(Refused, match="“棠浦路一带”还没有告知"):
        did(staff, services.end_area, area_id=area.pk, reason="已清空")
    with pytest.raises(Refused, match="怎样安置"):
        did(staff, services.end_area, area_id=area.pk, reason="已清空", noticed_on=today())
    with acting(staff), pytest.raises(IntegrityError), transaction.atomic():
        KeyArea.objects.filter(pk=area.pk).update(until=today())
    ended_area = did(staff, services.end_area, area_id=area.pk, reason="已清空",
                     noticed_on=today(), resettlement="十二人住进宿舍型保障房")  # fmt: skip
    assert ended_area.until == today()


@pytest.mark.paper("S-78")
def test_a_target_without_a_number_says_why(cast):
    area = an_area(cast, home(cast.scope("clerk"))[0])
    page = cast.client("staff").get(reverse("housing:area", args=[area.pk])).content.decode()
    assert "鲜活度" in page
    assert "还没有抽查或计算出这个数" in page


def test_an_area_is_gone_through_in_its_cycle(cast):
    area = an_area(cast, home(cast.scope("clerk"))[0], cycle_days=7)
    did(cast.scope("staff"), services.review_area, area_id=area.pk, note="逐户核实")
    with acting(cast.scope("staff")):
        area.refresh_from_db()
    assert area.review_by == today() + timedelta(days=7)


def test_an_area_is_entered_by_addresses_and_a_lane_stands_for_all(cast):
    home(cast.scope("clerk"))
    client, staff = cast.client("staff"), cast.users["street"]
    post = services.owners_at(cast.scope("staff").unit, today())
    owner = next(key for key, name in post.items() if name.startswith(staff.name))
    values = {"kind": "urban_village", "name": "棠浦村", "owner_post": owner, "since": "今天",
              "cycle_days": 30, "buildings": "棠浦路988弄6号\n没有的路1号"}  # fmt: skip
    refused = client.post(reverse("housing:add_area"), values)
    assert refused.status_code == 422
    assert "没有找到：没有的路1号" in refused.content.decode()
    assert client.post(reverse("housing:add_area"), values | {"buildings": "棠浦路988弄"}
                       ).status_code == 302  # fmt: skip
    with acting(cast.scope("clerk")):
        assert KeyAreaBuilding.objects.count() == 1


# --- who sees what ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "sees"),
    [("staff", 200), ("street", 200), ("district", 200), ("clerk", 200), ("lead", 200),
     ("neighbour", 404), ("far_street", 404), ("collector", 403), ("housing", 403),
     ("analyst", 403), ("window", 403)],
)  # fmt: skip
def test_a_finding_is_seen_where_it_lies(cast, key, sees):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe")
    got = cast.client(key).get(reverse("housing:finding", args=[finding.pk]))
    assert got.status_code == sees


@pytest.mark.parametrize(("key", "sees"), [("street", 200), ("clerk", 404), ("far_street", 404)])
def test_a_campaign_is_its_streets(cast, key, sees):
    plan = a_plan(cast, an_area(cast, home(cast.scope("clerk"))[0]))
    got = cast.client(key).get(reverse("housing:campaign", args=[plan.pk]))
    assert got.status_code == sees


@pytest.mark.parametrize("key", ["clerk", "lead", "district"])
def test_nobody_else_runs_a_campaign(cast, key):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe")
    url = reverse("housing:finding_act", args=[finding.pk, "dismiss"])
    assert cast.client(key).post(url, {"end_reason": "误报"}).status_code == 403


def test_a_refusal_keeps_what_was_typed(cast):
    finding = found(cast, home(cast.scope("clerk"))[0], "unsafe")
    url = reverse("housing:finding_act", args=[finding.pk, "notify"])
    got = cast.client("staff").post(url, {
        "notice_no": "告字 77 号", "noticed_on": "今天", "due_on": "今天", "vulnerable": "没有",
    })  # fmt: skip
    shown = got.content.decode()
    assert got.status_code == 422
    assert "不少于 7 天" in shown
    assert "告字 77 号" in shown


@pytest.mark.parametrize("name", ["areas", "campaigns", "findings", "sites", "referrals"])
def test_each_list_opens_and_says_when_it_is_empty(cast, name):
    shown = cast.client("staff").get(reverse(f"housing:{name}")).content.decode()
    assert "没有" in shown


def test_key_areas_whose_cycle_ends_are_on_the_streets_list(cast):
    """A week before, then overdue, until somebody has gone through the area."""
    area = an_area(cast, home(cast.scope("clerk"))[0])

    def waits(key="staff"):
        by = cast.scope(key)
        with acting(by):
            found = inbox(by, today(), kind="area")
        if not {tab.key: tab.count for tab in found.tabs}.get("area"):
            return []
        return [(group.key, item.subject) for group in found.groups for item in group.items]

    assert waits() == []  # thirty days are left
    with acting(cast.scope("staff")):
        KeyArea.objects.filter(pk=area.pk).update(review_by=today() - timedelta(days=1))
    assert waits() == waits("street") == [("overdue", "棠浦路一带")]
    assert waits("far_street") == []
    page = cast.client("staff").get(reverse("desk:todo")).content.decode()
    assert reverse("housing:area", args=[area.pk]) in page
    did(cast.scope("staff"), services.review_area, area_id=area.pk, note="逐户看过")
    assert waits() == []
