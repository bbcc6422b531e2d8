"""In which room of a dwelling somebody sleeps: told on purpose, kept beside the episode."""

from typing import ClassVar

from django.db import models

from housing.models import Room
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class RoomPlace(CommitteeRecord):
    """The room of one residence episode; none where nobody said."""

    residence = models.OneToOneField(
        "residents.Residence", models.CASCADE, related_name="room_place", verbose_name="居住段"
    )
    room = models.ForeignKey(
        Room, models.PROTECT, related_name="+", db_constraint=False, verbose_name="房间"
    )

    objects = ScopedQuerySet["RoomPlace"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"residence_id", "room_id"}
        plain: ClassVar[set[str]] = set()

    class Meta:
        verbose_name = "居住房间"

    def __str__(self) -> str:
        return f"{self.residence_id} {self.room_id}"
