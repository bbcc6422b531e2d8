"""The form behind a printed code: anybody tells the committee that they came, left or are wrong.

Nobody logs in. The answer is the same for everybody, whoever is registered; nothing is looked up.

Paper: S-66.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts import throttle
from portal.accounts.addresses import client_address
from portal.jobs.services import once
from portal.orgs.access import public
from portal.orgs.posts import actor_of
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page
from residents import services
from residents.forms import DeclarationForm

GONE, TOO_MANY, LATER = 404, 429, 503
#: Declarations within a quarter of an hour: from one address, and through one notice.
FROM_ONE, THROUGH_ONE = 5, 60


@public
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, token: str) -> HttpResponse:
    """The form, and after it the one answer there is."""
    door = services.open_door(token)
    if door is None:
        return page(request, "residents/declare_gone.html", status=GONE)
    if request.method != "POST" and "done" in request.GET:
        return page(request, "residents/declared.html", {"door": door})
    form = DeclarationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _taken(request, token, door, form)
    return _shown(request, door, form)


def _taken(
    request: HttpRequest, token: str, door: services.Door, form: DeclarationForm
) -> HttpResponse:
    where = reverse("residents:declare", args=[token]) + "?done=1"
    try:
        if not _may_go_on(request, door):
            form.add_error(None, _("申报得太频繁，请过一会儿再试，或直接联系居（村）委会"))
            return _shown(request, door, form, TOO_MANY)
        url = once(
            key=key_of(request), user_id=0, at=timezone.now(),
            act=lambda: _declared(request, door, form, where),
        )  # fmt: skip
    except throttle.UnableToCount:
        form.add_error(None, _("系统正忙，请过几分钟再提交；填写的内容还在"))
        return _shown(request, door, form, LATER)
    except services.UnableToFollowUp as why:
        field = {"place": "room"}.get(why.field, why.field)
        form.add_error(field if field in form.fields else None, str(why))
        return _shown(request, door, form)
    return done(request, url)


def _may_go_on(request: HttpRequest, door: services.Door) -> bool:
    """Counted before anything is stored, so that a rolled-back request has counted as well."""
    one = throttle.count_guess("declare", door.notice, client_address(request), limit=FROM_ONE)
    if not one.allowed:
        return False
    return throttle.count_guess("declared", door.notice, limit=THROUGH_ONE).allowed


def _declared(
    request: HttpRequest, door: services.Door, form: DeclarationForm, where: str
) -> str:  # fmt: skip
    told = {name: form.cleaned_data[name] for name in ("kind", "room", "text", "contact")}
    services.declare(
        door=door, told=services.Declared(**told), by=actor_of(request, None), at=timezone.now()
    )
    return where


def _shown(
    request: HttpRequest, door: services.Door, form: DeclarationForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"door": door, "form": form}
    return page(request, "residents/declare.html", context, status=status)
