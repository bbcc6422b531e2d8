"""Transfers between committees: asked, objected to, and waiting for those who decide.

None of them moves anybody, so that the invented numbers stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connections

from housing.models import DwellingUnit
from portal import vault
from portal.demo import cast
from portal.demo.diary import Diary
from portal.orgs.scope import Scope
from residents.models import Residence
from residents.services import answer_transfer, ask_transfer

REASONS = (
    "入户核实，已搬来居住",
    "房东来登记，租约本月起",
    "随子女搬来同住",
    "单位宿舍调整到本居委",
)
OBJECTION = "本居委上周上门，家人说只是短住"
#: Who asks, who holds, working days ago, and whether the holder objected.
ASKED = (
    ("zhoumin", cast.NEXT_DOOR, 1, False),
    ("lufang", cast.HOME, 1, False),
    ("lufang", cast.HOME, 2, False),
    ("lufang", cast.HOME, 3, True),
    ("tangpeng", cast.HOME, 2, True),
)
HOLDERS = {cast.HOME: "zhoumin", cast.NEXT_DOOR: "lufang"}


@dataclass
class _Request:
    """One transfer from the asking to the answer."""

    person: Residence
    number: str
    dwelling: UUID
    reason: str
    transfer: list[UUID] = field(default_factory=list)

    def ask(self, by: Scope, at: datetime) -> None:
        told = {
            "name": self.person.name, "document_number": self.number, "relation": "户主",
            "category": self.person.category, "begin_date": f"{at:%Y-%m-%d}",
        }  # fmt: skip
        asked = ask_transfer(dwelling_id=self.dwelling, told=told, reason=self.reason, by=by, at=at)
        self.transfer.append(asked.pk)

    def object(self, by: Scope, at: datetime) -> None:
        answer_transfer(transfer_id=self.transfer[0], agreed=False, answer=OBJECTION, by=by, at=at)


def plan(diary: Diary) -> None:
    """Enter the requests into the diary; where a committee has no people, none of its."""
    people = {unit: _movers(unit) for unit in HOLDERS}
    for place, (who, holder, back, objected) in enumerate(ASKED):
        person = next(people[holder], None)
        dwelling = _door(diary.scopes[who].unit, place)
        if person is None or dwelling is None or person.begin_on >= diary.working_day(back + 1):
            continue
        request = _Request(person, number_of(person), dwelling, REASONS[place % len(REASONS)])
        day = diary.working_day(back)
        diary.enter(who, diary.moment(day, 9, 11), request.ask)
        if objected:
            diary.enter(HOLDERS[holder], diary.moment(day, 14, 16), request.object)
        diary.counts["residents.Transfer"] += 1


def _movers(unit: int) -> Iterator[Residence]:
    """Grown people from elsewhere, each of a home of their own, in the order of their names."""
    homes = set()
    rows = (
        Residence.objects.using("owner").under(unit).actual().filter(category="20", relation="99")
    )
    for row in rows.exclude(id_mask="").order_by("name_key", "id")[:200]:
        if row.dwelling_id not in homes:
            homes.add(row.dwelling_id)
            yield row


def _door(unit: int, place: int) -> UUID | None:
    """A dwelling that is let, in the unit that asks."""
    rows = DwellingUnit.objects.using("owner").under(unit).active().filter(occupancy="2")
    found = rows.order_by("address_key", "id").values_list("pk", flat=True)[place : place + 1]
    return next(iter(found), None)


def number_of(person: Residence) -> str:
    """The invented number behind the mask, as the person would show it at the new door."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT id, key_id, cipher FROM residents_secret "
            "WHERE resident_id = %s AND kind = 'identity'",
            [person.resident_id],
        )
        row, key_id, cipher = cursor.fetchone()
    return vault.unseal(bytes(cipher), key_id=key_id, row=row, kind="identity")
