"""The post switcher: one person acts in one post at a time (D-2)."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.audit.record import record
from portal.orgs import posts
from portal.orgs.access import PortalRequest, signed_in


@signed_in
@require_POST
def switch_post(request: PortalRequest) -> HttpResponse:
    """Act in another of one's own posts from now on."""
    wanted = request.POST.get("appointment", "")
    held = {str(post.pk): post for post in posts.held_on(request.user, timezone.localdate())}  # type: ignore[arg-type]
    if wanted not in held:
        raise Http404
    request.session[posts.SESSION_KEY] = held[wanted].pk
    record("accounts.post_switched", by=request.scope, at=timezone.now(), target=held[wanted])
    return HttpResponseRedirect(resolve_url("desk:home"))
