"""One person: the page, the whole number for a minute, moving, deregistering."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.accounts.fresh import ask_again
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page, private, trigger
from residents import person_reads, services
from residents.categories import (
    DELETION_REASONS,
    EDUCATIONS,
    ETHNICITIES,
    NATIONALITIES,
    POPULATION_CATEGORIES,
    RESIDENCE_REASONS,
    SEXES,
    TENANCY_ROLES,
    VERIFICATION_METHODS,
)
from residents.forms import DeregisterForm, MoveForm, RevealForm, occupancy_title
from residents.grid import place_words
from residents.households import put_back
from residents.identity import DocumentKind, age_on, mask_birth
from residents.meanings import meaning_of
from residents.models import (
    CorrectionRequest,
    Residence,
    ResidenceProof,
    Resident,
    Verification,
)
from residents.search import find_dwellings
from residents.views import may_register
from residents.views.asof import AsOf, as_of, living_then
from residents.views.households import left_headless
from residents.views.merging import merges_of
from residents.views.settling import settle

UNPROCESSABLE, CONFLICT = 422, 409


@require_GET
@needs(Capability.VIEW_REGISTER)
def person(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that is known of one person, numbers masked; the look is an event."""
    resident = _person(request, pk)
    episodes = _episodes(request, resident)
    today = timezone.localdate()
    then = as_of(request, episodes, today)
    current = living_then(episodes, then)
    family = _family(request, resident, current, then)  # puts relations back to that day
    seen_on = _seen_on(request, current, then)
    record(
        "residents.viewed", by=request.scope, at=timezone.now(), target=resident,
        committee=resident.committee_id, subjects=[resident.pk],
    )  # fmt: skip
    may_reveal = request.scope.may(Capability.REVEAL_IDENTITY)
    context = {
        "resident": resident, "current": current, "episodes": episodes,
        "then": then, "age": age_on(resident.birth_date, then.day),
        "titles": _titles(resident, current), "family": family,
        "meaning": meaning_of(resident.category),
        "events": _events(request, episodes, then),
        "reveal_url": reverse("residents:reveal", args=[pk]) if may_reveal else "",
        "denied": "" if may_reveal else _("当前岗位不能查看完整证件号"),
        "seen_on": seen_on, "days": (then.day - seen_on).days if seen_on else None,
        "cycle": (current.due_on - current.verified_on).days if current else 90,
        "may_register": may_register(request) and not then.is_past,
        "may_see_trail": request.scope.may(Capability.VIEW_AUDIT),
        "merges": merges_of(request, resident) if resident.was_merged else [],
        "twins": _twins(request, resident, current, then),
        "corrections": _corrections(request, resident), "proofs": _proofs(request, resident),
        "guardian": _guardian(request, resident),
    }  # fmt: skip
    return page(request, "residents/person.html", context)


def _person(request: PortalRequest, pk: uuid.UUID) -> Any:
    """:raises Http404: nobody of this scope"""
    found = person_reads.people.first(request.scope, may_register(request), resident=pk)
    if found is None:
        raise Http404
    return found


def _guardian(request: PortalRequest, resident: Resident) -> Resident | None:
    """Who is responsible for the person, where the register knows somebody in sight."""
    if resident.guardian_id is None:
        return None
    return person_reads.names.first(request.scope, resident=resident.guardian_id)


def _corrections(request: PortalRequest, resident: Any) -> Iterable[CorrectionRequest]:
    """What the person asked about their own data, newest first."""
    if not resident.has_asked:
        return ()
    rows = CorrectionRequest.objects.in_scope(request.scope).filter(resident=resident)
    return rows.defer("sealed").order_by("-received_at", "-id")[: person_reads.MOST_SHOWN]


def _proofs(request: PortalRequest, resident: Any) -> Iterable[ResidenceProof]:
    """What the committee certified of where the person lives, newest first."""
    if not resident.has_proofs:
        return ()
    rows = ResidenceProof.objects.in_scope(request.scope).filter(resident=resident)
    return rows.order_by("-asked_at", "-id")[: person_reads.MOST_SHOWN]


def _twins(request: PortalRequest, resident: Any, current: Any, then: AsOf) -> list[Any]:
    """Records beside this one that are probably the same person, for whoever may merge them."""
    if not resident.has_twin or current is None or then.is_past:
        return []
    rows: list[Any] = list(services.twins_of(resident, request.scope)[:3])
    for row in rows:  # the record that has a number is the one to keep
        kept, dropped = resident.pk, row.resident_id
        if row.id_mask:
            kept, dropped = dropped, kept
        row.merge_url = f"{reverse('residents:merge', args=[kept])}?with={dropped}"
    return rows


def _episodes(request: PortalRequest, resident: Resident) -> list[Any]:
    """All episodes, the present one first, with their words."""
    rows: list[Any] = person_reads.episodes.rows(request.scope, resident=resident.pk)
    for row in rows:
        row.is_open = row.status == Residence.Status.ACTIVE
        row.place = place_words(row)
        row.category_title = POPULATION_CATEGORIES.title(row.category)
        row.end_title = DELETION_REASONS.title(row.end_reason) if row.end_reason else ""
    return sorted(rows, key=lambda row: (not row.is_open, not row.is_primary))


def _titles(resident: Resident, current: Any) -> dict[str, str]:
    """Words for the coded columns."""
    kind = DocumentKind(resident.doc_type).label if resident.doc_type else ""
    found = {
        "sex": SEXES.title(resident.sex), "birth": mask_birth(resident.birth_date),
        "ethnicity": ETHNICITIES.title(resident.ethnicity) if resident.ethnicity else "",
        "nationality": NATIONALITIES.title(resident.nationality),
        "category": POPULATION_CATEGORIES.title(resident.category),
        "education": EDUCATIONS.title(resident.education) if resident.education else "",
        "document": kind,
    }  # fmt: skip
    if current is not None:
        found |= {
            "reason": RESIDENCE_REASONS.title(current.reason) if current.reason else "",
            "role": TENANCY_ROLES.title(current.tenancy_role) if current.tenancy_role else "",
            "occupancy": occupancy_title(current.occupancy),
            "method": VERIFICATION_METHODS.title(current.verified_method),
            "place": place_words(current),
        }
    return found


def _seen_on(request: PortalRequest, current: Any, then: AsOf) -> date | None:
    """The last visit up to that day at which the person was there."""
    if current is None:
        return None
    if not then.is_past:
        known: date = current.verified_on
        return known
    visits = Verification.objects.in_scope(request.scope).filter(
        residence_id=current.pk, verified_on__lte=then.day
    )
    last: date | None = visits.aggregate(last=Max("verified_on"))["last"]
    return last


def _family(
    request: PortalRequest, resident: Resident, current: Any, then: AsOf
) -> list[dict[str, Any]]:
    """Who lived with this person on that day."""
    if current is None:
        return []
    home = current.dwelling_id
    if then.is_past:
        rows = Residence.objects.in_scope(request.scope).living_on(then.day)
        others = list(person_reads.others_at(rows, resident.pk, home))
        put_back([current, *others], then.day)
    else:
        others = person_reads.living_with.rows(request.scope, resident=resident.pk, dwelling=home)
    others.sort(key=lambda row: row.household_id != current.household_id)
    return [
        {
            "name": row.name, "url": reverse("residents:person", args=[row.resident_id]),
            "place": place_words(row), "age": age_on(row.birth_date, then.day),
            "sex": SEXES.title(row.sex), "category": POPULATION_CATEGORIES.title(row.category),
            "apart": row.household_id != current.household_id,
        }
        for row in others
    ]  # fmt: skip


def _events(request: PortalRequest, episodes: list[Any], then: AsOf) -> list[dict[str, str]]:
    """What happened to this person up to that day, newest first: visits, beginnings and ends."""
    found = [
        (row.verified_on, f"{row.by_name} {VERIFICATION_METHODS.title(row.method)}，"
                          f"{row.get_outcome_display()}", "")
        for row in _visits(request, episodes, then)
    ]  # fmt: skip
    for row in episodes:
        found.append((row.begin_on, _("入住 %(where)s") % {"where": row.short_address}, "brand"))
        if row.end_on:
            text = _("离开 %(where)s，%(why)s") % {
                "where": row.short_address, "why": row.end_title,
            }  # fmt: skip
            found.append((row.end_on, text, ""))
    found = [event for event in found if event[0] <= then.day]
    found.sort(key=lambda event: event[0], reverse=True)
    found = found[: person_reads.MOST_SHOWN]
    return [{"at": f"{day}", "title": text, "tone": tone} for day, text, tone in found]


def _visits(request: PortalRequest, episodes: list[Any], then: AsOf) -> list[Verification]:
    """The latest visits up to that day; somebody of no episode had none."""
    keys = {f"residence{place}": row.pk for place, row in enumerate(episodes)}
    return person_reads.visits.rows(request.scope, until=then.day, **keys) if keys else []


MANY_REVEALS = 10  # a day; from here on a fresh proof is asked for


@needs(Capability.REVEAL_IDENTITY)
def reveal(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The dialog that asks why, and then the number in place of its mask, for a minute."""
    resident = get_in_scope(Resident.objects.all(), request.scope, pk=pk)
    kind = "phone" if request.GET.get("kind") == "phone" else "identity"
    key = request.GET.get("key", str(pk))[:36]
    form = RevealForm(request.POST or None)
    used, most = services.reveals_today(by=request.scope, today=timezone.localdate())
    if request.method == "POST" and used >= MANY_REVEALS:
        asked = ask_again(request, _("查看较多完整证件号"))
        if asked:
            return asked
    if request.method == "POST" and form.is_valid():
        try:
            shown = services.reveal(
                resident_id=pk, purpose=form.cleaned_data["reason"],
                reason=form.cleaned_data["note"], kind=kind, by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.UnableToReveal as refusal:
            if isinstance(refusal, services.QuotaUsedUp):
                record(
                    "residents.reveal_refused", by=request.scope, at=timezone.now(),
                    target=resident, committee=resident.committee_id, subjects=[pk],
                    purpose=form.cleaned_data["reason"], reason=str(refusal), result="refused",
                )  # fmt: skip
            form.add_error("note" if "原因" in str(refusal) else None, str(refusal))
        else:
            return _shown(request, shown, kind, key)
    context = {
        "name": resident.name, "action": request.get_full_path(), "form": form,
        "reasons": list(services.PURPOSES.items()), "note_for": "other", "used": used,
        "most": most, "resident": resident, "kind": kind,
    }  # fmt: skip
    return page(request, "residents/reveal.html", context, partial="dialog")


def _shown(request: PortalRequest, shown: services.Revealed, kind: str, key: str) -> HttpResponse:
    value = f"{shown.value}　{shown.birth_date}" if kind == "identity" else shown.value
    context = {
        "value": value, "mask": shown.mask, "key": key, "seconds": shown.seconds,
        "url": request.get_full_path(), "label": _("手机") if kind == "phone" else _("证件号"),
    }  # fmt: skip
    if not request.headers.get("HX-Request"):
        return page(request, "residents/revealed.html", context)
    response = page(request, "ui/revealed.html", context)
    response["HX-Retarget"] = f"#mask-{key}"
    response["HX-Reswap"] = "outerHTML"
    return private(trigger(response, "pp:close"))


@needs(Capability.EDIT_RESIDENTS)
def deregister(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """End an episode, after the consequences were told."""
    residence = _open_episode(request, pk)
    initial = {"ended_on": timezone.localdate()}
    form = DeregisterForm(request.POST or None, initial=initial)
    here = reverse("residents:person", args=[residence.resident_id])
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: _end(request, residence, form, here),
            )  # fmt: skip
        except (services.UnableToDeregister, services.UnableToFollowUp) as refusal:
            form.add_error(None, str(refusal))
        except services.StaleVersion as stale:
            form.add_error(None, _("%(who)s 刚改过这个人的信息，请重新打开核对") % {
                "who": stale.changed_by,
            })  # fmt: skip
        else:
            return done(request, url, _("已注销 %(name)s 的登记") % {"name": residence.name})
    context = {
        "form": form, "residence": residence, "action": request.get_full_path(), "danger": True,
        "title": _("注销 %(name)s 的登记？") % {"name": residence.name},
        "effects": [
            _("%(where)s 在住减少 1 人") % {"where": residence.short_address},
            _("登记“死亡”的，本人所有居住登记一并结束"),
            _("历史记录保留，可在人员页查看"),
        ],
        "verb": _("注销登记"), "keep": _("不注销"),
        "version": services.version_of(residence.resident, residence),
    }  # fmt: skip
    return page(request, "residents/deregister.html", context, partial="dialog")


def _open_episode(request: PortalRequest, pk: uuid.UUID) -> Residence:
    rows = Residence.objects.select_related("resident")
    residence = get_in_scope(rows, request.scope, pk=pk)
    if residence.status != Residence.Status.ACTIVE:
        raise Http404
    return residence


def _end(request: PortalRequest, residence: Residence, form: DeregisterForm, where: str) -> str:
    def act() -> services.Registered:
        services.deregister(
            residence_id=residence.pk, ended_on=form.cleaned_data["ended_on"],
            reason=form.cleaned_data["reason"], note=form.cleaned_data["note"],
            version=request.POST.get("version", ""), by=request.scope, at=timezone.now(),
        )  # fmt: skip
        return services.Registered("cancel", residence.dwelling_id, (residence.resident_id,))

    return settle(request, act) or left_headless(residence) or where


@needs(Capability.EDIT_RESIDENTS)
def move(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Move somebody to another dwelling of this scope, in one act."""
    residence = _open_episode(request, pk)
    initial = {"moved_on": timezone.localdate(), "method": "V1"}
    form = MoveForm(request.POST or None, initial=initial)
    here = reverse("residents:person", args=[residence.resident_id])
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: _move(request, residence, form, here),
            )  # fmt: skip
        except services.UnableToFollowUp as refusal:
            form.add_error(None, str(refusal))
        except services.UnableToMove as refusal:
            form.add_error("moved_on" if "日期" in str(refusal) else "address", str(refusal))
        except services.StaleVersion as stale:
            form.add_error(None, _("%(who)s 刚改过这个人的信息，请重新打开核对") % {
                "who": stale.changed_by,
            })  # fmt: skip
        else:
            return done(request, url, _("已变更 %(name)s 的居住地") % {"name": residence.name})
    context = {
        "form": form, "residence": residence,
        "version": services.version_of(residence.resident, residence),
    }  # fmt: skip
    return page(request, "residents/move.html", context)


def _move(request: PortalRequest, residence: Residence, form: MoveForm, where: str) -> str:
    homes = find_dwellings(form.cleaned_data["address"], by=request.scope, limit=2)
    if not homes:
        raise services.UnableToMove(_("没有找到这套房屋，请核对地址或先登记房屋"))
    if len(homes) > 1:
        raise services.UnableToMove(_("符合的房屋不止一套，请写明弄、号和室"))

    def act() -> services.Registered:
        services.move_resident(
            residence_id=residence.pk, dwelling_id=homes[0].pk,
            moved_on=form.cleaned_data["moved_on"], method=form.cleaned_data["method"],
            note=form.cleaned_data["note"], version=request.POST.get("version", ""),
            by=request.scope, at=timezone.now(),
        )  # fmt: skip
        return services.Registered("change", residence.dwelling_id, (residence.resident_id,))

    return settle(request, act) or left_headless(residence) or where
