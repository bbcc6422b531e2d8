"""Estates (小区): buildings that stand together under one name (domain §3.7, §3.8).

What holds for all of its buildings — who manages them, whether the owners have a committee, when
they were built — is said once, here. Paper: S-80.
"""

import unicodedata
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from portal.orgs.records import CommitteeRecord, ScopedQuerySet

LONGEST_NAME = 60
#: Numbers take six places each in the key of a name, and it is a number at most every second sign.
LONGEST_KEY = 300
YEARS = (1840, 2100)
#: What an estate tells of every building in it; where it does, the building says nothing itself.
SHARED_FACTS = ("property_company", "owners_committee")


class OwnersCommittee(models.TextChoices):
    """Whether the owners have a committee (业委会); blank where nobody asked."""

    ELECTED = "1", "已成立"
    NONE = "0", "未成立"


def estate_name_of(text: str) -> str:
    """The stored form of an estate's name: half-width, without spaces, so that one is not two."""
    return "".join(unicodedata.normalize("NFKC", text).split())[:LONGEST_NAME]


class EstateQuerySet(ScopedQuerySet["Estate"]):
    def standing(self) -> Self:
        """Estates that have not been joined with another."""
        return self.filter(ended_on=None)

    def in_order(self) -> Self:
        """By name, as people count: 二村 before 十村."""
        return self.order_by("sort_key", "pk")

    def with_stock(self) -> Self:
        """With `buildings` and `dwellings`: how many stand there."""
        return self.annotate(
            buildings=stock_of(Count("pk")), dwellings=stock_of(Sum("dwelling_count"))
        )


def stock_of(counted: Combinable) -> Combinable:
    """An aggregate of an estate's standing buildings; 0 where there is none."""
    from housing.models import Building

    rows: QuerySet[Building] = Building.objects.existing().filter(estate=OuterRef("pk"))
    found = rows.order_by().values("estate").annotate(counted=counted).values("counted")
    return Coalesce(Subquery(found, output_field=IntegerField()), Value(0))


class Estate(CommitteeRecord):
    """An estate of one committee; one that crosses a boundary is one record on either side.

    `ended_on` and `joined_to` are set where it turned out to be another estate under a second
    name: its buildings have moved there, and the name leads there from now on. `source` is S7
    where a file named it.
    """

    name = models.CharField("小区名称", max_length=LONGEST_NAME, db_collation="C")
    #: the name as people count it; the services keep it in step, the release before leaves it blank
    sort_key = models.CharField(
        max_length=LONGEST_KEY, db_collation="C", blank=True, db_default="", default=""
    )
    property_company = models.CharField("物业公司", max_length=60, blank=True)
    owners_committee = models.CharField("业委会", max_length=1, choices=OwnersCommittee, blank=True)
    built_from = models.PositiveSmallIntegerField("建成年份（起）", null=True, blank=True)
    built_to = models.PositiveSmallIntegerField("建成年份（止）", null=True, blank=True)
    ended_on = models.DateField("并入日期", null=True, blank=True)
    joined_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="并入小区"
    )
    source = models.CharField("来源", max_length=2, default="S1")
    updated_at = models.DateTimeField("变更时间")
    updated_by = models.CharField("变更人", max_length=50)
    version = models.IntegerField(default=1)

    objects = EstateQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "name", "sort_key", "property_company", "owners_committee", "built_from", "built_to",
            "ended_on", "joined_to_id", "source", "updated_at", "updated_by", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "小区"
        constraints = [
            models.UniqueConstraint(fields=["id", "committee"], name="housing_estate_committee"),
            models.UniqueConstraint(
                fields=["committee", "name"], condition=Q(ended_on=None),
                name="housing_estate_name_once",
                violation_error_message="本居（村）委已有同名小区",
            ),
            models.CheckConstraint(
                condition=Q(built_from=None) | Q(built_from__range=YEARS),
                name="housing_estate_built_from_plausible",
                violation_error_message="建成年份应在 1840 到 2100 之间",
            ),
            models.CheckConstraint(
                condition=Q(built_to=None)
                | Q(built_from__isnull=False, built_to__gte=F("built_from"), built_to__lte=2100),
                name="housing_estate_built_in_order",
                violation_error_message="建成年份的止年不早于起年",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, joined_to=None)
                | Q(ended_on__isnull=False, joined_to__isnull=False),
                name="housing_estate_ended_into_another",
                violation_error_message="并入日期与并入的小区应同时填写",
            ),
        ]  # fmt: skip
        indexes = [
            # the estates of a committee, a street and the district whose names begin so
            models.Index(fields=["committee", "name", "id"], name="housing_estates_committee"),
            models.Index(fields=["street_id", "name", "id"], name="housing_estates_street"),
            models.Index(
                fields=["name", "id"], include=["committee"], name="housing_estates_district"
            ),
            # the same as people count them (keyset)
            models.Index(fields=["committee", "sort_key", "id"], name="housing_estates_in_order"),
            models.Index(fields=["street_id", "sort_key", "id"], name="housing_estates_of_street"),
            models.Index(
                fields=["sort_key", "id"],
                include=["committee"],
                name="housing_estates_of_district",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_standing(self) -> bool:
        return self.ended_on is None

    @property
    def built(self) -> str:
        """`1996` or `1996—2003`; blank where nobody knows."""
        years = [str(year) for year in (self.built_from, self.built_to) if year is not None]
        return "—".join(dict.fromkeys(years))

    def get_state_display(self) -> str:
        return "在用" if self.is_standing else "已并入"
