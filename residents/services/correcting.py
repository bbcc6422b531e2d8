"""What residents ask about their own data: taken down, decided in time, answered in writing.

A correction that is granted is carried out by the register's own change (`update_resident`), in
the same transaction as the answer. What was asked is sealed.

Paper: domain §3.37 (个人信息保护法 第四十四条至第五十条).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from portal import vault
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from residents.intake import TITLES
from residents.models import CorrectionRequest, Resident
from residents.services.changing import remember_elsewhere, today_of, update_resident
from residents.services.errors import FoundElsewhere, UnableToFollowUp

Kind, State, Result = (
    CorrectionRequest.Kind, CorrectionRequest.State, CorrectionRequest.Result,
)  # fmt: skip
#: Kinds that change the register when they are granted, and what they say of the field.
CHANGING = (Kind.CORRECT.value, Kind.COMPLETE.value, Kind.DELETE.value)
#: What a resident may ask to have corrected; what the register derives itself is not among it.
FIELDS = {key: title for key, title in TITLES.items() if key not in ("as_printed", "note")}
MOST_ANSWERED = 300


@dataclass(frozen=True)
class Asked:
    """A request as it was made at the counter or on the telephone.

    :param wanted: the value that they say is right; blank for other kinds
    """

    requester: str
    check_method: str
    kind: str
    statement: str
    evidence: str
    received_on: date
    field: str = ""
    wanted: str = ""


@transaction.atomic
def receive_correction(
    *, resident_id: Any, asked: Asked, by: Scope, at: datetime
) -> CorrectionRequest:  # fmt: skip
    """Take down what somebody asks about themselves.

    :raises UnableToFollowUp: no statement, no field where one is needed, a day to come
    :raises NotAllowed: `by` may not edit residents there
    """
    resident = Resident.objects.in_scope(by).select_for_update().get(pk=resident_id)
    require(by, Capability.EDIT_RESIDENTS, resident.committee_id)
    _check(asked, at)
    rule = rule_on("correction_deadlines", asked.received_on)
    row = CorrectionRequest(
        id=new_id(), committee_id=resident.committee_id, resident=resident, name=resident.name,
        requester=asked.requester, check_method=asked.check_method, kind=asked.kind,
        field=asked.field if asked.kind in CHANGING else "", evidence=asked.evidence,
        received_on=asked.received_on, received_at=at, received_by=by.user_name,
        due_on=asked.received_on + timedelta(days=rule["decide_days"]), rule=rule.label,
    )  # fmt: skip
    body = {"statement": asked.statement.strip(), "wanted": asked.wanted.strip()}
    row.sealed = vault.seal_file(json.dumps(body, ensure_ascii=False).encode(), row=row.pk)
    row.save(force_insert=True)
    _told("received", row, by, at)
    return row


def _check(asked: Asked, at: datetime) -> None:
    if not asked.statement.strip():
        raise UnableToFollowUp("请写明申请的内容和理由", "statement")
    if asked.received_on > today_of(at):
        raise UnableToFollowUp("收到日期不能晚于今天", "received_on")
    if asked.kind in CHANGING and asked.field not in FIELDS:
        raise UnableToFollowUp("请选择是哪一项内容", "field")
    if asked.kind in (Kind.CORRECT, Kind.COMPLETE) and not asked.wanted.strip():
        raise UnableToFollowUp("请填写应为什么内容", "wanted")


def correction_words(row: CorrectionRequest) -> dict[str, str]:
    """What was asked, and the value that was wanted; a sentence where it cannot be opened."""
    try:
        told: dict[str, str] = json.loads(vault.opened_file(bytes(row.sealed), row=row.pk))
    except vault.UnableToOpen:
        return {"statement": "申请内容打不开，请联系系统管理员", "wanted": ""}
    return told


def decide_correction(
    *, request_id: Any, granted: bool, answer: str, by: Scope, at: datetime, version: str = "",
    value: str = "",
) -> CorrectionRequest:  # fmt: skip
    """Answer a request; granted, the register is changed in the same act.

    :param version: `version_of` the person as it was when the page was opened
    :param value: the value that goes into the register, as it was checked
    :raises UnableToFollowUp: decided already, no reason given, or nothing to put in
    :raises UnableToUpdate: the register does not take the value
    :raises StaleVersion: the person was changed in between
    :raises NotAllowed: `by` may not edit residents there
    """
    try:
        with transaction.atomic():
            row = _locked(request_id, by)
            if row.state != State.RECEIVED:
                raise UnableToFollowUp(
                    f"这项申请已由{row.decided_by}答复（{row.get_result_display()}）"
                )
            if not answer.strip():
                raise UnableToFollowUp("请写明答复的内容和理由", "answer")
            if granted and row.kind in CHANGING:
                _carry_out(row, value.strip(), answer.strip(), version, by, at)
            row.state = State.DECIDED.value
            row.result = (Result.GRANTED if granted else Result.REFUSED).value
            row.answer = answer.strip()[:MOST_ANSWERED]
            row.decided_at, row.decided_by, row.decided_where = at, by.user_name, by.unit_name
            row.save()
            _told("decided", row, by, at, reason=row.answer)
            return row
    except FoundElsewhere as found:  # the trail tells of it although the act is undone
        remember_elsewhere(found, by=by, at=at)
        raise


def _carry_out(
    row: CorrectionRequest, value: str, answer: str, version: str, by: Scope, at: datetime
) -> None:
    """The change itself, with the request as its reason."""
    if row.kind != Kind.DELETE and not value:
        raise UnableToFollowUp("请填写更正后的内容", "value")
    update_resident(
        resident_id=row.resident_id, version=version,
        told={row.field: "" if row.kind == Kind.DELETE else value},
        reason=f"{row.get_kind_display()}申请：{answer}"[:200], by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def deliver_correction(
    *, request_id: Any, delivered_on: date, by: Scope, at: datetime
) -> CorrectionRequest:  # fmt: skip
    """Note the day on which the written answer was handed over.

    :raises UnableToFollowUp: not decided, delivered already, or a day out of order
    :raises NotAllowed: `by` may not edit residents there
    """
    row = _locked(request_id, by)
    if row.state != State.DECIDED or row.decided_at is None:
        raise UnableToFollowUp(f"这项申请{row.get_state_display()}，不能登记送达")
    if not today_of(row.decided_at) <= delivered_on <= today_of(at):
        raise UnableToFollowUp("送达日期应在答复以后、今天以前", "delivered_on")
    row.state, row.delivered_on = State.DELIVERED.value, delivered_on
    row.save(update_fields=["state", "delivered_on"])
    _told("delivered", row, by, at)
    return row


@transaction.atomic
def deliver_corrections(
    *, request_ids: Iterable[Any], delivered_on: date, by: Scope, at: datetime
) -> Done:  # fmt: skip
    """Note for several requests that their answers were handed over; others are left.

    :raises NotAllowed: `by` edits no residents
    """
    require(by, Capability.EDIT_RESIDENTS)
    rows = CorrectionRequest.objects.in_scope(by).filter(pk__in=list(request_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_delivered(row)],
        lambda key: deliver_correction(
            request_id=key, delivered_on=delivered_on, by=by, at=at
        ),
        (UnableToFollowUp,),
    )  # fmt: skip


def why_not_delivered(row: CorrectionRequest) -> str:
    """Why a request stays as it is when many answers are handed over; blank when it is noted."""
    if row.state == State.DECIDED:
        return ""
    return "还没有答复" if row.state == State.RECEIVED else "已送达"


def _locked(request_id: Any, by: Scope) -> CorrectionRequest:
    row = CorrectionRequest.objects.in_scope(by).select_for_update().get(pk=request_id)
    require(by, Capability.EDIT_RESIDENTS, row.committee_id)
    return row


def _told(
    act: str, row: CorrectionRequest, by: Scope, at: datetime, *, reason: str = ""
) -> None:  # fmt: skip
    changes = {
        "correction": row.get_kind_display(), "field": FIELDS.get(row.field, ""),
        "state": row.get_state_display(), "result": row.get_result_display(),
    }  # fmt: skip
    record(
        f"residents.correction_{act}", by=by, at=at, target=row, committee=row.committee_id,
        subjects=[row.resident_id], reason=reason,
        changes={key: value for key, value in changes.items() if value},
    )  # fmt: skip
