"""A unit's own sheet as it works on it: indicator by indicator, with what it may fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from assessment import transitions
from assessment.boards import effective, tint
from assessment.dossier import shown_value
from assessment.matrix_reads import Holdings, Points, values
from assessment.models import Indicator, IndicatorValue, Score, Stage, UnitSheet
from assessment.scoring import rounded
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats


@dataclass(frozen=True)
class Row:
    indicator: Indicator
    score: Points
    shown: str
    points: Decimal | None
    tint: int
    papers: int
    note: str
    may_claim: bool
    opens_family: bool


@dataclass(frozen=True)
class FamilyTile:
    title: str
    weight: Decimal
    points: str
    note: str


@dataclass(frozen=True)
class Sheet:
    total: str
    families: Sequence[FamilyTile]
    rows: Sequence[Row]


def may_claim(score: Score | Points, scope: Scope) -> bool:
    """Whether this post may fill in a claim for the score as things stand."""
    if not scope.may(Capability.SELF_ASSESS) or not transitions.may("submit", score.state):
        return False
    stage = score.indicator.cycle.stage
    if score.computed is None and score.indicator.evidence_kind == "system":
        return False
    return stage == Stage.OPEN or (stage == Stage.SELF_ASSESSED and score.state == "returned")


def sheet_of(own: UnitSheet, held: Holdings) -> Sheet:
    """The unit's indicators in order, with families' points on top."""
    found = values.rows(held.scope, cycle=held.cycle.pk)
    by_indicator = {value.indicator_id: value for value in found}
    rows: list[Row] = []
    for score in held.scores:
        indicator, value = score.indicator, by_indicator[score.indicator.pk]
        points = effective(score)
        first = not rows or rows[-1].indicator.family != indicator.family
        rows.append(
            Row(
                indicator, score, _shown(indicator, value), points, tint(indicator, points),
                held.papers.get(score.pk, 0), score.claim_note or value.reason,
                may_claim(score, held.scope), first,
            )
        )  # fmt: skip
    total = formats.DASH if own.total is None else formats.decimal(rounded(own.total), 1)
    return Sheet(total, _families(own, rows), rows)


def _shown(indicator: Indicator, value: IndicatorValue) -> str:
    return formats.DASH if value.value is None else shown_value(indicator, value.value, None)


def _families(own: UnitSheet, rows: Sequence[Row]) -> list[FamilyTile]:
    tiles = []
    for code in dict.fromkeys(row.indicator.family for row in rows):
        of_family = [row for row in rows if row.indicator.family == code]
        known = sum(row.points is not None for row in of_family)
        points = own.families.get(code)
        tiles.append(
            FamilyTile(
                of_family[0].indicator.family_title,
                sum((row.indicator.weight for row in of_family), Decimal(0)),
                formats.DASH if points is None else points,
                _("%(n)d 项指标，%(known)d 项有得分") % {"n": len(of_family), "known": known},
            )
        )
    return tiles
