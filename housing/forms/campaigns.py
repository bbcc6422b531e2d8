"""Forms of key areas, campaigns and findings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.key_areas import CYCLE
from housing.models import Finding, KeyArea
from housing.rectifying import AREA_KINDS, FINDING_KINDS, TARGETS
from portal.exchange.pictures import MAX_BYTES, TOO_LARGE
from portal.ui.forms import DayField, PortalForm, SentFile
from portal.ui.widgets import Checks

CHOOSE = ("", _("请选择"))
MOST_LINES = 60


def words_field(
    label: Any, *, help_text: Any = "", required: bool = True, most: int = 200, rows: int = 0
) -> forms.CharField:
    """Words without numbers of documents; several lines where `rows` are given."""
    area = forms.Textarea(attrs={"rows": rows, "class": "pp-textarea"})
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, required=required,
        widget=area if rows else forms.TextInput(),
    )  # fmt: skip


class AreaForm(PortalForm):
    """A key area: its buildings by address, a line each; a lane stands for all its buildings."""

    columns = 3
    spans = {"buildings": 3, "hazards": 2}
    suffixes = {"cycle_days": "天", **{key: "%" for key, _title in TARGETS}}
    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("类型"), choices=[CHOOSE, *AREA_KINDS])
    owner_post = forms.TypedChoiceField(label=_("责任人"), coerce=int)
    buildings = words_field(
        _("楼栋"), most=4000, rows=4,
        help_text=_("每行一个地址，如 梧影路88弄7号；只写到弄的，整个弄都列入"),
    )  # fmt: skip
    since = DayField(label=_("列入日期"))
    cycle_days = forms.IntegerField(
        label=_("核查周期"), min_value=CYCLE[0], max_value=CYCLE[1]
    )  # fmt: skip
    people = forms.IntegerField(
        label=_("落脚人数（约）"), min_value=0, max_value=100000, required=False,
        help_text=_("只写人数，不列名单"),
    )  # fmt: skip
    hazards = words_field(_("安全隐患"), required=False)

    def __init__(self, *args: Any, owners: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("owner_post", owners.items(), blank=True)

    def clean_buildings(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["buildings"].splitlines()]
        found = list(dict.fromkeys(filter(None, lines)))
        if len(found) > MOST_LINES:
            raise forms.ValidationError(f"最多 {MOST_LINES} 行")
        return found

    def targets(self) -> dict[str, Decimal]:
        """The targets that were given."""
        told = {key: self.cleaned_data.get(key) for key, _title in TARGETS}
        return {key: value for key, value in told.items() if value is not None}

    @classmethod
    def values_of(cls, area: KeyArea, buildings: list[str]) -> dict[str, Any]:
        """What the form shows of an area."""
        told: dict[str, Any] = {
            "name": area.name, "kind": area.kind, "owner_post": area.owner_post_id,
            "buildings": "\n".join(buildings), "since": area.since,
            "cycle_days": area.cycle_days, "people": area.people, "hazards": area.hazards,
        }  # fmt: skip
        told.update(area.targets)
        return told


for _key, _title in TARGETS:
    AreaForm.base_fields[_key] = forms.DecimalField(
        label=f"目标：{_title}", min_value=0, max_value=100, decimal_places=1, required=False
    )


class CampaignForm(PortalForm):
    """The plan of a campaign."""

    columns = 2
    spans = {"title": 2, "legal_basis": 2, "areas": 2, "members": 2}
    title = forms.CharField(label=_("名称"), max_length=100)
    theme = forms.ChoiceField(label=_("主题"), choices=[CHOOSE, *AREA_KINDS])
    legal_basis = words_field(
        _("法律依据"), help_text=_("写明法规名称和条款，如 上海市居住房屋租赁管理办法第十条")
    )
    starts_on = DayField(label=_("开始日期"))
    ends_on = DayField(label=_("结束日期"))
    areas = forms.MultipleChoiceField(label=_("重点区域"), widget=Checks)
    members = forms.TypedMultipleChoiceField(
        label=_("工作组成员"), coerce=int, widget=Checks, help_text=_("每次上门两人以上")
    )

    def __init__(
        self, *args: Any, areas: Mapping[str, str], members: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer("areas", areas.items())
        self.offer("members", members.items())


class InspectionForm(PortalForm):
    """A visit of two or more, and what was found."""

    columns = 2
    spans = {"visitors": 2, "facts": 2}
    kind = forms.ChoiceField(label=_("发现的问题"), choices=[CHOOSE, *FINDING_KINDS])
    visited_on = DayField(label=_("上门日期"))
    visitors = forms.TypedMultipleChoiceField(
        label=_("上门人员"), coerce=int, widget=Checks, help_text=_("两人以上")
    )
    entry_basis = forms.ChoiceField(label=_("入户依据"), choices=Finding.Entry.choices)
    badge_shown = forms.BooleanField(label=_("已先出示证件"), required=False)
    facts = words_field(_("情况"), help_text=_("只写房屋和居住情况，不写证件号"))

    def __init__(self, *args: Any, visitors: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("visitors", visitors.items())


class PhotoForm(PortalForm):
    """A photo of a place, and what it shows; whoever sends it has looked for faces and papers."""

    columns = 1
    photo = SentFile(
        label=_("照片"), accept="image/jpeg,image/png,image/webp", most_bytes=MAX_BYTES,
        too_large=TOO_LARGE,
        help_text=_("JPEG、PNG 或 WebP，10 MB 以内；拍摄地点、时间、设备等信息会去掉"),
    )  # fmt: skip
    shows = words_field(_("照片内容"), most=100, help_text=_("如：客厅隔成三间"))
    no_faces = forms.BooleanField(
        label=_("照片里没有人脸，也没有证件、单据"),
        error_messages={"required": _("有人脸或证件的照片不能上传，请重新拍摄")},
    )  # fmt: skip


class RemovePhotoForm(PortalForm):
    columns = 1
    reason = words_field(_("删除原因"))


class ReviewForm(PortalForm):
    columns = 1
    note = words_field(_("核查情况"))


class EndAreaForm(PortalForm):
    """The end of a key area; an informal site needs a notice and a place for those there."""

    columns = 1
    reason = words_field(_("撤销理由"))
    noticed_on = DayField(
        label=_("告知日期"), required=False, help_text=_("非正规落脚点必填：何时告知住在那里的人")
    )
    resettlement = words_field(
        _("安置情况"), required=False, help_text=_("非正规落脚点必填：住在那里的人怎样安置")
    )


class AnswerForm(PortalForm):
    columns = 1
    answer = words_field(_("意见"), required=False, help_text=_("退回的，写明理由"))


class NoWords(PortalForm):
    """An act that needs nothing but the button."""


class SummaryForm(PortalForm):
    columns = 1
    summary = words_field(
        _("总结"), most=2000, rows=5, required=False,
        help_text=_("查了多少、改了多少、怎样帮助住户、还有什么要做"),
    )  # fmt: skip


class NoticeForm(PortalForm):
    """The written notice with its deadline."""

    columns = 1
    notice_no = forms.CharField(label=_("告知书编号"), max_length=40)
    noticed_on = DayField(label=_("告知日期"))
    due_on = DayField(label=_("整改期限"), help_text=_("给足时间：不少于规则规定的天数"))
    vulnerable = words_field(
        _("老人、儿童情况"), help_text=_("问过再填：家里有没有，怎样照顾；没有的写“没有”")
    )


class ProgressForm(PortalForm):
    columns = 1
    progress = words_field(_("整改情况"))


class RecheckForm(PortalForm):
    columns = 1
    rechecked_on = DayField(label=_("复查日期"))
    progress = words_field(_("复查情况"))


class FailedForm(RecheckForm):
    due_on = DayField(label=_("新的期限"))


class EndFindingForm(PortalForm):
    columns = 1
    assistance = words_field(
        _("帮助安置"), required=False,
        help_text=_("怎样告知、给了多长时间、老人和儿童怎样安排、介绍了哪些服务"),
    )  # fmt: skip
    end_reason = words_field(_("办结意见"), required=False)


class DismissForm(PortalForm):
    columns = 1
    end_reason = words_field(_("不成立的理由"))
