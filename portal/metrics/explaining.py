"""How each figure is worked out (口径): in words, and as the popover beside it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import get_template

from portal.metrics.metric import Good, Metric
from portal.metrics.receipts import Standards
from portal.metrics.registry import metrics
from portal.ui import formats
from portal.ui.words import gettext as _
from portal.ui.words import language


@dataclass(frozen=True)
class Explanation:
    """The popover of a figure and the button that opens it, drawn."""

    button: str
    popover: str


@dataclass(frozen=True)
class Explanations:
    """The explanations of a page's figures, by the metric's key, each drawn when it is asked for.

    :param measured: when the figures were measured, in words
    :param prefix: begins the popovers' ids
    """

    standards: Standards
    measured: str
    prefix: str

    def get(self, key: str) -> Explanation:
        metric = metrics()[key]
        target, limit = self.standards.target(metric), self.standards.limit(metric)
        return _drawn(key, target, limit, self.measured, f"{self.prefix}{key}", language())


@lru_cache(maxsize=1024)
def _drawn(
    key: str, target: Decimal | None, limit: Decimal | None, measured: str, popover: str,
    _language: str | None,
) -> Explanation:  # fmt: skip
    """They differ by the moment of the numbers only; a dashboard has a dozen of them."""
    metric = metrics()[key]
    told = {"id": popover, "definition": definition(metric, target, limit, measured)}
    return Explanation(
        button=get_template("metrics/info.html").render({"id": popover, "metric": metric}),
        popover=get_template("ui/definition.html").render(told),
    )


def definition(
    metric: Metric, target: Decimal | None, limit: Decimal | None, measured: str
) -> dict[str, Any]:
    """How a metric is worked out, for the popover and its own page."""
    rows = [(_("分子"), metric.numerator.title)]
    if metric.denominator is not None:
        rows.append((_("分母"), metric.denominator.title))
    if target is not None:
        rows.append((_("目标"), formats.percent(target, 1)))
    if limit is not None:
        rows.append((_("上限"), _("%(limit)s 人/员") % {"limit": formats.whole(limit)}))
    rows += [
        (_("方向"), _DIRECTIONS[metric.good]()),
        (_("依据"), _("实施意见 %(clause)s，%(number)s") % {
            "clause": metric.clause, "number": metric.number,
        }),
        (_("汇总"), _("街道、区按各居委分子、分母合计计算，不取平均")),
    ]  # fmt: skip
    if metric.note:
        rows.append((_("说明"), metric.note))
    if metric.awaits:
        rows.append((_("暂不计算"), metric.awaits))
    rows.append((_("计算"), measured))
    return {
        "title": _("%(title)s怎么算") % {"title": metric.title},
        "version": _("口径第 %(version)d 版") % {"version": metric.version},
        "formula": metric.formula,
        "rows": rows,
        "links": [],
    }


_DIRECTIONS = {
    Good.UP: lambda: _("越高越好"),
    Good.DOWN: lambda: _("越低越好"),
    Good.NEITHER: lambda: _("不作评价，不参与考核"),
}
