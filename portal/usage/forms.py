"""A committee's days as they are typed: one field for each working day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import PortalForm, dress
from portal.usage.services import Told, UnableToTell
from portal.usage.window import MOST_SESSIONS


def field_of(day: date) -> str:
    return f"d{day:%Y%m%d}"


class DaysForm(PortalForm):
    """What is typed goes on beside what was seen, so that two people never undo one another."""

    def __init__(
        self, data: QueryDict | None = None, *, days: Sequence[date],
        held: Mapping[date, int], **kwargs: Any,
    ) -> None:  # fmt: skip
        """:param held: sessions by day, as far as they are known"""
        initial = {field_of(day): held[day] for day in days if day in held}
        super().__init__(data, initial=initial, **kwargs)
        self.days = days
        for day in days:
            self.fields[field_of(day)] = _field(day)

    def told(self) -> dict[date, Told]:
        """The days that were changed, each with what stood there when the page was opened.

        :raises ValueError: the form did not pass
        """
        changes = self.changes()
        return {
            day: Told(self._seen(day), changes[field_of(day)])
            for day in self.days if field_of(day) in changes
        }  # fmt: skip

    def _seen(self, day: date) -> int | None:
        text = self.data.get(f"initial-{field_of(day)}", "")
        return int(text) if text.isascii() and text.isdigit() else None


def _field(day: date) -> forms.IntegerField:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "pp-input pp-input-sm"}
    made = forms.IntegerField(
        label=f"{day:%Y-%m-%d}", required=False, min_value=0, max_value=MOST_SESSIONS,
        show_hidden_initial=True, widget=forms.TextInput(attrs),
        error_messages={"invalid": _("填整数，没有使用填 0")},
    )  # fmt: skip
    dress(made)
    return made


def refused(
    data: QueryDict, form: DaysForm, held: Mapping[date, int], why: UnableToTell
) -> DaysForm:
    """The form again with all that was typed, each refusal at its day.

    What somebody else has changed now counts as seen: saving once more is a decision.
    """
    renewed = data.copy()
    for day, now in why.now.items():
        renewed[f"initial-{field_of(day)}"] = "" if now is None else str(now)
    again = DaysForm(renewed, days=form.days, held=held)
    again.is_valid()
    for day, text in why.problems.items():
        again.add_error(field_of(day), text)
    return again
