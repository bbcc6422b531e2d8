"""Pages of housing: boards, lists, forms."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from housing.cycles import RULE, cycles_by_occupancy
from portal.orgs.access import PortalRequest
from portal.orgs.capabilities import Capability
from portal.rules.services import rules_on


@dataclass(frozen=True)
class Yardstick:
    """What freshness is measured by today: days by occupancy, and the share to reach (0–100)."""

    day: date
    cycles: dict[str, int]
    target: float


def yardstick() -> Yardstick:
    """Today's rules, in one query."""
    day = timezone.localdate()
    rules = rules_on([RULE, "metric_targets"], day)
    return Yardstick(
        day, cycles_by_occupancy(rules[RULE].parameters), rules["metric_targets"]["freshness"]
    )


def may_edit(request: PortalRequest) -> bool:
    return request.scope.may(Capability.EDIT_HOUSING)


def put_errors(form: Any, error: Any) -> None:
    """A service's refusal, at its field where the form has it."""
    form.add_error(error.field if error.field in form.fields else None, str(error))
