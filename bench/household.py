"""Saving a household of four, against its own INSERTs, a commit and the checks of its form.

The same four invented people are saved again and again: what a round wrote is taken away, as the
owner, before the next one begins. Only events of the trail stay.
"""

from collections.abc import Callable
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from psycopg2 import sql

from bench.asking import listening
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared, interleaved
from bench.serving import UnableToMeasure
from housing.models import DwellingUnit
from portal.orgs.acting import acting
from residents import services
from residents.identity import check_character
from residents.intake import read_person
from residents.models import Identity
from residents.services import document_index

MOST_STATEMENTS = 40
PEOPLE = [("万志强", "19840312", 1), ("王巧云", "19860718", 0), ("万子轩", "20150102", 1),
          ("石思源", "19980614", 1)]  # fmt: skip
#: What a save writes, the last first, by the column that finds it again.
WRITTEN = {
    "residents_verification": "dwelling_id", "residents_secret": "resident_id",
    "residents_identity": "resident_id", "residents_residence": "resident_id",
    "residents_household": "dwelling_id", "residents_resident": "id",
}  # fmt: skip


def figures(district: District) -> list[Figure]:
    """Statements and time of the save."""
    save = _Save(district)
    save.undo()
    with listening() as asked:
        save.ours()
    inserts = [each for each in asked.statements if each.sql.startswith("INSERT")]
    save.undo()

    def bare() -> None:
        for row in save.rows:
            read_person(row.told, today=timezone.localdate(), allow_synthetic=True)
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            for each in inserts:
                cursor.cursor.execute(each.sql, each.params)

    ours, plain = save.measured(bare)
    note = f"its own {len(inserts)} INSERTs and commit as the owner, and the checks of its fields"
    count = Sample.of(len(asked.statements), "queries")
    return [
        compared("save a household of four", ours, plain, at_most(2), note),
        compared("save a household of four: statements", count,
                 Sample.of(MOST_STATEMENTS, "queries"), at_most(1), "the limit"),
    ]  # fmt: skip


class _Save:
    """The save, and how to take it back."""

    def __init__(self, district: District) -> None:
        self.by = district.scope("committee")
        homes = DwellingUnit.objects.using("owner").filter(committee_id=self.by.unit, occupants=0)
        self.dwelling = homes.filter(status="active").order_by("address_key", "id")[0]
        self.rows = [
            services.Told(row=f"new-{place}", told=_told(place, *person))
            for place, person in enumerate(PEOPLE)
        ]

    def ours(self) -> None:
        with acting(self.by):
            services.save_household(
                dwelling_id=self.dwelling.pk, rows=self.rows, by=self.by, at=timezone.now(),
                dwelling_changes={"occupancy": "2"}, dwelling_version=self.dwelling.version,
            )  # fmt: skip

    def undo(self) -> None:
        """Take away what a save wrote, and set the dwelling back."""
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT resident_id FROM residents_residence WHERE dwelling_id = %s",
                [self.dwelling.pk],
            )
            people = [row[0] for row in cursor.fetchall()]
            for table, column in WRITTEN.items():
                keys = [self.dwelling.pk] if column == "dwelling_id" else people
                query = sql.SQL("DELETE FROM {} WHERE {} = ANY(%s::uuid[])")
                cursor.execute(query.format(sql.Identifier(table), sql.Identifier(column)), [keys])
            self.dwelling.save(using="owner")

    def measured(self, bare: Callable[[], Any]) -> list[Sample]:
        """Both in turns; taking back is not counted."""
        times: list[list[float]] = [[], []]
        for _ in range(15):
            for place, act in enumerate((self.ours, bare)):
                (sample,) = interleaved(act, rounds=1, warm=0)
                times[place].append(sample.median)
                self.undo()
        return [Sample(tuple(values[3:])) for values in times]


def _told(place: int, name: str, birth: str, man: int) -> dict[str, str]:
    return {
        "name": name, "document_number": _free_number(birth, man), "relation": "户主",
        "category": "来沪人员", "begin_date": "2026-03-01", "phone": f"1501234{place:04d}",
        "reason": "务工",
    }  # fmt: skip


def _free_number(birth: str, man: int) -> str:
    """An invented number of that day of birth which nobody in the register has."""
    for serial in range(499, 0, -1):
        body = f"319999{birth}{serial * 2 + man:03d}"
        number = body + check_character(body)
        known = Identity.objects.using("owner").filter(blind_index=document_index("111", number))
        if not known.exists():
            return number
    raise UnableToMeasure(f"every number of {birth} is taken")
