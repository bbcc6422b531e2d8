"""Forms of the population register; they check and show, services write."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit, Room
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Radios, Segmented
from residents.categories import DELETION_REASONS, VERIFICATION_METHODS
from residents.discovery import CHANNELS, CONFIRMED, FORCE_CHANNELS, MOST_WORDS, may_follow
from residents.models import CorrectionRequest, Lead, NewcomerService, Residence
from residents.services import FIELDS, PURPOSES, SHARED_REASONS
from residents.services.correcting import MOST_ANSWERED

#: Occupancy as the entry page offers it, the most frequent first; 未核实 is no answer.
OCCUPANCIES = [
    ("1", _("自住")), ("2", _("出租")), ("3", _("借住")), ("5", _("集体")), ("4", _("空置")),
    ("6", _("其他")),
]  # fmt: skip
FACTS = ("occupancy", "tenure", "floor_area", "owner_name", "note")


class VisitForm(PortalForm):
    """The dwelling's facts and the visit, above the grid of members."""

    columns = 6
    spans = {"occupancy": 2, "owner_name": 2, "note": 4}
    suffixes = {"floor_area": "m²"}

    occupancy = forms.ChoiceField(
        label=_("居住类型"), choices=OCCUPANCIES, widget=Segmented,
        error_messages={"required": _("请选择居住类型")},
    )  # fmt: skip
    tenure = forms.ChoiceField(label=_("产权性质"), choices=TENURES.choices())
    floor_area = forms.DecimalField(
        label=_("建筑面积"), required=False, max_digits=8, decimal_places=2, min_value=0.01,
        max_value=2000, widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    owner_name = forms.CharField(label=_("产权人"), max_length=50, required=False)
    method = forms.ChoiceField(label=_("入户方式"), choices=VERIFICATION_METHODS.choices())
    visited_on = DayField(label=_("入户日期"))
    note = forms.CharField(
        label=_("备注"), max_length=200, required=False,
        widget=forms.TextInput({"placeholder": _("如：双休日白天在家")}),
    )  # fmt: skip

    def __init__(self, *args: Any, dwelling: DwellingUnit, may_edit: bool, **kwargs: Any) -> None:
        """:param may_edit: whether the dwelling's own facts may be corrected, not only seen"""
        super().__init__(*args, **kwargs)
        self.dwelling = dwelling
        if not may_edit:
            for name in ("tenure", "floor_area", "owner_name", "note"):
                self.fields[name].disabled = True

    @classmethod
    def facts_of(cls, dwelling: DwellingUnit) -> dict[str, Any]:
        """What the form shows of the dwelling before anything is typed."""
        facts = {name: getattr(dwelling, name) for name in FACTS}
        if facts["floor_area"] is not None:
            facts["floor_area"] = f"{facts['floor_area'].normalize():f}"
        if facts["occupancy"] == "9":
            facts["occupancy"] = None
        return facts

    def fact_changes(self) -> dict[str, Any]:
        """Columns of the dwelling whose value differs from the stored one."""
        values = self.cleaned_data
        return {
            name: values[name]
            for name in FACTS
            if not self.fields[name].disabled and values[name] != getattr(self.dwelling, name)
        }


class RevealForm(PortalForm):
    """Why somebody wants to see a whole number."""

    reason = forms.ChoiceField(
        label=_("查看事由"), choices=list(PURPOSES.items()), widget=Radios,
        error_messages={"required": _("请选择查看事由")},
    )  # fmt: skip
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class DeregisterForm(PortalForm):
    """The end of an episode: the day and the reason."""

    columns = 2
    spans = {"note": 2}
    reason = forms.ChoiceField(
        label=_("注销原因"), choices=[("", _("请选择")), *DELETION_REASONS.choices()]
    )
    ended_on = DayField(label=_("离开日期"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class SeveralLeaveForm(PortalForm):
    """When and why several people left together."""

    columns = 2
    spans = {"note": 2}
    reason = forms.ChoiceField(
        label=_("注销原因"),
        choices=[("", _("请选择")), *((c, DELETION_REASONS.title(c)) for c in SHARED_REASONS)],
        help_text=_("死亡和重复、错误登记，请逐人办理"),
    )  # fmt: skip
    ended_on = DayField(label=_("离开日期"))
    note = forms.CharField(
        label=_("说明"), max_length=200, required=False,
        help_text=_("历史记录保留，可在人员页查看"),
        widget=forms.TextInput({"placeholder": _("如：集体宿舍已搬迁")}),
    )  # fmt: skip


class RoundForm(PortalForm):
    """How and when several homes were visited."""

    columns = 2
    spans = {"note": 2}
    method = forms.ChoiceField(label=_("核实方式"), choices=VERIFICATION_METHODS.choices())
    visited_on = DayField(label=_("核实日期"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class MoveForm(PortalForm):
    """Where somebody moved to, and when."""

    columns = 2
    spans = {"address": 2, "note": 2}
    address = forms.CharField(
        label=_("新住址"), max_length=80,
        help_text=_("本单位内的房屋，如 6号1203 或 棠浦路988弄6号1203室"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    moved_on = DayField(label=_("搬迁日期"))
    method = forms.ChoiceField(label=_("核实方式"), choices=VERIFICATION_METHODS.choices())
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class RegroupForm(PortalForm):
    """From when a household is another one, and why."""

    columns = 2
    spans = {"note": 2}
    on = DayField(label=_("生效日期"))
    method = forms.ChoiceField(
        label=_("核实方式"), choices=VERIFICATION_METHODS.choices(), required=False
    )
    note = forms.CharField(
        label=_("说明"), max_length=200, required=False,
        widget=forms.TextInput({"placeholder": _("如：户口簿已分立、老人过世")}),
    )  # fmt: skip

    def __init__(self, *args: Any, moves: bool, **kwargs: Any) -> None:
        """:param moves: whether people move house with it, which is a visit as well"""
        super().__init__(*args, **kwargs)
        if not moves:
            del self.fields["method"]


class AnswerForm(PortalForm):
    """The holder's answer to a request for transfer."""

    answer = forms.CharField(
        label=_("说明"), max_length=200, required=False,
        help_text=_("不同意的须写明理由，由上级裁定"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class DecisionForm(PortalForm):
    """The word of the unit above both committees."""

    decision = forms.CharField(
        label=_("裁定理由"), max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请写明裁定理由")},
    )  # fmt: skip


class MergeForm(PortalForm):
    """What was looked at before two records are called one person."""

    reason = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("例如核对了哪种证件、问了谁"),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请写明依据，例如核对了哪种证件、问了谁")},
    )  # fmt: skip


class LeadForm(PortalForm):
    """A change that somebody saw; whoever only reports says who they are instead of a channel."""

    columns = 2
    spans = {"place": 2, "text": 2}

    kind = forms.ChoiceField(label=_("变动"), choices=Lead.Kind.choices, widget=Segmented)
    subject = forms.ChoiceField(label=_("对象"), choices=Lead.Subject.choices, widget=Segmented)
    place = forms.CharField(
        label=_("地点"), max_length=80, help_text=_("如 6号1203 或 棠浦路988弄6号1203室"),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请写明地点")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("看到了什么"), max_length=MOST_WORDS, widget=forms.Textarea({"rows": 3}),
        help_text=_("如 新搬来一家三口；不写证件号码，不写对人的评价"),
        error_messages={"required": _("请写明看到了什么")},
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("发现渠道"), choices=CHANNELS.choices())
    priority = forms.ChoiceField(
        label=_("优先级"), choices=Lead.Priority.choices, widget=Segmented, initial="mid"
    )
    contact = forms.CharField(
        label=_("联系电话"), max_length=20, required=False, help_text=_("便于核实，可不填"),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, reports_only: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reports_only:
            del self.fields["priority"]
            own = [pair for pair in CHANNELS.choices() if pair[0] in FORCE_CHANNELS]
            channel: Any = forms.ChoiceField(  # PortalForm lays its fields out by marks on them
                label=_("我是"), choices=own, widget=Radios,
                error_messages={"required": _("请选择你的身份")},
            )  # fmt: skip
            channel.ui_span, channel.ui_suffix = 2, ""
            self.fields["channel"] = channel


class DeclarationForm(PortalForm):
    """What somebody declares of themselves: the least that a committee needs to come by."""

    columns = 1
    kind = forms.ChoiceField(
        label=_("申报事项"), widget=Radios, error_messages={"required": _("请选择申报事项")},
        choices=[
            ("new", _("我（和家人）搬来了")), ("cancel", _("我（和家人）搬走了")),
            ("change", _("登记的内容有误或有变动")),
        ],
    )  # fmt: skip
    room = forms.CharField(
        label=_("室号"), max_length=20, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("如 1203室"), error_messages={"required": _("请填写室号")},
    )  # fmt: skip
    text = forms.CharField(
        label=_("补充说明"), max_length=MOST_WORDS, required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("如 一家三口，本周末在家；请不要写证件号码"),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("联系电话"), max_length=20, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
        help_text=_("便于约定上门时间，可不填"),
    )  # fmt: skip
    agreed = forms.BooleanField(
        label=_("我已阅读上面的说明，同意居（村）委会为核实登记使用这些信息"),
        error_messages={"required": _("请阅读说明后勾选")},
    )  # fmt: skip


class GiveForm(PortalForm):
    """To whom one lead or several are given."""

    assigned = forms.TypedChoiceField(
        label=_("承办人"), coerce=int, error_messages={"required": _("请选择承办人")}
    )

    def __init__(self, *args: Any, handlers: Mapping[int, str], **kwargs: Any) -> None:
        """:param handlers: names by account, of those who may be given it"""
        super().__init__(*args, **kwargs)
        self.offer("assigned", handlers.items(), blank=True)


class TriageForm(GiveForm):
    """Who goes there, how urgently, and to which dwelling."""

    columns = 3
    priority = forms.ChoiceField(label=_("优先级"), choices=Lead.Priority.choices, widget=Segmented)
    place = forms.CharField(
        label=_("房屋"), max_length=80, required=False,
        help_text=_("本居（村）委的房屋，可上门后再定"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class FindingForm(PortalForm):
    """What was found at the door, or why nobody has to go."""

    columns = 3
    spans = {"result": 3, "finding": 2}
    result = forms.ChoiceField(
        label=_("结果"), widget=Radios, error_messages={"required": _("请选择结果")}
    )
    visited_on = DayField(label=_("上门日期"), required=False)
    finding = forms.CharField(
        label=_("核实情况"), max_length=MOST_WORDS,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请写明核实情况")},
    )  # fmt: skip

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        """:param state: the lead's; before somebody was sent only dismissing it is offered"""
        super().__init__(*args, **kwargs)
        known = [pair for pair in Lead.Result.choices if pair[0] not in CONFIRMED]
        if may_follow(state, "confirmed"):
            known = list(Lead.Result.choices)
        self.offer("result", known)


class FinishForm(PortalForm):
    """The dwelling whose record shows now what the lead said."""

    columns = 1
    place = forms.CharField(
        label=_("已登记的房屋"), max_length=80,
        help_text=_("新增或变更房屋后在此办结，如 6号1203"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip


class CorrectionForm(PortalForm):
    """What somebody asks about themselves, at the counter or on the telephone."""

    columns = 2
    spans = {"statement": 2}
    requester = forms.ChoiceField(label=_("申请人"), choices=CorrectionRequest.Requester.choices)
    check_method = forms.ChoiceField(
        label=_("身份核验"), choices=CorrectionRequest.Check.choices, widget=Radios
    )
    kind = forms.ChoiceField(label=_("事项"), choices=CorrectionRequest.Kind.choices)
    field = forms.ChoiceField(
        label=_("哪一项"), required=False, choices=[("", _("请选择")), *FIELDS.items()],
        help_text=_("更正、补充、删除的，须选"),
    )  # fmt: skip
    wanted = forms.CharField(
        label=_("应为"), max_length=120, required=False,
        widget=forms.TextInput({"autocomplete": "off"}), help_text=_("更正、补充的，须填"),
    )  # fmt: skip
    evidence = forms.ChoiceField(
        label=_("证明材料"), choices=CorrectionRequest.Evidence.choices, initial="none"
    )
    statement = forms.CharField(
        label=_("申请内容和理由"), max_length=MOST_WORDS, widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明申请的内容和理由")},
    )  # fmt: skip
    received_on = DayField(label=_("收到日期"))


class CorrectionAnswerForm(PortalForm):
    """The written answer; a refusal says why."""

    columns = 1
    value = forms.CharField(
        label=_("更正为"), max_length=120, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    answer = forms.CharField(
        label=_("答复"), max_length=MOST_ANSWERED, widget=forms.Textarea({"rows": 3}),
        help_text=_("写给本人看；不同意的须写明理由"),
        error_messages={"required": _("请写明答复的内容和理由")},
    )  # fmt: skip

    def __init__(self, *args: Any, takes_value: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not takes_value:
            del self.fields["value"]


class DeliveryForm(PortalForm):
    """When the written answer was handed over."""

    columns = 2
    delivered_on = DayField(label=_("送达日期"))


class RoomPlacesForm(PortalForm):
    """One choice for each person: the room they sleep in, or nobody says."""

    columns = 2

    def __init__(
        self, *args: Any, people: Sequence[Residence], rooms: Sequence[Room], **kwargs: Any
    ) -> None:
        choices = [("", _("不清楚")), *((str(room.pk), str(room)) for room in rooms)]
        standing = {room.pk for room in rooms}
        self.base_fields = {  # type: ignore[misc]
            f"at-{row.pk}": forms.ChoiceField(
                label=row.name, choices=choices, required=False, initial=_room_of(row, standing)
            )
            for row in people
        }
        super().__init__(*args, **kwargs)
        for name in self.fields:  # the blank choice is an answer here
            self.offer(name, choices)

    def places(self) -> dict[UUID, UUID | None]:
        """Rooms by episode."""
        return {
            UUID(name.removeprefix("at-")): UUID(value) if value else None
            for name, value in self.cleaned_data.items()
            if name.startswith("at-")
        }


def _room_of(row: Residence, standing: Collection[UUID]) -> str:
    place = getattr(row, "room_place", None)
    return str(place.room_id) if place and place.room_id in standing else ""


class WelcomeForm(PortalForm):
    """That the welcome sheet was handed to somebody, and how."""

    columns = 2
    handed_on = DayField(label=_("告知日期"))
    form = forms.ChoiceField(label=_("方式"), choices=NewcomerService.Form.choices, widget=Radios)
    language = forms.ChoiceField(label=_("语言"), choices=NewcomerService.Language.choices)


def occupancy_title(code: str) -> str:
    """The title of an occupancy code as boards and lists say it."""
    return OCCUPANCY_STATUSES.title(code)
