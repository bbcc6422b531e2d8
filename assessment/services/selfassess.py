"""What an assessed unit says of itself: claims, evidence, submission."""

import re
import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessment import transitions
from assessment.models import AssessmentCycle, Evidence, Score, SheetState, Stage, UnitSheet
from assessment.scoring import rounded
from assessment.services.common import (
    UnableToAssess,
    _locked_cycle,
    _locked_score,
    _note,
    _retotal,
)
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")


def check_text(*texts: str) -> None:
    """:raises UnableToAssess: a text holds an identity number or a mobile number"""
    if any(PERSONAL.search(text) for text in texts):
        raise UnableToAssess(_("说明和佐证中不得写证件号、手机号，请删去或遮盖后再提交"))


@transaction.atomic
def claim(
    *, score_id: uuid.UUID, points: Decimal, explanation: str, version: int, by: Scope,
    at: datetime,
) -> Score:  # fmt: skip
    """What the unit thinks that it earned, before it submits or when asked to mend.

    An indicator without a system value can be claimed only where evidence is what it rests on.

    :raises UnableToAssess: the stage is over, more than the weight, nothing to claim, no reason
    """
    score = _locked_score(score_id, version, by)
    require(by, Capability.SELF_ASSESS, score.committee_id)
    _may_claim(score)
    if not 0 <= points <= score.indicator.weight:
        raise UnableToAssess(
            _("自评分应在 0 到 %(weight)s 之间") % {"weight": f"{score.indicator.weight:f}"}
        )
    check_text(explanation)
    if not explanation.strip() and not _agrees(score, points):
        raise UnableToAssess(_("自评分与系统计算不一致，请说明理由"))
    before, score.self_claimed = score.self_claimed, points
    score.claim_note = explanation.strip()
    score.version += 1
    score.save(update_fields=["self_claimed", "claim_note", "version"])
    record(
        "assessment.self_assessed", by=by, at=at, target=score, committee=score.committee_id,
        changes={"indicator": score.indicator.code, "claimed": [before, points]},
    )  # fmt: skip
    return score


def _may_claim(score: Score) -> None:
    cycle = score.indicator.cycle
    if cycle.stage not in {Stage.OPEN, Stage.SELF_ASSESSED}:
        raise UnableToAssess(_("不在自评环节，不能填报自评"))
    if not transitions.may("submit", score.state) or (
        cycle.stage == Stage.SELF_ASSESSED and score.state != "returned"
    ):
        raise UnableToAssess(_("自评已提交，退回补正后才能修改"))
    if score.computed is None and score.indicator.evidence_kind == "system":
        raise UnableToAssess(_("这一项由系统计算，没有数据时不计分，不能自评"))


def _agrees(score: Score, points: Decimal) -> bool:
    return score.computed is not None and rounded(score.computed, 2) == points


@transaction.atomic
def add_evidence(
    *, score_id: uuid.UUID, kind: str, title: str, explanation: str, by: Scope, at: datetime
) -> Evidence:
    """Name a document that proves a claim.

    :raises UnableToAssess: the stage is over, or the text holds personal data
    """
    score = _locked_score(score_id, None, by)
    require(by, Capability.SELF_ASSESS, score.committee_id)
    _may_claim(score)
    check_text(title, explanation)
    paper = Evidence.objects.create(
        score=score, committee_id=score.committee_id, kind=kind, title=title.strip()[:80],
        note=explanation.strip()[:300], added_by=by.user_name, added_at=at,
    )  # fmt: skip
    record(
        "assessment.self_assessed", by=by, at=at, target=paper, committee=score.committee_id,
        changes={"indicator": score.indicator.code, "evidence": title},
    )  # fmt: skip
    return paper


@transaction.atomic
def submit_self_assessment(*, cycle_id: uuid.UUID, unit: int, by: Scope, at: datetime) -> UnitSheet:
    """Hand the unit's sheet to the district, first or after mending.

    :raises UnableToAssess: not the stage for it, or a claim on evidence has none
    """
    require(by, Capability.SELF_ASSESS, unit)
    cycle = _locked_cycle(cycle_id)
    sheet = UnitSheet.objects.in_scope(by).select_for_update().get(cycle=cycle, committee_id=unit)
    first = cycle.stage == Stage.OPEN and sheet.state == SheetState.AWAITING
    again = cycle.stage == Stage.SELF_ASSESSED and sheet.state == SheetState.RETURNED
    if not (first or again):
        raise UnableToAssess(_("自评已提交，或不在自评环节"))
    _claims_are_proven(cycle, unit)
    sheet = _settle_sheet(cycle, sheet, by_name=by.user_name, at=at)
    text = _("提交自评") if first else _("补正后重新提交")
    _note(cycle, unit, text, by=by, at=at)
    record("assessment.self_assessed", by=by, at=at, target=sheet, committee=unit)
    return sheet


def _claims_are_proven(cycle: AssessmentCycle, unit: int) -> None:
    bare = Score.objects.filter(
        indicator__cycle=cycle, committee_id=unit, computed=None, self_claimed__isnull=False,
        evidence=None,
    ).select_related("indicator")  # fmt: skip
    titles = [score.indicator.title for score in bare.order_by("indicator__position")]
    if titles:
        raise UnableToAssess(_("%(titles)s 还没有佐证") % {"titles": "、".join(titles)})


def _settle_sheet(
    cycle: AssessmentCycle, sheet: UnitSheet, *, by_name: str, at: datetime
) -> UnitSheet:
    """Close a unit's own part: what agrees stands, what differs waits for review.

    Without a value and without a claim an indicator is not scored at all, never 0.
    """
    rows = Score.objects.filter(indicator__cycle=cycle, committee_id=sheet.committee_id)
    open_rows = [
        score for score in rows.select_for_update() if transitions.may("submit", score.state)
    ]
    for score in open_rows:
        _settle(score)
    Score.objects.bulk_update(open_rows, ["state", "final", "version"])
    sheet.state = SheetState.REVIEWING
    sheet.submitted_at, sheet.submitted_by = at, by_name
    sheet.save(update_fields=["state", "submitted_at", "submitted_by"])
    return _retotal(cycle, sheet.committee_id)


def _settle(score: Score) -> None:
    score.version += 1
    if score.self_claimed is None or _agrees(score, score.self_claimed):
        score.final = score.computed
        score.state = "excluded" if score.computed is None else "confirmed"
    else:
        score.state = transitions.after("submit")
