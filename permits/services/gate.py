"""The one gate through which a case moves: state, right, separate hands, stamp, trail.

Paper: S-96, S-99.
"""

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from permits import transitions
from permits.models import PermitApplication
from permits.services.errors import UnableToMove
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

#: Whose act it is.
NEEDED: dict[str, Capability] = {
    **dict.fromkeys(
        ("accept", "notify_missing", "transfer", "withdraw", "reconsider", "make", "issue",
         "collect"),
        Capability.RECEIVE_PERMITS,
    ),
    **dict.fromkeys(("examine", "review"), Capability.REVIEW_PERMITS),
    **dict.fromkeys(("approve", "refuse"), Capability.DECIDE_PERMITS),
}  # fmt: skip
DECISIONS = frozenset({"approve", "refuse"})
EXAMINING = frozenset({"examine", "review"})


@transaction.atomic
def move_on(
    *,
    case_id: uuid.UUID,
    act: str,
    by: Scope,
    at: datetime,
    stamps: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
    reason: str = "",
) -> PermitApplication:
    """Move one case by one act, with its stamps, and write that it happened.

    :param stamps: columns that the act sets
    :param told: what the trail says besides the two states
    :raises UnableToMove: the act does not follow from this state, or the person had a hand in it
    :raises NotAllowed: `by` may not do this, or not there
    """
    case = _locked(case_id, by)
    require(by, NEEDED[act], case.committee_id)
    check_may_move(case, act, by)
    before = case.state
    case.state = transitions.MOVES[before][act]
    case.version += 1
    for name, value in (stamps or {}).items():
        setattr(case, name, value)
    try:
        with transaction.atomic():
            case.save(update_fields=["state", "version", *(stamps or {})])
    except IntegrityError as error:
        raise UnableToMove("该人员已有在办的居住证件，不能再办这一件") from error
    titles = transitions.TITLES
    record(
        "permits.moved_on", by=by, at=at, target=case, committee=case.committee_id,
        subjects=[case.applicant_id], reason=reason,
        changes={"act": transitions.ACTS[act], "state": [titles[before], titles[case.state]],
                 **(told or {})},
    )  # fmt: skip
    return case


def _locked(case_id: uuid.UUID, by: Scope) -> PermitApplication:
    """The case in scope, locked for the rest of the transaction.

    :raises PermitApplication.DoesNotExist: absent or out of sight, which look the same
    """
    return PermitApplication.objects.in_scope(by).select_for_update(of=("self",)).get(pk=case_id)


def check_may_move(case: PermitApplication, act: str, by: Scope) -> None:
    """:raises UnableToMove: the act does not follow, or this person may not be the one"""
    if not transitions.may(case.state, act):
        state = transitions.TITLES[case.state]
        raise UnableToMove(f"办件{state}，不能{transitions.ACTS[act]}；请刷新后查看最新环节")
    if act in EXAMINING:
        _check_examiner(case, by)
    elif act in DECISIONS:
        _check_approver(case, by)


def _check_examiner(case: PermitApplication, by: Scope) -> None:
    if by.user_id == case.accepted_by:
        raise UnableToMove("受理人不能审查自己受理的办件")
    if case.reviewed_at is not None:
        raise UnableToMove("这一件已报送审批，不能再改审查情况")


def _check_approver(case: PermitApplication, by: Scope) -> None:
    if by.user_id in {case.accepted_by, case.reviewed_by}:
        raise UnableToMove("受理人、审查人不能审批同一办件")
    if case.state == transitions.RECONSIDERATION and by.user_id == case.decided_by:
        raise UnableToMove("原审批人不能决定同一办件的复议")
    if case.reviewed_at is None:
        raise UnableToMove("还没有审查结论，不能审批")
