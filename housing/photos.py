"""Photos of what a visit found: of places, never of faces or papers (domain §3.14).

Kept encrypted beside the database, a year after the finding has ended. Paper: S-74, S-87.
"""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet

MOST_PHOTOS = 6
#: After the end of a finding.
KEPT_DAYS = 365


class FindingPhotoQuerySet(ScopedQuerySet["FindingPhoto"]):
    def kept(self) -> Self:
        return self.exclude(stored_file="")

    def worn(self, day: date) -> Self:
        """Photos of findings that ended longer ago than photos are kept."""
        return self.kept().filter(finding__ended_at__date__lt=day - timedelta(days=KEPT_DAYS))


class FindingPhoto(CommitteeRecord):
    """One photo of a finding; when the picture is deleted, the row stays and says why."""

    finding = models.ForeignKey(
        "housing.Finding", models.PROTECT, related_name="photos", verbose_name="检查发现",
    )  # fmt: skip
    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, related_name="+", db_constraint=False,
        db_index=False, verbose_name="房屋",
    )  # fmt: skip
    shows = models.CharField("照片内容", max_length=100)
    stored_file = models.CharField("存放位置", max_length=100, blank=True)
    size = models.PositiveIntegerField("大小（字节）")
    added_by = models.BigIntegerField("上传人编号")
    added_name = models.CharField("上传人", max_length=50)
    added_at = models.DateTimeField("上传时间")
    removed_at = models.DateTimeField("删除时间", null=True, blank=True)
    removed_by = models.CharField("删除人", max_length=50, blank=True)
    remove_reason = models.CharField("删除原因", max_length=200, blank=True)

    objects = FindingPhotoQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "shows"}
        plain: ClassVar[set[str]] = {
            "finding_id", "stored_file", "size", "added_by", "added_name", "added_at",
            "removed_at", "removed_by", "remove_reason",
        }  # fmt: skip

    class Meta:
        verbose_name = "检查照片"
        constraints = [
            models.CheckConstraint(
                condition=(Q(removed_at=None, removed_by="", remove_reason="")
                           & ~Q(stored_file=""))
                | (Q(removed_at__isnull=False, stored_file="")
                   & ~Q(removed_by="") & ~Q(remove_reason="")),
                name="housing_photo_kept_or_removed",
                violation_error_message="删除照片要有时间、删除人和原因",
            ),
        ]  # fmt: skip
        indexes = [
            # the photos of one finding
            models.Index(fields=["finding", "id"], name="housing_photos_of_finding"),
        ]

    def __str__(self) -> str:
        return self.shows
