"""How office-holders look at whole numbers: the auditor is told of what is unusual, nobody else."""

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.orgs import posts
from portal.orgs.acting import acting
from portal.oversight import services
from portal.oversight.models import UseAlarm
from portal.oversight.patterns import Look, findings
from portal.rules.services import defaults
from residents.models import Reveal
from tests.cast import DISTRICT
from tests.residents.builders import home, register

RULE = next(rule for rule in defaults() if rule.code == "reveal_alarms").parameters
NINE = datetime(2026, 11, 20, 9, 0)


def looks(count, *, at=NINE, gap=10, places=None, inside=None):
    """Looks at different people, some minutes apart, in no order of doors."""
    order = places or [f"{(number * 7) % 10}" for number in range(count)]
    return [
        Look(at + timedelta(minutes=gap * number), uuid.UUID(int=number), order[number], inside)
        for number in range(count)
    ]


def kinds(found):
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("count", "peers", "expected"),
    [(30, [9, 10, 11], []), (31, [9, 10, 11], ["peers"]), (9, [], []), (10, [], ["peers"]),
     (12, [3, 3, 100], ["peers"])],
)  # fmt: skip
def test_three_times_the_usual_of_the_same_post(count, peers, expected):
    assert kinds(findings(looks(count), peers, RULE)) == expected


def test_looks_before_and_after_the_working_day():
    late = looks(3, at=NINE.replace(hour=22))
    assert kinds(findings(late, [3], RULE)) == ["hours"]
    assert kinds(findings(late[:2] + looks(3), [3], RULE)) == []


def test_more_than_a_fifth_outside_of_the_own_patch():
    inside, outside = looks(8, inside=True), looks(2, at=NINE.replace(hour=15), inside=False)
    assert kinds(findings(inside + outside, [10], RULE)) == []
    more = looks(3, at=NINE.replace(hour=15), inside=False)
    assert kinds(findings(inside + more, [10], RULE)) == ["patch"]


@pytest.mark.parametrize(("places", "gap", "walked"), [
    ("ABCDEFGH", 2, True), ("HGFEDCBA", 2, True), ("ABCDEFG", 2, False), ("ABCDEFGH", 6, False),
    ("AHBGCFDE", 2, False),
])  # fmt: skip
def test_door_after_door_with_short_pauses(places, gap, walked):
    found = findings(looks(len(places), gap=gap, places=list(places)), [8], RULE)
    assert ("walk" in kinds(found)) is walked


def seen(monkeypatch, rows):
    """The looks that the ledger holds, as the service reads them."""
    monkeypatch.setattr(services, "_looks_on", lambda day, by: rows)


def test_an_alarm_names_the_office_holder_and_no_resident(cast, monkeypatch, today):
    clerk = cast.scope("clerk")
    rows = {clerk.user_id: looks(8, gap=1, places=list("ABCDEFGH"), at=NINE.replace(hour=23))}
    seen(monkeypatch, rows)
    system = posts.system_scope(DISTRICT, "普陀区")
    for _ in range(2):  # the clock looks again and doubles nothing
        with acting(system):
            services.look_into(day=today, by=system, at=timezone.now())
    found = list(UseAlarm.objects.order_by("kind"))
    assert [alarm.kind for alarm in found] == ["hours", "walk"]
    assert all(alarm.user_name.startswith("周敏") for alarm in found)


def an_alarm(cast, today):
    clerk = cast.users["clerk"]
    return UseAlarm.objects.create(
        day=today, kind="walk", user_id=clerk.pk, user_name="周敏 T-000", unit=310107005001,
        unit_name="源园居委会", role_title="治保主任", count=9, total=12, against=8,
        found_at=timezone.now(),
    )  # fmt: skip


def test_the_auditor_sees_the_events_and_writes_down_what_came_of_it(cast, today, told):
    alarm = an_alarm(cast, today)
    browser = cast.client("auditor")
    page = browser.get(reverse("oversight:list")).content.decode()
    assert "按门牌顺序连续查看 9 人" in page
    assert "group=revealed" in page
    close = reverse("oversight:close", args=[alarm.pk])
    browser.post(close, {"note": " "})
    assert UseAlarm.objects.get().closed_at is None
    browser.post(close, {"note": "集中办理签注，属实"})
    assert UseAlarm.objects.get().closed_by == "严正"
    assert told("oversight.alarm_closed")[0]["reason"] == "集中办理签注，属实"
    assert "按门牌" not in browser.get(reverse("oversight:list")).content.decode()
    assert "集中办理" in browser.get(reverse("oversight:list") + "?closed=1").content.decode()


@pytest.mark.parametrize("who", ["clerk", "street", "district", "secadmin", "lead"])
def test_nobody_but_the_auditor_sees_alarms(cast, who):
    assert cast.client(who).get(reverse("oversight:list")).status_code == 403


def test_an_alarm_is_closed_with_a_word_or_not_at_all(cast, today):
    alarm = an_alarm(cast, today)
    with pytest.raises(IntegrityError), transaction.atomic():
        UseAlarm.objects.filter(pk=alarm.pk).update(closed_at=timezone.now())


def test_real_looks_are_read_from_the_ledger(cast, today):
    from residents import services as residents

    clerk = cast.scope("clerk")
    residence = register(clerk, home(clerk)[0])
    with acting(clerk):
        residents.reveal(
            resident_id=residence.resident_id, purpose="document", by=clerk, at=timezone.now()
        )
        assert Reveal.objects.count() == 1
    system = posts.system_scope(DISTRICT, "普陀区")
    with acting(system):
        (look,) = services._looks_on(today, system)[clerk.user_id]
    assert look.person == residence.resident_id
    assert look.place == residence.address_key
