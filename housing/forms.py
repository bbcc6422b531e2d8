"""Forms of housing; they check and show, services write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit
from housing.rooms import BlockError, RoomBlock, read_floors
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.forms import PortalForm

CODE_CHOICES = [("internal", _("赋正式码")), ("provisional", _("先发临时码"))]


class BlockFields(forms.Form):
    """A block of rooms: which floors, how many on each, which floors are missing."""

    first_floor = forms.IntegerField(label=_("起始层"), min_value=1, max_value=150, initial=1)
    last_floor = forms.IntegerField(label=_("顶层"), min_value=1, max_value=150)
    per_floor = forms.IntegerField(label=_("每层套数"), min_value=1, max_value=99)
    skipped = forms.CharField(
        label=_("没有的楼层"),
        required=False,
        max_length=60,
        help_text=_("如 4、13、14，没有就空着"),
    )
    tenure = forms.ChoiceField(label=_("产权性质"), choices=TENURES.choices(), initial="9")
    codes = forms.ChoiceField(label=_("房屋编码"), choices=CODE_CHOICES, initial="internal")

    def clean_skipped(self) -> frozenset[int]:
        try:
            return read_floors(self.cleaned_data["skipped"])
        except BlockError as wrong:
            raise forms.ValidationError(wrong.message_zh) from wrong

    def block(self) -> RoomBlock | None:
        """The block that the fields tell; None where they are left blank."""
        values = self.cleaned_data
        if not (values.get("last_floor") and values.get("per_floor")):
            return None
        return RoomBlock(
            values.get("first_floor") or 1,
            values["last_floor"],
            values["per_floor"],
            values.get("skipped") or frozenset(),
        )


class BlockForm(BlockFields, PortalForm):
    """Rooms for a building that stands without them."""

    columns = 3


class BuildingForm(BlockFields, PortalForm):
    """A building, with its rooms in the same act; without rooms the block stays blank."""

    columns = 3
    spans = {"address": 2}
    committee = forms.ModelChoiceField(label=_("居（村）委"), queryset=OrgUnit.objects.none())
    address = forms.CharField(
        label=_("门牌地址"), max_length=80, help_text=_("到门牌号为止，如 棠浦路988弄6号")
    )
    estate = forms.CharField(label=_("小区"), max_length=60, required=False)
    use = forms.ChoiceField(label=_("房屋用途"), choices=BUILDING_USES.choices(), initial="10")
    built_year = forms.IntegerField(
        label=_("建成年份"), min_value=1840, max_value=2100, required=False
    )
    field_order = (
        "committee", "address", "estate", "use", "built_year", "first_floor", "last_floor",
        "per_floor", "skipped", "tenure", "codes",
    )  # fmt: skip

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if scope.level == "committee":
            del self.fields["committee"]
        else:
            self.fields["committee"].queryset = (  # type: ignore[attr-defined]
                OrgUnit.objects.under(scope.unit).committees().order_by("code")
            )
        for name in ("first_floor", "last_floor", "per_floor"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(values.get("last_floor")) != bool(values.get("per_floor")):
            blank = "per_floor" if values.get("last_floor") else "last_floor"
            if blank not in self.errors:
                self.add_error(blank, _("顶层和每层套数要一起填；先不建房间就都空着"))
        return values


def _number(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, **kwargs)


class DwellingForm(PortalForm):
    """What is known of one dwelling."""

    columns = 3
    spans = {"note": 3}
    suffixes = {"floor_area": "m²"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # What the page was opened with travels along: only what this user changed is saved.
            field.show_hidden_initial = True

    room_no = forms.CharField(label=_("室号"), max_length=12)
    floor = forms.IntegerField(label=_("层"), min_value=-5, max_value=150)
    occupancy = forms.ChoiceField(label=_("居住状态"), choices=OCCUPANCY_STATUSES.choices())
    tenure = forms.ChoiceField(label=_("产权性质"), choices=TENURES.choices())
    floor_area = _number(
        _("建筑面积"), max_digits=8, decimal_places=2, min_value=0.01, max_value=2000
    )
    design_rooms = forms.IntegerField(label=_("居室数"), min_value=0, max_value=20, required=False)
    owner_name = forms.CharField(label=_("产权人"), max_length=50, required=False)
    design_use = forms.ChoiceField(label=_("设计用途"), choices=BUILDING_USES.choices())
    actual_use = forms.ChoiceField(label=_("实际用途"), choices=BUILDING_USES.choices())
    status = forms.ChoiceField(label=_("状态"), choices=DwellingUnit.Status.choices)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)

    def clean_room_no(self) -> str:
        """Without the word behind the number; the register adds it where it writes addresses."""
        return str(self.cleaned_data["room_no"]).strip().removesuffix("室")


class NewDwellingForm(DwellingForm):
    """One more dwelling in a building."""

    spans = {"house_code": 2, "note": 3}
    field_order = (
        "room_no", "floor", "occupancy", "tenure", "floor_area", "design_rooms", "owner_name",
        "house_code", "note",
    )  # fmt: skip
    house_code = forms.CharField(
        label=_("房屋编码"), max_length=40, required=False, help_text=_("空着就按楼栋和室号编")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("design_use", "actual_use", "status"):
            del self.fields[name]
        self.fields["floor"].required = False
        self.fields["floor"].help_text = _("空着就按室号")
        self.initial = {"occupancy": "9", "tenure": "9", **self.initial}


class HouseCodeForm(PortalForm):
    """A house code: given, or put right with the reason."""

    columns = 2
    code = forms.CharField(
        label=_("房屋编码"), max_length=40, required=False,
        widget=forms.TextInput({"class": "pp-input pp-input-mono", "autocomplete": "off"}),
    )  # fmt: skip
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)

    def __init__(self, *args: Any, correcting: bool, **kwargs: Any) -> None:
        """:param correcting: a final code is put right, which needs code and reason"""
        super().__init__(*args, **kwargs)
        self.fields["code"].required = self.fields["reason"].required = correcting
        if not correcting:
            self.fields["code"].help_text = _("空着就按楼栋和室号编")
