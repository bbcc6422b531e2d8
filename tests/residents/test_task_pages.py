"""Collection tasks on pages, in files, in the to-do list and at the door."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.desk.inbox import inbox
from portal.exchange.exports.copying import selected
from portal.exchange.exports.kinds import export_kinds
from portal.orgs.acting import acting
from residents.collection_tasks import CollectionTask
from residents.door import day_list
from residents.tasks import make_due_tasks
from tests.residents.builders import home
from tests.residents.task_builders import (
    Kind,
    State,
    Why,
    again,
    ask,
    couple_at,
    tasks_of,
    verify,
)

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-21")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.fixture
def couple(clerk, homes):
    return couple_at(clerk, homes[0])


def plain(response):
    return re.sub(r"<[^>]+>|\s+", "", response.content.decode())


def test_a_list_shows_the_open_tasks_and_its_conditions_narrow_them(cast, clerk, homes, couple):
    make_due_tasks()
    ask(clerk, homes[1], kind=Kind.NEW, reason="群租线索回访", assigned=clerk.user_id)
    client = cast.client("clerk")
    where = reverse("residents:tasks")
    shown = plain(client.get(where))
    assert "6号101室" in shown
    assert "群租线索回访" in shown
    assert "共2件" in shown
    counted = {
        "kind=new": 1, "why=cycle": 1, "overdue=1": 1, "mine=1": 1, "blank=assigned": 1,
        "filled=reason": 1, "state=done": 0, f"assigned={clerk.user_id}": 1, "place=102": 1,
    }  # fmt: skip
    for query, count in counted.items():
        found = client.get(f"{where}?{query}").content.decode()
        assert found.count('name="pick"') == count, query


def test_a_task_names_the_rule_that_asks_for_it(cast, clerk, homes, couple):
    make_due_tasks()
    with acting(clerk):
        task = CollectionTask.objects.exclude(rule="").first()
    shown = plain(cast.client("clerk").get(reverse("residents:task", args=[task.pk])))
    assert "规则核实周期（天）第1版" in shown
    assert "verification_cycle" not in shown


def test_a_street_sees_the_counts_of_its_committees(cast, clerk, homes, couple):
    make_due_tasks()
    verify(clerk, homes[0])
    due = tasks_of(clerk)[0].due_on
    shown = plain(cast.client("street").get(
        reverse("residents:tasks_report") + f"?month={due:%Y-%m}"
    ))  # fmt: skip
    assert "采集任务按期情况" in shown
    assert f"{cast.scope('clerk').unit_name}10100.0%" in shown


def test_the_file_of_the_report_has_the_numbers_of_the_page(cast, clerk, homes, couple):
    make_due_tasks()
    verify(clerk, homes[0])
    kind, street, today = export_kinds()["task_months"], cast.scope("street"), timezone.localdate()
    month = f"month={tasks_of(clerk)[0].due_on:%Y-%m}"
    with acting(street):
        rows = kind.rows(street, month, today)
        assert dict(rows.values_list("committee_id", "n_due"))[clerk.unit] == 1
        found = list(selected(kind, rows, kind.columns, today, serial_days=True))
    assert (clerk.unit_name, 1, 0, 1, 0, 0) in found
    assert kind.conditions(street, month, today) == [f"到期月份 {month[6:]}"]


@pytest.mark.parametrize("kind", ["tasks", "task_months"])
def test_both_lists_leave_as_files(cast, homes, couple, kind):
    make_due_tasks()
    made = cast.client("clerk").post(
        reverse("exports:quick", args=[kind]), {"purpose": "月度核对", "format": "csv"}, follow=True
    )
    assert made.status_code == 200
    body = b"".join(made.streaming_content) if made.streaming else made.content
    assert ("6号 101室" if kind == "tasks" else "应办") in body.decode("utf-8-sig")


def test_a_dwelling_is_asked_for_from_its_page(cast, clerk, homes, couple):
    client = cast.client("clerk")
    where = reverse("residents:ask_task", args=[homes[0].pk])
    assert where in client.get(reverse("housing:dwelling", args=[homes[0].pk])).content.decode()
    assert "万志强" in client.get(where).content.decode()
    due = timezone.localdate() + timedelta(days=3)
    posted = {"kind": "change", "residence": str(couple[0].pk), "due_on": f"{due}", "assigned": "",
              "reason": "电话换了"}  # fmt: skip
    wrong = client.post(where, posted | {"reason": "证件 319999198607180025"})
    assert wrong.status_code == 422
    assert "不要写证件号码" in wrong.content.decode()
    assert client.post(where, posted)["Location"] == reverse("residents:tasks")
    (task,) = tasks_of(clerk)
    assert (task.kind, task.residence_id, task.due_on) == ("change", couple[0].pk, due)


def test_a_whole_building_is_asked_for_at_once_and_what_is_asked_already_stays(
    cast, clerk, homes, couple
):
    ask(clerk, homes[0])
    client, url = cast.client("clerk"), reverse("residents:ask_verify")
    chosen = {"all": "1", "query": f"building={homes[0].building_id}"}
    told = plain(client.post(url, chosen))
    assert f"将布置{len(homes) - 1}套，1套保持不变" in told
    assert "已有同样的采集任务" in told
    due = timezone.localdate() + timedelta(days=10)
    agreed = chosen | {"agreed": "1", "due_on": f"{due}", "reason": "专项核实", "assigned": ""}
    assert client.post(url, agreed | {"reason": ""}).status_code == 422
    client.post(url, agreed)
    assert len(tasks_of(clerk, kind="verify")) == len(homes)
    assert len(tasks_of(clerk, reason="专项核实", due_on=due)) == len(homes) - 1


def test_a_building_offers_it_and_the_pane_shows_what_is_asked(cast, clerk, homes, couple):
    ask(clerk, homes[0], kind=Kind.CHANGE, residence_id=couple[0].pk, reason="电话换了")
    board = reverse("housing:board", args=[homes[0].building_id])
    assert "布置全楼核实" in cast.client("clerk").get(board).content.decode()
    assert "布置全楼核实" not in cast.client("collector").get(board).content.decode()
    pane = plain(cast.client("collector").get(reverse("residents:pane", args=[homes[0].pk])))
    assert "变更登记万志强电话换了" in pane


def test_tasks_are_given_and_withdrawn_together_those_of_the_rule_stay(cast, clerk, homes, couple):
    make_due_tasks()
    by_hand = ask(clerk, homes[1], kind=Kind.NEW)
    client, collector = cast.client("clerk"), cast.users["collector"]
    chosen = {"pick": [str(task.pk) for task in tasks_of(clerk)], "all": "", "query": ""}
    client.post(
        reverse("residents:assign_tasks"), chosen | {"agreed": "1", "assigned": str(collector.pk)}
    )
    assert {task.assigned_to for task in tasks_of(clerk)} == {"顾小满"}
    told = plain(client.post(reverse("residents:withdraw_tasks"), chosen))
    assert "将撤回1件，1件保持不变" in told
    assert "不能撤回" in told
    client.post(
        reverse("residents:withdraw_tasks"), chosen | {"agreed": "1", "reason": "住户已自行来登记"}
    )
    assert again(clerk, by_hand).state == State.WITHDRAWN
    assert again(clerk, by_hand).withdrawn_for == "住户已自行来登记"
    assert [task.why for task in tasks_of(clerk, state="open")] == [Why.CYCLE]


def test_only_who_gives_out_tasks_sees_the_acts(cast, clerk, homes, couple):
    make_due_tasks()
    where = reverse("residents:tasks")
    assert "分派…" in cast.client("clerk").get(where).content.decode()
    for key in ("collector", "street"):
        assert "分派…" not in cast.client(key).get(where).content.decode()
    refused = cast.client("collector").post(reverse("residents:assign_tasks"), {})
    assert refused.status_code == 403


def test_one_task_tells_its_course_and_leads_to_the_work(cast, clerk, homes, couple, told):
    make_due_tasks()
    (task,) = tasks_of(clerk)
    url = reverse("residents:task", args=[task.pk])
    shown = cast.client("collector").get(url)
    assert reverse("residents:entry", args=[homes[0].pk]) in shown.content.decode()
    assert "按核实周期生成" in plain(shown)
    assert cast.client("neighbour").get(url).status_code == 404
    verify(clerk, homes[0])
    assert "已办结" in plain(cast.client("clerk").get(url))
    assert len(told("residents.task_viewed")) == 2


def test_the_inbox_and_the_list_count_the_same(cast, clerk, homes, couple):
    make_due_tasks()
    ask(clerk, homes[1], kind=Kind.NEW)
    ask(clerk, homes[2], assigned=cast.users["collector"].pk)
    with acting(clerk):
        tabs = {tab.key: tab.count for tab in inbox(clerk, timezone.localdate()).tabs}
    assert tabs["due"] == 2  # the third is the collector's
    collector = cast.scope("collector")
    with acting(collector):
        tabs = {tab.key: tab.count for tab in inbox(collector, timezone.localdate()).tabs}
    assert tabs["due"] == 3


def test_the_door_holds_the_tasks_of_whoever_goes(cast, clerk, homes, couple, today):
    ask(clerk, homes[3], kind=Kind.NEW, assigned=cast.users["collector"].pk, reason="新搬来")
    ask(clerk, homes[4], kind=Kind.NEW, days=0)
    collector, clerks = cast.scope("collector"), cast.scope("clerk")
    with acting(collector):
        stops = {each["id"]: each for each in day_list(collector, today, buildings=[])}
    assert [stops[str(homes[3].pk)]["tasks"], set(stops)] == [
        ["新增登记：新搬来，5 天后"], {str(homes[3].pk)},
    ]  # fmt: skip
    with acting(clerks):
        stops = {each["id"]: each for each in day_list(clerks, today, buildings=None)}
    assert stops[str(homes[4].pk)]["tasks"] == ["新增登记：住户来电要求核对，今天"]
