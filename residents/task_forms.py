"""Forms of collection tasks; they check and show, services write."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import DayField, PortalForm
from portal.ui.widgets import Segmented
from residents.models import CollectionTask, Residence
from residents.services.tasking import MOST_WORDS


def words(label: Any, needed: Any, **kwargs: Any) -> forms.CharField:
    """A short reason, without numbers of documents."""
    return forms.CharField(
        label=label, max_length=MOST_WORDS, widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": needed}, **kwargs,
    )  # fmt: skip


class SeveralTasksForm(PortalForm):
    """The same work asked for at several dwellings: by when, why, and of whom."""

    columns = 2
    spans = {"reason": 2}
    due_on = DayField(label=_("期限"))
    assigned = forms.TypedChoiceField(
        label=_("承办人"), required=False, coerce=int, empty_value=None,
        help_text=_("可先不定，以后再分派"),
    )  # fmt: skip
    reason = words(_("说明"), _("请写明布置的原因"), help_text=_("不写证件号码"))

    def __init__(self, *args: Any, handlers: Mapping[int, str], **kwargs: Any) -> None:
        """:param handlers: names by account, of those who may be given it"""
        super().__init__(*args, **kwargs)
        self.offer("assigned", handlers.items(), blank=True)


class TaskForm(SeveralTasksForm):
    """Work asked for at one dwelling, about everybody or about one person."""

    spans = {"kind": 2, "reason": 2}
    kind = forms.ChoiceField(label=_("事项"), choices=CollectionTask.Kind.choices, widget=Segmented)
    residence = forms.TypedChoiceField(
        label=_("人员"), required=False, coerce=UUID, empty_value=None
    )
    field_order = ("kind", "residence", "due_on", "assigned", "reason")

    def __init__(self, *args: Any, members: Iterable[Residence], **kwargs: Any) -> None:
        """:param members: who is on record there"""
        super().__init__(*args, **kwargs)
        everybody = [("", _("全户"))]
        self.offer("residence", [*everybody, *((str(row.pk), row.name) for row in members)])


class WithdrawTasksForm(PortalForm):
    """Why tasks are taken back."""

    columns = 1
    reason = words(_("撤回原因"), _("请写明撤回原因"))
