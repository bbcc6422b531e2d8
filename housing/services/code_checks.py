"""Writing a month's list of what is wrong with house codes, with the close of the month (S-81)."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from housing.code_checks import RULE, CodeCheck, CodeException
from housing.code_conditions import mistaken_code
from housing.code_requests import HouseCodeRequest
from housing.code_state import CodeEvent, CodeThen, code_at, fault_of, what_is_wrong
from housing.models import DwellingUnit, HouseCodeEvent
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rows import insert_rows
from portal.rules.services import Rule, rule_on

Kind = CodeException.Kind
ACTIVE = DwellingUnit.Status.ACTIVE
AT_ONCE = 5_000


@transaction.atomic
def list_code_exceptions(*, run_id: uuid.UUID, last: date, by: Scope, at: datetime) -> int:
    """Write the lines of `by`'s unit for the month that ends on `last`; returns how many.

    Doing it again replaces what an earlier attempt of the same run left. Those that only the whole
    district shows come with `finish_code_checks`.
    """
    CodeException.objects.in_scope(by).filter(run=run_id).delete()
    rule = rule_on(RULE, last)
    made = 0
    for lines in (_of_dwellings(last, rule, by), _of_requests(last, by)):
        held = [_dated(line, run_id, last) for line in lines]
        for start in range(0, len(held), AT_ONCE):
            insert_rows(held[start : start + AT_ONCE])
        made += len(held)
    return made


@transaction.atomic
def finish_code_checks(*, run_id: uuid.UUID, last: date, by: Scope, at: datetime) -> int:
    """Add codes that a retired dwelling carries as well, and say of which committees lists exist.

    :returns: how many committees there are
    """
    lines = CodeException.objects.in_scope(by).filter(run=run_id)
    lines.filter(kind=Kind.RETIRED).delete()
    insert_rows(_dated(line, run_id, last) for line in _of_retired(by))
    CodeCheck.objects.in_scope(by).filter(run=run_id).delete()
    found = dict(lines.order_by().values_list("committee_id").annotate(n=Count("pk")))
    homes = DwellingUnit.objects.in_scope(by).active().order_by()
    standing = dict(homes.values_list("committee_id").annotate(n=Count("pk")))
    committees = OrgUnit.objects.under(by.unit).on(last).committees()
    checks = [
        CodeCheck(
            committee_id=code, run_id=run_id, month=last.replace(day=1),
            dwellings=standing.get(code, 0), exceptions=found.get(code, 0),
        )
        for code in committees.values_list("code", flat=True)
    ]  # fmt: skip
    insert_rows(checks)
    return len(checks)


def _dated(line: CodeException, run_id: uuid.UUID, last: date) -> CodeException:
    """The line in its month's list; what began after the month's end stood so for no day of it."""
    line.run_id, line.month = run_id, last.replace(day=1)
    line.days = max((last - line.since).days, 0)
    return line


def _midnight_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _of_dwellings(last: date, rule: Rule, by: Scope) -> Iterator[CodeException]:
    """Dwellings whose code was wanting at the end of the month.

    Looked at are those whose code is wanting today, and those that something happened to since.
    """
    moment = _midnight_after(last)
    since = HouseCodeEvent.objects.in_scope(by).filter(at__gte=moment).exclude(dwelling=None)
    wanting = Q(status=ACTIVE) & (~Q(code_state="final") | mistaken_code())
    rows = list(
        DwellingUnit.objects.in_scope(by)
        .filter(wanting | Q(pk__in=since.values("dwelling")), created_at__lt=moment)
        .only("committee", "address", "address_key", "house_code", "status", "created_at")
    )
    events = _events_of([row.pk for row in rows], by)
    for row in rows:
        now = CodeThen(row.house_code, row.status == ACTIVE)
        then = code_at(moment, now, events[row.pk])
        given_on = timezone.localdate(then.given_at) if then.given_at else None
        entered = timezone.localdate(row.created_at)
        if wrong := what_is_wrong(then, entered, given_on, last, rule.parameters):
            kind, from_day = wrong
            detail = fault_of(then.code) if kind == Kind.INVALID else ""
            yield _line(row, kind, then.code, from_day, detail or "")


def _events_of(keys: list[uuid.UUID], by: Scope) -> dict[uuid.UUID, list[CodeEvent]]:
    """The events of these dwellings, each one's the latest first."""
    found: dict[uuid.UUID, list[CodeEvent]] = defaultdict(list)
    for start in range(0, len(keys), AT_ONCE):
        rows = HouseCodeEvent.objects.in_scope(by).filter(
            dwelling__in=keys[start : start + AT_ONCE]
        )
        for row in rows.order_by("-at", "-pk"):
            assert row.dwelling_id is not None  # asked for by these keys
            found[row.dwelling_id].append(CodeEvent(row.kind, row.old_code, row.new_code, row.at))
    return found


def _line(
    row: DwellingUnit, kind: str, code: str, since: date, detail: str = ""
) -> CodeException:  # fmt: skip
    return CodeException(
        committee_id=row.committee_id, kind=kind, dwelling_id=row.pk, place=row.address,
        sort_key=row.address_key, code=code, since=since, detail=detail[:200],
    )  # fmt: skip


def _of_requests(last: date, by: Scope) -> Iterator[CodeException]:
    """Requests that the street had not answered at the end of the month, their day being past."""
    moment = _midnight_after(last)
    waited = Q(state=HouseCodeRequest.State.WAITING) | Q(decided_at__gte=moment)
    rows = HouseCodeRequest.objects.in_scope(by).filter(
        waited, asked_at__lt=moment, due_on__lte=last
    )
    for row in rows.select_related("dwelling", "building"):
        yield CodeException(
            committee_id=row.committee_id, kind=Kind.LATE, dwelling_id=row.dwelling_id,
            request_id=row.pk, place=row.place, code=row.old_code, since=row.due_on,
            sort_key=row.dwelling.address_key if row.dwelling else row.building.sort_key,
            detail=f"{row.get_kind_display()} {row.reason}".strip()[:200],
        )  # fmt: skip


def _of_retired(by: Scope) -> Iterable[CodeException]:
    """Dwellings on the frame that carry the code of one that is not, anywhere in the district."""
    homes = DwellingUnit.objects.in_scope(by).exclude(house_code="")
    gone = homes.exclude(status=ACTIVE)
    retired = {
        row.house_code: row
        for row in gone.filter(house_code__in=homes.active().values("house_code"))
    }
    return [
        _line(
            row, Kind.RETIRED, row.house_code,
            timezone.localdate(retired[row.house_code].updated_at),
            f"{retired[row.house_code].address}（{retired[row.house_code].get_status_display()}）",
        )
        for row in homes.active().filter(house_code__in=list(retired)).order_by("pk")
    ]  # fmt: skip
