"""Two records of one person: compared in three columns, made one, taken back (ui.md 6.9)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.audit.record import record
from portal.jobs.acts import act_once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import done, page
from residents import services
from residents.categories import POPULATION_CATEGORIES
from residents.forms import MergeForm
from residents.grid import place_words
from residents.models import Residence, Resident, ResidentMerge

UNPROCESSABLE, CONFLICT = 422, 409
HOME = "home"


@needs(Capability.EDIT_RESIDENTS)
def merge(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The record of the address is kept, the one named by `with` is the duplicate."""
    kept = get_in_scope(Resident.objects.all(), request.scope, pk=pk)
    other = _other(request, kept)
    if other is None:
        context = {"kept": kept, "twins": [], "crumbs": _crumbs(kept)}
        return page(request, "residents/merge.html", context)
    pair = services.pair_of(kept_id=pk, dropped_id=other, by=request.scope)
    form = MergeForm(request.POST or None)
    if request.method == "POST":
        return _act(request, pair, form)
    record(
        "residents.viewed", by=request.scope, at=timezone.now(), target=kept,
        committee=kept.committee_id, subjects=[kept.pk, pair.dropped.pk],
    )  # fmt: skip
    return _show(request, pair, form, refusal=services.refusal(pair))


def merges_of(request: PortalRequest, resident: Resident) -> list[Any]:
    """The standing merges of a person's record, and what its page says of them."""
    today, may_edit = timezone.localdate(), request.scope.may(Capability.EDIT_RESIDENTS)
    rows = ResidentMerge.objects.in_scope(request.scope).standing().concerning(resident.pk)
    found: list[Any] = list(rows.order_by("-merged_at"))
    for row in found:
        row.is_kept = row.kept_id == resident.pk
        other = row.dropped_id if row.is_kept else row.kept_id
        row.other_url = reverse("residents:person", args=[other])
        row.undoable = may_edit and row.may_be_undone(today)
    return found


def _crumbs(kept: Resident) -> list[dict[str, str]]:
    return [
        {"title": _("实有人口"), "url": reverse("residents:list")},
        {"title": kept.name, "url": reverse("residents:person", args=[kept.pk])},
        {"title": _("合并重复登记")},
    ]


def _other(request: PortalRequest, kept: Resident) -> uuid.UUID | None:
    """The record that was named, if it is in sight, else the only likely one."""
    named = request.GET.get("with", "")
    if named:
        try:
            key = uuid.UUID(named)
        except ValueError:
            return None
        found = Resident.objects.in_scope(request.scope).filter(pk=key).exclude(pk=kept.pk)
        return key if found.exists() else None
    twins = services.twins_of(kept, request.scope).values_list("resident_id", flat=True)
    return twins.first()


def _act(request: PortalRequest, pair: services.Pair, form: MergeForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, pair, form, status=UNPROCESSABLE)
    here = reverse("residents:person", args=[pair.kept.pk])

    def act() -> None:
        services.merge_residents(
            kept_id=pair.kept.pk, dropped_id=pair.dropped.pk,
            version=request.POST.get("version", ""), take=_taken(request),
            take_home=request.POST.get(HOME) == "theirs", reason=form.cleaned_data["reason"],
            by=request.scope, at=timezone.now(),
        )  # fmt: skip

    try:
        act_once(request, act, where=here)
    except services.UnableToMerge as why:
        return _show(request, pair, form, refusal=str(why), status=UNPROCESSABLE)
    except services.StaleVersion as stale:
        changed = _("%(who)s 刚改过其中一条记录，下面是现在的内容，请重新核对") % {
            "who": stale.changed_by,
        }  # fmt: skip
        return _show(request, pair, form, refusal=changed, status=CONFLICT)
    return done(request, here, _("已合并 %(name)s 的重复登记，30 天内可撤销") % {
        "name": pair.kept.name,
    })  # fmt: skip


def _taken(request: PortalRequest) -> list[str]:
    """Fields in which the clerk finds the duplicate right."""
    names = [*services.COLUMNS, services.PHONE]
    return [name for name in names if request.POST.get(f"take_{name}") == "theirs"]


def _show(
    request: PortalRequest, pair: services.Pair, form: MergeForm, *, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    turned = reverse("residents:merge", args=[pair.dropped.pk])
    context = {
        "kept": pair.kept, "dropped": pair.dropped, "twins": [pair.dropped], "form": form,
        "fields": _fields(request, pair), "refusal": refusal, "version": pair.version,
        "turned": f"{turned}?with={pair.kept.pk}", "crumbs": _crumbs(pair.kept),
        "possible": not services.refusal(pair),
    }  # fmt: skip
    return page(request, "residents/merge.html", context, status=status)


def _fields(request: PortalRequest, pair: services.Pair) -> list[dict[str, Any]]:
    """Every field that at least one of the two has: both values, and which one is chosen."""
    kept, dropped = pair.kept, pair.dropped
    mine, theirs = pair.homes
    rows = [_number(kept, dropped)]
    rows += [
        _choice(request, f"take_{name}", services.LABELS[name], services.shown(name, one),
                services.shown(name, other))
        for name in services.COLUMNS
        for one, other in [(getattr(kept, name), getattr(dropped, name))]
    ]  # fmt: skip
    rows.append(
        _choice(request, f"take_{services.PHONE}", _("手机"), kept.phone_mask, dropped.phone_mask)
    )
    rows.append(_choice(request, HOME, _("住处"), _home(mine), _home(theirs)))
    return [row for row in rows if row["mine"] or row["theirs"]]


def _home(row: Residence | None) -> str:
    """An episode in a line: where, as whom, since when."""
    if row is None:
        return ""
    since = _("%(day)s 入住") % {"day": row.begin_on}
    category = POPULATION_CATEGORIES.title(row.category)
    return "，".join(filter(None, [row.short_address, place_words(row), category, since]))


def _number(kept: Resident, dropped: Resident) -> dict[str, Any]:
    """The one number there is goes with the kept record; nothing to choose."""
    return {
        "name": "", "label": _("证件号码"), "mine": kept.id_mask, "theirs": dropped.id_mask,
        "takes": not kept.id_mask,
    }  # fmt: skip


def _choice(
    request: PortalRequest, name: str, label: str, mine: str, theirs: str
) -> dict[str, Any]:
    """One line; unless the clerk says otherwise, what the kept record lacks is taken over."""
    takes = request.POST.get(name, "mine" if mine else "theirs") == "theirs"
    open_choice = bool(theirs) and mine != theirs
    return {
        "name": name if open_choice else "", "label": label, "mine": mine, "theirs": theirs,
        "takes": takes and open_choice,
    }  # fmt: skip


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def part(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a merge back."""
    found = get_in_scope(ResidentMerge.objects.all(), request.scope, pk=pk)
    here = reverse("residents:person", args=[found.kept_id])

    def act() -> None:
        services.part_residents(merge_id=pk, by=request.scope, at=timezone.now())

    try:
        act_once(request, act, where=here)
    except services.UnableToMerge as why:
        return done(request, here, str(why))
    return done(request, here, _("已撤销合并，两条记录恢复原样"))
