"""Behind the window: conditions are examined, the review concluded, the case decided."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from permits import eligibility
from permits.eligibility import Met
from permits.models import EligibilityCheck, PermitApplication
from permits.services.errors import UnableToDecide
from permits.services.gate import move_on
from permits.transitions import RECONSIDERATION
from portal.orgs.scope import Scope
from portal.rules.services import rule_on

#: What somebody refused may do (沪府令第2号 art. 38–42; 行政复议法, 行政诉讼法).
REMEDY = "可自收到本决定之日起 60 日内申请行政复议，或 6 个月内向人民法院提起行政诉讼"
Findings = Mapping[str, tuple[str, str]]


@transaction.atomic
def examine(
    *, case_id: uuid.UUID, findings: Findings, by: Scope, at: datetime
) -> PermitApplication:
    """Write down what was found of each condition: (met, note) by condition.

    :raises UnableToMove: not under review, or `by` accepted the case
    :raises UnableToDecide: an unknown condition or result, or a change without a note
    """
    case = move_on(
        case_id=case_id, act="examine", by=by, at=at,
        told={key: eligibility.MET_TITLES.get(met, met) for key, (met, _note) in findings.items()},
    )  # fmt: skip
    for check in EligibilityCheck.objects.select_for_update().filter(case=case):
        if check.condition in findings:
            _find(check, *findings[check.condition], by=by, at=at)
    return case


def _find(check: EligibilityCheck, met: str, note: str, *, by: Scope, at: datetime) -> None:
    note = note.strip()
    if met not in set(Met):
        raise UnableToDecide("请选择符合、不符合或未证明")
    if (met, note) == (check.met, check.note):
        return
    if met != Met.UNPROVEN and not note:
        title = eligibility.TITLES[check.condition]
        raise UnableToDecide(f"{title}：请写明凭什么认定{eligibility.MET_TITLES[met]}")
    check.met, check.note, check.source = met, note, "审查认定"
    check.checked_by_name, check.checked_at = by.user_name, at
    check.save(update_fields=["met", "note", "source", "checked_by_name", "checked_at"])


@transaction.atomic
def review(
    *, case_id: uuid.UUID, result: str, opinion: str, by: Scope, at: datetime
) -> PermitApplication:
    """Conclude the review and send the case to the approver.

    :raises UnableToDecide: the conditions do not bear the result, or no opinion is given
    :raises UnableToMove: not under review, or `by` accepted the case
    """
    opinion = opinion.strip()
    if not opinion:
        raise UnableToDecide("请写明审查意见")
    case = move_on(
        case_id=case_id, act="review", by=by, at=at, reason=opinion,
        stamps={"reviewed_at": at, "reviewed_by": by.user_id, "reviewed_by_name": by.user_name,
                "review_result": result, "review_opinion": opinion},
    )  # fmt: skip
    verdict = verdict_of(case)
    if result == PermitApplication.Review.PASS and verdict != Met.YES:
        raise UnableToDecide("条件还没有全部证明，不能按“符合条件”报送审批")
    if result == PermitApplication.Review.FAIL and verdict == Met.YES:
        raise UnableToDecide("各项条件均已认定符合，不能按“不符合条件”报送审批")
    return case


def decide(
    *,
    case_id: uuid.UUID,
    approve: bool,
    by: Scope,
    at: datetime,
    refusal_reason: str = "",
    remedy: str = REMEDY,
) -> PermitApplication:
    """Approve or refuse; neither the acceptor nor the reviewer decides.

    :raises UnableToDecide: approved against the review, or refused without reason or remedy
    :raises UnableToMove: not reviewed yet, or `by` had a hand in the case
    """
    reason, remedy = refusal_reason.strip(), remedy.strip()
    if not approve and not (reason and remedy):
        raise UnableToDecide("不予办理应同时写明理由和救济途径")
    with transaction.atomic():
        found = PermitApplication.objects.in_scope(by).select_for_update().get(pk=case_id)
        against = found.review_result == PermitApplication.Review.FAIL
        if approve and against and found.state != RECONSIDERATION:
            raise UnableToDecide("审查结论为不符合条件，不能批准；可不予办理")
        return move_on(
            case_id=case_id, act="approve" if approve else "refuse", by=by, at=at, reason=reason,
            stamps={"decided_at": at, "decided_by": by.user_id, "decided_by_name": by.user_name,
                    "refusal_reason": "" if approve else reason,
                    "remedy": "" if approve else remedy},
        )  # fmt: skip


def reconsider(*, case_id: uuid.UUID, ground: str, by: Scope, at: datetime) -> PermitApplication:
    """Take a request for reconsideration; somebody else than the first approver decides it.

    :raises UnableToMove: not refused, or no ground is given
    """
    if not ground.strip():
        raise UnableToDecide("请写明申请复议的理由")
    return move_on(
        case_id=case_id, act="reconsider", by=by, at=at, reason=ground.strip(),
        stamps={"reconsidered_at": at, "reconsideration_ground": ground.strip()},
    )  # fmt: skip


def verdict_of(case: PermitApplication) -> Met:
    """What the examined conditions amount to under the case's own rule."""
    rule = rule_on(case.rule.split()[0], case.applied_on)
    found = dict(EligibilityCheck.objects.filter(case=case).values_list("condition", "met"))
    return eligibility.judge(rule["conditions"], found)
