"""Forms of estates."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from housing.estates import LONGEST_NAME, YEARS, Estate
from housing.forms import company_field, owners_field
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.forms import PortalForm


def _year(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=YEARS[0], max_value=YEARS[1], required=False, help_text=help_text
    )


class EstateForm(PortalForm):
    """What is known of an estate; it holds for all of its buildings."""

    columns = 3
    name = forms.CharField(
        label=_("小区名称"), max_length=LONGEST_NAME, help_text=_("如 棠浦花园，不写路名弄号")
    )
    property_company = company_field()
    owners_committee = owners_field()
    built_from = _year(_("建成年份（起）"))
    built_to = _year(_("建成年份（止）"), _("一年内建成的空着"))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = values.get("built_from"), values.get("built_to")
        if last is not None and (first is None or last < first) and "built_from" not in self.errors:
            self.add_error("built_to", _("止年不早于起年，只写一年的写在起年"))
        return values


class NewEstateForm(EstateForm):
    """An estate of a committee; above a committee it says of which."""

    committee = forms.ModelChoiceField(label=_("居（村）委"), queryset=OrgUnit.objects.none())
    field_order = ("committee", *EstateForm.base_fields)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if scope.level == "committee":
            del self.fields["committee"]
        else:
            committees = OrgUnit.objects.under(scope.unit).committees().order_by("code")
            cast("forms.ModelChoiceField[OrgUnit]", self.fields["committee"]).queryset = committees


class JoinForm(PortalForm):
    """Which estate of the committee this one really is."""

    columns = 1
    into = forms.TypedChoiceField(label=_("并入"), help_text=_("保留的小区"))

    def __init__(self, *args: Any, others: Iterable[Estate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("into", [(str(each.pk), each.name) for each in others], blank=True)
