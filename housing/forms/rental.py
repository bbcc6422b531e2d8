"""Forms of a dwelling's rooms and of an officer's word on group rental."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.dwelling_rooms import GroupRentalDecision, Room
from housing.group_rental import USES
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Checks

#: Lines that stand ready below the rooms that are known.
SPARE = 4
MOST_ROOMS = 40
BEDS = [("", _("不清楚")), *Room.Beds.choices]


class RoomForm(PortalForm):
    """One room; a line whose name is blank is none, or takes the room away."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    label = forms.CharField(label=_("房间"), max_length=20, required=False)
    use = forms.ChoiceField(label=_("原设计用途"), choices=USES, required=False)
    usable_area = forms.DecimalField(
        label=_("使用面积 m²"), max_digits=6, decimal_places=2, min_value=0.01, max_value=500,
        required=False,
    )  # fmt: skip
    by_bed = forms.ChoiceField(label=_("按床位出租"), choices=BEDS, required=False)

    def clean(self) -> dict[str, Any]:
        """A line of which only the name was forgotten is not lost without a word."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        told = values.get("usable_area") or values.get("by_bed")
        if told and not values.get("label", "").strip() and not values.get("id"):
            self.add_error("label", _("写明是哪一间，如 朝南大间"))
        return values

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("by_bed", BEDS)  # the blank one is an answer here, not a thing left out
        place = int(str(self.prefix or "room-0").rpartition("-")[2]) + 1
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"第 {place} 间 {field.label}"


RoomSheet = forms.formset_factory(
    RoomForm, extra=SPARE, max_num=MOST_ROOMS, absolute_max=MOST_ROOMS, validate_max=True
)


class DecisionForm(PortalForm):
    """A visit of two or more, and the officer's word."""

    columns = 2
    spans = {"visitors": 2, "facts": 2, "assistance": 2}
    kind = forms.ChoiceField(
        label=_("结论"), choices=[("", _("请选择")), *GroupRentalDecision.Kind.choices]
    )
    visited_on = DayField(label=_("上门日期"))
    visitors = forms.TypedMultipleChoiceField(
        label=_("上门人员"), coerce=int, widget=Checks, help_text=_("两人以上")
    )
    entry_basis = forms.ChoiceField(label=_("入户依据"), choices=GroupRentalDecision.Entry.choices)
    badge_shown = forms.BooleanField(label=_("已先出示证件"), required=False)
    facts = forms.CharField(
        label=_("事实和理由"), max_length=200, help_text=_("只写房屋和居住情况，不写证件号")
    )
    assistance = forms.CharField(
        label=_("帮助安置"), max_length=200, required=False,
        help_text=_("整改完成的必填：如何告知、给了多长时间、老人和儿童怎样安排"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, visitors: Mapping[int, str], kinds: list[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offer("visitors", visitors.items())
        titles = dict(GroupRentalDecision.Kind.choices)
        # nothing is chosen beforehand: so grave a word is said, not overlooked
        self.offer("kind", [(kind, titles[kind]) for kind in kinds], blank=True)
