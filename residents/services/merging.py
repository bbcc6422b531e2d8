"""Two records of one person become one, and two again within 30 days (domain §3.2).

Nothing is copied: what the kept record takes over changes places with what it had. Taking a merge
back is the same exchange, so no value, cipher or blind index is kept a second time for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.merges import UNDO_WITHIN
from residents.models import (
    CorrectionRequest,
    Identity,
    Residence,
    ResidenceProof,
    Resident,
    ResidentMerge,
    Secret,
    Transfer,
)
from residents.names import list_keys
from residents.services.changing import LABELS, PERSON_COLUMNS
from residents.services.copies import PERSON, copy_person
from residents.services.counters import refresh_dwellings
from residents.services.errors import StaleVersion, UnableToMerge, refused_by_database
from residents.services.moving import end_episodes

TWICE = "04"  # 注销原因: registered twice
NUMBER, PHONE = "number", "phone"
#: What may be taken over singly; a category comes with the home, a document's kind with its number.
COLUMNS = tuple(name for name in PERSON_COLUMNS if name not in ("category", "doc_type"))
_EXCHANGED = {
    NUMBER: ("doc_type", "id_mask", "id_tail"), PHONE: ("phone_mask", "phone_index"),
}  # fmt: skip
_PARKED = "parked"  # a secret's kind while two change places


@dataclass
class Pair:
    """Two records and what is open of each, locked when they are about to be merged."""

    kept: Resident
    dropped: Resident
    kept_open: list[Residence]
    dropped_open: list[Residence]

    @property
    def version(self) -> str:
        """What a form carries, so that nobody merges what has changed before their eyes."""
        rows = sorted([*self.kept_open, *self.dropped_open], key=lambda row: row.pk)
        numbers = [self.kept.version, self.dropped.version, *(row.version for row in rows)]
        return ".".join(map(str, numbers))

    @property
    def homes(self) -> tuple[Residence | None, Residence | None]:
        """The main home of either record."""
        return _main(self.kept_open), _main(self.dropped_open)


def twins_of(resident: Resident, by: Scope) -> QuerySet[Residence]:
    """Open episodes of records that are probably the same person, in the same committee.

    Name, sex and birth date agree and one of the two has no document number: two numbers are two
    people until somebody has looked at both documents.
    """
    rows = Residence.objects.in_scope(by).actual().filter(
        committee_id=resident.committee_id, name_key=resident.name_key, name=resident.name,
        birth_date=resident.birth_date, sex=resident.sex,
    )  # fmt: skip
    if resident.id_mask:
        rows = rows.filter(id_mask="")
    return rows.exclude(resident_id=resident.pk).order_by("begin_on", "id")


def pair_of(*, kept_id: Any, dropped_id: Any, by: Scope) -> Pair:
    """Both records with what is open of them.

    :raises Resident.DoesNotExist: one of them is not in sight
    """
    people = Resident.objects.in_scope(by)
    return _pair(people, Residence.objects.in_scope(by).open(), kept_id, dropped_id)


def _pair(
    people: QuerySet[Resident], episodes: QuerySet[Residence], kept_id: Any, dropped_id: Any
) -> Pair:
    rows = people.filter(pk__in=[kept_id, dropped_id]).order_by("pk")
    found = {str(person.pk): person for person in rows}
    if str(kept_id) not in found or str(dropped_id) not in found:
        raise Resident.DoesNotExist
    kept, dropped = found[str(kept_id)], found[str(dropped_id)]
    held = list(episodes.filter(resident_id__in=[kept.pk, dropped.pk]).order_by("pk"))
    return Pair(
        kept, dropped, [row for row in held if row.resident_id == kept.pk],
        [row for row in held if row.resident_id == dropped.pk],
    )  # fmt: skip


def refusal(pair: Pair) -> str:
    """Why the two cannot be made one, or nothing."""
    if pair.kept.pk == pair.dropped.pk:
        return "不能与自己合并"
    if pair.kept.committee_id != pair.dropped.committee_id:
        return "两条记录不在同一居（村）委，请先办理移交"
    if pair.kept.id_mask and pair.dropped.id_mask:
        return "两条记录都有证件号码，请先核对证件原件，更正后再合并"
    if pair.kept.vital_status != pair.dropped.vital_status:
        return "一条记录已登记死亡，请先核对"
    merged = ResidentMerge.objects.standing().filter(
        Q(dropped_id=pair.dropped.pk) | Q(dropped_id=pair.kept.pk)
    )
    if merged.exists():
        return "其中一条记录已经合并过"
    return _waiting(pair.dropped)


def _waiting(dropped: Resident) -> str:
    """What somebody still has to answer hangs on the record; it would be out of their sight."""
    if Transfer.objects.open().filter(resident=dropped).exists():
        return "重复的记录有移交申请在办，请先办完或撤回"
    if CorrectionRequest.objects.unanswered().filter(resident=dropped).exists():
        return "重复的记录有更正申请未答复或未送达，请先办完"
    if ResidenceProof.objects.open().filter(resident=dropped).exists():
        return "重复的记录有住所证明待签发，请先办完"
    return ""


def merge_residents(
    *, kept_id: Any, dropped_id: Any, version: str, take: Collection[str], take_home: bool,
    reason: str, by: Scope, at: datetime,
) -> ResidentMerge:  # fmt: skip
    """Make two records of one person one: `dropped` stands still from now on and names `kept`.

    A number that only the dropped record has is always taken over, and so are its homes besides
    the main one. What the kept record's own homes were before stays with it.

    :param version: `Pair.version` as it was when the comparison was shown
    :param take: columns of `COLUMNS`, or `PHONE`, in which the dropped record is right
    :param take_home: the dropped record's main home is the true one
    :raises UnableToMerge: the two cannot be one, nothing was told for it, or days overlap
    :raises StaleVersion: one of the records was changed in between
    :raises NotAllowed: `by` may not edit residents there
    """
    try:
        with transaction.atomic():
            people = Resident.objects.in_scope(by).select_for_update()
            episodes = Residence.objects.in_scope(by).open().select_for_update()
            pair = _pair(people, episodes, kept_id, dropped_id)
            require(by, Capability.EDIT_RESIDENTS, pair.kept.committee_id)
            _check(pair, version, take, reason)
            return _merge(pair, set(take), take_home, reason, by, at)
    except IntegrityError as error:
        raise UnableToMerge(refused_by_database(error).problem.message) from error


def _check(pair: Pair, version: str, take: Collection[str], reason: str) -> None:
    why = refusal(pair)
    if not why and not reason.strip():
        why = "请写明依据，例如核对了哪种证件、问了谁"
    if not why and set(take) - {*COLUMNS, PHONE}:
        why = "没有这个可选的项目"
    if why:
        raise UnableToMerge(why)
    if version != pair.version:
        latest = max((pair.kept, pair.dropped), key=lambda person: person.updated_at)
        raise StaleVersion([], latest.updated_by, latest.updated_at)


def _merge(
    pair: Pair, take: set[str], take_home: bool, reason: str, by: Scope, at: datetime
) -> ResidentMerge:
    kept, dropped, today = pair.kept, pair.dropped, timezone.localdate(at)
    if dropped.id_mask:
        take.add(NUMBER)
    homes = {row.dwelling_id for row in [*pair.kept_open, *pair.dropped_open]}
    told = {LABELS[name]: "取自重复的记录" for name in COLUMNS if name in take}
    _exchange(kept, dropped, take)
    voided, taken = _homes(pair, take_home)
    end_episodes(endings=[(row, today, TWICE) for row in voided], by=by, at=at, note=reason)
    _hand_over(taken, kept)
    minors = Resident.objects.in_scope(by).filter(guardian=dropped)
    wards = list(minors.values_list("pk", flat=True))
    Resident.objects.filter(pk__in=wards).update(guardian=kept)
    _save(kept, dropped, by, at)
    merge = ResidentMerge.objects.create(
        committee_id=kept.committee_id, kept=kept, dropped=dropped, exchanged=sorted(take),
        voided=_keys(row.pk for row in voided), taken=_keys(row.pk for row in taken),
        wards=_keys(wards), kept_version=kept.version, dropped_version=dropped.version,
        reason=reason, merged_at=at, merged_by=by.user_name, undo_until=today + UNDO_WITHIN,
    )  # fmt: skip
    record(
        "residents.merged", by=by, at=at, target=kept, committee=kept.committee_id,
        subjects=[kept.pk, dropped.pk], reason=reason,
        changes={**told, "住处": "取自重复的记录" if take_home else "保留原有"},
    )  # fmt: skip
    refresh_dwellings(dwellings=homes, by=by, at=at)
    return merge


def _keys(found: Any) -> list[str]:
    return [str(key) for key in found]


def _homes(pair: Pair, take_home: bool) -> tuple[list[Residence], list[Residence]]:
    """Episodes that never were, and those that the kept record takes over."""
    mine, theirs = pair.homes
    known = {row.dwelling_id for row in pair.kept_open}
    taken = [
        row for row in pair.dropped_open if not row.is_primary and row.dwelling_id not in known
    ]
    if theirs is not None and (mine is None or take_home):
        taken.append(theirs)
    voided = [row for row in pair.dropped_open if row not in taken]
    if mine is not None and theirs in taken:
        voided.append(mine)
    return voided, taken


def _main(rows: Sequence[Residence]) -> Residence | None:
    return next((row for row in rows if row.is_primary), None)


def _exchange(kept: Resident, dropped: Resident, names: Collection[str]) -> None:
    """Let both records change places in what is named; twice is as before."""
    for name in names:
        for column in _EXCHANGED.get(name, (name,)):
            mine, theirs = getattr(kept, column), getattr(dropped, column)
            setattr(kept, column, theirs)
            setattr(dropped, column, mine)
    if NUMBER in names:
        _exchange_documents(kept, dropped)
        _exchange_secret(Secret.Kind.IDENTITY, kept, dropped)
    if PHONE in names:
        _exchange_secret(Secret.Kind.PHONE, kept, dropped)


def _exchange_documents(kept: Resident, dropped: Resident) -> None:
    """Only one of the two has a document (:func:`refusal`), so that no moment has two of one."""
    rows = Identity.objects.all()
    mine = list(rows.filter(resident=kept).values_list("pk", flat=True))
    rows.filter(resident=dropped).update(resident=kept)
    rows.filter(pk__in=mine).update(resident=dropped)


def _exchange_secret(kind: str, kept: Resident, dropped: Resident) -> None:
    rows = Secret.objects.filter(resident__in=[kept.pk, dropped.pk])
    rows.filter(resident=kept, kind=kind).update(kind=_PARKED)
    rows.filter(resident=dropped, kind=kind).update(resident=kept)
    rows.filter(resident=kept, kind=_PARKED).update(resident=dropped, kind=kind)


def _hand_over(rows: Sequence[Residence], to: Resident) -> None:
    """Open episodes go over to `to`, whose fields they repeat from now on."""
    for row in rows:
        row.resident = to
        row.version += 1
        if row.is_primary:
            to.category = row.category
    update_rows(rows, ["resident", "version"])


def _save(kept: Resident, dropped: Resident, by: Scope, at: datetime) -> None:
    for person in (kept, dropped):
        person.name_key, person.initials = list_keys(person.name)
        person.version += 1
        person.updated_at, person.updated_by = at, by.user_name
    update_rows(
        [kept, dropped],
        [*PERSON_COLUMNS, "name_key", "initials", "id_mask", "id_tail", "phone_mask",
         "phone_index", "version", "updated_at", "updated_by"],
    )  # fmt: skip
    people = {person.pk: person for person in (kept, dropped)}
    copied = list(Residence.objects.filter(resident__in=list(people), status="active"))
    for row in copied:
        copy_person(people[row.resident_id], row)
    update_rows(copied, PERSON)


def part_residents(*, merge_id: Any, by: Scope, at: datetime) -> ResidentMerge:
    """Take a merge back: both records are what they were, with what was open of them.

    :raises UnableToMerge: too late, taken back already, or a record was changed since
    :raises NotAllowed: `by` may not edit residents there
    """
    try:
        with transaction.atomic():
            rows = ResidentMerge.objects.in_scope(by).select_for_update()
            return _part(rows.get(pk=merge_id), by, at)
    except IntegrityError as error:
        raise UnableToMerge(refused_by_database(error).problem.message) from error


def _part(merge: ResidentMerge, by: Scope, at: datetime) -> ResidentMerge:
    require(by, Capability.EDIT_RESIDENTS, merge.committee_id)
    if not merge.may_be_undone(timezone.localdate(at)):
        raise UnableToMerge("已经撤销过，或超过 30 天")
    people = Resident.objects.in_scope(by).select_for_update().order_by("pk")
    found = {row.pk: row for row in people.filter(pk__in=[merge.kept_id, merge.dropped_id])}
    if len(found) < 2:
        raise UnableToMerge("重复的记录已不在本单位")
    kept, dropped = found[merge.kept_id], found[merge.dropped_id]
    if (kept.version, dropped.version) != (merge.kept_version, merge.dropped_version):
        raise UnableToMerge(f"合并后 {kept.updated_by} 又改过，不能撤销，请分别更正")
    reopened, given_back = _episodes(merge.voided), _episodes(merge.taken)
    _exchange(kept, dropped, merge.exchanged)
    _hand_over(given_back, dropped)
    _reopen(reopened)
    kept.category = next((r.category for r in reopened if _is_home(r, kept)), kept.category)
    Resident.objects.in_scope(by).filter(pk__in=merge.wards, guardian=kept).update(guardian=dropped)
    _save(kept, dropped, by, at)
    merge.undone_at, merge.undone_by = at, by.user_name
    merge.save(update_fields=["undone_at", "undone_by"])
    record(
        "residents.parted", by=by, at=at, target=kept, committee=kept.committee_id,
        subjects=[kept.pk, dropped.pk],
    )  # fmt: skip
    refresh_dwellings(dwellings={row.dwelling_id for row in [*reopened, *given_back]}, by=by, at=at)
    return merge


def _episodes(keys: Sequence[str]) -> list[Residence]:
    rows = Residence.objects.select_for_update().filter(pk__in=[UUID(key) for key in keys])
    return list(rows.order_by("pk"))


def _is_home(row: Residence, person: Resident) -> bool:
    return row.is_primary and row.resident_id == person.pk


def _reopen(rows: Sequence[Residence]) -> None:
    for row in rows:
        row.status, row.end_on, row.end_reason = Residence.Status.ACTIVE.value, None, ""
        row.cancelled_on = None
        row.version += 1
    update_rows(rows, ["status", "end_on", "end_reason", "cancelled_on", "version"])
