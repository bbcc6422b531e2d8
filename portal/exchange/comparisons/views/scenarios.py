"""The register of data uses: everybody who compares reads it, the district writes it. S-112."""

import uuid

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.exchange.comparisons import services
from portal.exchange.comparisons.forms import ScenarioForm
from portal.exchange.comparisons.kinds import comparison_kinds
from portal.exchange.comparisons.models import DataUseScenario
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page


@needs(Capability.COMPARE_LISTS)
@require_GET
def scenarios(request: PortalRequest) -> HttpResponse:
    """For what lists of other offices may be used, and by whom."""
    kinds = comparison_kinds()
    rows = []
    for scenario in DataUseScenario.objects.order_by("closed_on", "partner", "title"):
        kind = kinds[scenario.kind]
        titles = {field.key: field.title for field in kind.fields}
        rows.append({
            "scenario": scenario, "kind": kind.title,
            "fields": "、".join(titles.get(key, key) for key in scenario.fields),
            "roles": "、".join(ROLES[key].title for key in scenario.roles if key in ROLES),
        })  # fmt: skip
    context = {"rows": rows, "may_edit": request.scope.may(Capability.EDIT_RULES)}
    return page(request, "comparisons/scenarios.html", context)


@needs(Capability.EDIT_RULES)
@require_http_methods(["GET", "HEAD", "POST"])
def add_scenario(request: PortalRequest) -> HttpResponse:
    """Register a use."""
    form = ScenarioForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told, at = form.cleaned_data, timezone.now()
        kind, fields = told["fields_of"]

        def act() -> str:
            services.register_scenario(
                told=services.ScenarioTold(
                    told["title"], told["partner"], kind, told["purpose"], told["basis"], fields,
                    told["roles"], told["kept_days"],
                ),
                by=request.scope, at=at,
            )  # fmt: skip
            return reverse("comparisons:scenarios")

        try:
            where = once(key=key_of(request), user_id=request.scope.user_id or 0, at=at, act=act)
            return done(request, where, _("已登记数据使用场景"))
        except services.UnableToCompare as why:
            at_field = "fields_of" if why.field in ("fields", "kind") else why.field
            form.add_error(at_field if at_field in form.fields else None, str(why))
    context = {
        "form": form,
        "crumbs": [
            {"title": _("数据使用场景"), "url": reverse("comparisons:scenarios")},
            {"title": _("登记场景"), "url": ""},
        ],
    }  # fmt: skip
    return page(request, "comparisons/add_scenario.html", context)


@needs(Capability.EDIT_RULES)
@require_POST
def close_scenario(request: PortalRequest, scenario_id: uuid.UUID) -> HttpResponse:
    """Allow the use no longer."""
    try:
        services.close_scenario(scenario_id=scenario_id, by=request.scope, at=timezone.now())
    except DataUseScenario.DoesNotExist as none:
        raise Http404 from none
    except services.UnableToCompare as why:
        return done(request, reverse("comparisons:scenarios"), str(why))
    return done(request, reverse("comparisons:scenarios"), _("已停用，不能再用于新的比对"))
