"""What is asked before a form is kept, and before it is filled."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exchange.containers import MAX_BYTES
from portal.exchange.exports.forms import PURPOSE, REASON
from portal.exchange.exports.kinds import ExportKind
from portal.ui.forms import PortalForm
from portal.ui.widgets import Radios


class FormSent(PortalForm):
    """A form that another office sent: from whom, filled from which register."""

    columns = 2

    sender = forms.CharField(
        label=_("来表单位"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("如：曹杨新村街道卫生服务中心"),
        error_messages={"required": _("请写明来表单位")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("用哪一册填"), widget=Radios, error_messages={"required": _("请选择用哪一册填")},
    )  # fmt: skip
    file = forms.FileField(
        label=_("空表文件"), allow_empty_file=True, widget=forms.FileInput({"accept": ".xlsx"}),
        error_messages={"required": _("请选择文件"), "invalid": _("没有收到文件，请重新选择")},
        help_text=_(".xlsx，不超过 2 MB；表里先不要填人"),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: dict[str, ExportKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", [(key, kind.title) for key, kind in kinds.items()])

    def clean_file(self) -> Any:
        """Too large a file is not even read into memory."""
        sent = self.cleaned_data["file"]
        if (sent.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("空表超过 2 MB，请删去表里的数据和图片后再上传"))
        return sent


class FillForm(PortalForm):
    """A form's rows leave: what for, and why where they are many."""

    columns = 1

    purpose = PURPOSE()
    reason = REASON()

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_reason:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]
