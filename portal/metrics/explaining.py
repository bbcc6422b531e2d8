"""How each figure is worked out (口径): in words, and as the popover beside it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.urls import reverse

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
    link = {"title": _("完整口径"), "url": reverse("metrics:definition", args=[key])}
    told = {
        "id": popover,
        "definition": definition(metric, target, limit, measured) | {"links": [link]},
    }
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
    if metric.besides:
        rows.append((_("分母另加"), metrics()[metric.besides].numerator.title))
    if metric.untold:
        rows.append((_("其中未填报"), metrics()[metric.untold].numerator.title))
    if target is not None:
        rows.append((_("目标"), formats.percent(target, 1)))
    if limit is not None:
        rows.append((_("上限"), _("%(limit)s 人/员") % {"limit": formats.whole(limit)}))
    rows += [
        (_("方向"), DIRECTIONS[metric.good]()),
        (_("依据"), clause_of(metric)),
        (_("汇总"), in_sum()),
    ]
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


def clause_of(metric: Metric) -> str:
    """`实施意见 三(三)1，M-07`."""
    return _("实施意见 %(clause)s，%(number)s") % {
        "clause": metric.clause, "number": metric.number,
    }  # fmt: skip


def in_sum() -> str:
    """How streets and the district come out of committees."""
    return _("街道、区按各居委分子、分母合计计算，不取平均")


def edges(metric: Metric) -> list[tuple[str, str]]:
    """What a number is where a day, a unit or a denominator ends: (when, what it is then)."""
    found = [
        (
            _("一天"),
            _("以北京时间零点为界；夏令时年份（1986 至 1991 年）出生的，生日和年龄按证件上的日期"),
        ),
        (_("单位撤销或合并"), _("计到撤销的前一天；此后的数记入承接单位，街道、区合计不变")),
        (
            _("计算时搬家"),
            _("期间有人跨街道搬家的，全部再算一遍才公布，每人只计一次；没算完的不公布"),
        ),
    ]
    if metric.denominator is not None:
        found.insert(0, (_("分母为 0"), _("显示“—”和原因，不显示 0，不参与排名和考核")))
    return found


DIRECTIONS = {
    Good.UP: lambda: _("越高越好"),
    Good.DOWN: lambda: _("越低越好"),
    Good.NEITHER: lambda: _("不作评价，不参与考核"),
}
