"""Accounts of other systems: whose they are, their tokens, and answers kept for repeated requests.

A token is shown once; stored is its digest. Its prefix finds the row and names it in the trail.
"""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

LONGEST_DAYS = 366


class ServiceAccount(models.Model):
    """What a service account is for, and the person who answers for it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="service",
        verbose_name="系统账号",
    )  # fmt: skip
    purpose = models.CharField("用途", max_length=200)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="责任人"
    )

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"user_id", "purpose", "keeper_id"}

    class Meta:
        verbose_name = "对接系统"

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"


class AccessToken(models.Model):
    """One key of a service account, good until a day within the year, revocable at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens", verbose_name="系统账号"
    )
    label = models.CharField("名称", max_length=40)
    prefix = models.CharField("令牌编号", max_length=8, unique=True)
    digest = models.BinaryField("摘要", max_length=32)
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.CharField("签发人", max_length=50)
    expires_at = models.DateTimeField("到期时间")
    used_at = models.DateTimeField("最近使用", null=True)
    used_from = models.GenericIPAddressField("最近来源", null=True)
    revoked_at = models.DateTimeField("作废时间", null=True)
    revoked_by = models.CharField("作废人", max_length=50, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "user_id", "label", "prefix", "digest", "issued_at", "issued_by", "expires_at",
            "used_at", "used_from", "revoked_at", "revoked_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "访问令牌"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at"))
                & Q(expires_at__lte=F("issued_at") + timedelta(days=LONGEST_DAYS)),
                name="accounts_token_within_a_year",
                violation_error_message="令牌最长一年",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="accounts_token_revoked_by_somebody",
                violation_error_message="作废时间与作废人应同时填写",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.prefix}"


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered; ciphertext bound to this row.

    The digest is of method, address and body: the same key for anything else is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="调用方"
    )
    key = models.UUIDField("幂等键")
    digest = models.BinaryField("请求摘要", max_length=32)
    status = models.PositiveSmallIntegerField("状态码", default=0)
    sealed = models.BinaryField("应答（密文）", default=b"")
    kept_at = models.DateTimeField("时间", db_index=True)  # what is old is thrown away

    class PersonalData:
        personal: ClassVar[set[str]] = {"sealed"}
        plain: ClassVar[set[str]] = {"id", "user_id", "key", "digest", "status", "kept_at"}

    class Meta:
        verbose_name = "接口应答"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="accounts_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
