"""Which household newcomers join: a dwelling may hold several (domain §3.5).

Somebody who is told as head where the family has its head already begins a household of their
own, and whoever follows in the same act or file joins that one. Others join the dwelling's
household, the oldest where there are several.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from housing.models import DwellingUnit
from portal.rows import insert_rows
from residents.households import HEAD
from residents.models import Household, Residence, Resident
from residents.services.sealing import Sealed

COLLECTIVE, SHARED_ROLE = "5", "T5"


@dataclass
class Newcomer:
    """A person to be recorded at a dwelling, read by the rules, with the number sealed.

    :param row: the caller's own name for it
    :param resident: somebody already on the register, who gets a new episode
    :param household: which one of the dwelling they join; found out unless told
    """

    row: Any
    dwelling: DwellingUnit
    person: Mapping[str, Any]
    episode: Mapping[str, Any]
    document: Sealed | None = None
    phone: Sealed | None = None
    resident: Resident | None = None
    is_primary: bool = True
    household: Household | None = None


def households_of(newcomers: Sequence[Newcomer]) -> list[Household]:
    """The household of each newcomer, in order; made where there is none yet."""
    places = {newcomer.dwelling.pk for newcomer in newcomers if newcomer.household is None}
    open_ones: dict[UUID, Household] = {}
    known = Household.objects.filter(dwelling_id__in=places, closed_on=None)
    for row in known.order_by("-id"):  # the oldest last, so that it stays
        open_ones[row.dwelling_id] = row
    led = _led(known, newcomers)
    roles: dict[UUID, set[str]] = {}
    for newcomer in newcomers:
        roles.setdefault(newcomer.dwelling.pk, set()).add(newcomer.episode.get("tenancy_role", ""))
    fresh, joined = [], []
    for newcomer in newcomers:
        home = newcomer.household or open_ones.get(newcomer.dwelling.pk)
        leads = newcomer.episode.get("relation") == HEAD
        if home is None or (leads and home.pk in led and newcomer.household is None):
            home = _begun(newcomer.dwelling, roles[newcomer.dwelling.pk])
            open_ones[newcomer.dwelling.pk] = home
            fresh.append(home)
        if leads and home.kind == Household.Kind.FAMILY:
            led.add(home.pk)
        joined.append(home)
    insert_rows(fresh)
    return joined


def _led(households: Any, newcomers: Sequence[Newcomer]) -> set[UUID]:
    """Family households that have a head; asked only where a head comes."""
    if not any(newcomer.episode.get("relation") == HEAD for newcomer in newcomers):
        return set()
    families = households.filter(kind=Household.Kind.FAMILY)
    heads = Residence.objects.open().filter(household__in=families, relation=HEAD)
    return set(heads.values_list("household_id", flat=True))


def _begun(dwelling: DwellingUnit, roles: set[str]) -> Household:
    kind = Household.Kind.SHARED if SHARED_ROLE in roles else Household.Kind.FAMILY
    if dwelling.occupancy == COLLECTIVE:
        kind = Household.Kind.COLLECTIVE
    return Household(committee_id=dwelling.committee_id, dwelling=dwelling, kind=kind.value)
