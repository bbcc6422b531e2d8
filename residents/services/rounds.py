"""Several homes of one round: found unchanged, or found empty (D-5).

Paper: S-21, S-80.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from housing.models import DwellingUnit
from housing.querysets import DwellingQuerySet
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.haste import AN_HOUR
from residents.models import Residence, Verification
from residents.services.enrolment import Visit
from residents.services.errors import UnableToVerify
from residents.services.visiting import VACANT, Outcome, record_visit, verify_dwelling, visit_of


@dataclass
class Round:
    """Judges homes one after the other for a round of visits.

    :param left: how many homes with people may still be found unchanged in this hour; what is
        beyond it would not count (DQ-26), and is left for later
    """

    today: date
    left: int = 0

    def why_not_verified(self, unit: DwellingUnit) -> str:
        """Why a home stays as it is when several are found unchanged; blank when it is noted.

        :param unit: one of `homes_with_people`
        """
        if unit.status != DwellingUnit.Status.ACTIVE:
            return str(unit.get_status_display())
        if unit.verified_on == self.today:
            return "今天已经核实过"
        # annotated by `homes_with_people`, which the model's type does not know of
        if not unit.is_lived_in:  # type: ignore[attr-defined]
            return "" if unit.occupancy == VACANT else "还没有登记人员，请先入户登记或登记空置"
        if not self.left:
            return f"一小时里核实无变化超过 {AN_HOUR} 套的不算数，其余的过一小时再登记"
        self.left -= 1
        return ""

    def why_not_vacant(self, unit: DwellingUnit) -> str:
        """Why a home stays as it is when several are found empty; blank when it is noted."""
        if unit.status != DwellingUnit.Status.ACTIVE:
            return str(unit.get_status_display())
        if unit.occupants:
            return "还有人在住，先办理搬离"
        noted = unit.occupancy == VACANT and unit.occupancy_checked_on == self.today
        return "今天已经登记空置" if noted else ""


def round_of(by: Scope, at: datetime) -> Round:
    """The round of whoever acts, with what this hour still allows."""
    began = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    made = Verification.objects.under(by.unit).filter(
        user_id=by.user_id, outcome=Outcome.UNCHANGED, at__gte=began,
        at__lt=began + timedelta(hours=1),
    )  # fmt: skip
    seen = made.order_by().values("dwelling_id").distinct().count()
    return Round(timezone.localdate(at), max(0, AN_HOUR - seen))


def homes_with_people(rows: DwellingQuerySet) -> DwellingQuerySet:
    """Dwellings in walking order that know whether anybody is on record there (`is_lived_in`)."""
    on_record = Residence.objects.open().filter(dwelling=OuterRef("pk"))
    return rows.annotate(is_lived_in=Exists(on_record)).order_by("address_key", "pk")


@transaction.atomic
def verify_dwellings(
    *, dwelling_ids: Iterable[Any], method: str, visited_on: date, by: Scope, at: datetime,
    note: str = "",
) -> Done:  # fmt: skip
    """Note that several homes were visited and nothing changed; others are left.

    :raises UnableToVerify: unknown method or a day to come
    :raises NotAllowed: `by` may not verify
    """
    visit, walk = _visit(method, visited_on, by, at), round_of(by, at)
    return for_each(
        [row.pk for row in _chosen(dwelling_ids, by) if not walk.why_not_verified(row)],
        lambda key: verify_dwelling(
            dwelling_id=key, method=visit.method, verified_on=visit.on, note=note, by=by, at=at
        ),
        (UnableToVerify,),
    )  # fmt: skip


@transaction.atomic
def note_vacant(
    *, dwelling_ids: Iterable[Any], method: str, visited_on: date, by: Scope, at: datetime,
    note: str = "",
) -> Done:  # fmt: skip
    """Note that several homes were found empty; those in which people live are left.

    :raises UnableToVerify: unknown method or a day to come
    :raises NotAllowed: `by` may not verify
    """
    visit, walk = _visit(method, visited_on, by, at), Round(timezone.localdate(at))
    told: dict[str, Any] = {
        "outcome": Outcome.VACANT,
        "method": visit.method,
        "visited_on": visit.on,
    }
    homes = [row.pk for row in _chosen(dwelling_ids, by) if not walk.why_not_vacant(row)]

    def act(key: Any) -> Verification:
        return record_visit(dwelling_id=key, note=note, by=by, at=at, **told)

    return for_each(homes, act, (UnableToVerify,))


def _visit(method: str, visited_on: date, by: Scope, at: datetime) -> Visit:
    require(by, Capability.VERIFY)
    return visit_of(method, visited_on, at)


def _chosen(dwelling_ids: Iterable[Any], by: Scope) -> DwellingQuerySet:
    rows = DwellingUnit.objects.in_scope(by).filter(pk__in=list(dwelling_ids))
    return homes_with_people(rows)
