"""Residence proofs (住所证明): verified by one, issued by another, numbered, for a time, revocable.

Only kinds on the list of what a committee may certify are given out; what is not on it may be
refused (居民委员会工作条例 第二十八条). A proof stays with the committee that answers for it, also
when the person has moved on.

Paper: S-85, domain §3.19.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.orgs.records import CommitteeRecord
from residents.requests import RequestQuerySet, due_index, list_indexes

#: The rule that says which kinds are on the list, for how long one holds, in how long it is given.
RULE = "residence_proofs"


class ProofQuerySet(RequestQuerySet["ResidenceProof"]):
    still_open = Q(state="asked")

    def valid_on(self, day: date) -> Self:
        """Issued, not revoked and not run out."""
        return self.filter(state="issued", valid_until__gte=day)

    def run_out_on(self, day: date) -> Self:
        """Issued, and over by themselves."""
        return self.filter(state="issued", valid_until__lt=day)


class ResidenceProof(CommitteeRecord):
    """One proof that somebody lives in the committee, from the asking to its end.

    Name, number, address and day are as they stood when it was verified. `facts` are the keys of
    `Fact` that were checked; `number` is `unit-year-place`, given when it is issued.
    """

    class Kind(models.TextChoices):
        PERMIT = "permit", "申办居住证件"
        LIVING = "living", "居住情况"

    class Fact(models.TextChoices):
        EPISODE = "episode", "居住登记"
        LEASE = "lease", "租赁合同或备案证明"
        TITLE = "title", "房屋权属证明"
        OWNER = "owner", "产权人说明"
        VISIT = "visit", "上门核实"

    class State(models.TextChoices):
        ASKED = "asked", "待签发"
        ISSUED = "issued", "已签发"
        REFUSED = "refused", "不予开具"
        REVOKED = "revoked", "已撤销"

    resident = models.ForeignKey(
        "residents.Resident", models.PROTECT, related_name="+", db_constraint=False,
        verbose_name="人员",
    )  # fmt: skip
    name = models.CharField("姓名", max_length=50)
    id_mask = models.CharField("证件号码（遮盖）", max_length=24, blank=True)
    kind = models.CharField("种类", max_length=6, choices=Kind)
    purpose = models.CharField("用途", max_length=60)
    address = models.CharField("居住地址", max_length=200)
    lives_since = models.DateField("居住开始")
    facts = models.JSONField("核实事实", default=list)
    asked_at = models.DateTimeField("登记时间")
    asked_by_id = models.BigIntegerField("核实人编号")
    asked_by = models.CharField("核实人", max_length=50)
    due_on = models.DateField("签发期限")
    rule = models.CharField("所依规则", max_length=40)
    state = models.CharField("状态", max_length=7, choices=State, default=State.ASKED)
    number = models.CharField("编号", max_length=24, blank=True)
    issued_on = models.DateField("签发日期", null=True, blank=True)
    issued_by_id = models.BigIntegerField("签发人编号", null=True, blank=True)
    issued_by = models.CharField("签发人", max_length=50, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    reason = models.CharField("不予开具或撤销的理由", max_length=200, blank=True)
    ended_on = models.DateField("不予开具或撤销日期", null=True, blank=True)
    ended_by = models.CharField("不予开具或撤销人", max_length=50, blank=True)

    objects = ProofQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "resident_id", "name", "id_mask", "kind", "purpose", "address", "lives_since",
            "facts", "number", "reason",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "asked_at", "asked_by_id", "asked_by", "due_on", "rule", "state", "issued_on",
            "issued_by_id", "issued_by", "valid_until", "ended_on", "ended_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "住所证明"
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="residents_proof_number_once",
                violation_error_message="这个编号已经用过",
            ),
            models.CheckConstraint(
                condition=Q(issued_by_id=None) | ~Q(issued_by_id=F("asked_by_id")),
                name="residents_proof_other_hand",
                violation_error_message="核实人不能签发自己核实的证明",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["issued", "revoked"], issued_on__isnull=False,
                    issued_by_id__isnull=False, valid_until__gte=F("issued_on"),
                ) & ~Q(number="") & ~Q(issued_by="")
                | Q(
                    state__in=["asked", "refused"], number="", issued_on=None, issued_by_id=None,
                    issued_by="", valid_until=None,
                ),
                name="residents_proof_issued_whole",
                violation_error_message="签发的应有编号、日期、签发人和有效期",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["refused", "revoked"], ended_on__isnull=False)
                & ~Q(reason="") & ~Q(ended_by="")
                | Q(state__in=["asked", "issued"], ended_on=None, reason="", ended_by=""),
                name="residents_proof_ended_whole",
                violation_error_message="不予开具、撤销的应有理由、日期和经办人",
            ),
        ]  # fmt: skip
        indexes = [
            *list_indexes("asked_at", "res_proof"),
            due_index(Q(state="asked"), "res_proof_due"),
            # a person's own: whether one of the kind waits or holds
            models.Index(fields=["resident", "kind"], include=["committee"], name="res_proof_of"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.name} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def fact_titles(self) -> list[str]:
        """What was checked, in words and in the order of the form."""
        return [str(title) for key, title in self.Fact.choices if key in self.facts]

    @property
    def statement(self) -> str:
        """What the proof says."""
        who = f"{self.name}（证件号码 {self.id_mask}）" if self.id_mask else self.name
        since = self.lives_since
        return (
            f"兹证明 {who} 自 {since.year} 年 {since.month} 月 {since.day} 日起居住在"
            f"{self.address}，已办理居住登记。"
        )
