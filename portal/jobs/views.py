"""How the queue stands, for the system administrator."""

from django.http import HttpResponse

from portal.jobs import reads
from portal.jobs.models import JobState
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page


@needs(Capability.VIEW_OPERATION)
def operation(request: PortalRequest) -> HttpResponse:
    """Counts by kind and state; no job's contents."""
    titles = dict(JobState.choices)
    lines = [(line, titles.get(line.state, line.state)) for line in reads.queue()]
    stuck = reads.queue_age() > reads.ALARM_AFTER
    return page(request, "jobs/operation.html", {"lines": lines, "stuck": stuck})
