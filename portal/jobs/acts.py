"""What posted forms have in common: one act for each, and a refusal at its field."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone

from portal.jobs.services import once
from portal.orgs.access import PortalRequest
from portal.ui.idempotency import key_of


def act_once(request: PortalRequest, act: Callable[[], Any], *, where: str = "") -> str:
    """Do `act` once for the form that was posted; says where to go on, a second time as well.

    :param where: blank where that is what `act` gives, as of something new
    """

    def acted() -> str:
        led = act()
        return where or str(led)

    return once(
        key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(), act=acted
    )


def put_at_field(form: forms.Form | None, field: str, why: Exception) -> bool:
    """Say at its field why a form was refused; False where the form has no such field."""
    if form is None or field not in form.fields:
        return False
    form.add_error(field, str(why))
    return True
