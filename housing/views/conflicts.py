"""Two people changed the same record: both versions side by side, chosen field by field."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join

from housing import services
from housing.models import DwellingUnit
from portal.orgs.access import PortalRequest
from portal.ui.forms import PortalForm
from portal.ui.pages import page

Shown = Callable[[str, Any], str]


def version_of(request: PortalRequest, record: Any) -> int:
    """The version that the page was opened with; one that never was where it does not say."""
    asked = request.POST.get("version", "")
    return int(asked) if asked.isdecimal() else record.version - 1


def chosen(request: PortalRequest, form: PortalForm) -> dict[str, Any]:
    """What this user changed, without the fields in which the other's value was chosen."""
    return {
        name: value
        for name, value in form.changes().items()
        if request.POST.get(f"choose_{name}") != "theirs"
    }


def both_versions(
    request: PortalRequest, dwelling: DwellingUnit, form: PortalForm,
    stale: services.StaleVersion, *, action: str, shown: Shown,
) -> HttpResponse:  # fmt: skip
    """Both versions; the form travels along hidden, so that nothing is lost.

    :param shown: writes a field's value
    """
    fields = [
        {
            "name": name, "label": form.fields[name].label, "mine": shown(name, mine),
            "theirs": shown(name, stale.theirs[name]),
        }
        for name, mine in stale.mine.items()
    ]  # fmt: skip
    kept = [
        (name, value)
        for name, value in request.POST.items()
        if not name.startswith("choose_") and name not in {"version", "csrfmiddlewaretoken"}
    ]
    context = {
        "dwelling": dwelling, "fields": fields, "version": stale.version,
        "who": stale.changed_by, "at": f"{timezone.localtime(stale.changed_at):%H:%M}",
        "action": action,
        "mine_fields": format_html_join("", '<input type="hidden" name="{}" value="{}">', kept),
    }  # fmt: skip
    return page(request, "housing/conflict.html", context, partial="conflict", status=409)
