"""Who of those who came to Shanghai was welcomed: told their rights and what is recorded of them.

Paper: S-08, S-117.
"""

from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Cast

from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.rules.models import RuleSet
from residents.querysets import ResidenceQuerySet

#: 来沪人员 in the categories of population.
INCOMER = "20"
#: The edition of the sheet, and in how many days it is handed over.
RULE = "welcome_sheet"
#: How far back the list of those not yet welcomed looks, in days.
LOOK_BACK = 90


class NewcomerService(CommitteeRecord):
    """The welcome sheet handed to one person (来沪人员告知), once."""

    class Form(models.TextChoices):
        PAPER = "paper", "纸质告知单"
        SPOKEN = "spoken", "当面讲解"
        SENT = "sent", "电子版"

    class Language(models.TextChoices):
        ZH = "zh", "中文"
        EN = "en", "中英对照"
        DIALECT = "dialect", "用方言讲解"
        SIGNED = "signed", "手语或书写交流"

    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, related_name="+", db_constraint=False,
        verbose_name="人员",
    )  # fmt: skip
    handed_on = models.DateField("告知日期")
    form = models.CharField("方式", max_length=6, choices=Form)
    language = models.CharField("语言", max_length=7, choices=Language)
    edition = models.CharField("告知单版本", max_length=20)
    rule = models.CharField("所依规则", max_length=40)
    noted_at = models.DateTimeField("登记时间")
    noted_by = models.CharField("登记人", max_length=50)

    objects = ScopedQuerySet["NewcomerService"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"resident_id", "language"}
        plain: ClassVar[set[str]] = {
            "handed_on", "form", "edition", "rule", "noted_at", "noted_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "来沪人员告知"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], name="residents_welcomed_once",
                violation_error_message="这位来沪人员已经告知过",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.resident_id} {self.handed_on}"


def newcomers(rows: ResidenceQuerySet, today: date) -> ResidenceQuerySet:
    """Open primary episodes of people who came to Shanghai, registered of late."""
    return registered_since(rows, looked_back_to(today))


def looked_back_to(today: date) -> date:
    """The first day of which newcomers are still looked for."""
    return today - timedelta(days=LOOK_BACK)


def registered_since(rows: ResidenceQuerySet, since: date) -> ResidenceQuerySet:
    """Open primary episodes of people who came to Shanghai, registered on that day or later."""
    return rows.open().filter(is_primary=True, category=INCOMER, registered_on__gte=since)


def not_welcomed(rows: ResidenceQuerySet, today: date) -> ResidenceQuerySet:
    """Newcomers to whom nobody has handed the sheet."""
    return newcomers(rows, today).exclude(was_told())


def was_told() -> Exists:
    """That somebody has handed the sheet to the person of an episode."""
    return Exists(NewcomerService.objects.filter(resident=OuterRef("resident_id")))


def to_welcome(rows: ResidenceQuerySet, today: date) -> ResidenceQuerySet:
    """Newcomers without a sheet, each with the day by which it is due (`welcome_due`)."""
    rule = RuleSet.objects.on(today).filter(code=RULE).order_by("-version")
    days = Cast(Subquery(rule.values("parameters__inform_days")[:1]), IntegerField())
    due = ExpressionWrapper(F("registered_on") + days, output_field=DateField())
    return not_welcomed(rows, today).annotate(welcome_due=due)


def registered_in(rows: ResidenceQuerySet, building: UUID, today: date) -> ResidenceQuerySet:
    """Newcomers without a sheet whom a round through a building found today, door by door."""
    found = not_welcomed(rows, today).filter(registered_on=today, dwelling__building=building)
    return found.order_by("address_key", "id")


def late_since(today: date, days: int) -> Q:
    """Registered so long ago that they should have been welcomed."""
    return Q(registered_on__lt=due_before(today, days))


def due_before(today: date, days: int) -> date:
    """Whoever was registered before this day should have been welcomed."""
    return today - timedelta(days=days)
