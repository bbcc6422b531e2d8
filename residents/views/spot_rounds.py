"""Spot-check rounds: the list, one round from plan to publication, and what is behind numbers.

Paper: S-32, S-69, S-70.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.audit.record import record
from portal.exchange.exports.tables import answer
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.pages import done, page, private
from residents import services, spot_reads
from residents.filters import SEXES
from residents.models import Lead, Residence, SpotItem, SpotPerson, SpotPlace, SpotRound
from residents.services import spotchecks
from residents.spot_figures import fields_of, figures_of, strata_of
from residents.spot_forms import (
    CancelForm,
    ExtendForm,
    PlanForm,
    RecheckForm,
    VerifiersForm,
)
from residents.spot_tables import TONES, FoundList, PlaceList, RecordList, RoundList
from residents.spot_workbook import workbook
from residents.spotchecks.courses import may_follow
from residents.spotchecks.drawing import listed, unpacked
from residents.spotchecks.telling import more_to_draw, why_not
from residents.views.requests import act_on, note_look, show_list, show_request


@require_GET
@needs(Capability.VIEW_QUALITY)
def rounds(request: PortalRequest) -> HttpResponse:
    """All rounds of the acting units that the post may see."""
    scope = request.scope
    rows = SpotRound.objects.told_to(scope).defer("frame").select_related("committee")
    listing = RoundList(request, rows, filter_context={"scope": scope})
    context = {"may_run": scope.may(Capability.RUN_CHECKS)}
    return show_list(request, listing, "residents/spot_rounds.html", context)


@require_GET
@needs(Capability.VIEW_QUALITY)
def people(request: PortalRequest) -> HttpResponse:
    """Who was found by the rounds that count: what is behind the rate of registration."""
    scope = request.scope
    rows = SpotPerson.objects.told_to(scope).counted(timezone.localdate())
    rows = rows.select_related("item", "committee")
    return show_list(request, FoundList(request, rows, filter_context={"scope": scope}))


@require_GET
@needs(Capability.VIEW_QUALITY)
def records(request: PortalRequest) -> HttpResponse:
    """Which records were checked by the rounds that count: what is behind the accuracy."""
    scope = request.scope
    rows = SpotItem.objects.told_to(scope).pooled("reverse", timezone.localdate())
    rows = rows.select_related("committee")
    return show_list(request, RecordList(request, rows, filter_context={"scope": scope}))


@require_GET
@needs(Capability.VIEW_QUALITY)
def places(request: PortalRequest) -> HttpResponse:
    """Where people live and no list has it, as published rounds told: behind the coverage."""
    scope = request.scope
    rows = SpotPlace.objects.told_to(scope).filter(disclosed=True)
    rows = rows.select_related("lead", "committee")
    context = {"scope": scope, "day": timezone.localdate()}
    return show_list(request, PlaceList(request, rows, filter_context=context))


@needs(Capability.RUN_CHECKS)
def plan(request: PortalRequest) -> HttpResponse:
    """The planner: how many draws a precision takes in a street, and the plan itself."""
    today = timezone.localdate()
    initial = {"kind": "forward", "as_of": today, "field_from": today + timedelta(days=1),
               "half_width": 5, "share": 95, "met": 85}  # fmt: skip
    form = PlanForm(request.POST or None, initial=initial)
    need = None
    if request.method == "POST" and form.is_valid():
        try:
            if "count" in request.POST:
                planned = form.planned()
                facts = spotchecks.facts_of(planned.unit, request.scope)
                need = spotchecks.need_of(planned, facts)
            else:
                return _planned(request, form)
        except services.UnableToCheck as why:
            if not put_at_field(form, why.field, why):
                form.add_error(None, str(why))
    return page(request, "residents/spot_plan.html", {"form": form, "need": need})


def _planned(request: PortalRequest, form: PlanForm) -> HttpResponse:
    made: list[SpotRound] = []

    def act() -> None:
        made.append(
            spotchecks.plan_round(planned=form.planned(), by=request.scope, at=timezone.now())
        )

    act_once(request, act, where=reverse("residents:spot_rounds"))
    where = reverse("residents:spot_rounds")
    if made:
        where = reverse("residents:spot_round", args=[made[0].pk])
    return done(request, where, _("已计划，请抽取样本"))


@require_GET
@needs(Capability.VIEW_QUALITY)
def spot_round(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One round: its plan, its proof, how far the field work is, and what it came to."""
    found = _round(request, pk)
    note_look(request, "residents.spot_viewed", found)
    return _show(request, found)


@require_GET
@needs(Capability.VIEW_QUALITY)
def frame(request: PortalRequest, pk: uuid.UUID, what: str) -> HttpResponse:
    """The frame, or the keys drawn from it, as text: whoever has both can draw again."""
    found = _round(request, pk)
    if not found.has_frame:
        raise Http404
    note_look(request, "residents.spot_viewed", found)
    kept = unpacked(bytes(found.frame))
    text = listed(kept) if what == "frame" else "\n".join(map(str, spotchecks.drawn_keys(found)))
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{what}.txt"'
    return private(response)


@require_GET
@needs(Capability.EXPORT_MASKED)
@needs(Capability.VIEW_QUALITY)
def file(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """A published round as a workbook; that somebody took it is an event."""
    found, scope, at = _round(request, pk), request.scope, timezone.now()
    if found.published_at is None:
        raise Http404
    items = SpotItem.objects.told_to(scope).filter(round=found.pk).order_by("number")
    draws = list(items.values_list("number", "committee__name", "stratum", "visits", "outcome"))
    number = f"CC-{at:%Y%m%d%H%M%S}"
    content = workbook(found, draws, number=number, by=scope, at=at)
    record(
        "residents.spot_exported", by=scope, at=at, target=found, committee=found.committee_id,
        changes={"number": number, "count": len(draws)},
    )  # fmt: skip
    return answer(content, number)


def _round(request: PortalRequest, pk: uuid.UUID) -> Any:
    rows = SpotRound.objects.told_to(request.scope).without_frames()
    return get_in_scope(rows, request.scope, pk=pk)


def _show(
    request: PortalRequest, found: Any, *, form: forms.Form | None = None, refusal: str = ""
) -> HttpResponse:
    """:param found: a round as `without_frames` gives it"""
    scope = request.scope
    runs = scope.may(Capability.RUN_CHECKS)
    counts = found.result and not found.is_recheck
    context: dict[str, Any] = {
        "heading": f"{found.committee.name}{found.get_kind_display()}",
        "tone": TONES[found.state], "runs": runs, "result": found.result,
        "strata": strata_of(found),
        "takes": bool(found.published_at) and scope.may(Capability.EXPORT_MASKED),
        "proof": spotchecks.prove(found) if found.has_frame and found.drawn_at else None,
        "why_not": why_not(found.result) if counts else "", "figures": figures_of(found),
        "fields": fields_of(found), "rechecks": spot_reads.rechecks.rows(scope, of=found.pk),
        "closed_units": _closed_units(found, scope), "places": _places(found, scope),
        "crumbs": [{"title": _("抽查"), "url": reverse("residents:spot_rounds")},
                   {"title": f"{found.committee.name} {found.get_kind_display()}"}],
    }  # fmt: skip
    if runs:
        context |= _forms(found, form)
    if runs and found.state in ("in_field", "matching"):
        context["progress"] = _progress(found)
    if runs and found.is_recheck and found.state in ("matching", "published"):
        context["differing"] = spotchecks.differing(found)
    elif runs and found.state == "matching":
        context["near"] = _near(found, scope.user_id)
    return show_request(
        request, "residents/spot_round.html", found, form=form, refusal=refusal, **context
    )


def _forms(found: SpotRound, typed: forms.Form | None) -> dict[str, forms.Form]:
    """The forms of what may be done next, one of them as it was typed."""
    today = timezone.localdate()
    shown: dict[str, forms.Form] = {}
    if found.state == "drawn":
        able = spotchecks.verifiers_for(found, today)
        shown["verifiers_form"] = VerifiersForm(able=able)
    if may_follow(found.state, "cancelled"):
        shown["cancel_form"] = CancelForm()
    if may_follow(found.state, "extended") and not (found.counted or found.is_recheck):
        shown["extend_form"] = ExtendForm(initial={"wanted": more_to_draw(found.result)})
    tomorrow = today + timedelta(days=1)
    if spotchecks.may_recheck(found, tomorrow):
        initial = {"wanted": spotchecks.to_recheck(found), "field_from": tomorrow}
        shown["recheck_form"] = RecheckForm(initial=initial)
    return {key: typed if typed and type(typed) is type(form) else form
            for key, form in shown.items()}  # fmt: skip


def _progress(found: SpotRound) -> dict[str, Any]:
    items = list(found.items.values_list("verifier", "outcome", "visits"))
    by: dict[str, list[int]] = {}
    for verifier, outcome, visits in items:
        row = by.setdefault(verifier, [0, 0, 0])
        row[0] += 1
        row[1] += bool(visits)
        row[2] += outcome not in ("", "nobody", "refused")
    return {"verifiers": [(name, *row) for name, row in by.items()], "all": len(items),
            "settled": sum(row[2] for row in by.values())}  # fmt: skip


def _places(found: SpotRound, scope: Scope) -> list[tuple[Any, str]]:
    """Places found on the way of this round, each with how far its lead is; blank for no lead."""
    rows: list[Any] = spot_reads.places.rows(scope, of=found.pk)
    return [
        (row, str(Lead.State(row.lead_state).label) if row.lead_state else "") for row in rows
    ]  # fmt: skip


def _closed_units(found: SpotRound, scope: Scope) -> list[OrgUnit]:
    """Units of the street that were closed between the reference night and the publication."""
    until = timezone.localdate(found.published_at)
    return spot_reads.closed_units.rows(scope, found.committee_id, since=found.as_of, until=until)


def _near(found: SpotRound, user: int | None) -> list[dict[str, Any]]:
    """Near matches still to be judged, each beside its record; others' opinions are not shown."""
    people = SpotPerson.objects.filter(item__round=found).undecided().select_related("item")
    rows = list(people.order_by("item__number", "id"))
    known = Residence.objects.under(found.committee_id).in_bulk([row.record_id for row in rows])
    return [
        {"person": row, "record": known.get(row.record_id),
         "compared": _compared(row, known.get(row.record_id)),
         "mine": any(each["user"] == user for each in row.verdicts),
         "opinions": len(row.verdicts)}
        for row in rows
    ]  # fmt: skip


def _compared(person: SpotPerson, record: Residence | None) -> list[dict[str, Any]]:
    """What was told beside what is registered, and whether they differ."""
    if record is None:
        return []
    sexes = dict(SEXES)
    checks = spotchecks.compared(person, record)
    said = {"name": person.name, "sex": sexes.get(person.sex, ""), "born": person.born,
            "tail": person.tail}  # fmt: skip
    held = {"name": record.name, "sex": sexes.get(record.sex, ""),
            "born": record.birth_date.year, "tail": record.id_tail}  # fmt: skip
    return [
        {"said": said[key], "held": held[key], "differs": checks[key] == "wrong"} for key in said
    ]


def _act(
    request: PortalRequest, pk: uuid.UUID, act: Callable[[], Any], said: str,
    form: forms.Form | None = None,
) -> HttpResponse:  # fmt: skip
    found = _round(request, pk)

    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        return _show(request, _round(request, pk), form=form, refusal=refusal)

    where = reverse("residents:spot_round", args=[found.pk])
    return act_on(request, act, form=form, where=where, said=said, show=show)


@require_POST
@needs(Capability.RUN_CHECKS)
def draw(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Draw the sample."""
    seed = request.POST.get("seed", "")

    def act() -> None:
        spotchecks.draw_round(round_id=pk, seed=seed, by=request.scope, at=timezone.now())

    return _act(request, pk, act, _("已抽取，抽样框和种子已留存"))


@require_POST
@needs(Capability.RUN_CHECKS)
def open_field(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the sheets to verifiers of other streets."""
    found = _round(request, pk)
    able = spotchecks.verifiers_for(found, timezone.localdate())
    form = VerifiersForm(request.POST, able=able)

    def act() -> Any:
        return spotchecks.open_round(
            round_id=pk, posts=form.cleaned_data["posts"], by=request.scope, at=timezone.now()
        )

    return _act(request, pk, act, _("抽查表已分给核查员，当天可见"), form)


@require_POST
@needs(Capability.RUN_CHECKS)
def close_field(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """End the field work and match."""

    def act() -> None:
        spotchecks.close_round(round_id=pk, by=request.scope, at=timezone.now())

    return _act(request, pk, act, _("已结束上门并比对"))


@require_POST
@needs(Capability.RUN_CHECKS)
def judge(request: PortalRequest, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """One person's opinion on a near match."""
    answer = request.POST.get("same", "")
    if answer not in ("0", "1"):
        raise Http404

    def act() -> None:
        spotchecks.judge_person(
            person_id=person, same=answer == "1", by=request.scope, at=timezone.now()
        )

    return _act(request, pk, act, _("已记下你的意见"))


@require_POST
@needs(Capability.RUN_CHECKS)
def publish(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the round to the street; finds become leads."""

    def act() -> None:
        spotchecks.publish_round(round_id=pk, by=request.scope, at=timezone.now())

    return _act(request, pk, act, _("已公布，不符的已转为发现线索"))


@require_POST
@needs(Capability.RUN_CHECKS)
def extend(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Draw more where the interval is too wide."""
    form = ExtendForm(request.POST)

    def act() -> Any:
        return spotchecks.extend_round(
            round_id=pk, wanted=form.cleaned_data["wanted"], by=request.scope, at=timezone.now()
        )

    return _act(request, pk, act, _("已计划补抽"), form)


@require_POST
@needs(Capability.RUN_CHECKS)
def recheck(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Plan to call at some of the doors again."""
    form = RecheckForm(request.POST)

    def act() -> Any:
        return spotchecks.recheck_round(
            round_id=pk, by=request.scope, at=timezone.now(), wanted=form.cleaned_data["wanted"],
            field_from=form.cleaned_data["field_from"],
        )  # fmt: skip

    return _act(request, pk, act, _("已计划复查，请打开复查抽取样本"), form)


@require_POST
@needs(Capability.RUN_CHECKS)
def cancel(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give up a round whose sheets are not given out yet."""
    form = CancelForm(request.POST)

    def act() -> Any:
        return spotchecks.cancel_round(
            round_id=pk, reason=form.cleaned_data["reason"], by=request.scope, at=timezone.now()
        )

    return _act(request, pk, act, _("已取消，可以重新计划"), form)
