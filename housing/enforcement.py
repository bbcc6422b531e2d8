"""Sites of joint enforcement (联合执法点位) and referrals to departments (抄告).

A site is a place of a committee. A referral hands on facts about a place; of a person nothing but
the fields that are listed with their reason, and a document's number never.
Paper: S-104, S-105, S-131.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from housing.rectifying import DEPARTMENTS, LIVED_IN, REFERRAL_KINDS, SCHOOLS, SITE_KINDS
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class SiteQuerySet(ScopedQuerySet["EnforcementSite"]):
    def open(self) -> Self:
        return self.exclude(state="closed")


class EnforcementSite(CommitteeRecord):
    """A place that is closed or put right by law, with what becomes of those in it."""

    class State(models.TextChoices):
        FOUND = "found", "待告知"
        NOTICED = "noticed", "已告知"
        HANDLING = "handling", "处置中"
        CLOSED = "closed", "已办结"

    kind = models.CharField("类型", max_length=20, choices=SITE_KINDS)
    building = models.ForeignKey(
        "housing.Building",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name="楼栋",
    )
    place = models.CharField("地点", max_length=160)
    facts = models.CharField("情况", max_length=200)
    department = models.CharField("主管部门", max_length=10, choices=DEPARTMENTS)
    people = models.PositiveIntegerField("涉及人数（约）", null=True, blank=True)
    children = models.PositiveIntegerField("涉及儿童人数", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.FOUND)
    due_on = models.DateField("期限")
    noticed_on = models.DateField("告知日期", null=True, blank=True)
    measures = models.CharField("处置措施", max_length=200, blank=True)
    child_placement = models.CharField("儿童就学、入园安置", max_length=200, blank=True)
    children_placed = models.PositiveIntegerField("已安置儿童人数", null=True, blank=True)
    resettlement = models.CharField("人员安置", max_length=200, blank=True)
    found_name = models.CharField("登记人", max_length=50)
    found_at = models.DateTimeField("登记时间")
    closed_by = models.CharField("办结人", max_length=50, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"place", "facts", "child_placement", "resettlement"}
        plain: ClassVar[set[str]] = {
            "kind", "building_id", "department", "people", "children", "state", "due_on",
            "noticed_on", "measures", "children_placed", "found_name", "found_at", "closed_by",
            "closed_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "执法点位"
        constraints = [
            models.UniqueConstraint(fields=["id", "committee"], name="housing_site_committee"),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(kind__in=sorted(SCHOOLS))
                | (~Q(child_placement="") & Q(children__isnull=False)
                   & Q(children_placed=F("children"))),
                name="housing_site_children_placed",
                violation_error_message="儿童没有全部安置，不能办结",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(kind__in=sorted(LIVED_IN))
                | ~Q(resettlement=""),
                name="housing_site_people_resettled",
                violation_error_message="没有写明人员安置，不能办结",
            ),
            models.CheckConstraint(
                condition=Q(state="found") | Q(noticed_on__isnull=False),
                name="housing_site_noticed",
                violation_error_message="处置要先告知",
            ),
        ]  # fmt: skip
        indexes = [
            # the sites of a committee, a street and the district, those due first above
            models.Index(fields=["committee", "due_on", "id"], name="housing_sites_committee"),
            models.Index(fields=["street_id", "due_on", "id"], name="housing_sites_street"),
            models.Index(fields=["due_on", "id"], include=["committee"], name="housing_sites"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.get_kind_display()}"


class ReferralQuerySet(ScopedQuerySet["Referral"]):
    def waiting(self) -> Self:
        """Referrals that a department has still to answer, or whose answer is still to be read."""
        return self.exclude(state__in=["closed", "returned"])

    def overdue_on(self, day: date) -> Self:
        """Waiting ones whose next step should have been done before `day`."""
        return self.waiting().filter(due_on__lt=day)


class Referral(CommitteeRecord):
    """A letter to a department about a place, with what came back.

    `due_on` is the day by which the state's own next step is due: first the receipt, then the
    feedback. `person_fields` lists what of a person goes along, with the reason for each.
    """

    class State(models.TextChoices):
        SENT = "sent", "待签收"
        RECEIVED = "received", "已签收"
        HANDLING = "handling", "办理中"
        FED_BACK = "fed_back", "已反馈"
        CLOSED = "closed", "已办结"
        RETURNED = "returned", "已退回"

    number = models.CharField("文号", max_length=40)
    department = models.CharField("接收部门", max_length=10, choices=DEPARTMENTS)
    kind = models.CharField("类型", max_length=24, choices=REFERRAL_KINDS)
    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, null=True, blank=True, related_name="referrals",
        db_constraint=False, verbose_name="房屋",
    )  # fmt: skip
    site = models.ForeignKey(
        EnforcementSite, models.PROTECT, null=True, blank=True, related_name="referrals",
        db_constraint=False, verbose_name="执法点位",
    )  # fmt: skip
    place = models.CharField("地点", max_length=160)
    facts = models.CharField("事实", max_length=500)
    law_clause = models.CharField("依据条款", max_length=100)
    person_fields = models.JSONField("随附个人信息", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SENT)
    sent_on = models.DateField("发出日期")
    sent_by = models.CharField("发出人", max_length=50)
    rule = models.CharField("所依规则", max_length=40)
    receipt_due = models.DateField("签收期限")
    received_on = models.DateField("签收日期", null=True, blank=True)
    feedback_due = models.DateField("反馈期限")
    fed_back_on = models.DateField("反馈日期", null=True, blank=True)
    feedback = models.CharField("反馈内容", max_length=500, blank=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)
    due_on = models.DateField("期限")
    closed_by = models.CharField("办结人", max_length=50, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "dwelling_id", "place", "facts", "person_fields", "feedback", "returned_reason",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "number", "department", "kind", "site_id", "law_clause", "state", "sent_on", "sent_by",
            "rule", "receipt_due", "received_on", "feedback_due", "fed_back_on", "due_on",
            "closed_by", "closed_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "抄告"
        constraints = [
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | Q(site__isnull=False),
                name="housing_referral_of_a_place",
                violation_error_message="抄告要有具体的房屋或点位",
            ),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(returned_reason=""),
                name="housing_referral_returned_with_reason",
                violation_error_message="退回要写明理由",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["fed_back", "closed"])
                | (Q(fed_back_on__isnull=False) & ~Q(feedback="")),
                name="housing_referral_fed_back",
                violation_error_message="反馈要有日期和内容",
            ),
            models.UniqueConstraint(
                fields=["street_id", "number"], name="housing_referral_number_once",
                violation_error_message="本街道已有这个文号",
            ),
        ]  # fmt: skip
        indexes = [
            # the referrals of a committee, a street and the district, those due first above
            models.Index(fields=["committee", "due_on", "id"], name="housing_referrals_committee"),
            models.Index(fields=["street_id", "due_on", "id"], name="housing_referrals_street"),
            models.Index(fields=["due_on", "id"], include=["committee"], name="housing_referrals"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"
