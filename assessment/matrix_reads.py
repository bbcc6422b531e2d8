"""What the page of a year's assessment reads: each table once (ADR 32)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from assessment.models import (
    AssessmentCycle,
    Evidence,
    Indicator,
    IndicatorValue,
    PublishedResult,
    Score,
    ScoreState,
    UnitSheet,
)
from assessment.services.computing import JOB
from portal.jobs.models import Job
from portal.orgs.prepared import Prepared
from portal.orgs.scope import DISTRICT_SPAN, Scope


@Prepared
def _cycles(_scope: Scope, *, district: int) -> QuerySet[AssessmentCycle]:
    return AssessmentCycle.objects.filter(unit_id=district).order_by("-year")


@Prepared
def _indicators(_scope: Scope, *, cycle: UUID) -> QuerySet[Indicator]:
    return Indicator.objects.filter(cycle_id=cycle).order_by("position")


@Prepared
def _sheets(scope: Scope, *, cycle: UUID) -> QuerySet[UnitSheet]:
    rows = UnitSheet.objects.in_scope(scope).filter(cycle_id=cycle)
    return rows.select_related("committee").order_by("committee_id")


@Prepared
def _scores(scope: Scope, *, cycle: UUID) -> QuerySet[Score, Any]:
    rows = Score.objects.in_scope(scope).filter(indicator__cycle_id=cycle)
    rows = rows.order_by("committee_id", "indicator__position")
    return rows.values(
        "committee_id", "computed", "self_claimed", "claim_note", "final", "state",
        pk=Cast("id", TextField()), code=F("indicator__code"),
    )  # fmt: skip


@Prepared
def _papers(scope: Scope, *, cycle: UUID) -> QuerySet[Evidence, Any]:
    rows = Evidence.objects.in_scope(scope).filter(score__indicator__cycle_id=cycle)
    named = rows.order_by().values(of=Cast("score_id", TextField()))
    return named.annotate(papers=Count("pk"))


@Prepared
def _computations(scope: Scope, *, cycle: str) -> QuerySet[Job]:
    rows = Job.objects.in_scope(scope).filter(kind=JOB).alias(of=KT("params__cycle"))
    return rows.filter(of=cycle).order_by("-created_at")[:1]


@Prepared
def values(scope: Scope, *, cycle: UUID) -> QuerySet[IndicatorValue]:
    """What the snapshot says of a unit's indicators."""
    return IndicatorValue.objects.in_scope(scope).filter(indicator__cycle_id=cycle)


@Prepared
def published(_scope: Scope, *, cycle: UUID) -> QuerySet[PublishedResult]:
    """What everybody who takes part may read, the best first."""
    rows = PublishedResult.objects.filter(cycle_id=cycle).select_related("unit")
    return rows.order_by("rank", "unit_id")


def cycles_of(scope: Scope) -> list[AssessmentCycle]:
    """Cycles of the district that the scope belongs to, the latest first."""
    return _cycles.rows(scope, district=scope.unit - scope.unit % DISTRICT_SPAN)


def computation_of(cycle: AssessmentCycle, scope: Scope) -> Job | None:
    """The last computation of the scores that somebody of the scope asked for."""
    return _computations.first(scope, cycle=str(cycle.pk))


class Points(NamedTuple):
    """What the page shows of a score (`Score`): a district has hundreds.

    `pk` is its key as text, for addresses.
    """

    committee_id: int
    computed: Decimal | None
    self_claimed: Decimal | None
    claim_note: str
    final: Decimal | None
    state: str
    pk: str
    indicator: Indicator

    @property
    def state_title(self) -> str:
        return str(ScoreState(self.state).label)


@dataclass(frozen=True)
class Holdings:
    """A cycle with its indicators, and with the sheets and scores of the units that a scope sees.

    Sheets stand by unit, scores by unit and indicator.
    """

    cycle: AssessmentCycle
    scope: Scope
    indicators: Sequence[Indicator]
    sheets: Sequence[UnitSheet]
    scores: Sequence[Points]

    @property
    def own(self) -> UnitSheet | None:
        """The sheet of the street itself; None for a district."""
        return next(iter(self.sheets), None) if self.scope.level == "street" else None

    @cached_property
    def papers(self) -> Mapping[str, int]:
        """How many documents were named for each score; scores without any are absent."""
        found = _papers.rows(self.scope, cycle=self.cycle.pk)
        return {row["of"]: row["papers"] for row in found}


def holdings(cycle: AssessmentCycle, scope: Scope) -> Holdings:
    """All that the scope sees of a cycle; the scores know their indicators, those their cycle."""
    indicators = _indicators.rows(scope, cycle=cycle.pk)
    for indicator in indicators:
        indicator.cycle = cycle
    known = {indicator.code: indicator for indicator in indicators}
    rows = _scores.rows(scope, cycle=cycle.pk)
    scores = [Points(indicator=known[row.pop("code")], **row) for row in rows]
    return Holdings(cycle, scope, indicators, _sheets.rows(scope, cycle=cycle.pk), scores)
