"""How to read the report's numbers, for its workbook's sheet 口径说明.

Paper: S-140.
"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.report.content import Detail, Report, document_number
from portal.catalogue.method import Method, Table
from portal.metrics.explaining import in_sum
from portal.metrics.methods import metrics_table, rules_table
from portal.metrics.receipts import Standards
from portal.metrics.registry import metrics
from portal.metrics.services import RULE_SETS
from portal.rules.services import rules_on
from portal.ui import formats


def method_of(report: Report) -> Method:
    """The snapshot, the rules, each metric that an indicator reads, each estimate's interval."""
    cycle = report.cycle
    day = cycle.snapshot_on or timezone.localdate(report.stamp.at)
    rules = rules_on(RULE_SETS, day)
    known = metrics()
    used = dict.fromkeys(key for each in report.indicators for key in each.metrics)
    facts = [
        (_("数的性质"), _("考核快照，第 %(n)s 次；取数之后登记的变动不改动它") % {
            "n": cycle.snapshot_no,
        }),
        (_("计算批次"), str(cycle.run_id or formats.DASH)),
        (_("考核规则"), cycle.rule_label),
        (_("环节"), cycle.get_stage_display()),
        (_("汇总"), in_sum()),
        (_("其他取数"), _("下面没有列出的，由单位填报或人工核定，口径见“指标说明”")),
    ]  # fmt: skip
    return Method(
        formats.day(day), facts,
        [
            metrics_table([known[key] for key in used if key in known], Standards(rules)),
            rules_table(rules.values()), _intervals(report),
        ],
    )  # fmt: skip


def facts_of(report: Report) -> list[tuple[str, str]]:
    """Who took the file, as it stands above the method."""
    stamp = report.stamp
    return [
        (_("导出编号"), stamp.number), (_("单位"), stamp.unit), (_("导出人"), stamp.who),
        (_("导出时间"), f"{timezone.localtime(stamp.at):%Y-%m-%d %H:%M}"),
        (_("用途"), _("年度考核情况报告")),
    ]  # fmt: skip


def _intervals(report: Report) -> Table:
    """The values that rest on a sample, each with its bounds."""
    heads = (
        _("单位"), _("指标"), _("分子（加权）"), _("分母（加权）"), _("估计值"), _("95% 下限"),
        _("95% 上限"), _("数据截至"),
    )  # fmt: skip
    return Table(_("各估计值的样本与区间"), heads, list(_sampled(report)))


def _sampled(report: Report) -> Iterator[tuple[str, ...]]:
    for detail in report.details.values():
        if detail.value.low is not None:
            yield _bounds(detail)


def _bounds(detail: Detail) -> tuple[str, ...]:
    value = detail.value
    numbers = (value.numerator, value.denominator, value.value, value.low, value.high)
    return (
        detail.unit, detail.indicator.title, *(document_number(each) for each in numbers),
        formats.day(value.as_of),
    )  # fmt: skip
