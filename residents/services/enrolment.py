"""New people and new episodes, however many at once, in a fixed number of statements.

The page, the file and the API end here: one household or a thousand rows of a ledger take the
same inserts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from housing.models import Source
from portal.audit.record import event, record_many
from portal.orgs.records import new_key
from portal.orgs.scope import Scope
from portal.rows import insert_values
from portal.rules.services import rule_on
from residents.categories import PopulationCategory
from residents.cycles import due_on
from residents.models import (
    CollectionTask,
    Household,
    Identity,
    Residence,
    Resident,
    Secret,
    Verification,
)
from residents.names import list_keys
from residents.querysets import ACTUAL_CATEGORIES
from residents.services.copies import PERSON, dwelling_copies
from residents.services.joining import Newcomer, households_of
from residents.services.sealing import Sealed
from residents.services.settling import note_work

KIND_OF_CATEGORY = {
    PopulationCategory.HUKOU_CONSISTENT: Residence.Kind.HUKOU,
    PopulationCategory.HUKOU_ELSEWHERE_LOCAL: Residence.Kind.SEPARATION,
    PopulationCategory.HUKOU_ABSENT: Residence.Kind.HUKOU_ABSENT,
    PopulationCategory.NONLOCAL_RESIDENT: Residence.Kind.REGISTRATION,
    PopulationCategory.HMT_RESIDENT: Residence.Kind.FOREIGN,
    PopulationCategory.FOREIGN_RESIDENT: Residence.Kind.FOREIGN,
    PopulationCategory.HUKOU_PENDING: Residence.Kind.DECLARED,
}


#: Columns of an episode and of a person that a newcomer may leave untold, as they are then kept.
NOTHING_TOLD = {"reason": "", "tenancy_role": "", "relation": ""}
NOTHING_KNOWN = {
    "former_name": "", "foreign_name": "", "ethnicity": "", "nationality": "CHN", "origin": "",
    "hukou_address": "", "education": "", "employer_name": "", "doc_type": "", "arrived_on": None,
    "note": "",
}  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """How and when somebody was seen: a code of 核实方式 and a day."""

    method: str
    on: date


@dataclass
class Enrolled:
    """The rows of those who were enrolled, by attribute name; keys are text.

    `residences` are in the order of the newcomers; somebody who was on the register already has
    no row in `residents`.
    """

    residents: list[dict[str, Any]] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[dict[str, Any]] = field(default_factory=list)
    residences: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Act:
    """What is the same for all who are enrolled by one act."""

    visit: Visit
    cycle: Mapping[str, int]
    today: date
    source: str
    by: Scope
    at: datetime


def kind_of(category: str) -> str:
    """Kind of registration that a population category calls for."""
    return KIND_OF_CATEGORY[PopulationCategory(int(category))].value


@transaction.atomic(savepoint=False)
def enrol(
    *, newcomers: Sequence[Newcomer], visit: Visit, source: str = Source.VISIT.value, by: Scope,
    at: datetime,
) -> list[Residence]:  # fmt: skip
    """Insert people, documents, ciphertexts, episodes, first verifications and their events.

    Rights, duplicates and rules are the caller's to check. Episodes come back in order.
    """
    rows = enrol_rows(newcomers=newcomers, visit=visit, source=source, by=by, at=at)
    people = {row["id"]: stored(Resident, row) for row in rows.residents}
    people |= {str(known.pk): known for newcomer in newcomers if (known := newcomer.resident)}
    begun = [stored(Residence, row) for row in rows.residences]
    for residence, row, newcomer in zip(begun, rows.residences, newcomers, strict=True):
        residence.resident = people[row["resident_id"]]
        residence.dwelling = newcomer.dwelling
    return begun


@transaction.atomic(savepoint=False)
def enrol_rows(
    *, newcomers: Sequence[Newcomer], visit: Visit, source: str = Source.VISIT.value, by: Scope,
    at: datetime,
) -> Enrolled:  # fmt: skip
    """The same for thousands, whose rows nobody needs as objects."""
    cycle = rule_on("verification_cycle", visit.on).parameters
    act = _Act(visit, cycle, timezone.localdate(at), source, by, at)
    rows = Enrolled()
    for newcomer, household in zip(newcomers, households_of(newcomers), strict=True):
        _add(rows, newcomer, household, act)
    insert_values(Resident, rows.residents)
    insert_values(Identity, rows.identities)
    insert_values(Secret, rows.secrets)
    insert_values(Residence, rows.residences)
    _note_verified(
        ((row["committee_id"], row["dwelling_id"], row["id"]) for row in rows.residences),
        outcome=Verification.Outcome.CHANGED, visit=visit, by=by, at=at,
    )  # fmt: skip
    _record(rows, by, at)
    note_work(
        kind=CollectionTask.Kind.NEW, by=by, at=at,
        dwellings=[row["dwelling_id"] for row in rows.residences],
    )  # fmt: skip
    return rows


M = TypeVar("M", Resident, Residence)


def stored(model: type[M], row: Mapping[str, Any]) -> M:
    """The object of a row that was inserted by its values."""
    held = model(**{**row, "id": UUID(row["id"])})
    held._state.adding, held._state.db = False, "default"
    return held


@transaction.atomic(savepoint=False)
def note_verified(
    *, residences: Iterable[Residence], outcome: str, visit: Visit, by: Scope, at: datetime,
    note: str = "",
) -> None:  # fmt: skip
    """One verification event per episode: "seen, nothing changed" is a fact of its own (D-5)."""
    places = ((row.committee_id, row.dwelling_id, row.pk) for row in residences)
    _note_verified(places, outcome=outcome, visit=visit, by=by, at=at, note=note)


def _note_verified(
    places: Iterable[tuple[int, Any, Any]], *, outcome: str, visit: Visit, by: Scope, at: datetime,
    note: str = "",
) -> None:  # fmt: skip
    """:param places: committee, dwelling and episode"""
    alike = {
        "outcome": outcome, "method": visit.method, "verified_on": visit.on,
        "user_id": by.user_id, "by_name": by.user_name, "at": at, "note": note,
    }  # fmt: skip
    insert_values(
        Verification,
        (
            {"id": new_key(), "committee_id": committee, "dwelling_id": dwelling,
             "residence_id": residence, **alike}
            for committee, dwelling, residence in places
        ),
    )  # fmt: skip


def _add(rows: Enrolled, newcomer: Newcomer, household: Household, act: _Act) -> None:
    person: Mapping[str, Any]
    if newcomer.resident is None:
        person = _new_resident(newcomer, act)
        rows.residents.append(person)
        _add_numbers(rows, newcomer, person)
    else:
        person = newcomer.resident.__dict__
    dwelling, episode = newcomer.dwelling, {**NOTHING_TOLD, **newcomer.episode}
    category = episode.pop("category", person["category"])
    episode.setdefault("begin_on", act.visit.on)
    rows.residences.append({
        "id": new_key(), "committee_id": dwelling.committee_id, "resident_id": str(person["id"]),
        "dwelling_id": dwelling.pk, "household_id": household.pk,
        "kind": kind_of(category), "category": category, "registered_on": act.today,
        "is_primary": newcomer.is_primary and category in ACTUAL_CATEGORIES,
        "verified_on": act.visit.on, "verified_method": act.visit.method,
        "verified_by": act.by.user_name,
        "due_on": due_on(act.visit.on, dwelling.occupancy, category, act.cycle),
        **episode, **{name: person[name] for name in PERSON}, **dwelling_copies(dwelling),
    })  # fmt: skip


def _new_resident(newcomer: Newcomer, act: _Act) -> dict[str, Any]:
    person = newcomer.person
    name_key, initials = list_keys(person["name"])
    document, phone = newcomer.document, newcomer.phone
    return {
        **NOTHING_KNOWN, "id": new_key(), "committee_id": newcomer.dwelling.committee_id,
        "name_key": name_key, "initials": initials,
        "id_mask": document.mask if document else "", "id_tail": document.tail if document else "",
        "phone_mask": phone.mask if phone else "", "phone_index": phone.index if phone else None,
        "guardian_id": None, "notice_given_on": act.today, "source": act.source,
        "created_at": act.at, "created_by": act.by.user_name, "updated_at": act.at,
        "updated_by": act.by.user_name, **person,
    }  # fmt: skip


def _add_numbers(rows: Enrolled, newcomer: Newcomer, resident: Mapping[str, Any]) -> None:
    document, phone = newcomer.document, newcomer.phone
    whose = resident["committee_id"], resident["id"]
    if document:
        rows.identities.append(identity_of(*whose, document))
        rows.secrets.append(secret_of(*whose, document, Secret.Kind.IDENTITY.value))
    if phone:
        rows.secrets.append(secret_of(*whose, phone, Secret.Kind.PHONE.value))


def identity_of(committee: int, resident: Any, document: Sealed) -> dict[str, Any]:
    """The document's row, not yet inserted."""
    return {
        "id": new_key(), "committee_id": committee, "resident_id": resident,
        "doc_type": document.kind, "blind_index": document.index, "mask": document.mask,
        "as_printed": document.as_printed,
    }  # fmt: skip


def secret_of(committee: int, resident: Any, sealed: Sealed, kind: str) -> dict[str, Any]:
    """The ciphertext's row, not yet inserted; the cipher is bound to its key."""
    return {
        "id": sealed.row, "committee_id": committee, "resident_id": resident,
        "kind": kind, "key_id": sealed.key_id, "cipher": sealed.cipher,
    }  # fmt: skip


def _record(rows: Enrolled, by: Scope, at: datetime) -> None:
    """An event for each person; what all of them have alike is worked out once."""
    alike = event("residents.registered", by=by, at=at)
    kind = Resident._meta.label_lower
    record_many(
        {
            **alike, "scope_code": row["committee_id"], "target_type": kind,
            "target_id": row["resident_id"], "target_text": row["name"],
            "subjects": [row["resident_id"]],
            "changes": {"address": row["short_address"], "id": row["id_mask"],
                        "category": row["category"], "begin_on": str(row["begin_on"])},
        }
        for row in rows.residences
    )  # fmt: skip
