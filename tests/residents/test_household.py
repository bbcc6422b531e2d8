"""Saving a whole household: one act, all of it or nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from housing.models import DwellingUnit
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, Secret, Verification
from tests.residents.builders import a_day, family_of_four, home, number, register, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def dwelling(clerk):
    return home(clerk)[5]


def save(clerk, dwelling, at, rows=None, **more):
    with acting(clerk):
        return services.save_household(
            dwelling_id=dwelling.pk, rows=family_of_four() if rows is None else rows, by=clerk,
            at=at, dwelling_changes=more.pop("dwelling_changes", {"occupancy": "2"}),
            dwelling_version=dwelling.version, **more,
        )  # fmt: skip


def test_four_new_people_are_one_act_of_few_statements(clerk, dwelling, at):
    with CaptureQueriesContext(connection, ) as queries:
        saved = save(clerk, dwelling, at)
    assert len(saved.added) == 4
    assert len(queries) <= 40, "\n".join(query["sql"][:120] for query in queries)
    with acting(clerk):
        dwelling.refresh_from_db()
        assert (dwelling.occupants, dwelling.households, dwelling.occupancy) == (4, 1, "2")
        assert Resident.objects.count() == Identity.objects.count() == 4
        assert Secret.objects.filter(kind="identity").values("id").count() == 4
        assert Verification.objects.count() == 4
        mother = Residence.objects.get(name="王巧云")
    assert mother.id_mask.startswith("3199**********")
    assert mother.sex == "2"
    assert mother.birth_date == a_day("1986-07-18")
    assert mother.name_key.startswith("wangqiaoyun ")
    assert mother.initials == "wqy"
    assert (mother.due_on - mother.verified_on).days == 90
