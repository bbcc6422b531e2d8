"""Guardians (监护人) of children: who may be one, and naming one from the child's page.

Paper: domain §6.5 (个人信息保护法 art. 31).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.identity import age_on
from residents.intake import FieldProblem, Reading
from residents.models import Residence, Resident
from residents.querysets import ResidenceQuerySet
from residents.services.changing import Change, Guardian, change_people, check_versions
from residents.services.counters import recheck
from residents.services.errors import RowProblem, UnableToUpdate

ADULT_AT = 18


def objection_to(guardian: Resident, ward: Resident, today: date) -> str:
    """Why somebody cannot be the guardian of `ward`; blank when they can."""
    if guardian.pk == ward.pk:
        return "监护人不能是本人"
    if guardian.vital_status == Resident.Vital.DECEASED:
        return f"{guardian.name} 已登记死亡，请选择其他监护人"
    if age_on(guardian.birth_date, today) < ADULT_AT:
        return f"{guardian.name} 未满 {ADULT_AT} 周岁，不能做监护人"
    return ""


def refuse_unfit(pairs: Iterable[tuple[Any, Resident, Resident]], today: date) -> None:
    """:raises UnableToUpdate: at the row of each ward whose guardian cannot be one

    :param pairs: row, ward and guardian
    """
    found = [(row, objection_to(guardian, ward, today)) for row, ward, guardian in pairs]
    problems = [RowProblem(row, FieldProblem("guardian", text)) for row, text in found if text]
    if problems:
        raise UnableToUpdate(problems)


def possible_guardians(ward: Resident, by: Scope, today: date) -> ResidenceQuerySet:
    """Open episodes of the grown people who live where the child lives, the eldest first."""
    here = Residence.objects.in_scope(by).open().filter(resident=ward).values("dwelling_id")
    grown = Residence.objects.in_scope(by).open().filter(dwelling_id__in=here)
    born_until = date(today.year - ADULT_AT, today.month, min(today.day, 28))
    return grown.filter(birth_date__lte=born_until).exclude(resident=ward).order_by("birth_date")


@transaction.atomic
def name_guardian(
    *, ward_id: UUID, guardian_id: UUID | None, version: str, by: Scope, at: datetime,
    reason: str = "",
) -> Resident:  # fmt: skip
    """Name a child's guardian, or say that there is none any more.

    :param guardian_id: somebody of this scope's register
    :param version: `version_of` as it was when the form was opened
    :raises UnableToUpdate: too young, deceased, or the child itself
    :raises StaleVersion: somebody named another one in between
    :raises NotAllowed: `by` may not edit residents there
    """
    people = Resident.objects.in_scope(by)
    ward = people.select_for_update().get(pk=ward_id)
    require(by, Capability.EDIT_RESIDENTS, ward.committee_id)
    episodes = Residence.objects.in_scope(by).select_for_update().open().filter(resident=ward)
    residence = episodes.order_by("-is_primary", "begin_on").first()
    chosen = Guardian(None, "")
    if guardian_id is not None:
        guardian = people.get(pk=guardian_id)
        refuse_unfit([(ward.pk, ward, guardian)], timezone.localdate(at))
        chosen = Guardian(guardian.pk, guardian.name)
    change = Change(ward.pk, ward, residence, Reading(), guardian=chosen)
    check_versions([(change, version)])
    change_people(changes=[change], by=by, at=at, reason=reason)
    if residence is not None:
        recheck([residence.dwelling_id], by=by, at=at)
    return ward
