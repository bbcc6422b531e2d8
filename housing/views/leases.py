"""Leases: the list, one lease, and what is done with it (S-84)."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.filters import LeaseFilter
from housing.forms import EndLeaseForm, FilingForm, LeaseForm, VoidLeaseForm
from housing.models import DwellingUnit, Lease
from housing.tables import LeaseList, filing, lease_state
from housing.views import may_edit, put_errors
from housing.views.conflicts import both_versions, chosen, version_of
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.cells import BulkAction, SavedView
from portal.ui.forms import PortalForm
from portal.ui.idempotency import key_of
from portal.ui.listing import FEW
from portal.ui.pages import done, page

VIEWS = (
    SavedView(gettext_lazy("在租"), ""),
    SavedView(gettext_lazy("30 天内到期"), "ending=soon"),
    SavedView(gettext_lazy("已到期"), "ending=over"),
    SavedView(gettext_lazy("未备案"), "filing=no"),
    SavedView(gettext_lazy("已终止"), "state=ended"),
)
CHOICES = {"kind": dict(Lease.Kind.choices), "landlord_kind": dict(Lease.Party.choices)}


class FilteredLeases(LeaseList):
    """The list with its conditions."""

    filterset_class = LeaseFilter


#: The page has two forms that ask for a reason: each label and link finds its own.
VOIDING = "id_void_%s"


@require_GET
@needs(Capability.VIEW_REGISTER)
def leases(request: PortalRequest) -> HttpResponse:
    """Leases under the acting unit, those that end first above."""
    scope, today = request.scope, timezone.localdate()
    bulk = [
        BulkAction(_("续租…"), reverse("housing:renew_leases"), dialog=True),
        BulkAction(_("到期终止…"), reverse("housing:end_leases"), dialog=True),
    ]
    listing = FilteredLeases(
        request, Lease.objects.in_scope(scope), day=today, views=VIEWS,
        bulk=bulk if may_edit(request) else (),
        most_counted=None if scope.level == "committee" else FEW,
        counts_in_order=scope.level == "street", kept_of=scope.unit,
        filter_context={"scope": scope, "day": today},
    )  # fmt: skip
    if not listing.is_asked_for_filters:
        record(
            "register.list_viewed", by=scope, at=timezone.now(), target=("housing.lease", "list"),
            changes={"list": "租赁登记", "filter": listing.query},
        )  # fmt: skip
    may_export = scope.may(Capability.EXPORT_MASKED)
    return listing.respond("housing/leases.html", {"may_export": may_export})


@require_GET
@needs(Capability.VIEW_REGISTER)
def lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One lease: its terms, what became of it, what may be done."""
    found = _lease(request, pk)
    record(
        "housing.lease_viewed", by=request.scope, at=timezone.now(), target=found,
        committee=found.committee_id,
    )  # fmt: skip
    return _show(request, found)


def _lease(request: PortalRequest, pk: uuid.UUID) -> Lease:
    rows = Lease.objects.select_related("dwelling", "renews", "renewal")
    return get_in_scope(rows, request.scope, pk=pk)


def _show(request: PortalRequest, found: Any, **bound: PortalForm) -> HttpResponse:
    """The page of a lease; `bound` forms come back with what was wrong in them."""
    today = timezone.localdate()
    found.today = today  # the cells of the list look for it
    acts = may_edit(request) and found.is_standing
    forms: dict[str, PortalForm | None] = {
        "file_form": FilingForm(initial={"filed_on": today}) if not found.filed_on else None,
        "end_form": EndLeaseForm(initial={"ended_on": min(today, found.ends_on)}),
        "void_form": VoidLeaseForm(auto_id=VOIDING) if not found.filed_on else None,
    }
    context = {
        "lease": found, "state": lease_state(found), "filing": filing(found), "may_act": acts,
        "days_left": found.days_left(today), **(forms if acts else {}), **bound,
        "crumbs": [
            {"title": _("租赁登记"), "url": reverse("housing:leases")},
            {"title": found.dwelling.short_address,
             "url": reverse("housing:dwelling", args=[found.dwelling_id])},
            {"title": found.lessee},
        ],
    }  # fmt: skip
    return page(request, "housing/lease.html", context)


@needs(Capability.EDIT_HOUSING)
def add_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """A lease of one dwelling."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    initial = {"landlord": dwelling.owner_name, "starts_on": timezone.localdate()}
    form = LeaseForm(request.POST or None, initial=initial)

    def act() -> Lease:
        return services.register_lease(
            dwelling_id=pk, terms=form.cleaned_data, by=request.scope, at=timezone.now()
        )

    return _enter(request, form, act, _("已登记租赁"), dwelling, _("登记租赁"))


@needs(Capability.EDIT_HOUSING)
def renew_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The lease that follows on one that ends, filled in from it."""
    old = _lease(request, pk)
    form = LeaseForm(request.POST or None, initial=services.renewal_terms(old, 1))

    def act() -> Lease:
        return services.renew_lease(
            lease_id=pk, terms=form.cleaned_data, by=request.scope, at=timezone.now()
        )

    return _enter(request, form, act, _("已登记续租"), old.dwelling, _("登记续租"), old)


def _terms(found: Lease) -> dict[str, Any]:
    return {name: getattr(found, name) for name in services.TERMS}


def _enter(
    request: PortalRequest, form: LeaseForm, act: Callable[[], Lease], told: str,
    dwelling: DwellingUnit, title: str, old: Lease | None = None,
) -> HttpResponse:  # fmt: skip
    """Enter a lease once, or show the form again with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: reverse("housing:lease", args=[act().pk]),
            )  # fmt: skip
        except services.UnableToLease as error:
            put_errors(form, error)
        else:
            return done(request, url, told)
    context = {"form": form, "dwelling": dwelling, "lease": old, "title": title}
    return page(request, "housing/lease_form.html", context)


@needs(Capability.EDIT_HOUSING)
def edit_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a lease; a lost race shows both versions and asks field by field."""
    found = _lease(request, pk)
    form = LeaseForm(request.POST or None, initial=_terms(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_lease(
                lease_id=pk, changes=chosen(request, form), version=version_of(request, found),
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.StaleVersion as stale:
            action = reverse("housing:edit_lease", args=[pk])
            return both_versions(request, found.dwelling, form, stale, action=action, shown=_shown)
        except services.UnableToLease as error:
            put_errors(form, error)
        else:
            return done(request, reverse("housing:lease", args=[pk]), _("已保存"))
    context = {
        "form": form, "dwelling": found.dwelling, "lease": found, "title": _("更正租赁"),
        "version": found.version,
    }  # fmt: skip
    return page(request, "housing/lease_form.html", context)


def _shown(name: str, value: Any) -> str:
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return formats.day(value)
    return formats.DASH if value in (None, "") else str(value)


@require_POST
@needs(Capability.EDIT_HOUSING)
def file_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Write down the filing of a lease."""
    form = FilingForm(request.POST)
    return _act(request, pk, form, "file_form", services.file_lease, _("已备案"))


@require_POST
@needs(Capability.EDIT_HOUSING)
def end_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """End a lease."""
    form = EndLeaseForm(request.POST)
    return _act(request, pk, form, "end_form", services.end_lease, _("已终止租赁"))


@require_POST
@needs(Capability.EDIT_HOUSING)
def void_lease(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take back a lease that was entered by mistake."""
    form = VoidLeaseForm(request.POST, auto_id=VOIDING)
    return _act(request, pk, form, "void_form", services.void_lease, _("已撤销误登的租赁"))


def _act(
    request: PortalRequest, pk: uuid.UUID, form: PortalForm, name: str, act: Callable[..., Any],
    told: str,
) -> HttpResponse:  # fmt: skip
    """Do one act with a form of the lease's page; a refusal comes back at its field."""
    found = _lease(request, pk)
    if form.is_valid():
        try:
            act(lease_id=pk, by=request.scope, at=timezone.now(), **form.cleaned_data)
        except services.UnableToLease as error:
            put_errors(form, error)
        else:
            return done(request, reverse("housing:lease", args=[pk]), told)
    return _show(request, found, **{name: form})
