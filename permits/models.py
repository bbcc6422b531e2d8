"""Residence permits (居住证): applications, what was found of each condition, and the permit.

Names and addresses are copied at the time of the act: a case says what it said when it was
decided, whatever the register says later.

Paper: S-20.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from housing.models import DwellingUnit
from permits import eligibility, materials, transitions
from permits.querysets import ApplicationQuerySet, PermitQuerySet
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id
from residents.models import Residence, Resident

DECIDED_STATES = [
    transitions.APPROVED, transitions.REFUSED, transitions.MAKING, transitions.READY,
    transitions.COLLECTED,
]  # fmt: skip


class PermitApplication(CommitteeRecord):
    """One case (件), from the window to the card in the applicant's hand (domain §3.15)."""

    class Kind(models.TextChoices):
        FIRST = "first", "首次申领"
        REPLACEMENT = "replacement", "换领"
        REISSUE = "reissue", "补领"

    class Review(models.TextChoices):
        PASS = "pass", "符合条件"
        FAIL = "fail", "不符合条件"

    case_no = models.CharField("受理编号", max_length=20, unique=True, db_collation="C")
    kind = models.CharField("业务类型", max_length=12, choices=Kind)
    applicant = models.ForeignKey(Resident, models.PROTECT, related_name="+", verbose_name="申请人")
    residence = models.ForeignKey(
        Residence, models.PROTECT, related_name="+", db_index=False, verbose_name="居住登记"
    )
    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_index=False, db_constraint=False,
        verbose_name="住所",
    )  # fmt: skip
    applicant_name = models.CharField("姓名", max_length=50)
    applicant_mask = models.CharField("证件号码（遮盖）", max_length=24, blank=True)
    short_address = models.CharField("住所", max_length=60)
    reason = models.CharField("申办事由", max_length=12, choices=materials.REASONS)
    state = models.CharField("环节", max_length=16, choices=transitions.TITLES)
    rule = models.CharField("规则版本", max_length=40)
    applied_on = models.DateField("申请日期")
    months_registered = models.PositiveSmallIntegerField("登记月数")
    due_on = models.DateField("办结时限", null=True, blank=True)
    missing_items = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="应补材料"
    )
    missing_notice_at = models.DateTimeField("一次性告知时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    accepted_by = models.BigIntegerField("受理人编号", null=True, blank=True)
    accepted_by_name = models.CharField("受理人", max_length=50, blank=True)
    transferred_at = models.DateTimeField("移送时间", null=True, blank=True)
    transferred_by_name = models.CharField("移送人", max_length=50, blank=True)
    reviewed_at = models.DateTimeField("审查时间", null=True, blank=True)
    reviewed_by = models.BigIntegerField("审查人编号", null=True, blank=True)
    reviewed_by_name = models.CharField("审查人", max_length=50, blank=True)
    review_result = models.CharField("审查结论", max_length=4, choices=Review, blank=True)
    review_opinion = models.CharField("审查意见", max_length=200, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decided_by = models.BigIntegerField("审批人编号", null=True, blank=True)
    decided_by_name = models.CharField("审批人", max_length=50, blank=True)
    refusal_reason = models.CharField("不予办理理由", max_length=200, blank=True)
    remedy = models.CharField("救济途径", max_length=200, blank=True)
    reconsidered_at = models.DateTimeField("申请复议时间", null=True, blank=True)
    reconsideration_ground = models.CharField("复议理由", max_length=200, blank=True)
    made_at = models.DateTimeField("制证时间", null=True, blank=True)
    collected_at = models.DateTimeField("领证时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = ApplicationQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "applicant_id", "residence_id", "dwelling_id", "applicant_name", "applicant_mask",
            "short_address", "reason", "review_opinion", "refusal_reason",
            "reconsideration_ground",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "case_no", "kind", "state", "rule", "applied_on", "months_registered", "due_on",
            "missing_items", "missing_notice_at", "accepted_at", "accepted_by",
            "accepted_by_name", "transferred_at", "transferred_by_name", "reviewed_at",
            "reviewed_by", "reviewed_by_name", "review_result", "decided_at", "decided_by",
            "decided_by_name", "remedy", "reconsidered_at", "made_at", "collected_at",
            "withdrawn_at", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "居住证办件"
        constraints = [
            models.UniqueConstraint(
                fields=["applicant"],
                condition=~Q(state__in=sorted(transitions.CLOSED)),
                name="permits_one_open_case",
                violation_error_message="该人员已有在办的居住证件",
            ),
            models.CheckConstraint(
                condition=Q(missing_notice_at=None, missing_items=[])
                | (Q(missing_notice_at__isnull=False) & ~Q(missing_items=[])),
                name="permits_notice_with_items",
                violation_error_message="补正通知应写明应补的材料",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[transitions.INCOMPLETE, transitions.WITHDRAWN])
                | Q(accepted_at__isnull=False, due_on__isnull=False),
                name="permits_accepted_with_deadline",
                violation_error_message="受理的办件应有受理时间和办结时限",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, review_result="")
                | (Q(reviewed_at__isnull=False) & ~Q(review_result="")),
                name="permits_review_with_result",
                violation_error_message="审查应有结论",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED_STATES) | Q(decided_at__isnull=False),
                name="permits_decided_with_stamp",
                violation_error_message="审批应有时间和审批人",
            ),
            models.CheckConstraint(
                condition=Q(refusal_reason="", remedy="") | (~Q(refusal_reason="") & ~Q(remedy="")),
                name="permits_refusal_with_remedy",
                violation_error_message="不予办理应同时写明理由和救济途径",
            ),
            models.CheckConstraint(
                condition=~Q(state=transitions.REFUSED) | ~Q(refusal_reason=""),
                name="permits_refused_with_reason",
                violation_error_message="不予办理应写明理由",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None)
                | Q(accepted_by=None)
                | ~Q(reviewed_by=F("accepted_by")),
                name="permits_reviewer_not_acceptor",
                violation_error_message="受理人不能审查自己受理的办件",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (
                    (Q(accepted_by=None) | ~Q(decided_by=F("accepted_by")))
                    & (Q(reviewed_by=None) | ~Q(decided_by=F("reviewed_by")))
                ),
                name="permits_approver_apart",
                violation_error_message="受理人、审查人不能审批同一办件",
            ),
        ]
        indexes = [
            # the list of a committee, street or the district, newest first (keyset)
            models.Index(fields=["committee", "-applied_on", "-id"], name="permits_of_committee"),
            models.Index(
                fields=["street_id", "-applied_on", "-id"],
                include=["committee"],
                name="permits_of_street_walled",
            ),
            models.Index(
                fields=["-applied_on", "-id"], include=["committee"], name="permits_of_district"
            ),
            # the dwelling's panel counts cases at one address
            models.Index(fields=["dwelling"], name="permits_at_dwelling"),
            # an episode that an undone import takes away asks whether a case hangs on it
            models.Index(fields=["residence"], name="permits_of_residence"),
        ]

    def __str__(self) -> str:
        return f"{self.case_no} {self.applicant_name}"


class EligibilityCheck(CommitteeRecord):
    """What was found of one condition in one case, by whom and from where."""

    case = models.ForeignKey(PermitApplication, models.CASCADE, related_name="checks")
    condition = models.CharField("条件", max_length=2, choices=eligibility.TITLES)
    met = models.CharField("结果", max_length=8, choices=eligibility.MET_TITLES)
    source = models.CharField("来源", max_length=40, blank=True)
    note = models.CharField("情况", max_length=200, blank=True)
    checked_by_name = models.CharField("核对人", max_length=50, blank=True)
    checked_at = models.DateTimeField("核对时间")

    objects = ScopedQuerySet["EligibilityCheck"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"met", "note"}
        plain: ClassVar[set[str]] = {
            "case_id", "condition", "source", "checked_by_name", "checked_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "条件核对"
        constraints = [
            models.UniqueConstraint(fields=["case", "condition"], name="permits_condition_once")
        ]

    def __str__(self) -> str:
        return f"{self.condition} {self.met}"


class PermitMaterial(CommitteeRecord):
    """One material of a case: received at the window on a day, or still missing."""

    case = models.ForeignKey(PermitApplication, models.CASCADE, related_name="materials")
    kind = models.CharField("材料", max_length=12)
    received_on = models.DateField("收取日期", null=True, blank=True)
    received_by_name = models.CharField("收取人", max_length=50, blank=True)

    objects = ScopedQuerySet["PermitMaterial"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"case_id", "kind", "received_on", "received_by_name"}

    class Meta:
        verbose_name = "申请材料"
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="permits_material_once"),
            models.CheckConstraint(
                condition=Q(received_on=None, received_by_name="")
                | (Q(received_on__isnull=False) & ~Q(received_by_name="")),
                name="permits_material_received_by",
                violation_error_message="收取材料应记明收取人",
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class ResidencePermit(CommitteeRecord):
    """A permit in somebody's hands. Whether it is expiring or suspended follows from the day.

    The number is sealed in `PermitSecret`; here are its mask and its blind index.
    """

    class Status(models.TextChoices):
        VALID = "valid", "有效"
        LOST = "lost", "挂失"
        REPLACED = "replaced", "已换领"
        CANCELLED = "cancelled", "已注销"

    case = models.OneToOneField(PermitApplication, models.PROTECT, related_name="permit")
    holder = models.ForeignKey(Resident, models.PROTECT, related_name="+", verbose_name="持证人")
    holder_name = models.CharField("姓名", max_length=50)
    short_address = models.CharField("住所", max_length=60)
    number_mask = models.CharField("证件号码（遮盖）", max_length=24)
    blind_index = models.BinaryField("盲索引", max_length=16)
    issued_on = models.DateField("签发日期")
    first_issued_on = models.DateField("首次签发日期")
    valid_to = models.DateField("有效期至")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.VALID)
    rule = models.CharField("规则版本", max_length=40)
    cancelled_on = models.DateField("注销日期", null=True, blank=True)
    cancel_reason = models.CharField("注销原因", max_length=1, blank=True)
    version = models.IntegerField(default=1)

    objects = PermitQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "holder_id", "holder_name", "short_address", "number_mask", "blind_index",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "case_id", "issued_on", "first_issued_on", "valid_to", "status", "rule",
            "cancelled_on", "cancel_reason", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "居住证"
        constraints = [
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(status="valid"),
                name="permits_one_valid_each",
                violation_error_message="该人员已持有有效居住证",
            ),
            models.UniqueConstraint(
                fields=["blind_index"],
                condition=Q(status="valid"),
                name="permits_number_once",
                violation_error_message="该居住证号码已登记",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("issued_on"), issued_on__gte=F("first_issued_on")),
                name="permits_validity_in_order",
                violation_error_message="有效期应在签发日期之后",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_on__isnull=False) & ~Q(cancel_reason="")
                | ~Q(status="cancelled") & Q(cancelled_on=None, cancel_reason=""),
                name="permits_cancelled_with_reason",
                violation_error_message="注销应有日期和原因",
            ),
        ]
        indexes = [
            # endorsements due in a committee
            models.Index(
                fields=["committee", "valid_to"], condition=Q(status="valid"),
                name="permits_running_out",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number_mask} {self.holder_name}"


class PermitSecret(models.Model):
    """The sealed number of a permit; the application may write it and not read it back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    committee = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    permit = models.OneToOneField(ResidencePermit, models.CASCADE, related_name="+")
    key_id = models.CharField(max_length=16)
    cipher = models.BinaryField()

    class PersonalData:
        personal: ClassVar[set[str]] = {"cipher"}
        plain: ClassVar[set[str]] = {"id", "committee_id", "permit_id", "key_id"}

    class Meta:
        verbose_name = "居住证号密文"

    def __str__(self) -> str:
        return str(self.permit_id)
