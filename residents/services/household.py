"""One act for a whole household: the dwelling, who is new, who changed, who left (ui.md 8.4)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from housing import services as housing
from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.intake import FieldProblem, Reading, read_person
from residents.models import CollectionTask, Residence, Resident, Transfer, Verification
from residents.querysets import ACTUAL_CATEGORIES
from residents.services.changing import (
    Change,
    Guardian,
    change_people,
    check_versions,
    known_of,
    remember_elsewhere,
    version_of,
)
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Visit, note_verified
from residents.services.errors import (
    Conflict,
    FoundElsewhere,
    RowProblem,
    StaleVersion,
    UnableToSave,
    refused_by_database,
)
from residents.services.guarding import refuse_unfit
from residents.services.heads import refuse_headless
from residents.services.moving import DIED, end_episodes
from residents.services.registering import (
    REQUIRED,
    Arrival,
    Arriving,
    admit,
)
from residents.services.settling import note_work
from residents.services.transferring import USUAL_REASON, Ask, ask_transfers
from residents.services.visiting import VACANT, renew, visit_of

DWELLING = "dwelling"
DWELLING_LABELS = {
    "occupancy": "居住类型", "tenure": "产权性质", "floor_area": "建筑面积",
    "owner_name": "产权人", "note": "备注",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One row of the grid: everything of a new person, only the changes of a known one.

    :param row: the form's own name of the row
    :param guardian: the id of a resident, or the row of somebody told here; None says nothing
    :param transfer_reason: why another committee is asked for this person (arrival `transfer`)
    """

    row: str
    told: Mapping[str, str]
    residence_id: UUID | None = None
    version: str = ""
    arrival: Arrival = ""
    guardian: str | None = None
    transfer_reason: str = USUAL_REASON


@dataclass(frozen=True)
class Leaving:
    """A member who left: when, and why by a code of 注销原因."""

    row: str
    residence_id: UUID
    version: str
    ended_on: date
    reason: str = "01"


@dataclass
class Saved:
    """What a saved household came to."""

    dwelling: DwellingUnit
    added: list[Residence] = field(default_factory=list)
    changed: list[Resident] = field(default_factory=list)
    left: list[Residence] = field(default_factory=list)
    asked: list[Transfer] = field(default_factory=list)


def save_household(
    *, dwelling_id: Any, rows: Sequence[Told], by: Scope, at: datetime,
    left: Sequence[Leaving] = (), dwelling_changes: Mapping[str, Any] | None = None,
    dwelling_version: int | None = None, method: str = "V1", visited_on: date | None = None,
    note: str = "", seen: Collection[UUID] | None = None,
) -> Saved:  # fmt: skip
    """Save the whole entry grid of one dwelling, all of it or nothing.

    :param dwelling_changes: columns of the dwelling that differ, as housing names them
    :param seen: the episodes whose people this visit verifies; everybody's unless told
    :raises UnableToSave: problems, each at its row (`dwelling` for the dwelling) and field
    :raises StaleVersion: somebody saved this household in between; both versions are told
    :raises UnableToVerify: unknown way of visiting, or a day in the future
    :raises NotAllowed: `by` may not edit residents there
    """
    try:
        with transaction.atomic():
            dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
            require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
            visit = visit_of(method, visited_on, at)
            grid = _Grid(dwelling, by, at)
            grid.read(rows, left)
            grid.check_versions(dwelling_changes or {}, dwelling_version)
            saved = grid.save(dwelling_changes or {}, visit, seen)
            _record(saved, visit, note, by, at)
            return saved
    except IntegrityError as error:
        raise UnableToSave([refused_by_database(error, DWELLING)]) from error
    except FoundElsewhere as found:
        remember_elsewhere(found, by=by, at=at)
        raise


class _Grid:
    """One dwelling's rows while they are being saved; everything in it is locked."""

    def __init__(self, dwelling: DwellingUnit, by: Scope, at: datetime) -> None:
        self.dwelling, self.by, self.at = dwelling, by, at
        self.today = timezone.localdate(at)
        episodes = (
            Residence.objects.in_scope(by)
            .open()
            .filter(dwelling=dwelling)
            .select_related("resident")
            .select_for_update(of=("self", "resident"))
            .order_by("id")
        )
        self.members = {row.pk: row for row in episodes}
        self.arriving: list[Arriving] = []
        self.asking: list[Ask] = []
        self.changes: list[tuple[Change, str]] = []
        self.leaving: list[tuple[Leaving, Residence]] = []
        self.guardians: dict[str, str] = {}

    def read(self, rows: Sequence[Told], left: Sequence[Leaving]) -> None:
        """Read every row by the rules; problems of all rows are told together.

        :raises UnableToSave: problems, each at its row and field
        """
        problems: list[RowProblem] = []
        for row in rows:
            if row.guardian is not None:
                self.guardians[row.row] = row.guardian
            problems += self._read_known(row) if row.residence_id else self._read_new(row)
        for leaver in left:
            problems += self._read_left(leaver)
        if problems:
            raise UnableToSave(problems)
        self._read_guardians(rows)

    def _read_new(self, row: Told) -> list[RowProblem]:
        reading = read_person(
            row.told, today=self.today, allow_synthetic=settings.SYNTHETIC_DATA,
            required=(*REQUIRED, "relation"),
        )  # fmt: skip
        if row.arrival == "transfer":
            self.asking.append(Ask(row.row, reading, row.transfer_reason))
        else:
            self.arriving.append(Arriving(row.row, reading, row.arrival))
        return [RowProblem(row.row, problem) for problem in reading.errors]

    def _read_known(self, row: Told) -> list[RowProblem]:
        residence = self.members.get(row.residence_id) if row.residence_id else None
        if residence is None:
            return [_problem(row.row, "name", "这一行已被同事办理搬离，请删去后再保存")]
        resident = residence.resident
        reading = read_person(
            row.told, today=self.today, allow_synthetic=settings.SYNTHETIC_DATA,
            required=[key for key in REQUIRED if key in row.told], known=known_of(resident),
        )  # fmt: skip
        if row.told:
            change = Change(row.row, resident, residence, reading)
            self.changes.append((change, row.version))
        return [RowProblem(row.row, problem) for problem in reading.errors]

    def _read_left(self, leaver: Leaving) -> list[RowProblem]:
        residence = self.members.get(leaver.residence_id)
        if residence is None:
            return []  # somebody else has done the same
        self.leaving.append((leaver, residence))
        if leaver.ended_on > self.today:
            return [_problem(leaver.row, "left_on", f"离开日期 {leaver.ended_on} 晚于今天")]
        if leaver.ended_on < residence.begin_on:
            text = f"离开日期不能早于入住日期 {residence.begin_on}"
            return [_problem(leaver.row, "left_on", text)]
        return []

    def check_versions(self, changes: Mapping[str, Any], version: int | None) -> None:
        """:raises StaleVersion: with the differing fields of people and dwelling"""
        conflicts = _dwelling_conflicts(self.dwelling, changes, version)
        try:
            check_versions(self.changes)
        except StaleVersion as stale:
            raise StaleVersion(
                [*conflicts, *stale.conflicts], stale.changed_by, stale.changed_at
            ) from stale
        if conflicts:
            raise StaleVersion(conflicts, self.dwelling.updated_by, self.dwelling.updated_at)
        for leaver, residence in self.leaving:
            resident = residence.resident
            if leaver.version != version_of(resident, residence):
                conflict = Conflict(
                    leaver.row, resident.name, "status", "状态", "搬离", "同事刚改过这个人的信息"
                )
                raise StaleVersion([conflict], resident.updated_by, resident.updated_at)

    def save(
        self, dwelling_changes: Mapping[str, Any], visit: Visit, seen: Collection[UUID] | None
    ) -> Saved:
        """Write everything in the order that the constraints ask for."""
        by, at = self.by, self.at
        self._save_dwelling(dwelling_changes, visit)
        endings = [(row, leaver.ended_on, leaver.reason) for leaver, row in self.leaving]
        if endings:
            end_episodes(endings=endings, by=by, at=at)
            self._note_deaths()
        changed = change_people(changes=[change for change, _ in self.changes], by=by, at=at)
        refuse_headless(changed)
        stayed = self._stayed()
        added = admit(arriving=self.arriving, dwelling=self.dwelling, visit=visit, by=by, at=at) \
            if self.arriving else []  # fmt: skip
        asked = ask_transfers(
            asks=self.asking, dwelling=self.dwelling, visit=visit, by=by, at=at
        ) if self.asking else []  # fmt: skip
        self._refuse_full_vacancy(stayed + added)
        self._verify([row for row in stayed if seen is None or row.pk in seen], changed, visit)
        self._name_guardians(added)
        if dwelling_changes:
            homes = [self.dwelling.pk]
            note_work(kind=CollectionTask.Kind.CHANGE, dwellings=homes, by=by, at=at)
        refresh_dwellings(dwellings={self.dwelling.pk}, by=by, at=at)
        return Saved(
            self.dwelling, added, [change.resident for change in changed],
            [row for _, row in self.leaving], asked,
        )  # fmt: skip

    def _save_dwelling(self, changes: Mapping[str, Any], visit: Visit) -> None:
        """The dwelling's own facts through housing's acts: a correction, and what was seen."""
        facts = {name: value for name, value in changes.items() if name != "occupancy"}
        try:
            if facts:
                self.dwelling = housing.update_dwelling(
                    dwelling_id=self.dwelling.pk, changes=facts, version=self.dwelling.version,
                    by=self.by, at=self.at,
                )  # fmt: skip
            self.dwelling = housing.record_occupancy(
                dwelling_id=self.dwelling.pk, checked_on=visit.on, method=visit.method,
                occupancy=changes.get("occupancy"), by=self.by, at=self.at,
            )  # fmt: skip
        except housing.HousingError as refusal:
            raise UnableToSave([_problem(DWELLING, refusal.field, str(refusal))]) from refusal

    def _stayed(self) -> list[Residence]:
        gone = {row.pk for _, row in self.leaving}
        return [row for key, row in self.members.items() if key not in gone]

    def _note_deaths(self) -> None:
        died = [row.resident for leaver, row in self.leaving if leaver.reason == DIED]
        for resident in died:
            resident.vital_status = Resident.Vital.DECEASED.value
            resident.version += 1
            resident.updated_at, resident.updated_by = self.at, self.by.user_name
        Resident.objects.bulk_update(died, ["vital_status", "version", "updated_at", "updated_by"])

    def _refuse_full_vacancy(self, living: Sequence[Residence]) -> None:
        here = [row for row in living if row.category in ACTUAL_CATEGORIES]
        if self.dwelling.occupancy == VACANT and here:
            text = f"居住类型为空置，但还有 {len(here)} 名在住成员"
            raise UnableToSave([_problem(DWELLING, "occupancy", text, "改居住类型，或办理搬离")])

    def _verify(self, stayed: list[Residence], changed: list[Change], visit: Visit) -> None:
        """The visit verifies who still lives here; new people are verified by their entry."""
        touched = {change.resident.pk for change in changed}
        outcome = Verification.Outcome
        for value, rows in (
            (outcome.CHANGED, [row for row in stayed if row.resident_id in touched]),
            (outcome.UNCHANGED, [row for row in stayed if row.resident_id not in touched]),
        ):
            if rows:
                note_verified(residences=rows, outcome=value.value, visit=visit, by=self.by,
                              at=self.at)  # fmt: skip
        if stayed:
            renew(residences=stayed, occupancy=self.dwelling.occupancy, visit=visit, by=self.by,
                  at=self.at)  # fmt: skip

    def _known_guardian(self, key: str) -> Resident | None:
        """Somebody who lives here already, told by their row or by their id."""
        for row in self.members.values():
            if key in (str(row.pk), str(row.resident_id)):
                return row.resident
        return None

    def _read_guardians(self, rows: Sequence[Told]) -> None:
        """Guardians of people on record become part of their change.

        :raises UnableToUpdate: somebody who cannot be a guardian
        """
        told = {row.row: row for row in rows if row.guardian is not None}
        changes = {change.row: change for change, _ in self.changes}
        fit = []
        for key, row in told.items():
            residence = self.members.get(row.residence_id) if row.residence_id else None
            if residence is None:
                continue
            ward, chosen = residence.resident, row.guardian or ""
            known = self._known_guardian(chosen)
            if known:
                fit.append((key, ward, known))
            change = changes.get(key)
            if change is None:
                change = Change(key, ward, residence, Reading())
                self.changes.append((change, row.version))
            names = {each.row: each.told.get("name", "") for each in rows}
            change.guardian = Guardian(
                known.pk if known else None, known.name if known else names.get(chosen, ""),
                is_new=bool(chosen and not known),
            )  # fmt: skip
        refuse_unfit(fit, self.today)

    def _name_guardians(self, added: Sequence[Residence]) -> None:
        """Guardians whose row, or whose ward's row, exists only now."""
        people = {each.row: row for each, row in zip(self.arriving, added, strict=True)} | {
            str(row.pk): row for row in self.members.values()
        }
        known = {change.row for change, _ in self.changes if not _awaits_guardian(change)}
        changes, fit = [], []
        for row, chosen in self.guardians.items():
            ward = people.get(row)
            guardian = people[chosen].resident if chosen in people else self._known_guardian(chosen)
            if ward is None or guardian is None or row in known:
                continue
            fit.append((row, ward.resident, guardian))
            changes.append(Change(row, ward.resident, ward, Reading(),
                                  guardian=Guardian(guardian.pk, guardian.name)))  # fmt: skip
        refuse_unfit(fit, self.today)
        change_people(changes=changes, by=self.by, at=self.at)


def _awaits_guardian(change: Change) -> bool:
    return bool(change.guardian and change.guardian.is_new)


def _dwelling_conflicts(
    dwelling: DwellingUnit, changes: Mapping[str, Any], version: int | None
) -> list[Conflict]:
    if version is None or version == dwelling.version:
        return []
    return [
        Conflict(
            DWELLING, dwelling.short_address, column, DWELLING_LABELS[column],
            dwelling_shown(column, mine), dwelling_shown(column, getattr(dwelling, column)),
        )
        for column, mine in changes.items()
        if getattr(dwelling, column) != mine
    ]  # fmt: skip


def dwelling_shown(column: str, value: Any) -> str:
    """A value of the dwelling as people read it."""
    if column in ("occupancy", "tenure"):
        return (OCCUPANCY_STATUSES if column == "occupancy" else TENURES).title(value)
    if column == "floor_area" and value is not None:
        return f"{value:.1f} m²"
    return "" if value is None else str(value)


def _problem(row: str, name: str, message: str, how: str = "") -> RowProblem:
    return RowProblem(row, FieldProblem(name, message, how))


def _record(saved: Saved, visit: Visit, note: str, by: Scope, at: datetime) -> None:
    touched = {row.resident_id for row in [*saved.added, *saved.left]}
    record(
        "residents.household_saved", by=by, at=at, target=saved.dwelling,
        committee=saved.dwelling.committee_id,
        subjects=[*touched, *(person.pk for person in saved.changed)], reason=note,
        changes={"added": len(saved.added), "changed": len(saved.changed),
                 "left": len(saved.left), "asked": len(saved.asked), "visited_on": visit.on},
    )  # fmt: skip
