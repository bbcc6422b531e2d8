"""A record with a course: its page, and the acts that may be done with it as things stand."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.jobs.refusals import Refusal
from portal.orgs.access import NotAllowed, PortalRequest, get_in_scope
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm
from portal.ui.pages import done, page

UNPROCESSABLE = 422


@dataclass(frozen=True)
class Act:
    """Something that may be done with a record in some of its states; in any where none is named.

    :param do: the service, called with the form's values; a `Refusal` of it shows at its field
    :param unless: whether this person may not, for a reason of their own
    :param filled: what its form holds of the record beforehand
    """

    key: str
    title: Any
    word: Any
    told: Any
    form: type[PortalForm]
    do: Callable[..., Any]
    states: Sequence[str]
    capability: Capability
    unless: Callable[[PortalRequest, Any], bool] = lambda request, row: False
    extra: Mapping[str, Any] = field(default_factory=dict)
    filled: Callable[[Any], dict[str, Any]] = lambda row: {}


@dataclass(frozen=True)
class Course:
    """What the pages of one kind of record have in common.

    :param argument: what its services call its key
    :param name: of the record's page; of its acts' address, with `_act` behind it
    :param shown: the page's own context of a record
    """

    rows: Callable[[], Any]
    argument: str
    name: str
    acts: Sequence[Act]
    shown: Callable[[PortalRequest, Any], dict[str, Any]]
    template: str
    viewed: str = ""

    def show(self, request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
        """The record with the forms of what may be done next."""
        found = get_in_scope(self.rows(), request.scope, pk=pk)
        if self.viewed:
            record(
                self.viewed, by=request.scope, at=timezone.now(), target=found,
                committee=found.committee_id,
            )  # fmt: skip
        return self._render(request, found)

    def act(self, request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        """Do one act once; a refusal shows at its field, with everything that was typed."""
        found = get_in_scope(self.rows(), request.scope, pk=pk)
        chosen = next((each for each in self.acts if each.key == act), None)
        if chosen is None:
            raise Http404
        if not request.scope.may(chosen.capability):
            raise NotAllowed
        form = chosen.form(request.POST, auto_id=f"{chosen.key}_%s")
        if not form.is_valid():
            return self._render(request, found, chosen, form)

        def do() -> None:
            chosen.do(
                **{self.argument: pk}, **form.cleaned_data, **chosen.extra, by=request.scope,
                at=timezone.now(),
            )  # fmt: skip

        try:
            url = act_once(request, do, where=reverse(self.name, args=[pk]))
        except Refusal as why:
            if not put_at_field(form, why.field, why):
                form.add_error(None, str(why))
            return self._render(request, found, chosen, form)
        return done(request, url, chosen.told)

    def _render(
        self, request: PortalRequest, found: Any, tried: Act | None = None,
        form: PortalForm | None = None, **more: Any,
    ) -> HttpResponse:  # fmt: skip
        acts = [
            {
                "title": each.title, "word": each.word, "key": each.key,
                "action": reverse(f"{self.name}_act", args=[found.pk, each.key]),
                "form": form if each is tried else each.form(
                    auto_id=f"{each.key}_%s", initial=each.filled(found)
                ),
            }
            for each in self.acts
            if each is tried or self._may(request, found, each)
        ]  # fmt: skip
        context = {"row": found, "acts": acts, "refused": form} | self.shown(request, found) | more
        status = UNPROCESSABLE if tried or more else 200
        return page(request, self.template, context, status=status)

    def again(self, request: PortalRequest, found: Any, **more: Any) -> HttpResponse:
        """The record once more, with something beside its acts that was refused."""
        return self._render(request, found, **more)

    @staticmethod
    def _may(request: PortalRequest, found: Any, act: Act) -> bool:
        state = getattr(found, "state", "")
        return (
            request.scope.may(act.capability)
            and (not act.states or state in act.states)
            and not act.unless(request, found)
        )
