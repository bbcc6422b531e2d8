"""Another office's blank form, and what its columns mean (domain §3.34)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class BlankForm(CommitteeRecord):
    """A workbook that an office sent to be filled. `committee` is the unit that fills it.

    `kind` is the list (`ExportKind`) that its rows are taken from. `mapping` names a column of
    that list per heading, None where the register has nothing to say. The workbook is sealed, and
    so is `top`, the first rows of its sheets, from which headings can be chosen by hand;
    `header_row` 0 is one that nobody has found yet.
    """

    title = models.CharField("表名", max_length=120)
    sender = models.CharField("来表单位", max_length=60)
    kind = models.CharField("内容", max_length=40)
    sha256 = models.CharField(max_length=64)
    sealed = models.BinaryField("空表（密文）")
    top = models.BinaryField("各工作表开头（密文）")
    sheet = models.CharField("工作表", max_length=80)
    header_row = models.IntegerField("表头行", default=0)
    headers = models.JSONField("列名", default=list)
    mapping = models.JSONField("对应", default=list)
    notes = models.JSONField("读取说明", default=list)
    is_mapped = models.BooleanField("已对应列", default=False)
    uploaded_by = models.BigIntegerField("经办人编号")
    uploaded_name = models.CharField("经办人", max_length=80)
    uploaded_at = models.DateTimeField("上传时间")
    used_at = models.DateTimeField("最近填写", null=True)
    removed_at = models.DateTimeField("删除时间", null=True)

    objects = ScopedQuerySet["BlankForm"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"title", "sealed", "top", "headers"}
        plain: ClassVar[set[str]] = {
            "sender", "kind", "sha256", "sheet", "header_row", "mapping", "notes", "is_mapped",
            "uploaded_by", "uploaded_name", "uploaded_at", "used_at", "removed_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "来表"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "kind", "sha256"], condition=Q(removed_at=None),
                name="exchange_form_once",
                violation_error_message="这张来表已经上传过",
            ),
            models.CheckConstraint(
                condition=Q(is_mapped=False) | Q(header_row__gt=0),
                name="exchange_form_mapped_with_header",
                violation_error_message="先确定表头，再对应列",
            ),
        ]  # fmt: skip
        indexes = [
            # the forms of a unit, the last uploaded first
            models.Index(fields=["committee", "-uploaded_at"], name="exchange_forms"),
        ]

    def __str__(self) -> str:
        return self.title
