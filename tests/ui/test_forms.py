"""Forms: they check, say what is wrong, and hand on only what changed."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms

from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Checks, Combobox, DayInput, Radios, Segmented

TODAY = date(2026, 11, 20)
KINDS = [("own", "自住"), ("rented", "出租"), ("vacant", "空置")]
PROVINCES = [(str(number), f"省{number}") for number in range(20)]


class DwellingForm(PortalForm):
    columns = 6
    spans = {"note": 2}
    suffixes = {"area": "m²"}

    kind = forms.ChoiceField(label="居住类型", choices=KINDS)
    area = forms.DecimalField(label="建筑面积", required=False)
    visited_on = DayField(label="入户日期", today=lambda: TODAY)
    origin = forms.ChoiceField(label="户籍地", choices=[("", "-"), *PROVINCES], required=False)
    note = forms.CharField(label="备注", required=False, help_text="如：双休日白天在家")


def posted(**changes):
    values = {"kind": "own", "area": "62.4", "visited_on": "11-20"} | changes
    initial = {"kind": "own", "area": Decimal("62.4"), "visited_on": TODAY}
    return DwellingForm(values, initial=initial)


def test_only_what_changed_is_handed_on():
    assert posted().changes() == {}
    assert posted(kind="rented", visited_on="今天").changes() == {"kind": "rented"}


def test_a_form_that_did_not_pass_hands_nothing_on():
    with pytest.raises(ValueError, match="did not pass"):
        posted(kind="").changes()


def test_each_problem_names_its_field_and_what_to_do():
    form = posted(kind="", visited_on="2026-02-30")
    assert not form.is_valid()
    assert form.problems == [
        ("id_kind_0", "居住类型", "还没有选择"),
        ("id_visited_on", "入户日期", "2 月没有 30 日"),
    ]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.CharField(), "还没有填写"),
        (forms.IntegerField(), "还没有填写"),
        (DayField(), "还没有填写"),
        (forms.ChoiceField(choices=[("", "请选择"), *KINDS]), "还没有选择"),
        (forms.ChoiceField(choices=PROVINCES), "还没有选择"),
        (forms.TypedChoiceField(choices=KINDS, widget=Radios), "还没有选择"),
        (forms.MultipleChoiceField(choices=KINDS, widget=Checks), "还没有选择"),
        (forms.MultipleChoiceField(choices=KINDS), "还没有选择"),
        (forms.BooleanField(), "还没有勾选"),
        (forms.FileField(), "还没有选择文件"),
        (forms.ChoiceField(choices=KINDS, error_messages={"required": "请选择身份"}), "请选择身份"),
    ],
    ids=[
        "text", "number", "day", "select or segments", "combobox", "radios", "boxes", "list",
        "one box", "file", "own words",
    ],
)  # fmt: skip
def test_what_was_left_out_is_told_in_the_word_for_how_it_is_answered(field, said):
    class Asked(PortalForm):
        asked = field

    assert Asked({}, {}).errors["asked"] == [said]


def test_few_choices_stand_side_by_side_and_many_are_searched():
    form = posted()
    assert isinstance(form.fields["kind"].widget, Segmented)
    assert isinstance(form.fields["origin"].widget, Combobox)
    assert isinstance(form.fields["visited_on"].widget, DayInput)


def test_a_drawn_field_ties_its_error_to_the_input():
    drawn = str(posted(visited_on="x")["visited_on"].as_field_group())
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_visited_on_error"' in drawn
    assert 'aria-describedby="id_visited_on_error"' in drawn


def test_a_whole_form_is_drawn_in_its_columns():
    drawn = str(posted())
    assert "pp-cols-6" in drawn
    assert "pp-span-2" in drawn
    assert "m²" in drawn
    assert "如：双休日白天在家" in drawn
    assert drawn.count('type="radio"') == 3


def test_what_somebody_typed_is_escaped_when_it_is_drawn_again():
    assert "<script>" not in str(posted(note="<script>alert(1)</script>"))


@pytest.mark.parametrize(
    ("bounds", "told", "said"),
    [
        ({"min_value": 1, "max_value": 20}, "0", "应在 1 到 20 之间"),
        ({"min_value": 1, "max_value": 20}, "21", "应在 1 到 20 之间"),
        ({"min_value": 0}, "-1", "应不小于 0"),
        ({"max_value": 1}, "2", "应不大于 1"),
    ],
)
def test_a_number_out_of_bounds_is_told_between_which_it_should_be(bounds, told, said):
    class Bounded(PortalForm):
        points = forms.DecimalField(label="分", **bounds)

    assert Bounded({"points": told}).errors["points"] == [said]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.IntegerField(), "写成整数，如 3"),
        (forms.FloatField(), "写成数字，如 62.4"),
        (forms.DecimalField(), "写成数字，如 62.4"),
        (forms.IntegerField(error_messages={"invalid": "写成年份"}), "写成年份"),
    ],
    ids=["whole", "float", "decimal", "own words"],
)
def test_what_is_no_number_is_told_how_one_is_written(field, said):
    class Counted(PortalForm):
        count = field

    assert Counted({"count": "两"}).errors["count"] == [said]
