"""What the assessment's services share: refusals, locks, the process log, totals."""

import uuid
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from assessment import scoring, transitions
from assessment.models import AssessmentCycle, Indicator, ProcessEvent, Score, UnitSheet
from portal.orgs.scope import Scope


class UnableToAssess(Exception):
    """The act is refused; the sentence says what is in the way and what to do."""


def _locked_cycle(cycle_id: uuid.UUID) -> AssessmentCycle:
    """The cycle, held until the transaction ends.

    :raises UnableToAssess: there is none
    """
    cycle = AssessmentCycle.objects.select_for_update().filter(pk=cycle_id).first()
    if cycle is None:
        raise UnableToAssess(_("没有这一年度的考核"))
    return cycle


def _locked_score(score_id: uuid.UUID, version: int | None, by: Scope) -> Score:
    """A score in scope with its indicator and cycle, held until the transaction ends.

    :raises UnableToAssess: it is not there, or somebody changed it since `version` was read
    """
    score = (
        Score.objects.in_scope(by)
        .select_for_update(of=("self",))
        .select_related("indicator__cycle")
        .filter(pk=score_id)
        .first()
    )
    if score is None:
        raise UnableToAssess(_("没有这项得分"))
    if version is not None and score.version != version:
        raise UnableToAssess(_("这一项刚被他人改过，请核对后再提交"))
    return score


def _note(
    cycle: AssessmentCycle, unit: int, text: str, *, by: Scope, at: datetime,
    indicator: Indicator | None = None,
) -> None:  # fmt: skip
    """Tell those concerned what happened."""
    ProcessEvent.objects.create(
        cycle=cycle, committee_id=unit, indicator=indicator, text=text[:300],
        by_name=by.user_name, by_unit=by.unit_name, at=at,
    )  # fmt: skip


def _retotal(cycle: AssessmentCycle, unit: int) -> UnitSheet:
    """Work out a unit's families, total and grade from its scores as they stand now.

    What cannot be scored gives its weight to the rest of its family, a family without any to the
    other families (domain §5.3); without anything there is no total.
    """
    families: dict[str, list[scoring.Scored]] = defaultdict(list)
    scores = Score.objects.filter(indicator__cycle=cycle, committee_id=unit)
    for score in scores.select_related("indicator").order_by("indicator__position"):
        points = score.final if score.final is not None else score.computed
        excluded = score.state == "excluded"
        families[score.indicator.family].append(
            scoring.Scored(score.indicator.weight, None if excluded else points)
        )
    sheet = UnitSheet.objects.select_for_update().get(cycle=cycle, committee_id=unit)
    total = scoring.total(families)
    grades = [(letter, Decimal(str(low))) for letter, low in cycle.grades]
    found = {code: scoring.family_points(each) for code, each in families.items()}
    sheet.total = total
    sheet.grade = "" if total is None else scoring.grade(scoring.rounded(total), grades)
    sheet.families = {
        code: None if each is None else str(scoring.rounded(each, 2))
        for code, each in found.items()
    }
    if sheet.state != "awaiting":
        sheet.state = transitions.sheet_state(list(scores.values_list("state", flat=True)))
    sheet.version += 1
    sheet.save(update_fields=["total", "grade", "families", "state", "version"])
    return sheet
