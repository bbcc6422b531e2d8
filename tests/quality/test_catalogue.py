"""Each rule of the catalogue finds its offender and lets the near miss be (domain §3.33)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from housing.code_conditions import check_digit
from housing.codes import mod11_10
from housing.models import AddressPlate, DwellingUnit
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.orgs.records import new_id
from portal.quality import services
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from residents.models import Identity, Residence, Resident, Verification
from staffing.models import WorkArea, WorkAreaBuilding
from tests.cast import HOME, NEXT_DOOR
from tests.metrics.builders import CLOCK, SYSTEM, altered, people
from tests.residents import builders as register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-38")]
TODAY = timezone.localdate()


def day(back):
    return timezone.localdate() - timedelta(days=back)


def checked(at, by=CLOCK):
    with acting(by):
        outcome = services.check_unit(unit=by.unit, by=by, at=at)
        issues = list(DataQualityIssue.objects.open())
    assert outcome.failed == ()
    found = {}
    for issue in issues:
        found.setdefault(issue.rule, {})[issue.object_id] = issue
    return found


def hundred_and(years, *, days=0):
    """Who turned so many years older than a hundred so many days ago."""
    today = timezone.localdate()
    return date(today.year - 100 - years, today.month, min(today.day, 28)) - timedelta(days=days)


#: Rule: columns of the episode's row that offend, columns that nearly do; `person__…` the person's.
EPISODES = {
    "R-020": ({"sex": "2", "id_tail": "1234", "person__doc_type": "111"},
              {"sex": "2", "id_tail": "1224", "person__doc_type": "111"}),
    "R-140": ({"begin_on": day(20), "registered_on": day(12)},
              {"begin_on": day(19), "registered_on": day(12)}),
    "R-160": ({"birth_date": hundred_and(11, days=3)},
              {"birth_date": hundred_and(10, days=3)}),
    "R-170": ({"category": "11", "person__nationality": "JPN"},
              {"category": "32", "person__nationality": "JPN"}),
    "R-180": ({"person__vital_status": "2"}, {"person__vital_status": "9"}),
    "R-193": ({"category": "20", "tenancy_role": ""}, {"category": "11", "tenancy_role": ""}),
    "R-194": ({"category": "12", "origin": ""}, {"category": "11", "origin": ""}),
    "R-196": ({"sex": "9"}, {"sex": "1", "id_tail": "0012"}),
    "R-200": ({"reason": "ZZ"}, {"reason": ""}),
    "R-260": ({"person__version": 7}, {"person__version": 6}),
}  # fmt: skip
DWELLINGS = {
    "R-070": ({"status": "merged", "occupants": 1}, {"status": "merged", "occupants": 0}),
    "R-090": ({"house_code": "44030300700203000060000024", "code_state": "final"},
              {"house_code": "44030300700203000060000023", "code_state": "final"}),
    "R-121": ({"occupancy": "2", "design_rooms": 2, "occupants": 5},
              {"occupancy": "2", "design_rooms": 2, "occupants": 4}),
    "R-201": ({"tenure": "8"}, {"tenure": "7"}),
}  # fmt: skip


def test_what_an_episode_shows_by_itself(cast, at):
    clerk = cast.scope("clerk")
    rows = iter(people(clerk, 2 * len(EPISODES), dwellings=register.home(clerk, floors=5)))
    planted = {}
    for rule, columns in EPISODES.items():
        planted[rule] = (next(rows), next(rows))
        for episode, told in zip(planted[rule], columns, strict=True):
            own = {key: value for key, value in told.items() if not key.startswith("person__")}
            altered(clerk, episode, **own)
            person = {key[8:]: told[key] for key in told if key.startswith("person__")}
            with acting(clerk):
                Resident.objects.filter(pk=episode.resident_id).update(**person)
    found = checked(at)
    for rule, (offender, near) in planted.items():
        assert offender.pk in found.get(rule, {}), rule
        assert near.pk not in found.get(rule, {}), rule
        assert found[rule][offender.pk].residence_id == offender.pk
    assert found["R-200"][planted["R-200"][0].pk].detail == "居住事由的代码 ZZ 不在代码表内"
    assert found["R-170"][planted["R-170"][0].pk].detail == "国籍 JPN，登记为境内人口类别"
    assert found["R-160"][planted["R-160"][0].pk].detail == "111 岁，超过 110 岁"


def test_what_a_dwelling_shows_by_itself(cast, at):
    clerk = cast.scope("clerk")
    home = iter(register.home(clerk, floors=2, per_floor=4))
    planted = {rule: (next(home), next(home)) for rule in DWELLINGS}
    with acting(clerk):
        for rule, columns in DWELLINGS.items():
            for unit, told in zip(planted[rule], columns, strict=True):
                DwellingUnit.objects.filter(pk=unit.pk).update(**told)
    found = checked(at)
    for rule, (offender, near) in planted.items():
        assert offender.pk in found.get(rule, {}), rule
        assert near.pk not in found.get(rule, {}), rule
        assert found[rule][offender.pk].dwelling_id == offender.pk
    assert found["R-121"][planted["R-121"][0].pk].detail == "2 间居室，在住 5 人"


def test_a_plate_that_is_out_of_use_is_found_from_its_day(cast, at, today):
    clerk = cast.scope("clerk")
    gone = register.home(clerk, floors=1, per_floor=1)[0]
    still = register.home(clerk, "棠浦路988弄8号", floors=1, per_floor=1)[0]
    with acting(clerk):
        for unit, retired in ((gone, today), (still, today + timedelta(days=1))):
            plates = AddressPlate.objects.filter(buildings__dwellings=unit)
            plates.update(retired_on=retired)
    found = checked(at)
    assert set(found["R-240"]) == {gone.pk}
    assert found["R-240"][gone.pk].detail == "门弄牌 棠浦路988弄6号 已停用或未能识别"


def test_numbers_that_stand_as_printed_are_shown_to_somebody(cast, at):
    clerk = cast.scope("clerk")
    printed, plain = people(clerk, 2)
    with acting(clerk):
        Identity.objects.filter(resident_id=printed.resident_id).update(as_printed="原件如此")
    assert set(checked(at)["R-010"]) == {printed.pk}
    assert plain.pk != printed.pk


def test_a_second_record_without_a_number_is_probably_the_same_person(cast, at):
    clerk = cast.scope("clerk")
    known, again, other = people(clerk, 3)
    same = {"name": known.name, "name_key": known.name_key, "birth_date": known.birth_date,
            "sex": known.sex, "id_mask": "", "id_tail": ""}  # fmt: skip
    altered(clerk, again, **same)
    altered(clerk, other, **same | {"birth_date": known.birth_date - timedelta(days=1)})
    assert set(checked(at)["R-040"]) == {again.pk}


def test_a_person_without_any_episode_is_found(cast, at, today):
    clerk = cast.scope("clerk")
    lost, gone = people(clerk, 2)
    with acting(clerk):
        ended = {"end_on": today, "end_reason": "01"}
        Residence.objects.filter(pk=lost.pk).update(status="void", **ended)
        Residence.objects.filter(pk=gone.pk).update(status="ended", **ended)
    found = checked(at)["R-050"]
    assert set(found) == {lost.resident_id}
    assert found[lost.resident_id].dwelling_id is None


@pytest.mark.paper("S-107", "S-108")
def test_nobody_is_separated_from_a_hukou_in_the_same_committee(cast, at):
    clerk = cast.scope("clerk")
    home = register.home(clerk, floors=1, per_floor=3)
    here, elsewhere = people(clerk, 2, dwellings=home[:2])
    for episode in (here, elsewhere):
        altered(clerk, episode, category="12")
    with acting(clerk):
        row = Residence.objects.get(pk=here.pk)
        row.pk, row.dwelling_id, row.is_primary = new_id(), home[2].pk, False
        row.kind, row.category = Residence.Kind.HUKOU_ABSENT, "13"
        row.save(force_insert=True)
    assert set(checked(at)["R-230"]) == {here.pk}


def test_a_telephone_of_nine_in_two_homes_is_nobodys_own(cast, at):
    clerk = cast.scope("clerk")
    many = people(clerk, 9, dwellings=register.home(clerk, floors=1, per_floor=2))
    few = people(clerk, 8, address="棠浦路988弄8号", start=40)
    with acting(clerk):
        for index, group in ((b"a" * 16, many), (b"b" * 16, few)):
            keys = [episode.resident_id for episode in group]
            Resident.objects.filter(pk__in=keys).update(phone_index=index)
    assert "R-250" not in checked(at)  # of one street alone nobody asks it
    found = checked(at, SYSTEM)["R-250"]
    assert set(found) == {episode.pk for episode in many}
    assert found[many[0].pk].detail.endswith(" 有 9 人登记，分在 2 套房屋")


def clicked(scope, homes, at, *, user, count):
    with acting(scope):
        Verification.objects.bulk_create(
            Verification(
                committee_id=scope.unit, dwelling_id=unit.pk, outcome="unchanged", method="V1",
                verified_on=timezone.localdate(at), user_id=user, by_name="周敏", at=at,
            )
            for unit in homes[:count]
        )  # fmt: skip


def test_more_homes_in_an_hour_than_can_be_seen_are_a_finding(cast, at):
    clerk = cast.scope("clerk")
    homes = register.home(clerk, floors=8, per_floor=4)
    hour = (at - timedelta(days=1)).replace(minute=10, second=0)
    clicked(clerk, homes, hour, user=1, count=31)
    clicked(clerk, homes, hour, user=2, count=30)
    clicked(clerk, homes, at - timedelta(days=9), user=3, count=31)
    (issue,) = checked(at)["R-261"].values()
    local = timezone.localtime(hour)
    assert issue.subject == "周敏"
    assert issue.detail == f"{local:%m-%d %H} 时起一小时核实 31 套无变化，平均 116 秒一套"
    assert (issue.committee_id, issue.dwelling_id) == (HOME, None)


def snapshots(today, *, then, now):
    """Two snapshots a week apart; the population of each committee in both."""
    district = OrgUnit.objects.get(parent=None)
    for back, values in ((8, then), (1, now)):
        at = timezone.now() - timedelta(days=back)
        with acting(CLOCK):
            run = MetricRun.objects.create(
                kind=RunKind.NIGHTLY,
                unit=district,
                as_of=today - timedelta(days=back),
                requested_at=at,
                measured_at=at,
                published_at=None,
                state="computing",
            )
            for committee, people_there in values.items():
                MetricValue.objects.create(
                    run=run,
                    committee_id=committee,
                    metric="actual_population",
                    version=1,
                    numerator=Decimal(people_there),
                )
            MetricRun.objects.filter(pk=run.pk).update(state="published", published_at=at)


def test_a_committee_that_lost_a_tenth_in_a_week_is_a_finding(cast, at, today):
    snapshots(today, then={HOME: 1000, NEXT_DOOR: 1000}, now={HOME: 899, NEXT_DOOR: 900})
    (issue,) = checked(at)["R-270"].values()
    assert (issue.committee_id, issue.subject) == (HOME, "源园")
    assert issue.detail == "一周前 1000 人，现在 899 人"


def test_a_patch_without_dwellings_is_a_finding(cast, at, today):
    clerk = cast.scope("clerk")
    building = register.home(clerk, floors=1, per_floor=1)[0].building_id
    with acting(clerk):
        empty, full = (
            WorkArea.objects.create(committee_id=clerk.unit, code=code, valid_from=today)
            for code in ("片区一", "片区二")
        )
        WorkAreaBuilding.objects.create(committee_id=clerk.unit, area=full, building_id=building)
    assert set(checked(at)["R-280"]) == {empty.pk}


def test_rules_that_the_database_holds_say_so_and_are_not_run():
    held = {rule.number for rule in quality_rules().values() if not rule.is_run}
    assert held == {"DQ-03", "DQ-06"}
    catalogue = {rule.number for rule in quality_rules().values()}
    assert catalogue == {f"DQ-{place:02d}" for place in range(1, 29)}


@given(st.text("0123456789", min_size=25, max_size=25))
def test_the_database_counts_check_digits_as_python_does(body):
    from django.db import connection

    expression = check_digit("x").extra["template"] % {"expressions": "%(code)s"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", {"code": body})
        assert cursor.fetchone()[0] == mod11_10(body)


def test_a_permit_whose_holder_left_the_street_and_one_long_suspended_are_found(cast, at, today):
    from permits.models import ResidencePermit
    from tests.permits.builders import an_incomer, issued

    gone, stays = (
        an_incomer(cast, name=name, sequence=serial, address=address)
        for name, serial, address in (
            ("廖春燕", 31, "棠浦路988弄6号"), ("邱明", 32, "棠浦路988弄8号")
        )
    )  # fmt: skip
    left = issued(cast, gone)
    suspended = issued(cast, stays, card="JZ31010720260002")
    clerk = cast.scope("clerk")
    altered(clerk, gone, status="ended", end_on=today, end_reason="01")
    with acting(clerk):
        held = ResidencePermit.objects.filter(pk=suspended.pk)
        held.update(
            valid_to=today - timedelta(days=60), issued_on=today - timedelta(days=425),
            first_issued_on=today - timedelta(days=425),
        )  # fmt: skip
    assert set(checked(at)["R-210"]) == {left.case_id}
    assert "R-220" not in checked(at)
    assert set(checked(at + timedelta(days=1))["R-220"]) == {suspended.case_id}


def test_an_open_issue_of_the_logical_rules_makes_a_record_inconsistent(cast, at):
    from residents.metrics import contradicted

    clerk = cast.scope("clerk")
    home = register.home(clerk, floors=1, per_floor=3)
    wrong, housed, right = people(clerk, 3, dwellings=home)
    altered(clerk, wrong, sex="2", id_tail="1234")
    with acting(clerk):
        DwellingUnit.objects.filter(pk=housed.dwelling_id).update(occupancy="4")
    checked(at)
    with acting(clerk):
        found = contradicted(Residence.objects.in_scope(clerk).actual())
        assert {episode.pk for episode in found} == {wrong.pk, housed.pk}
    response = cast.client("clerk").get("/residents/?actual=1&consistent=0")
    assert response.context["list"].total == 2
    assert right.pk not in {row.record.pk for row in response.context["list"].rows}
