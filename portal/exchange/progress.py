"""How far the work on a file has come, in phases with counts (ui.md 4.21)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.previews import in_words
from portal.exchange.services.state import staged_so_far
from portal.jobs.models import Job, JobState
from portal.ui.formats import whole

Step = Literal["done", "now", "todo"]


@dataclass(frozen=True)
class Phase:
    title: str
    says: str
    step: Step


@dataclass(frozen=True)
class Progress:
    """The bar, its words, and what has been and is to be done."""

    title: str
    part: int
    total: int
    left: str
    phases: list[Phase]
    open: bool
    failed: str = ""
    step: int = 4


def progress_of(batch: ImportBatch, at: datetime) -> Progress:
    """The progress of whatever is at work on the file, or was last."""
    if batch.undo_job is not None and batch.undo_job.is_open:
        return _undoing(batch, batch.undo_job, at)
    if batch.state == BatchState.READING and batch.read_job is not None:
        return _reading(batch, batch.read_job, at)
    if batch.state == BatchState.MAPPED and batch.check_job is not None:
        return _checking(batch, batch.check_job, at)
    assert batch.apply_job is not None
    return _applying(batch, batch.apply_job, at)


def _reading(batch: ImportBatch, job: Job, at: datetime) -> Progress:
    part, total = staged_so_far(batch.pk)
    step: Step = "done" if total else "now"
    return Progress(
        title=_("读取没有完成") if job.state == JobState.FAILED else _("正在读取文件"),
        part=part,
        total=total,
        left=_left(job, part, total, at),
        phases=[
            Phase(_("安全与格式检查"), _("%(n)s 行") % {"n": whole(total)} if total else "", step),
            Phase(_("加密暂存"), _ratio(part, total) if total else "", "now" if total else "todo"),
        ],
        open=job.is_open,
        failed=job.error if job.state == JobState.FAILED else "",
        step=1,
    )


def _checking(batch: ImportBatch, job: Job, at: datetime) -> Progress:
    part = ImportRow.objects.filter(batch=batch).exclude(verdict="").count()
    part = min(part, batch.row_count * job.percent // 100) if job.is_open else part
    return Progress(
        title=_("检查没有完成") if job.state == JobState.FAILED else _("正在检查"),
        part=part,
        total=batch.row_count,
        left=_left(job, part, batch.row_count, at),
        phases=[
            Phase(_("文件检查"), _("%(n)s 行") % {"n": whole(batch.row_count)}, "done"),
            Phase(_("证件号、代码与台账比对"), _ratio(part, batch.row_count), "now"),
            Phase(_("文件内查重"), "", "todo"),
        ],
        open=job.is_open,
        failed=job.error if job.state == JobState.FAILED else "",
        step=3,
    )


def _applying(batch: ImportBatch, job: Job, at: datetime) -> Progress:
    rows = ImportRow.objects.filter(batch=batch)
    part = rows.exclude(outcome="").count()
    counts = batch.counts
    refused = sum(counts.get(key, 0) for key in ("error", "duplicate_in_file", "skipped"))
    planned = {key: n for key, n in counts.items() if key not in ("error", "duplicate_in_file")}
    return Progress(
        title=_("正在导入") if job.is_open else _("导入已停止"),
        part=part,
        total=batch.row_count,
        left=_left(job, part, batch.row_count, at),
        phases=[
            Phase(_("文件检查"), _("%(n)s 行") % {"n": whole(batch.row_count)}, "done"),
            Phase(
                _("证件号与代码检查"),
                _("%(n)s 行出错或重复，已跳过") % {"n": whole(refused)}
                if refused
                else _("没有错误"),
                "done",
            ),
            Phase(_("与现有台账比对"), in_words(planned), "done"),
            Phase(_("写入台账"), _ratio(part, batch.row_count), "now"),
        ],
        open=job.is_open,
        failed=job.error if job.state == JobState.FAILED else "",
    )


def _undoing(batch: ImportBatch, job: Job, at: datetime) -> Progress:
    rows = ImportRow.objects.filter(batch=batch)
    part = rows.filter(outcome__in=("undone", "kept")).count()
    total = part + rows.filter(outcome__in=("create", "update")).count()
    return Progress(
        title=_("正在撤销"),
        part=part,
        total=total,
        left=_left(job, part, total, at),
        phases=[Phase(_("恢复导入前的内容"), _ratio(part, total), "now")],
        open=job.is_open,
        step=5,
    )


def _ratio(part: int, total: int) -> str:
    return f"{whole(part)} / {whole(total)}"


def _left(job: Job, part: int, total: int, at: datetime) -> str:
    """`约剩 20 秒`, from the pace so far; nothing before there is a pace."""
    if not job.is_open:
        return ""
    if job.started_at is None:
        return _("排队中")
    spent = (at - job.started_at).total_seconds()
    if part == 0 or spent < 1:
        return ""
    seconds = round(spent * (total - part) / part)
    if seconds >= 60:
        return _("约剩 %(n)s 分钟") % {"n": -(-seconds // 60)}
    return _("约剩 %(n)s 秒") % {"n": max(seconds, 1)}
