"""The form by which a child's guardian is named."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ui.forms import PortalForm
from residents.models import Residence

NOBODY, ELSEWHERE = "none", "elsewhere"


class GuardianForm(PortalForm):
    """Somebody of the same dwelling, somebody found by name or number, or nobody any more."""

    columns = 2
    spans = {"guardian": 2, "who": 2, "reason": 2}
    guardian = forms.ChoiceField(label=gettext_lazy("监护人"), widget=forms.RadioSelect)
    who = forms.CharField(
        label=gettext_lazy("不住在这里的监护人"), max_length=40, required=False,
        help_text=gettext_lazy("姓名加室号，或证件号码，如 王巧云 1203；只能是本单位登记的人"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, grown: Iterable[Residence], **kwargs: Any) -> None:
        """:param grown: people of age who live where the child lives"""
        super().__init__(*args, **kwargs)
        self.offer("guardian", [
            *((str(row.resident_id), row.name) for row in grown),
            (ELSEWHERE, _("不住在这里，在下面写明")),
            (NOBODY, _("不再登记监护人")),
        ])  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("guardian") == ELSEWHERE and not told.get("who"):
            self.add_error("who", _("请写监护人的姓名和室号，或证件号码"))
        return told
