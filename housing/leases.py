"""Leases (租赁): who lets a dwelling to whom and until when (domain §3.12).

Rent is not collected, nor numbers or telephones of the parties: those who live there are in the
population register. Paper: S-84.
"""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, When

from housing.terms import LONGEST_DAYS, NOTICE_DAYS
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class LeaseQuerySet(ScopedQuerySet["Lease"]):
    def standing(self) -> Self:
        """Leases that nobody has renewed, ended or taken back; their day may have passed."""
        return self.filter(state="active")

    def covering(self, day: date) -> Self:
        """Leases in force on `day`, whatever became of them later; `ended_on` is their last day."""
        running = self.filter(starts_on__lte=day, ends_on__gte=day)
        return running.exclude(state="void").exclude(ended_on__lt=day)

    def to_act_on(self, day: date) -> Self:
        """Standing leases that somebody has to do with, each with its day (`lease_due`).

        Those whose term is over or will be within the notice (30 days), by its last day; of the
        others those without filing (备案), by the day until which they are to be filed.
        """
        ending = Q(ends_on__lte=day + timedelta(days=NOTICE_DAYS))
        return (
            self.standing()
            .filter(ending | Q(filed_on=None))
            .annotate(lease_due=Case(When(ending, then="ends_on"), default="file_by"))
        )


class Lease(CommitteeRecord):
    """One lease of a dwelling, or of some of its rooms. `ends_on` is its last day."""

    class Kind(models.TextChoices):
        WHOLE = "whole", "整租"
        SHARED = "shared", "合租"
        SUBLET = "sublet", "转租"
        DORMITORY = "dormitory", "集体宿舍"
        CENTRALISED = "centralised", "集中出租"

    class Party(models.TextChoices):
        PERSON = "person", "个人"
        ORGANISATION = "organisation", "单位"

    class State(models.TextChoices):
        ACTIVE = "active", "在租"
        RENEWED = "renewed", "已续租"
        ENDED = "ended", "已终止"
        VOID = "void", "误登已撤销"

    dwelling = models.ForeignKey(
        "housing.DwellingUnit",
        models.PROTECT,
        related_name="leases",
        db_constraint=False,  # a composite key with the committee stands in the migration
        verbose_name="房屋",
    )
    address = models.CharField("地址", max_length=160)
    kind = models.CharField("租赁方式", max_length=12, choices=Kind, default=Kind.WHOLE)
    rooms = models.CharField("出租部位", max_length=40, blank=True)
    room_count = models.PositiveSmallIntegerField("出租间数", null=True, blank=True)
    landlord_kind = models.CharField(
        "出租人类型", max_length=12, choices=Party, default=Party.PERSON
    )
    landlord = models.CharField("出租人", max_length=50)
    lessee = models.CharField("承租人", max_length=50)
    intermediary = models.CharField("居间或代理机构", max_length=60, blank=True)
    contract_no = models.CharField("合同编号", max_length=40, blank=True)
    starts_on = models.DateField("起租日期")
    ends_on = models.DateField("止租日期")
    persons_declared = models.PositiveSmallIntegerField("约定居住人数", null=True, blank=True)
    safety_signed = models.BooleanField("已签安全承诺书", default=False)
    filing_no = models.CharField("备案号", max_length=40, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    file_by = models.DateField("应备案日期")
    state = models.CharField("状态", max_length=8, choices=State, default=State.ACTIVE)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    end_reason = models.CharField("事由", max_length=200, blank=True)
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewal", verbose_name="续自"
    )
    created_at = models.DateTimeField("登记时间")
    created_by = models.CharField("登记人", max_length=50)
    updated_at = models.DateTimeField("变更时间")
    updated_by = models.CharField("变更人", max_length=50)
    version = models.IntegerField(default=1)

    objects = LeaseQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "address", "landlord", "lessee", "rooms"}
        plain: ClassVar[set[str]] = {
            "kind", "room_count", "landlord_kind", "intermediary", "contract_no", "starts_on",
            "ends_on", "persons_declared", "safety_signed", "filing_no", "filed_on", "file_by",
            "state", "ended_on", "end_reason", "renews_id", "created_at", "created_by",
            "updated_at", "updated_by", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "租赁"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="housing_lease_in_order",
                violation_error_message="止租日期早于起租日期",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__lte=F("starts_on") + timedelta(days=LONGEST_DAYS)),
                name="housing_lease_not_too_long",
                violation_error_message="租期最长 20 年",
            ),
            models.CheckConstraint(
                condition=Q(filing_no="", filed_on=None)
                | (~Q(filing_no="") & Q(filed_on__isnull=False)),
                name="housing_lease_filed_with_number",
                violation_error_message="备案号和备案日期要一起填",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_on__isnull=False)
                | (~Q(state="ended") & Q(ended_on=None)),
                name="housing_lease_ended_on_a_day",
                violation_error_message="终止租赁要有终止日期",
            ),
        ]
        indexes = [
            # the list and the to-do of a committee, a street and the district, by the last day
            models.Index(fields=["committee", "ends_on", "id"], name="housing_leases_committee"),
            models.Index(fields=["street_id", "ends_on", "id"], name="housing_leases_street"),
            models.Index(
                fields=["ends_on", "id"], include=["committee"], name="housing_leases_district"
            ),
            # those that stand: the ended ones of many years would all be passed over first
            models.Index(
                fields=["street_id", "ends_on", "id"], include=["committee"],
                condition=models.Q(state="active"), name="housing_standing_street",
            ),
            models.Index(
                fields=["ends_on", "id"], include=["committee"],
                condition=models.Q(state="active"), name="housing_standing_district",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.address} {self.lessee}"

    @property
    def is_standing(self) -> bool:
        return self.state == self.State.ACTIVE

    def is_ending(self, day: date) -> bool:
        """Whether its last day is past, or within the notice."""
        return self.days_left(day) <= NOTICE_DAYS

    def days_left(self, day: date) -> int:
        """Days until the last one, negative after it."""
        return (self.ends_on - day).days
