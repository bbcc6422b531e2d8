"""The page that asks again who somebody is, and the way back to what they were doing."""

import uuid

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.forms import AgainForm
from portal.accounts.fresh import mark_proved
from portal.accounts.models import KeptForm, User
from portal.accounts.returning import safe_next
from portal.audit.record import record
from portal.ui.pages import page, private, trigger, wants_fragment


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Ask for the password; what was posted before goes on afterwards."""
    kept = _kept(request)
    form = AgainForm(request.POST or None, user=request.user, at=timezone.now())  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        _prove(request)
        return _go_on(request, kept)
    context = {"form": form, "kept": kept, "next": safe_next(request), "act": kept and kept.act}
    return page(request, "accounts/again.html", context, partial="dialog")


again.signed_in = True  # type: ignore[attr-defined]


def _prove(request: HttpRequest) -> None:
    """A new key for the session, so that one seen before the proof is worth nothing after it."""
    assert isinstance(request.user, User)
    update_session_auth_hash(request, request.user)  # cycles the key
    mark_proved(request.session)
    scope = getattr(request, "scope", None)
    if scope is not None:
        record("accounts.proved_again", by=scope, at=timezone.now())


def _go_on(request: HttpRequest, kept: KeptForm | None) -> HttpResponse:
    if wants_fragment(request):
        return trigger(private(HttpResponse(status=204)), "pp:proved")
    if kept is None:
        return HttpResponseRedirect(safe_next(request))
    return page(request, "accounts/resume.html", {"kept": kept})


def _kept(request: HttpRequest) -> KeptForm | None:
    """The kept form that the address or the form names, of this account only."""
    try:
        key = uuid.UUID(request.POST.get("kept") or request.GET.get("kept") or "")
    except ValueError:
        return None
    return KeptForm.objects.filter(pk=key, user_id=request.user.pk or 0).first()
