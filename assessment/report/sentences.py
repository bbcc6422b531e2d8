"""The report's paragraphs: each says what the figures say, or that there are none."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from django.utils.translation import gettext as _

from assessment.models import Stage
from assessment.report.content import GOOD_TOTAL, NOTHING, Report, document_number, mean
from portal.rules.services import rule_on

MOST_NAMED = 3


def long_day(report: Report) -> str:
    """The snapshot's day as documents write it."""
    day = report.cycle.snapshot_on
    return _("%(y)s年%(m)s月%(d)s日") % {"y": day.year, "m": day.month, "d": day.day} if day else ""


def opening(report: Report) -> str:
    return _(
        "根据《关于进一步加强普陀区基层人口服务管理工作的实施意见》有关要求，区人口办会同区人口综合服务"
        "管理领导小组各成员单位，对全区%(streets)s个街道、%(towns)s个镇%(year)s年度人口服务管理工作"
        "进行考核。现将有关情况报告如下。"
    ) % {"streets": report.streets, "towns": report.towns, "year": report.cycle.year}


def overall(report: Report) -> list[str]:
    """How it was done, the district in figures (not scored), the outcome."""
    population, housing = (
        document_number(report.context.get(key), 0) if key in report.context else NOTHING
        for key in ("actual_population", "actual_housing")
    )
    titles = "、".join(title for _code, title, _weight in report.families)
    scored = [line for line in report.lines if line.total is not None]
    good = sum(line.total is not None and line.total >= GOOD_TOTAL for line in report.lines)
    average = document_number(mean([line.total for line in scored]), 1)
    outcome = _("%(n)s个街道（镇）平均得分%(average)s分，其中90分以上%(good)s个（见表1）。") % {
        "n": len(scored),
        "average": average,
        "good": good,
    }
    if len(scored) < len(report.lines):
        outcome += _("另有%(n)s个街道（镇）没有数据，未计分。") % {
            "n": len(report.lines) - len(scored)
        }
    return [
        _(
            "考核按照街道（镇）自评、区人口办复核、结果公示、申诉答复、领导小组审定的程序进行。指标得分由"
            "系统按快照数据计算，人工不得改动计算结果；确需调整的，由两人复核并说明理由。"
        ),
        _(
            "截至%(day)s24时，全区实有人口%(people)s人，实有房屋%(housing)s套；人口总量、结构和注销数"
            "不计入考核。考核设%(titles)s%(families)s个方面%(n)s项指标，满分100分。"
        ) % {
            "day": long_day(report), "people": population, "housing": housing, "titles": titles,
            "families": len(report.families), "n": len(report.indicators),
        } + outcome,
        district_rates(report),
    ]  # fmt: skip


def district_rates(report: Report) -> str:
    """The district's own rates, of those indicators that have any; year is in the opening."""
    shares = []
    for code in ("A1", "A2", "A3", "A4", "A6"):
        rate = district_value(report, code)
        title = next((each.title for each in report.indicators if each.code == code), "")
        if rate is not None and title:
            shares.append(f"{title}{document_number(rate)}%")
    if not shares:
        return _("全区信息质量各项指标暂无数据。")
    return _("全区%(rates)s。") % {"rates": "、".join(shares)}


def district_value(report: Report, code: str) -> Decimal | None:
    """Sum of numerators by sum of denominators, never a mean of rates; None without cases."""
    found = [
        detail.value for (each, _unit), detail in report.details.items()
        if each == code and detail.value.numerator is not None and detail.value.denominator
    ]  # fmt: skip
    bottom = sum((value.denominator or Decimal(0) for value in found), Decimal(0))
    top = sum((value.numerator or Decimal(0) for value in found), Decimal(0))
    return top / bottom * 100 if bottom else None


def freshness(report: Report) -> str:
    """Who reaches the full mark of the indicator that figure 1 shows, and who is furthest off."""
    indicator = next((each for each in report.indicators if each.code == "A4"), None)
    ranked = report.scored("A4")
    if indicator is None or not ranked:
        return _("鲜活度暂无数据。")
    target = Decimal(str(indicator.scoring["high"]))
    good = sum(value >= target for _line, value in ranked)
    reached = _("鲜活度达到%(target)s%%满分线的街道（镇）%(good)s个（见图1）。")
    nobody = _("尚无街道（镇）的鲜活度达到%(target)s%%满分线（见图1）。")
    text = (reached if good else nobody) % {"target": document_number(target, 0), "good": good}
    last, value = ranked[-1]
    if value >= target:
        return text
    return text + _("%(unit)s为%(value)s%%，低于满分线%(gap)s个百分点，差距最大。") % {
        "unit": last.name, "value": document_number(value),
        "gap": document_number(target - round(value, 2)),
    }  # fmt: skip


def collectors(report: Report) -> str:
    """Posts against the standard, in the district and unit by unit."""
    posts, people = report.context.get("collectors"), report.context.get("actual_population")
    day = report.cycle.snapshot_on
    if not posts or not people or day is None:
        return _("在岗信息采集员暂无数据。")
    ratio = int(rule_on("collector_ratio", day)["people_per_collector"])
    each = (people / posts).to_integral_value(rounding=ROUND_CEILING)
    verdict = _("达到") if each <= ratio else _("未达到")
    text = _(
        "全区在岗信息采集员%(posts)s名（全职当量），每名采集员对应实有人口%(each)s人，%(verdict)s不低于"
        "%(ratio)s:1的标准"
    ) % {
        "posts": document_number(posts, 1), "each": document_number(each, 0), "verdict": verdict,
        "ratio": ratio,
    }  # fmt: skip
    short = [
        (line.name, gap)
        for line, _value in report.scored("D3")
        if (gap := _gap(report, line.code)) > 0
    ]
    if not short:
        return text + _("；按街道（镇）核算，没有缺口。")
    named = "、".join(name for name, _gap in short[:MOST_NAMED])
    return text + _("；按街道（镇）核算，%(named)s%(more)s共缺%(gap)s名。") % {
        "named": named,
        "more": _("等%(n)s个街道（镇）") % {"n": len(short)} if len(short) > MOST_NAMED else "",
        "gap": document_number(sum((gap for _name, gap in short), Decimal(0)), 1),
    }  # fmt: skip


def _gap(report: Report, unit: int) -> Decimal:
    value = report.details["D3", unit].value
    return (value.denominator or Decimal(0)) - (value.numerator or Decimal(0))


def funding(report: Report) -> str:
    """What the evidence says of the funds."""
    found = {
        code: [
            detail.score.final for (each, _unit), detail in report.details.items()
            if each == code and detail.score.final is not None
        ]
        for code in ("C1", "C2", "C3")
    }  # fmt: skip
    if not any(found.values()):
        return _("经费落实情况由各街道（镇）提供佐证，经复核后计分；目前暂无数据。")
    average = [
        _("%(title)s平均得%(points)s分")
        % {"title": each.title, "points": document_number(mean(list(found[each.code])))}
        for each in report.indicators
        if found.get(each.code)
    ]
    return _("经复核，%(scores)s。") % {"scores": "、".join(average)}


def next_steps(report: Report) -> str:
    first = {
        Stage.DRAFT: _("组织街道（镇）自评"),
        Stage.OPEN: _("完成街道（镇）自评"),
        Stage.SELF_ASSESSED: _("完成复核并公示考核结果5个工作日"),
        Stage.REVIEWED: _("公示考核结果5个工作日，受理申诉"),
        Stage.PRE_PUBLISHED: _("公示期满后受理申诉"),
        Stage.APPEAL: _("办结申诉，提请区领导小组审定"),
        Stage.FINAL: _("通报考核结果"),
    }[Stage(report.cycle.stage)]
    return _(
        "一是%(first)s；二是督促未达标街道（镇）于%(year)s年第一季度前完成整改；三是配齐信息采集人员，"
        "严禁挪作他用。"
    ) % {"first": first, "year": report.cycle.year + 1}


def protection() -> str:
    return _(
        "本报告只列单位汇总数，不含个人信息；人口总量、人口结构、处罚数、注销数不计分、不排名。"
    )


def title_lines(year: int) -> Sequence[str]:
    """The title in two balanced lines."""
    return [_("普陀区%(year)s年度人口服务管理") % {"year": year}, _("工作考核情况报告")]
