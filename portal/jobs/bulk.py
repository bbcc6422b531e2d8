"""The dialog and the act of a bulk bar: first what would be changed, then once, when agreed to.

A view names the rows that were chosen, how each is judged, the form and the service; see
`portal.ui.bulk` for what the dialog tells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from portal.jobs.acts import act_once, put_at_field
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest
from portal.ui.bulk import AGREED, MOST_AT_ONCE, Outlook, carried, outlook
from portal.ui.cells import Text
from portal.ui.pages import UNPROCESSABLE, done, page

#: Of a row: how it is called, and why it stays as it is; blank where it is changed.
Judged = Callable[[Any], tuple[str, str]]
Rows = QuerySet[Any, Any]


def is_agreed(request: PortalRequest) -> bool:
    """Whether the dialog was seen and its button pressed."""
    return bool(request.POST.get(AGREED))


def outlook_of(chosen: Rows, judge: Judged) -> Outlook:
    """What an act on the chosen rows would do; nothing where they are too many for one act."""
    count = chosen.order_by().count()
    if count > MOST_AT_ONCE:
        return Outlook(0, (), too_many=count)
    # the first rows are named: without an order, whichever PostgreSQL meets first
    rows = chosen if chosen.ordered else chosen.order_by("pk")
    return outlook(judge(row) for row in rows)


@dataclass(frozen=True)
class BulkForm:
    """The words and addresses of an act on many rows.

    :param title: the dialog's heading, verb and object
    :param unit: the measure word of the rows
    :param action: where the dialog is posted; `where`, the list that is shown after it
    :param said: what is told afterwards, with `%(n)s` rows; `field`, where a refusal belongs that
        names none itself
    """

    title: str
    verb: str
    unit: Text
    action: str
    where: str
    said: str
    field: str = ""

    def ask(
        self, request: PortalRequest, seen: Outlook, form: forms.Form, *, trouble: str = ""
    ) -> HttpResponse:
        """The dialog: 422 where it was posted and something is wrong in it."""
        context: dict[str, Any] = {
            "title": self.title, "verb": self.verb, "unit": self.unit, "outlook": seen,
            "carried": carried(request), "form": form, "most": MOST_AT_ONCE,
            "action": self.action, "trouble": trouble,
        }  # fmt: skip
        return page(
            request, "ui/bulk.html", context, status=UNPROCESSABLE if form.is_bound else 200
        )

    def respond(
        self, request: PortalRequest, chosen: Rows, form: forms.Form, judge: Judged,
        act: Callable[[Sequence[Any]], Done], refusals: tuple[type[Exception], ...] = (),
    ) -> HttpResponse:  # fmt: skip
        """Tell what would be done, or do it for the keys of the chosen rows.

        :param act: the service; it looks at each row anew
        :param refusals: what it raises when nothing is done at all
        """
        seen = outlook_of(chosen, judge)
        if not is_agreed(request) or seen.too_many or not form.is_valid():
            return self.ask(request, seen, form)
        did: list[Done] = []
        try:
            where = act_once(
                request, lambda: did.append(act(list(chosen.values_list("pk", flat=True)))),
                where=self._list(request),
            )  # fmt: skip
        except refusals as why:
            if not put_at_field(form, getattr(why, "field", "") or self.field, why):
                form.add_error(None, str(why))
            return self.ask(request, seen, form)
        return done(request, where, self._told(did[0]) if did else _("已办理"))

    def _list(self, request: PortalRequest) -> str:
        """The list with the conditions under which the rows were chosen."""
        query = QueryDict(request.POST.get("query", "")).urlencode()
        return f"{self.where}?{query}" if query else self.where

    def _told(self, did: Done) -> str:
        said = self.said % {"n": did.count}
        if not did.refused:
            return said
        left = _("%(n)s %(unit)s没有办成：%(why)s")
        why = "；".join(dict.fromkeys(did.refused))
        return f"{said}；{left % {'n': len(did.refused), 'unit': self.unit, 'why': why}}"
