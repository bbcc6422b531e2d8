"""Forms of residents' appeals; they check and show, services write."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Radios
from residents.appeals import ResidentAppeal
from residents.services.appealing import MOST_REPLIED, MOST_SAID


class AppealForm(PortalForm):
    """What somebody said, on which channel, and against whom."""

    columns = 2
    spans = {"text": 2, "against": 2}
    topic = forms.ChoiceField(
        label=_("主题"), choices=[("", _("请选择")), *ResidentAppeal.Topic.choices],
        error_messages={"required": _("请选择主题")},
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("渠道"), choices=ResidentAppeal.Channel.choices)
    text = forms.CharField(
        label=_("诉求内容"), max_length=MOST_SAID, widget=forms.Textarea({"rows": 4}),
        help_text=_("照本人的话写；不写证件号码"),
        error_messages={"required": _("请写明诉求的内容")},
    )  # fmt: skip
    against = forms.ChoiceField(
        label=_("是否反映问题"), choices=ResidentAppeal.Against.choices, widget=Radios
    )
    against_user = forms.TypedChoiceField(
        label=_("反映的工作人员"), required=False, coerce=int, empty_value=None
    )
    step = forms.CharField(
        label=_("反映的办事环节"), max_length=60, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(
        label=_("姓名"), max_length=50, required=False, help_text=_("可不留"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    contact = forms.CharField(
        label=_("联系方式"), max_length=50, required=False, help_text=_("便于答复，可不留"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    received_on = DayField(label=_("收到日期"))

    def __init__(self, *args: Any, staff: Mapping[int, str], **kwargs: Any) -> None:
        """:param staff: names by account, of those who may be complained of"""
        super().__init__(*args, **kwargs)
        self.offer("against_user", staff.items(), blank=True)


class AppealHandlerForm(PortalForm):
    """Who handles it."""

    columns = 2
    handler = forms.TypedChoiceField(
        label=_("承办人"), coerce=int, error_messages={"required": _("请选择承办人")}
    )

    def __init__(self, *args: Any, handlers: Mapping[int, str], **kwargs: Any) -> None:
        """:param handlers: names by account, without whoever is complained of"""
        super().__init__(*args, **kwargs)
        self.offer("handler", handlers.items(), blank=True)


class AppealReplyForm(PortalForm):
    """What came of it, in words for whoever spoke."""

    columns = 1
    result = forms.ChoiceField(
        label=_("结果"), choices=ResidentAppeal.Result.choices, widget=Radios,
        error_messages={"required": _("请选择结果")},
    )  # fmt: skip
    reply = forms.CharField(
        label=_("答复"), max_length=MOST_REPLIED, widget=forms.Textarea({"rows": 4}),
        help_text=_("写给本人看；不能办理的写明理由和其他途径"),
        error_messages={"required": _("请写明答复")},
    )  # fmt: skip
