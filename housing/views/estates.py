"""Estates: the list, one with its buildings, its form, and joining two that are one (S-80)."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing import services
from housing.estate_lists import EstateList
from housing.estates import Estate
from housing.forms.estates import EstateForm, JoinForm, NewEstateForm
from housing.models import Building, DwellingUnit
from housing.tables import NOTHING
from housing.views import Yardstick, act_once, form_context, may_edit, put_errors, yardstick
from housing.views.conflicts import version_of
from portal.audit.record import record
from portal.exchange.exports.kinds import may_export
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.cells import Share
from portal.ui.forms import PortalForm
from portal.ui.listing import FEW
from portal.ui.pages import done, page

#: How many buildings an estate's page shows; the list of buildings has the rest.
MOST_BUILDINGS = 300


@require_GET
@needs(Capability.VIEW_REGISTER)
def estates(request: PortalRequest) -> HttpResponse:
    """Estates under the acting unit, by name."""
    measure, scope = yardstick(), request.scope
    listing = EstateList(
        request, Estate.objects.in_scope(scope).select_related("committee"), day=measure.day,
        cycles=measure.cycles, target=measure.target, may_add=may_edit(request),
        scope=scope,
        most_counted=None if scope.level == "committee" else FEW,
    )  # fmt: skip
    context = {"may_edit": may_edit(request), "may_export": may_export(scope, listing.key)}
    return listing.respond("housing/estates.html", context)


@require_GET
@needs(Capability.VIEW_REGISTER)
def estate(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One estate: what is known of it, its buildings and how far each has been verified."""
    rows = Estate.objects.select_related("committee", "joined_to")
    found = get_in_scope(rows, request.scope, pk=pk)
    record(
        "housing.estate_viewed", by=request.scope, at=timezone.now(), target=found,
        committee=found.committee_id,
    )  # fmt: skip
    measure = yardstick()
    buildings = _buildings(found, measure)
    totals = {
        key: sum(each.stats[key] or 0 for each in buildings)
        for key in ("dwellings", "people", "vacant", "fresh")
    }
    context = {
        "estate": found, "buildings": buildings[:MOST_BUILDINGS], "totals": totals,
        "held": len(buildings), "most": MOST_BUILDINGS, "target": measure.target,
        "fresh": Share(totals["fresh"], totals["dwellings"], measure.target),
        "may_edit": may_edit(request) and found.is_standing,
        "others": _others(found).exists(),
        "old_names": Estate.objects.filter(joined_to=found).in_order(),
        "crumbs": [{"title": _("小区"), "url": reverse("housing:estates")}, {"title": found.name}],
    }  # fmt: skip
    return page(request, "housing/estate.html", context)


def _buildings(found: Estate, measure: Yardstick) -> list[Any]:
    """Its standing buildings in walking order, each with its counts: two queries."""
    rows: list[Any] = list(
        Building.objects.filter(committee_id=found.committee_id, estate=found)
        .existing()
        .in_walking_order()
    )
    homes = DwellingUnit.objects.active().filter(building__in=[row.pk for row in rows]).order_by()
    stats = {
        row["building_id"]: row
        for row in homes.values("building_id").annotate(
            **DwellingUnit.objects.totals(measure.day, measure.cycles)
        )
    }
    for row in rows:
        row.stats = stats.get(row.pk, NOTHING)
        row.fresh = Share(row.stats["fresh"], row.stats["dwellings"], measure.target)
    return rows


def _others(found: Estate) -> Any:
    rows = Estate.objects.standing().filter(committee_id=found.committee_id)
    return rows.exclude(pk=found.pk).in_order()


@needs(Capability.EDIT_HOUSING)
def add_estate(request: PortalRequest) -> HttpResponse:
    """Register an estate before its buildings."""
    scope = request.scope
    form = NewEstateForm(request.POST or None, scope=scope)

    def act() -> str:
        told = dict(form.cleaned_data)
        unit = told.pop("committee", None)
        made = services.register_estate(
            committee=unit.code if unit else scope.unit, told=told, by=scope, at=timezone.now()
        )
        return reverse("housing:estate", args=[made.pk])

    saved = _saved(request, form, act, _("已新增小区"))
    crumbs = [(_("小区"), reverse("housing:estates"))]
    return saved or _form(request, form, _("新增小区"), crumbs)


@needs(Capability.EDIT_HOUSING)
def edit_estate(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct an estate; its buildings follow."""
    found = get_in_scope(Estate.objects.all(), request.scope, pk=pk)
    form = EstateForm(
        request.POST or None,
        initial={name: getattr(found, name) for name in services.ESTATE_FACTS},
    )

    def act() -> str:
        services.change_estate(
            estate_id=pk, changes=form.cleaned_data, version=version_of(request, found),
            by=request.scope, at=timezone.now(),
        )  # fmt: skip
        return reverse("housing:estate", args=[pk])

    hint = _("物业公司、业委会写在这里的，小区内各幢楼不再单独登记；改名后各幢楼一起改")
    saved = _saved(request, form, act, _("已保存"))
    return saved or _form(
        request, form, _("修改小区"), _above(found), facts=found.name, hint=hint,
        version=_fresh_version(found),
    )  # fmt: skip


@needs(Capability.EDIT_HOUSING)
def join_estate(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Join an estate with the one of which it is a second name."""
    found = get_in_scope(Estate.objects.all(), request.scope, pk=pk)
    form = JoinForm(request.POST or None, others=_others(found))

    def act() -> str:
        kept = services.join_estates(
            estate_id=pk, into_id=uuid.UUID(form.cleaned_data["into"]),
            version=version_of(request, found), by=request.scope, at=timezone.now(),
        )  # fmt: skip
        return reverse("housing:estate", args=[kept.pk])

    count = Building.objects.filter(estate=found).count()
    hint = _(
        "%(name)s的 %(n)d 幢楼改属保留的小区，%(name)s 作为旧名保留，不能再恢复；"
        "物业公司、业委会以保留的小区为准，那里空着的才从这里补上"
    ) % {"name": f"“{found.name}”", "n": count}  # fmt: skip
    saved = _saved(request, form, act, _("已并入"))
    return saved or _form(
        request, form, _("并入另一个小区"), _above(found), facts=found.name, hint=hint,
        version=_fresh_version(found), word=_("并入"),
    )  # fmt: skip


def _fresh_version(found: Estate) -> int:
    """The version as it stands now: after a refusal the next try is on top of it."""
    return Estate.objects.values_list("version", flat=True).get(pk=found.pk)


def _above(found: Estate) -> list[tuple[str, str]]:
    return [
        (_("小区"), reverse("housing:estates")),
        (found.name, reverse("housing:estate", args=[found.pk])),
    ]


def _saved(
    request: PortalRequest, form: PortalForm, act: Callable[[], str], told: str
) -> HttpResponse | None:
    """Do the act of a form that passes, once; None where the form is to be shown (again)."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        url = act_once(request, act)
    except services.UnableToUpdate as refusal:
        put_errors(form, refusal)
        return None
    return done(request, url, told)


def _form(
    request: PortalRequest, form: PortalForm, heading: str, crumbs: list[tuple[str, str]],
    **more: Any,
) -> HttpResponse:  # fmt: skip
    context = form_context(form, heading, crumbs, **more)
    return page(request, "housing/form_page.html", context)
