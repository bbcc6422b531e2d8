"""The base of every record that belongs to one committee, and how it is narrowed (D-1, D-4).

Paper: S-09.
"""

import uuid
from functools import lru_cache
from typing import Any, ClassVar, Self, TypeVar

import uuid_utils
import uuid_utils.compat
from django.db import models
from django.db.models import F
from django.utils.encoding import force_str

from portal.orgs.models import OrgUnit
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, Scope, level_of

M = TypeVar("M", bound=models.Model)


def new_id() -> uuid.UUID:
    """A UUID version 7: sorts by time of creation and tells nothing about how many there are."""
    return uuid_utils.compat.uuid7()


def new_key() -> str:
    """The same as text, for rows by the thousand that nobody needs as objects."""
    return str(uuid_utils.uuid7())


def committees_of(street: int, prefix: str = "") -> dict[str, int]:
    """The condition that a row is of a street, as a range of committees, which indexes begin with.

    :param prefix: the relation to the row, with its two underscores
    """
    first, behind = f"{prefix}committee_id__gte", f"{prefix}committee_id__lt"
    return {first: street, behind: street + STREET_SPAN}


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of one committee each; every read of them starts with `in_scope`."""

    def in_scope(self, scope: Scope) -> Self:
        """Only rows under the acting unit, by an equality that the sorted indexes serve."""
        return self.under(scope.unit)

    def under(self, code: int) -> Self:
        """Only rows of the unit `code` and below.

        A district has no column of its own to equate. Its plain range holds all rows, which the
        planner knows from the histogram, so that sorted pages still come from their own index. (An
        expression, as in the policy, would be guessed to hold next to none: scan and sort.)
        """
        level = level_of(code)
        if level == "committee":
            return self.filter(committee_id=code)
        if level == "street":
            return self.filter(street_id=code)
        return self.filter(committee_id__gte=code, committee_id__lt=code + DISTRICT_SPAN)

    def by_committees(self, code: int) -> Self:
        """As `under`, for rows that only an index which begins with the committee finds."""
        if level_of(code) == "street":
            return self.filter(**committees_of(code))
        return self.under(code)

    def along(self, code: int, *parents: str) -> Self:
        """As `by_committees`, for a run over all rows: parents in the same committee as well.

        Of many streets one is read then, not everybody for each; what the joins say already.

        :param parents: relations to records of the very same committee (`building__plate`)
        """
        rows = self.by_committees(code)
        if level_of(code) != "street":
            return rows
        for parent in parents:
            rows = rows.filter(**committees_of(code, f"{parent}__"))
        return rows


class CommitteeRecord(models.Model):
    """A record of one committee: the committee's code is itself the scope key.

    `street_id` is computed by the database, so that street pages have an equality of their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", verbose_name="居（村）委", db_index=False
    )
    street_id = models.GeneratedField(
        expression=F("committee_id") / 1000 * 1000,
        output_field=models.BigIntegerField("街道（镇）"),
        db_persist=True,
    )

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "committee_id", "street_id"}

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: "models.Field[Any, Any]") -> Any:
        """The title of a choice. Django makes a table of all choices for each one it looks up."""
        value = getattr(self, field.attname)
        return force_str(_titles(field).get(value, value), strings_only=True)


@lru_cache(maxsize=512)
def _titles(field: "models.Field[Any, Any]") -> dict[Any, Any]:
    """The titles of a field's choices, by their values."""
    return dict(field.flatchoices)
