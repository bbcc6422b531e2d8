"""Changes to people on the register: diffs, sealed numbers, copies, one event per person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.audit.record import event, record, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import insert_values, update_rows
from residents.identity import DocumentKind, mask_birth
from residents.intake import CODED, FieldProblem, Known, Reading, read_person
from residents.models import CollectionTask, Identity, Residence, Resident, Secret
from residents.names import list_keys
from residents.services.copies import PERSON, copy_person
from residents.services.counters import recheck
from residents.services.enrolment import identity_of, kind_of, secret_of
from residents.services.errors import (
    Conflict,
    FoundElsewhere,
    RowProblem,
    StaleVersion,
    UnableToUpdate,
    refused_by_database,
)
from residents.services.finding import elsewhere_problems, find_holders
from residents.services.heads import refuse_headless
from residents.services.sealing import (
    Bare,
    Sealed,
    bare_document,
    bare_phone,
    kind_title,
    seal_document,
    seal_phone,
)
from residents.services.settling import note_work

PERSON_COLUMNS = (
    "name", "former_name", "foreign_name", "sex", "birth_date", "ethnicity", "nationality",
    "category", "origin", "hukou_address", "education", "employer_name", "arrived_on", "note",
    "doc_type",
)  # fmt: skip
EPISODE_COLUMNS = ("category", "begin_on", "reason", "tenancy_role", "relation")
LABELS = {
    "name": "姓名", "former_name": "曾用名", "foreign_name": "外文姓名", "sex": "性别",
    "birth_date": "出生日期", "ethnicity": "民族", "nationality": "国籍", "category": "人口类别",
    "origin": "户籍地", "hukou_address": "户籍地址", "education": "文化程度",
    "employer_name": "工作单位", "arrived_on": "来沪日期", "note": "备注", "doc_type": "证件类型",
    "begin_on": "入住日期", "reason": "居住事由", "tenancy_role": "居住身份",
    "relation": "与户主关系", "id_mask": "证件号码", "phone_mask": "手机", "guardian": "监护人",
}  # fmt: skip
NOT_DIFFS = {"name_key", "initials", "id_tail", "phone_index", "committee_id"}


@dataclass(frozen=True)
class Guardian:
    """Who is named as guardian; without a key nobody, or somebody who is not on record yet."""

    key: UUID | None
    name: str
    is_new: bool = False


@dataclass
class Change:
    """A person with the episode in hand, locked, and what was told anew of them.

    :param guardian: None says nothing
    """

    row: Any
    resident: Resident
    residence: Residence | None
    reading: Reading
    guardian: Guardian | None = None
    document: Sealed | None = None
    #: bare only while a change is weighed (:func:`compare`), sealed where it is made
    phone: Bare | Sealed | None = None
    diff: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def drops_phone(self) -> bool:
        return self.reading.phone == "" and bool(self.resident.phone_mask)


@dataclass(frozen=True)
class Fresh:
    """A record just made, of which only its version is told."""

    version: int = 1


def version_of(resident: Resident | Fresh, residence: Residence | Fresh | None) -> str:
    """The version that a form carries: the person's and the episode's."""
    return f"{resident.version}.{residence.version if residence else 0}"


def known_of(resident: Resident) -> Known:
    """What the rules need to know of a person whose record is being changed."""
    return Known(
        sex=resident.sex,
        birth_date=resident.birth_date,
        category=resident.category,
        kind=DocumentKind(resident.doc_type) if resident.doc_type else None,
        has_number=bool(resident.id_mask),
    )


def update_resident(
    *, resident_id: Any, version: str, told: Mapping[str, str], by: Scope, at: datetime,
    residence_id: Any = None, reason: str = "",
) -> Resident:  # fmt: skip
    """Correct one person, and the episode named with it.

    :param told: only the fields that changed, as texts (`residents.intake.TITLES`)
    :param version: `version_of` as it was when the form was opened
    :raises UnableToUpdate: a field cannot be taken; FoundElsewhere: the number is somebody else's
    :raises StaleVersion: somebody saved in between; both values of each differing field are told
    :raises NotAllowed: `by` may not edit residents there
    """
    try:
        with transaction.atomic():
            resident = Resident.objects.in_scope(by).select_for_update().get(pk=resident_id)
            require(by, Capability.EDIT_RESIDENTS, resident.committee_id)
            residence = _episode(resident, residence_id, by)
            reading = read_person(
                told, today=timezone.localdate(at), allow_synthetic=settings.SYNTHETIC_DATA,
                known=known_of(resident),
            )  # fmt: skip
            change = Change(resident.pk, resident, residence, reading)
            check_versions([(change, version)])
            refuse_headless(change_people(changes=[change], by=by, at=at, reason=reason))
            if residence is not None:
                recheck([residence.dwelling_id], by=by, at=at)
            return resident
    except IntegrityError as error:
        raise UnableToUpdate([refused_by_database(error, resident_id)]) from error
    except FoundElsewhere as found:
        remember_elsewhere(found, by=by, at=at)
        raise


def _episode(resident: Resident, residence_id: Any, by: Scope) -> Residence | None:
    """The episode in hand, locked: the one named, else the open primary one."""
    episodes = Residence.objects.in_scope(by).select_for_update()
    if residence_id is not None:
        return episodes.get(pk=residence_id, resident=resident)
    return episodes.in_hand(resident).first()


def check_versions(pairs: Sequence[tuple[Change, str]]) -> None:
    """:raises StaleVersion: a record that would change was saved by somebody in between"""
    stale = [
        change
        for change, version in pairs
        if version != version_of(change.resident, change.residence)
    ]
    if not stale:
        return
    conflicts = [conflict for change in stale for conflict in _conflicts(change)]
    latest = max((change.resident for change in stale), key=lambda person: person.updated_at)
    if conflicts:
        raise StaleVersion(conflicts, latest.updated_by, latest.updated_at)


def _conflicts(change: Change) -> list[Conflict]:
    """Fields whose new value differs from what is stored now."""
    person = change.resident
    found = []
    for column, mine in {**change.reading.person, **change.reading.episode}.items():
        holder: Any = change.residence if column in EPISODE_COLUMNS else person
        if column in ("doc_type", "origin") or holder is None:
            continue
        theirs = getattr(holder, column)
        if theirs != mine:
            found.append((column, shown(column, mine), shown(column, theirs)))
    if change.reading.document is not None:
        mask = bare_document(change.reading.document).mask
        if mask != person.id_mask:
            found.append(("id_mask", mask, person.id_mask))
    if change.reading.phone is not None:
        mask = bare_phone(change.reading.phone).mask if change.reading.phone else ""
        if mask != person.phone_mask:
            found.append(("phone_mask", mask, person.phone_mask))
    if change.guardian and change.guardian.key != person.guardian_id:
        found.append(("guardian", change.guardian.name, guardian_name(person)))
    return [
        Conflict(change.row, person.name, column, LABELS[column], mine or "—", theirs or "—")
        for column, mine, theirs in found
    ]


def shown(column: str, value: Any) -> str:
    """A stored value as people read it, masked where pages mask it."""
    if column == "birth_date":
        return mask_birth(value)
    if column == "doc_type":
        return kind_title(value)
    if column in CODED:
        return CODED[column].title(value) if value else ""
    return "" if value is None else str(value)


@transaction.atomic(savepoint=False)
def change_people(
    *, changes: Sequence[Change], by: Scope, at: datetime, reason: str = ""
) -> list[Change]:
    """Apply what was told to locked rows; returns the changes that made a difference.

    :raises UnableToUpdate: problems, each at its row and field
    """
    problems = [RowProblem(c.row, p) for c in changes for p in c.reading.errors]
    if problems:
        raise UnableToUpdate(problems)
    for change in changes:
        _seal(change)
    _refuse_taken([change for change in changes if change.document], by)
    for change in changes:
        _apply(change)
    real = [change for change in changes if change.diff]
    _refuse_impossible(real)
    for change in real:
        change.resident.version += 1
        change.resident.updated_at, change.resident.updated_by = at, by.user_name
        if change.residence:
            change.residence.version += 1
    _save(real)
    record_many(_event(change, by, at, reason) for change in real)
    homes = [change.residence for change in real if change.residence]
    note_work(
        kind=CollectionTask.Kind.CHANGE, by=by, at=at,
        dwellings=[row.dwelling_id for row in homes], residences=[row.pk for row in homes],
    )  # fmt: skip
    return real


def _seal(change: Change) -> None:
    if change.reading.document:
        change.document = seal_document(change.reading.document, change.reading.as_printed)
    if change.reading.phone:
        change.phone = seal_phone(change.reading.phone)


def _refuse_taken(changes: Sequence[Change], by: Scope) -> None:
    """A number that belongs to somebody else, here or elsewhere, is never taken over."""
    holders = find_holders([c.document for c in changes if c.document], by=by)
    away, problems = [], []
    for change in changes:
        assert change.document is not None
        holder = holders.get(change.document.index)
        if holder is None:
            continue
        if holder.resident is None:
            away.append((change.row, holder, change.document.mask))
        elif holder.resident.pk == change.resident.pk:
            change.document = None  # the same number typed again
        else:
            problem = f"该证件号已登记给 {holder.resident.name}，请核对证件原件"
            problems.append(_problem(change.row, "document_number", problem))
    if away:
        told = elsewhere_problems([(row, holder) for row, holder, _ in away])
        raise FoundElsewhere(
            [RowProblem(row, problem) for row, problem in told],
            [(holder.committee, mask) for _, holder, mask in away],
        )
    if problems:
        raise UnableToUpdate(problems)


def _apply(change: Change) -> None:
    """Put new values onto the rows in hand and note what differs."""
    resident, residence, reading = change.resident, change.residence, change.reading
    for column, value in reading.person.items():
        _set(change, resident, column, value)
    if "name" in change.diff:
        resident.name_key, resident.initials = list_keys(resident.name)
    if change.document:
        _set(change, resident, "id_mask", change.document.mask)
        resident.id_tail = change.document.tail
        change.diff.setdefault("id_mask", (resident.id_mask, resident.id_mask))
    if change.phone and not change.phone.is_of(resident.phone_index):
        _set(change, resident, "phone_mask", change.phone.mask)
        resident.phone_index = change.phone.index
        change.diff.setdefault("phone_mask", (resident.phone_mask, resident.phone_mask))
    elif change.drops_phone:
        _set(change, resident, "phone_mask", "")
        resident.phone_index = None
    if change.guardian and not change.guardian.is_new:
        _name_guardian(change, change.guardian)
    if residence is not None:
        for column, value in reading.episode.items():
            _set(change, residence, column, value)
        if "category" in change.diff:
            residence.kind = kind_of(residence.category)
        copy_person(resident, residence)


def _name_guardian(change: Change, named: Guardian) -> None:
    if named.key != change.resident.guardian_id:
        change.diff["guardian"] = (guardian_name(change.resident), named.name)
        change.resident.guardian_id = named.key


def guardian_name(resident: Resident) -> str:
    """The guardian's name; of one whom another committee has on record, only that there is one."""
    if resident.guardian_id is None:
        return ""
    known = Resident.objects.filter(pk=resident.guardian_id).values_list("name", flat=True).first()
    return known or "在其他居（村）委登记的监护人"


def _set(change: Change, row: Any, column: str, value: Any) -> None:
    old = getattr(row, column)
    if old != value:
        change.diff[column] = (old, value)
        setattr(row, column, value)


def _refuse_impossible(changes: Sequence[Change]) -> None:
    """What the database would refuse, told at its field."""
    problems = []
    for change in changes:
        residence = change.residence
        if residence and residence.begin_on < change.resident.birth_date:
            text = f"入住日期 {residence.begin_on} 早于出生日期，请核对"
            problems.append(_problem(change.row, "begin_date", text))
    if problems:
        raise UnableToUpdate(problems)


def _problem(row: Any, name: str, text: str) -> RowProblem:
    return RowProblem(row, FieldProblem(name, text))


def _save(changes: Sequence[Change]) -> None:
    """Write changed people, their numbers, and every open episode that repeats their fields."""
    if not changes:
        return
    people = [change.resident for change in changes]
    update_rows(
        people,
        [*PERSON_COLUMNS, "name_key", "initials", "id_mask", "id_tail", "phone_mask",
         "phone_index", "guardian", "version", "updated_at", "updated_by"],
    )  # fmt: skip
    _save_numbers(changes)
    by_person = {change.resident.pk: change.resident for change in changes}
    in_hand = {change.residence.pk: change.residence for change in changes if change.residence}
    others = Residence.objects.filter(resident_id__in=list(by_person), status="active")
    copied = list(in_hand.values())
    for residence in others.exclude(pk__in=list(in_hand)):
        copy_person(by_person[residence.resident_id], residence)
        copied.append(residence)
    update_rows(copied, [*PERSON, *EPISODE_COLUMNS, "kind", "version"])


def _save_numbers(changes: Sequence[Change]) -> None:
    """New documents and telephones take the place of the old ones."""
    documents = [change for change in changes if change.document]
    phones = [change for change in changes if "phone_mask" in change.diff]
    if documents:
        gone = [change.resident.pk for change in documents]
        Identity.objects.filter(resident_id__in=gone, is_primary=True).delete()
        Secret.objects.filter(resident_id__in=gone, kind=Secret.Kind.IDENTITY).delete()
        insert_values(
            Identity,
            (
                identity_of(c.resident.committee_id, c.resident.pk, c.document)
                for c in documents
                if c.document
            ),
        )
    if phones:
        gone = [change.resident.pk for change in phones]
        Secret.objects.filter(resident_id__in=gone, kind=Secret.Kind.PHONE).delete()
    insert_values(
        Secret,
        [_secret(c, c.document, "identity") for c in documents if c.document]
        + [_secret(c, c.phone, "phone") for c in phones if isinstance(c.phone, Sealed)],
    )


def _secret(change: Change, sealed: Sealed, kind: str) -> dict[str, Any]:
    return secret_of(change.resident.committee_id, change.resident.pk, sealed, kind)


def compare(change: Change) -> dict[str, tuple[str, str]]:
    """What a change would alter, as people read it; its rows are spoilt for anything else."""
    _apply(change)
    return diff_shown(change)


def diff_shown(change: Change) -> dict[str, tuple[str, str]]:
    """Differences by title, masked: for the trail, the preview of a file, the person page."""
    return {
        LABELS[column]: (shown(column, old), shown(column, new))
        for column, (old, new) in change.diff.items()
        if column not in NOT_DIFFS
    }


def _event(change: Change, by: Scope, at: datetime, reason: str) -> Any:
    return event(
        "residents.updated", by=by, at=at, target=change.resident,
        committee=change.resident.committee_id, subjects=_concerned(change),
        changes=diff_shown(change), reason=reason,
    )  # fmt: skip


def _concerned(change: Change) -> list[UUID]:
    """The person, and whoever became their guardian: both may ask what is known of it."""
    named = change.resident.guardian_id if "guardian" in change.diff else None
    return [change.resident.pk, *([named] if named else [])]


@transaction.atomic
def remember_elsewhere(found: FoundElsewhere, *, by: Scope, at: datetime) -> None:
    """That somebody learned where a number is registered: kept although the act is refused."""
    for committee, mask in found.found:
        record(
            "residents.found_elsewhere", by=by, at=at, result="refused",
            changes={"id": mask, "committee": committee},
        )  # fmt: skip


def today_of(at: datetime) -> date:
    """The local day of a moment."""
    return timezone.localdate(at)
