"""Planning a round: what the street is like, how many draws that takes, and the plan itself.

Paper: S-32, S-69, S-70.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from residents.models import Residence, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.spotchecks import planning
from residents.spotchecks.courses import FIELD_DAYS, may_follow

#: What the favoured strata cost in precision; about that of drawing rented dwellings twice.
FAVOURED = 1.15
#: Draws of a round at the most: more is a census.
MOST_DRAWS = 2000


@dataclass(frozen=True)
class Facts:
    """What the register says of a street, for the size of a sample and nothing else."""

    dwellings: int
    lived_in: float
    people_per_dwelling: float
    records: int


@dataclass(frozen=True)
class Planned:
    """What somebody plans: which check of which street, when, and how large.

    :param as_of: the night for which people are asked whether they live there
    :param key_areas: whether dwellings of key areas are strata of their own, drawn more densely
    """

    unit: int
    kind: str
    as_of: date
    field_from: date
    wanted: int
    share: float = 0.9
    half_width: float = 0.05
    met: float = 0.8
    key_areas: bool = False


def facts_of(unit: int, by: Scope) -> Facts:
    """How a street's dwellings are lived in today."""
    require(by, Capability.RUN_CHECKS, unit)
    told = DwellingUnit.objects.under(unit).active().order_by().aggregate(
        all=Count("id"), lived=Count("id", filter=Q(occupants__gt=0)), people=Sum("occupants")
    )  # fmt: skip
    lived, people = told["lived"] or 0, told["people"] or 0
    return Facts(
        told["all"], lived / told["all"] if told["all"] else 0.0,
        people / lived if lived else 0.0, Residence.objects.under(unit).actual().count(),
    )  # fmt: skip


def need_of(planned: Planned, facts: Facts) -> planning.Need:
    """How many draws give the precision that is planned.

    :raises UnableToCheck: nobody lives there, or figures that give no sample
    """
    if not facts.dwellings or not facts.people_per_dwelling:
        raise UnableToCheck("这个街道（镇）没有在住的房屋，无法抽样", "unit")
    if not (0.5 <= planned.share < 1 and 0.01 <= planned.half_width <= 0.2 and planned.met > 0.2):
        raise UnableToCheck(
            "预计比率应在 50%～99%，误差在 1～20 个百分点，应答率在 20% 以上", "wanted"
        )
    if planned.kind == "forward":
        return planning.forward(
            share=planned.share, half_width=planned.half_width, met=planned.met,
            people_per_dwelling=facts.people_per_dwelling, lived_in=facts.lived_in,
            favoured=FAVOURED,
        )  # fmt: skip
    return planning.reverse(
        share=planned.share, half_width=planned.half_width, met=planned.met,
        population=facts.records,
    )  # fmt: skip


@transaction.atomic
def plan_round(*, planned: Planned, by: Scope, at: datetime) -> SpotRound:
    """Write down a round before anything is drawn.

    :raises UnableToCheck: another round is under way there, days out of order, no draws
    :raises NotAllowed: `by` does not organise spot checks there
    """
    require(by, Capability.RUN_CHECKS, planned.unit)
    check_stands(planned.unit, planned.as_of)
    if planned.field_from <= planned.as_of:
        raise UnableToCheck("上门应在时点当晚以后", "field_from")
    if planned.field_from > planned.as_of + timedelta(days=FIELD_DAYS):
        raise UnableToCheck(f"上门应在时点后 {FIELD_DAYS} 天内开始，否则住户已有变动", "field_from")
    facts = facts_of(planned.unit, by)
    need = need_of(planned, facts)
    wanted = planned.wanted or need.to_draw
    if not 1 <= wanted <= MOST_DRAWS:
        raise UnableToCheck(f"拟抽数应在 1～{MOST_DRAWS} 之间", "wanted")
    row = SpotRound(
        committee_id=planned.unit, kind=planned.kind, as_of=planned.as_of,
        field_from=planned.field_from, wanted=wanted,
        field_to=planned.field_from + timedelta(days=FIELD_DAYS - 1),
        plan={**asdict(need), "share": planned.share, "half_width": planned.half_width,
              "met": planned.met, "key_areas": planned.key_areas,
              "dwellings_there": facts.dwellings, "records": facts.records,
              "people_per_dwelling": round(facts.people_per_dwelling, 2)},
        planned_at=at, planned_by=by.user_name,
    )  # fmt: skip
    _store(row)
    told("planned", row, by, at, {"wanted": wanted})
    return row


def check_stands(unit: int, day: date) -> None:
    """:raises UnableToCheck: it is no street, or was closed by that day"""
    street = OrgUnit.objects.streets().select_related("successor").filter(code=unit).first()
    if street is None:
        raise UnableToCheck("请选择一个街道（镇）", "unit")
    if street.valid_to is not None and street.valid_to <= day:
        heir = f"，请对承接的{street.successor.name}另行计划" if street.successor else ""
        raise UnableToCheck(f"{street.name}已于 {street.valid_to} 撤销，不再抽取{heir}", "unit")


def _store(row: SpotRound) -> None:
    """:raises UnableToCheck: another round of its kind is under way in the street"""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "residents_one_open_spot_round" not in str(error):
            raise
        raise UnableToCheck("这个街道（镇）同类抽查还在进行，请等它公布", "unit") from error


@transaction.atomic
def extend_round(*, round_id: Any, wanted: int, by: Scope, at: datetime) -> SpotRound:
    """Plan further draws for a round that is too imprecise; both are then estimated together.

    :raises UnableToCheck: not published, precise enough, or draws out of bounds
    """
    first = locked(round_id=round_id, by=by, at=at)
    if not may_follow(first.state, "extended"):
        raise UnableToCheck("只有已公布的抽查可以补抽")
    if first.is_recheck:
        raise UnableToCheck("复查只看两次结果是否一致，不补抽")
    if first.counted:
        raise UnableToCheck("这一轮已达到精度要求，不需要补抽")
    if not 1 <= wanted <= MOST_DRAWS:
        raise UnableToCheck(f"补抽数应在 1～{MOST_DRAWS} 之间", "wanted")
    today = today_of(at)
    check_stands(first.committee_id, today)
    row = SpotRound(
        committee_id=first.committee_id, kind=first.kind, as_of=today,
        field_from=today + timedelta(days=1), field_to=today + timedelta(days=FIELD_DAYS),
        wanted=wanted, extends=first, plan=first.plan, planned_at=at, planned_by=by.user_name,
    )  # fmt: skip
    _store(row)
    first.state = "extended"
    first.save(update_fields=["state"])
    told("extended", row, by, at, {"wanted": wanted})
    return row


@transaction.atomic
def locked(*, round_id: Any, by: Scope, at: datetime) -> SpotRound:
    """The round under its lock at `at`, for those who organise it."""
    row = SpotRound.objects.in_scope(by).select_for_update().get(pk=round_id)
    require(by, Capability.RUN_CHECKS, row.committee_id)
    return row


def go_on(row: SpotRound, following: str) -> None:
    """:raises UnableToCheck: the round's state is not followed by that one"""
    if not may_follow(row.state, following):
        raise UnableToCheck(f"这一轮{row.get_state_display()}，现在不能这样办理")
    row.state = following


def told(
    act: str, row: SpotRound, by: Scope, at: datetime, changes: dict[str, Any] | None = None
) -> None:
    record(
        f"residents.spot_{act}", by=by, at=at, target=row, committee=row.committee_id,
        changes=changes,
    )  # fmt: skip
