"""Legality of dwellings (合法性认定): what the housing department found, on which paper.

Seven codes are kept (domain §3.13); whoever decides by them reads one of three values. What is
not determined is not unlawful: nobody is turned away or reproached because no paper was written.

Paper: S-79, S-86.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet

UNTOLD = "9"


class Standing(models.TextChoices):
    """What a code says: lawful, not lawful, or that nothing has been determined."""

    LAWFUL = "lawful", "合法"
    NOT_LAWFUL = "not_lawful", "认定有问题"
    UNDETERMINED = "undetermined", "未作认定"


class Result(models.TextChoices):
    """What the department may find; the last takes an earlier finding back."""

    LAWFUL = "1", "合法"
    UNLAWFUL_STRUCTURE = "2", "违法建筑"
    DANGEROUS = "3", "危险房屋"
    CHANGED_USE = "4", "擅自改变用途"
    PENDING = "5", "认定中"
    IMPOSSIBLE = "6", "无法认定"
    UNTOLD = "9", "未认定"


#: Findings that a document must bear; the others say that there is none (yet).
ON_PAPER = frozenset({Result.LAWFUL, Result.UNLAWFUL_STRUCTURE, Result.DANGEROUS,
                      Result.CHANGED_USE})  # fmt: skip
TITLES: dict[str, str] = {str(result.value): str(result.label) for result in Result}


def standing_of(code: str) -> Standing:
    """The one of three values that a code means; anything unknown is undetermined."""
    if code == Result.LAWFUL:
        return Standing.LAWFUL
    return Standing.NOT_LAWFUL if code in ON_PAPER else Standing.UNDETERMINED


class LegalityDetermination(CommitteeRecord):
    """One finding on a dwelling; the latest one stands, earlier ones stay to be read."""

    class Part(models.TextChoices):
        WHOLE = "whole", "整套"
        PART = "part", "部分"

    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, db_constraint=False,
        db_index=False, related_name="determinations", verbose_name="房屋",
    )  # fmt: skip
    result = models.CharField("认定结果", max_length=1, choices=Result)
    part = models.CharField("认定范围", max_length=5, choices=Part, default=Part.WHOLE)
    basis_no = models.CharField("依据文号", max_length=60, blank=True)
    basis_organ = models.CharField("出具机关", max_length=60, blank=True)
    basis_on = models.DateField("依据日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    officer = models.CharField("认定人", max_length=50)
    at = models.DateTimeField("认定时间")
    review_asked_on = models.DateField("提出异议日期", null=True, blank=True)
    review_note = models.CharField("异议及答复", max_length=200, blank=True)

    objects = ScopedQuerySet["LegalityDetermination"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "note", "review_note"}
        plain: ClassVar[set[str]] = {
            "result", "part", "basis_no", "basis_organ", "basis_on", "officer", "at",
            "review_asked_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "合法性认定"
        constraints = [
            models.CheckConstraint(
                condition=~Q(result__in=["1", "2", "3", "4"])
                | (~Q(basis_no="") & ~Q(basis_organ="") & Q(basis_on__isnull=False)),
                name="housing_legality_on_paper",
                violation_error_message="认定要写明依据文号、出具机关和日期",
            ),
            models.CheckConstraint(
                condition=Q(review_asked_on=None, review_note="")
                | (Q(review_asked_on__isnull=False) & ~Q(review_note="")),
                name="housing_legality_review_told",
                violation_error_message="异议日期和内容要一起填",
            ),
        ]
        indexes = [
            # the findings on a dwelling, the latest first
            models.Index(fields=["dwelling", "-at"], name="housing_legality_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()} {self.basis_no}"

    @property
    def standing(self) -> Standing:
        return standing_of(self.result)
