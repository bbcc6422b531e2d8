"""Forms of the portal: fields drawn by one template, errors with links, only changes handed on.

    class LeaseForm(PortalForm):
        columns = 4
        spans = {"note": 2}
        starts_on = DayField(label=_("租赁起始"))

`{{ form }}` draws all fields in a grid, `{{ form.starts_on.as_field_group }}` one of them,
`{% include "ui/form_errors.html" %}` the summary with links. Forms never write: the view passes
`form.changes()` to a service.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.widgets import ChoiceWidget
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.ui.dates import UnreadableDayError, read_day
from portal.ui.idempotency import FIELD
from portal.ui.widgets import (
    RENDERER,
    Checks,
    Combobox,
    DayInput,
    FileChoice,
    FileZone,
    Segmented,
    widget_css,
)

MOST_SEGMENTS = 5
MOST_NATIVE_OPTIONS = 12
Changes = dict[str, Any]


class DayField(forms.DateField):
    """A day as people type it: `2026-11-20`, `20261120`, `2026/11/20`, `11-20`, `今天`."""

    widget = DayInput

    def __init__(self, *, today: Callable[[], date] = timezone.localdate, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._today = today

    def to_python(self, value: Any) -> date | None:
        """:raises ValidationError: the text is not a day"""
        if not isinstance(value, str) or value.strip() in self.empty_values:
            return super().to_python(value)
        try:
            return read_day(value, self._today())
        except UnreadableDayError as why:
            raise ValidationError(str(why), code="invalid") from why


class SentFile(forms.FileField):
    """A file to be sent; one that is too large is told before it is sent, and not read after.

    :param accept: endings or kinds that the browser offers to choose from: `.xlsx,.csv`
    :param most_bytes: how large it may be
    :param too_large: what a larger one is told: what it exceeds and how to mend it
    """

    widget = FileChoice

    def __init__(self, *, accept: str, most_bytes: int, too_large: Any, **kwargs: Any) -> None:
        self.most_bytes = most_bytes
        super().__init__(
            error_messages={
                "invalid": _("没有收到文件，请重新选择"), "empty": _("文件是空的，请重新选择"),
                "too_large": too_large,
            },
            **kwargs,
        )  # fmt: skip
        if isinstance(self.widget, FileZone):
            self.widget.hint = self.help_text
        self.widget.attrs |= {
            "accept": accept, "data-file-most": most_bytes, "data-file-large": too_large,
        }  # fmt: skip

    def to_python(self, data: Any) -> Any:
        """:raises ValidationError: empty or too large; it is not even read into memory"""
        if data and (data.size or 0) > self.most_bytes:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        return super().to_python(data)


class _Dressed(forms.BaseForm):
    """What our plain and model forms share."""

    default_renderer = RENDERER
    #: fields in a row
    columns: ClassVar[int] = 2
    #: fields that take more than one of the columns
    spans: ClassVar[Mapping[str, int]] = {}
    #: units inside a field, at its right end: {"area": "m²"}
    suffixes: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            dress(field)
            field.ui_span = self.spans.get(name, 1)  # type: ignore[attr-defined]
            field.ui_suffix = self.suffixes.get(name, "")  # type: ignore[attr-defined]

    def get_context(self) -> dict[str, Any]:
        """What draws the form; Django's own also draws the errors of each field, to no use here."""
        return {"form": self}

    def changes(self) -> Changes:
        """Cleaned values of the fields that differ from what the form was opened with."""
        if not self.is_valid():
            raise ValueError("changes() of a form that did not pass")
        ours = (name for name in self.changed_data if name != FIELD)
        return {name: self.cleaned_data[name] for name in ours if name in self.cleaned_data}

    def full_clean(self) -> None:
        """As Django's; a browser does not give a chosen file back to a page that is shown again."""
        super().full_clean()
        if not self.errors:
            return
        for name, field in self.fields.items():
            if isinstance(field, forms.FileField) and self.cleaned_data.get(name):
                said = _("%(file)s没有保存，改好其他处后请重新选择") % {"file": field.label}
                self.add_error(name, said)

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Every error as (id of the field, its label, the sentence), for the summary."""
        found = [("", "", str(text)) for text in self.non_field_errors()]
        for field in self:
            place = f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
            found += [(place, str(field.label), str(text)) for text in field.errors]
        return found


class PortalForm(_Dressed, forms.Form):
    """A form of our own fields."""

    def offer(self, name: str, choices: Iterable[tuple[Any, Any]], *, blank: bool = False) -> None:
        """Give a field of choices what may be chosen this time.

        :param blank: whether nothing is chosen beforehand
        :raises TypeError: the field is not one of choices
        """
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} takes no choices")
        field.choices = [*([("", _("请选择"))] if blank else []), *choices]


class PortalModelForm(_Dressed, forms.ModelForm):
    """A form over a model; it checks and shows, a service writes."""

    def save(self, commit: bool = True) -> Any:
        """:raises TypeError: always"""
        raise TypeError("forms do not write: pass form.changes() to a service")


def dress(field: forms.Field) -> None:
    """Choose the widget that fits the number of choices, and give it its class."""
    widget = field.widget
    if type(widget) is forms.Select and not isinstance(field, forms.ModelChoiceField):
        field.widget = widget = _fitting(field)
    if type(widget) is forms.DateInput:
        field.widget = widget = DayInput(widget.attrs)
    if type(widget) is forms.CheckboxSelectMultiple:
        field.widget = widget = Checks(widget.attrs, widget.choices)
    css = widget_css(widget)
    if css:
        widget.attrs["class"] = css
    if field.error_messages["required"] == forms.Field.default_error_messages["required"]:
        field.error_messages["required"] = _missing(widget)
    if isinstance(field, forms.IntegerField):
        _tell_bounds(field)
        _tell_kind(field)


def _missing(widget: forms.Widget) -> Any:
    """What a required field without an answer is told: one types, chooses or ticks."""
    if isinstance(widget, forms.FileInput):
        return _("还没有选择文件")
    if isinstance(widget, forms.CheckboxInput):
        return _("还没有勾选")
    if isinstance(widget, ChoiceWidget):  # selects, radio buttons, groups of boxes
        return _("还没有选择")
    return _("还没有填写")


def _tell_kind(field: forms.IntegerField) -> None:
    """What is no number is told how one is written; a field's own words stay."""
    said = field.error_messages["invalid"]
    if said == forms.IntegerField.default_error_messages["invalid"]:
        field.error_messages["invalid"] = _("写成整数，如 3")
    elif said == forms.FloatField.default_error_messages["invalid"]:
        field.error_messages["invalid"] = _("写成数字，如 62.4")


def _tell_bounds(field: forms.IntegerField) -> None:
    """A number out of bounds is told between which it should be."""
    low, high = field.min_value, field.max_value
    if low is not None and high is not None:
        said = _("应在 %(low)s 到 %(high)s 之间") % {"low": low, "high": high}
    else:
        said = (
            _("应不小于 %(low)s") % {"low": low}
            if high is None
            else _("应不大于 %(high)s") % {"high": high}
        )
    for validator in field.validators:
        if isinstance(validator, MinValueValidator | MaxValueValidator):
            validator.message = said


def _fitting(field: forms.Field) -> forms.Widget:
    attrs = field.widget.attrs
    choices = [
        ("", _("请选择")) if choice[0] in (None, "") else choice
        for choice in getattr(field, "choices", ())
    ]
    real = [choice for choice in choices if choice[0] not in (None, "")]
    if field.required and 2 <= len(real) <= MOST_SEGMENTS and _are_short(real):
        return Segmented(attrs, choices=real)
    if len(choices) > MOST_NATIVE_OPTIONS:
        return Combobox(attrs, choices=choices)
    return forms.Select(attrs, choices=choices)


def _are_short(choices: list[Any]) -> bool:
    """Whether the titles fit side by side: four characters each, no groups."""
    return all(
        not isinstance(title, list | tuple) and len(str(title)) <= 4 for _key, title in choices
    )
