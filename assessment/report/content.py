"""What the report says, from the snapshot and the scores only; no typography here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import readings
from assessment.boards import effective
from assessment.models import (
    AssessmentCycle,
    Indicator,
    IndicatorValue,
    Score,
    ScoreState,
    Stage,
    UnitSheet,
)
from assessment.ranking import ranks
from assessment.scoring import rounded
from assessment.services.computing import rule_of
from portal.metrics.models import MetricValue
from portal.metrics.registry import metrics
from portal.orgs.models import OrgUnit, UnitKind
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.ui import formats

#: What the report is called until it is final.
MARKS = {
    Stage.DRAFT: "测算稿", Stage.OPEN: "测算稿", Stage.SELF_ASSESSED: "复核稿",
    Stage.REVIEWED: "复核稿", Stage.PRE_PUBLISHED: "公示稿", Stage.APPEAL: "公示稿",
    Stage.FINAL: "",
}  # fmt: skip
GOOD_TOTAL = Decimal(90)
NOTHING = "暂无数据"


@dataclass(frozen=True)
class Stamp:
    """Who exported, when, under which number: on every copy."""

    number: str
    who: str
    unit: str
    at: datetime

    @property
    def line(self) -> str:
        moment = timezone.localtime(self.at)
        return _("导出编号 %(number)s　%(unit)s %(who)s　%(at)s") % {
            "number": self.number, "unit": self.unit, "who": self.who,
            "at": f"{moment:%Y-%m-%d %H:%M}",
        }  # fmt: skip


@dataclass(frozen=True)
class UnitLine:
    """One unit's row of the tables."""

    code: int
    name: str
    total: Decimal | None
    rank: int | None
    grade: str
    families: Mapping[str, str | None]
    state: str


@dataclass(frozen=True)
class Detail:
    """One indicator in one unit, as the workbook lists it."""

    indicator: Indicator
    unit: str
    value: IndicatorValue
    score: Score
    papers: int


@dataclass(frozen=True)
class Report:
    """Everything that both files are made from."""

    cycle: AssessmentCycle
    mark: str
    stamp: Stamp
    is_demo: bool
    families: Sequence[tuple[str, str, Decimal]]
    indicators: Sequence[Indicator]
    lines: Sequence[UnitLine]
    details: Mapping[tuple[str, int], Detail]
    context: Mapping[str, Decimal]
    streets: int
    towns: int
    notes: Sequence[str] = field(default_factory=list)

    @property
    def averages(self) -> Mapping[str, Decimal | None]:
        """Mean family points over units that have any; key `total` for the totals."""
        found: dict[str, Decimal | None] = {"total": mean([line.total for line in self.lines])}
        for code, _title, _weight in self.families:
            points = [line.families.get(code) for line in self.lines]
            found[code] = mean([None if each is None else Decimal(each) for each in points])
        return found

    def scored(self, code: str) -> list[tuple[UnitLine, Decimal]]:
        """Units with a value in an indicator, the highest first."""
        found = []
        for line in self.lines:
            detail = self.details.get((code, line.code))
            if detail is not None and detail.value.value is not None:
                found.append((line, detail.value.value))
        return sorted(found, key=lambda each: (-each[1], each[0].code))


def mean(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) / len(known) if known else None


def gather(cycle: AssessmentCycle, scope: Scope, stamp: Stamp) -> Report:
    """Read all that the report needs, in a handful of queries."""
    indicators = list(cycle.indicators.order_by("position"))
    sheets = list(
        UnitSheet.objects.in_scope(scope)
        .filter(cycle=cycle)
        .select_related("committee")
        .order_by("committee_id")
    )
    totals = {s.committee_id: None if s.total is None else rounded(s.total) for s in sheets}
    placed = ranks(totals)
    lines = [
        UnitLine(
            sheet.committee_id, sheet.committee.name, totals[sheet.committee_id],
            placed[sheet.committee_id], sheet.grade, sheet.families, sheet.get_state_display(),
        )
        for sheet in sheets
    ]  # fmt: skip
    lines.sort(key=lambda line: (line.rank is None, line.rank or 0, line.code))
    kinds = OrgUnit.objects.filter(pk__in=totals).values_list("kind", flat=True)
    report = Report(
        cycle=cycle, mark=MARKS[Stage(cycle.stage)], stamp=stamp,
        is_demo=bool(settings.SYNTHETIC_DATA), families=_families(indicators),
        indicators=indicators, lines=lines, details=_details(cycle, scope),
        context=_context(cycle, scope), streets=sum(kind == UnitKind.STREET for kind in kinds),
        towns=sum(kind == UnitKind.TOWN for kind in kinds),
    )  # fmt: skip
    return Report(**{**vars(report), "notes": _notes(report)})


def _families(indicators: Sequence[Indicator]) -> list[tuple[str, str, Decimal]]:
    found = []
    for code in dict.fromkeys(each.family for each in indicators):
        own = [each for each in indicators if each.family == code]
        found.append((code, own[0].family_title, sum((e.weight for e in own), Decimal(0))))
    return found


def _details(cycle: AssessmentCycle, scope: Scope) -> dict[tuple[str, int], Detail]:
    values = {
        (value.indicator_id, value.committee_id): value
        for value in IndicatorValue.objects.in_scope(scope).filter(indicator__cycle=cycle)
    }
    scores = (
        Score.objects.in_scope(scope)
        .filter(indicator__cycle=cycle)
        .select_related("indicator", "committee")
        .prefetch_related("evidence")
    )
    return {
        (score.indicator.code, score.committee_id): Detail(
            score.indicator, score.committee.name,
            values[score.indicator_id, score.committee_id], score, len(score.evidence.all()),
        )
        for score in scores
    }  # fmt: skip


def _context(cycle: AssessmentCycle, scope: Scope) -> dict[str, Decimal]:
    """Figures that describe the district and are never scored (D-18)."""
    rows = MetricValue.objects.in_scope(scope).filter(
        run_id=cycle.run_id, metric__in=["actual_population", "actual_housing", "collector_ratio"]
    )
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row.metric] = found.get(row.metric, Decimal(0)) + row.numerator
        if row.metric == "collector_ratio" and row.denominator is not None:
            found["collectors"] = found.get("collectors", Decimal(0)) + row.denominator
    return found


def _notes(report: Report) -> list[str]:
    """What stands under table 1: the snapshot, what is open, what has no data."""
    cycle = report.cycle
    notes = [
        _("数据取自考核快照%(number)s，指标和计分办法为%(rule)s。")
        % {"number": cycle.snapshot_no, "rule": rule_words(cycle.rule_label)}
    ]
    if open_units := _open_reviews(report):
        notes.append(_("%(units)s。") % {"units": "；".join(open_units)})
    if missing := without_data(report):
        notes.append(
            _(
                "%(titles)s没有数据，不计0分，分值按比例由同类其余指标承担；整类没有数据的，由其余各类承担。"
            )
            % {"titles": "、".join(missing)}
        )
    return notes


def rule_words(label: str) -> str:
    """`assessment_indicators v2` as documents cite it: 2版."""
    return _("第%(version)s版") % {"version": label.rpartition(" v")[2]}


def _open_reviews(report: Report) -> list[str]:
    waiting: dict[str, int] = {}
    for detail in report.details.values():
        if detail.score.state in {ScoreState.CLAIMED, ScoreState.PROPOSED, ScoreState.RETURNED}:
            waiting[detail.unit] = waiting.get(detail.unit, 0) + 1
    return [
        _("%(unit)s有%(n)s项指标尚在复核") % {"unit": unit, "n": n} for unit, n in waiting.items()
    ]


def without_data(report: Report) -> list[str]:
    """Titles of indicators in which no unit has points."""
    scored = {
        code for (code, _unit), detail in report.details.items()
        if effective(detail.score) is not None
    }  # fmt: skip
    return [each.title for each in report.indicators if each.code not in scored]


def in_words(indicator: Indicator, on: date) -> tuple[str, str]:
    """An indicator's formula and the way points are given."""
    known = metrics()
    formulas = [str(known[key].formula) for key in indicator.metrics if key in known]
    ratio = int(rule_on("collector_ratio", on)["people_per_collector"])
    rule = rule_of(indicator, ratio, {})
    said = indicator.formula or "；".join(formulas) or indicator.title
    return said, readings.scoring_in_words(rule)


def document_number(value: Decimal | None, places: int = 2) -> str:
    """A number as documents write it: no thousands separators, `—` when unknown."""
    return formats.decimal(value, places).replace(",", "")
