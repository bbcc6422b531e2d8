"""Rows of a file, applied and taken back in a fixed number of statements per chunk (D-12)."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from housing.models import DwellingUnit, Source
from portal.audit.record import event, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.intake import Reading
from residents.models import Identity, Residence, Resident, Secret, Verification
from residents.services.changing import Change, Fresh, change_people, version_of
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Visit, enrol_rows, stored
from residents.services.heads import Told, two_or_no_heads
from residents.services.joining import Newcomer
from residents.services.moving import end_episodes
from residents.services.sealing import Bare, Sealed

MOVED_AWAY = "01"
#: A ledger compares data; it is no visit (核实方式 V5).
COMPARED = "V5"
#: Any record as it begins.
NEW = Fresh()


@dataclass(frozen=True)
class FileRow:
    """A checked row, ready to be written.

    :param resident: somebody on the register already; None for a new person
    :param residence: the open episode that the row speaks of; None where it begins one
    :param leaves: the episode elsewhere that ends because the row tells another address
    """

    line: int
    dwelling: UUID
    person: Mapping[str, Any]
    episode: Mapping[str, Any]
    document: Bare | None = None
    phone: Bare | None = None
    resident: UUID | None = None
    residence: UUID | None = None
    leaves: UUID | None = None


@dataclass(frozen=True)
class Written:
    """What a row came to, and what taking it back needs."""

    line: int
    resident: UUID | str
    before: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def apply_rows(
    *, rows: Sequence[FileRow], committee: int, by: Scope, at: datetime
) -> list[Written]:
    """Write a chunk of checked rows: new people, new episodes, moves and changes.

    :raises NotAllowed: `by` may not import into this committee
    """
    require(by, Capability.IMPORT_FILES, committee)
    require(by, Capability.EDIT_RESIDENTS, committee)
    visit = Visit(COMPARED, timezone.localdate(at))
    dwellings = _dwellings(rows, committee)
    people, episodes = _known(rows, committee)
    _end_former(rows, episodes, visit, by, at)
    fresh = [row for row in rows if row.residence is None]
    enrolled = enrol_rows(
        newcomers=[_newcomer(row, dwellings, people) for row in fresh], visit=visit,
        source=Source.LEDGER.value, by=by, at=at,
    )  # fmt: skip
    begun = list(zip(fresh, enrolled.residences, strict=True))
    written = [_began(row, residence, people) for row, residence in begun]
    told = [row for row in rows if row.resident is not None and not row.leaves]
    begun_of = {row.line: residence for row, residence in begun}
    written_changes = _change(told, people, episodes, begun_of, by, at)
    known = {row.line for row in fresh}
    touched = {row.dwelling for row in fresh} | {
        episodes[row.leaves].dwelling_id for row in rows if row.leaves
    }
    refresh_dwellings(dwellings=touched, by=by, at=at)
    return written + [each for each in written_changes if each.line not in known]


def _dwellings(rows: Sequence[FileRow], committee: int) -> dict[UUID, DwellingUnit]:
    """The dwellings that people of the rows live in or leave, locked before anybody moves.

    Two chunks at once would each hold a share of a dwelling by its new episodes and then both
    want to count it: a deadlock, or a count without the other's people.
    """
    left = Residence.objects.filter(
        committee_id=committee, pk__in=[row.leaves for row in rows if row.leaves]
    ).values_list("dwelling_id", flat=True)
    wanted = {row.dwelling for row in rows} | set(left)
    found = DwellingUnit.objects.filter(committee_id=committee, pk__in=wanted)
    return {unit.pk: unit for unit in found.select_for_update(of=("self",)).order_by("pk")}


def _known(
    rows: Sequence[FileRow], committee: int
) -> tuple[dict[UUID, Resident], dict[UUID, Residence]]:
    """People and episodes that the rows speak of, locked."""
    ids = {row.resident for row in rows if row.resident}
    if not ids:
        return {}, {}
    people = Resident.objects.filter(committee_id=committee, pk__in=ids).select_for_update()
    open_rows = Residence.objects.filter(committee_id=committee, resident_id__in=ids).open()
    return (
        {person.pk: person for person in people.order_by("pk")},
        {row.pk: row for row in open_rows.select_for_update(of=("self",)).order_by("pk")},
    )


def _end_former(
    rows: Sequence[FileRow], episodes: Mapping[UUID, Residence], visit: Visit, by: Scope,
    at: datetime,
) -> None:  # fmt: skip
    endings = [
        (episodes[row.leaves], row.episode.get("begin_on", visit.on), MOVED_AWAY)
        for row in rows
        if row.leaves
    ]
    if endings:
        end_episodes(endings=endings, by=by, at=at, note="台账导入")


def _newcomer(
    row: FileRow, dwellings: Mapping[UUID, DwellingUnit], people: Mapping[UUID, Resident]
) -> Newcomer:
    return Newcomer(
        row=row.line, dwelling=dwellings[row.dwelling], person=row.person, episode=row.episode,
        document=row.document.sealed() if row.document else None,
        phone=row.phone.sealed() if row.phone else None,
        resident=people[row.resident] if row.resident else None,
    )  # fmt: skip


def _began(row: FileRow, residence: Mapping[str, Any], people: Mapping[UUID, Resident]) -> Written:
    return Written(
        row.line,
        residence["resident_id"],
        {
            "act": "move" if row.leaves else "create",
            "residence": residence["id"],
            "new_person": row.resident is None,
            "version": version_of(people[row.resident] if row.resident else NEW, NEW),
        },
    )


def _change(
    rows: Sequence[FileRow], people: Mapping[UUID, Resident],
    episodes: Mapping[UUID, Residence], begun: Mapping[int, Mapping[str, Any]], by: Scope,
    at: datetime,
) -> list[Written]:  # fmt: skip
    """Changes to people who are known; the values before go with them, for undo."""
    changes = []
    for row in rows:
        if row.resident is None:
            continue
        residence = episodes[row.residence] if row.residence else stored(Residence, begun[row.line])
        reading = Reading(person=dict(row.person), episode=dict(row.episode))
        phone = row.phone.sealed() if row.phone else None
        changes.append(Change(row.line, people[row.resident], residence, reading, phone=phone))
    kept = _ciphers([c.resident.pk for c in changes if c.phone and c.resident.phone_mask])
    real = change_people(changes=changes, by=by, at=at, reason="台账导入")
    return [_changed(change, kept.get(change.resident.pk)) for change in real]


def _changed(change: Change, phone: dict[str, Any] | None) -> Written:
    assert change.residence is not None
    values = {
        column: old.isoformat() if isinstance(old, date) else old
        for column, (old, _new) in change.diff.items()
        if column not in ("phone_mask", "id_mask")
    }
    if "phone_mask" in change.diff:
        old_mask = change.diff["phone_mask"][0]
        values["phone"] = phone | {"mask": old_mask} if phone else None
    return Written(
        change.row,
        change.resident.pk,
        {
            "act": "update",
            "residence": str(change.residence.pk),
            "version": version_of(change.resident, change.residence),
            "values": values,
        },
    )


def _ciphers(people: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The telephone ciphertexts that are about to be replaced, sealed as they are, in one query."""
    wanted = [str(key) for key in people]
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM phones_before_import(%s::uuid[])", [wanted])
        return {
            row[0]: {
                "kind": "", "row": str(row[1]), "key_id": row[2], "tail": "",
                "cipher": base64.b64encode(bytes(row[3])).decode(), "index": bytes(row[4]).hex(),
            }
            for row in cursor.fetchall()
        }  # fmt: skip


@transaction.atomic
def take_back_rows(
    *, rows: Sequence[tuple[int, UUID, Mapping[str, Any]]], by: Scope, at: datetime
) -> dict[int, str]:
    """Undo what a file did, for rows that nobody has touched since.

    :param rows: line, resident and what `apply_rows` gave as `before`
    :returns: by line, "" where it was taken back, else the sentence why it stays
    """
    people, episodes = _in_sight([resident for _, resident, _ in rows], by)
    told: dict[int, str] = {}
    creates, changes = [], []
    for line, resident_id, before in rows:
        resident = people.get(resident_id)
        residence = episodes.get(UUID(before["residence"])) if before else None
        if resident is None or residence is None:
            told[line] = "记录已不在本单位"
        elif before["version"] != version_of(resident, residence):
            told[line] = f"{resident.updated_by} 之后改过，未撤销"
        elif before["act"] == "move" or not before.get("new_person", True):
            told[line] = "导入时变更了居住地，请在人员页办理"
        elif before["act"] == "create":
            creates.append((line, resident, residence))
        else:
            changes.append(_back(line, resident, residence, before["values"]))
    headless = _headless(changes, [residence.pk for _, _, residence in creates])
    told |= headless
    changes = [change for change in changes if change.row not in headless]
    change_people(changes=changes, by=by, at=at, reason="撤销导入")
    told |= dict.fromkeys((change.row for change in changes), "")
    return told | _withdraw(creates, by, at)


def _headless(changes: Sequence[Change], going: Sequence[UUID]) -> dict[int, str]:
    """By line: why a relation stays, where a family would have no head again, or two."""
    told = [
        Told(change.row, change.residence, change.residence.relation, relation)
        for change in changes
        if change.residence and (relation := change.reading.episode.get("relation")) is not None
    ]
    found = two_or_no_heads(told, leaving=going)
    return {line: f"{problem.message}，未撤销" for line, problem in found.items()}


def _in_sight(ids: Iterable[UUID], by: Scope) -> tuple[dict[UUID, Resident], dict[UUID, Residence]]:
    wanted = list(ids)
    people = Resident.objects.in_scope(by).filter(pk__in=wanted).select_for_update()
    rows = Residence.objects.in_scope(by).open().filter(resident_id__in=wanted)
    found = {person.pk: person for person in people.order_by("pk")}
    for person in found.values():
        require(by, Capability.IMPORT_FILES, person.committee_id)
        require(by, Capability.EDIT_RESIDENTS, person.committee_id)
    return found, {row.pk: row for row in rows.select_for_update().order_by("pk")}


def _back(line: int, resident: Resident, residence: Residence, values: Mapping[str, Any]) -> Change:
    reading = Reading()
    phone = None
    for column, old in values.items():
        if column == "phone":
            phone = Sealed.from_json(old) if old else None
            reading.phone = None if old else ""
        elif column in ("begin_on", "reason", "tenancy_role", "relation", "category"):
            reading.episode[column] = date.fromisoformat(old) if column == "begin_on" else old
        if column not in ("phone", "begin_on", "reason", "tenancy_role", "relation"):
            is_day = column in ("birth_date", "arrived_on") and old
            reading.person[column] = date.fromisoformat(old) if is_day else old
    return Change(line, resident, residence, reading, phone=phone)


def _withdraw(
    rows: Sequence[tuple[int, Resident, Residence]], by: Scope, at: datetime
) -> dict[int, str]:
    """Delete people that a file brought, all at once or, where something hangs on one, singly."""
    if not rows:
        return {}
    people = [resident.pk for _, resident, _ in rows]
    try:
        with transaction.atomic():
            Verification.objects.filter(residence__resident_id__in=people).delete()
            Residence.objects.filter(resident_id__in=people)._raw_delete("default")
            Identity.objects.filter(resident_id__in=people)._raw_delete("default")
            Secret.objects.filter(resident_id__in=people)._raw_delete("default")
            Resident.objects.filter(pk__in=people)._raw_delete("default")
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError:
        if len(rows) == 1:
            return {rows[0][0]: "已有其他业务引用这个人，未撤销"}
        found: dict[int, str] = {}
        for row in rows:
            found |= _withdraw([row], by, at)
        return found
    record_many(
        event("residents.withdrawn", by=by, at=at, committee=resident.committee_id,
              target=(Resident._meta.label_lower, resident.pk), subjects=[resident.pk],
              changes={"address": residence.short_address})
        for _, resident, residence in rows
    )  # fmt: skip
    homes = {residence.dwelling_id for _, _, residence in rows}
    refresh_dwellings(dwellings=homes, by=by, at=at)
    return {line: "" for line, _, _ in rows}
