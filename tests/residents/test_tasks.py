"""Collection tasks: made by the cycle or by hand, ended by the work they ask for, never twice."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from housing.models import DwellingUnit
from portal.orgs import posts
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import CollectionTask, Residence
from residents.tasks import make_due_tasks
from tests.cast import DISTRICT, HOME
from tests.residents.builders import backdated, family_of_four, home, number, register
from tests.residents.task_builders import (
    Kind,
    State,
    Why,
    again,
    ask,
    change,
    couple_at,
    leave,
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


# --- made by the cycle -----------------------------------------------------------------------


def test_the_night_asks_for_dwellings_where_somebody_is_soon_due(clerk, homes, couple, today):
    soon = register(clerk, homes[1], name="石思源", document_number=number(sequence=31), phone="")
    later = register(clerk, homes[2], name="贾文", document_number=number(sequence=32), phone="")
    backdated(clerk, soon, 83)  # due in seven days, the last of the lead time
    backdated(clerk, later, 82)
    make_due_tasks()
    made = tasks_of(clerk)
    assert [(task.dwelling_id, task.due_on) for task in made] == [
        (homes[0].pk, today - timedelta(days=10)), (homes[1].pk, today + timedelta(days=7)),
    ]  # fmt: skip
    assert {(task.kind, task.why, task.made_by) for task in made} == {
        ("verify", "cycle", "系统任务")
    }
    assert made[0].rule == "verification_cycle v1"


def test_another_night_asks_nothing_twice(clerk, couple, told):
    make_due_tasks()
    make_due_tasks()
    assert len(tasks_of(clerk)) == 1
    assert [event["changes"] for event in told("residents.tasks_made")] == [{"count": 1}]


def test_the_night_asks_in_each_committee_for_its_own(cast, clerk, couple):
    neighbour = cast.scope("neighbour")
    theirs = register(neighbour, home(neighbour, "兰溪路2弄1号")[0], name="潘一",
                      document_number=number(sequence=41), phone="")  # fmt: skip
    backdated(neighbour, theirs, 95)
    make_due_tasks()
    assert [len(tasks_of(scope)) for scope in (clerk, neighbour)] == [1, 1]
    assert len(tasks_of(cast.scope("street"))) == 2


def test_what_was_asked_for_by_hand_is_not_asked_for_again(clerk, homes, couple):
    ask(clerk, homes[0])
    make_due_tasks()
    assert [task.why for task in tasks_of(clerk)] == [Why.HAND]


def test_a_street_takes_as_many_statements_for_many_dwellings_as_for_one(clerk, homes, couple):
    street, now = clerk.unit // 1000 * 1000, timezone.now()

    def night():
        with (
            CaptureQueriesContext(connection) as asked,
            acting(posts.system_scope(DISTRICT, "区")) as system,
        ):
            made = services.make_due_tasks(street=street, by=system, at=now)
        return made, len(asked)

    one, statements = night()
    for place in range(1, 8):
        row = register(clerk, homes[place], name=f"王{'一二三四五六七'[place - 1]}", phone="",
                       document_number=number(sequence=70 + place))  # fmt: skip
        backdated(clerk, row, 95)
    assert (one, night()) == (1, (7, statements))


def test_tasks_of_a_dwelling_that_is_no_more_are_withdrawn(clerk, homes):
    task = ask(clerk, homes[3])
    with acting(clerk):
        DwellingUnit.objects.filter(pk=homes[3].pk).update(status="demolished")
    make_due_tasks()
    task = again(clerk, task)
    assert (task.state, task.withdrawn_for) == (State.WITHDRAWN, "房屋已停用")


def test_tasks_are_forgotten_three_years_after_their_end(clerk, homes, couple):
    task = ask(clerk, homes[0])
    verify(clerk, homes[0])
    now = timezone.now()
    with acting(posts.system_scope(DISTRICT, "区")) as system:
        assert services.purge_tasks(by=system, at=now + timedelta(days=1095)) == 0
        assert services.purge_tasks(by=system, at=now + timedelta(days=1100)) == 1
    assert not tasks_of(clerk, pk=task.pk)


# --- ended by the work -----------------------------------------------------------------------


def test_a_verification_of_everybody_ends_it_in_its_transaction(clerk, homes, couple, today, told):
    make_due_tasks()
    verify(clerk, homes[0])
    (task,) = tasks_of(clerk)
    assert (task.state, task.ended_on, task.ended_by) == (State.DONE, today, "周敏")
    assert task.is_late
    (event,) = told("residents.task_ended")
    assert event["changes"]["kind"] == "核实"
    make_due_tasks()
    assert len(tasks_of(clerk)) == 1


def test_a_visit_told_late_counts_on_the_day_of_the_visit(clerk, homes, couple, today):
    task = ask(clerk, homes[0], days=3)
    verify(clerk, homes[0], verified_on=today - timedelta(days=1))
    assert again(clerk, task).ended_on == today - timedelta(days=1)


def test_when_the_second_write_fails_neither_has_happened(clerk, homes, couple, monkeypatch):
    task = ask(clerk, homes[0])

    def fails(*args, **kwargs):
        raise IntegrityError("the trail cannot be written")

    monkeypatch.setattr("residents.services.settling.record_many", fails)
    with pytest.raises(IntegrityError):
        verify(clerk, homes[0])
    assert again(clerk, task).state == State.OPEN
    with acting(clerk):
        assert Residence.objects.get(pk=couple[0].pk).verified_on < timezone.localdate()


@pytest.mark.parametrize("outcome", ["no_answer", "refused"])
def test_a_visit_that_met_nobody_ends_nothing(clerk, homes, couple, outcome):
    task = ask(clerk, homes[0])
    with acting(clerk):
        services.record_visit(dwelling_id=homes[0].pk, outcome=outcome, by=clerk, at=timezone.now())
    assert again(clerk, task).state == State.OPEN


def test_an_entry_that_saw_one_of_two_leaves_it_open(clerk, homes, couple):
    task = ask(clerk, homes[0])
    with acting(clerk):
        services.save_household(
            dwelling_id=homes[0].pk, rows=[], by=clerk, at=timezone.now(), seen={couple[0].pk}
        )
    # the grid renews everybody who stays, but only one was seen
    assert again(clerk, task).state == State.OPEN
    with acting(clerk):
        services.save_household(dwelling_id=homes[0].pk, rows=[], by=clerk, at=timezone.now())
    assert again(clerk, task).state == State.DONE


def test_a_vacancy_check_ends_the_task_of_an_empty_dwelling(clerk, homes):
    task = ask(clerk, homes[4])
    with acting(clerk):
        services.record_visit(
            dwelling_id=homes[4].pk, outcome="vacant", by=clerk, at=timezone.now()
        )
    assert again(clerk, task).state == State.DONE


def test_the_cycle_asks_nothing_where_everybody_has_left(clerk, homes, couple):
    make_due_tasks()
    leave(clerk, couple[0])
    assert tasks_of(clerk)[0].state == State.OPEN
    leave(clerk, couple[1])
    assert tasks_of(clerk)[0].state == State.DONE


def test_registering_ends_what_asked_for_it(clerk, homes):
    task, elsewhere = ask(clerk, homes[1], kind=Kind.NEW), ask(clerk, homes[2], kind=Kind.NEW)
    with acting(clerk):
        services.save_household(
            dwelling_id=homes[1].pk, rows=family_of_four(), by=clerk, at=timezone.now()
        )
    assert again(clerk, task).state == State.DONE
    assert again(clerk, elsewhere).state == State.OPEN


def test_a_departure_ends_what_asked_to_cancel(clerk, homes, couple):
    whole = ask(clerk, homes[0], kind=Kind.CANCEL)
    hers = ask(clerk, homes[0], kind=Kind.CANCEL, residence_id=couple[1].pk)
    leave(clerk, couple[0])
    assert again(clerk, whole).state == State.DONE
    assert again(clerk, hers).state == State.OPEN
    leave(clerk, couple[1])
    assert again(clerk, hers).state == State.DONE


def test_a_change_ends_what_asked_for_it_and_only_of_that_person(clerk, homes, couple):
    hers = ask(clerk, homes[0], kind=Kind.CHANGE, residence_id=couple[1].pk)
    change(clerk, couple[0], employer="普安物业服务公司")
    assert again(clerk, hers).state == State.OPEN
    change(clerk, couple[1], employer="普安物业服务公司")
    assert again(clerk, hers).state == State.DONE


def test_a_change_of_somebody_who_left_is_asked_no_longer(clerk, homes, couple):
    task = ask(clerk, homes[0], kind=Kind.CHANGE, residence_id=couple[1].pk)
    leave(clerk, couple[1])
    task = again(clerk, task)
    assert (task.state, task.withdrawn_for) == (State.WITHDRAWN, "人员已不在这一户登记")


# --- by hand -----------------------------------------------------------------------------------


def test_a_task_by_hand_is_told_in_the_trail(cast, clerk, homes, couple, told):
    collector = cast.users["collector"]
    task = ask(clerk, homes[0], residence_id=couple[0].pk, assigned=collector.pk)
    assert (task.assigned_to, task.why, task.made_by) == ("顾小满", Why.HAND, "周敏")
    (event,) = told("residents.task_asked")
    assert event["subjects"] == [couple[0].resident_id]
    assert event["reason"] == "住户来电要求核对"
    assert event["changes"]["assigned"] == "顾小满"


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"reason": " "}, "reason", "请写明布置的原因"),
        ({"reason": "查 319999198607180025"}, "reason", "不要写证件号码"),
        ({"days": -1}, "due_on", "期限应在今天以后"),
        ({"days": 400}, "due_on", "一年以内"),
        ({"kind": "wash"}, "kind", "请选择事项"),
        ({"assigned": 1}, "assigned", "请选择本居（村）委的承办人"),
    ],
    ids=["no_reason", "number", "gone_by", "too_far", "no_kind", "stranger"],
)
def test_what_cannot_be_asked_for_is_said_at_its_field(clerk, homes, wrong, field, said):
    with pytest.raises(services.UnableToFollowUp, match=said) as refusal:
        ask(clerk, homes[0], **wrong)
    assert refusal.value.field == field
    assert not tasks_of(clerk)


def test_the_same_is_not_asked_for_twice(clerk, homes, couple):
    ask(clerk, homes[0])
    with pytest.raises(services.UnableToFollowUp, match="已有同样的采集任务"):
        ask(clerk, homes[0])
    ask(clerk, homes[0], residence_id=couple[0].pk)
    ask(clerk, homes[0], kind=Kind.CHANGE)
    assert len(tasks_of(clerk)) == 3


def test_the_street_asks_for_work_in_its_committees(cast, homes):
    street = cast.scope("street")
    task = ask(street, homes[0])
    assert (task.committee_id, task.made_by) == (HOME, street.user_name)


@pytest.mark.parametrize("key", ["collector", "far_street", "district", "staff"])
def test_nobody_else_gives_out_tasks(cast, homes, key):
    with pytest.raises((NotAllowed, DwellingUnit.DoesNotExist)):
        ask(cast.scope(key), homes[0])


def test_a_dwelling_of_another_committee_is_out_of_sight(cast, homes):
    with pytest.raises(DwellingUnit.DoesNotExist):
        ask(cast.scope("neighbour"), homes[0])


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "done"},
        {"ended_by": "周敏"},
        {"withdrawn_for": "不用了"},
        {"reason": ""},
        {"assigned_to": "顾小满"},
        {"due_on": timezone.localdate() - timedelta(days=2)},
        {"why": "cycle"},
    ],
    ids=["done_when", "open_ended", "open_withdrawn", "no_reason", "no_account", "past", "cycle"],
)
def test_the_database_refuses_what_no_service_writes(clerk, homes, broken):
    task = ask(clerk, homes[0])
    with acting(clerk), pytest.raises(IntegrityError), transaction.atomic():
        CollectionTask.objects.filter(pk=task.pk).update(**broken)
