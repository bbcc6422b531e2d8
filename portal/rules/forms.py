"""The form of a rule's next version: one field for each parameter of its schema."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.rules.defaults import RuleDefault
from portal.rules.wording import title_of
from portal.ui.forms import DayField, PortalForm

PREFIX = "p_"


class ListField(forms.CharField):
    """A list or table of a rule, written as JSON; it comes back as what it stands for."""

    widget = forms.Textarea(
        attrs={"rows": 6, "spellcheck": "false", "class": "pp-textarea pp-mono"}
    )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            rows = ",\n ".join(json.dumps(each, ensure_ascii=False) for each in value)
            return f"[{rows}]"
        return json.dumps(value, ensure_ascii=False, indent=1)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("第 %(line)d 行没有看懂，应为 JSON，引号和逗号用半角")
                % {"line": getattr(error, "lineno", 1)}
            ) from error


class RevisionForm(PortalForm):
    """Parameters, the day from which they hold, and the source that says so."""

    columns = 2
    effective_from = DayField(label=gettext_lazy("施行日期"))
    basis = forms.CharField(
        label=gettext_lazy("依据的文件和条款"), max_length=200,
        help_text=gettext_lazy("写明文号和条款，如：沪府令第 58 号第九条"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, default: RuleDefault, parameters: dict[str, Any], **kwargs: Any
    ) -> None:
        self.default = default
        fields = {
            f"{PREFIX}{key}": _field(title_of(key, default.words), kind, parameters.get(key))
            for key, kind in default.schema.items()
        }
        # the parameters first; the base class dresses them with the others
        self.base_fields = {**fields, **type(self).base_fields}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, ListField) or name == "basis":
                field.ui_span = 2  # type: ignore[attr-defined]

    def parameters(self) -> dict[str, Any]:
        """The parameters by their own names, of the types that the schema names."""
        return {key: self.cleaned_data[f"{PREFIX}{key}"] for key in self.default.schema}


def _field(title: str, kind: Any, value: Any) -> forms.Field:
    if kind is int:
        return forms.IntegerField(label=title, min_value=0, initial=value)
    if kind is float or kind == (int, float):
        return forms.FloatField(label=title, min_value=0, initial=value)
    if kind is str:
        return forms.CharField(label=title, initial=value, max_length=200)
    return ListField(label=title, initial=value)
