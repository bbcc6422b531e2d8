"""How a run is divided: whole, or by street where the registers are large (D-19).

In one piece each register is read once, by as many processes as PostgreSQL takes for it. By street
it is read once as well, each street's rows by their index, over any number of workers and hosts;
a killed worker costs a street, not the run. Below the size where that pays it costs more than it
saves.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from portal.metrics.registry import sources
from portal.orgs.models import OrgUnit
from portal.orgs.scope import level_of

#: Workers that are called at once; as many as there are take a street each.
HANDS = 16
#: What is left when each street has been measured: the district's own rows.
REST = "rest"
ROWS = "SELECT coalesce(sum(greatest(reltuples, 0)), 0) FROM pg_class WHERE relname = ANY (%s)"


def pieces(unit: int) -> list[dict[str, Any]]:
    """The pieces of a run of `unit`, as parameters of its job's chunks."""
    if level_of(unit) != "district" or rows_of_registers() < settings.METRICS_BY_STREET_FROM:
        return [{"unit": unit}]
    streets = OrgUnit.objects.under(unit).streets().order_by("code")
    parts = [{"unit": code} for code in streets.values_list("code", flat=True)]
    return [*parts, {"unit": unit, REST: True}]


def rows_of_registers() -> int:
    """How many rows all registers hold together that numbers are counted on, about."""
    # a queryset's model is known without reading anything
    tables = {model._meta.db_table for model in (source.model for source in sources())}
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [sorted(tables)])
        return int(cursor.fetchone()[0])


def somebody_moved(since: datetime) -> bool:
    """Whether somebody came from one street to another after the run had begun.

    A street that was measured before and one that was measured after would both hold such a
    person, or neither.
    """
    moved: bool = import_string(settings.MOVED_BETWEEN_STREETS)(since)
    return moved
