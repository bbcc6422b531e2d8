"""Households (户) at dwellings, and who was in which before.

Who is in a household now, and as what, stands on the residence episode, where every list reads
it. What an act on households replaces is kept beside it as a past membership, so that nothing is
lost, a day in the past can be shown, and the register's one and a half million episodes carry no
second row for people whose household never changed. Domain §3.5, §3.38.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from housing.models import DwellingUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet

#: 户主 in GB/T 4761.
HEAD = "02"


class Household(CommitteeRecord):
    """A household (户) at a dwelling; a dwelling may hold several."""

    class Kind(models.TextChoices):
        FAMILY = "F", "家庭户"
        COLLECTIVE = "C", "集体户"
        SHARED = "P", "合租户"

    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.CharField("户类型", max_length=1, choices=Kind, default=Kind.FAMILY)
    closed_on = models.DateField("销户日期", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = ScopedQuerySet["Household"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"dwelling_id", "kind", "closed_on", "version"}

    class Meta:
        verbose_name = "户"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.dwelling.short_address}"


class PastMembershipQuerySet(ScopedQuerySet["PastMembership"]):
    def of_day(self, day: date) -> "PastMembershipQuerySet":
        """Memberships that covered `day` and have been replaced since."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class PastMembership(CommitteeRecord):
    """What somebody was in a household until an act on households changed it (曾在户).

    `valid_to` is the first day of what came after. One row for each episode that an act moved to
    another household or gave another relation to the head.
    """

    class Act(models.TextChoices):
        SPLIT = "split", "分户"
        MERGE = "merge", "并户"
        HEAD = "head", "更换户主"
        MOVE = "move", "转户"

    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    residence = models.ForeignKey(
        "residents.Residence", models.PROTECT, related_name="past_memberships"
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="past_members")
    relation = models.CharField("与户主关系", max_length=2, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    act = models.CharField("事项", max_length=5, choices=Act)
    note = models.CharField("说明", max_length=200, blank=True)
    changed_at = models.DateTimeField("办理时间")
    changed_by = models.CharField("办理人", max_length=50)

    objects = PastMembershipQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"residence_id", "relation", "note"}
        plain: ClassVar[set[str]] = {
            "dwelling_id", "household_id", "valid_from", "valid_to", "act", "changed_at",
            "changed_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "曾在户"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="residents_membership_days",
                violation_error_message="户内关系的止日不能早于起日",
            )
        ]

    def __str__(self) -> str:
        return f"{self.residence_id} {self.valid_from} {self.valid_to}"


def places_on(residences: Iterable[Any], day: date) -> dict[UUID, tuple[UUID | None, str]]:
    """Household and relation of each episode on a day (one query)."""
    rows = list(residences)
    found = {row.pk: (row.household_id, row.relation) for row in rows}
    past = PastMembership.objects.filter(residence_id__in=list(found)).of_day(day)
    for residence, household, relation in past.order_by("valid_from").values_list(
        "residence_id", "household_id", "relation"
    ):
        found[residence] = (household, relation)
    return found


def put_back(residences: Iterable[Any], day: date) -> None:
    """Let episodes in hand show household and relation as they were on a day; never saved."""
    rows = list(residences)
    places = places_on(rows, day)
    for row in rows:
        row.household_id, row.relation = places[row.pk]
