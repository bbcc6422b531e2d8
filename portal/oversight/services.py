"""Looking for unusual looks once an hour, and writing down what the auditor found out."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.posts import posts_on
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.oversight.models import UseAlarm
from portal.oversight.patterns import Finding, Look, findings
from portal.rules.services import rule_on
from residents.models import Residence, Reveal
from staffing.models import WorkAreaBuilding

RULE = "reveal_alarms"


class UnableToClose(Exception):
    """The alarm is not closed; the sentence says why."""


@transaction.atomic
def look_into(*, day: date, by: Scope, at: datetime) -> int:
    """Judge all looks of a day; alarms that are there already are brought up to date.

    Returns how many alarms the day has. A closed alarm stays as it was closed.
    """
    rule = rule_on(RULE, day)
    looks = _looks_on(day, by)
    held = posts_on(looks, day)
    kept = [key for key in looks if key in held]
    by_role: dict[str, dict[int, int]] = defaultdict(dict)
    for user in kept:
        by_role[held[user].role][user] = len(looks[user])
    found = 0
    for user in kept:
        peers = [n for other, n in by_role[held[user].role].items() if other != user]
        for finding in findings(looks[user], peers, rule.parameters):
            _keep(day, held[user], finding, at)
            found += 1
    return found


def _looks_on(day: date, by: Scope) -> dict[int, list[Look]]:
    """Everybody's looks of the day, with local times."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    rows = list(Reveal.objects.filter(at__gte=begins, at__lt=begins + timedelta(days=1)))
    people = {row.resident_id for row in rows}
    places: dict[UUID, tuple[str, UUID]] = {
        row["resident_id"]: (row["address_key"], row["dwelling__building_id"])
        for row in Residence.objects.in_scope(by).filter(
            resident_id__in=people, is_primary=True, status=Residence.Status.ACTIVE
        ).values("resident_id", "address_key", "dwelling__building_id")
    }  # fmt: skip
    patches = _patches({row.user_id for row in rows}, by)
    looks: dict[int, list[Look]] = defaultdict(list)
    for row in rows:
        place, building = places.get(row.resident_id, ("", None))
        patch = patches.get(row.user_id)
        inside = None if patch is None else building in patch
        looks[row.user_id].append(Look(timezone.localtime(row.at), row.resident_id, place, inside))
    return looks


def _patches(users: set[int], by: Scope) -> dict[int, set[UUID]]:
    """The buildings of those who have a patch of their own: collectors, by their staff number."""
    numbers = dict(
        User.objects.filter(pk__in=users).exclude(staff_no="").values_list("staff_no", "pk")
    )
    rows = WorkAreaBuilding.objects.in_scope(by).filter(
        area__valid_to=None, area__lead_collector__staff_no__in=list(numbers)
    )
    found: dict[int, set[UUID]] = defaultdict(set)
    for staff_no, building in rows.values_list("area__lead_collector__staff_no", "building_id"):
        found[numbers[staff_no]].add(building)
    return found


def _keep(day: date, post: Appointment, finding: Finding, at: datetime) -> None:
    figures = {"count": finding.count, "total": finding.total, "against": finding.against}
    alarm, fresh = UseAlarm.objects.get_or_create(
        day=day, kind=finding.kind, user_id=post.user_id,
        defaults=figures | {
            "user_name": f"{post.user.name} {post.user.staff_no}".strip(), "unit": post.unit_id,
            "unit_name": post.unit.name, "role_title": ROLES[post.role].title, "found_at": at,
        },
    )  # fmt: skip
    if not fresh and alarm.closed_at is None:
        UseAlarm.objects.filter(pk=alarm.pk).update(**figures)


@transaction.atomic
def close_alarm(*, alarm_id: UUID, note: str, by: Scope, at: datetime) -> UseAlarm:
    """Write down what came of it; nothing of the alarm itself changes.

    :raises UnableToClose: without a word, or closed already
    :raises NotAllowed: the post does not review how the system is used
    """
    require(by, Capability.REVIEW_USE)
    alarm = UseAlarm.objects.select_for_update().get(pk=alarm_id)
    if alarm.closed_at is not None:
        raise UnableToClose("这条线索已由他人核查")
    if not note.strip():
        raise UnableToClose("请写明核查结果")
    alarm.note, alarm.closed_by, alarm.closed_at = note.strip()[:200], by.user_name, at
    alarm.save(update_fields=["note", "closed_by", "closed_at"])
    record(
        "oversight.alarm_closed", by=by, at=at, target=alarm, reason=alarm.note,
        changes={"kind": alarm.kind, "actor": alarm.user_name},
    )  # fmt: skip
    return alarm
