"""What is counted, on the register itself."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from housing.leases import Lease
from housing.models import DwellingUnit
from portal.orgs.acting import acting
from residents.models import Resident
from tests.cast import HOME, STREET
from tests.metrics.builders import (
    altered,
    collector,
    computed,
    leased,
    parts,
    people,
    value,
    verified,
)
from tests.residents import builders as register

pytestmark = pytest.mark.django_db


@pytest.mark.paper("S-110")
def test_people_are_counted_by_category(cast):
    clerk = cast.scope("clerk")
    episodes = people(clerk, 5)
    for episode, category in zip(episodes, ("11", "12", "20", "31", "32"), strict=True):
        altered(clerk, episode, category=category)
    computed()
    assert parts("actual_population")[0] == 5
    assert [parts(key)[0] for key in ("n11", "n12", "n20", "n31", "n32", "n40")] == [1] * 5 + [0]
    assert parts("registered_population")[0] == 1


def test_who_is_only_registered_here_is_no_actual_population(cast):
    clerk = cast.scope("clerk")
    here, away = people(clerk, 2)
    altered(clerk, here, category="11")
    altered(clerk, away, category="13", kind="A", is_primary=False)
    computed()
    assert parts("actual_population")[0] == 1
    assert parts("registered_population")[0] == 2


def test_a_day_counts_who_lived_there_on_that_day(cast, today):
    clerk = cast.scope("clerk")
    stayed, left = people(clerk, 2)
    altered(
        clerk, left, status="ended", end_on=today, end_reason="01", begin_on=today - timedelta(9)
    )
    altered(clerk, stayed, begin_on=today)
    run = computed("nightly", day=today - timedelta(days=1))
    assert parts("actual_population", run=run)[0] == 1  # the one who left today
    computed()
    assert parts("actual_population", unit=HOME, run=None)[0] == 2  # snapshot 1 + preview 1


@pytest.mark.paper("S-73")
def test_freshness_counts_who_is_within_the_cycle(cast):
    clerk = cast.scope("clerk")
    for episode, age in zip(people(clerk, 4), (30, 85, 120, 200), strict=True):
        verified(clerk, episode, age)
    computed()
    assert value("freshness") == 50


@pytest.mark.paper("S-73")
def test_timeliness_counts_registrations_of_the_month(cast, today):
    clerk = cast.scope("clerk")
    lags = (0, 1, 2, 3, 3, 5, 7, 9, 15, 40)
    for episode, lag in zip(people(clerk, 10), lags, strict=True):
        altered(clerk, episode, registered_on=today, begin_on=today - timedelta(days=lag))
    computed()
    assert value("registration_timeliness") == 70


@pytest.mark.paper("S-73")
def test_departures_of_the_month_are_counted_by_the_day_they_were_registered(cast, today):
    clerk = cast.scope("clerk")
    for episode, lag in zip(people(clerk, 5), (0, 7, 8, 30, None), strict=True):
        if lag is None:  # still there
            continue
        left = today - timedelta(days=lag)
        altered(
            clerk, episode, status="ended", end_on=left, end_reason="01", cancelled_on=today,
            begin_on=left - timedelta(days=400), registered_on=left - timedelta(days=400),
        )  # fmt: skip
    computed()
    assert parts("cancellation_timeliness") == (2, 4)


def test_inversion_compares_places_and_counts_who_lives_there(cast):
    clerk = cast.scope("clerk")
    for episode, category in zip(people(clerk, 5), ("11", "12", "20", "20", "20"), strict=True):
        altered(clerk, episode, category=category)
    computed()
    assert parts("inversion_ratio") == (3, 2)
    assert value("inversion_ratio") == D("1.5")


@pytest.mark.paper("S-84")
def test_let_dwellings_have_a_lease_that_covers_the_day(cast, today):
    clerk = cast.scope("clerk")
    dwellings = register.home(clerk, floors=1, per_floor=4)
    with acting(clerk):
        DwellingUnit.objects.filter(committee_id=clerk.unit).update(occupancy="2")
        DwellingUnit.objects.filter(pk=dwellings[3].pk).update(occupancy="1")
    running = {"starts_on": today - timedelta(days=30), "ends_on": today + timedelta(days=300)}
    for dwelling, told in (
        (dwellings[0], running | {"filing_no": "备2026-1", "filed_on": today}),
        (dwellings[1], running),
        (dwellings[2], running | {"ends_on": today - timedelta(days=1)}),
        (dwellings[3], running),  # its owner lives there: it is not let
    ):
        leased(clerk, dwelling, **told)
    computed()
    assert parts("lease_registration") == (2, 3)
    assert parts("lease_filing") == (1, 3)


def test_a_lease_that_was_ended_covered_the_days_before(cast, today):
    clerk = cast.scope("clerk")
    (dwelling,) = register.home(clerk, floors=1, per_floor=1)
    lease = leased(
        clerk, dwelling, starts_on=today - timedelta(days=60), ends_on=today + timedelta(days=60),
        state="ended", ended_on=today - timedelta(days=10), end_reason="提前退租",
    )  # fmt: skip
    with acting(clerk):
        assert lease in Lease.objects.covering(today - timedelta(days=10))
        assert lease not in Lease.objects.covering(today - timedelta(days=9))


@pytest.mark.paper("S-71")
def test_completeness_weighs_what_is_missing(cast):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(
        clerk, episode, category="20", origin="安徽", tenancy_role="T3", reason="", phone_mask=""
    )
    with acting(clerk):
        Resident.objects.filter(pk=episode.resident_id).update(arrived_on="2026-01-01")
    computed()
    assert parts("completeness") == (18, 20)
    assert parts("incomplete")[0] == 1


def test_unknown_counts_as_not_filled(cast):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(clerk, episode, category="11")
    computed()
    full = parts("completeness")
    altered(clerk, episode, sex="9")
    computed()
    assert parts("completeness") == (full[0] - 1, full[1])


@pytest.mark.paper("S-72")
def test_probable_duplicates_need_a_missing_number(cast):
    clerk = cast.scope("clerk")
    one, two, other = people(clerk, 3)
    for episode in (one, two, other):
        altered(
            clerk, episode, name="王巧云", name_key="wangqiaoyun 王巧云",
            birth_date="1986-07-18", sex="2",
        )  # fmt: skip
    computed()
    assert value("uniqueness") == 100  # three numbers prove three people
    altered(clerk, two, id_mask="")
    altered(clerk, other, name="石思源", name_key="shisiyuan 石思源")
    computed()
    assert parts("uniqueness") == (2, 3)


@pytest.mark.paper("S-72")
def test_numbers_as_printed_are_not_valid(cast):
    clerk = cast.scope("clerk")
    first, *_rest = people(clerk, 4)
    with acting(clerk):
        from residents.models import Identity

        Identity.objects.filter(resident_id=first.resident_id).update(as_printed="证件如此")
    computed()
    assert parts("validity") == (3, 4)


@pytest.mark.paper("S-07", "S-81")
def test_only_final_codes_link_people_to_housing(cast):
    clerk = cast.scope("clerk")
    episodes = people(clerk, 4)
    for episode in episodes:
        altered(clerk, episode, code_final=True)
    altered(clerk, episodes[0], code_final=False)
    computed()
    assert value("house_code_link") == 75


@pytest.mark.paper("S-07", "S-39", "S-71")
def test_housing_is_covered_while_its_status_is_fresh(cast, today):
    clerk = cast.scope("clerk")
    dwellings = register.home(clerk, floors=1, per_floor=4)
    with acting(clerk):
        rows = DwellingUnit.objects.filter(committee_id=clerk.unit)
        for dwelling, occupancy, age in zip(dwellings, "1249", (300, 91, 180, 1), strict=True):
            rows.filter(pk=dwelling.pk).update(
                occupancy=occupancy, occupancy_checked_on=today - timedelta(days=age)
            )
    computed()
    assert parts("housing_coverage") == (2, 4)  # own 365 days, rented 90, vacant 180, unknown never


def test_vacant_means_empty_and_the_rest_means_inhabited(cast):
    clerk = cast.scope("clerk")
    dwellings = register.home(clerk, floors=1, per_floor=4)
    with acting(clerk):
        rows = DwellingUnit.objects.filter(committee_id=clerk.unit)
        for dwelling, (occupancy, count) in zip(
            dwellings, (("4", 0), ("4", 1), ("2", 2), ("2", 0)), strict=True
        ):
            rows.filter(pk=dwelling.pk).update(occupancy=occupancy, occupants=count)
    computed()
    assert parts("occupancy_consistency") == (2, 4)


def test_posts_count_when_they_do_the_work(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    people(clerk, 3)
    collector(clerk, "0.5", 1)
    collector(clerk, "1", 2, status="transferred")
    collector(street, "0.2", 3)
    computed()
    assert parts("collector_ratio", unit=HOME) == (3, D("0.5"))
    assert parts("collector_ratio", unit=STREET) == (3, D("0.7"))


def test_a_merged_dwelling_is_off_the_frame(cast):
    clerk = cast.scope("clerk")
    dwellings = register.home(clerk, floors=1, per_floor=2)
    with acting(clerk):
        DwellingUnit.objects.filter(pk=dwellings[0].pk).update(status="merged")
    computed()
    assert parts("actual_housing")[0] == 1
