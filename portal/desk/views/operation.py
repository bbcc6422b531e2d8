"""How the system runs, for its administrator: conditions, moments and counts, no contents."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.desk import condition
from portal.jobs import reads
from portal.jobs.models import JobState
from portal.jobs.reads import QueueLine
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page

KINDS = {
    "import.check": "检查导入文件", "import.apply": "导入", "import.undo": "撤销导入",
    "export.make": "导出", "metrics.run": "计算指标", "assessment.compute": "计算考核得分",
}  # fmt: skip
TONES = {JobState.FAILED: "danger", JobState.RUNNING: "info", JobState.DONE: "ok"}
OPEN = {JobState.WAITING, JobState.RUNNING}


@dataclass(frozen=True)
class Line:
    """Jobs of a kind and state in words; an age matters only for those that are not over."""

    kind: str
    state: str
    tone: str
    count: int
    waiting: str


@needs(Capability.VIEW_OPERATION)
@require_GET
def operation(request: PortalRequest) -> HttpResponse:
    """What holds, what last happened when, and how many jobs stand where."""
    sealing = condition.standing()
    context = {
        "checks": condition.checks(),
        "sealing": sealing,
        "lag": span(sealing.lag),
        "moments": condition.moments(),
        "lines": [_line(line) for line in reads.queue()],
    }
    return page(request, "desk/operation.html", context)


def _line(line: QueueLine) -> Line:
    state = JobState(line.state)
    return Line(
        _(KINDS[line.kind]) if line.kind in KINDS else line.kind, str(state.label),
        TONES.get(state, ""), line.count, span(line.oldest) if state in OPEN else "",
    )  # fmt: skip


def span(time: timedelta) -> str:
    """`2 分钟`, `3 小时 5 分钟`; below a minute in seconds."""
    seconds = int(time.total_seconds())
    if seconds < 60:
        return _("%(n)s 秒") % {"n": max(seconds, 0)}
    if seconds < 3600:
        return _("%(n)s 分钟") % {"n": seconds // 60}
    if time.days > 999:
        return _("从未")
    return _("%(h)s 小时 %(m)s 分钟") % {"h": seconds // 3600, "m": seconds % 3600 // 60}
