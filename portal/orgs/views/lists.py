"""Views of lists that a street shares with its committees."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.returning import safe_next
from portal.orgs import services
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import SharedView
from portal.ui.keeping import VIEW
from portal.ui.pages import done


@require_POST
@needs(Capability.SHARE_VIEWS)
def share(request: PortalRequest, key: str) -> HttpResponse:
    """Share the own view that is open with the street and its committees."""
    own = request.POST.get(VIEW, "")
    where = f"{safe_next(request)}?{request.POST.get('query', '')}"
    try:
        made = services.share_view(key=key, view=own, by=request.scope, at=timezone.now())
    except services.UnableToShare as why:
        messages.error(request, str(why))
        return done(request, f"{where}&{VIEW}={own}")
    told = _("已共享给本街道（镇）和各居（村）委")
    return done(request, f"{safe_next(request)}?{made.query}&{VIEW}={made.pk}", told)


@require_POST
@needs(Capability.SHARE_VIEWS)
def withdraw(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take one back; the list stays as it is on the screen."""
    try:
        services.withdraw_view(view_id=pk, by=request.scope, at=timezone.now())
    except SharedView.DoesNotExist as none:
        raise Http404 from none
    where = f"{safe_next(request)}?{request.POST.get('query', '')}"
    return done(request, where, _("已撤回共享的视图"))
