"""Forms of the population register; they check and show, services write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Radios, Segmented
from residents.categories import DELETION_REASONS, VERIFICATION_METHODS
from residents.services import PURPOSES

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


def occupancy_title(code: str) -> str:
    """The title of an occupancy code as boards and lists say it."""
    return OCCUPANCY_STATUSES.title(code)
