"""Estates: named with a building or by themselves, corrected, and joined when two are one (S-80).

Whatever changes which estates a committee has, or which buildings they hold, holds the committee's
numbers first and rows afterwards: two clerks who name the same estate make one.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from housing.counting import count_key
from housing.estates import SHARED_FACTS, YEARS, Estate, OwnersCommittee, estate_name_of
from housing.models import Building, Source
from housing.services.errors import UnableToUpdate, sentence_of
from housing.services.numbering import hold_numbers
from portal.audit.record import event, record, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import insert_rows

#: What may be told of an estate.
ESTATE_FACTS = ("name", "property_company", "owners_committee", "built_from", "built_to")
TITLES = {
    "name": "名称", "property_company": "物业公司", "owners_committee": "业委会",
    "built_from": "建成年份（起）", "built_to": "建成年份（止）",
}  # fmt: skip


@transaction.atomic
def register_estate(*, committee: int, told: Mapping[str, Any], by: Scope, at: datetime) -> Estate:
    """Register an estate that may still be without buildings.

    :param told: values of `ESTATE_FACTS`; the name is among them
    :raises UnableToUpdate: no name, one that the committee has, or years that cannot be
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    require(by, Capability.EDIT_HOUSING, committee)
    hold_numbers(committee)
    estate = Estate(
        committee_id=committee, updated_at=at, updated_by=by.user_name, **_checked(told)
    )  # fmt: skip
    _check_name(estate)
    _save(estate, insert=True)
    record("housing.estate_registered", by=by, at=at, target=estate, committee=committee)
    return estate


@transaction.atomic
def change_estate(
    *, estate_id: uuid.UUID, changes: Mapping[str, Any], version: int, by: Scope, at: datetime
) -> Estate:
    """Correct an estate that was read at `version`; its buildings are called by its new name.

    What it tells now of all its buildings, these say no longer themselves.

    :raises UnableToUpdate: saved by somebody meanwhile, joined with another, or a value that
        cannot be, at its field
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    estate = _held(estate_id, by)
    wanted = _checked({"name": estate.name, **changes})
    diff = {
        name: [getattr(estate, name), value]
        for name, value in wanted.items()
        if getattr(estate, name) != value
    }
    if not diff:
        return estate
    _check_version(estate, version, diff)
    for name, (_old, new) in diff.items():
        setattr(estate, name, new)
    if "name" in diff:
        _check_name(estate)
    _touch(estate, by, at)
    _save(estate)
    if "name" in diff:
        _rename_buildings(estate)
    leave_to_estate(estate=estate, by=by, at=at)
    record(
        "housing.estate_changed", by=by, at=at, target=estate, committee=estate.committee_id,
        changes=diff,
    )  # fmt: skip
    return estate


@transaction.atomic
def join_estates(
    *, estate_id: uuid.UUID, into_id: uuid.UUID, version: int, by: Scope, at: datetime
) -> Estate:
    """Join an estate with another of its committee, of which it is a second name.

    Its buildings move over; what only the one that ends tells is told by the other from now on.
    Where both tell, the other's word stands. The old name leads to the other.

    :returns: the estate that stays
    :raises UnableToUpdate: saved by somebody meanwhile, joined already, or no other of the
        committee
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    estate = _held(estate_id, by)
    _check_version(estate, version, ())
    others = Estate.objects.standing().exclude(pk=estate.pk)
    into = (
        others.filter(committee_id=estate.committee_id, pk=into_id).select_for_update().first()
    )  # fmt: skip
    if into is None:
        raise UnableToUpdate("请选择本居（村）委另一个在用的小区", "into")
    taken = _take_over(into, estate)
    moved = Building.objects.filter(estate=estate).update(
        estate=into, estate_name=into.name, version=F("version") + 1
    )
    estate.ended_on, estate.joined_to = timezone.localdate(at), into
    for each in (estate, into):
        _touch(each, by, at)
        _save(each)
    # who was joined with the one that ends is found at the one that stays
    Estate.objects.filter(joined_to=estate).update(joined_to=into)
    leave_to_estate(estate=into, by=by, at=at)
    told = {"into": into.name, "buildings": moved, **taken}
    record(
        "housing.estate_joined", by=by, at=at, target=estate, committee=estate.committee_id,
        changes=told,
    )  # fmt: skip
    return into


@transaction.atomic
def estates_named(
    *, names: Iterable[str], committee: int, by: Scope, at: datetime, source: str = Source.VISIT
) -> dict[str, Estate]:
    """The committee's estates of these names; those that it has not are registered.

    A name that was joined with another estate leads there. Part of an act whose right was asked.

    :param names: as `estate_name_of` writes them
    """
    wanted = {name for name in names if name}
    if not wanted:
        return {}
    hold_numbers(committee)
    found = _known(wanted, committee)
    made = [
        Estate(
            committee_id=committee, name=name, sort_key=count_key(name), source=source,
            updated_at=at, updated_by=by.user_name,
        )
        for name in sorted(wanted - found.keys())
    ]  # fmt: skip
    insert_rows(made)
    record_many(
        event("housing.estate_registered", by=by, at=at, target=estate, committee=committee)
        for estate in made
    )
    return found | {estate.name: estate for estate in made}


@transaction.atomic
def leave_to_estate(*, estate: Estate, by: Scope, at: datetime) -> None:
    """Blank in its buildings what the estate tells of all of them: one fact, one place.

    Part of an act that changed one of both.
    """
    for fact in SHARED_FACTS:
        if getattr(estate, fact):
            own = Building.objects.filter(estate=estate).exclude(**{fact: ""})
            own.update(**{fact: "", "version": F("version") + 1})


@transaction.atomic
def withdraw_estates(*, estate_ids: Iterable[uuid.UUID], by: Scope, at: datetime) -> None:
    """Take back estates that a file named, when nothing stands there and nobody touched them.

    Part of the act that takes the file's buildings back.
    """
    Estate.objects.filter(
        pk__in=list(estate_ids), source=Source.LEDGER, version=1, building_set=None
    ).delete()


def _known(names: set[str], committee: int) -> dict[str, Estate]:
    """By name: the standing estate, else the one that an old name leads to."""
    rows = Estate.objects.filter(committee_id=committee, name__in=names)
    found: dict[str, Estate] = {}
    for estate in rows.select_related("joined_to").order_by("ended_on", "pk"):
        stands = estate if estate.is_standing else estate.joined_to
        assert stands is not None  # a check of the table: what has ended leads somewhere
        if estate.is_standing or estate.name not in found:
            found[estate.name] = stands
    return found


def _held(estate_id: uuid.UUID, by: Scope) -> Estate:
    """The standing estate, locked, with the committee's numbers.

    :raises Estate.DoesNotExist: absent, or outside `by`'s units
    """
    rows = Estate.objects.in_scope(by)
    committee = rows.values_list("committee_id", flat=True).get(pk=estate_id)
    require(by, Capability.EDIT_HOUSING, committee)
    hold_numbers(committee)
    estate = rows.select_for_update().get(pk=estate_id)
    if not estate.is_standing:
        raise UnableToUpdate("这个小区已并入另一个小区，请到那里修改")
    return estate


def _check_version(estate: Estate, version: int, fields: Iterable[str]) -> None:
    """:raises UnableToUpdate: changed since it was read; the sentence says how these fields are"""
    if estate.version == version:
        return
    now = [f"{TITLES[name]}现为“{_said(estate, name)}”" for name in fields]
    told = f"：{'，'.join(now)}" if now else ""
    raise UnableToUpdate(f"{estate.updated_by}刚改过这个小区{told}。请核对后再保存一次")


def _said(estate: Estate, name: str) -> str:
    if name == "owners_committee":
        return str(estate.get_owners_committee_display() or "未登记")
    value = getattr(estate, name)
    return "空" if value in {None, ""} else str(value)


def _checked(told: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are stored; :raises UnableToUpdate: one that cannot be, at its field"""
    facts = {name: value for name, value in told.items() if name in ESTATE_FACTS}
    facts["name"] = estate_name_of(facts.get("name") or "")
    if not facts["name"]:
        raise UnableToUpdate("请填写小区名称", "name")
    if facts.get("owners_committee", "") not in {"", *OwnersCommittee}:
        raise UnableToUpdate("请选择业委会是否成立", "owners_committee")
    for field in ("built_from", "built_to"):
        year = facts.get(field)
        if year is not None and not YEARS[0] <= year <= YEARS[1]:
            raise UnableToUpdate(f"建成年份应在 {YEARS[0]} 到 {YEARS[1]} 之间", field)
    return facts


def _check_name(estate: Estate) -> None:
    held = Estate.objects.standing().filter(
        committee_id=estate.committee_id, name=estate.name
    )  # fmt: skip
    if held.exclude(pk=estate.pk).exists():
        raise UnableToUpdate(
            f"本居（村）委已有小区“{estate.name}”；两个其实是一个的，在小区页面并入", "name"
        )


def _touch(estate: Estate, by: Scope, at: datetime) -> None:
    estate.version += 1
    estate.updated_at, estate.updated_by = at, by.user_name


def _save(estate: Estate, *, insert: bool = False) -> None:
    estate.sort_key = count_key(estate.name)
    try:
        with transaction.atomic():
            estate.save(force_insert=insert)
    except IntegrityError as refusal:
        raise UnableToUpdate(*sentence_of(refusal)) from refusal


def _rename_buildings(estate: Estate) -> None:
    Building.objects.filter(estate=estate).update(estate_name=estate.name, version=F("version") + 1)


def _take_over(into: Estate, estate: Estate) -> dict[str, Any]:
    """Give the one that stays what only the other tells; returns it for the trail."""
    taken: dict[str, Any] = {}
    for fact in SHARED_FACTS:
        if not getattr(into, fact) and getattr(estate, fact):
            taken[fact] = getattr(estate, fact)
    years = {
        each.built_to or each.built_from for each in (into, estate)
    } | {into.built_from, estate.built_from}  # fmt: skip
    known = sorted(year for year in years if year is not None)
    if known and [into.built_from, into.built_to or into.built_from] != [known[0], known[-1]]:
        taken |= {"built_from": known[0], "built_to": known[-1] if len(known) > 1 else None}
    for fact, value in taken.items():
        setattr(into, fact, value)
    return taken
