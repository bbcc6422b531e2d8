"""Putting one person on the register, by the same steps as a household or a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from housing import services as housing
from housing.models import DwellingUnit, Source
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.intake import FieldProblem, Reading, read_person
from residents.models import Residence, Resident
from residents.services.changing import remember_elsewhere
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Visit, enrol
from residents.services.errors import (
    FoundElsewhere,
    RowProblem,
    UnableToRegister,
    refused_by_database,
)
from residents.services.finding import Found, elsewhere_problems, find_holders
from residents.services.joining import Newcomer
from residents.services.moving import end_episodes
from residents.services.sealing import Sealed, seal_document, seal_phone

REQUIRED = ("name", "category", "begin_date")
#: What to do with somebody who is registered elsewhere: ask the clerk, move here, stay there; or,
#: held by another committee, ask that committee.
Arrival = Literal["", "move", "stay", "transfer"]
DECEASED = Resident.Vital.DECEASED.value
MOVED_AWAY = "01"


@dataclass
class Arriving:
    """A new row: what was told, read by the rules, and the answer about another address."""

    row: Any
    reading: Reading
    arrival: Arrival = ""
    document: Sealed | None = None
    phone: Sealed | None = None


def register_resident(
    *, dwelling_id: Any, told: Mapping[str, str], by: Scope, at: datetime, method: str = "V1",
    visited_on: date | None = None, arrival: Arrival = "",
) -> Residence:  # fmt: skip
    """Record one person at a dwelling.

    :param told: texts by field, as typed (`residents.intake.TITLES`)
    :param arrival: `move` ends the episode that somebody has elsewhere in this scope, `stay`
        keeps that as the primary one
    :raises UnableToRegister: a field cannot be taken, or the person is here already
    :raises FoundElsewhere: the number belongs to another unit's register
    :raises NotAllowed: `by` may not edit residents there
    """
    today = timezone.localdate(at)
    try:
        with transaction.atomic():
            dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
            require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
            reading = read_person(
                told, today=today, allow_synthetic=settings.SYNTHETIC_DATA, required=REQUIRED
            )
            visit = Visit(method, visited_on or today)
            (residence,) = admit(
                arriving=[Arriving(None, reading, arrival)], dwelling=dwelling,
                visit=visit, by=by, at=at,
            )  # fmt: skip
            refresh_dwellings(dwellings={dwelling.pk}, by=by, at=at)
            housing.record_occupancy(
                dwelling_id=dwelling.pk, checked_on=visit.on, method=visit.method, by=by, at=at
            )
            return residence
    except IntegrityError as error:
        raise UnableToRegister([refused_by_database(error)]) from error
    except FoundElsewhere as found:
        remember_elsewhere(found, by=by, at=at)
        raise


@transaction.atomic(savepoint=False)
def admit(
    *, arriving: Sequence[Arriving], dwelling: DwellingUnit, visit: Visit,
    source: str = Source.VISIT.value, by: Scope, at: datetime,
) -> list[Residence]:  # fmt: skip
    """Record new rows of one dwelling: unknown people anew, known ones with a new episode.

    :raises UnableToRegister: problems, each at its row and field
    """
    problems = [RowProblem(each.row, p) for each in arriving for p in each.reading.errors]
    problems += _twice_in_form(arriving)
    if problems:
        raise UnableToRegister(problems)
    for each in arriving:
        reading = each.reading
        each.document = (
            seal_document(reading.document, reading.as_printed) if reading.document else None
        )
        each.phone = seal_phone(reading.phone) if reading.phone else None
    holders = find_holders([each.document for each in arriving if each.document], by=by)
    judged = [(each, _holder(each, holders)) for each in arriving]
    _refuse(judged, dwelling)
    _leave_former_homes(judged, visit, by, at)
    return enrol(
        newcomers=[_newcomer(each, holder, dwelling) for each, holder in judged], visit=visit,
        source=source, by=by, at=at,
    )  # fmt: skip


def _twice_in_form(arriving: Sequence[Arriving]) -> list[RowProblem]:
    seen: set[str] = set()
    problems = []
    for each in arriving:
        number = each.reading.document.number if each.reading.document else ""
        if number and number in seen:
            text = "与上面一行的证件号相同，请核对证件原件"
            problems.append(RowProblem(each.row, FieldProblem("document_number", text)))
        seen.add(number)
    return problems


def _holder(each: Arriving, holders: Mapping[bytes, Found]) -> Found | None:
    return holders.get(each.document.index) if each.document else None


def _refuse(judged: Sequence[tuple[Arriving, Found | None]], dwelling: DwellingUnit) -> None:
    """:raises UnableToRegister: somebody elsewhere, deceased, or here already"""
    away = [(each, found) for each, found in judged if found and found.resident is None]
    if away:
        told = elsewhere_problems([(each.row, found) for each, found in away])
        raise FoundElsewhere(
            [RowProblem(row, problem) for row, problem in told],
            [(found.committee, each.document.mask) for each, found in away if each.document],
        )
    problems = [
        RowProblem(each.row, problem)
        for each, found in judged
        if found and (problem := _objection(each, found, dwelling))
    ]
    if problems:
        raise UnableToRegister(problems)


def _objection(each: Arriving, found: Found, dwelling: DwellingUnit) -> FieldProblem | None:
    """Why somebody on the register in this scope cannot simply be added here."""
    resident = found.resident
    assert resident is not None
    if resident.vital_status == DECEASED:
        text = f"{resident.name} 已登记死亡，如有误请联系街道人口办"
        return FieldProblem("document_number", text)
    if any(row.dwelling_id == dwelling.pk for row in found.residences):
        return FieldProblem("document_number", f"{resident.name} 已登记在这一户")
    primary = found.primary
    if primary is None or each.arrival:
        return None
    return FieldProblem(
        "arrival",
        f"该证件号已登记在 {primary.short_address}（{resident.name}，最近核实 "
        f"{primary.verified_on}）",
        "确已搬来选“迁入本户”，只是暂住选“仅暂住”",
    )


def _leave_former_homes(
    judged: Sequence[tuple[Arriving, Found | None]], visit: Visit, by: Scope, at: datetime
) -> None:
    """End the primary episodes of those who moved here; `stay` leaves them as they are."""
    moving = [
        (primary, each.reading.episode.get("begin_on", visit.on))
        for each, found in judged
        if found and (primary := found.primary) and each.arrival == "move"
    ]
    if not moving:
        return
    end_episodes(endings=[(row, begin, MOVED_AWAY) for row, begin in moving], by=by, at=at)
    refresh_dwellings(dwellings={row.dwelling_id for row, _ in moving}, by=by, at=at)


def _newcomer(each: Arriving, found: Found | None, dwelling: DwellingUnit) -> Newcomer:
    resident = found.resident if found else None
    stays = bool(found and found.primary and each.arrival == "stay")
    return Newcomer(
        row=each.row, dwelling=dwelling, person=each.reading.person,
        episode=each.reading.episode, document=each.document, phone=each.phone,
        resident=resident, is_primary=not stays,
    )  # fmt: skip
