"""Forms of spot checks: a plan, who goes, what a visit came to."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.orgs.models import OrgUnit
from portal.ui.forms import DayField, PortalForm, dress
from portal.ui.widgets import Segmented
from residents.filters import SEXES
from residents.models import SpotPlace
from residents.services.spotchecks import PlaceSeen, Planned, Seen, Visit
from residents.spotchecks.besides import HUKOU
from residents.spotchecks.courses import ASKED, WITH_PEOPLE, outcomes_of

#: Rows for people on a sheet; blank ones are left out.
ROWS = 8
#: What is asked of a person, and what besides where the draw asks for more.
ASKED_OF = ("name", "sex", "born", "tail")
ASKED_BESIDES = ("category", "since", "phone")


class PlanForm(PortalForm):
    """Which check of which street, when, how precise; the number of draws follows."""

    unit = forms.TypedChoiceField(label=_("街道（镇）"), coerce=int)
    kind = forms.ChoiceField(label=_("类别"), choices=ASKED)
    as_of = DayField(label=_("时点"), help_text=_("问的是这一天晚上住在这里的人"))
    field_from = DayField(label=_("上门开始"), help_text=_("抽查表当天下发，14 天内完成"))
    half_width = forms.DecimalField(label=_("允许误差（百分点）"), min_value=1, max_value=20)
    share = forms.DecimalField(label=_("预计比率（%）"), min_value=50, max_value=99)
    met = forms.DecimalField(label=_("预计应答率（%）"), min_value=21, max_value=100)
    wanted = forms.IntegerField(
        label=_("拟抽数"), min_value=0, max_value=2000, required=False,
        help_text=_("留空按误差自动计算"),
    )  # fmt: skip
    key_areas = forms.BooleanField(
        label=_("重点区域单独分层、多抽（顺查）"), required=False
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = OrgUnit.objects.streets().filter(valid_to=None).order_by("code")
        self.offer("unit", streets.values_list("code", "name"))

    def planned(self) -> Planned:
        told = self.cleaned_data
        return Planned(
            unit=told["unit"], kind=told["kind"], as_of=told["as_of"],
            field_from=told["field_from"], wanted=told["wanted"] or 0,
            share=float(told["share"]) / 100, half_width=float(told["half_width"]) / 100,
            met=float(told["met"]) / 100,
            key_areas=told["key_areas"] and told["kind"] == "forward",
        )  # fmt: skip


class VerifiersForm(PortalForm):
    """Who goes: posts of other streets."""

    posts = forms.TypedMultipleChoiceField(
        label=_("核查员"), coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("只列其他街道（镇）的人，抽查表按路线平均分给各人"),
    )  # fmt: skip

    def __init__(self, *args: Any, able: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("posts", [(post.pk, f"{post.user.name}　{post.unit.name}") for post in able])


class ExtendForm(PortalForm):
    """How many more to draw."""

    wanted = forms.IntegerField(label=_("补抽数"), min_value=1, max_value=2000)


class RecheckForm(PortalForm):
    """How many doors to call at again, and from when."""

    wanted = forms.IntegerField(label=_("复查数"), min_value=1, max_value=2000)
    field_from = DayField(label=_("上门开始"))


class CancelForm(PortalForm):
    """Why a round is given up."""

    columns = 1

    reason = forms.CharField(label=_("取消的原因"), max_length=200)


class PlaceForm(PortalForm):
    """A place where people live and that the list of dwellings lacks."""

    item = forms.ChoiceField(
        label=_("在哪一户附近"), error_messages={"required": _("请选择在哪一户附近")}
    )
    place = forms.CharField(
        label=_("地点"), max_length=80, help_text=_("写到别人能照着找到，不写姓名和证件号"),
        error_messages={"required": _("请写明在哪里，别人能照着找到")},
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    what = forms.ChoiceField(
        label=_("是什么地方"), error_messages={"required": _("请选择是什么地方")}
    )
    people = forms.IntegerField(
        label=_("所见人数"), required=False, help_text=_("不清楚的留空"),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        """:param items: the draws of the own sheet"""
        super().__init__(*args, **kwargs)
        doors = [(str(each.pk), f"{each.number}　{each.place}") for each in items]
        self.offer("item", doors, blank=True)
        self.offer("what", SpotPlace.What.choices, blank=True)

    def seen(self) -> PlaceSeen:
        told = self.cleaned_data
        return PlaceSeen(told["place"], told["what"], told["people"])


class VisitForm(PortalForm):
    """One call at a door, typed blind; a row for each person."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("结果"), widget=Segmented)
    on_paper = forms.BooleanField(label=_("按纸质表补录"), required=False)

    def __init__(self, *args: Any, kind: str, more: bool = False, **kwargs: Any) -> None:
        """:param more: whether hukou, month of moving in and telephone are asked for too"""
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.asked = (*ASKED_OF, *ASKED_BESIDES) if more else ASKED_OF
        self.offer("outcome", outcomes_of(kind))
        for place in range(self.rows):
            self._add_row(place)

    @property
    def rows(self) -> int:
        return ROWS if self.kind == "forward" else 1

    def _add_row(self, place: int) -> None:
        fields = {
            "name": forms.CharField(label=_("姓名"), max_length=50, required=False),
            "sex": forms.ChoiceField(
                label=_("性别"), choices=SEXES, required=False, widget=Segmented
            ),
            "born": forms.IntegerField(
                label=_("出生年"), required=False, widget=forms.TextInput({"inputmode": "numeric"})
            ),
            "tail": forms.CharField(label=_("证件末四位"), max_length=4, required=False),
            "category": forms.ChoiceField(
                label=_("户口在哪里"), required=False, choices=[("", _("没有说")), *HUKOU],
                help_text=_("照本人所说，不看证件"),
            ),
            "since": forms.CharField(
                label=_("入住年月"), max_length=12, required=False,
                help_text=_("如 201905；只记得年份填 2019，不记得留空"),
                widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            ),
            "phone": forms.CharField(
                label=_("手机末四位"), max_length=4, required=False,
                help_text=_("不愿说的留空；比对后即删"),
                widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
            ),
        }  # fmt: skip
        for name in self.asked:
            dress(fields[name])
            self.fields[f"people-{place}-{name}"] = fields[name]

    def people(self) -> list[dict[str, Any]]:
        """The rows of fields, for the template."""
        return [
            {"number": place + 1, "fields": [self[f"people-{place}-{name}"] for name in self.asked],
             "is_blank": not any(self[f"people-{place}-{name}"].value() for name in self.asked)}
            for place in range(self.rows)
        ]  # fmt: skip

    def visit(self) -> Visit:
        told = self.cleaned_data
        rows = [
            {name: told[f"people-{place}-{name}"] for name in self.asked}
            for place in range(self.rows) if told["outcome"] in WITH_PEOPLE
        ]  # fmt: skip
        seen = [Seen(**row) for row in rows if any(row[name] for name in row if name != "sex")]
        return Visit(told["outcome"], seen, told["on_paper"])
