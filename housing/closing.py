"""What a closed month keeps of housing beside its numbers (`CLOSE_MODULES`): the list of codes."""

from housing import services
from portal.metrics.models import MetricRun
from portal.orgs import posts
from portal.orgs.scope import level_of


def keep(*, run: MetricRun, unit: int) -> int:
    """Write the unit's lines of the month; returns how many."""
    if level_of(run.unit_id) != "district":
        return 0
    return services.list_code_exceptions(
        run_id=run.pk, last=run.as_of, by=posts.system_scope(unit, ""), at=run.requested_at
    )


def finish(*, run: MetricRun) -> int:
    """Complete the list of the whole district; returns how many committees have one."""
    if level_of(run.unit_id) != "district":
        return 0
    by = posts.system_scope(run.unit_id, "")
    return services.finish_code_checks(
        run_id=run.pk, last=run.as_of, by=by, at=run.requested_at
    )  # fmt: skip
