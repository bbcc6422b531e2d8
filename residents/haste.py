"""Verifications that were clicked through by the dozen, and do not count (domain §4.4, DQ-26).

The rule R-261 finds the hours in which somebody found more dwellings unchanged than can be seen. A
finding of it stays known when the week is over in which the rule looks for new ones; what was
verified in such an hour counts again when it is verified anew, or when the street has agreed that
there was a ground for it (申请无误).

Paper: S-73.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, F, Func, OuterRef, Q, UUIDField
from django.db.models.expressions import Combinable
from django.utils import timezone

from portal.quality.models import DataQualityIssue
from residents.models import Verification

RULE = "R-261"
#: "Verified, nothing changed" for more dwellings than this in an hour was not seen.
AN_HOUR = 30
#: The longest cycle: what was verified before is due whoever did it, and however.
LONGEST_CYCLE = timedelta(days=366)
# Committee, hour on the wall's clock and account, side by side in the digits of one key.
KEY = """(lpad(to_hex(committee_id), 10, '0')
    || lpad(to_hex(floor(extract(epoch FROM %(expressions)s) / 3600)::bigint), 6, '0')
    || lpad(to_hex(user_id), 16, '0'))::uuid"""


@dataclass(frozen=True)
class Hour:
    """An hour of somebody's, as a finding's key tells it."""

    user: int
    began: datetime

    @classmethod
    def of(cls, key: uuid.UUID) -> "Hour":
        """:param key: as `key_of_hour` made it"""
        wall = datetime.fromtimestamp(int(key.hex[10:16], 16) * 3600, UTC).replace(tzinfo=None)
        return cls(int(key.hex[16:], 16), timezone.make_aware(wall))


def key_of_hour(hour: Combinable) -> Combinable:
    """What a finding is known by: committee, hour and account of the verifications.

    :param hour: `TruncHour`, which is the time as the clock on the wall shows it
    """
    return Func(hour, template=KEY, output_field=UUIDField())


def within_cycle(unit: int, day: date) -> Q:
    """That an episode was verified within its cycle, by a verification that counts (M-07)."""
    return Q(due_on__gte=day) & ~uncounted(unit, day)


def uncounted(unit: int, day: date) -> Q:
    """That an episode was verified last in such an hour, in a unit and below.

    Asks once for the hours that are known, which are few and mostly none. That a committee has been
    merged meanwhile changes nothing: an hour is somebody's, wherever its records are kept now.
    """
    made = Q()
    for key in hasty_hours(unit, day):
        hour = Hour.of(key)
        made |= Q(user_id=hour.user, at__gte=hour.began, at__lt=hour.began + timedelta(hours=1))
    if not made:
        return Q(pk__in=[])
    anew = Verification.objects.filter(
        residence_id=OuterRef("residence_id"),
        at__gt=OuterRef("at"),
        verified_on__gte=OuterRef("verified_on"),
    )
    last = Verification.objects.under(unit).filter(
        made,
        ~Exists(anew),
        outcome=Verification.Outcome.UNCHANGED,
        residence__verified_on=F("verified_on"),
    )
    return Q(pk__in=last.values("residence_id"))


def hasty_hours(unit: int, day: date) -> list[uuid.UUID]:
    """The key of each finding of a cycle that nobody has excused."""
    found = DataQualityIssue.objects.under(unit).filter(
        rule=RULE, excused=False, detected_on__gt=day - LONGEST_CYCLE
    )
    return list(found.order_by("pk").values_list("object_id", flat=True))
