"""Going back (复查): some doors of a round are called at again by others, and both visits compared.

What a recheck tells is how far two people who know nothing of one another write down the same: of
the field work, not of the register. It never counts in a rate (domain §3.32).

Paper: S-69, S-70.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from django.db import transaction

from portal.metrics.intervals import wilson
from portal.orgs.models import Appointment
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.models import SpotItem, SpotPerson, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.spotchecks.planning import _store, check_stands, locked, told
from residents.spotchecks.courses import (
    FIELD_DAYS,
    RECHECK,
    RECHECK_SHARE,
    RECHECK_WITHIN_DAYS,
)
from residents.spotchecks.drawing import Unit
from residents.spotchecks.matching import Degree, Known, Told, liken

RIGHT, WRONG = "right", "wrong"
FINISHED = ("matching", "published", "extended")


def may_recheck(row: SpotRound, day: date) -> bool:
    """Whether doors of the round can be called at again, beginning on `day`."""
    return (
        not row.is_recheck and row.state in FINISHED and row.purged_at is None
        and day <= row.as_of + timedelta(days=RECHECK_WITHIN_DAYS)
    )  # fmt: skip


def settled_in(row: SpotRound) -> list[SpotItem]:
    """The draws of a round of which something is known, in walking order."""
    return [item for item in row.items.order_by("number") if item.is_settled]


def to_recheck(row: SpotRound) -> int:
    """How many doors are offered for a recheck: a tenth of those settled, ten at least."""
    settled = len(settled_in(row))
    return min(settled, max(10, ceil(settled * RECHECK_SHARE)))


@transaction.atomic
def recheck_round(
    *, round_id: Any, wanted: int, field_from: date, by: Scope, at: datetime
) -> SpotRound:  # fmt: skip
    """Plan to call again at some doors of a round whose field work is over.

    :raises UnableToCheck: a recheck itself, not finished, too long ago, or draws out of bounds
    """
    first = locked(round_id=round_id, by=by, at=at)
    if first.is_recheck:
        raise UnableToCheck("复查不再复查")
    if first.state not in FINISHED or first.purged_at is not None:
        raise UnableToCheck("结束上门以后、抽查表删除以前，才能复查")
    today = today_of(at)
    check_stands(first.committee_id, today)
    if field_from < today:
        raise UnableToCheck("复查上门不能早于今天", "field_from")
    if not may_recheck(first, field_from):
        raise UnableToCheck(
            f"复查应在时点后 {RECHECK_WITHIN_DAYS} 天内上门，再晚住户记不清那晚谁住在这里",
            "field_from",
        )
    settled = len(settled_in(first))
    if not settled:
        raise UnableToCheck("这一轮没有核到结果的户，没有可复查的")
    if not 1 <= wanted <= settled:
        raise UnableToCheck(f"复查数应在 1～{settled} 之间，只复查有结果的户", "wanted")
    row = SpotRound(
        committee_id=first.committee_id, kind=RECHECK, rechecks=first, as_of=first.as_of,
        field_from=field_from, field_to=field_from + timedelta(days=FIELD_DAYS - 1),
        wanted=wanted, planned_at=at, planned_by=by.user_name,
    )  # fmt: skip
    _store(row)
    told("planned", row, by, at, {"wanted": wanted, "rechecks": str(first.pk)})
    return row


def frame_of(first: SpotRound) -> list[Unit]:
    """What a recheck draws from: the settled draws of the round before, in walking order."""
    column = "dwelling_id" if first.is_forward else "residence_id"
    return [Unit(getattr(item, column), item.stratum) for item in settled_in(first)]


def went_before(row: SpotRound) -> set[int]:
    """Accounts of those who called the first time: they do not check themselves."""
    if row.rechecks is None:
        return set()
    posts = row.rechecks.items.exclude(post_id=None).values_list("post_id", flat=True).distinct()
    return set(Appointment.objects.filter(pk__in=list(posts)).values_list("user_id", flat=True))


@transaction.atomic
def compare_round(*, row: SpotRound, by: Scope, at: datetime) -> None:
    """Hold what the second visit found to the first one's, door by door."""
    items = list(row.items.select_for_update().order_by("number"))
    first = {item.number: item for item in settled_in(_first(row))}
    people = _people([*items, *first.values()])
    for item in items:
        if item.is_settled and item.number in first:
            _compare(item, people[item.pk], people[first[item.number].pk])
            item.field_checks = {"first": first[item.number].outcome, **_same(item, first)}
    found = [person for item in items for person in people[item.pk]]
    update_rows(found, ["degree", "record_id", "is_here", "right"])
    update_rows(items, ["cases", "right", "records", "proven", "field_checks"])


def _first(row: SpotRound) -> SpotRound:
    if row.rechecks is None:
        raise ValueError("only a recheck has a round before it")
    return row.rechecks


def _people(items: Iterable[SpotItem]) -> dict[UUID, list[SpotPerson]]:
    found: dict[UUID, list[SpotPerson]] = defaultdict(list)
    rows = SpotPerson.objects.filter(item__in=[item.pk for item in items])
    for person in rows.order_by("id"):
        found[person.item_id].append(person)
    return found


def _compare(item: SpotItem, now: list[SpotPerson], then: list[SpotPerson]) -> None:
    """Give each person found the one of before who is most like them, the surest first."""
    left = {str(each.pk): Known(str(each.pk), each.name, each.sex, each.born or 0, each.tail, True)
            for each in then}  # fmt: skip
    for degree in (Degree.EXACT, Degree.NEAR, Degree.NONE):
        for person in [each for each in now if not each.degree]:
            found = liken(Told(person.name, person.sex, person.born, person.tail), left.values())
            if found.degree is not degree:
                continue
            person.degree, person.right = degree.value, found.known is not None
            if found.known is not None:
                person.record_id, person.is_here = UUID(found.known.key), True
                del left[found.known.key]
    item.cases, item.records = len(now), len(then)
    item.right = item.proven = sum(person.right is True for person in now)


def _same(item: SpotItem, first: dict[int, SpotItem]) -> dict[str, str]:
    """Whether the outcome is the same, and the people."""
    outcome = item.outcome == first[item.number].outcome
    people = item.cases == item.records == item.right
    return {"outcome": RIGHT if outcome else WRONG, "people": RIGHT if people else WRONG}


def agreement_of(row: SpotRound) -> dict[str, Any]:
    """How far both visits agree, as it is told and kept; `value` is None when nobody was met."""
    items = list(row.items.order_by("number"))
    settled = [item for item in items if item.field_checks]
    same = sum(item.field_checks["outcome"] == RIGHT for item in settled)
    cases, records = (sum(getattr(item, name) for item in settled) for name in ("cases", "records"))
    right = sum(item.right for item in settled)
    share = same / len(settled) if settled else None
    bounds = None if share is None else wilson(share, len(settled))
    return {
        "value": share, "low": bounds and bounds.low, "high": bounds and bounds.high,
        "drawn": len(items), "settled": len(settled), "same": same,
        "response": len(settled) / len(items) if items else None,
        "cases": cases, "records": records, "right": right,
        "people": right / (cases + records - right) if cases + records else None,
        "strata": {
            key: {"settled": count}
            for key, count in Counter(item.stratum for item in settled).items()
        },
    }  # fmt: skip


def differing(row: SpotRound) -> list[dict[str, Any]]:
    """Doors at which the visits differ, both beside one another, while the sheets are kept."""
    wrong = [item for item in row.items.order_by("number") if WRONG in item.field_checks.values()]
    first = {item.number: item for item in settled_in(_first(row))} if wrong else {}
    people = _people([*wrong, *first.values()])
    return [
        {"item": item, "before": first[item.number], "now_people": people[item.pk],
         "then_people": people[first[item.number].pk]}
        for item in wrong if item.number in first
    ]  # fmt: skip
