"""The auditor's page: unusual looks, the events behind them, what came of each."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.oversight import services
from portal.oversight.models import UseAlarm
from portal.ui.pages import done, page

MOST_SHOWN = 100


@needs(Capability.REVIEW_USE)
@require_GET
def alarms(request: PortalRequest) -> HttpResponse:
    """Open alarms, or those that were looked into."""
    over = request.GET.get("closed") == "1"
    rows = UseAlarm.objects.filter(closed_at__isnull=not over).order_by("-day", "-id")
    context = {
        "lines": [_line(row) for row in rows[:MOST_SHOWN]],
        "over": over,
        "open_count": UseAlarm.objects.filter(closed_at=None).count(),
    }
    return page(request, "oversight/list.html", context)


def _line(alarm: UseAlarm) -> dict[str, Any]:
    """The alarm in words, and where its events are."""
    query = {
        "group": "revealed", "actor": alarm.user_name.partition(" ")[0],
        "since": alarm.day.isoformat(), "until": alarm.day.isoformat(),
    }  # fmt: skip
    return {
        "alarm": alarm, "says": _SENTENCES[UseAlarm.Kind(alarm.kind)] % {
            "count": alarm.count, "total": alarm.total, "against": f"{alarm.against:g}",
        },
        "trail_url": f"{reverse('desk:audit')}?{urlencode(query)}",
    }  # fmt: skip


_SENTENCES = {
    UseAlarm.Kind.PEERS: "当日查看 %(count)s 次，同岗中位数 %(against)s 次",
    UseAlarm.Kind.HOURS: "当日 %(total)s 次中，工作时段以外 %(count)s 次",
    UseAlarm.Kind.PATCH: "当日 %(total)s 次中，责任区以外 %(count)s 次，超过 %(against)s%%",
    UseAlarm.Kind.WALK: "按门牌顺序连续查看 %(count)s 人",
}


@needs(Capability.REVIEW_USE)
@require_POST
def close(request: PortalRequest, alarm_id: uuid.UUID) -> HttpResponse:
    """What came of an alarm."""
    try:
        services.close_alarm(
            alarm_id=alarm_id, note=request.POST.get("note", ""), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip
    except UseAlarm.DoesNotExist as none:
        raise Http404 from none
    except services.UnableToClose as why:
        messages.error(request, str(why))
        return done(request, reverse("oversight:list"))
    return done(request, reverse("oversight:list"), _("已记下核查结果"))
