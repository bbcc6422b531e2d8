"""What requests have alike: received on a day, due on another, answered, listed newest first.

Leads, transfers, requests for correction and appeals are such requests; each has its own steps.
"""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import ScopedQuerySet

M = TypeVar("M", bound=models.Model)


class RequestQuerySet(ScopedQuerySet[M]):
    """Requests with a deadline `due_on`; `still_open` says which wait for an answer."""

    still_open: ClassVar[Q]

    def open(self) -> Self:
        return self.filter(self.still_open)

    def overdue_on(self, day: date) -> Self:
        """Requests for which something should have been done before `day`."""
        return self.open().filter(due_on__lt=day)


def list_indexes(moment: str, name: str) -> Sequence[models.Index]:
    """The list at each level, the newest first (keyset).

    :param moment: the column of the order
    """
    return (
        models.Index(fields=["committee", moment, "id"], name=f"{name}_committee"),
        models.Index(
            fields=["street_id", moment, "id"], include=["committee"], name=f"{name}_street"
        ),
        models.Index(fields=[moment, "id"], include=["committee"], name=f"{name}_district"),
    )


def due_index(still_open: Q, name: str) -> models.Index:
    """What is due in a committee."""
    return models.Index(fields=["committee", "due_on", "id"], condition=still_open, name=name)
