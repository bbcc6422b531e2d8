"""Forms of the assessment: a claim, a document, a review."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment.models import EvidenceKind
from portal.ui.forms import PortalForm
from portal.ui.widgets import Radios


class ClaimForm(PortalForm):
    """What a unit says of one indicator."""

    columns = 1
    points = forms.DecimalField(label=_("自评分"), min_value=0, max_digits=5, decimal_places=2)
    explanation = forms.CharField(
        label=_("说明"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("与系统计算不一致时必填；不写证件号、手机号"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)


class EvidenceForm(PortalForm):
    """A document that proves a claim, by its name and number; files stay with the unit."""

    spans: ClassVar[dict[str, int]] = {"kind": 2}
    kind = forms.ChoiceField(
        label=_("佐证类别"), choices=EvidenceKind.choices, initial=EvidenceKind.NOTE
    )
    title = forms.CharField(label=_("名称、文号"), max_length=80)
    note = forms.CharField(
        label=_("佐证内容"), required=False, max_length=300,
        help_text=_("写明能证明什么、存放何处；不写证件号、手机号"),
    )  # fmt: skip


ACTS = {
    "accept": _("按系统计算值"),
    "propose": _("调整得分（须双人复核）"),
    "send_back": _("退回街道补正"),
    "second": _("同意调整"),
    "refuse": _("不同意调整"),
}


class ReviewForm(PortalForm):
    """The district's decision on one score; only acts that its state allows are offered."""

    columns = 1
    act = forms.ChoiceField(label=_("处理意见"), widget=Radios)
    points = forms.DecimalField(
        label=_("调整为"), required=False, min_value=0, max_digits=5, decimal_places=2
    )
    reason = forms.CharField(
        label=_("复核理由"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)
    points_only_for: ClassVar[str] = "propose"

    def __init__(self, *args: Any, acts: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("act", [(act, ACTS[act]) for act in acts])
        if "propose" not in acts:
            del self.fields["points"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("act") == self.points_only_for and cleaned.get("points") is None:
            self.add_error("points", _("写出调整后的得分"))
        if cleaned.get("act") != "second" and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", _("请写明复核理由"))
        return cleaned
