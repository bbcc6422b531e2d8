"""Forms of runs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.metrics.services import LONGEST_REASON
from portal.ui.forms import PortalForm


class CloseForm(PortalForm):
    """Why a month is closed by hand."""

    columns = 1

    reason = forms.CharField(label=_("手工月结的原因"), max_length=LONGEST_REASON)
