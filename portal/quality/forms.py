"""What is typed when an issue is given, excepted, answered or checked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.quality.services.steps import MOST_WORDS
from portal.ui.forms import DayField, PortalForm


def words(label: Any, missing: Any = "", help_text: Any = "") -> forms.CharField:
    """One line of words; needed where it says what is missing."""
    return forms.CharField(
        label=label, max_length=MOST_WORDS, required=bool(missing), help_text=help_text,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": missing} if missing else None,
    )  # fmt: skip


class AssignForm(PortalForm):
    """To whom one issue or several are given."""

    columns = 1
    mender = forms.TypedChoiceField(
        label=_("责任人"), coerce=int, error_messages={"required": _("请选择责任人")}
    )

    def __init__(self, *args: Any, menders: Mapping[int, str], **kwargs: Any) -> None:
        """:param menders: names by account, of those who mend such issues there"""
        super().__init__(*args, **kwargs)
        self.offer("mender", menders.items(), blank=True)


class AskForm(PortalForm):
    """Why the record is right although the rule finds it."""

    columns = 1
    reason = words(
        _("理由"), _("请写明为什么这样登记没有错"),
        _("街道（镇）另一人审批，批准后到截止日期前不再提示；不写证件号、手机号"),
    )  # fmt: skip


class ApproveForm(PortalForm):
    """Until when the record is taken for right."""

    columns = 2
    until = DayField(
        label=_("无误至"), error_messages={"required": _("请填写截止日期")},
        help_text=_("最长 180 天；到期或登记有变动时重新查出"),
    )  # fmt: skip
    answer = words(_("说明"))

    def __init__(self, *args: Any, until: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if until is not None:
            self.fields["until"].initial = until


class AnswerForm(PortalForm):
    """Why something is sent back."""

    columns = 1
    answer = words(_("理由"), _("请写明理由"))
