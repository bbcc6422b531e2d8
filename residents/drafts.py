"""Unfinished entries (草稿): what somebody has typed of a household and not saved yet.

A draft is ciphertext, for its writer alone, and is thrown away after seven days.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models

from housing.models import DwellingUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope

KEPT_FOR = timedelta(days=7)


class EntryDraftQuerySet(ScopedQuerySet["EntryDraft"]):
    def of(self, scope: Scope, at: datetime) -> Self:
        """One's own drafts that have not expired, in the acting unit."""
        return self.in_scope(scope).kept(scope.user_id or 0, at - KEPT_FOR)

    def kept(self, user_id: int, since: datetime) -> Self:
        """Somebody's drafts that were saved since then."""
        return self.filter(user_id=user_id, saved_at__gte=since)

    def expired(self, at: datetime) -> Self:
        return self.filter(saved_at__lt=at - KEPT_FOR)


class EntryDraft(CommitteeRecord):
    """The entry form of one dwelling as one person left it.

    `people` counts the rows of the grid; `room` is how the writer's own list calls the dwelling.
    """

    user_id = models.BigIntegerField("填写人")
    dwelling = models.ForeignKey(
        DwellingUnit, models.CASCADE, related_name="+", db_constraint=False, verbose_name="房屋"
    )
    room = models.CharField("房屋", max_length=60)
    people = models.IntegerField("人数")
    sealed = models.BinaryField("密文")
    saved_at = models.DateTimeField("保存时间")

    objects = EntryDraftQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"sealed", "dwelling_id"}
        plain: ClassVar[set[str]] = {"user_id", "room", "people", "saved_at"}

    class Meta:
        verbose_name = "入户登记草稿"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "dwelling"], name="residents_one_draft")
        ]
        indexes = [models.Index(fields=["saved_at"], name="res_draft_saved")]

    def __str__(self) -> str:
        return f"{self.room} {self.saved_at:%Y-%m-%d %H:%M}"
