"""The audit trail: append-only, no foreign keys, so that it outlives what it tells of (D-8)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AuditEvent(models.Model):
    """One act: who, in which office, what, on what, why. The application may only insert it.

    `scope_code` is the unit whose people may read the event: the committee concerned, or the
    acting unit where no record is concerned. Names are copied at the time of the act.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间")
    action = models.CharField("动作", max_length=64)
    actor_id = models.BigIntegerField("人员编号", null=True)
    actor_name = models.CharField("人员", max_length=80)
    actor_unit = models.BigIntegerField("所在单位", null=True)
    actor_unit_name = models.CharField("单位名称", max_length=80, blank=True)
    actor_role = models.CharField("岗位", max_length=32, blank=True)
    scope_code = models.BigIntegerField("可见单位")
    target_type = models.CharField("对象类型", max_length=64, blank=True)
    target_id = models.CharField("对象编号", max_length=64, blank=True)
    target_text = models.CharField("对象", max_length=160, blank=True)
    subjects = ArrayField(models.UUIDField(), default=list, verbose_name="涉及人员")
    changes = models.JSONField("内容", default=dict)
    purpose = models.CharField("用途", max_length=32, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    result = models.CharField("结果", max_length=16, default="ok")
    request_id = models.CharField("请求编号", max_length=64, blank=True)
    ip = models.GenericIPAddressField("终端", null=True)

    class PersonalData:
        personal: ClassVar[set[str]] = {"target_text", "changes", "subjects"}
        plain: ClassVar[set[str]] = {
            "id", "at", "action", "actor_id", "actor_name", "actor_unit", "actor_unit_name",
            "actor_role", "scope_code", "target_type", "target_id", "purpose", "reason",
            "result", "request_id", "ip",
        }  # fmt: skip

    class Meta:
        verbose_name = "访问留痕"
        indexes = [
            # the trail of a unit, newest first (keyset by id)
            models.Index(fields=["scope_code", "-id"], name="audit_by_unit"),
            # the trail of one record
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_by_target"),
        ]
        # The table is partitioned by month and has more that Django does not know of: the
        # transaction that wrote a row, indexes by actor, subject and transaction (0003).

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action}"


class Seal(models.Model):
    """A batch of events that can no longer change unseen; each seal holds the one before it.

    It covers every event of the transactions `[xid_from, xid_to)`. `root` is the SHA-256 over
    their digests, `digest` the one over all of the seal, `signature` an Ed25519 signature of it.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField("封存时间")
    xid_from = models.BigIntegerField("起始事务")
    xid_to = models.BigIntegerField("截止事务")
    events = models.BigIntegerField("条数")
    first_id = models.BigIntegerField("首条编号")
    last_id = models.BigIntegerField("末条编号")
    root = models.BinaryField("内容摘要", max_length=32)
    previous = models.BinaryField("上一封存", max_length=32)
    digest = models.BinaryField("封存摘要", max_length=32)
    signature = models.BinaryField("签名", max_length=64)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "seq", "at", "xid_from", "xid_to", "events", "first_id", "last_id", "root",
            "previous", "digest", "signature",
        }  # fmt: skip

    class Meta:
        verbose_name = "留痕封存"

    def __str__(self) -> str:
        return f"{self.seq}"


class Sealing(models.Model):
    """How far the sealing has come: one row, kept by the database's clock alone.

    `sealed_through` is a moment before which every event is sealed. `mark_xid` is the first
    transaction that had not begun at `mark_at`: once all before it are sealed, so is that moment.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    mark_at = models.DateTimeField("标记时间")
    mark_xid = models.BigIntegerField("标记事务")
    sealed_through = models.DateTimeField("已封存至")
    verified_at = models.DateTimeField("校验时间", null=True)
    verified_note = models.CharField("校验发现", max_length=300, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "mark_at", "mark_xid", "sealed_through", "verified_at", "verified_note",
        }  # fmt: skip

    class Meta:
        verbose_name = "封存进度"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_sealing_single_row")
        ]

    def __str__(self) -> str:
        return f"{self.sealed_through:%Y-%m-%d %H:%M:%S}"
