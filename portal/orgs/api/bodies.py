"""Bodies of requests from the forms of the pages: the same fields, titles, choices and bounds."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django import forms
from rest_framework import serializers

from portal.orgs.api.frame import Body

Fields = dict[str, serializers.Field[Any, Any, Any, Any]]


def body_of(
    form: type[forms.Form], name: str, *, only: Collection[str] = (),
    optional: Collection[str] = (), partial: bool = False,
    **more: serializers.Field[Any, Any, Any, Any],
) -> type[Body]:  # fmt: skip
    """The body whose fields are those of a form.

    :param only: the fields that are taken; all of them when empty
    :param optional: fields that the page asks for and the register can do without
    :param partial: none is required: what is left out stays as it is
    :param more: fields besides, or in the place of one whose choices the form makes as it goes
    """
    fields: Fields = {
        key: _field(each, required=not partial and each.required and key not in optional)
        for key, each in form.base_fields.items()
        if (not only or key in only) and key not in more
    }
    return type(name, (Body,), {"__doc__": form.__doc__, **fields, **more})


def _field(field: forms.Field, *, required: bool) -> serializers.Field[Any, Any, Any, Any]:
    said: dict[str, Any] = {"label": field.label, "required": required}
    if field.help_text:
        said["help_text"] = field.help_text
    if isinstance(field, forms.BooleanField):
        return serializers.BooleanField(**said)
    if isinstance(field, forms.ChoiceField):
        choices = [(key, title) for key, title in _choices(field) if key != ""]
        return serializers.ChoiceField(choices, **said, allow_blank=not field.required)
    said["allow_null"] = not field.required
    if isinstance(field, forms.DecimalField):
        return serializers.DecimalField(
            max_digits=field.max_digits, decimal_places=field.decimal_places,
            min_value=_bound(field.min_value), max_value=_bound(field.max_value), **said,
        )  # fmt: skip
    if isinstance(field, forms.IntegerField):
        least, most = _bound(field.min_value), _bound(field.max_value)
        return serializers.IntegerField(
            min_value=None if least is None else int(least),
            max_value=None if most is None else int(most), **said,
        )  # fmt: skip
    if isinstance(field, forms.DateField):
        return serializers.DateField(**said)
    said.pop("allow_null")
    length = getattr(field, "max_length", None) or 400
    return serializers.CharField(max_length=length, allow_blank=not field.required, **said)


def _choices(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    """The choices as they stand, whatever they were declared from."""
    return list(field.widget.choices)


def _bound(value: Any) -> Decimal | None:
    bound = value() if callable(value) else value
    return None if bound is None else Decimal(bound)
