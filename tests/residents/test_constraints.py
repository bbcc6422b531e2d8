"""The database refuses what the register must never hold, each with its sentence."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.orgs.acting import acting
from portal.orgs.records import new_id
from residents.models import Identity, Residence, Resident
from residents.services.errors import refused_by_database
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def people(clerk):
    homes = home(clerk)
    return register(clerk, homes[0]), register(
        clerk, homes[1], name="石思源", document_number=number("19980614", 14, "1")
    )


def refusal(change):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change()
    return refused_by_database(error.value).problem.message


def test_one_number_belongs_to_one_person(clerk, people):
    first, second = people
    with acting(clerk):
        index = Identity.objects.get(resident_id=first.resident_id).blind_index
        assert refusal(
            lambda: Identity.objects.filter(resident_id=second.resident_id).update(
                blind_index=index
            )
        ) == "该证件号已登记"  # fmt: skip


def test_one_person_has_one_open_primary_home(clerk, people):
    first, second = people
    with acting(clerk):
        row = Residence.objects.get(pk=second.pk)
        assert refusal(
            lambda: Residence.objects.filter(pk=row.pk).update(resident_id=first.resident_id)
        ) in (
            "该人员已有主要居所，请先迁出或移交",
            "同一时间只能有一处主要居所，请核对入住和离开日期",
        )


def test_primary_homes_do_not_overlap_in_time(clerk, people):
    first, _ = people
    with acting(clerk):
        row = Residence.objects.get(pk=first.pk)
        row.pk = row.id = new_id()
        row.status, row.end_reason = "ended", "01"
        row.end_on = timezone.localdate()
        assert refusal(lambda: row.save(force_insert=True)) == (
            "同一时间只能有一处主要居所，请核对入住和离开日期"
        )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"end_on": timezone.localdate()}, "离开日期和原因应同时填写"),
        ({"status": "ended", "end_reason": "01"}, "离开日期和原因应同时填写"),
        ({"begin_on": timezone.localdate() - timedelta(days=40_000)}, "入住日期早于出生日期"),
    ],
)
def test_an_episode_is_in_order(clerk, people, values, sentence):
    with acting(clerk):
        assert refusal(
            lambda: Residence.objects.filter(pk=people[0].pk).update(**values)
        ) == sentence  # fmt: skip


def test_codes_and_births_are_plausible(clerk, people):
    rows = Resident.objects.filter(pk=people[0].resident_id)
    with acting(clerk):
        assert refusal(lambda: rows.update(sex="7")) == "性别不在 GB/T 2261.1 内"
        assert "早于 1880 年" in refusal(lambda: rows.update(birth_date="1870-01-01"))


def test_the_application_cannot_read_a_ciphertext(clerk, people):
    from django.db import ProgrammingError

    from residents.models import Secret

    with acting(clerk), pytest.raises(ProgrammingError), transaction.atomic():
        list(Secret.objects.values("cipher"))
