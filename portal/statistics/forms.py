"""How a table is asked for: its sides, its month, and whom it counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.orgs.models import OrgUnit
from portal.statistics.features import FEATURES
from portal.statistics.suppression import CROSSED
from portal.statistics.tables import MONTH, UNIT, Asked
from portal.ui.forms import PortalForm

#: No columns but the total.
TOTAL = "total"
_SIDES = [(key, feature.title) for key, feature in FEATURES.items()]


class TableForm(PortalForm):
    """The conditions of a table, as the address keeps them."""

    rows = forms.ChoiceField(
        label=gettext_lazy("行"), required=False,
        choices=[(UNIT, gettext_lazy("单位")), (MONTH, gettext_lazy("月份")), *_SIDES],
    )  # fmt: skip
    cols = forms.ChoiceField(
        label=gettext_lazy("列"), required=False,
        choices=[(TOTAL, gettext_lazy("只看合计")), *_SIDES],
    )  # fmt: skip
    month = forms.ChoiceField(label=gettext_lazy("月份"), required=False)

    def __init__(self, *args: Any, unit: OrgUnit, known: Sequence[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit, self.known = unit, known
        first = self.asked_of({})
        self.initial = {
            "rows": first.rows, "cols": first.columns, "month": f"{first.month:%Y-%m}",
        }  # fmt: skip
        self.offer("month", [
            (f"{month:%Y-%m}", _("%(year)d 年 %(month)d 月末") % {
                "year": month.year, "month": month.month,
            })
            for month in known
        ])  # fmt: skip
        for key, feature in FEATURES.items():
            self.fields[key] = forms.MultipleChoiceField(
                label=str(feature.title), required=False, choices=feature.values,
                widget=forms.CheckboxSelectMultiple(attrs={"class": "pp-check"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("rows") and told.get("rows") == told.get("cols"):
            self.add_error("cols", _("行和列选不同的项"))
        if not self.errors and not self.asked_of(told).is_allowed:
            raise forms.ValidationError(
                _("一张表最多同时用 %(n)d 项特征（行、列和条件合计），以免从很小的数认出个人；"
                  "请去掉一项") % {"n": CROSSED}
            )  # fmt: skip
        return told

    @property
    def asked(self) -> Asked:
        """What is asked for; what cannot be shown gives the first table."""
        return self.asked_of(self.cleaned_data if self.is_bound and self.is_valid() else {})

    def asked_of(self, told: dict[str, Any]) -> Asked:
        month = told.get("month")
        return Asked(
            unit=self.unit,
            month=date.fromisoformat(f"{month}-01") if month else self.known[0],
            rows=told.get("rows") or ("age" if self.unit.level == "committee" else UNIT),
            columns=(told.get("cols") or TOTAL).replace(TOTAL, "") if told else "category",
            chosen={
                key: tuple(told[key])
                for key, feature in FEATURES.items()
                if told.get(key) and set(told[key]) != set(feature.codes)
            },
        )  # fmt: skip

    @property
    def conditions(self) -> list[Any]:
        """The fields of the features, each with how many values are chosen."""
        return [
            {"field": self[key], "chosen": len(self.asked.chosen.get(key, ()))}
            for key in FEATURES
        ]  # fmt: skip
