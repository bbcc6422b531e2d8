"""Telling how often committees used the municipal system: the writers of `SystemUsage`.

Paper: S-111.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import event, record, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rows import insert_rows, update_rows
from portal.usage.models import Source, SystemUsage
from portal.usage.window import MOST_SESSIONS

CHANGED = ["sessions", "source", "version", "updated_at"]


class UnableToTell(Exception):
    """Days that are not taken, each with the sentence that says why and how to go on.

    :param now: what days hold that somebody else has changed meanwhile
    """

    def __init__(
        self, problems: Mapping[date, str], now: Mapping[date, int | None] | None = None
    ) -> None:
        super().__init__("；".join(f"{day} {text}" for day, text in problems.items()))
        self.problems, self.now = problems, now or {}


@dataclass(frozen=True)
class Told:
    """What somebody enters for a day: the number they saw there before, and the new one.

    None is a day of which nothing is known; entered, it takes back what was told.
    """

    seen: int | None
    sessions: int | None


@dataclass(frozen=True)
class FileDay:
    """A line of a file: a committee, a day and its purposeful sessions."""

    committee: int
    day: date
    sessions: int


@dataclass(frozen=True)
class Taken:
    """What became of a line: the row, its version since, and what it held before (None: new)."""

    row: UUID
    version: int
    before: tuple[int, str] | None


def problem_of_day(unit: OrgUnit, day: date, today: date) -> str:
    """Why nothing can be told of a committee's day; blank where it can."""
    if day > today:
        return _("还没有到这一天")
    if day < unit.valid_from:
        return _("这个居（村）委 %(day)s 才设立") % {"day": unit.valid_from}
    if unit.valid_to is not None and day >= unit.valid_to:
        return _("这个居（村）委 %(day)s 起已撤销") % {"day": unit.valid_to}
    return ""


def _problem_of_number(sessions: int | None) -> str:
    if sessions is None or 0 <= sessions <= MOST_SESSIONS:
        return ""
    return _("应在 0 到 %(most)d 之间") % {"most": MOST_SESSIONS}


@transaction.atomic
def tell_days(*, committee: int, told: Mapping[date, Told], by: Scope, at: datetime) -> int:
    """Enter, correct or take back days of a committee; returns how many have changed.

    All days are taken or none: whoever is refused keeps everything that was typed.

    :raises UnableToTell: a day or number that cannot be, or somebody else has changed it meanwhile
    :raises NotAllowed: `by` may not tell the use of this committee
    """
    require(by, Capability.TELL_USAGE, committee)
    unit = OrgUnit.objects.committees().get(code=committee)
    today = timezone.localdate(at)
    problems = {
        day: why for day, each in told.items()
        if (why := problem_of_day(unit, day, today) or _problem_of_number(each.sessions))
    }  # fmt: skip
    if problems:
        raise UnableToTell(problems)
    held = _locked(committee, told)
    before = {day: held[day].sessions if day in held else None for day in told}
    _refuse_stale(told, before)
    changed = {day: each.sessions for day, each in told.items() if each.sessions != before[day]}
    if not changed:
        return 0
    _write(committee, changed, held, at)
    record(
        "usage.told", by=by, at=at, target=unit, committee=committee,
        changes={str(day): [before[day], changed[day]] for day in sorted(changed)},
    )  # fmt: skip
    return len(changed)


def _locked(committee: int, days: Collection[date]) -> dict[date, SystemUsage]:
    rows = SystemUsage.objects.under(committee).select_for_update()
    return {row.day: row for row in rows.filter(day__in=list(days)).order_by("day")}


def _refuse_stale(told: Mapping[date, Told], now: Mapping[date, int | None]) -> None:
    """:raises UnableToTell: a day no longer holds what was seen, nor what is entered"""
    stale = {
        day: now[day] for day, each in told.items() if now[day] not in {each.seen, each.sessions}
    }
    if stale:
        raise UnableToTell({day: _changed_meanwhile(now) for day, now in stale.items()}, stale)


def _changed_meanwhile(now: int | None) -> str:
    if now is None:
        return _("刚被别人清空；仍要填，请再保存一次")
    return _("刚被别人改为 %(now)d；仍以你填的为准，请再保存一次") % {"now": now}


def _write(
    committee: int, changed: Mapping[date, int | None], held: Mapping[date, SystemUsage],
    at: datetime,
) -> None:  # fmt: skip
    gone = [held[day].pk for day, sessions in changed.items() if sessions is None and day in held]
    SystemUsage.objects.under(committee).filter(pk__in=gone).delete()
    given = {day: sessions for day, sessions in changed.items() if sessions is not None}
    for day, row in held.items():
        if day in given:
            _change(row, given[day], Source.HAND, at)
    update_rows([row for day, row in held.items() if day in given], CHANGED)
    fresh = [
        _new(committee, day, sessions, Source.HAND, at)
        for day, sessions in given.items() if day not in held
    ]  # fmt: skip
    insert_rows(fresh, ignore_conflicts=True)
    _refuse_lost(committee, fresh)


def _refuse_lost(committee: int, fresh: Sequence[SystemUsage]) -> None:
    """:raises UnableToTell: somebody else entered one of these days at the same time"""
    days = [row.day for row in fresh]
    there = SystemUsage.objects.under(committee).filter(day__in=days)
    lost = {row.day: row.sessions for row in there.exclude(pk__in=[row.pk for row in fresh])}
    if lost:
        raise UnableToTell({day: _changed_meanwhile(now) for day, now in lost.items()}, lost)


def _new(committee: int, day: date, sessions: int, source: Source, at: datetime) -> SystemUsage:
    return SystemUsage(
        committee_id=committee, day=day, sessions=sessions, source=source, updated_at=at
    )


def _change(row: SystemUsage, sessions: int, source: str, at: datetime) -> None:
    """Set what a row holds; written by the caller."""
    row.sessions, row.source, row.updated_at = sessions, source, at
    row.version += 1


@transaction.atomic
def take_days(*, days: Sequence[FileDay], by: Scope, at: datetime) -> list[Taken]:
    """Take in days of a file that has been checked; one answer each, in the same order.

    :raises NotAllowed: `by` may not tell the use of one of the committees
    :raises django.db.IntegrityError: somebody else entered one of the days at the same time
    """
    committees = sorted({each.committee for each in days})
    for committee in committees:
        require(by, Capability.TELL_USAGE, committee)
    held = known_days(days, by, for_update=True)
    before = {key: (row.sessions, row.source) for key, row in held.items()}
    fresh: dict[tuple[int, date], SystemUsage] = {}
    for each in days:
        key = each.committee, each.day
        if key in held:
            _change(held[key], each.sessions, Source.FILE, at)
        else:
            fresh[key] = _new(each.committee, each.day, each.sessions, Source.FILE, at)
    update_rows(held.values(), CHANGED)
    insert_rows(fresh.values())
    _record_by_committee("usage.taken", [(row.committee, row.day) for row in days], by, at)
    rows = held | fresh
    return [
        Taken(rows[each.committee, each.day].pk, rows[each.committee, each.day].version,
              before.get((each.committee, each.day)))
        for each in days
    ]  # fmt: skip


def known_days(
    days: Iterable[FileDay], by: Scope, *, for_update: bool = False
) -> dict[tuple[int, date], SystemUsage]:
    """What is known already of such days in scope, by committee and day: one query."""
    wanted = {(each.committee, each.day) for each in days}
    rows = SystemUsage.objects.in_scope(by).filter(
        committee_id__in={committee for committee, _day in wanted},
        day__in={day for _committee, day in wanted},
    )
    if for_update:
        rows = rows.select_for_update().order_by("committee_id", "day")
    return {
        (row.committee_id, row.day): row for row in rows if (row.committee_id, row.day) in wanted
    }


@transaction.atomic
def take_back(*, taken: Sequence[Taken], by: Scope, at: datetime) -> set[UUID]:
    """Undo days of a file that nobody has changed since; returns the rows that were undone."""
    rows = SystemUsage.objects.in_scope(by).select_for_update().order_by("committee_id", "day")
    held = {row.pk: row for row in rows.filter(pk__in=[each.row for each in taken])}
    undone = [each for each in taken if each.row in held and held[each.row].version == each.version]
    for committee in sorted({held[each.row].committee_id for each in undone}):
        require(by, Capability.TELL_USAGE, committee)
    restored = []
    for each in undone:
        if each.before is not None:
            _change(held[each.row], *each.before, at)
            restored.append(held[each.row])
    update_rows(restored, CHANGED)
    entered = [each.row for each in undone if each.before is None]
    SystemUsage.objects.in_scope(by).filter(pk__in=entered).delete()
    _record_by_committee(
        "usage.taken_back",
        [(held[each.row].committee_id, held[each.row].day) for each in undone], by, at,
    )  # fmt: skip
    return {each.row for each in undone}


def _record_by_committee(
    action: str, days: Iterable[tuple[int, date]], by: Scope, at: datetime
) -> None:
    """One line in each committee's trail: how many days, the first and the last."""
    events: list[dict[str, Any]] = []
    for committee, own in groupby(sorted(days), key=lambda each: each[0]):
        found = [day for _committee, day in own]
        told = {"count": len(found), "first_day": found[0], "last_day": found[-1]}
        target = ("orgs.orgunit", committee)
        events.append(event(action, by=by, at=at, target=target, committee=committee, changes=told))
    record_many(events)
