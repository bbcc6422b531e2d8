"""Forms of permits; they check and show, services write."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from permits import eligibility, materials
from permits.models import EligibilityCheck, PermitApplication
from permits.services.reviewing import REMEDY
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Checks, IdNumberInput

MATERIALS = [
    (material.key, f"{material.title}（{material.asked}）")
    for material in materials.MATERIALS.values()
]


class ReceiveForm(PortalForm):
    """What the window enters: whose application, what for, and which papers are here."""

    spans = {"reason": 2, "received": 2}
    number = forms.CharField(
        label=_("申请人证件号"), max_length=40, widget=IdNumberInput,
        help_text=_("读卡或照证件原件输入；按证件号查到居住登记后受理"),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("业务类型"), choices=PermitApplication.Kind.choices, initial="first"
    )
    reason = forms.ChoiceField(label=_("申办事由"), choices=list(materials.REASONS.items()))
    received = forms.MultipleChoiceField(
        label=_("已收材料"), choices=MATERIALS, widget=Checks, required=False,
        help_text=_("按事由必需的材料不齐时，系统一次性列出应补的材料"),
    )  # fmt: skip


class CompleteForm(PortalForm):
    """What came in after the notice."""

    columns = 1
    received = forms.MultipleChoiceField(label=_("补收材料"), choices=(), widget=Checks)

    def __init__(self, *args: Any, missing: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted = set(missing)
        self.offer("received", [pair for pair in MATERIALS if pair[0] in wanted])


class ReviewForm(PortalForm):
    """One result and one note for each condition, and the opinion."""

    opinion = forms.CharField(label=_("审查意见"), required=False, max_length=200)

    def __init__(self, *args: Any, checks: Iterable[EligibilityCheck], **kwargs: Any) -> None:
        self.checks = list(checks)
        super().__init__(*args, **kwargs)
        for check in self.checks:
            title = eligibility.TITLES[check.condition]
            self.fields[f"met_{check.condition}"] = forms.ChoiceField(
                label=title, choices=list(eligibility.MET_TITLES.items()), initial=check.met,
                widget=forms.Select(attrs={"class": "pp-select", "aria-label": title}),
            )  # fmt: skip
            self.fields[f"note_{check.condition}"] = forms.CharField(
                label=_("情况"), required=False, max_length=200, initial=check.note,
                widget=forms.TextInput(attrs={"class": "pp-input", "aria-label": title}),
            )  # fmt: skip

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each condition with its two fields, for the page."""
        return [
            {
                "check": check,
                "title": eligibility.TITLES[check.condition],
                "met": self[f"met_{check.condition}"],
                "note": self[f"note_{check.condition}"],
            }
            for check in self.checks
        ]

    def findings(self) -> dict[str, tuple[str, str]]:
        """(met, note) by condition."""
        values = self.cleaned_data
        return {
            check.condition: (
                values[f"met_{check.condition}"], values[f"note_{check.condition}"],
            )
            for check in self.checks
        }  # fmt: skip


class RefuseForm(PortalForm):
    """Why a case is refused and what the applicant may do."""

    columns = 1
    refusal_reason = forms.CharField(label=_("不予办理理由"), max_length=200)
    remedy = forms.CharField(label=_("救济途径"), max_length=200, initial=REMEDY)


class IssueForm(PortalForm):
    """The card that came back."""

    number = forms.CharField(label=_("居住证号码"), max_length=30, widget=IdNumberInput)
    issued_on = DayField(label=_("签发日期"))


class WordForm(PortalForm):
    """One sentence: why a case is withdrawn, on what ground it is reconsidered."""

    columns = 1
    words = forms.CharField(label=_("原因"), max_length=200)
