"""Acts on households: split, merge, change the head, move a member to another household.

Each act takes the whole household in hand, says who is what afterwards, and leaves exactly one
head in every family household that it touches. What was before stays as past memberships; an act
is undone by the opposite one. Domain §3.5.

Paper: S-09.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rows import insert_rows, update_rows
from residents.categories import RELATIONS
from residents.households import HEAD
from residents.models import CollectionTask, Household, PastMembership, Residence, Resident
from residents.services.changing import today_of
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Visit
from residents.services.errors import UnableToRegroup
from residents.services.moving import relocate
from residents.services.settling import note_work

Act = PastMembership.Act
Relations = Mapping[UUID, str]


@dataclass(frozen=True)
class Regrouped:
    """What an act on households is told.

    :param relations: the relation to the head, by episode, of everybody whose relation changes
    :param state: `state_of` the dwelling's households as the form showed them
    :param on: the first day of what is new
    """

    relations: Relations
    state: str
    on: date
    note: str = ""


def members_at(dwelling_id: Any, by: Scope) -> list[Residence]:
    """Everybody in a household of the dwelling: by household, the head first."""
    rows = Residence.objects.in_scope(by).open().filter(dwelling_id=dwelling_id)
    found = rows.exclude(household=None).select_related("resident", "household").order_by("id")
    return sorted(found, key=lambda row: (row.household_id, row.relation != HEAD))


def state_of(members: Iterable[Residence]) -> str:
    """A word that differs as soon as anybody at the dwelling was changed, came or left."""
    told = sorted(f"{row.pk}.{row.version}.{row.household_id}" for row in members)
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:20]


@transaction.atomic
def change_head(*, household_id: UUID, asked: Regrouped, by: Scope, at: datetime) -> Household:
    """Make somebody else the head; the relations of all others are told anew.

    :raises UnableToRegroup: not exactly one head, the same one, a day out of order, changed since
    :raises NotAllowed: `by` may not edit residents there
    """
    hand = _Hand(household_id, asked, by, at)
    old = [row.pk for row in hand.of(household_id) if row.relation == HEAD]
    new = [row.pk for row in hand.of(household_id) if hand.relation(row) == HEAD]
    if old == new:
        raise UnableToRegroup("请选择新的户主", "head")
    hand.place({row.pk: hand.home for row in hand.of(household_id)}, Act.HEAD)
    return hand.home


@transaction.atomic
def split_household(
    *, household_id: UUID, members: Collection[UUID], asked: Regrouped, by: Scope, at: datetime,
    dwelling_id: Any = None, method: str = "V1",
) -> Household:  # fmt: skip
    """Some members become a household of their own, here or in another dwelling of this scope.

    :param members: episodes of those who go
    :param dwelling_id: where they live from then on; this dwelling unless told
    :raises UnableToRegroup: nobody or everybody chosen, heads missing, changed since
    :raises UnableToMove: there is no such dwelling
    :raises NotAllowed: `by` may not edit residents there
    """
    hand = _Hand(household_id, asked, by, at)
    going = [row for row in hand.of(household_id) if row.pk in members]
    if len(going) < len(set(members)):
        raise UnableToRegroup("所选成员已不在这一户，请重新选择", "members")
    if not going:
        raise UnableToRegroup("请选择分出去的成员", "members")
    staying = [row for row in hand.of(household_id) if row.pk not in members]
    if not staying:
        raise UnableToRegroup("全户都选上了，不必分户；全家搬走请用“变更居住地”", "members")
    place = hand.dwelling if dwelling_id is None else _dwelling(dwelling_id, by)
    fresh = Household(
        id=new_id(), committee_id=place.committee_id, dwelling=place, kind=hand.home.kind
    )
    hand.check_heads(staying, hand.home.kind, "原户")
    hand.check_heads(going, fresh.kind, "新户")
    insert_rows([fresh])
    if place.pk == hand.dwelling.pk:
        hand.place({row.pk: hand.home for row in staying} | {row.pk: fresh for row in going},
                   Act.SPLIT)  # fmt: skip
    else:
        require(by, Capability.EDIT_RESIDENTS, place.committee_id)
        hand.place({row.pk: hand.home for row in staying}, Act.SPLIT)
        hand.relocate(going, place, fresh, method)
    return fresh


@transaction.atomic
def merge_households(
    *, household_id: UUID, other_id: UUID, asked: Regrouped, by: Scope, at: datetime
) -> Household:
    """Two households of one dwelling become the first; the other is closed.

    :raises UnableToRegroup: not both open in one dwelling, heads, changed since
    :raises NotAllowed: `by` may not edit residents there
    """
    hand = _Hand(household_id, asked, by, at)
    if other_id == household_id or not hand.of(other_id):
        raise UnableToRegroup("请选择同一房屋里的另一户", "other")
    rows = [*hand.of(household_id), *hand.of(other_id)]
    hand.check_heads(rows, hand.home.kind, "合并后的户")
    hand.place({row.pk: hand.home for row in rows}, Act.MERGE)
    return hand.home


@transaction.atomic
def move_member(
    *, residence_id: UUID, household_id: UUID, asked: Regrouped, by: Scope, at: datetime
) -> Household:
    """One member goes over to another household of the dwelling.

    :param household_id: where to
    :raises UnableToRegroup: not another household of the dwelling, heads, changed since
    :raises NotAllowed: `by` may not edit residents there
    """
    hand = _Hand(household_id, asked, by, at)
    member = hand.members.get(residence_id)
    if member is None or member.household_id == household_id or not hand.of(household_id):
        raise UnableToRegroup("请选择同一房屋里的另一户", "to")
    old = member.household
    assert old is not None  # members are in households
    left = [row for row in hand.of(old.pk) if row.pk != residence_id]
    hand.check_heads([*hand.of(household_id), member], hand.home.kind, "转入的户")
    hand.check_heads(left, old.kind, "原户")
    joined = dict.fromkeys([row.pk for row in (*hand.of(household_id), member)], hand.home)
    hand.place({row.pk: old for row in left} | joined, Act.MOVE)
    return hand.home


def _dwelling(key: Any, by: Scope) -> DwellingUnit:
    found = DwellingUnit.objects.in_scope(by).active().filter(pk=key).first()
    if found is None:
        raise UnableToRegroup("没有找到这套房屋，请核对地址或先登记房屋", "address")
    return found


class _Hand:
    """The households of one dwelling while an act is on them; everything in it is locked."""

    def __init__(self, household_id: UUID, asked: Regrouped, by: Scope, at: datetime) -> None:
        self.asked, self.by, self.at = asked, by, at
        home = Household.objects.in_scope(by).get(pk=household_id)
        self.dwelling = (
            DwellingUnit.objects.in_scope(by).select_for_update().get(pk=home.dwelling_id)
        )
        require(by, Capability.EDIT_RESIDENTS, self.dwelling.committee_id)
        self.home = Household.objects.in_scope(by).select_for_update().get(pk=household_id)
        list(Residence.objects.in_scope(by).open().filter(dwelling=self.dwelling)
             .order_by("id").select_for_update(of=("self",)))  # fmt: skip
        self.members = {row.pk: row for row in members_at(self.dwelling.pk, by)}
        self._check()

    def _check(self) -> None:
        if self.home.closed_on is not None:
            raise UnableToRegroup("这一户已经销户")
        if self.asked.state != state_of(self.members.values()):
            raise UnableToRegroup(self._changed_by_somebody())
        if self.asked.on > today_of(self.at):
            raise UnableToRegroup("日期不能晚于今天", "on")
        for relation in self.asked.relations.values():
            if relation not in RELATIONS:
                raise UnableToRegroup("请选择与户主关系", "relation")

    def _changed_by_somebody(self) -> str:
        last = PastMembership.objects.filter(dwelling=self.dwelling).order_by("-changed_at").first()
        latest = max(
            (row.resident for row in self.members.values()), key=lambda person: person.updated_at,
            default=None,
        )  # fmt: skip
        who = latest.updated_by if latest else ""
        if last and (latest is None or last.changed_at > latest.updated_at):
            who = last.changed_by
        return f"{who or '同事'} 刚改过这套房屋的户，下面是现在的情况，请核对后重新办理"

    def of(self, household_id: UUID) -> list[Residence]:
        return [row for row in self.members.values() if row.household_id == household_id]

    def relation(self, row: Residence) -> str:
        return self.asked.relations.get(row.pk, row.relation)

    def check_heads(self, rows: Collection[Residence], kind: str, which: str) -> None:
        """:raises UnableToRegroup: a family household with people and not exactly one head"""
        if kind != Household.Kind.FAMILY or not rows:
            return
        heads = [row.name for row in rows if self.relation(row) == HEAD]
        if not heads:
            raise UnableToRegroup(f"{which}没有户主，请确定一名户主", "head")
        if len(heads) > 1:
            raise UnableToRegroup(f"{which}有 {len(heads)} 名户主（{'、'.join(heads)}），"
                                  "只能有一名", "head")  # fmt: skip

    def place(self, homes: Mapping[UUID, Household], act: PastMembership.Act) -> None:
        """Put people into households with their new relations; note what was, close the empty."""
        for home in {home.pk: home for home in homes.values()}.values():
            rows = [self.members[key] for key, to in homes.items() if to.pk == home.pk]
            self.check_heads(rows, home.kind, "这一户")
        changed = [
            self.members[key]
            for key, home in homes.items()
            if self.members[key].household_id != home.pk
            or self.members[key].relation != self.relation(self.members[key])
        ]
        self._remember(changed, act)
        told = {row.name: self._step(row, homes[row.pk]) for row in changed}
        touched = {key for row in changed for key in (row.household_id, homes[row.pk].pk) if key}
        for row in changed:
            row.household, row.relation = homes[row.pk], self.relation(row)
            row.version += 1
        update_rows(changed, ["household", "relation", "version"])
        if changed:
            self._date(changed)
            self._close_empty(touched)
            self._tell(act, changed, told)
            here, by, at = {self.dwelling.pk}, self.by, self.at
            people = [row.pk for row in changed]
            note_work(
                kind=CollectionTask.Kind.CHANGE, dwellings=here, residences=people, by=by, at=at
            )
            refresh_dwellings(dwellings=here, by=by, at=at)

    def _remember(self, rows: Collection[Residence], act: PastMembership.Act) -> None:
        """What they were until today, each from the last change on."""
        since = dict(
            PastMembership.objects.filter(residence__in=rows)
            .values_list("residence_id").annotate(last=Max("valid_to"))
        )  # fmt: skip
        for row in rows:
            begun = since.get(row.pk, row.begin_on)
            if self.asked.on < begun:
                raise UnableToRegroup(f"{row.name} 自 {begun} 起才在这一户，日期不能更早", "on")
        insert_rows(
            PastMembership(
                id=new_id(), committee_id=row.committee_id, dwelling=self.dwelling, residence=row,
                household=row.household, relation=row.relation,
                valid_from=since.get(row.pk, row.begin_on), valid_to=self.asked.on, act=act.value,
                note=self.asked.note, changed_at=self.at, changed_by=self.by.user_name,
            )
            for row in rows
        )  # fmt: skip

    def _date(self, rows: Collection[Residence]) -> None:
        """Whoever follows the changes of people sees that their household changed."""
        people = Resident.objects.in_scope(self.by).filter(pk__in=[row.resident_id for row in rows])
        people.update(updated_at=self.at, updated_by=self.by.user_name)

    def _step(self, row: Residence, home: Household) -> tuple[str, str]:
        """What somebody was and is, for the trail."""
        was, now = _title(row.relation), _title(self.relation(row))
        return was, f"{now}（另一户）" if row.household_id != home.pk else now

    def _close_empty(self, touched: Collection[UUID]) -> None:
        """Every household that the act touched gets a version; those it emptied end."""
        peopled = set(
            Residence.objects.in_scope(self.by).open().filter(dwelling=self.dwelling)
            .values_list("household_id", flat=True)
        )  # fmt: skip
        rows = list(Household.objects.in_scope(self.by).filter(pk__in=touched).select_for_update())
        for row in rows:
            row.version += 1
            if row.pk not in peopled:
                row.closed_on = self.asked.on
        update_rows(rows, ["closed_on", "version"])

    def relocate(
        self, rows: Collection[Residence], place: DwellingUnit, fresh: Household, method: str
    ) -> None:
        """Those who go move house: their episodes here end and new ones begin there."""
        for row in rows:
            if self.asked.on < row.begin_on:
                raise UnableToRegroup(f"{row.name} {row.begin_on} 才入住，日期不能更早", "on")
            relocate(
                resident=row.resident, old=row, dwelling=place,
                visit=Visit(method, today_of(self.at)), household=fresh,
                episode={"category": row.category, "begin_on": self.asked.on,
                         "reason": row.reason, "tenancy_role": row.tenancy_role,
                         "relation": self.relation(row)},
                is_primary=row.is_primary, by=self.by, at=self.at, note=self.asked.note,
            )  # fmt: skip

    def _tell(
        self, act: PastMembership.Act, rows: Collection[Residence], told: Mapping[str, Any]
    ) -> None:
        record(
            f"residents.household_{act.value}", by=self.by, at=self.at, target=self.dwelling,
            committee=self.dwelling.committee_id, subjects=[row.resident_id for row in rows],
            reason=self.asked.note, changes={**told, "on": self.asked.on},
        )  # fmt: skip


def _title(relation: str) -> str:
    return RELATIONS.title(relation) if relation else "—"
