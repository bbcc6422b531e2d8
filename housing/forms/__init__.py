"""Forms of housing; they check and show, services write."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.codes import BUILDING_STRUCTURES, BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.estates import LONGEST_NAME, SHARED_FACTS, Estate, OwnersCommittee
from housing.legality import LegalityDetermination, Result
from housing.models import Building, DwellingUnit, HouseCodeRequest, Lease
from housing.rooms import BlockError, RoomBlock, read_floors, read_places
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Suggested

CODE_CHOICES = [("internal", _("赋正式码")), ("provisional", _("先发临时码"))]


def estate_field() -> forms.CharField:
    """An estate of the committee by its name, or the name of one that is not there yet."""
    return forms.CharField(
        label=_("小区"), max_length=LONGEST_NAME, required=False,
        widget=Suggested({"autocomplete": "off"}),
        help_text=_("输入名称选择；没有的直接写，随楼栋一起登记"),
    )  # fmt: skip


def owners_field() -> forms.ChoiceField:
    """Whether the owners have a committee."""
    return forms.ChoiceField(
        label=_("业委会"), choices=[("", _("未登记")), *OwnersCommittee.choices], required=False
    )


def company_field() -> forms.CharField:
    return forms.CharField(label=_("物业公司"), max_length=60, required=False)


def suggest(form: forms.Form, estates: Iterable[str]) -> None:
    """Give a form's estate the names to choose from."""
    form.fields["estate"].widget.options = list(estates)


class BlockFields(forms.Form):
    """A block of rooms: which floors, how many on each, which floors and numbers are missing."""

    first_floor = forms.IntegerField(label=_("起始层"), min_value=1, max_value=150, initial=1)
    last_floor = forms.IntegerField(label=_("顶层"), min_value=1, max_value=150)
    per_floor = forms.IntegerField(
        label=_("每层套数"), min_value=1, max_value=99, help_text=_("几个单元的，填一个单元的")
    )
    entrances = forms.IntegerField(
        label=_("单元（门洞）数"), min_value=1, max_value=20, initial=1, required=False,
        help_text=_("1 个就不写单元；几个的，室号写成 2单元301"),
    )  # fmt: skip
    skipped = forms.CharField(
        label=_("没有的楼层"), required=False, max_length=60,
        help_text=_("如 4、13、14，没有就空着"),
    )  # fmt: skip
    places = forms.CharField(
        label=_("没有的室号尾数"), required=False, max_length=60,
        help_text=_("如 04、13：不编 104、204、113 这些号"),
    )  # fmt: skip
    tenure = forms.ChoiceField(label=_("产权性质"), choices=TENURES.choices(), initial="9")
    codes = forms.ChoiceField(label=_("房屋编码"), choices=CODE_CHOICES, initial="internal")

    def clean_skipped(self) -> frozenset[int]:
        return self._read(read_floors, "skipped")

    def clean_places(self) -> frozenset[int]:
        return self._read(read_places, "places")

    def _read(self, reader: Callable[[str], frozenset[int]], name: str) -> frozenset[int]:
        try:
            return reader(self.cleaned_data[name])
        except BlockError as wrong:
            raise forms.ValidationError(wrong.message_zh) from wrong

    def block(self, left_out: Iterable[str] = ()) -> RoomBlock | None:
        """The block that the fields tell; None where they are left blank.

        :param left_out: rooms that were struck out in the preview
        """
        values = self.cleaned_data
        if not (values.get("last_floor") and values.get("per_floor")):
            return None
        return RoomBlock(
            first_floor=values.get("first_floor") or 1, last_floor=values["last_floor"],
            per_floor=values["per_floor"], skipped=values.get("skipped") or frozenset(),
            entrances=values.get("entrances") or 1, places=values.get("places") or frozenset(),
            left_out=frozenset(left_out),
        )  # fmt: skip


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
    estate = estate_field()
    use = forms.ChoiceField(label=_("房屋用途"), choices=BUILDING_USES.choices(), initial="10")
    built_year = forms.IntegerField(
        label=_("建成年份"), min_value=1840, max_value=2100, required=False
    )
    field_order = (
        "committee", "address", "estate", "use", "built_year", "first_floor", "last_floor",
        "per_floor", "entrances", "skipped", "places", "tenure", "codes",
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


class BuildingFactsForm(PortalForm):
    """What may be corrected of a building."""

    columns = 3
    estate = estate_field()
    use = forms.ChoiceField(label=_("房屋用途"), choices=BUILDING_USES.choices())
    storeys = forms.IntegerField(label=_("层数"), min_value=1, max_value=150)
    built_year = forms.IntegerField(
        label=_("建成年份"), min_value=1840, max_value=2100, required=False
    )
    structure = forms.ChoiceField(
        label=_("建筑结构"), choices=[("", _("未登记")), *BUILDING_STRUCTURES.choices()],
        required=False,
    )  # fmt: skip
    entrance_count = forms.IntegerField(
        label=_("单元数"), min_value=1, max_value=50, required=False
    )
    property_company = company_field()
    owners_committee = owners_field()
    contact = forms.CharField(
        label=_("楼组长"), max_length=50, required=False, help_text=_("只写姓名，不写电话")
    )
    status = forms.ChoiceField(label=_("状态"), choices=Building.Status.choices)

    def leave_to(self, estate: Estate | None) -> list[str]:
        """Drop what the building's estate tells of all buildings; returns these facts' titles."""
        told = [fact for fact in SHARED_FACTS if estate and getattr(estate, fact)]
        return [str(self.fields.pop(fact).label) for fact in told]


def _number(label: Any, **kwargs: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, **kwargs)


class DwellingForm(PortalForm):
    """What is known of one dwelling."""

    columns = 3
    spans = {"note": 3}
    suffixes = {"floor_area": "m²"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            # What the page was opened with travels along: only what this user changed is saved.
            each.show_hidden_initial = True
        held, status = self.initial.get("status", "active"), DwellingUnit.Status
        offered = {status.ACTIVE, status.NON_RESIDENTIAL, held}
        self.offer("status", [pair for pair in status.choices if pair[0] in offered])

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
    status = forms.ChoiceField(label=_("状态"), choices=())
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


class CodeRequestForm(PortalForm):
    """What is asked of the street about one house code; `kind` decides which fields there are."""

    columns = 2
    code = forms.CharField(
        label=_("新编码"), max_length=40, required=False,
        widget=forms.TextInput({"class": "pp-input pp-input-mono", "autocomplete": "off"}),
    )  # fmt: skip
    rooms = forms.CharField(label=_("室号"), max_length=200, required=False)
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = HouseCodeRequest.Kind
        if kind not in {kinds.ASSIGN, kinds.CORRECT}:
            del self.fields["code"]
        if kind not in {kinds.SPLIT, kinds.MERGE}:
            del self.fields["rooms"]
        self.fields["reason"].required = kind != kinds.ASSIGN
        if kind == kinds.ASSIGN:
            self.fields["code"].help_text = _("空着就按楼栋和室号编")
        elif kind == kinds.CORRECT:
            self.fields["code"].required = True
        elif kind == kinds.SPLIT:
            self.fields["rooms"].required = True
            self.fields["rooms"].help_text = _("拆分后的室号，如 1203A、1203B；这一套随即不在册")
        elif kind == kinds.MERGE:
            self.fields["rooms"].required = True
            self.fields["rooms"].help_text = _("并入这一套的室号，如 1204；这一套的编码不变")


class CodeDecisionForm(PortalForm):
    """The street's word on a request."""

    columns = 1
    answer = forms.CharField(
        label=_("意见"), max_length=200, required=False, help_text=_("退回的，写明理由")
    )


class CodeReturnForm(PortalForm):
    """Why several requests are returned."""

    columns = 1
    answer = forms.CharField(
        label=_("退回理由"), max_length=200, error_messages={"required": _("退回要写明理由")}
    )


class LeaseForm(PortalForm):
    """A lease as its contract says; the filing (备案) may follow later."""

    columns = 3
    landlord = forms.CharField(label=_("出租人"), max_length=50)
    landlord_kind = forms.ChoiceField(
        label=_("出租人类型"), choices=Lease.Party.choices, initial=Lease.Party.PERSON
    )
    lessee = forms.CharField(label=_("承租人"), max_length=50)
    kind = forms.ChoiceField(
        label=_("租赁方式"), choices=Lease.Kind.choices, initial=Lease.Kind.WHOLE
    )
    starts_on = DayField(label=_("起租日期"))
    ends_on = DayField(label=_("止租日期"), help_text=_("租期的最后一天"))
    room_count = forms.IntegerField(label=_("出租间数"), min_value=1, max_value=99, required=False)
    rooms = forms.CharField(
        label=_("出租部位"), max_length=40, required=False, help_text=_("合租写明，如 朝南次卧")
    )
    persons_declared = forms.IntegerField(
        label=_("约定居住人数"), min_value=1, max_value=999, required=False
    )
    contract_no = forms.CharField(label=_("合同编号"), max_length=40, required=False)
    filing_no = forms.CharField(
        label=_("备案号"), max_length=40, required=False, help_text=_("还没备案就空着")
    )
    filed_on = DayField(label=_("备案日期"), required=False)
    intermediary = forms.CharField(label=_("居间或代理机构"), max_length=60, required=False)
    safety_signed = forms.BooleanField(label=_("已签安全承诺书"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # What the page was opened with travels along: only what this user changed is saved.
            field.show_hidden_initial = True


class FindingForm(PortalForm):
    """What the housing department found of a dwelling."""

    columns = 2
    spans = {"note": 2}
    result = forms.ChoiceField(label=_("认定结果"), choices=[("", ""), *Result.choices])
    part = forms.ChoiceField(
        label=_("认定范围"), choices=LegalityDetermination.Part.choices,
        initial=LegalityDetermination.Part.WHOLE,
    )  # fmt: skip
    basis_no = forms.CharField(label=_("依据文号"), max_length=60, required=False)
    basis_organ = forms.CharField(label=_("出具机关"), max_length=60, required=False)
    basis_on = DayField(label=_("依据日期"), required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class SeveralFindingForm(FindingForm):
    """One finding of several dwellings; taking one back is told of each by itself."""

    result = forms.ChoiceField(
        label=_("认定结果"),
        choices=[("", ""), *(each for each in Result.choices if each[0] != Result.UNTOLD)],
    )


class ObjectionForm(PortalForm):
    """An objection to the latest finding, and the answer."""

    columns = 1
    asked_on = DayField(label=_("提出日期"))
    words = forms.CharField(label=_("异议及答复"), max_length=200)


class FilingForm(PortalForm):
    """The filing of a lease."""

    columns = 1
    filing_no = forms.CharField(label=_("备案号"), max_length=40)
    filed_on = DayField(label=_("备案日期"))


class EndLeaseForm(PortalForm):
    """When the lessee moved out, and why."""

    columns = 1
    ended_on = DayField(label=_("终止日期"))
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)


class RenewLeasesForm(PortalForm):
    """For how long several leases are renewed, each on its own terms."""

    columns = 1
    years = forms.TypedChoiceField(
        label=_("续租"), coerce=int, initial="1",
        choices=[("1", _("1 年")), ("2", _("2 年")), ("3", _("3 年"))],
        help_text=_("从原租期后一天起，其他约定照旧；合同编号和备案另行登记"),
    )  # fmt: skip


class EndLeasesForm(PortalForm):
    """Why leases whose term is over are ended, each at its last day."""

    columns = 1
    reason = forms.CharField(
        label=_("事由"), max_length=200, required=False,
        help_text=_("如 到期退租；终止日期按各自的止租日期"),
    )  # fmt: skip


class VoidLeaseForm(PortalForm):
    """Why a lease was entered by mistake."""

    columns = 1
    reason = forms.CharField(label=_("撤销事由"), max_length=200)
