"""The only writers of staffing: collectors, their status, their patches.

Paper: S-53.
"""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from housing.models import Building, DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from staffing import transitions, workload
from staffing.models import (
    Collector,
    CollectorStatus,
    CollectorStatusEvent,
    WorkArea,
    WorkAreaBuilding,
)

#: Kind of workload (M-16) by occupancy status; what nobody has checked counts as lived in.
WORKLOAD_KINDS = {
    "1": "owner_occupied", "2": "rented", "3": "owner_occupied", "4": "vacant", "5": "rented",
    "6": "vacant", "9": "owner_occupied",
}  # fmt: skip


class UnableToStaff(Exception):
    """The act is refused; `errors` has a sentence by field, blank for the whole."""

    def __init__(self, errors: dict[str, list[str]] | str) -> None:
        self.errors = {"": [errors]} if isinstance(errors, str) else errors
        super().__init__("；".join(text for texts in self.errors.values() for text in texts))


@transaction.atomic
def add_collector(
    *, committee: int, staff_no: str, name: str, employment_type: str, provider: str = "",
    fte: Decimal = Decimal(1), badge_no: str = "", status: str = CollectorStatus.CANDIDATE,
    since: date, trained_on: date | None = None, confidentiality_signed_on: date | None = None,
    by: Scope, at: datetime,
) -> Collector:  # fmt: skip
    """Take a collector on, as candidate or straight at work.

    :param since: the day from which the status holds; the day of appointment for an appointed one
    :raises UnableToStaff: a number or badge given twice, or something missing for the status
    :raises NotAllowed: `by` may not staff that committee
    """
    require(by, Capability.EDIT_STAFFING, committee)
    if status not in {"candidate", *transitions.AT_WORK}:
        raise UnableToStaff({"status": [_("新增时只能是待录用、试用或在岗")]})
    if status == "appointed" and trained_on is None:
        raise UnableToStaff({"trained_on": [_("岗前培训合格后才能聘用")]})
    collector = Collector(
        committee_id=committee, staff_no=staff_no.strip(), name=name.strip(),
        employment_type=employment_type, provider=provider.strip(), fte=fte,
        badge_no=badge_no.strip(), status=status, status_since=since, trained_on=trained_on,
        appointed_on=since if status == "appointed" else None,
        confidentiality_signed_on=confidentiality_signed_on,
    )  # fmt: skip
    _written(collector, force_insert=True)
    _event(collector, "", since, "", by, at)
    record(
        "staffing.collector_added", by=by, at=at, target=("staffing.collector", collector.pk),
        committee=committee, changes={"staff_no": collector.staff_no, "status": status},
    )  # fmt: skip
    return collector


#: The field at which a constraint of the database is explained; the whole form else.
FIELD_OF = {
    "staffing_fte_is_a_share": "fte",
    "staffing_purchased_has_provider": "provider",
    "staffing_at_work_bound_to_secrecy": "confidentiality_signed_on",
    "staffing_badge_once": "badge_no",
    "staffing_area_code_once": "code",
}


def _written(row: Collector | WorkArea, **how: Any) -> None:
    """Save; the fields' own rules and the database's come back as sentences.

    The database decides, since it also sees numbers given in other streets.
    """
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
        with transaction.atomic():
            row.save(**how)
    except ValidationError as wrong:
        raise UnableToStaff(
            {"" if key == "__all__" else key: texts for key, texts in wrong.message_dict.items()}
        ) from wrong
    except IntegrityError as refused:
        raise _explained(row, refused) from refused


def _explained(row: Collector | WorkArea, refused: IntegrityError) -> UnableToStaff:
    """:raises IntegrityError: a constraint that has no sentence"""
    name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "") or ""
    if "staff_no" in name:
        return UnableToStaff({"staff_no": [_("该工号已使用")]})
    constraint = next((each for each in row._meta.constraints if each.name == name), None)
    if constraint is None:
        raise refused
    return UnableToStaff({FIELD_OF.get(name, ""): [str(constraint.violation_error_message)]})


def _event(collector: Collector, old: str, on: date, reason: str, by: Scope, at: datetime) -> None:
    CollectorStatusEvent.objects.create(
        collector=collector, committee_id=collector.committee_id, old_status=old,
        new_status=collector.status, on=on, reason=reason.strip()[:200], by_name=by.user_name,
        at=at,
    )  # fmt: skip


@transaction.atomic
def change_status(
    *, collector_id: uuid.UUID, to: str, on: date, reason: str = "", version: int, by: Scope,
    at: datetime,
) -> Collector:  # fmt: skip
    """Take a collector one step on the way of domain §3.16.

    :raises UnableToStaff: the step is not open from here, or something is missing for it
    """
    collector = Collector.objects.in_scope(by).select_for_update().filter(pk=collector_id).first()
    if collector is None:
        raise UnableToStaff(_("没有这名采集员"))
    require(by, Capability.EDIT_STAFFING, collector.committee_id)
    if collector.version != version:
        raise UnableToStaff(_("状态刚被他人改过，请核对后再操作"))
    if why := transitions.why_not(_standing(collector), to, on, reason):
        raise UnableToStaff(why)
    before, collector.status = collector.status, to
    collector.status_since = on
    if to == "appointed" and collector.appointed_on is None:
        collector.appointed_on = on
    if to == "left":
        collector.left_on = on
    collector.version += 1
    _written(
        collector,
        update_fields=["status", "status_since", "appointed_on", "left_on", "version"],
    )
    _event(collector, before, on, reason, by, at)
    record(
        "staffing.status_changed", by=by, at=at, target=("staffing.collector", collector.pk),
        committee=collector.committee_id, reason=reason,
        changes={"staff_no": collector.staff_no, "status": [before, to], "on": on},
    )  # fmt: skip
    return collector


def _standing(collector: Collector) -> transitions.Standing:
    return transitions.Standing(
        status=collector.status,
        since=collector.status_since,
        is_trained=collector.trained_on is not None,
        has_signed=collector.confidentiality_signed_on is not None,
        areas=collector.areas.filter(valid_to=None).count(),
    )


@transaction.atomic
def record_training(
    *, collector_id: uuid.UUID, trained_on: date | None, signed_on: date | None, by: Scope,
    at: datetime,
) -> Collector:  # fmt: skip
    """Note that a collector passed the training, or signed the yearly pledge of secrecy.

    :raises UnableToStaff: there is no such collector, or a day in the future
    """
    collector = Collector.objects.in_scope(by).select_for_update().filter(pk=collector_id).first()
    if collector is None:
        raise UnableToStaff(_("没有这名采集员"))
    require(by, Capability.EDIT_STAFFING, collector.committee_id)
    if any(day is not None and day > timezone.localdate(at) for day in (trained_on, signed_on)):
        raise UnableToStaff(_("日期不能晚于今天"))
    before = [collector.trained_on, collector.confidentiality_signed_on]
    collector.trained_on = trained_on
    collector.confidentiality_signed_on = signed_on
    collector.version += 1
    _written(collector, update_fields=["trained_on", "confidentiality_signed_on", "version"])
    record(
        "staffing.status_changed", by=by, at=at, target=("staffing.collector", collector.pk),
        committee=collector.committee_id,
        changes={"staff_no": collector.staff_no, "days": [before, [trained_on, signed_on]]},
    )  # fmt: skip
    return collector


@transaction.atomic
def assign_area(
    *, committee: int, code: str, building_ids: Iterable[uuid.UUID],
    lead_collector_id: uuid.UUID | None, valid_from: date, area_id: uuid.UUID | None = None,
    version: int = 0, by: Scope, at: datetime,
) -> WorkArea:  # fmt: skip
    """Lay out a patch, new or changed: its buildings leave the patches that had them.

    Dwellings and workload of every patch touched are counted anew.

    :raises UnableToStaff: no building, a building or a collector of another committee, a name
        taken, or somebody else changed the patch meanwhile
    """
    require(by, Capability.EDIT_STAFFING, committee)
    buildings = _buildings(committee, set(building_ids))
    _lead_is_of(committee, lead_collector_id)
    area = _locked_area(area_id, committee, version, by)
    before = {"code": area.code, "dwellings": area.dwellings}
    area.code, area.lead_collector_id = code.strip(), lead_collector_id
    area.valid_from = valid_from
    _written(area)
    losing = _move(area, buildings)
    for each in [area, *losing]:
        _count(each)
    record(
        "staffing.area_changed", by=by, at=at, target=area, committee=committee,
        changes={"before": before, "code": area.code, "buildings": len(buildings),
                 "dwellings": area.dwellings, "lead": str(lead_collector_id or "")},
    )  # fmt: skip
    return area


def _buildings(committee: int, wanted: set[uuid.UUID]) -> list[Building]:
    if not wanted:
        raise UnableToStaff({"buildings": [_("请选楼栋")]})
    found = list(Building.objects.under(committee).existing().filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise UnableToStaff({"buildings": [_("有的楼栋不在本居委")]})
    return found


def _lead_is_of(committee: int, collector_id: uuid.UUID | None) -> None:
    if collector_id is None:
        return
    rows = Collector.objects.under(committee).filter(
        pk=collector_id, status__in=transitions.AT_WORK
    )
    if not rows.exists():
        raise UnableToStaff({"lead": [_("负责采集员应是本居委在岗或试用的采集员")]})


def _locked_area(area_id: uuid.UUID | None, committee: int, version: int, by: Scope) -> WorkArea:
    if area_id is None:
        return WorkArea(committee_id=committee)
    area = (
        WorkArea.objects.in_scope(by)
        .select_for_update()
        .filter(pk=area_id, committee_id=committee)
        .first()
    )
    if area is None:
        raise UnableToStaff(_("没有这个片区"))
    if area.version != version:
        raise UnableToStaff(_("片区刚被他人调整过，请核对后再操作"))
    area.version += 1
    return area


def _move(area: WorkArea, buildings: list[Building]) -> list[WorkArea]:
    """Give the buildings to the area; returns the other areas that lost some."""
    held = WorkAreaBuilding.objects.filter(building__in=buildings).exclude(area=area)
    losing = list(
        WorkArea.objects.select_for_update().filter(pk__in=held.values("area_id")).order_by("pk")
    )
    held.delete()
    own = WorkAreaBuilding.objects.filter(area=area)
    own.exclude(building__in=buildings).delete()
    kept = set(own.values_list("building_id", flat=True))
    WorkAreaBuilding.objects.bulk_create(
        WorkAreaBuilding(area=area, building=building, committee_id=area.committee_id)
        for building in buildings
        if building.pk not in kept
    )
    return losing


def _count(area: WorkArea) -> None:
    """Dwellings and workload index of a patch (M-16), from its dwellings by occupancy."""
    rows = (
        DwellingUnit.objects.active()
        .under(area.committee_id)
        .filter(building__in=area.area_buildings.values("building_id"))
        .order_by()
        .values("occupancy")
        .annotate(count=Count("id"))
    )
    kinds: dict[str, int] = {}
    for row in rows:
        kind = WORKLOAD_KINDS.get(row["occupancy"], "owner_occupied")
        kinds[kind] = kinds.get(kind, 0) + row["count"]
    area.dwellings = sum(kinds.values())
    area.workload = workload.workload_index(kinds)
    area.save(update_fields=["dwellings", "workload"])
