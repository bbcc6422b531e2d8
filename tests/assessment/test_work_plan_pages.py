"""Pages of the yearly work plan: who sees what, what is typed, and what the numbers open."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import WorkPlan
from assessment.plan_lists import PlanItemList
from assessment.plan_report import OUTCOMES, items_shown, outcome, unit_lines
from assessment.services import plan_items, planning
from portal.exchange.exports.kinds import export_kinds
from portal.orgs.acting import acting
from tests.assessment.builders import snapshot
from tests.assessment.work_plans import (
    approved,
    by_street,
    drafted,
    items_of,
    last_day,
)
from tests.cast import HOME, STREET
from tests.exports.test_lists_of_requests import file_of
from tests.housing.rectifying import did

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]
LIST = reverse("assessment:plan_items")
VIEWERS = ("district", "second", "analyst", "street", "far_street", "staff", "lead")


def of(name, row):
    return reverse(f"assessment:{name}", args=[row.pk])


def text_of(response):
    return html.unescape(response.content.decode())


def test_the_pages_are_for_those_who_plan_and_carry_out(cast):
    pages = [LIST, reverse("assessment:plans"), reverse("assessment:plan_report")]
    for key in cast.users:
        wanted = 200 if key in VIEWERS else 403
        client = cast.client(key)
        assert {client.get(page).status_code for page in pages} == {wanted}, key


def test_a_plan_is_written_handed_in_and_approved_in_the_browser(cast):
    staff, manager = cast.client("staff"), cast.client("street")
    year = timezone.localdate().year
    assert f"曹杨新村街道{year}年人口服务管理工作计划" in text_of(
        staff.get(reverse("assessment:add_plan"))
    )
    made = staff.post(
        reverse("assessment:add_plan"), {"year": year, "title": "街道年度计划", "doc_no": ""}
    )
    with acting(cast.scope("staff")):
        plan = WorkPlan.objects.get()
    assert made["Location"] == of("plan", plan)
    asked = {
        "what": "鲜活度达到目标", "clause": "三(三)1", "owner": STREET,
        "due_on": f"{year}-12-31", "metric": "freshness", "target": "92",
    }  # fmt: skip
    refused = staff.post(of("add_plan_item", plan), asked | {"target": ""})
    assert refused.status_code == 422
    assert "写明目标值" in text_of(refused)
    assert "鲜活度达到目标" in text_of(refused)  # nothing typed is lost
    assert staff.post(of("add_plan_item", plan), asked).status_code == 302
    assert staff.post(reverse("assessment:plan_act", args=[plan.pk, "ask"])).status_code == 302
    page = text_of(manager.get(of("plan", plan)))
    assert "批准计划" in page
    assert "批准计划" not in text_of(staff.get(of("plan", plan)))
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    where = reverse("assessment:plan_act", args=[plan.pk, "approve"])
    refused = manager.post(where, {"version": version, "doc_no": "", "answer": "同意"})
    assert refused.status_code == 422
    assert manager.post(where, {"version": version, "doc_no": "〔1〕号"}).status_code == 302
    assert "执行中" in text_of(staff.get(of("plan", plan)))


def test_an_item_is_carried_out_by_its_committee_in_the_browser(cast):
    plan = approved(cast, {"owner": HOME, "what": "更新公示内容"})
    (item,) = items_of(cast.scope("lead"), plan)
    lead = cast.client("lead")
    page = text_of(lead.get(of("plan_item", item)))
    assert "登记完成" in page
    assert reverse("assessment:plan", args=[plan.pk]) not in page  # a plan that it does not see
    where = reverse("assessment:plan_item_act", args=[item.pk, "done"])
    today = timezone.localdate()
    refused = lead.post(where, {"done_on": f"{today + timedelta(days=1)}", "evidence": "照片存档"})
    assert refused.status_code == 422
    assert "完成日期晚于今天" in text_of(refused)
    assert "照片存档" in text_of(refused)
    assert lead.post(where, {"done_on": f"{today}", "evidence": "照片存档"}).status_code == 302
    assert "已完成" in text_of(cast.client("street").get(of("plan", plan)))


@pytest.mark.parametrize("key", ["far_street", "lead", "clerk"])
def test_what_is_another_unit_s_looks_absent(cast, key):
    plan = approved(cast)
    (item,) = items_of(cast.scope("street"), plan)
    wanted = 403 if key == "clerk" else 404
    assert cast.client(key).get(of("plan", plan)).status_code == wanted
    assert cast.client(key).get(of("plan_item", item)).status_code == wanted


def test_a_street_reads_its_item_and_cannot_change_the_district_s_plan(cast):
    plan = by_street(cast)
    (item,) = items_of(cast.scope("street"), plan)
    street = cast.client("street")
    assert "本年度工作计划" in text_of(street.get(of("plan_item", item)))
    assert street.get(of("plan", plan)).status_code == 404
    assert street.get(of("edit_plan_item", item)).status_code == 404
    where = reverse("assessment:remove_plan_item", args=[plan.pk, item.pk])
    assert street.post(where).status_code == 404


def test_a_target_stands_beside_the_stored_value_and_nothing_says_fulfilled(cast):
    snapshot(cast, {"freshness": (95, 100)})
    plan = approved(cast, {"metric": "freshness", "target": Decimal(90)})
    (item,) = items_of(cast.scope("street"), plan)
    for where in (of("plan", plan), of("plan_item", item)):
        page = text_of(cast.client("street").get(where))
        assert "95.00" in page
        assert "90.00" in page
        assert reverse("metrics:definition", args=["freshness"]) in page
        assert "未开始" in page  # whatever the number says
        assert not re.search("达标|已达到|未达到", page)
    assert 'data-receipt="5"' in text_of(cast.client("street").get(of("plan_item", item)))


def test_a_target_without_a_number_yet_says_why(cast):
    plan = approved(cast, {"metric": "freshness", "target": Decimal(90)})
    (item,) = items_of(cast.scope("street"), plan)
    assert "尚未计算" in text_of(cast.client("street").get(of("plan_item", item)))


def test_a_change_after_the_approval_stands_on_the_plan(cast):
    plan = approved(cast)
    staff = cast.client("staff")
    (item,) = items_of(cast.scope("staff"), plan)
    form = {
        "what": "改过的事项", "clause": item.clause, "owner": STREET,
        "due_on": f"{item.due_on}", "metric": "", "target": "", "version": item.version,
    }  # fmt: skip
    refused = staff.post(of("edit_plan_item", item), form)
    assert refused.status_code == 422
    assert staff.post(of("edit_plan_item", item), form | {"reason": "说法更准"}).status_code == 302
    page = text_of(cast.client("street").get(of("plan", plan)))
    assert "工作事项 鲜活度达到目标 改为 改过的事项" in page
    assert "说法更准" in page


def settled(cast, plan):
    """The first item done, the second not done; the others open."""
    street = cast.scope("street")
    first, second, *_rest = items_of(street, plan)
    did(street, plan_items.finish_item, item_id=first.pk, done_on=timezone.localdate(),
        evidence="见纪要")  # fmt: skip
    did(street, plan_items.give_up_item, item_id=second.pk, not_done_for="经费未到位")


FOUR = ({"what": "一"}, {"what": "二"}, {"what": "三"}, {"what": "四", "owner": HOME})


def test_every_number_of_the_report_opens_as_many_items(cast):
    settled(cast, approved(cast, *FOUR))
    by_street(cast, what="区里的一项")
    for key, units in (
        ("street", ["曹杨新村街道本级", "源园居委会"]),
        ("district", ["曹杨新村街道"]),
    ):
        client = cast.client(key)
        page = text_of(client.get(reverse("assessment:plan_report")))
        places = [page.index(f'<th scope="row">{unit}</th>') for unit in units]
        assert places == sorted(places)
        links = re.findall(rf'href="({LIST}\?[^"]+)">(\d+)</a>', page)
        assert len(links) > 5
        for address, number in links:
            shown = text_of(client.get(address))
            assert f"共 {number} 项" in re.sub(r"<[^>]+>|\s+", " ", shown).replace("  ", " ") or (
                len(set(re.findall(r"plan-items/[0-9a-f-]{36}", shown))) == int(number)
            ), address


def test_the_share_in_time_is_of_what_was_due(cast):
    settled(cast, approved(cast, *FOUR))
    scope, year = cast.scope("street"), timezone.localdate().year
    with acting(scope):
        after = last_day() + timedelta(days=1)
        own, committee = unit_lines(items_shown(scope), scope, year, None, after)
        before = unit_lines(items_shown(scope), scope, year, 4, last_day())[0]
    assert (own.due, own.in_time, own.not_done, own.waiting, own.ahead) == (3, 1, 1, 1, 0)
    assert round(own.share_in_time, 1) == 33.3
    assert (committee.due, committee.waiting, committee.share_in_time) == (1, 1, 0)
    assert (before.due, before.ahead, before.share_in_time) == (2, 1, 50)


def test_what_was_done_after_its_day_is_late(cast):
    plan, street = approved(cast), cast.scope("street")
    (item,) = items_of(street, plan)
    with acting(street):
        later = timezone.now() + timedelta(days=400)
        plan_items.finish_item(
            item_id=item.pk, done_on=last_day() + timedelta(days=9), evidence="补办", by=street,
            at=later,
        )  # fmt: skip
        rows = items_shown(street)
        counts = {key: rows.filter(outcome(key, later.date())).count() for key in OUTCOMES}
    assert counts == {"in_time": 0, "late": 1, "not_done": 0, "waiting": 0, "ahead": 0}


def test_the_list_leaves_as_a_file_of_exactly_its_rows(cast):
    settled(cast, approved(cast, *FOUR))
    rows = file_of(cast, "street", "plan_items", "state=done&state=not_done")
    assert [(row["工作事项"], row["完成情况"]) for row in rows] == [
        ("一", "按期完成"), ("二", "未完成")
    ]  # fmt: skip
    assert len(file_of(cast, "street", "plan_items")) == 2  # what is open, as the list shows
    columns = {column.key for column in export_kinds()["plan_items"].columns}
    assert {column.key for column in PlanItemList.columns} <= columns


def test_an_item_of_a_draft_is_taken_out_after_it_was_asked_once_more(cast):
    plan = drafted(cast, {"what": "多余的一项"}, {})
    (first, _second), staff = items_of(cast.scope("staff"), plan), cast.client("staff")
    where = reverse("assessment:remove_plan_item", args=[plan.pk, first.pk])
    assert "多余的一项" in text_of(staff.get(where))
    assert len(items_of(cast.scope("staff"), plan)) == 2
    assert staff.post(where)["Location"] == of("plan", plan)
    assert [item.what for item in items_of(cast.scope("staff"), plan)] == ["鲜活度达到目标"]
    approved_one = approved(cast, key="analyst", approver="district")
    (kept,) = items_of(cast.scope("analyst"), approved_one)
    gone = reverse("assessment:remove_plan_item", args=[approved_one.pk, kept.pk])
    refused = cast.client("analyst").post(gone)
    assert refused.status_code == 422
    assert "不能删除事项" in text_of(refused)


def test_where_this_year_has_its_plan_the_next_is_proposed(cast):
    drafted(cast)
    page = text_of(cast.client("staff").get(reverse("assessment:add_plan")))
    assert f"曹杨新村街道{timezone.localdate().year + 1}年" in page


def test_drafts_stand_on_no_list_and_in_no_number(cast):
    drafted(cast)
    page = text_of(cast.client("street").get(LIST))
    assert "鲜活度达到目标" not in page
    assert "没有工作计划事项" in page
    assert "拟订中" in text_of(cast.client("street").get(reverse("assessment:plans")))


def test_the_pages_ask_few_questions(cast, django_assert_max_num_queries):
    snapshot(cast, {"freshness": (95, 100)})
    lines = [
        {"what": f"第 {n} 项", "metric": "freshness", "target": Decimal(90)} for n in range(12)
    ]
    plan = approved(cast, *lines)
    client = cast.client("street")
    client.get(LIST)
    for where in (LIST, reverse("assessment:plan_report"), of("plan", plan)):
        with django_assert_max_num_queries(24):
            client.get(where)


def test_a_closed_plan_shows_its_summary(cast):
    plan, street = approved(cast), cast.scope("street")
    (item,) = items_of(street, plan)
    did(street, plan_items.give_up_item, item_id=item.pk, not_done_for="经费未到位")
    did(street, planning.close_plan, plan_id=plan.pk, summary="一项未完成，明年续办")
    page = text_of(cast.client("district").get(of("plan", plan)))
    assert "明年续办" in page
