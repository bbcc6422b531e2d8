"""What a person may be told of their data, on the screen and on paper."""

import uuid

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.desk import subjects
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page


@needs(Capability.VIEW_AUDIT)
@require_GET
def subject(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The report that is handed to the person; making it is an event about them."""
    told = subjects.report(resident_id=pk, by=request.scope, at=timezone.now())
    return page(request, "desk/subject.html", {"told": told})
