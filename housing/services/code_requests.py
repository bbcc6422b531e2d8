"""House codes by two people: a committee asks, the street decides, and then it is done (S-81)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from housing.code_requests import HouseCodeRequest
from housing.models import Building, DwellingUnit
from housing.services import code_events
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToCode, sentence_of
from housing.services.house_codes import (
    assign_building_codes,
    assign_house_code,
    check_code,
    correct_house_code,
)
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

Kind = HouseCodeRequest.Kind
State = HouseCodeRequest.State
RULE = "code_deadlines"


@dataclass(frozen=True)
class CodeAsk:
    """What is asked for: a new code (blank: the register's own), rooms, and why."""

    kind: str
    code: str = ""
    rooms: str = ""
    reason: str = ""


@transaction.atomic
def ask_code_event(
    *, dwelling_id: uuid.UUID, ask: CodeAsk, by: Scope, at: datetime
) -> HouseCodeRequest:
    """Ask the street for an event of one dwelling's code.

    :raises UnableToCode: what could not be carried out as things stand, or asked for already
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.EDIT_HOUSING, dwelling.committee_id)
    _check(dwelling, ask)
    return _enter(
        HouseCodeRequest(
            committee_id=dwelling.committee_id, building_id=dwelling.building_id,
            dwelling=dwelling, place=dwelling.address, old_code=dwelling.house_code,
            kind=ask.kind, code=ask.code.strip(), rooms=ask.rooms.strip(),
            reason=ask.reason.strip()[:200],
        ), by, at,
    )  # fmt: skip


@transaction.atomic
def ask_building_codes(*, building_id: uuid.UUID, by: Scope, at: datetime) -> HouseCodeRequest:
    """Ask the street for final codes of every dwelling of a building that waits for one.

    :raises UnableToCode: none waits, or it has been asked for already
    """
    building = Building.objects.in_scope(by).select_for_update().get(pk=building_id)
    require(by, Capability.EDIT_HOUSING, building.committee_id)
    waiting = building.dwellings.filter(status="active").exclude(code_state="final").count()
    if not waiting:
        raise UnableToCode("这幢楼的房屋都已有正式编码")
    return _enter(
        HouseCodeRequest(
            committee_id=building.committee_id, building=building, place=building.name,
            kind=Kind.BUILDING, reason=f"{waiting} 套待赋正式码",
        ), by, at,
    )  # fmt: skip


def _enter(request: HouseCodeRequest, by: Scope, at: datetime) -> HouseCodeRequest:
    request.asked_by, request.asked_name, request.asked_at = by.user_id or 0, by.user_name, at
    request.due_on = _deadline(at)
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as refusal:
        raise UnableToCode(*sentence_of(refusal)) from refusal
    _tell("housing.code_asked", request, by, at, reason=request.reason)
    return request


def _deadline(at: datetime) -> date:
    today = timezone.localdate(at)
    return add_working_days(today, rule_on(RULE, today)["decide"])


def _check(dwelling: DwellingUnit, ask: CodeAsk) -> None:
    """:raises UnableToCode: the event could not be carried out as things stand"""
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise UnableToCode("这套房屋已不在册")
    if ask.kind != Kind.ASSIGN and not ask.reason.strip():
        raise UnableToCode("写明事由", "reason")
    if ask.kind in {Kind.ASSIGN, Kind.CORRECT}:
        check_code(dwelling, ask.code, correcting=ask.kind == Kind.CORRECT)
    elif ask.kind == Kind.SPLIT:
        code_events.parts_of(dwelling, ask.rooms)
    elif ask.kind == Kind.MERGE:
        code_events.others_of(dwelling, ask.rooms)
    elif ask.kind == Kind.RETIRE:
        code_events.check_empty(dwelling)
    else:
        raise UnableToCode("请选择要办的事项", "kind")


@transaction.atomic
def decide_code_request(
    *, request_id: uuid.UUID, agreed: bool, answer: str, by: Scope, at: datetime
) -> HouseCodeRequest:
    """The street's word; agreed, it is carried out in the same transaction.

    :raises UnableToCode: decided already, nobody but another person may, returned without a
        reason, or it can no longer be carried out
    :raises NotAllowed: `by` does not decide on codes
    """
    request = _locked(request_id, by)
    require(by, Capability.APPROVE_CODES, request.committee_id)
    if by.user_id == request.asked_by:
        raise NotAllowed("申请人不能审批自己的申请")
    if not agreed and not answer.strip():
        raise UnableToCode("退回要写明理由", "answer")
    if agreed:
        request.outcome = _carry_out(request, by, at)[:200]
    request.state = State.APPROVED if agreed else State.RETURNED
    request.decided_by, request.decided_name, request.decided_at = by.user_id, by.user_name, at
    request.answer = answer.strip()[:200]
    request.save(
        update_fields=["state", "decided_by", "decided_name", "decided_at", "answer", "outcome"]
    )
    action = "housing.code_agreed" if agreed else "housing.code_returned"
    _tell(action, request, by, at, reason=request.answer)
    return request


@transaction.atomic
def approve_code_requests(
    *, request_ids: Iterable[uuid.UUID], answer: str, by: Scope, at: datetime
) -> Done:
    """Agree to several requests and carry each out; those that cannot be are left as they are.

    :raises NotAllowed: `by` does not decide on codes
    """
    return _decide_several(request_ids, answer, by, at, agreed=True)


@transaction.atomic
def return_code_requests(
    *, request_ids: Iterable[uuid.UUID], answer: str, by: Scope, at: datetime
) -> Done:
    """Return several requests for one reason; those that cannot be are left as they are.

    :raises UnableToCode: no reason
    :raises NotAllowed: `by` does not decide on codes
    """
    if not answer.strip():
        raise UnableToCode("退回要写明理由", "answer")
    return _decide_several(request_ids, answer, by, at, agreed=False)


def _decide_several(
    request_ids: Iterable[uuid.UUID], answer: str, by: Scope, at: datetime, *, agreed: bool
) -> Done:
    require(by, Capability.APPROVE_CODES)
    rows = HouseCodeRequest.objects.in_scope(by).filter(pk__in=list(request_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_decided(row, by)],
        lambda key: decide_code_request(
            request_id=key, agreed=agreed, answer=answer, by=by, at=at
        ),
        (UnableToCode,),
    )  # fmt: skip


def why_not_decided(request: HouseCodeRequest, by: Scope) -> str:
    """Why a request stays as it is when many are decided on; blank when it is decided."""
    if not request.waits:
        return str(request.get_state_display())
    return "自己提出的，由另一人审批" if request.asked_by == by.user_id else ""


@transaction.atomic
def withdraw_code_request(*, request_id: uuid.UUID, by: Scope, at: datetime) -> HouseCodeRequest:
    """Take back a request that nobody has decided on; any colleague of the committee may."""
    request = _locked(request_id, by)
    require(by, Capability.EDIT_HOUSING, request.committee_id)
    request.state = State.WITHDRAWN
    request.save(update_fields=["state"])
    _tell("housing.code_withdrawn", request, by, at)
    return request


def _locked(request_id: uuid.UUID, by: Scope) -> HouseCodeRequest:
    rows = HouseCodeRequest.objects.in_scope(by).select_for_update()
    request = rows.get(pk=request_id)
    if not request.waits:
        raise UnableToCode(f"这项申请{request.get_state_display()}，不能再办理")
    return request


def _carry_out(request: HouseCodeRequest, by: Scope, at: datetime) -> str:
    """Do what was asked for; what came of it, in words."""
    if request.dwelling_id is None:
        coded, left = assign_building_codes(building_id=request.building_id, by=by, at=at)
        rest = f"，{left} 套室号不是数字，要逐套申请" if left else ""
        return f"已赋正式码 {coded} 套{rest}"
    dwelling = _locked_dwelling(dwelling_id=request.dwelling_id, by=by)
    ask = CodeAsk(request.kind, request.code, request.rooms, request.reason)
    _check(dwelling, ask)
    return _carry_out_one(dwelling, ask, by, at)


def _carry_out_one(dwelling: DwellingUnit, ask: CodeAsk, by: Scope, at: datetime) -> str:
    if ask.kind == Kind.SPLIT:
        parts = code_events.split(dwelling, ask.rooms, ask.reason, by, at)
        return "拆分为 " + "、".join(f"{part.room_no} {part.house_code}" for part in parts)
    if ask.kind == Kind.MERGE:
        count = code_events.merge(
            dwelling=dwelling, rooms=ask.rooms, reason=ask.reason, by=by, at=at
        )
        return f"已并入 {count} 套，编码 {dwelling.house_code} 不变"
    if ask.kind == Kind.RETIRE:
        code_events.retire(dwelling, ask.reason, by, at)
        return f"编码 {dwelling.house_code or '（无）'} 已停用"
    act = correct_house_code if ask.kind == Kind.CORRECT else assign_house_code
    coded = act(dwelling_id=dwelling.pk, code=ask.code, reason=ask.reason, by=by, at=at)
    return f"编码 {coded.house_code}"


def _tell(
    action: str, request: HouseCodeRequest, by: Scope, at: datetime, reason: str = ""
) -> None:
    told = {"kind": request.get_kind_display(), "code": request.code, "outcome": request.outcome}
    record(
        action, by=by, at=at, target=request, committee=request.committee_id, reason=reason,
        changes={name: value for name, value in told.items() if value},
    )  # fmt: skip
