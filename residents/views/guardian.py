"""Naming a child's guardian from the child's page, wherever the guardian lives (domain §6.5)."""

import uuid
from collections.abc import Iterable

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.guardian_forms import ELSEWHERE, NOBODY, GuardianForm
from residents.models import Residence, Resident
from residents.search import search

MOST_NAMED = 5


class NotOne(Exception):
    """What was written of the guardian means nobody, or more than one."""

    field = "who"


@needs(Capability.EDIT_RESIDENTS)
def guardian(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose among those who live with the child, or find somebody of this unit's register."""
    people = Resident.objects.select_related("guardian")
    child = get_in_scope(people, request.scope, pk=pk)
    grown = services.possible_guardians(child, request.scope, timezone.localdate())
    form = GuardianForm(request.POST or None, grown=grown, initial=_now(child, grown))
    where, refusal = reverse("residents:person", args=[pk]), ""
    if request.method == "POST" and form.is_valid():
        try:
            chosen = _chosen(request, form)
            act_once(request, lambda: _name(request, child, chosen, form), where=where)
        except (NotOne, services.UnableToUpdate, services.StaleVersion) as why:
            field = "who" if form.cleaned_data["guardian"] == ELSEWHERE else "guardian"
            text = _said(why)
            if isinstance(why, services.StaleVersion) or not put_at_field(form, field, text):
                refusal = str(text)
        else:
            return done(request, where, _("已登记 %(name)s 的监护人") % {"name": child.name})
    status = UNPROCESSABLE if refusal or form.errors else 200
    current = Residence.objects.in_scope(request.scope).in_hand(child).first()
    context = {
        "child": child, "form": form, "refusal": refusal, "residence": current,
        "version": services.version_of(child, current),
    }  # fmt: skip
    return page(request, "residents/guardian.html", context, status=status)


def _now(child: Resident, grown: Iterable[Residence]) -> dict[str, str]:
    """What the form stands at before anything is chosen."""
    if child.guardian is None:
        return {}
    if any(row.resident_id == child.guardian_id for row in grown):
        return {"guardian": str(child.guardian_id)}
    return {"guardian": ELSEWHERE, "who": child.guardian.name}


def _chosen(request: PortalRequest, form: GuardianForm) -> uuid.UUID | None:
    """Whose key was chosen or found; None for nobody.

    :raises NotOne: the words mean nobody, or more than one
    """
    sent = form.cleaned_data
    if sent["guardian"] == NOBODY:
        return None
    if sent["guardian"] != ELSEWHERE:
        return uuid.UUID(sent["guardian"])
    found = search(sent["who"], by=request.scope, at=timezone.now(), limit=MOST_NAMED).people
    people = {each.resident_id: each for each in found}
    if not people:
        raise NotOne(_("没有找到这个人；监护人要先在本单位登记"))
    if len(people) > 1:
        named = "、".join(f"{each.name}（{each.address}）" for each in people.values())
        raise NotOne(
            _("符合的不止一人：%(people)s。请写姓名加室号，或证件号码") % {"people": named}
        )
    return next(iter(people))


def _name(
    request: PortalRequest, child: Resident, chosen: uuid.UUID | None, form: GuardianForm
) -> None:
    services.name_guardian(
        ward_id=child.pk, guardian_id=chosen, version=request.POST.get("version", ""),
        reason=form.cleaned_data["reason"], by=request.scope, at=timezone.now(),
    )  # fmt: skip


def _said(why: Exception) -> Exception:
    """The refusal in one sentence, without its row."""
    if isinstance(why, services.UnableToUpdate):
        return NotOne("；".join(each.problem.message for each in why.problems))
    if isinstance(why, services.StaleVersion):
        told = _("%(who)s 刚改过这个人的信息，请重新打开核对") % {"who": why.changed_by}
        return NotOne(told)
    return why
