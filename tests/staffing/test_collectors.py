"""Collectors: taken on, moved from status to status, counted, kept behind the wall."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from staffing.models import Collector, CollectorStatusEvent
from staffing.services import UnableToStaff
from staffing.transitions import NEXT
from tests.cast import HOME, STREET
from tests.staffing import builders as b

pytestmark = pytest.mark.django_db


def posts(scope, day):
    with acting(scope):
        return Collector.objects.in_scope(scope).at_work(day).count()


def test_a_collector_at_work_counts_as_a_post(cast, at, today, told):
    made = b.collector(cast, at, fte=D("0.5"))
    assert made.appointed_on == b.LONG_AGO
    assert posts(cast.scope("street"), today) == 1
    event = told("staffing.collector_added")[-1]
    assert (event["scope_code"], event["changes"]["status"]) == (HOME, "appointed")
    assert "崔若兰" not in str(event["changes"]) + event["target_text"]


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"fte": D("1.5")}, "fte", "全职当量应大于 0、不超过 1"),
        ({"employment_type": "purchased"}, "provider", "购买服务的采集员须写明承接单位"),
        ({"trained_on": None}, "trained_on", "岗前培训合格后才能聘用"),
        ({"confidentiality_signed_on": None}, "confidentiality_signed_on", "上岗前须签保密承诺"),
        ({"status": "left"}, "status", "只能是待录用、试用或在岗"),
    ],
)
def test_what_is_missing_is_said_at_the_field(cast, at, facts, field, words):
    with pytest.raises(UnableToStaff, match=words) as refused:
        b.collector(cast, at, **facts)
    assert field in refused.value.errors


def test_a_badge_is_given_once(cast, at):
    b.collector(cast, at, badge_no="PT00001")
    with pytest.raises(UnableToStaff, match="该工作证号已发给另一名采集员"):
        b.collector(cast, at, badge_no="PT00001")


def test_a_trained_probationer_counts_and_an_untrained_one_does_not(cast, at, today):
    b.collector(cast, at, status="probation")
    b.collector(cast, at, status="probation", trained_on=None)
    assert posts(cast.scope("street"), today) == 1


@pytest.mark.paper("S-46")
def test_somebody_lent_elsewhere_counts_no_more_and_comes_back(cast, at, today):
    made = b.collector(cast, at)
    away = b.moved(cast, made, "transferred", at)
    assert posts(cast.scope("street"), today) == 0
    b.moved(cast, away, "appointed", at, reason="")
    assert posts(cast.scope("street"), today) == 1
    with acting(cast.scope("street")):
        steps = CollectorStatusEvent.objects.filter(collector=made).order_by("at", "id")
        assert list(steps.values_list("new_status", flat=True)) == [
            "appointed",
            "transferred",
            "appointed",
        ]


@pytest.mark.paper("S-49")
@pytest.mark.parametrize("to", sorted(set(NEXT) - set(NEXT["appointed"]) - {"appointed"}))
def test_steps_that_are_not_open_are_refused(cast, at, to):
    made = b.collector(cast, at)
    with pytest.raises(UnableToStaff, match="不能从现在的状态转到这个状态"):
        b.moved(cast, made, to, at)


def test_a_step_needs_its_reason_and_does_not_reach_back(cast, at):
    made = b.collector(cast, at)
    with pytest.raises(UnableToStaff, match="请写明事由"):
        b.moved(cast, made, "suspended", at, reason=" ")
    with pytest.raises(UnableToStaff, match="不能早于现状态的起始日期"):
        b.moved(cast, made, "leaving", at, on=b.LONG_AGO - timedelta(days=1))


@pytest.mark.paper("S-49")
def test_whoever_left_has_a_last_day_and_no_way_back(cast, at):
    made = b.moved(cast, b.collector(cast, at), "leaving", at)
    gone = b.moved(cast, made, "left", at)
    assert gone.left_on == at.date()
    with pytest.raises(UnableToStaff):
        b.moved(cast, gone, "appointed", at)


def test_two_people_change_one_collector(cast, at):
    made = b.collector(cast, at)
    b.moved(cast, made, "suspended", at)
    made.version = 1
    with pytest.raises(UnableToStaff, match="刚被他人改过"):
        b.moved(cast, made, "leaving", at)


@pytest.mark.parametrize("who", ["clerk", "lead", "collector", "district", "far_street"])
def test_only_the_own_street_staffs(cast, at, who):
    with pytest.raises(NotAllowed):
        b.collector(cast, at, who=who)


def test_other_streets_and_committees_do_not_see_a_collector(cast, at):
    made = b.collector(cast, at)
    for key, seen in {
        "clerk": 1,
        "street": 1,
        "district": 1,
        "neighbour": 0,
        "far_street": 0,
    }.items():
        with acting(cast.scope(key)):
            assert Collector.objects.filter(pk=made.pk).count() == seen, key
        status = cast.client(key).get(f"/staffing/collectors/{made.pk}/").status_code
        assert status == (200 if seen else 404), key


def test_the_database_itself_refuses_nonsense(cast, at):
    made = b.collector(cast, at)
    for wrong in ({"fte": D("0")}, {"status": "left"}, {"appointed_on": None}):
        with (
            acting(cast.scope("street")),
            pytest.raises(IntegrityError),
            transaction.atomic(),
        ):
            Collector.objects.filter(pk=made.pk).update(**wrong)


def test_one_kept_at_the_street_office_belongs_to_no_committee(cast, at, today):
    b.collector(cast, at, committee=STREET)
    assert posts(cast.scope("street"), today) == 1
    assert posts(cast.scope("clerk"), today) == 0
