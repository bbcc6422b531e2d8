"""Form widgets in the portal's clothes, and what draws them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import form_drawing
from portal.ui.choices import flat
from portal.ui.drawing import fill, fill_each

_CHECKED, _DISABLED, _SELECTED = fill(" checked"), fill(" disabled"), fill(" selected")
_CHECKS = (forms.CheckboxInput, forms.CheckboxSelectMultiple)


class PortalRenderer(DjangoTemplates):
    """Draws forms, fields and usual widgets (`form_drawing`); rare ones by Django's templates."""

    form_template_name = form_drawing.FORM
    field_template_name = form_drawing.FIELD

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        draw = form_drawing.DRAWN.get(template_name)
        return draw(context) if draw else super().render(template_name, context, request)


#: One for all forms: what finds Django's templates is put together once.
RENDERER = PortalRenderer()


class Segmented(forms.RadioSelect):
    """Two to five exclusive values side by side: one tab stop, arrow keys."""

    template_name = form_drawing.SEGMENTED


class Radios(forms.RadioSelect):
    """Exclusive values one below the other, for longer sentences."""

    template_name = form_drawing.RADIOS


class Checks(forms.CheckboxSelectMultiple):
    """Several values, each with its box; drawn without templates, as `Options`."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        worn = {**self.attrs, **(attrs or {})}
        prefix, chosen = worn.get("id") or f"id_{name}", set(self.format_value(value))
        told = worn.get("aria-describedby")
        boxes = fill_each(
            '<label class="pp-choice" for="%s_%s"><input class="pp-check" type="checkbox" name="%s"'
            ' value="%s" id="%s_%s"%s%s>%s</label>',
            (
                (
                    prefix, place, name, key, prefix, place,
                    _CHECKED if str(key) in chosen else "",
                    _DISABLED if worn.get("disabled") else "", title,
                )
                for place, (key, title) in enumerate(flat(self.choices))
            ),
        )  # fmt: skip
        return fill(
            '<span class="pp-choices" role="group" id="%s" aria-labelledby="%s_label"%s>%s</span>',
            prefix, prefix, fill(' aria-describedby="%s"', told) if told else "", boxes,
        )  # fmt: skip


class Options(forms.Select):
    """A select drawn without templates: a list's filters have a hundred options between them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = fill_each(
            '<option value="%s"%s>%s</option>',
            (
                (key, _SELECTED if str(key) in chosen else "", title)
                for key, title in flat(self.choices)
            ),
        )
        worn = {"name": name, **self.attrs, **(attrs or {})}
        return fill("<select%s>%s</select>", form_drawing.attributes(worn), options)


class Combobox(forms.Select):
    """More than twelve values: a native select that a script turns into a filtering field."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"data-combobox": "", **(attrs or {})}, choices)


class Suggested(forms.TextInput):
    """A text with words to choose from while it is typed; any other word may stand there too."""

    options: Sequence[str] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        worn = {**self.attrs, **(attrs or {})}
        words = f"{worn.get('id') or f'id_{name}'}_words"
        field = super().render(name, value, {**(attrs or {}), "list": words}, renderer)
        options = fill_each('<option value="%s"></option>', ((each,) for each in self.options))
        return fill('%s<datalist id="%s">%s</datalist>', field, words, options)


class DayInput(forms.DateInput):
    """A day, typed; the calendar opens on the icon or with Alt+↓."""

    template_name = form_drawing.DAY
    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typed = {"data-day": "", "autocomplete": "off", "placeholder": "2026-11-20"}
        super().__init__({**typed, **(attrs or {})}, format="%Y-%m-%d")


class FileChoice(forms.FileInput):
    """A file to be sent: a button, and beside it what was chosen; files may be dropped on it.

    Browsers write their own button in their own language, so that ours lies under an input that
    is not seen.
    """

    template_name = form_drawing.FILE


class FileZone(FileChoice):
    """A zone to drop a file in, its hint inside; for pages that are about the file."""

    template_name = form_drawing.FILE_ZONE
    hint: Any = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["hint"] = self.hint
        return context


class IdNumberInput(forms.TextInput):
    """A number of an identity document: fixed-width letters, never kept by the browser."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typed = {
            "data-id-number": "",
            "autocomplete": "off",
            "spellcheck": "false",
            "class": "pp-input pp-input-mono",
        }
        super().__init__({**typed, **(attrs or {})})


class PhoneInput(forms.TextInput):
    """A telephone number; the phone's number keys."""

    input_type = "tel"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        typed = {"autocomplete": "off", "class": "pp-input pp-input-mono"}
        super().__init__({**typed, **(attrs or {})})


def dress_filters(form: forms.BaseForm) -> None:
    """Give a filter form our widgets: boxes for several values, `不限` for none."""
    form.renderer = RENDERER
    for field in form.fields.values():
        if getattr(field, "empty_label", None):
            field.empty_label = _("不限")  # type: ignore[attr-defined]
        if isinstance(field.widget, forms.SelectMultiple):
            field.widget = Checks(choices=field.widget.choices)
        elif type(field.widget) is forms.Select:
            field.widget = Options(field.widget.attrs, field.widget.choices)


def widget_css(widget: forms.Widget) -> str:
    """The class that a widget wears, with what it already has."""
    worn = str(widget.attrs.get("class", ""))
    if "pp-" in worn:
        return worn
    return f"{worn} {_own_css(widget)}".strip()


def _own_css(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect):
        return "pp-radio"
    if isinstance(widget, _CHECKS):
        return "pp-check"
    if isinstance(widget, forms.Select):
        return "pp-select"
    if isinstance(widget, forms.Textarea):
        return "pp-textarea"
    if isinstance(widget, forms.FileInput | forms.HiddenInput):
        return ""
    return "pp-input"
