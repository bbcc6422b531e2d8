"""How each past month stands: closed, still open, or waiting for somebody because its close failed.

Paper: S-140.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from portal.jobs.models import Job
from portal.metrics import closing
from portal.metrics.models import KEPT, MetricRun, RunKind, RunState
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Month:
    """One past month.

    :param failed_at: when its close last ended without a result
    :param is_measured: whether the month has a snapshot; without one there is nothing to close
    """

    month_end: date
    due_at: datetime
    closed_at: datetime | None
    failed_at: datetime | None
    is_running: bool
    is_measured: bool
    is_due: bool

    @property
    def waits_for_somebody(self) -> bool:
        """Whether its own close should have come and has not."""
        return self.is_due and self.is_measured and not (self.closed_at or self.is_running)


def past_months(by: Scope, at: datetime) -> list[Month]:
    """The last twelve months that have numbers or a close, the latest first."""
    unit = OrgUnit.objects.get(parent=None).code
    ends = [closing.month_end_before(timezone.localdate(at))]
    while len(ends) < MONTHS_SHOWN:
        ends.append(closing.month_end_before(ends[-1]))
    runs = MetricRun.objects.filter(
        unit_id=unit, kind__in=KEPT, as_of__gt=closing.month_end_before(ends[-1])
    )
    kept = list(runs.order_by("requested_at"))
    jobs = [run.job_id for run in kept if run.kind == RunKind.MONTHLY and run.job_id]
    going_on: set[uuid.UUID | None] = {
        job.pk for job in Job.objects.in_scope(by).filter(pk__in=jobs) if job.is_open
    }
    found = [_month(month_end, kept, going_on, at) for month_end in ends]
    return [month for month in found if month.is_measured or month.closed_at]


def _month(
    month_end: date, runs: list[MetricRun], going_on: set[uuid.UUID | None], at: datetime
) -> Month:
    own = [run for run in runs if month_end.replace(day=1) <= run.as_of <= month_end]
    closes = [run for run in own if run.kind == RunKind.MONTHLY]
    done = next((run for run in closes if run.state == RunState.PUBLISHED), None)
    due_at = timezone.make_aware(closing.closing_moment(month_end))
    return Month(
        month_end, due_at, done.published_at if done else None,
        closes[-1].failed_at if closes and done is None else None,
        any(run.job_id in going_on for run in closes if run.state != RunState.PUBLISHED),
        any(run.kind == RunKind.NIGHTLY and run.state == RunState.PUBLISHED for run in own),
        due_at <= at,
    )  # fmt: skip
