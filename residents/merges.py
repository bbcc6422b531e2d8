"""Two records of one person made one (合并重复登记), so that it can be taken back for 30 days.

Nothing is copied and nothing deleted: what the kept record takes over changes places with what it
had, so that taking it back is the same exchange again. Domain §3.2 (`merge_into`).
"""

from datetime import date, timedelta
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, OuterRef, Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet

UNDO_WITHIN = timedelta(days=30)


class ResidentMergeQuerySet(ScopedQuerySet["ResidentMerge"]):
    def standing(self) -> Self:
        """Merges that nobody has taken back."""
        return self.filter(undone_at=None)

    def concerning(self, resident_id: UUID | OuterRef) -> Self:
        """Those in which a record was kept or dropped."""
        return self.filter(Q(kept_id=resident_id) | Q(dropped_id=resident_id))


class ResidentMerge(CommitteeRecord):
    """One merge: `kept` goes on as the person's record, `dropped` stands still and names it.

    `exchanged` lists what changed places between the two (columns, `number`, `phone`). `voided`
    are episodes that never were, `taken` those that `kept` took over, `wards` the children whose
    guardian was the dropped record. The versions are those right after the merge: it can be taken
    back while nobody has changed either record since.
    """

    kept = models.ForeignKey(
        "residents.Resident", models.PROTECT, related_name="+", db_constraint=False,
        verbose_name="保留的记录",
    )  # fmt: skip
    dropped = models.ForeignKey(
        "residents.Resident", models.PROTECT, related_name="+", verbose_name="重复的记录"
    )
    exchanged = models.JSONField(default=list)
    voided = models.JSONField(default=list)
    taken = models.JSONField(default=list)
    wards = models.JSONField(default=list)
    kept_version = models.IntegerField()
    dropped_version = models.IntegerField()
    reason = models.CharField("依据", max_length=200)
    merged_at = models.DateTimeField("合并时间")
    merged_by = models.CharField("合并人", max_length=50)
    undo_until = models.DateField("可撤销至")
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.CharField("撤销人", max_length=50, blank=True)

    objects = ResidentMergeQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "kept_id", "dropped_id", "voided", "taken", "wards", "reason",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "exchanged", "kept_version", "dropped_version", "merged_at", "merged_by",
            "undo_until", "undone_at", "undone_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "重复登记合并"
        constraints = [
            models.UniqueConstraint(
                fields=["dropped"],
                condition=Q(undone_at=None),
                name="residents_dropped_once",
                violation_error_message="这条记录已经合并过",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("dropped")), name="residents_merge_of_two",
                violation_error_message="不能与自己合并",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.dropped_id} → {self.kept_id}"

    def may_be_undone(self, today: date) -> bool:
        return self.undone_at is None and today <= self.undo_until
