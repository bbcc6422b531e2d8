"""Mandatory fields of an episode by category, their weights, what counts as filled (M-03, DQ-19).

One place says what must be known of whom: the metric, the quality rules and the list of incomplete
records read it, so that a number and its list cannot differ. "Unknown" counts as not filled.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from residents.intake import GUARDED_UNDER
from residents.querysets import ACTUAL_CATEGORIES

FEBRUARY = 2
NONLOCAL = ("20",)
OVERSEAS = ("31", "32")
#: Whose stay has a reason and a place of hukou elsewhere.
FROM_ELSEWHERE = ("20", "31", "32")
WITH_HUKOU_ELSEWHERE = ("12", "20")
#: Somebody whose hukou is pending has no document yet.
WITH_DOCUMENT = ("11", "12", "20", "31", "32")


@dataclass(frozen=True)
class Mandatory:
    """A field that must be known: of whom, how it weighs, when it is filled.

    `filled` is None where the register cannot hold a record without it.
    """

    key: str
    weight: int
    categories: Sequence[str] = ACTUAL_CATEGORIES
    filled: Q | None = None
    #: only people younger than this, or from this age on
    under: int | None = None
    from_age: int | None = None

    @property
    def is_for_everybody(self) -> bool:
        return (
            tuple(self.categories) == ACTUAL_CATEGORIES
            and self.under is None
            and self.from_age is None
        )

    def applies(self, day: date) -> Q:
        """To whom on `day`."""
        condition = Q(category__in=self.categories)
        if self.under is not None:
            condition &= Q(birth_date__gt=years_before(day, self.under))
        if self.from_age is not None:
            condition &= Q(birth_date__lte=years_before(day, self.from_age))
        return condition

    def missing(self, day: date) -> Q:
        """Who lacks it and whom it applies to: in this order few rows are asked both."""
        assert self.filled is not None
        return ~self.filled & self.applies(day)


FIELDS = (
    Mandatory("name", 2),
    Mandatory("birth_date", 2),
    Mandatory("category", 2),
    Mandatory("dwelling", 3),
    Mandatory("begin_date", 1),
    Mandatory("nationality", 1),
    Mandatory("sex", 1, filled=Q(sex__in=["1", "2"])),
    Mandatory("document_number", 3, WITH_DOCUMENT, ~Q(id_mask="")),
    Mandatory("phone", 1, filled=~Q(phone_mask=""), from_age=GUARDED_UNDER),
    Mandatory("guardian", 1, filled=Q(resident__guardian__isnull=False), under=GUARDED_UNDER),
    Mandatory("reason", 1, FROM_ELSEWHERE, ~Q(reason="")),
    Mandatory("tenancy_role", 1, FROM_ELSEWHERE, ~Q(tenancy_role="")),
    Mandatory("origin", 1, WITH_HUKOU_ELSEWHERE, ~Q(origin="")),
    Mandatory("arrived_on", 1, NONLOCAL, Q(resident__arrived_on__isnull=False)),
)
BY_KEY = {field.key: field for field in FIELDS}
CHECKED = tuple(field for field in FIELDS if field.filled is not None)


def incomplete(day: date) -> Q:
    """Episodes of which at least one mandatory field is not known."""
    condition = Q()
    for field in CHECKED:
        condition |= field.missing(day)
    return condition


def years_before(day: date, years: int) -> date:
    """The same day `years` ago; who was born after it is younger.

    The last day of February stands for the last of February, as `identity.age_on` counts.
    """
    year = day.year - years
    if day.month == FEBRUARY and day.day == monthrange(day.year, FEBRUARY)[1]:
        return date(year, FEBRUARY, monthrange(year, FEBRUARY)[1])
    return day.replace(year=year)
