"""What is asked before a form is kept, and before it is filled."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.forms import PURPOSE, REASON
from portal.exchange.exports.kinds import ExportKind
from portal.exchange.filling.services import MOST_BYTES, TOO_LARGE
from portal.ui.forms import PortalForm, SentFile
from portal.ui.widgets import Radios


class FormSent(PortalForm):
    """A form that another office sent: from whom, filled from which register."""

    columns = 2
    spans = {"file": 2}

    sender = forms.CharField(
        label=_("来表单位"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("如：曹杨新村街道卫生服务中心"),
        error_messages={"required": _("请写明来表单位")},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("用哪一册填"), widget=Radios, error_messages={"required": _("请选择用哪一册填")},
    )  # fmt: skip
    file = SentFile(
        label=_("空表文件"), allow_empty_file=True, accept=".xlsx", most_bytes=MOST_BYTES,
        too_large=TOO_LARGE, help_text=_(".xlsx，不超过 2 MB；表里先不要填人"),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: dict[str, ExportKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", [(key, kind.title) for key, kind in kinds.items()])


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
