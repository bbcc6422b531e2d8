"""Places where people live and that no list has, found on the way of a round (沿街核对).

Whoever checks a street's dwellings walks along its blocks and writes down what the list of
dwellings lacks (domain §4.2, frame): nobody can be drawn there, so that the list itself is tested.
Paper: S-69.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope
from residents.leads import Lead
from residents.spotchecks.rounds import SpotRound


class SpotPlaceQuerySet(ScopedQuerySet["SpotPlace"]):
    def told_to(self, scope: Scope) -> Self:
        """Places that the post may see: above the street all, else those that are published."""
        rows = self.in_scope(scope)
        return rows if scope.level == "district" else rows.filter(disclosed=True)

    def noted_by(self, scope: Scope) -> Self:
        """What the acting post has written down and is not published yet."""
        return self.filter(post_id=scope.appointment_id or 0, disclosed=False)

    def standing(self, day: date) -> Self:
        """Places published by `day` whose lead had not ended by then: no list has them yet."""
        waits = Q(lead__closed_at=None) | Q(lead__closed_at__date__gt=day)
        return self.filter(waits, told_on__lte=day)


class SpotPlace(CommitteeRecord):
    """One place that the list of dwellings lacks, near a drawn dwelling of the round.

    It becomes a lead of its committee when the round is published, and counts as housing that is
    not covered (M-10) until that lead ends: with a dwelling of the register, or as no home.
    """

    class What(models.TextChoices):
        HOME = "home", "住宅"
        SHOP = "shop", "店铺、办公用房"
        BASEMENT = "basement", "地下室、车库"
        SHED = "shed", "工棚、搭建"
        OTHER = "other", "其他"

    round = models.ForeignKey(SpotRound, models.PROTECT, related_name="places")
    place = models.CharField("地点", max_length=80, blank=True)
    what = models.CharField("是什么地方", max_length=8, choices=What)
    people = models.PositiveSmallIntegerField("所见人数", null=True, blank=True)
    noted_on = models.DateField("发现日期")
    post_id = models.BigIntegerField("核查岗位", null=True, blank=True)
    verifier = models.CharField("核查员", max_length=50, blank=True)
    told_on = models.DateField("公布日期", null=True, blank=True)
    lead = models.ForeignKey(
        Lead, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name="所转线索",
    )  # fmt: skip
    disclosed = models.BooleanField("已公布", default=False)

    objects = SpotPlaceQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"place"}
        plain: ClassVar[set[str]] = {
            "round_id", "what", "people", "noted_on", "post_id", "verifier", "told_on", "lead_id",
            "disclosed",
        }  # fmt: skip

    class Meta:
        verbose_name = "名单外住处"
        constraints = [
            models.UniqueConstraint(
                fields=["round", "committee", "place"], condition=~Q(place=""),
                name="residents_spot_place_once", violation_error_message="这个地点已经记过",
            ),
            models.CheckConstraint(
                condition=Q(disclosed=False, told_on=None, lead=None)
                | Q(disclosed=True, told_on__isnull=False, lead__isnull=False),
                name="residents_spot_place_told_whole",
                violation_error_message="公布的名单外住处应有日期和线索",
            ),
        ]  # fmt: skip
        indexes = [
            # those of a committee, of a street and of the district
            models.Index(fields=["committee", "id"], name="res_spot_place"),
        ]

    def __str__(self) -> str:
        return self.place
