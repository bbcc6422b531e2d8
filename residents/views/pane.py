"""The side pane of a building's board: one dwelling, its people, problems and last events."""

import uuid
from datetime import date

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing import dwelling_reads
from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.rules.services import parameters_on
from portal.ui.pages import page, toast, trigger
from residents import entry_reads
from residents.categories import POPULATION_CATEGORIES, SEXES, VERIFICATION_METHODS
from residents.cycles import cycle_days
from residents.grid import place_words
from residents.identity import age_on
from residents.models import Residence


@require_GET
@needs(Capability.VIEW_REGISTER)
def pane(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The fragment that the board loads beside itself."""
    return pane_of(request, pk)


def pane_of(
    request: PortalRequest, pk: uuid.UUID, *, verified: str = "", problem: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The pane after whatever was done in it; `verified` is told as a short message."""
    scope, today = request.scope, timezone.localdate()
    dwelling = get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
    members = entry_reads.members.rows(scope, dwelling=pk)
    issues = dwelling_reads.issues.rows(scope, dwelling=pk)
    flagged = {issue.object_id: issue.severity for issue in issues}
    record(
        "residents.viewed", by=request.scope, at=timezone.now(), target=dwelling,
        committee=dwelling.committee_id, subjects=[row.resident_id for row in members],
    )  # fmt: skip
    cycle = cycle_days(dwelling.occupancy, "", parameters_on("verification_cycle", today))
    (gone,) = entry_reads.gone.rows(scope, dwelling=pk)
    context = {
        "dwelling": dwelling,
        "occupancy": OCCUPANCY_STATUSES.title(dwelling.occupancy),
        "tenure": TENURES.title(dwelling.tenure),
        "method": VERIFICATION_METHODS.title(dwelling.verified_method),
        "days": (today - dwelling.verified_on).days if dwelling.verified_on else None,
        "cycle": cycle,
        "members": [_member(row, today, flagged) for row in members],
        "area": _area_each(dwelling, len(members)),
        "left": gone["n"],
        "issues": [_issue(issue) for issue in issues],
        "tasks": entry_reads.tasks.rows(scope, dwelling=pk),
        "events": _events(request, dwelling),
        "problem": problem,
        "may_enter": request.scope.may(Capability.EDIT_RESIDENTS),
        "may_verify": request.scope.may(Capability.VERIFY),
        "methods": VERIFICATION_METHODS.choices()[:3],
    }
    response = page(request, "residents/pane.html", context, partial="pane", status=status)
    if verified:
        trigger(response, "pp:verified", {"dwelling": str(dwelling.pk)})
        return toast(response, verified)
    return response


def _member(row: Residence, day: date, flagged: dict[uuid.UUID, str]) -> dict[str, object]:
    return {
        "name": row.name, "url": reverse("residents:person", args=[row.resident_id]),
        "place": place_words(row), "age": age_on(row.birth_date, day),
        "sex": SEXES.title(row.sex), "category": POPULATION_CATEGORIES.title(row.category),
        "days": (day - row.verified_on).days, "cycle": (row.due_on - row.verified_on).days,
        "flag": flagged.get(row.pk, ""), "is_primary": row.is_primary,
    }  # fmt: skip


def _area_each(dwelling: DwellingUnit, people: int) -> float | None:
    area = dwelling.floor_area
    return float(area) / people if area and people else None


def _issue(issue: DataQualityIssue) -> dict[str, object]:
    rules = quality_rules()
    rule = rules.get(issue.rule)
    url = reverse("residents:entry", args=[issue.dwelling_id])
    where = f"?residence={issue.residence_id}" if issue.residence_id else "?"
    name = rule.field if rule else ""
    return {
        "severity": issue.severity, "rule": issue.rule, "subject": issue.subject,
        "title": rule.title if rule else issue.rule, "detail": issue.detail,
        "due_on": issue.due_on, "url": f"{url}{where}{'&field=' + name if name else ''}",
        "act": rule.act if rule and rule.act else _("去修改"),
    }  # fmt: skip


def _events(request: PortalRequest, dwelling: DwellingUnit) -> list[dict[str, object]]:
    """The last visits, one line each however many people they verified."""
    found: list[dict[str, object]] = []
    seen: set[tuple[object, ...]] = set()
    for row in entry_reads.visits.rows(request.scope, dwelling=dwelling.pk):
        key = (row.at, row.by_name, row.method)
        if key in seen:
            continue
        seen.add(key)
        text = (
            f"{row.by_name} {VERIFICATION_METHODS.title(row.method)}，{row.get_outcome_display()}"
        )
        found.append({"day": row.verified_on, "text": text})
    return found[:5]
