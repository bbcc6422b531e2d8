"""Requests of residents about their own data (更正申请): asked, decided, answered in writing.

Paper: domain §3.37.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord
from residents.requests import RequestQuerySet, due_index, list_indexes


class CorrectionQuerySet(RequestQuerySet["CorrectionRequest"]):
    still_open = Q(state="received")

    def unanswered(self) -> Self:
        """Undecided, or decided and not yet handed over."""
        return self.exclude(state=CorrectionRequest.State.DELIVERED)


class CorrectionRequest(CommitteeRecord):
    """What somebody asked about themselves, until the written answer is in their hands.

    `sealed` holds what they said is wrong and, for a correction, the value that they want. It
    hangs on the person and follows them; `decided_where` is the unit that answered.
    """

    class Requester(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "监护人"
        AUTHORISED = "authorised", "受托人"
        RELATIVE = "relative", "逝者近亲属"

    class Check(models.TextChoices):
        DOCUMENT = "document", "当面核对证件"
        PHONE = "phone", "登记手机回拨"
        PAPER = "paper", "委托书和双方证件"

    class Kind(models.TextChoices):
        CORRECT = "correct", "更正"
        COMPLETE = "complete", "补充"
        DELETE = "delete", "删除"
        OBJECTION = "objection", "异议"
        EXPLANATION = "explanation", "解释说明"
        VIEW = "view", "查阅"
        COPY = "copy", "复制"

    class Evidence(models.TextChoices):
        NONE = "none", "无"
        DOCUMENT = "document", "身份证件"
        HUKOU = "hukou", "户口簿"
        TENANCY = "tenancy", "租赁合同或产权证"
        EMPLOYER = "employer", "单位证明"
        OTHER = "other", "其他材料"

    class State(models.TextChoices):
        RECEIVED = "received", "待答复"
        DECIDED = "decided", "待送达"
        DELIVERED = "delivered", "已送达"

    class Result(models.TextChoices):
        GRANTED = "granted", "同意"
        REFUSED = "refused", "不同意"

    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, related_name="+", db_constraint=False,
        verbose_name="人员",
    )  # fmt: skip
    name = models.CharField("姓名", max_length=50)
    requester = models.CharField("申请人", max_length=10, choices=Requester)
    check_method = models.CharField("身份核验", max_length=8, choices=Check)
    kind = models.CharField("事项", max_length=11, choices=Kind)
    field = models.CharField("内容", max_length=20, blank=True)
    evidence = models.CharField("证明材料", max_length=8, choices=Evidence)
    sealed = models.BinaryField("申请内容（密文）")
    received_on = models.DateField("收到日期")
    received_at = models.DateTimeField("登记时间")
    received_by = models.CharField("登记人", max_length=50)
    due_on = models.DateField("答复期限")
    rule = models.CharField("所依规则", max_length=40)
    state = models.CharField("状态", max_length=9, choices=State, default=State.RECEIVED)
    result = models.CharField("结果", max_length=7, choices=Result, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    decided_by = models.CharField("答复人", max_length=50, blank=True)
    decided_where = models.CharField("答复单位", max_length=60, blank=True)
    delivered_on = models.DateField("送达日期", null=True, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "resident_id", "name", "requester", "kind", "field", "sealed", "answer",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "check_method", "evidence", "received_on", "received_at", "received_by", "due_on",
            "rule", "state", "result", "decided_at", "decided_by", "decided_where",
            "delivered_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "更正申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="received", result="", answer="", decided_at=None, decided_by="")
                | (
                    ~Q(state="received")
                    & Q(decided_at__isnull=False)
                    & ~Q(result="")
                    & ~Q(answer="")
                    & ~Q(decided_by="")
                ),
                name="residents_correction_decided_whole",
                violation_error_message="答复的结果、文字、时间和答复人应齐全",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_on__isnull=False)
                | (~Q(state="delivered") & Q(delivered_on=None)),
                name="residents_correction_delivered_on",
                violation_error_message="送达的应有送达日期",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=models.F("received_on")),
                name="residents_correction_due_after_received",
                violation_error_message="答复期限不能早于收到日期",
            ),
        ]
        indexes = [
            *list_indexes("received_at", "res_corr"),
            due_index(~Q(state="delivered"), "res_corr_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.DELIVERED
