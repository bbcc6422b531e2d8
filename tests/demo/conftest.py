"""A small synthetic district, made once for the tests of this folder, wiped afterwards."""

import pytest
from django.db import connections
from django.utils import timezone

from portal.demo import services
from portal.demo.plots import Size

SEED = 2016


def read(statement, *params):
    """Rows as the owner sees them, whom no row-level security binds."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


@pytest.fixture(scope="package")
def made(django_db_setup, django_db_blocker):
    """The whole demonstration with 2,000 people: logins, register, numbers, work."""
    from tests.database import wipe

    with django_db_blocker.unblock():
        kept = read(
            "SELECT id, effective_to FROM rules_ruleset WHERE code = %s", "assessment_calendar"
        )
        today = timezone.localdate()
        services.make_logins(today)
        counts = services.make_district(size=Size.of_people(2000), seed=SEED, today=today)
        counts |= services.make_numbers(today=today, seed=SEED)
        counts |= services.make_work(today=today, seed=SEED)
        yield counts
        for connection in connections.all():
            connection.close()
        wipe()
        with connections["owner"].cursor() as cursor:  # rules outlive a wipe
            cursor.execute(
                "DELETE FROM rules_ruleset WHERE code = %s AND id <> ALL (%s)",
                ["assessment_calendar", [row[0] for row in kept]],
            )
            cursor.executemany(
                "UPDATE rules_ruleset SET effective_to = %s WHERE id = %s",
                [(until, key) for key, until in kept],
            )
