"""Key areas: entered by a street, gone through in their cycle, ended with a reason (S-75…S-78)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from housing.key_areas import CYCLE
from housing.models import Building, KeyArea, KeyAreaBuilding
from housing.rectifying import AREA_KINDS, INFORMAL_SITE, TARGETS
from housing.services.errors import UnableToRectify, sentence_of
from housing.services.visits import words
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope


@dataclass(frozen=True, kw_only=True)
class AreaTold:
    """A key area as a street describes it.

    :param targets: values in per cent by number of the catalogue
    :param people: how many stay there, about; counted, never listed
    """

    kind: str
    name: str
    owner_post: int
    buildings: Sequence[uuid.UUID]
    since: date
    cycle_days: int
    targets: Mapping[str, Decimal]
    people: int | None = None
    hazards: str = ""


def owners_at(street: int, day: date) -> dict[int, str]:
    """Posts of a street that may look after an area: holder and role, by the post's number."""
    roles = [key for key, role in ROLES.items() if Capability.VIEW_CAMPAIGNS in role.capabilities]
    held = Appointment.objects.filter(
        unit_id__gte=street, unit_id__lt=street + 1000, role__in=roles, starts_on__lte=day,
        user__is_active=True,
    )  # fmt: skip
    held = held.exclude(ends_on__lt=day).select_related("user", "unit")
    return {
        post.pk: f"{post.user.name}（{post.unit.name} {ROLES[post.role].title}）"
        for post in held.order_by("unit_id", "user__name", "pk")
    }


@transaction.atomic
def save_area(
    *, told: AreaTold, by: Scope, at: datetime, area_id: uuid.UUID | None = None, version: int = 0
) -> KeyArea:
    """Enter a key area of the acting street, or change one.

    :raises UnableToRectify: what cannot be a key area, at its field; or changed meanwhile
    :raises NotAllowed: `by` does not run campaigns
    """
    area = KeyArea(committee_id=by.unit) if area_id is None else _locked(area_id, by)
    require(by, Capability.RUN_CAMPAIGNS, area.committee_id)
    if by.level != "street":
        raise UnableToRectify("重点区域由街道（镇）登记")
    if area_id is not None and area.version != version:
        raise UnableToRectify(f"{area.updated_by}刚改过这个区域，请核对后再保存一次")
    buildings = _check(area, told, by, timezone.localdate(at))
    area.kind, area.name, area.since = told.kind, told.name.strip(), told.since
    area.owner_post_id, area.owner = told.owner_post, _owner(area, told, at)
    area.targets = {key: float(value) for key, value in told.targets.items()}
    area.cycle_days, area.people = told.cycle_days, told.people
    area.hazards, area.updated_by = told.hazards.strip(), by.user_name
    area.review_by = (area.reviewed_on or told.since) + timedelta(days=told.cycle_days)
    area.version += area_id is not None
    try:
        with transaction.atomic():
            area.save(force_insert=area_id is None)
    except IntegrityError as refusal:
        raise UnableToRectify(*sentence_of(refusal)) from refusal
    KeyAreaBuilding.objects.filter(area=area).exclude(building__in=buildings).delete()
    held = set(KeyAreaBuilding.objects.filter(area=area).values_list("building_id", flat=True))
    KeyAreaBuilding.objects.bulk_create(
        KeyAreaBuilding(committee_id=each.committee_id, area=area, building=each)
        for each in buildings
        if each.pk not in held
    )
    record(
        "housing.area_saved", by=by, at=at, target=area, committee=area.committee_id,
        changes={"kind": area.get_kind_display(), "buildings": len(buildings)},
    )  # fmt: skip
    return area


def _check(area: KeyArea, told: AreaTold, by: Scope, today: date) -> list[Building]:
    if not area.is_standing:
        raise UnableToRectify("这个区域已撤销")
    if told.kind not in dict(AREA_KINDS):
        raise UnableToRectify("请选择类型", "kind")
    if not told.name.strip():
        raise UnableToRectify("请填写名称", "name")
    if told.since > today:
        raise UnableToRectify("列入日期晚于今天", "since")
    if not CYCLE[0] <= told.cycle_days <= CYCLE[1]:
        raise UnableToRectify(f"核查周期应在 {CYCLE[0]} 到 {CYCLE[1]} 天之间", "cycle_days")
    for key, value in told.targets.items():
        if key not in dict(TARGETS) or not 0 <= value <= 100:
            raise UnableToRectify("目标应在 0 到 100 之间", key)
    words(told.hazards, "hazards", "", UnableToRectify)
    rows = Building.objects.in_scope(by).filter(pk__in=list(told.buildings))
    buildings = list(rows.filter(street_id=area.committee_id))
    if not buildings:
        raise UnableToRectify("请选择至少一幢楼", "buildings")
    if len(buildings) != len(set(told.buildings)):
        raise UnableToRectify("有的楼栋不在本街道，请重新选择", "buildings")
    return buildings


def _owner(area: KeyArea, told: AreaTold, at: datetime) -> str:
    owner = owners_at(area.committee_id, timezone.localdate(at)).get(told.owner_post)
    if owner is None:
        raise UnableToRectify("请选择本街道在岗的责任人", "owner_post")
    return owner.partition("（")[0]


@transaction.atomic
def review_area(*, area_id: uuid.UUID, note: str, by: Scope, at: datetime) -> KeyArea:
    """Write down that somebody went through an area; the next cycle begins.

    :raises UnableToRectify: it has been ended
    """
    area = _locked(area_id, by)
    require(by, Capability.RUN_CAMPAIGNS, area.committee_id)
    _check_stands(area)
    area.reviewed_on = timezone.localdate(at)
    area.review_by = area.reviewed_on + timedelta(days=area.cycle_days)
    area.save(update_fields=["reviewed_on", "review_by"])
    record(
        "housing.area_reviewed", by=by, at=at, target=area, committee=area.committee_id,
        reason=words(note, "note", "写明核查情况", UnableToRectify),
    )  # fmt: skip
    return area


@transaction.atomic
def end_area(
    *, area_id: uuid.UUID, reason: str, by: Scope, at: datetime, noticed_on: date | None = None,
    resettlement: str = "",
) -> KeyArea:  # fmt: skip
    """End a key area; an informal site only when those there were told and have a place to go.

    :raises UnableToRectify: no reason, no notice or no word on where people went
    """
    area = _locked(area_id, by)
    require(by, Capability.RUN_CAMPAIGNS, area.committee_id)
    _check_stands(area)
    today = timezone.localdate(at)
    area.end_reason = words(reason, "reason", "写明撤销理由", UnableToRectify)
    area.resettlement = words(resettlement, "resettlement", "", UnableToRectify)
    if area.kind == INFORMAL_SITE:
        if noticed_on is None:
            raise UnableToRectify(f"“{area.name}”还没有告知住在那里的人，不能撤销", "noticed_on")
        if not area.resettlement:
            raise UnableToRectify(
                f"“{area.name}”没有写明住在那里的人怎样安置，不能撤销", "resettlement"
            )
    if noticed_on is not None and noticed_on > today:
        raise UnableToRectify("告知日期晚于今天", "noticed_on")
    area.noticed_on, area.until = noticed_on, today
    area.save(update_fields=["end_reason", "resettlement", "noticed_on", "until"])
    record(
        "housing.area_ended", by=by, at=at, target=area, committee=area.committee_id,
        reason=area.end_reason,
    )  # fmt: skip
    return area


def _check_stands(area: KeyArea) -> None:
    if not area.is_standing:
        raise UnableToRectify("这个区域已撤销")


def _locked(area_id: uuid.UUID, by: Scope) -> KeyArea:
    return KeyArea.objects.in_scope(by).select_for_update().get(pk=area_id)
