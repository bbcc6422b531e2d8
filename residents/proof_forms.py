"""Forms of residence proofs; they check and show, services write."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import PortalForm
from portal.ui.widgets import Checks, Radios
from residents.proofs import ResidenceProof
from residents.services.proving import MOST_REASON


class ProofForm(PortalForm):
    """What for, and what was checked."""

    columns = 1
    kind = forms.ChoiceField(
        label=_("种类"), widget=Radios, error_messages={"required": _("请选择种类")},
        help_text=_("清单以外的，居（村）委依法可以不开具"),
    )  # fmt: skip
    purpose = forms.CharField(
        label=_("用途"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("交给哪里、办什么事"),
        error_messages={"required": _("请写明交给哪里、办什么事")},
    )  # fmt: skip
    facts = forms.MultipleChoiceField(
        label=_("核实了什么"), choices=ResidenceProof.Fact.choices, widget=Checks,
        error_messages={"required": _("请选择核实了什么")},
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """:param kinds: those on the list of the day"""
        super().__init__(*args, **kwargs)
        self.offer("kind", kinds)


class ProofReasonForm(PortalForm):
    """Why a proof is not given, or taken back."""

    columns = 1
    reason = forms.CharField(
        label=_("理由"), max_length=MOST_REASON, widget=forms.Textarea({"rows": 2}),
        error_messages={"required": _("请写明理由")},
    )  # fmt: skip
