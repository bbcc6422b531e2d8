"""One indicator of one unit with everything needed to argue about it (ui.md 8.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from assessment import readings, scoring
from assessment.boards import difference, differs, effective
from assessment.models import Indicator, IndicatorValue, Score
from assessment.ranking import ranks
from assessment.services import computing
from portal.metrics import figures
from portal.metrics.metric import ListLink, Metric
from portal.metrics.models import MetricValue
from portal.metrics.registry import metrics
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.ui import formats

MOST_COMMITTEES = 8
YEAR = timedelta(days=370)


@dataclass(frozen=True)
class Tile:
    name: str
    value: str
    unit: str
    under: str
    is_bad: bool = False


@dataclass(frozen=True)
class Fact:
    """A line of the computation: a name, its figure and the list that is behind it today."""

    name: str
    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class CommitteeLoss:
    """What one committee lacks to the full mark; `share` of the whole lack, 0 to 100."""

    name: str
    denominator: str
    missing: str
    value: Decimal
    gap: Decimal
    share: Decimal


@dataclass(frozen=True)
class Dossier:
    score: Score
    value: IndicatorValue
    tiles: Sequence[Tile]
    left: Sequence[Fact]
    right: Sequence[Fact]
    hash_agrees: bool
    target: Decimal | None
    losses: Sequence[CommitteeLoss]
    below: int
    committees: int
    chart: Mapping[str, Any] | None
    trend_rows: Sequence[tuple[str, str, str]]

    @property
    def scale(self) -> Decimal:
        """Half the width of the gap bars: the widest gap shown."""
        return max((abs(row.gap) for row in self.losses), default=Decimal(1))


def dossier(score: Score, scope: Scope) -> Dossier:
    """The page of one score, from stored values only."""
    indicator = score.indicator
    value = IndicatorValue.objects.in_scope(scope).get(
        indicator=indicator, committee_id=score.committee_id
    )
    run = indicator.cycle.run_id
    parts = computing.stored_parts(run, score.committee_id, computing.wanted([indicator]))  # type: ignore[arg-type]
    ratio = int(rule_on("collector_ratio", value.as_of)["people_per_collector"])
    rule = computing.rule_of(indicator, ratio, parts)
    target = _target(indicator)
    losses, committees = _losses(score, scope, target)
    chart, rows = _trend(score, scope, target, value.as_of)
    left, right = _facts(score, value, rule)
    return Dossier(
        score=score, value=value, tiles=_tiles(score, value, target, scope),
        left=left, right=right,
        hash_agrees=computing.fingerprint(indicator, parts) == value.inputs_hash,
        target=target, losses=losses[:MOST_COMMITTEES], below=len(losses), committees=committees,
        chart=chart, trend_rows=rows,
    )  # fmt: skip


def _target(indicator: Indicator) -> Decimal | None:
    """The value that earns all points, where there is one."""
    given = indicator.scoring
    found = given.get("target", given.get("high", given.get("full", [None])[0]))
    return None if found is None else Decimal(str(found))


# --- four figures -------------------------------------------------------------------------------


def _tiles(score: Score, value: IndicatorValue, target: Decimal | None, scope: Scope) -> list[Tile]:
    gap = difference(score)
    claimed = formats.decimal(score.self_claimed)
    open_now = differs(score)
    rank, under = _rank(score, scope)
    return [
        Tile(
            _("系统计算"), formats.decimal(score.computed), _unit(score.computed),
            _under_computed(score.indicator, value, target),
        ),
        Tile(_("街道自评"), claimed, _unit(score.self_claimed),
             score.claim_note or (_("未自评") if score.self_claimed is None else "")),
        Tile(
            _("差异"), formats.change(gap), _unit(gap),
            _("自评与系统计算不一致，须复核") if open_now else _("没有待复核的差异"),
            is_bad=open_now and bool(gap),
        ),
        Tile(_("全区名次"), rank, "", under),
    ]  # fmt: skip


def _unit(points: Decimal | None) -> str:
    return "" if points is None else _("分")


def _under_computed(indicator: Indicator, value: IndicatorValue, target: Decimal | None) -> str:
    if value.value is None or value.reason:
        return value.reason
    shown = shown_value(indicator, value.value, target)
    if target is None:
        return shown
    return _("%(value)s，满分线 %(target)s") % {
        "value": shown, "target": shown_value(indicator, target, None),
    }  # fmt: skip


def shown_value(indicator: Indicator, value: Decimal, target: Decimal | None) -> str:
    """The value as it is read: a rate in percent, anything else as it is."""
    if indicator.reading in {"count", "mean"}:
        return formats.decimal(value, 1 if indicator.reading == "mean" else 0)
    return formats.percent(value, 2, target)


def _rank(score: Score, scope: Scope) -> tuple[str, str]:
    """The unit's place in this indicator; only the district compares units."""
    if scope.level != "district":
        return formats.DASH, _("公示后见总分名次")
    rows = Score.objects.in_scope(scope).filter(indicator=score.indicator)
    points = {row.committee_id: effective(row) for row in rows}
    known = [each for each in points.values() if each is not None]
    place = ranks(points)[score.committee_id]
    if place is None:
        return formats.DASH, _("没有得分，不排名次")
    average = formats.decimal(sum(known, Decimal(0)) / len(known))
    return _("第 %(place)s") % {"place": place}, _("全区平均 %(average)s 分，最高 %(most)s 分") % {
        "average": average, "most": formats.decimal(max(known)),
    }  # fmt: skip


# --- the computation ----------------------------------------------------------------------------


def _facts(
    score: Score, value: IndicatorValue, rule: readings.Rule
) -> tuple[list[Fact], list[Fact]]:
    indicator = score.indicator
    known = metrics()
    first = next((known[key] for key in indicator.metrics if key in known), None)
    said = str(first.formula) if first else indicator.formula or indicator.title
    left = [Fact(_("口径"), said)]
    if len(indicator.metrics) > 1:
        left += [_mean_part(key, value, known.get(key)) for key in indicator.metrics]
    else:
        left += _part_facts(first, value, score.committee_id, indicator)
    reading = readings.Reading(
        value.value, value.numerator, value.denominator, _interval(value), value.reason
    )
    shown = formats.DASH if value.value is None else shown_value(indicator, value.value, None)
    left.append(Fact(_("结果"), shown if not value.reason else f"{shown}　{value.reason}"))
    right = [
        Fact(_("计分"), readings.scoring_in_words(rule)),
        Fact(_("算式"), readings.arithmetic(rule, reading, score.computed) or formats.DASH),
        Fact(_("依据"), _("实施意见 %(clause)s") % {"clause": indicator.clause}),
    ]
    return left, right


def _interval(value: IndicatorValue) -> scoring.Interval | None:
    if value.low is None or value.high is None:
        return None
    return scoring.Interval(value.low, value.high)


def _part_facts(
    metric: Metric | None, value: IndicatorValue, unit: int, indicator: Indicator
) -> list[Fact]:
    """Numerator and denominator with today's lists; the frozen rows themselves are not kept."""
    if value.numerator is None:
        return []
    if indicator.reading == "provision":
        return [
            Fact(_("在岗"), _("%(n)s 员（全职当量）") % {"n": formats.decimal(value.numerator, 1)}),
            Fact(_("应配"), _("%(n)s 员") % {"n": formats.whole(value.denominator)}),
        ]
    noun = f" {metric.noun}" if metric else ""
    top = metric.numerator.link if metric else None
    bottom = metric.denominator.link if metric and metric.denominator else None
    facts = [_counted(_("分子"), value.numerator, noun, top, unit)]
    if value.denominator is not None:
        facts.append(_counted(_("分母"), value.denominator, noun, bottom, unit))
    if metric and metric.rest and value.denominator is not None:
        rest = value.denominator - value.numerator
        facts.append(_counted(str(metric.rest_title), rest, noun, metric.rest, unit))
    return facts


def _counted(name: str, number: Decimal, noun: str, link: ListLink | None, unit: int) -> Fact:
    url = _list_url(link, unit)
    return Fact(name, f"{formats.whole(number)}{noun}", url, _("今日名单") if url else "")


def _list_url(link: ListLink | None, unit: int) -> str:
    if link is None:
        return ""
    try:
        return f"{reverse(link.view)}?{'&'.join(filter(None, [link.query, f'unit={unit}']))}"
    except NoReverseMatch:
        return ""


def _mean_part(key: str, value: IndicatorValue, metric: Metric | None) -> Fact:
    """One of several metrics whose mean is taken."""
    found = value.parts.get(key)
    name = str(metric.title) if metric else _("另一项")
    if not found or not found["denominator"] or not Decimal(found["denominator"]):
        return Fact(name, _("没有数据，不计入平均"))
    top, bottom = Decimal(found["numerator"]), Decimal(found["denominator"])
    return Fact(
        name,
        f"{formats.whole(top)} ÷ {formats.whole(bottom)} = {formats.percent(top / bottom * 100)}",
    )


# --- who causes the loss ------------------------------------------------------------------------


def _losses(score: Score, scope: Scope, target: Decimal | None) -> tuple[list[CommitteeLoss], int]:
    """Committees below the full mark by their share of the lack, and how many there are."""
    indicator = score.indicator
    if target is None or indicator.reading not in {"rate", "sample"}:
        return [], 0
    key = next((key for key in indicator.metrics if key in metrics()), "")
    rows = (
        MetricValue.objects.in_scope(scope)
        .under(score.committee_id)
        .filter(run_id=indicator.cycle.run_id, metric=key, denominator__gt=0)
        .select_related("committee")
    )
    lacks = []
    for row in rows:
        bottom = row.denominator or Decimal(0)
        rate = row.numerator / bottom * 100
        lacks.append((row, rate, max(Decimal(0), (target - rate) * bottom)))
    whole = sum((lack for _row, _rate, lack in lacks), Decimal(0))
    found = [
        CommitteeLoss(
            row.committee.short_name, formats.whole(row.denominator),
            formats.whole((row.denominator or Decimal(0)) - row.numerator), rate, rate - target,
            lack / whole * 100,
        )
        for row, rate, lack in sorted(lacks, key=lambda each: -each[2])
        if lack > 0
    ]  # fmt: skip
    return found, len(lacks)


# --- the year ----------------------------------------------------------------------------------


def _trend(
    score: Score, scope: Scope, target: Decimal | None, until: date
) -> tuple[dict[str, Any] | None, list[tuple[str, str, str]]]:
    """The last twelve month-ends of the unit, beside the district's where one may see it."""
    key = next((key for key in score.indicator.metrics if key in metrics()), None)
    if key is None or score.indicator.reading not in {"rate", "sample"}:
        return None, []
    months = figures.month_ends(figures.snapshots(until - YEAR, until))
    nights = list(months.values())[-12:]
    if len(nights) < 2:
        return None, []
    sheets = figures.history(scope.unit, "street_id", nights, [key])
    own = [sheets[night.run].value(key, score.committee_id) for night in nights]
    whole = [sheets[night.run].value(key) for night in nights]
    labels = [f"{night.day.month}月" for night in nights]
    rows = [
        (label, formats.percent(mine), formats.percent(all_))
        for label, mine, all_ in zip(labels, own, whole, strict=True)
    ]
    lines = [{"name": _("本街道"), "values": _floats(own), "tone": "own"}]
    if scope.level == "district":
        lines.append({"name": _("全区"), "values": _floats(whole), "tone": "grey"})
    chart = {"labels": labels, "lines": lines, "target": None if target is None else float(target)}
    return chart | _axis(own, whole, target), rows


def _floats(values: Sequence[Decimal | None]) -> list[float | None]:
    return [None if value is None else round(float(value), 2) for value in values]


def _axis(
    own: Sequence[Decimal | None], whole: Sequence[Decimal | None], target: Decimal | None
) -> dict[str, int]:
    """A cut axis with three equal steps around all that is drawn."""
    known = [value for value in (*own, *whole, target) if value is not None]
    if not known:
        return {}
    low = int(min(known)) // 5 * 5
    step = max(1, -(-(int(max(known)) + 1 - low) // 3))
    return {"low": low, "high": low + 3 * step}


def neighbours(score: Score, scope: Scope) -> tuple[Score | None, Score | None]:
    """The same unit's previous and next indicator."""
    rows = (
        Score.objects.in_scope(scope)
        .filter(indicator__cycle=score.indicator.cycle, committee_id=score.committee_id)
        .select_related("indicator")
    )
    place = score.indicator.position
    before = rows.filter(indicator__position__lt=place).order_by("-indicator__position").first()
    after = rows.filter(indicator__position__gt=place).order_by("indicator__position").first()
    return before, after
