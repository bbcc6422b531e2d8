"""What pages say of an export: its tier, its approvals, its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.tiers import next_level
from portal.exchange.models import ExportDecision, ExportRequest, ExportState
from portal.jobs.models import JobState
from portal.orgs.scope import level_of
from portal.ui.formats import whole

TONES = {
    ExportState.WAITING: "info", ExportState.MAKING: "info", ExportState.READY: "ok",
    ExportState.RETURNED: "warn", ExportState.FAILED: "danger",
}  # fmt: skip
APPROVERS = {"street": "街道（镇）人口办一人", "district": "区人口办另一人"}


@dataclass(frozen=True)
class Line:
    """An export as tables and pages show it."""

    export: ExportRequest
    title: str
    unit: str
    asked: str
    approval: str
    state: str
    tone: str
    decisions: Sequence[ExportDecision]

    @property
    def rows(self) -> int:
        known = self.export.file_rows
        return self.export.asked_rows if known is None else known


def line_of(export: ExportRequest, decisions: Sequence[ExportDecision] = ()) -> Line:
    kind = export_kinds()[export.kind]
    broken = export.job is not None and export.job.state in (JobState.FAILED, JobState.CANCELLED)
    state = ExportState(export.state)
    if state == ExportState.MAKING and broken:
        state = ExportState.FAILED
    return Line(
        export=export, title=export.form_title or str(kind.title), unit=str(kind.unit),
        asked="，".join(export.conditions) or _("不限"), approval=_approval(export, decisions),
        state=str(state.label), tone=TONES.get(state, ""), decisions=decisions,
    )  # fmt: skip


def _approval(export: ExportRequest, decisions: Sequence[ExportDecision]) -> str:
    if not export.approvals:
        return _("本人写明用途") if export.tier == 1 else _("本人写明理由")
    agreed = sum(decision.agreed for decision in decisions)
    return _("%(agreed)d / %(needed)d 人同意") % {"agreed": agreed, "needed": export.approvals}


def who_decides(unit: int, approvals: int) -> str:
    """Whose word is asked for, as a sentence's end."""
    if approvals > 1:
        return _("区人口办两人分别同意")
    return _("%(who)s同意") % {"who": APPROVERS[next_level(level_of(unit))]}


def tier_sentence(unit: int, rows: int, already: int, approvals: int, *, reasoned: bool) -> str:
    """What an export of this size needs, in a sentence."""
    summed = _("，连同近一天自行导出的 %(n)s 条") % {"n": whole(already)} if already else ""
    if approvals:
        return _("超过本人可自行导出的条数%(summed)s，须经%(who)s；本人不能批自己的") % {
            "summed": summed, "who": who_decides(unit, approvals),
        }  # fmt: skip
    if reasoned:
        return _("超过只写用途即可导出的条数%(summed)s，写明理由并验证身份后可自行导出") % {
            "summed": summed
        }
    return _("写明用途后可自行导出%(summed)s") % {"summed": summed}


def due_words(export: ExportRequest, day: date) -> str:
    """How long an approver has."""
    left = (export.due_on - day).days
    return _("今天到期") if left == 0 else _("%(n)d 天后到期") % {"n": left}
