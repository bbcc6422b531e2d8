"""Reads of the population register: conditions that chain."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q

from portal.orgs.records import ScopedQuerySet
from residents import lookups  # noqa: F401  registers `starts_with`

if TYPE_CHECKING:
    from residents.models import Residence, Resident  # noqa: F401

# Categories that count as actual population (domain.md §2.7): all but 户在人不在.
ACTUAL_CATEGORIES = ("11", "12", "20", "31", "32", "40")
#: What a complete episode has, as the condition under which it lacks it (M-03, DQ-19).
LACKING = {
    "document": Q(id_mask=""),
    "phone": Q(phone_mask=""),
    "origin": Q(origin=""),
    "reason": Q(reason="", category="20"),
    "relation": Q(relation=""),
}


def covers(day: date) -> Q:
    """That an episode covers the day."""
    return Q(Q(status="active") | Q(status="ended", end_on__gt=day), begin_on__lte=day)


class ResidentQuerySet(ScopedQuerySet["Resident"]):
    def living(self) -> Self:
        return self.exclude(vital_status="2")


class ResidenceQuerySet(ScopedQuerySet["Residence"]):
    def open(self) -> Self:
        """Episodes that go on today."""
        return self.filter(status="active")

    def actual(self) -> Self:
        """Open primary episodes that count as actual population (实有人口)."""
        return self.filter(status="active", is_primary=True, category__in=ACTUAL_CATEGORIES)

    def living_on(self, day: date) -> Self:
        """Episodes that cover `day`, for as-of questions.

        An open one has no end, an ended one has (`residents_end_with_reason`): said so, a street's
        rows are found by the indexes of either.
        """
        return self.filter(covers(day))

    def in_hand(self, resident: "Resident") -> Self:
        """A person's open episodes, the primary one first: what a correction is about."""
        return self.open().filter(resident=resident).order_by("-is_primary", "begin_on")

    def overdue_on(self, day: date) -> Self:
        """Open episodes whose verification was due before `day`."""
        return self.filter(status="active", due_on__lt=day)

    def lacking(self, *names: str) -> Self:
        """Episodes that lack at least one of the named things (`LACKING`), any when none is."""
        wanted = Q(pk__in=[])
        for name in names or tuple(LACKING):
            wanted |= LACKING[name]
        return self.filter(wanted)

    def people_of(self, episodes: Iterable[UUID | str]) -> list[UUID]:
        """Whose these episodes are, for the trail."""
        return list(self.filter(pk__in=list(episodes)).values_list("resident_id", flat=True))

    def named(self, prefix: str) -> Self:
        """Open episodes of people whose name begins so."""
        return self.open().filter(name__starts_with=prefix)

    def with_initials(self, letters: str) -> Self:
        """Open episodes of people whose pinyin initials begin so."""
        return self.open().filter(initials__starts_with=letters)

    def spelled(self, pinyin: str) -> Self:
        """Open episodes of people whose name is spelled so from its beginning."""
        return self.open().filter(name_key__starts_with=pinyin)

    def with_tail(self, tail: str) -> Self:
        """Open episodes of people whose number ends in these four characters."""
        return self.open().filter(id_tail=tail)
