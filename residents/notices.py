"""Notices in buildings (告知单): a printed code by which anybody may declare a change themselves.

A notice tells nothing and shows nothing; it is the address of a form. Paper: S-66.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from housing.models import Building
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class NoticeQuerySet(ScopedQuerySet["BuildingNotice"]):
    def valid(self) -> Self:
        return self.filter(revoked_at=None)


class BuildingNotice(CommitteeRecord):
    """The notice that hangs in a building, until it is revoked; a new one has another code."""

    building = models.ForeignKey(
        Building, models.PROTECT, related_name="+", db_index=False, db_constraint=False,
        verbose_name="楼栋",
    )  # fmt: skip
    place = models.CharField("楼栋", max_length=120)
    made_at = models.DateTimeField("生成时间")
    made_by = models.CharField("生成人", max_length=50)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)
    revoked_by = models.CharField("停用人", max_length=50, blank=True)

    objects = NoticeQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "building_id", "place", "made_at", "made_by", "revoked_at", "revoked_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "自主申报告知单"
        constraints = [
            models.UniqueConstraint(
                fields=["building"],
                condition=Q(revoked_at=None),
                name="residents_one_valid_notice",
                violation_error_message="这一幢已有在用的告知单",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="residents_notice_revoked_at_and_by",
                violation_error_message="停用时间与停用人应同时填写",
            ),
        ]
        indexes = [
            # the notices of a committee's buildings
            models.Index(fields=["committee", "building"], name="res_notice_building"),
        ]

    def __str__(self) -> str:
        return self.place
