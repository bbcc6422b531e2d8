"""Forms and fields drawn in Python: by templates a form of fourteen fields takes a hundred of them.

Each function draws what the template of the same name would, out of the same context, which Django
makes: a widget's (name, value, attributes, groups of options), a field's or a form's.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.forms import BoundField
from django.utils.safestring import SafeString

from portal.ui.drawing import escaped, fill, fill_each
from portal.ui.markup import icon
from portal.ui.words import gettext as _
from portal.ui.words import language

Context = Mapping[str, Any]
Draw = Callable[[Context], SafeString]

FORM, FIELD = "portal/form", "portal/field"
DAY, SEGMENTED, RADIOS = "portal/day", "portal/segmented", "portal/radios"
FILE, FILE_ZONE = "portal/file", "portal/file_zone"
_NONE = SafeString("")
_TYPES = ("text", "number", "email", "password", "hidden", "date", "file", "checkbox")


def attributes(worn: Mapping[str, Any]) -> SafeString:
    """Attributes of a tag; True stands alone, False and None are left out."""
    return SafeString(
        "".join(
            [
                f" {escaped(name)}" if value is True else f' {escaped(name)}="{escaped(value)}"'
                for name, value in worn.items()
                if value is not False and value is not None
            ]
        )
    )


# --- widgets ------------------------------------------------------------------------------------


def _input(context: Context) -> SafeString:
    widget = context["widget"]
    return fill(
        '<input type="%s" name="%s"%s%s>',
        widget["type"], widget["name"], _value(widget), attributes(widget["attrs"]),
    )  # fmt: skip


def _option(context: Context) -> SafeString:
    """One of several boxes or buttons, inside of its label where nothing else names it."""
    widget = context["widget"]
    drawn = _input(context)
    if not widget["wrap_label"]:
        return drawn
    named = attributes({"for": widget["attrs"].get("id")})
    return fill("<label%s>%s %s</label>", named, drawn, widget["label"])


def _value(widget: Context) -> SafeString:
    return _NONE if widget["value"] is None else fill(' value="%s"', widget["value"])


def _textarea(context: Context) -> SafeString:
    widget = context["widget"]
    # a line break right behind the tag is none of the text's: browsers leave it out
    return fill(
        '<textarea name="%s"%s>\n%s</textarea>',
        widget["name"], attributes(widget["attrs"]), widget["value"] or "",
    )  # fmt: skip


def _select(context: Context) -> SafeString:
    widget = context["widget"]
    groups = [_group(name, options) for name, options, _index in widget["optgroups"]]
    return fill(
        '<select name="%s"%s>%s</select>',
        widget["name"], attributes(widget["attrs"]), SafeString("".join(groups)),
    )  # fmt: skip


def _group(name: object, options: Iterable[Context]) -> SafeString:
    drawn = fill_each(
        '<option value="%s"%s>%s</option>',
        ((each["value"], attributes(each["attrs"]), each["label"]) for each in options),
    )
    return fill('<optgroup label="%s">%s</optgroup>', name, drawn) if name else drawn


def _day(context: Context) -> SafeString:
    """A day, typed; a native calendar behind the icon."""
    widget = context["widget"]
    return fill(
        '<span class="pp-affix" data-day-field><input type="text" name="%s"%s%s>%s</span>',
        widget["name"], _value(widget), attributes(widget["attrs"]), _calendar(language()),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _calendar(_language: str | None) -> SafeString:
    act = _("打开日历")
    return fill(
        '<span class="pp-affix-end"><input type="date" class="pp-day-native" tabindex="-1"'
        ' aria-hidden="true" data-day-native><button type="button" class="pp-iconbtn" tabindex="-1"'
        ' data-day-open aria-label="%s" title="%s">%s</button></span>',
        act, act, icon("calendar"),
    )  # fmt: skip


def _file(context: Context) -> SafeString:
    """A file's button and name; the input lies over both, so that it takes clicks and drops."""
    return fill('<span class="pp-file" data-file>%s%s</span>', _input(context), _button(language()))


def _file_zone(context: Context) -> SafeString:
    """The same, large, with its hint."""
    widget = context["widget"]
    hint = fill(
        '<span class="pp-hint" id="%s_helptext">%s</span>',
        widget["attrs"].get("id"),
        widget["hint"],
    )
    return fill(
        '<span class="pp-drop" data-file>%s%s%s</span>', _input(context), _zone(language()), hint
    )


@lru_cache(maxsize=4)
def _button(_language: str | None) -> SafeString:
    none = fill(
        '<span class="pp-file-none">%s<span class="pp-file-drag">%s</span></span>',
        _("还没有选择"), _("，也可以把文件拖到这里"),
    )  # fmt: skip
    return fill(
        '<span class="pp-btn" aria-hidden="true">%s%s</span>%s',
        icon("upload"), _("选择文件"), _chosen(none),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _zone(_language: str | None) -> SafeString:
    return fill(
        '%s<span class="pp-file-none" aria-hidden="true">%s <span class="pp-link">%s</span>'
        "</span>%s",
        icon("file-upload", "pp-icon-24"), _("拖入文件，或"), _("选择文件"), _chosen(_NONE),
    )  # fmt: skip


def _chosen(none: SafeString) -> SafeString:
    """What was chosen: a script fills in name and size, without one a word says that there is."""
    return fill(
        '<span class="pp-file-said" role="status">%s<b class="pp-file-name" data-file-name>%s</b>'
        '<span class="pp-file-size" data-file-size></span>'
        '<span class="pp-error" data-file-trouble hidden>%s<span></span></span></span>',
        none, _("文件已选好"), icon("alert"),
    )  # fmt: skip


def _segmented(context: Context) -> SafeString:
    """Exclusive values side by side."""
    return _choices(
        context, '<span class="pp-seg" role="radiogroup"%s>%s</span>',
        '<label for="%s"><input type="radio"%s>%s</label>',
    )  # fmt: skip


def _radios(context: Context) -> SafeString:
    """Exclusive values one below the other."""
    return _choices(
        context, '<span class="pp-choices" role="radiogroup"%s>%s</span>',
        '<label class="pp-choice" for="%s"><input class="pp-radio" type="radio"%s>%s</label>',
    )  # fmt: skip


def _choices(context: Context, group: str, one: str) -> SafeString:
    widget = context["widget"]
    worn = widget["attrs"]
    of_all = {"disabled": bool(worn.get("disabled")), "required": bool(widget["required"])}
    drawn = fill_each(
        one,
        (
            (each["attrs"].get("id", ""), _choice(each, of_all), each["label"])
            for _name, options, _index in widget["optgroups"]
            for each in options
        ),
    )
    named = {"id": worn.get("id"), "aria-labelledby": f"{worn.get('id')}_label"}
    told = {key: worn.get(key) for key in ("aria-invalid", "aria-describedby")}
    return fill(group, attributes({**(named if worn.get("id") else {}), **told}), drawn)


def _choice(option: Context, of_all: Mapping[str, bool]) -> SafeString:
    return attributes(
        {
            "name": option["name"], "value": str(option["value"]), "id": option["attrs"].get("id"),
            "checked": bool(option["selected"]), **of_all,
        }
    )  # fmt: skip


# --- fields and forms ---------------------------------------------------------------------------


def _field(context: Context) -> SafeString:
    """One field: label, widget, hint or error."""
    field: BoundField = context["field"]
    columns = getattr(field.field, "ui_span", 1)  # fields that a form adds later have none
    span = fill(" pp-span-%s", columns) if columns > 1 else ""
    if field.widget_type == "checkbox":
        body = fill('<label class="pp-choice">%s %s</label>', field, field.label)
    else:
        body = fill("%s%s", _label(field), _widget(field))
    return fill('<div class="pp-field%s">%s%s</div>', span, body, _below(field))


def _label(field: BoundField) -> SafeString:
    star = _star(language()) if field.field.required else ""
    if field.use_fieldset:
        return fill(
            '<span class="pp-label" id="%s_label">%s%s</span>', field.auto_id, field.label, star
        )
    return fill(
        '<label class="pp-label" for="%s">%s%s</label>', field.id_for_label, field.label, star
    )


@lru_cache(maxsize=4)
def _star(_language: str | None) -> SafeString:
    return fill('<span class="pp-req" title="%s">*</span>', _("必填"))


def _widget(field: BoundField) -> SafeString:
    suffix = getattr(field.field, "ui_suffix", "")
    if not suffix:
        return SafeString(str(field))
    return fill(
        '<span class="pp-affix">%s<span class="pp-affix-end">%s</span></span>', field, suffix
    )


def _below(field: BoundField) -> SafeString:
    """What is wrong with the field or, where nothing is, its hint."""
    if field.errors:
        said = SafeString("；".join(map(escaped, field.errors)))
        return fill(
            '<div class="pp-error" id="%s_error">%s<span>%s</span></div>',
            field.auto_id, icon("alert"), said,
        )  # fmt: skip
    if field.help_text:
        return fill(
            '<div class="pp-hint" id="%s_helptext">%s</div>', field.auto_id, field.help_text
        )
    return _NONE


def _form(context: Context) -> SafeString:
    """All fields of a form in a grid, the hidden ones behind it."""
    form = context["form"]
    fields = SafeString("".join([each.as_field_group() for each in form.visible_fields()]))
    hidden = SafeString("".join(map(str, form.hidden_fields())))
    return fill('<div class="pp-form-grid pp-cols-%s">%s</div>%s', form.columns, fields, hidden)


#: What is drawn here, by the name under which Django asks for it.
DRAWN: Mapping[str, Draw] = {
    FORM: _form, FIELD: _field, DAY: _day, SEGMENTED: _segmented, RADIOS: _radios,
    FILE: _file, FILE_ZONE: _file_zone,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/input.html": _input,
    **{f"django/forms/widgets/{each}.html": _input for each in _TYPES},
    **{f"django/forms/widgets/{each}_option.html": _option for each in ("checkbox", "radio")},
}  # fmt: skip
