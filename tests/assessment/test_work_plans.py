"""A yearly work plan from draft to close: two people, units only, nothing said by a number."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from assessment.models import WorkPlan, WorkPlanChange, WorkPlanItem
from assessment.services import plan_items, planning
from portal.desk.inbox import inbox
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.assessment.work_plans import (
    an_item,
    approved,
    by_street,
    drafted,
    items_of,
    last_day,
    read,
)
from tests.cast import DISTRICT, FAR_STREET, HOME, NEXT_DOOR, STREET
from tests.housing.rectifying import did

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]
Refused = planning.UnableToPlan


def finish(by, item, **changes):
    told = {"done_on": timezone.localdate(), "evidence": "会议纪要，存人口办"} | changes
    return did(by, plan_items.finish_item, item_id=item.pk, **told)


def adjust(by, plan, item, reason="上级改期", **changes):
    given = {"due_on": item.due_on, "owner": item.committee_id, "what": item.what} | changes
    return did(
        by, plan_items.save_item, plan_id=plan.pk, item_id=item.pk, version=item.version,
        told=an_item(plan, **given), reason=reason,
    )  # fmt: skip


def test_a_plan_goes_from_draft_to_close(cast, told):
    plan = approved(cast, {}, {"owner": HOME, "what": "更新公示内容"})
    assert (plan.state, plan.doc_no, plan.decided_name) == ("approved", "〔1〕号", "顾振宇")
    street, lead = cast.scope("street"), cast.scope("lead")
    own, committee = items_of(street, plan)
    assert own.plan_state == committee.plan_state == "approved"
    did(lead, plan_items.start_item, item_id=committee.pk)
    assert finish(lead, committee).is_late is False
    with pytest.raises(Refused, match=r"还有 1 项没有办结：1\. 鲜活度达到目标"):
        did(street, planning.close_plan, plan_id=plan.pk, summary="完成")
    did(street, plan_items.give_up_item, item_id=own.pk, not_done_for="系统改造未完成")
    with pytest.raises(Refused, match="写明总结"):
        did(street, planning.close_plan, plan_id=plan.pk, summary=" ")
    closed = did(street, planning.close_plan, plan_id=plan.pk, summary="一项完成，一项未完成")
    assert closed.state == "closed"
    acts = ("written", "asked", "approved", "closed", "item_written", "item_started", "item_done",
            "item_not_done")  # fmt: skip
    assert [len(told(f"assessment.plan_{act}")) for act in acts] == [1, 1, 1, 1, 2, 1, 1, 1]
    (event,) = told("assessment.plan_item_done")
    assert event["scope_code"] == HOME
    assert event["actor_name"] == "郑书记"


def test_nobody_approves_what_they_wrote(cast):
    plan = drafted(cast)
    manager = cast.scope("street")
    did(manager, plan_items.save_item, plan_id=plan.pk, told=an_item(plan, what="主任加的一项"))
    plan = did(cast.scope("staff"), planning.ask_approval, plan_id=plan.pk)
    asked = {
        "plan_id": plan.pk,
        "agreed": True,
        "answer": "",
        "doc_no": "1",
        "version": plan.version,
    }
    with pytest.raises(NotAllowed, match="拟订人不能批准"):
        did(manager, planning.decide_plan, **asked)
    with pytest.raises(NotAllowed, match="不能批准"):
        did(cast.scope("staff"), planning.decide_plan, **asked)
    with acting(manager), pytest.raises(IntegrityError), transaction.atomic():
        WorkPlan.objects.filter(pk=plan.pk).update(
            state="approved", doc_no="1", decided_by=plan.written_by
        )
    assert did(cast.scope("district"), planning.decide_plan, **asked).state == "approved"


def test_a_plan_that_waits_is_not_changed_and_can_be_taken_back(cast):
    plan = drafted(cast)
    staff = cast.scope("staff")
    waiting = did(staff, planning.ask_approval, plan_id=plan.pk)
    (item,) = items_of(staff, plan)
    with pytest.raises(Refused, match="待批准"):
        adjust(staff, plan, item)
    did(staff, planning.withdraw_plan, plan_id=plan.pk)
    adjust(staff, plan, item, what="改过的一项")
    again = did(staff, planning.ask_approval, plan_id=plan.pk)
    with pytest.raises(Refused, match="刚改过"):  # what the manager read was another plan
        did(cast.scope("street"), planning.decide_plan, plan_id=plan.pk, agreed=True, answer="",
            doc_no="1", version=waiting.version)  # fmt: skip
    assert again.version > waiting.version


def test_a_plan_is_returned_with_a_reason(cast):
    plan = did(cast.scope("staff"), planning.ask_approval, plan_id=drafted(cast).pk)
    manager = cast.scope("street")
    decide = {"plan_id": plan.pk, "version": plan.version}
    with pytest.raises(Refused, match="退回要写明理由"):
        did(manager, planning.decide_plan, agreed=False, answer="", **decide)
    with pytest.raises(Refused, match="写明文号"):
        did(manager, planning.decide_plan, agreed=True, answer="", doc_no="", **decide)
    back = did(manager, planning.decide_plan, agreed=False, answer="缺少经费一项", **decide)
    assert (back.state, back.answer) == ("draft", "缺少经费一项")
    shown = todo(cast.scope("staff"), timezone.localdate())
    assert "退回：缺少经费一项" in [item.reason for item in shown]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what": " "}, "请填写工作事项"), ({"what": "联系 13812345678"}, "不写证件号、手机号"),
        ({"clause": "五"}, "文件条款"), ({"owner": FAR_STREET}, "本计划范围内"),
        ({"owner": DISTRICT}, "本计划范围内"), ({"due_on": date(2031, 1, 1)}, "年内"),
        ({"metric": "freshness"}, "写明目标值"), ({"target": Decimal(9)}, "请选择指标"),
        ({"metric": "freshness", "target": Decimal(101)}, "0 到 100"),
        ({"metric": "no_such", "target": Decimal(9)}, "不能定目标"),
        ({"metric": "actual_population", "target": Decimal(9)}, "不能定目标"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value)),
)  # fmt: skip
def test_what_cannot_be_an_item_is_refused_at_its_field(cast, changes, sentence):
    plan = drafted(cast)
    with pytest.raises(Refused, match=sentence) as why:
        did(cast.scope("staff"), plan_items.save_item, plan_id=plan.pk,
            told=an_item(plan, **changes))  # fmt: skip
    assert why.value.field in {*changes, "metric", "target"}


def test_the_district_gives_items_to_itself_and_its_streets_only(cast):
    owners = plan_items.owners_of(DISTRICT, timezone.localdate())
    assert {DISTRICT, STREET, FAR_STREET} <= set(owners)
    assert HOME not in owners
    assert {STREET, HOME, NEXT_DOOR} <= set(plan_items.owners_of(STREET, timezone.localdate()))


def test_one_plan_a_year_and_none_of_a_committee(cast):
    drafted(cast)
    with pytest.raises(Refused, match="已有工作计划") as why:
        drafted(cast)
    assert why.value.field == "year"
    with pytest.raises(NotAllowed):
        drafted(cast, key="lead")


def test_an_empty_plan_is_not_handed_in(cast):
    staff = cast.scope("staff")
    plan = drafted(cast)
    (item,) = items_of(staff, plan)
    did(staff, plan_items.remove_item, item_id=item.pk)
    with pytest.raises(Refused, match="还没有事项"):
        did(staff, planning.ask_approval, plan_id=plan.pk)


def test_numbers_have_no_gap_after_one_is_taken_out(cast):
    staff = cast.scope("staff")
    plan = drafted(cast, {"what": "一"}, {"what": "二"}, {"what": "三"})
    did(staff, plan_items.remove_item, item_id=items_of(staff, plan)[1].pk)
    assert [(item.number, item.what) for item in items_of(staff, plan)] == [(1, "一"), (2, "三")]


def test_after_the_approval_a_change_takes_a_reason_that_stays(cast):
    plan = approved(cast)
    staff = cast.scope("staff")
    (item,) = items_of(staff, plan)
    nearer = max(timezone.localdate(), last_day() - timedelta(days=1))
    with pytest.raises(Refused, match="写明调整理由"):
        adjust(staff, plan, item, reason=" ", what="新的说法")
    with pytest.raises(Refused, match="不能删除事项"):
        did(staff, plan_items.remove_item, item_id=item.pk)
    moved = adjust(staff, plan, item, due_on=nearer, owner=HOME)
    assert moved.moved == (nearer != last_day())
    with acting(cast.scope("lead")):
        (change,) = WorkPlanChange.objects.in_scope(cast.scope("lead"))
    assert "承办单位 曹杨新村街道 改为 源园居委会" in change.told
    assert (change.reason, change.by_name) == ("上级改期", "何静")
    assert read(staff, plan).version == plan.version  # the approval stands
    with pytest.raises(Refused, match="刚改过"):
        adjust(staff, plan, item, what="又一个说法")


def test_an_item_added_later_says_so(cast):
    plan = approved(cast)
    staff = cast.scope("staff")
    did(staff, plan_items.save_item, plan_id=plan.pk, told=an_item(plan, what="增列的一项"),
        reason="市里新要求")  # fmt: skip
    added = items_of(staff, plan)[1]
    with acting(staff):
        assert list(added.changes.values_list("told", "reason")) == [("增列本项", "市里新要求")]
    assert added.is_in_force


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"evidence": " "}, "完成情况和依据"), ({"done_on": "tomorrow"}, "晚于今天"),
        ({"done_on": "before"}, "早于"), ({"evidence": "31999919900101001X 已登记"}, "不写证件号"),
    ],
    ids=["no-evidence", "tomorrow", "another-year", "a-person"],
)  # fmt: skip
def test_done_takes_a_day_and_evidence(cast, changes, sentence):
    plan, street = approved(cast), cast.scope("street")
    (item,) = items_of(street, plan)
    today = timezone.localdate()
    days = {"tomorrow": today + timedelta(days=1), "before": date(today.year - 1, 12, 31)}
    if "done_on" in changes:
        changes = {"done_on": days[changes["done_on"]]}
    with pytest.raises(Refused, match=sentence):
        finish(street, item, **changes)


def test_what_was_said_by_mistake_is_taken_back_and_stays_on_record(cast):
    plan, street = approved(cast), cast.scope("street")
    (item,) = items_of(street, plan)
    finish(street, item)
    with pytest.raises(Refused, match="已完成，先重新办理"):
        adjust(cast.scope("staff"), plan, item)
    again = did(street, plan_items.reopen_item, item_id=item.pk, reason="误登")
    assert (again.state, again.done_on, again.evidence) == ("under_way", None, "")
    with acting(street):
        (change,) = again.changes.all()
    assert "会议纪要，存人口办" in change.told
    with pytest.raises(Refused, match="办理中"):
        did(street, plan_items.reopen_item, item_id=item.pk, reason="误登")


def test_nothing_is_reported_before_the_approval_or_after_the_close(cast):
    plan, street = drafted(cast), cast.scope("street")
    (item,) = items_of(street, plan)
    with pytest.raises(Refused, match="计划批准后、办结前"):
        finish(street, item)
    with acting(street), pytest.raises(IntegrityError), transaction.atomic():
        WorkPlanItem.objects.filter(pk=item.pk).update(
            state="done",
            done_on=item.due_on,
            evidence="x",
            settled_by="x",
            settled_at=item.plan.written_at,
        )


def test_a_street_sees_its_item_of_the_district_s_plan_and_not_the_plan(cast):
    plan = by_street(cast)
    street = cast.scope("street")
    (item,) = items_of(street, plan)
    assert (item.plan_title, item.doc_no) == ("本年度工作计划", "〔1〕号")
    with acting(street):
        assert not WorkPlan.objects.filter(pk=plan.pk).exists()
    assert items_of(cast.scope("far_street"), plan) == []
    with pytest.raises(WorkPlanItem.DoesNotExist):
        finish(cast.scope("far_street"), item)
    assert finish(street, item).state == "done"


def test_a_draft_of_the_district_is_nobody_else_s(cast):
    plan = drafted(cast, {"owner": STREET}, key="analyst")
    assert items_of(cast.scope("street"), plan) == []
    assert len(items_of(cast.scope("district"), plan)) == 1


def test_the_district_does_not_report_for_a_street_s_own_plan(cast):
    plan = approved(cast)
    (item,) = items_of(cast.scope("district"), plan)
    with pytest.raises(NotAllowed, match="承办单位或编制单位"):
        finish(cast.scope("district"), item)
    with pytest.raises(NotAllowed, match="编制单位自己"):
        did(cast.scope("district"), planning.close_plan, plan_id=plan.pk, summary="完成")


def test_the_database_refuses_an_item_of_another_street(cast):
    plan = approved(cast)
    (item,) = items_of(cast.scope("street"), plan)
    with (
        acting(cast.scope("street")),
        transaction.atomic(),
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        WorkPlanItem.objects.filter(pk=item.pk).update(committee_id=FAR_STREET)


def todo(scope, day):
    with acting(scope):
        return [item for group in inbox(scope, day, most=50).groups for item in group.items]


def test_an_overdue_item_waits_for_the_lead_of_its_unit_alone(cast):
    approved(cast, {"owner": HOME, "what": "更新公示内容"})
    overdue, early = last_day() + timedelta(days=3), last_day() - timedelta(days=40)
    seen = {key: [item.level for item in todo(cast.scope(key), overdue) if item.kind == "plan_item"]
            for key in ("lead", "clerk", "neighbour", "street", "staff", "district")}  # fmt: skip
    assert seen.pop("lead") == ["must"]
    assert not any(seen.values())
    assert not [item for item in todo(cast.scope("lead"), early) if item.kind == "plan_item"]


def test_a_plan_waits_for_those_who_approve_and_did_not_write_it(cast):
    did(cast.scope("staff"), planning.ask_approval, plan_id=drafted(cast).pk)
    day = timezone.localdate()
    waits = {key: [item.kind for item in todo(cast.scope(key), day)].count("work_plan")
             for key in ("street", "staff", "far_street", "district")}  # fmt: skip
    assert waits == {"street": 1, "staff": 0, "far_street": 0, "district": 0}
