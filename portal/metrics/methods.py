"""How the numbers of a file are worked out, for its sheet 口径说明 (`portal.catalogue.method`).

Paper: S-140.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from portal.catalogue.method import Method, Table
from portal.metrics.dashboards import Board
from portal.metrics.explaining import DIRECTIONS, clause_of, in_sum
from portal.metrics.metric import Metric
from portal.metrics.receipts import Reading, Standards
from portal.metrics.registry import metrics
from portal.rules.services import Rule
from portal.ui import formats
from portal.ui.words import gettext as _


def method_of(
    board: Board, wanted: Iterable[Metric], readings: Iterable[tuple[str, Reading]]
) -> Method:
    """How to read the numbers of a board.

    :param wanted: the metrics that the file shows
    :param readings: what it shows of them, each with its unit's name
    """
    sheet = board.sheet
    facts = [
        (_("计算时间"), _moment(sheet.measured_at)),
        (_("计算批次"), _runs(board)),
        (_("数的性质"), _nature(board)),
        (_("汇总"), in_sum()),
    ]  # fmt: skip
    tables = [metrics_table(wanted, board.standards), rules_table(board.standards.rules.values())]
    return Method(formats.day(sheet.as_of), facts, [*tables, *intervals_tables(readings)])


def metrics_table(wanted: Iterable[Metric], standards: Standards) -> Table:
    """A line for each metric: definition, parts, what does not count, sample, clause, version."""
    heads = (
        _("指标"), _("怎么算"), _("分子"), _("分母"), _("不计入与说明"), _("样本与区间"), _("目标"),
        _("方向"), _("依据"), _("口径版本"), _("单位"),
    )  # fmt: skip
    return Table(_("各指标口径"), heads, [_line(metric, standards) for metric in wanted])


def _line(metric: Metric, standards: Standards) -> list[str]:
    target, limit = standards.target(metric), standards.limit(metric)
    goal = formats.percent(target, 1) if target is not None else ""
    if limit is not None:
        goal = _("不超过 %(limit)s") % {"limit": formats.whole(limit)}
    besides = metrics()[metric.besides].numerator.title if metric.besides else ""
    added = _("分母另加：%(part)s") % {"part": besides} if besides else ""
    notes = [str(metric.note), added, str(metric.awaits)]
    return [
        str(metric.title), str(metric.formula), str(metric.numerator.title),
        metric.denominator_title or _("没有分母，是个数"), "；".join(filter(None, notes)),
        _sample(metric), goal, DIRECTIONS[metric.good](), clause_of(metric),
        _("第 %(version)d 版") % {"version": metric.version}, str(metric.unit or metric.noun),
    ]  # fmt: skip


def _sample(metric: Metric) -> str:
    if metric.sample is None:
        return _("全数统计，不是抽样，没有误差区间")
    return _(
        "上门抽查的估计值，按抽样和应答加权；95% 区间按威尔逊法、有效样本量（扣除设计效应）计算"
    )


def rules_table(rules: Iterable[Rule]) -> Table:
    """The rules that the numbers are held against, each with its version and basis."""
    rows = [
        (rule.title, _("第 %(version)d 版") % {"version": rule.version}, rule.basis)
        for rule in rules
    ]
    return Table(_("所用规则"), (_("规则"), _("版本"), _("依据")), rows)


def intervals_tables(readings: Iterable[tuple[str, Reading]]) -> Sequence[Table]:
    """The sample behind each estimate of the file; none where it holds no estimate."""
    rows = [
        [
            unit, str(reading.metric.title), formats.decimal(reading.figure.numerator, 1),
            formats.decimal(reading.figure.denominator, 1), reading.text, *_bounds(reading),
            reading.why_unjudged if reading.value is not None else reading.why_empty,
        ]
        for unit, reading in readings
        if reading.metric.sample is not None
    ]  # fmt: skip
    heads = (
        _("单位"), _("指标"), _("分子（加权）"), _("分母（加权）"), _("估计值"), _("95% 下限"),
        _("95% 上限"), _("说明"),
    )  # fmt: skip
    return [Table(_("各估计值的样本与区间"), heads, rows)] if rows else []


def _bounds(reading: Reading) -> tuple[str, str]:
    if reading.figure.bounds is None:
        return formats.DASH, formats.DASH
    low, high = reading.figure.bounds
    return formats.decimal(low, 2), formats.decimal(high, 2)


def _nature(board: Board) -> str:
    if board.month is not None:
        closed = board.close is not None and board.close.closed_at is not None
        return _("月结，不再改动") if closed else _("月末快照，月结后以月结为准")
    return _("当天预览，以夜间快照为准") if board.sheet.is_preview else _("夜间快照，不再改动")


def _runs(board: Board) -> str:
    if board.month is not None:
        night = board.months.get(board.month)
        return str(night.run) if night else formats.DASH
    return "；".join(_run(key, at) for key, at in board.latest.runs) or formats.DASH


def _run(key: UUID, at: datetime) -> str:
    return f"{key}（{_moment(at)}）"


def _moment(at: datetime | None) -> str:
    return formats.DASH if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
