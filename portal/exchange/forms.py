"""What the wizard's pages post: a file, columns, a cell, a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.exchange.containers import MAX_BYTES, TOO_LARGE
from portal.exchange.kinds import Across, ImportKind
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.forms import PortalForm, SentFile
from portal.ui.widgets import FileZone


class UploadForm(PortalForm):
    """A file, what is in it, and whose register it fills.

    The committee is chosen above a committee only, and not where the rows themselves name it.
    """

    kind = forms.ChoiceField(label=_("导入内容"))
    committee = forms.TypedChoiceField(
        label=_("导入到"), coerce=int, error_messages={"required": _("请选择居（村）委")}
    )
    file = SentFile(
        label=_("文件"), allow_empty_file=True, accept=".xlsx,.csv",
        widget=FileZone({"aria-label": _("选择文件")}), most_bytes=MAX_BYTES, too_large=TOO_LARGE,
        help_text=_(".xlsx、.csv（UTF-8 或 GB18030 编码）"),
    )  # fmt: skip

    def __init__(self, *args: Any, scope: Scope, kinds: list[ImportKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("kind", [(kind.key, kind.title) for kind in kinds])
        across = {kind.key for kind in kinds if isinstance(kind, Across)}
        if self.data.get("kind") in across:
            del self.fields["committee"]
            return
        self.offer("committee", committees_of(scope))
        if scope.level == "committee":
            committee: Any = self.fields["committee"]
            committee.required, committee.empty_value = False, scope.unit


def committees_of(scope: Scope) -> list[tuple[int | str, str]]:
    """The committees whose register a file may fill; above one, nothing is chosen beforehand."""
    if scope.level == "committee":
        return [(scope.unit, scope.unit_name)]
    units = OrgUnit.objects.under(scope.unit).committees().filter(valid_to=None).order_by("code")
    return [("", str(_("选择居（村）委"))), *units.values_list("code", "name")]


class CellForm(forms.Form):
    """One corrected cell."""

    line = forms.IntegerField(min_value=1)
    column = forms.IntegerField(min_value=0, max_value=999)
    text = forms.CharField(required=False, max_length=500, strip=False)


class RowForm(forms.Form):
    """A row to leave out, or to take back in."""

    line = forms.IntegerField(min_value=1)
    out = forms.BooleanField(required=False)


class UndoForm(PortalForm):
    """Why a file is taken back."""

    reason = forms.CharField(
        label=_("撤销事由"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages={"required": _("请填写撤销事由")},
    )
