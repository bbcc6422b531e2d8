"""What is drawn in Python says the same as the template that Django would have used."""

from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from portal.ui import form_drawing
from portal.ui.forms import PortalForm, SentFile
from portal.ui.widgets import RENDERER, FileZone

DJANGO = DjangoTemplates()
NASTY = "<b>\"'&罗山新村</b>"
GROUPED = [("", "请选择"), ("沪籍", [("310107", "普陀"), ("310101", NASTY)]), ("320000", "江苏")]
WIDGETS = [
    (forms.TextInput({"maxlength": 20, "class": "pp-input", "autofocus": True}), NASTY),
    (forms.TextInput({"placeholder": NASTY, "readonly": False}), None),
    (forms.NumberInput({"min": 0}), 62.4),
    (forms.EmailInput(), "a@b.cn"),
    (forms.PasswordInput(), "never shown again"),
    (forms.HiddenInput(), 0),
    (forms.DateInput(format="%Y-%m-%d"), date(2026, 11, 20)),
    (forms.CheckboxInput(), True),
    (forms.CheckboxInput(), False),
    (forms.FileInput({"accept": ".xlsx"}), None),
    (forms.Textarea({"rows": 3}), f"第一行\n{NASTY}"),
    (forms.Textarea(), None),
    (forms.Select(choices=GROUPED), "310101"),
    (forms.Select(choices=GROUPED), None),
    (forms.SelectMultiple(choices=GROUPED), ["310107", "320000"]),
    (forms.RadioSelect(choices=[("1", "男"), ("2", "女")]), "2"),
]


@pytest.mark.parametrize(
    ("widget", "value"),
    WIDGETS,
    ids=[f"{n}-{type(w).__name__}" for n, (w, _) in enumerate(WIDGETS)],
)
def test_a_widget_is_drawn_as_djangos_template_draws_it(widget, value):
    told = {"name": "f-0-x", "value": value, "attrs": {"id": "id_x", "required": True}}
    drawn, expected = (widget.render(**told, renderer=each) for each in (RENDERER, DJANGO))
    assert parse_html(drawn) == parse_html(expected)


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("kind", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_one_of_several_boxes_is_drawn_as_djangos_template_draws_it(kind, wraps):
    widget = kind(choices=[("1", NASTY), ("2", "女")], attrs={"class": "pp-check"})
    for option in widget.subwidgets("sex", ["2"], {"id": "id_sex"}):
        told = {"widget": {**option, "wrap_label": wraps}}
        drawn, expected = (
            each.render(option["template_name"], told) for each in (RENDERER, DJANGO)
        )
        assert parse_html(drawn) == parse_html(expected)


def test_every_name_under_which_a_widget_is_drawn_is_one_of_djangos_or_ours():
    for name in form_drawing.DRAWN:
        if not name.startswith("portal/"):
            assert DJANGO.get_template(name)


class Visit(PortalForm):
    method = forms.ChoiceField(label="方式", choices=[("V1", "上门"), ("V2", "电话")])
    seen = forms.BooleanField(label="本人在家", required=False)
    note = forms.CharField(label="<备注>", required=False, help_text="如：<双休日>")
    reason = forms.CharField(label="事由", show_hidden_initial=True, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput)


def test_a_field_of_choices_names_its_group_and_its_error():
    drawn = str(Visit({"method": "V9", "token": "t"})["method"].as_field_group())
    group = drawn[drawn.index('<span class="pp-seg"') :]
    assert 'id="id_method" aria-labelledby="id_method_label" aria-invalid="true"' in group
    assert 'id="id_method_label">方式<span class="pp-req" title="必填">*</span>' in drawn
    assert 'id="id_method_error"' in drawn


def test_a_box_stands_inside_of_its_label():
    drawn = str(Visit()["seen"].as_field_group())
    assert '<label class="pp-choice"><input type="checkbox" name="seen"' in drawn
    assert drawn.endswith("本人在家</label></div>")


def test_labels_hints_and_errors_are_escaped():
    assert "&lt;备注&gt;" in str(Visit())
    assert "如：&lt;双休日&gt;" in str(Visit())
    refused = Visit({"method": "V1"})
    refused.add_error("note", "<script>")
    assert "&lt;script&gt;" in str(refused["note"].as_field_group())


def test_a_form_keeps_what_was_first_shown_and_its_hidden_fields():
    drawn = str(Visit(initial={"reason": "迁入"}))
    assert 'name="initial-reason"' in drawn
    assert drawn.index('name="token"') > drawn.index("</div>")
    assert drawn.count('name="token"') == 1


def test_a_field_that_a_form_adds_later_is_drawn_as_well():
    form = Visit()
    form.fields["rooms"] = forms.IntegerField(label="间数", required=False)
    assert 'for="id_rooms">间数</label><input type="number" name="rooms"' in str(
        form["rooms"].as_field_group()
    )


class Sent(PortalForm):
    list_sent = SentFile(
        label="名单文件", accept=".xlsx,.csv", most_bytes=4, too_large="文件超过 4 字节，请拆开",
        allow_empty_file=True, help_text="<.csv>",
    )  # fmt: skip
    letter = forms.CharField(label="文号")


def sent(content: bytes, letter: str = "18 号") -> Sent:
    return Sent({"letter": letter}, {"list_sent": SimpleUploadedFile("名单.csv", content)})


def test_a_file_has_our_button_and_an_input_that_tells_its_limit_and_its_error():
    drawn = str(Sent({"letter": "18 号"}, {})["list_sent"].as_field_group())
    field = drawn[drawn.index("<input") : drawn.index(">", drawn.index("<input"))]
    for told in (
        'type="file"', 'id="id_list_sent"', 'accept=".xlsx,.csv"', 'data-file-most="4"',
        " required", 'aria-invalid="true"', "id_list_sent_error",
    ):  # fmt: skip
        assert told in field
    assert "pp-input" not in drawn
    assert '<label class="pp-label" for="id_list_sent">名单文件' in drawn
    assert "选择文件</span>" in drawn
    assert "还没有选择文件" in drawn


def test_a_zone_for_a_file_holds_its_escaped_hint_where_the_input_says_it_is():
    class Zoned(PortalForm):
        sent = SentFile(
            accept=".csv", most_bytes=4, too_large="x", help_text="<.csv>", widget=FileZone
        )

    drawn = str(Zoned()["sent"])
    assert 'aria-describedby="id_sent_helptext"' in drawn
    assert '<span class="pp-hint" id="id_sent_helptext">&lt;.csv&gt;</span>' in drawn


@pytest.mark.parametrize(
    ("content", "said"), [(b"1234", []), (b"12345", ["文件超过 4 字节，请拆开"])]
)
def test_a_file_may_be_as_large_as_the_field_says_and_no_larger(content, said):
    assert sent(content).errors.get("list_sent", []) == said


def test_a_file_that_the_page_cannot_give_back_is_told_to_be_chosen_again():
    refused = sent(b"1234", letter="")
    assert refused.errors["list_sent"] == ["名单文件没有保存，改好其他处后请重新选择"]
    assert refused.errors["letter"] == ["还没有填写"]
