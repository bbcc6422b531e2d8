"""The rows that rules of the population register look at, and how they tell of one."""

from datetime import date
from typing import Any, TypeAlias

from django.db.models import CharField, DateField, F, Func, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from portal.quality.rule import Frame, Inspection
from residents.models import Residence
from residents.querysets import ResidenceQuerySet

Offenders: TypeAlias = "QuerySet[Any, Any]"


def residing(inspection: Inspection) -> ResidenceQuerySet:
    return Residence.objects.under(inspection.unit).actual()


def placed(inspection: Inspection) -> Offenders:
    """People where they live, each by the episode, with the person.

    The person's own committee is that of the episode that governs: the open primary one.
    """
    people = Residence.objects.along(inspection.unit, "resident").actual()
    return people.annotate(
        residence_id=F("id"), object_id=F("id"), subject=F("name"), place=F("short_address")
    )


#: Everybody of the actual population, in one pass for all rules that look at one episode.
PEOPLE = Frame("people", placed)


def told(rows: ResidenceQuerySet, detail: Combinable) -> Offenders:
    """People as offenders of a query of its own, each by the episode."""
    return rows.annotate(
        residence_id=F("id"), object_id=F("id"), subject=F("name"), place=F("short_address"),
        detail=detail,
    )  # fmt: skip


def text(expression: Any) -> Cast:
    return Cast(expression, CharField())


def words(*parts: Any) -> Combinable:
    """A sentence out of texts and columns."""
    pieces = [Value(part) if isinstance(part, str) else text(part) for part in parts]
    return Concat(Value(""), *pieces, output_field=CharField())


def age(day: date) -> Combinable:
    """Completed years on `day`: findings never tell a birth date."""
    return Func(
        Value(day, DateField()), F("birth_date"), output_field=IntegerField(),
        template="date_part('year', age(%(expressions)s))::int",
    )  # fmt: skip
