"""One indicator of one unit: what it was computed from, what the unit says, what was decided."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment import transitions
from assessment.dossier import dossier, neighbours
from assessment.forms import ClaimForm, EvidenceForm, ReviewForm
from assessment.models import Evidence, ProcessEvent, Score, Stage
from assessment.services import reviewing, selfassess
from assessment.services.common import UnableToAssess
from assessment.sheets import may_claim
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page


def get_score(scope: Scope, pk: uuid.UUID) -> Score:
    """The score with what its page needs, or the 404 of everything outside."""
    rows = Score.objects.select_related("indicator__cycle", "committee")
    score: Score = get_in_scope(rows, scope, pk=pk)
    return score


def here(score: Score) -> str:
    return reverse("assessment:indicator", args=[score.pk])


@needs(Capability.VIEW_ASSESSMENT)
@require_GET
def indicator(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Four figures, the computation, who causes the loss, evidence, review, process."""
    return _respond(request, get_score(request.scope, pk))


def _respond(request: PortalRequest, score: Score, **bound: Any) -> HttpResponse:
    scope = request.scope
    before, after = neighbours(score, scope)
    context = {
        "score": score,
        "indicator": score.indicator,
        "cycle": score.indicator.cycle,
        "d": dossier(score, scope),
        "before": before,
        "after": after,
        "papers": list(score.evidence.order_by("added_at")),
        "events": _events(score, scope),
        "may_check": scope.may(Capability.RUN_ASSESSMENT),
        "claim_form": None,
        "evidence_form": None,
        "review_form": None,
    }
    if may_claim(score, scope):
        context["claim_form"] = _claim_form(score)
        context["evidence_form"] = EvidenceForm()
    acts = _acts(score, scope)
    if acts:
        context["review_form"] = ReviewForm(
            initial={"version": score.version, "act": acts[0]}, acts=acts
        )
    return page(request, "assessment/indicator.html", context | bound)


def _events(score: Score, scope: Scope) -> list[dict[str, str]]:
    rows = ProcessEvent.objects.in_scope(scope).filter(
        cycle=score.indicator.cycle, committee_id=score.committee_id
    )
    return [
        {
            "who": f"{row.by_name}（{row.by_unit}）" if row.by_name else _("系统"),
            "at": f"{timezone.localtime(row.at):%m-%d %H:%M}",
            "text": row.text,
            "tone": "brand" if row.indicator_id else "ok",
        }
        for row in rows.order_by("-at", "-id")
        if row.indicator_id in {None, score.indicator_id}
    ]


def _claim_form(score: Score) -> ClaimForm:
    given = score.self_claimed
    if given is None and score.computed is not None:
        given = round(score.computed, 2)
    return ClaimForm(
        initial={"points": given, "explanation": score.claim_note, "version": score.version}
    )


def _acts(score: Score, scope: Scope) -> list[str]:
    """What this reviewer may do with the score as it stands."""
    if not scope.may(Capability.RUN_ASSESSMENT):
        return []
    if score.indicator.cycle.stage != Stage.SELF_ASSESSED:
        return []
    if score.state == "proposed" and score.proposed_by == scope.user_id:
        return ["send_back"]
    acts = [act for act in transitions.SCORE_ACTS if transitions.may(act, score.state)]
    hidden = {"submit"} | ({"accept"} if score.computed is None else set())
    return [act for act in acts if act not in hidden]


@needs(Capability.SELF_ASSESS)
@require_POST
def claim(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """What the unit thinks that it earned."""
    score = get_score(request.scope, pk)
    form = ClaimForm(request.POST)
    if form.is_valid():
        try:
            selfassess.claim(
                score_id=pk, points=form.cleaned_data["points"],
                explanation=form.cleaned_data["explanation"],
                version=form.cleaned_data["version"], by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except UnableToAssess as why:
            form.add_error(None, str(why))
        else:
            return done(request, here(score), _("自评已保存"))
    return _respond(request, score, claim_form=form)


@needs(Capability.SELF_ASSESS)
@require_POST
def evidence(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Add a document to one's own score."""
    score, at = get_score(request.scope, pk), timezone.now()
    form = EvidenceForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data

        def act() -> str:
            selfassess.add_evidence(
                score_id=pk, kind=given["kind"], title=given["title"], explanation=given["note"],
                by=request.scope, at=at,
            )  # fmt: skip
            return here(score)

        try:
            url = once(key=key_of(request), user_id=request.scope.user_id or 0, at=at, act=act)
        except UnableToAssess as why:
            form.add_error(None, str(why))
        else:
            return done(request, url, _("佐证已添加"))
    return _respond(request, score, evidence_form=form)


@needs(Capability.RUN_ASSESSMENT)
@require_POST
def review(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Decide on one score, then go on to the next that waits."""
    score = get_score(request.scope, pk)
    form = ReviewForm(request.POST, acts=_acts(score, request.scope))
    if form.is_valid():
        given = form.cleaned_data
        try:
            reviewing.review(
                score_id=pk, act=given["act"], reason=given["reason"], version=given["version"],
                points=given.get("points"), by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except UnableToAssess as why:
            form.add_error(None, str(why))
        else:
            return done(request, here(score), _("复核已提交"))
    return _respond(request, score, review_form=form)


@needs(Capability.RUN_ASSESSMENT)
@require_POST
def check_evidence(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Mark a document as agreeing with the snapshot or not."""
    paper: Evidence = get_in_scope(Evidence.objects.all(), request.scope, pk=pk)
    try:
        reviewing.check_evidence(
            evidence_id=pk, checked=request.POST.get("checked", ""), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip
    except UnableToAssess as why:
        messages.error(request, str(why))
    return done(request, reverse("assessment:indicator", args=[paper.score_id]))
