"""The fields of a record as the catalogue shows them: never a column's name, always words.

Paper: S-140.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.catalogue.personal import classified
from portal.catalogue.record import CodeTable, Grade, Record, Said, Text
from portal.catalogue.registry import records

#: What is the same in every record.
COMMON: Mapping[str, Said] = {
    "id": Said(_("记录编号"), _("系统内部编号，不含任何含义")),
    "committee_id": Said(meaning=_("记录属于哪个单位，决定谁看得到")),
    "street_id": Said(_("街道（镇）"), _("由单位代码算出")),
    "version": Said(_("修改次数"), _("两人同时修改时，后存的一方会看到两份内容")),
    "created_at": Said(_("录入时间")),
    "created_by": Said(_("录入人")),
    "updated_at": Said(_("变更时间")),
    "updated_by": Said(_("变更人")),
    "key_id": Said(_("密钥编号"), _("用哪一把密钥加密，不是密钥本身")),
    "cipher": Said(_("密文"), _("加密保存的号码，任何岗位都不能直接读取")),
    "sealed": Said(_("密文"), _("加密保存，只在办理时解开")),
    "sha256": Said(_("文件指纹"), _("用来认出同一份文件，不能还原内容")),
    "fingerprint": Said(_("指纹"), _("用来认出相同的内容，不能还原内容")),
    "stored_file": Said(_("存放位置"), _("加密文件在服务器上的名称")),
    "sort_key": Said(_("排序键"), _("名单按它排列")),
    "address_key": Said(_("地址排序键"), _("按走访顺序排列的地址")),
    "name_key": Said(_("姓名检索键"), _("由姓名算出，供按姓名查找和排列")),
    "initials": Said(_("拼音首字母"), _("由姓名或名称算出，供快速查找")),
    "seq": Said(_("序号")),
    "done_at": Said(_("完成时间")),
    "job_id": Said(_("后台任务")),
    "id_mask": Said(meaning=_("只留前四位和后四位，其余遮盖；完整号码另以密文保存")),
    "phone_mask": Said(meaning=_("只留前三位和后四位，其余遮盖；完整号码另以密文保存")),
    "blind_index": Said(meaning=_("证件号的加密指纹，只用来认出同一号码，不能还原")),
}
#: Of a person, and of the kind that the law guards most: numbers, kin, ethnicity. (Where somebody
#: lives is said at the records that tell it.)
SENSITIVE = frozenset({
    "id_mask", "mask", "applicant_mask", "number_mask", "id_tail", "tail", "phone_mask",
    "phone_index", "blind_index", "cipher", "sealed", "told", "guardian_id", "hukou_address",
    "ethnicity",
})  # fmt: skip
_NAMELESS = re.compile(r"[\x00-\x7f]+")
_KINDS: tuple[tuple[type[Any], Text], ...] = (
    (models.BooleanField, _("是、否")),
    (models.DateTimeField, _("时间")),
    (models.DateField, _("日期")),
    (models.DecimalField, _("数值")),
    (models.FloatField, _("数值")),
    (models.IntegerField, _("整数")),
    (models.BinaryField, _("密文或指纹")),
    (models.UUIDField, _("编号")),
    (models.GenericIPAddressField, _("网络地址")),
)


@dataclass(frozen=True)
class Column:
    """One field of a record."""

    record: Record
    field: Any
    is_personal: bool

    @property
    def name(self) -> str:
        return str(self.field.attname)

    @property
    def _said(self) -> Said:
        return self.record.fields.get(self.name, _NOTHING)

    @property
    def _common(self) -> Said:
        return COMMON.get(self.name, _NOTHING)

    @property
    def title(self) -> str:
        """The Chinese name: said of this record, the column's own, the shared one, the target's.

        Blank where nobody has given it one, which a test refuses.
        """
        if self._said.title:
            return str(self._said.title)
        own = str(self.field.verbose_name)
        if not _NAMELESS.fullmatch(own):
            return own
        if self._common.title:
            return str(self._common.title)
        if self.field.remote_field is not None:
            return str(self.field.related_model._meta.verbose_name)
        return ""

    @property
    def meaning(self) -> str:
        """What the title alone does not say; blank where it says all."""
        return str(self._said.meaning or self._common.meaning)

    @property
    def codes(self) -> CodeTable | None:
        return self._said.codes

    @cached_property
    def choices(self) -> Sequence[tuple[str, str]]:
        """Code and title of every value, where they are few and known."""
        if self.codes is not None:
            return [(str(code), str(title)) for code, title in self.codes.entries]
        return [(str(code), str(title)) for code, title in self.field.flatchoices]

    @property
    def kind(self) -> str:
        """What a value is: `日期`, `文字，最多 40 字`, `代码`, `一条“房屋”`."""
        if self.field.remote_field is not None:
            return str(_("一条“%(record)s”")) % {
                "record": self.field.related_model._meta.verbose_name
            }
        if self.choices:
            return str(_("代码"))
        of = getattr(self.field, "output_field", None) or self.field
        for kind, words in _KINDS:
            if isinstance(of, kind):
                return str(words)
        longest = getattr(of, "max_length", None)
        return str(_("文字，最多 %(n)d 字")) % {"n": longest} if longest else str(_("文字或列表"))

    @property
    def grade(self) -> Grade:
        if self._said.grade is not None:
            return self._said.grade
        if self.is_personal:
            return Grade.SENSITIVE if self.name in SENSITIVE else Grade.PERSONAL
        return Grade.PUBLIC if self.record.public else Grade.INTERNAL

    @property
    def is_required(self) -> bool:
        """Whether a record cannot be without it."""
        return not self.field.null and not self.field.blank


_NOTHING = Said()


def columns_of(record: Record) -> list[Column]:
    """The fields of a record in the order of its table."""
    model = apps.get_model(record.label)
    personal, _plain = classified(model)
    return [
        Column(record, field, field.attname in personal) for field in model._meta.concrete_fields
    ]


@cache
def columns() -> dict[tuple[str, str], Column]:
    """Every field of the catalogue by its record's label and its name."""
    return {
        (record.label, column.name): column
        for record in records().values()
        for column in columns_of(record)
    }
