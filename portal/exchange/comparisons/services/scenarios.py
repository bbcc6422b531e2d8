"""Scenarios: for what other offices' lists may be used at all. Paper: S-112."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.comparisons.kinds import comparison_kinds
from portal.exchange.comparisons.models import DataUseScenario
from portal.exchange.comparisons.services.receiving import UnableToCompare
from portal.exchange.mapping import missing_fields
from portal.exchange.registry import file_fields
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope


@dataclass(frozen=True)
class ScenarioTold:
    """A scenario as the district registers it; fields are those of the kind, roles post keys."""

    title: str
    partner: str
    kind: str
    purpose: str
    basis: str
    fields: Sequence[str]
    roles: Sequence[str]
    kept_days: int


@transaction.atomic
def register_scenario(*, told: ScenarioTold, by: Scope, at: datetime) -> DataUseScenario:
    """Allow a use of a partner's lists.

    :raises UnableToCompare: an unknown kind, field or post, no key column, the title again
    :raises NotAllowed: `by` does not set rules
    """
    require(by, Capability.EDIT_RULES)
    kind = comparison_kinds().get(told.kind)
    if kind is None:
        raise UnableToCompare(_("请选择比对内容"), "kind")
    fields = [field.key for field in kind.fields if field.key in told.fields]
    if missing := missing_fields({key: key for key in fields}, file_fields(kind.fields)):
        must = "、".join(missing)
        raise UnableToCompare(_("至少包括：%(fields)s") % {"fields": must}, "fields")
    roles = [key for key in told.roles if key in ROLES]
    able = [key for key in roles if Capability.COMPARE_LISTS in ROLES[key].capabilities]
    if not able or len(able) < len(told.roles):
        raise UnableToCompare(_("请选择可以比对的岗位"), "roles")
    try:
        with transaction.atomic():
            scenario = DataUseScenario.objects.create(
                title=told.title.strip(), partner=told.partner, kind=kind.key,
                purpose=told.purpose.strip(), basis=told.basis.strip(), fields=fields, roles=able,
                kept_days=told.kept_days, registered_by=by.user_name, registered_at=at,
            )  # fmt: skip
    except IntegrityError as twin:
        raise UnableToCompare(_("已有同名的数据使用场景"), "title") from twin
    record("exchange.scenario_registered", by=by, at=at, target=scenario, changes=_facts(scenario))
    return scenario


@transaction.atomic
def close_scenario(*, scenario_id: uuid.UUID, by: Scope, at: datetime) -> DataUseScenario:
    """Allow the use no longer, from today on; runs that were made stay as they are.

    :raises UnableToCompare: it is closed already
    :raises NotAllowed: `by` does not set rules
    """
    require(by, Capability.EDIT_RULES)
    scenario = DataUseScenario.objects.select_for_update().get(pk=scenario_id)
    if scenario.closed_on is not None:
        raise UnableToCompare(_("这个场景已停用"))
    scenario.closed_on, scenario.closed_by = timezone.localdate(at), by.user_name
    scenario.save(update_fields=["closed_on", "closed_by"])
    record("exchange.scenario_closed", by=by, at=at, target=scenario)
    return scenario


def _facts(scenario: DataUseScenario) -> dict[str, object]:
    return {
        "partner": scenario.get_partner_display(), "purpose": scenario.purpose,
        "basis": scenario.basis, "fields": scenario.fields, "roles": scenario.roles,
        "kept_days": scenario.kept_days,
    }  # fmt: skip
