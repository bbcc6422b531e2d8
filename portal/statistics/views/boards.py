"""A dashboard as a workbook: the numbers of the page, in the order of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.audit.record import record
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.tables import answer, written_on
from portal.metrics import tables
from portal.metrics.dashboards import DEFAULT_ORDER, Board
from portal.metrics.methods import method_of
from portal.metrics.metric import Metric
from portal.metrics.receipts import Reading
from portal.metrics.registry import metrics
from portal.metrics.views import month_asked, unit_asked
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui import formats

#: What the ranking shows besides people and rates.
BESIDES = ("issues_must", "issues_should", "collector_ratio")


@needs(Capability.EXPORT_MASKED)
@require_GET
def export(request: PortalRequest) -> HttpResponse:
    """The dashboard that the address names; that somebody took it is an event."""
    scope, at = request.scope, timezone.now()
    unit = unit_asked(request, None)
    board = Board(unit, scope, timezone.localdate(at), month=month_asked(request))
    if unit.level == "committee":
        found = _figures(board)
    else:
        found = _ranking(board, request.GET.get("by", DEFAULT_ORDER))
    number = f"KB-{at:%Y%m%d%H%M%S}"
    day = formats.day(board.sheet.as_of)
    conditions = [unit.name, _("截至 %(day)s") % {"day": day}]
    content = written_on(
        [ExportColumn(str(place), title, "", width=14) for place, title in enumerate(found.heads)],
        found.lines, number=number, by=scope, at=at, title=_("指标看板"), conditions=conditions,
        method=method_of(board, found.metrics, found.readings),
    )  # fmt: skip
    record(
        "metrics.board_exported", by=scope, at=at, committee=unit.pk,
        changes={"number": number, "count": len(found.lines), "query": request.GET.urlencode()},
    )  # fmt: skip
    return answer(content, number)


@dataclass(frozen=True)
class Shown:
    """What the workbook holds, and what stands behind it: its metrics, each unit's readings."""

    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    metrics: Sequence[Metric]
    readings: Sequence[tuple[str, Reading]]


def _figures(board: Board) -> Shown:
    """A committee's figures, each with its parts."""
    heads = [_("指标"), _("数值"), _("单位"), _("分子"), _("分母"), _("目标"), _("较上月"),
             _("同级中位")]  # fmt: skip
    tiles = [tile.reading for tile in [*board.strip, *board.data_strip]]
    return Shown(
        heads, [_figure(reading) for reading in tiles], [reading.metric for reading in tiles],
        [(board.unit.name, reading) for reading in tiles],
    )  # fmt: skip


def _figure(reading: Reading) -> list[str]:
    target = "" if reading.target is None else formats.percent(reading.target, 1)
    return [
        str(reading.metric.title), reading.text, reading.shown_unit, reading.top.text,
        reading.bottom.text, target, reading.change, reading.middle or formats.DASH,
    ]  # fmt: skip


def _ranking(board: Board, order: str) -> Shown:
    """The ranking with the collectors' load of each unit."""
    ranking = tables.ranking(board, order)
    heads = [
        _("名次"), _("单位"), _("实有人口"), *(f"{m.title}（{m.unit}）" for m in ranking.columns),
        _("较上月"), _("必改"), _("应改"), _("人/员"),
    ]  # fmt: skip
    lines = [
        [
            _place(row), row.unit.short_name, row.population.text,
            *(reading.text for reading in row.rates), row.change, row.must.text, row.should.text,
            board.reading(
                "collector_ratio", None if row is ranking.total else row.unit.pk
            ).text,
        ]
        for row in [*ranking.rows, ranking.total]
    ]  # fmt: skip
    others = [metrics()[key] for key in BESIDES]
    return Shown(
        heads, lines, [ranking.total.population.metric, *ranking.columns, *others],
        [(row.unit.name, each) for row in [*ranking.rows, ranking.total] for each in row.rates],
    )  # fmt: skip


def _place(row: tables.RankRow) -> str:
    if row.rank is None:
        return ""
    return f"≈{row.rank}" if row.is_close else str(row.rank)
