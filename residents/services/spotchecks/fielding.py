"""The field work: sheets given out on the day, entered blind, three visits at the most.

Paper: S-32, S-69, S-70.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from portal.orgs.scope import STREET_SPAN, Scope
from portal.rows import update_rows
from residents.models import SpotItem, SpotPerson, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.spotchecks.judging import match_round
from residents.services.spotchecks.planning import go_on, locked, told
from residents.services.spotchecks.rechecking import compare_round, went_before
from residents.spotchecks.besides import HUKOU, PHONE_DIGITS, Since, read_since
from residents.spotchecks.courses import (
    MOST_PEOPLE,
    MOST_VISITS,
    WITH_PEOPLE,
    outcomes_of,
    part_of_day,
)

EARLIEST_BIRTH = 1880


@dataclass(frozen=True)
class Seen:
    """Somebody living there, as they said it; `tail` is the number's last four, if they told.

    `category` follows from where their hukou is (`besides.HUKOU`), `since` is the month or year of
    moving in, `phone` the last four digits, where they were asked for and told.
    """

    name: str
    sex: str
    born: int | None
    tail: str = ""
    category: str = ""
    since: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Visit:
    """What one call at a door came to."""

    outcome: str
    people: Sequence[Seen] = ()
    on_paper: bool = False


def verifiers_for(row: SpotRound, day: date) -> list[Appointment]:
    """Posts that may check for a round: of every other street, and nobody who went before."""
    unit = row.committee_id
    roles = [key for key, role in ROLES.items() if Capability.CHECK_SAMPLES in role.capabilities]
    held = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), role__in=roles)
    held = held.filter(starts_on__lte=day, user__is_active=True)
    held = held.exclude(unit_id__gte=unit, unit_id__lt=unit + STREET_SPAN)
    held = held.exclude(user_id__in=went_before(row))
    return list(held.select_related("user", "unit").order_by("unit_id", "user__name", "pk"))


@transaction.atomic
def open_round(
    *, round_id: Any, posts: Sequence[int], by: Scope, at: datetime
) -> SpotRound:  # fmt: skip
    """Give the draws to verifiers of other streets, in walking order; they see them on the day.

    :param posts: appointments, each of which gets about the same number of draws
    :raises UnableToCheck: not drawn, nobody named, somebody of the street under test, or for a
        recheck somebody who called the first time
    """
    row = locked(round_id=round_id, by=by, at=at)
    go_on(row, "in_field")
    able = {post.pk: post for post in verifiers_for(row, today_of(at))}
    chosen = [able[key] for key in dict.fromkeys(posts) if key in able]
    if not chosen or len(chosen) < len(set(posts)):
        others = "、上一轮去过的人" if row.is_recheck else ""
        raise UnableToCheck(
            f"请选择其他街道（镇）在岗的核查员，被查街道的人{others}不能参加", "posts"
        )
    items = list(row.items.select_for_update().order_by("number"))
    for place, item in enumerate(items):
        post = chosen[place * len(chosen) // len(items)]
        item.post_id, item.post_unit, item.verifier = post.pk, post.unit_id, post.user.name
        item.is_open = True
    update_rows(items, ["post_id", "post_unit", "verifier", "is_open"])
    row.opened_at = at
    row.save(update_fields=["state", "opened_at"])
    told("opened", row, by, at, {"verifiers": "、".join(post.user.name for post in chosen)})
    return row


@transaction.atomic
def enter_visit(
    *, item_id: Any, version: int, visit: Visit, by: Scope, at: datetime,
    called_at: datetime | None = None,
) -> SpotItem:  # fmt: skip
    """Write down one call at a door, without having seen what the register says.

    :param called_at: when somebody called, where a phone without a network tells it later
    :raises UnableToCheck: settled already, three visits made, changed meanwhile, people missing
    :raises NotAllowed: `by` does not check, or it is not on their sheet
    """
    require(by, Capability.CHECK_SAMPLES)
    rows = SpotItem.objects.on_sheet_of(by, today_of(at)).select_for_update()
    item = rows.get(pk=item_id)
    if item.version != version:
        raise UnableToCheck("这一户刚由另一处录入，请看过再录")
    if item.is_settled:
        raise UnableToCheck("这一户已有结果，要更正请在纸质表注明并告诉区人口办")
    if len(item.visits) >= MOST_VISITS:
        raise UnableToCheck(f"已上门 {MOST_VISITS} 次，不再上门，按未联系上计")
    if visit.outcome not in dict(outcomes_of(item.kind)):
        raise UnableToCheck("请选择结果", "outcome")
    people = _checked(item, visit, at)
    local = timezone.localtime(called_at or at)
    if local.date() < item.opens_on:
        raise UnableToCheck(f"这次上门早于 {item.opens_on}，那时还没有下发抽查表")
    item.visits = [*item.visits, {
        "at": local.isoformat(timespec="minutes"), "outcome": visit.outcome,
        "part": part_of_day(local.hour, local.weekday()),
    }]  # fmt: skip
    item.outcome, item.on_paper, item.version = visit.outcome, visit.on_paper, version + 1
    item.save(update_fields=["visits", "outcome", "on_paper", "version"])
    SpotPerson.objects.bulk_create(
        SpotPerson(
            item=item, committee_id=item.committee_id, post_id=by.appointment_id or 0,
            name=each.name, sex=each.sex, born=each.born, tail=each.tail, category=each.category,
            since=each.since, phone=each.phone,
        )
        for each in people
    )  # fmt: skip
    record(
        "residents.spot_entered", by=by, at=at, target=item, committee=item.committee_id,
        changes={"visit": len(item.visits), "result": item.get_outcome_display(),
                 "people": len(people)},
    )  # fmt: skip
    return item


def _checked(item: SpotItem, visit: Visit, at: datetime) -> list[Seen]:
    """The people found, as they can be taken.

    :raises UnableToCheck: at the row and field concerned
    """
    if visit.outcome not in WITH_PEOPLE:
        if visit.people:
            raise UnableToCheck("没有见到人的，不填人员", "outcome")
        return []
    if not visit.people:
        raise UnableToCheck("有人住的，至少填一人", "people-0-name")
    most = MOST_PEOPLE if item.kind == "forward" else 1
    if len(visit.people) > most:
        raise UnableToCheck(f"最多填 {most} 人", f"people-{most}-name")
    this_year = today_of(at).year
    return [_person(item, place, each, this_year) for place, each in enumerate(visit.people)]


def _person(item: SpotItem, place: int, seen: Seen, this_year: int) -> Seen:
    name, tail = "".join(seen.name.split()), seen.tail.strip().upper()
    if not name or len(name) > 50:
        raise UnableToCheck("请填姓名，对方不愿说的填称呼", f"people-{place}-name")
    if seen.sex not in ("1", "2"):
        raise UnableToCheck("请选择性别", f"people-{place}-sex")
    if seen.born is None or not EARLIEST_BIRTH <= seen.born <= this_year:
        raise UnableToCheck(f"请填出生年，在 {EARLIEST_BIRTH}～{this_year} 之间",
                            f"people-{place}-born")  # fmt: skip
    if tail and not (len(tail) == 4 and tail[:3].isdigit() and (tail[3].isalnum())):
        raise UnableToCheck("末四位应是 4 位，不愿说的留空", f"people-{place}-tail")
    since, phone = _besides(item, place, seen, seen.born)
    return Seen(name, seen.sex, seen.born, tail, seen.category, since, phone)


def _besides(item: SpotItem, place: int, seen: Seen, born: int) -> tuple[str, str]:
    """The month of moving in and the end of the telephone, blank where somebody did not say.

    :raises UnableToCheck: at the field concerned; of the hukou too
    """
    at_hukou = f"people-{place}-category"
    at_since, at_phone = f"people-{place}-since", f"people-{place}-phone"
    phone = seen.phone.strip()
    if not item.asks_more and (phone or seen.since.strip()):
        raise UnableToCheck("这一户不问入住年月和手机", at_phone if phone else at_since)
    if not item.asks_more and seen.category:
        raise UnableToCheck("这一户不问户口在哪里", at_hukou)
    if seen.category not in {"", *dict(HUKOU)}:
        raise UnableToCheck("请选择户口在哪里，不愿说的留空", at_hukou)
    try:
        since = read_since(seen.since)
    except ValueError as unread:
        raise UnableToCheck(
            "入住年月写成 2019-05，只记得年份的写 2019，不记得的留空", at_since
        ) from unread
    if since and since.first > Since(item.as_of.year, item.as_of.month).first:
        raise UnableToCheck(f"入住年月晚于 {item.as_of}，那晚还没搬来的请改选结果", at_since)
    if since and since.year < born:
        raise UnableToCheck("入住年月早于出生年，请核对", at_since)
    if phone and not (len(phone) == PHONE_DIGITS and phone.isascii() and phone.isdecimal()):
        raise UnableToCheck("手机末四位应是 4 位数字，不愿说的留空", at_phone)
    return str(since or ""), phone


@transaction.atomic
def close_round(*, round_id: Any, by: Scope, at: datetime) -> SpotRound:
    """End the field work, whether or not everybody was met, and hold the finds to the register.

    :raises UnableToCheck: it is not in the field
    """
    row = locked(round_id=round_id, by=by, at=at)
    go_on(row, "matching")
    row.closed_at = at
    row.save(update_fields=["state", "closed_at"])
    row.items.update(is_open=False)
    if row.is_recheck:
        compare_round(row=row, by=by, at=at)
    else:
        match_round(row=row, by=by, at=at)
    told("closed", row, by, at)
    return row
