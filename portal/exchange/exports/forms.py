"""What is asked before a file leaves, and what an approver says."""

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.kinds import ExportKind
from portal.ui.forms import PortalForm
from portal.ui.widgets import Checks, Segmented

FORMATS = [("xlsx", "XLSX"), ("csv", "CSV")]


PURPOSE = partial(
    forms.CharField,
    label=_("用途"), max_length=60, error_messages={"required": _("请写明用途")},
    widget=forms.TextInput({"autocomplete": "off", "placeholder": _("如：三季度入户核对")}),
)  # fmt: skip
REASON = partial(
    forms.CharField,
    label=_("理由"), max_length=200, required=False, widget=forms.Textarea({"rows": 2}),
    help_text=_("写明为什么需要名单、给谁用、用完怎么处理；审批人会看到"),
    error_messages={"required": _("请写明导出理由")},
)  # fmt: skip


class AskForm(PortalForm):
    """A file: format, what for, why, and which columns."""

    columns = 6
    spans = {"purpose": 4, "file_format": 2, "reason": 6, "keys": 6}

    purpose = PURPOSE()
    file_format = forms.ChoiceField(label=_("格式"), choices=FORMATS, widget=Segmented)
    reason = REASON()
    keys = forms.MultipleChoiceField(
        label=_("列"), widget=Checks,
        error_messages={"required": _("至少选一列")},
    )  # fmt: skip

    def __init__(self, *args: Any, kind: ExportKind, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("keys", [(each.key, each.title) for each in kind.columns])
        if needs_reason:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]


class DecideForm(PortalForm):
    """An approver's word."""

    columns = 1

    reason = forms.CharField(
        label=_("意见"), max_length=200, required=False,
        widget=forms.Textarea({"rows": 2}), help_text=_("退回时必填，申请人会看到"),
    )  # fmt: skip
