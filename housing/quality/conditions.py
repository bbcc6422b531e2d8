"""What is wrong with a dwelling, as conditions on its row: one pass for all rules."""

from datetime import timedelta
from typing import Any, TypeAlias

from django.db.models import (
    Case,
    CharField,
    F,
    Q,
    QuerySet,
    UUIDField,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from housing.code_conditions import mistaken_code
from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit
from portal.quality.rule import Frame, Inspection

Offenders: TypeAlias = "QuerySet[Any, Any]"
RENTED, VACANT = "2", "4"
#: A rented dwelling may stand empty between two lettings.
BETWEEN_LETTINGS = timedelta(days=30)
#: A lease that has ended may be ended or renewed on paper some days later (DQ-11).
AFTER_LEASE = timedelta(days=15)
#: Floor area for each person (m²) below which somebody should have a look (沪房管规范 5 m²).
LEAST_AREA = 5
#: People in each room of a rented dwelling above which somebody should have a look (DQ-12).
MOST_IN_A_ROOM = 2
STANDING = Q(status="active")
#: Codes that rows hold, with their tables (DQ-20).
CODED = {
    "occupancy": OCCUPANCY_STATUSES,
    "tenure": TENURES,
    "design_use": BUILDING_USES,
    "actual_use": BUILDING_USES,
}


def placed(inspection: Inspection) -> Offenders:
    """All dwellings, those that no longer stand as well; joined with their plates."""
    names = {RENTED: _("出租房"), VACANT: _("空置房")}
    rows = DwellingUnit.objects.along(inspection.unit, "building", "building__plate")
    return rows.annotate(
        dwelling_id=F("id"),
        residence_id=Cast(Value(None), UUIDField()),
        object_id=F("id"),
        subject=Case(
            *(When(occupancy=code, then=Value(name)) for code, name in names.items()),
            default=Value(_("房屋")),
        ),
        place=F("short_address"),
    )


DWELLINGS = Frame("dwellings", placed)


def words(*parts: Any) -> Combinable:
    """A sentence out of texts and columns."""
    pieces = [Value(part) if isinstance(part, str) else text(part) for part in parts]
    return Concat(Value(""), *pieces, output_field=CharField())


def text(expression: Any) -> Cast:
    return Cast(expression, CharField())


def without_code(_inspection: Inspection) -> Q:
    return STANDING & ~Q(code_state__in=["final", "provisional"])


def vacant_with_people(_inspection: Inspection) -> Q:
    return STANDING & Q(occupancy=VACANT, occupants__gte=1)


def rented_without_people(inspection: Inspection) -> Q:
    since = inspection.day - BETWEEN_LETTINGS
    long_ago = Q(occupancy_checked_on__lt=since) | Q(occupancy_checked_on=None)
    return STANDING & Q(occupancy=RENTED, occupants=0) & long_ago


def rented_without_lease(_inspection: Inspection) -> Q:
    return STANDING & Q(occupancy=RENTED, occupants__gte=1, leased_until=None)


def lease_is_over(inspection: Inspection) -> Q:
    return STANDING & Q(leased_until__lt=inspection.day - AFTER_LEASE, occupants__gte=1)


def little_area(_inspection: Inspection) -> Q:
    return STANDING & Q(
        occupants__gte=1, floor_area__isnull=False, floor_area__lt=F("occupants") * LEAST_AREA
    )


def crowded_rooms(_inspection: Inspection) -> Q:
    return STANDING & Q(
        occupancy=RENTED, design_rooms__gte=1, occupants__gt=F("design_rooms") * MOST_IN_A_ROOM
    )


def gone_with_people(_inspection: Inspection) -> Q:
    """Merged, split or demolished, and somebody is still registered there."""
    return ~Q(status__in=["active", "non_residential"]) & Q(occupants__gte=1)


def wrong_code(_inspection: Inspection) -> Q:
    return STANDING & mistaken_code()


def unknown_code(_inspection: Inspection) -> Q:
    condition = Q()
    for column, codes in CODED.items():
        condition |= ~Q(**{f"{column}__in": codes.codes})
    return STANDING & condition


def which_code(_inspection: Inspection) -> Combinable:
    return Case(
        *(
            When(
                ~Q(**{f"{column}__in": codes.codes}),
                then=words(f"{codes.title_zh}的代码 ", F(column), _(" 不在代码表内")),
            )
            for column, codes in CODED.items()
        ),
        output_field=CharField(),
    )


def plate_is_gone(inspection: Inspection) -> Q:
    """Its plate is out of use, or was never read as road and number."""
    plate = "building__plate__"
    unread = Q(**{f"{plate}road": ""}) | Q(**{f"{plate}number": ""})
    return STANDING & (Q(**{f"{plate}retired_on__lte": inspection.day}) | unread)
