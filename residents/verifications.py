"""Verifications (核实): somebody looked and found nothing changed, an event of its own (D-5)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from housing.models import DwellingUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class Verification(CommitteeRecord):
    """A dated contact (核实): "verified, nothing changed" is an event of its own (D-5)."""

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged", "无变化"
        CHANGED = "changed", "有变化"
        VACANT = "vacant", "空置"
        NO_ANSWER = "no_answer", "无人应门"
        REFUSED = "refused", "拒访"

    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False
    )
    residence = models.ForeignKey(
        "residents.Residence", models.PROTECT, null=True, blank=True, related_name="verifications"
    )
    outcome = models.CharField("结果", max_length=12, choices=Outcome)
    method = models.CharField("方式", max_length=2)
    verified_on = models.DateField("核实日期")
    user_id = models.BigIntegerField("核实人编号", null=True)
    by_name = models.CharField("核实人", max_length=50)
    at = models.DateTimeField("录入时间")
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet["Verification"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"note", "residence_id"}
        plain: ClassVar[set[str]] = {
            "dwelling_id", "outcome", "method", "verified_on", "user_id", "by_name", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "核实"
        indexes = [
            # the week in which somebody clicked through more homes than can be seen
            models.Index(
                fields=["at"], include=["committee"],
                condition=Q(outcome="unchanged", user_id__isnull=False),
                name="residents_verified_at",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.verified_on} {self.get_outcome_display()}"
