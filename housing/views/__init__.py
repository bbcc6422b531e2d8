"""Pages of housing: boards, lists, forms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from housing.cycles import RULE, cycles_by_occupancy
from housing.models import Building, DwellingUnit
from portal import kept
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest
from portal.orgs.capabilities import Capability
from portal.rules.services import rules_on
from portal.ui.idempotency import key_of


@dataclass(frozen=True)
class Yardstick:
    """What freshness is measured by today: days by occupancy, and the share to reach (0–100)."""

    day: date
    cycles: dict[str, int]
    target: float


def yardstick() -> Yardstick:
    """Today's rules."""
    day = timezone.localdate()
    cycles, target = kept.fact(kept.yardstick(day), partial(_measures, day))
    return Yardstick(day, cycles, target)


def _measures(day: date) -> tuple[dict[str, int], float]:
    """Days by occupancy and the share to reach, in one query."""
    rules = rules_on([RULE, "metric_targets"], day)
    return cycles_by_occupancy(rules[RULE].parameters), rules["metric_targets"]["freshness"]


def may_edit(request: PortalRequest) -> bool:
    return request.scope.may(Capability.EDIT_HOUSING)


def act_once(request: PortalRequest, act: Callable[[], str]) -> str:
    """Do `act` once for the form that was posted; the address that it gave, a second time too."""
    return once(key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(), act=act)


def tell_viewed(request: PortalRequest, unit: DwellingUnit) -> None:
    """Write into the trail that a dwelling's page was opened."""
    if request.method == "GET":
        record(
            "housing.viewed", by=request.scope, at=timezone.now(), target=unit,
            committee=unit.committee_id,
        )  # fmt: skip


def put_errors(form: Any, error: Any) -> None:
    """A service's refusal, at its field where the form has it."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def form_context(
    form: Any, heading: str, crumbs: Sequence[tuple[str, str]], **more: Any
) -> dict[str, Any]:
    """What a form on a page of its own shows (`housing/form_page.html`).

    :param crumbs: title and address of the pages above; the last is where 取消 leads
    """
    above = [{"title": title, "url": url} for title, url in crumbs]
    return {
        "form": form, "heading": heading, "word": _("保存"), "cancel": crumbs[-1][1],
        "crumbs": [*above, {"title": heading}], **more,
    }  # fmt: skip


def in_building(building: Building) -> list[tuple[str, str]]:
    """The pages above whatever is done to a building."""
    return [
        (_("楼栋房态"), reverse("housing:buildings")),
        (building.name, reverse("housing:board", args=[building.pk])),
    ]
