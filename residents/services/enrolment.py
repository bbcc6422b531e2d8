"""New people and new episodes, however many at once, in a fixed number of statements.

The page, the file and the API end here: one household or a thousand rows of a ledger take the
same inserts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from housing.models import DwellingUnit, Source
from portal.audit.record import event, record_many
from portal.orgs.scope import Scope
from portal.rows import insert_rows, insert_values
from portal.rules.services import rule_on
from residents.categories import PopulationCategory
from residents.cycles import due_on
from residents.models import Household, Identity, Residence, Resident, Secret, Verification
from residents.names import list_keys
from residents.querysets import ACTUAL_CATEGORIES
from residents.services.copies import dwelling_copies, person_copies
from residents.services.sealing import Sealed

COLLECTIVE, SHARED_ROLE = "5", "T5"
KIND_OF_CATEGORY = {
    PopulationCategory.HUKOU_CONSISTENT: Residence.Kind.HUKOU,
    PopulationCategory.HUKOU_ELSEWHERE_LOCAL: Residence.Kind.SEPARATION,
    PopulationCategory.HUKOU_ABSENT: Residence.Kind.HUKOU_ABSENT,
    PopulationCategory.NONLOCAL_RESIDENT: Residence.Kind.REGISTRATION,
    PopulationCategory.HMT_RESIDENT: Residence.Kind.FOREIGN,
    PopulationCategory.FOREIGN_RESIDENT: Residence.Kind.FOREIGN,
    PopulationCategory.HUKOU_PENDING: Residence.Kind.DECLARED,
}


@dataclass(frozen=True)
class Visit:
    """How and when somebody was seen: a code of 核实方式 and a day."""

    method: str
    on: date


@dataclass
class Newcomer:
    """A person to be recorded at a dwelling, read by the rules, with the number sealed.

    :param row: the caller's own name for it
    :param resident: somebody already on the register, who gets a new episode
    """

    row: Any
    dwelling: DwellingUnit
    person: Mapping[str, Any]
    episode: Mapping[str, Any]
    document: Sealed | None = None
    phone: Sealed | None = None
    resident: Resident | None = None
    is_primary: bool = True
    guardian_id: UUID | None = None


@dataclass
class _Rows:
    """What is about to be inserted."""

    residents: list[Resident] = field(default_factory=list)
    identities: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[dict[str, Any]] = field(default_factory=list)
    residences: list[Residence] = field(default_factory=list)


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
    cycle = rule_on("verification_cycle", visit.on).parameters
    households = _households(newcomers)
    rows = _Rows()
    for newcomer in newcomers:
        _add(rows, newcomer, households, visit, cycle, source, by, at)
    insert_rows(rows.residents)
    insert_values(Identity, rows.identities)
    insert_values(Secret, rows.secrets)
    insert_rows(rows.residences)
    note_verified(residences=rows.residences, outcome=Verification.Outcome.CHANGED, visit=visit,
                  by=by, at=at)  # fmt: skip
    record_many(_registered(residence, by, at) for residence in rows.residences)
    return rows.residences


@transaction.atomic(savepoint=False)
def note_verified(
    *, residences: Iterable[Residence], outcome: str, visit: Visit, by: Scope, at: datetime,
    note: str = "",
) -> None:  # fmt: skip
    """One verification event per episode: "seen, nothing changed" is a fact of its own (D-5)."""
    insert_values(
        Verification,
        (
            {
                "committee_id": row.committee_id, "dwelling_id": row.dwelling_id,
                "residence_id": row.pk, "outcome": outcome, "method": visit.method,
                "verified_on": visit.on, "user_id": by.user_id, "by_name": by.user_name,
                "at": at, "note": note,
            }
            for row in residences
        ),
    )  # fmt: skip


def _households(newcomers: Sequence[Newcomer]) -> dict[UUID, Household]:
    """The open household of each dwelling; made where there is none yet."""
    dwellings = {newcomer.dwelling.pk: newcomer.dwelling for newcomer in newcomers}
    found = {
        row.dwelling_id: row
        for row in Household.objects.filter(dwelling_id__in=list(dwellings), closed_on=None)
    }
    roles: dict[UUID, set[str]] = {}
    for newcomer in newcomers:
        roles.setdefault(newcomer.dwelling.pk, set()).add(newcomer.episode.get("tenancy_role", ""))
    fresh = [
        Household(
            committee_id=dwelling.committee_id,
            dwelling=dwelling,
            kind=_household_kind(dwelling.occupancy, roles[key]),
        )
        for key, dwelling in dwellings.items()
        if key not in found
    ]
    insert_rows(fresh)
    return found | {row.dwelling_id: row for row in fresh}


def _household_kind(occupancy: str, roles: set[str]) -> str:
    if occupancy == COLLECTIVE:
        return Household.Kind.COLLECTIVE.value
    return (Household.Kind.SHARED if SHARED_ROLE in roles else Household.Kind.FAMILY).value


def _add(
    rows: _Rows, newcomer: Newcomer, households: Mapping[UUID, Household], visit: Visit,
    cycle: Mapping[str, int], source: str, by: Scope, at: datetime,
) -> None:  # fmt: skip
    resident = newcomer.resident
    if resident is None:
        resident = _new_resident(newcomer, source, by, at)
        rows.residents.append(resident)
        _add_numbers(rows, newcomer, resident)
    dwelling, episode = newcomer.dwelling, dict(newcomer.episode)
    category = episode.pop("category", resident.category)
    begin = episode.pop("begin_on", visit.on)
    rows.residences.append(
        Residence(
            committee_id=dwelling.committee_id, resident=resident, dwelling=dwelling,
            household=households[dwelling.pk], kind=kind_of(category), category=category,
            begin_on=begin, registered_on=timezone.localdate(at),
            is_primary=newcomer.is_primary and category in ACTUAL_CATEGORIES,
            verified_on=visit.on, verified_method=visit.method, verified_by=by.user_name,
            due_on=due_on(visit.on, dwelling.occupancy, category, cycle),
            **episode, **person_copies(resident), **dwelling_copies(dwelling),
        )
    )  # fmt: skip


def _new_resident(newcomer: Newcomer, source: str, by: Scope, at: datetime) -> Resident:
    person = dict(newcomer.person)
    name_key, initials = list_keys(person["name"])
    document, phone = newcomer.document, newcomer.phone
    return Resident(
        committee_id=newcomer.dwelling.committee_id, name_key=name_key, initials=initials,
        id_mask=document.mask if document else "", id_tail=document.tail if document else "",
        phone_mask=phone.mask if phone else "", phone_index=phone.index if phone else None,
        guardian_id=newcomer.guardian_id, notice_given_on=timezone.localdate(at), source=source,
        created_at=at, created_by=by.user_name, updated_at=at, updated_by=by.user_name, **person,
    )  # fmt: skip


def _add_numbers(rows: _Rows, newcomer: Newcomer, resident: Resident) -> None:
    document, phone = newcomer.document, newcomer.phone
    if document:
        rows.identities.append(identity_of(resident, document))
        rows.secrets.append(secret_of(resident, document, Secret.Kind.IDENTITY.value))
    if phone:
        rows.secrets.append(secret_of(resident, phone, Secret.Kind.PHONE.value))


def identity_of(resident: Resident, document: Sealed) -> dict[str, Any]:
    """The document's row, not yet inserted."""
    return {
        "committee_id": resident.committee_id, "resident_id": resident.pk,
        "doc_type": document.kind, "blind_index": document.index, "mask": document.mask,
        "as_printed": document.as_printed,
    }  # fmt: skip


def secret_of(resident: Resident, sealed: Sealed, kind: str) -> dict[str, Any]:
    """The ciphertext's row, not yet inserted; the cipher is bound to its key."""
    return {
        "id": sealed.row, "committee_id": resident.committee_id, "resident_id": resident.pk,
        "kind": kind, "key_id": sealed.key_id, "cipher": sealed.cipher,
    }  # fmt: skip


def _registered(residence: Residence, by: Scope, at: datetime) -> Any:
    return event(
        "residents.registered", by=by, at=at, target=residence.resident,
        committee=residence.committee_id, subjects=[residence.resident_id],
        changes={"address": residence.short_address, "id": residence.id_mask,
                 "category": residence.category, "begin_on": residence.begin_on},
    )  # fmt: skip
