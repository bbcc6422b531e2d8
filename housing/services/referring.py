"""Referrals to departments: facts about a place, two deadlines, and what came back (S-131).

A dwelling found not lawful is referred like any other; its people are helped first. Paper: S-86.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from housing.models import DwellingUnit, EnforcementSite, Referral
from housing.rectifying import (
    DEPARTMENTS,
    PERSON_FIELDS,
    REFERRAL,
    REFERRAL_KINDS,
    REFERRAL_RULE,
    may_go,
    title_of,
)
from housing.services.errors import UnableToRectify, sentence_of
from housing.services.visits import words
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

State = Referral.State
Refused = UnableToRectify


@dataclass(frozen=True, kw_only=True)
class ReferralTold:
    """A letter: to whom, about what, by which clause.

    :param person_fields: reasons by field of a person that goes along; none by default
    """

    number: str
    department: str
    kind: str
    facts: str
    law_clause: str
    sent_on: date
    person_fields: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def send_referral(
    *, told: ReferralTold, by: Scope, at: datetime, dwelling_id: uuid.UUID | None = None,
    site_id: uuid.UUID | None = None,
) -> Referral:  # fmt: skip
    """Hand facts about a dwelling or a site on to a department.

    :raises UnableToRectify: what cannot be sent, at its field
    :raises NotAllowed: `by` does not run campaigns there
    """
    of: DwellingUnit | EnforcementSite
    if dwelling_id is not None:
        of = DwellingUnit.objects.in_scope(by).get(pk=dwelling_id)
        place = of.address
    elif site_id is not None:
        of = EnforcementSite.objects.in_scope(by).get(pk=site_id)
        place = of.place
    else:
        raise Refused("抄告要有具体的房屋或点位")
    require(by, Capability.RUN_CAMPAIGNS, of.committee_id)
    _check(told, timezone.localdate(at))
    rule = rule_on(REFERRAL_RULE, told.sent_on)
    receipt = add_working_days(told.sent_on, int(rule["receipt"]))
    made = Referral(
        committee_id=of.committee_id, number=told.number.strip(), department=told.department,
        kind=told.kind, dwelling_id=dwelling_id, site_id=site_id, place=place,
        facts=words(told.facts, "facts", "写明事实", Refused, 500),
        law_clause=told.law_clause.strip()[:100], person_fields=_fields(told),
        sent_on=told.sent_on, sent_by=by.user_name, rule=rule.label, receipt_due=receipt,
        feedback_due=add_working_days(told.sent_on, int(rule["feedback"])), due_on=receipt,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refusal:
        raise Refused(*sentence_of(refusal)) from refusal
    _tell("sent", made, by, at, made.law_clause)
    return made


def _check(told: ReferralTold, today: date) -> None:
    if not told.number.strip():
        raise Refused("填写文号", "number")
    if told.department not in dict(DEPARTMENTS):
        raise Refused("请选择接收部门", "department")
    if told.kind not in dict(REFERRAL_KINDS):
        raise Refused("请选择类型", "kind")
    if not told.law_clause.strip():
        raise Refused("写明依据的条款", "law_clause")
    if told.sent_on > today:
        raise Refused("发出日期晚于今天", "sent_on")


def _fields(told: ReferralTold) -> list[dict[str, str]]:
    """The fields of a person that go along, each with its reason.

    :raises UnableToRectify: a field that never goes along, or one without a reason
    """
    chosen = []
    for key, reason in told.person_fields.items():
        if key not in dict(PERSON_FIELDS):
            raise Refused("证件号等信息不随抄告提供")
        title = title_of(PERSON_FIELDS, key)
        needed = f"写明为什么要提供{title}，没有必要的不提供"
        chosen.append({"field": key, "reason": words(reason, key, needed, Refused)})
    return chosen


@transaction.atomic
def receive_referral(
    *, referral_id: uuid.UUID, received_on: date, by: Scope, at: datetime
) -> Referral:
    """The department has signed for it."""
    row, today = _locked(referral_id, by), timezone.localdate(at)
    _check_next(row, State.RECEIVED)
    _check_day(row, received_on, today, "received_on")
    row.received_on, row.due_on, row.state = received_on, row.feedback_due, State.RECEIVED.value
    row.save()
    _tell("received", row, by, at)
    return row


@transaction.atomic
def receive_referrals(
    *, referral_ids: Iterable[uuid.UUID], received_on: date, by: Scope, at: datetime
) -> Done:
    """The department has signed for several on one day; others are left.

    :raises UnableToRectify: a day to come
    :raises NotAllowed: `by` does not run campaigns
    """
    require(by, Capability.RUN_CAMPAIGNS)
    if received_on > timezone.localdate(at):
        raise Refused("签收日期晚于今天", "received_on")
    rows = Referral.objects.in_scope(by).filter(pk__in=list(referral_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_received(row)],
        lambda key: receive_referral(referral_id=key, received_on=received_on, by=by, at=at),
        (UnableToRectify,),
    )


def why_not_received(referral: Referral) -> str:
    """Why a referral stays as it is when several are signed for; blank when it is."""
    return "" if referral.state == State.SENT else str(referral.get_state_display())


@transaction.atomic
def handle_referral(*, referral_id: uuid.UUID, by: Scope, at: datetime) -> Referral:
    """The department says that it is at work."""
    row = _locked(referral_id, by)
    _check_next(row, State.HANDLING)
    row.state = State.HANDLING.value
    row.save(update_fields=["state"])
    _tell("handling", row, by, at)
    return row


@transaction.atomic
def note_feedback(
    *, referral_id: uuid.UUID, fed_back_on: date, feedback: str, by: Scope, at: datetime
) -> Referral:
    """What the department did."""
    row, today = _locked(referral_id, by), timezone.localdate(at)
    _check_next(row, State.FED_BACK)
    _check_day(row, fed_back_on, today, "fed_back_on")
    row.feedback = words(feedback, "feedback", "写明反馈内容", Refused, 500)
    row.fed_back_on, row.state = fed_back_on, State.FED_BACK.value
    row.due_on = add_working_days(today, int(rule_on(REFERRAL_RULE, today)["close"]))
    row.save()
    _tell("fed_back", row, by, at)
    return row


@transaction.atomic
def return_referral(
    *, referral_id: uuid.UUID, returned_reason: str, by: Scope, at: datetime
) -> Referral:
    """The department does not take it; its reason stays."""
    row = _locked(referral_id, by)
    _check_next(row, State.RETURNED)
    row.returned_reason = words(returned_reason, "returned_reason", "写明退回理由", Refused)
    row.state = State.RETURNED.value
    _end(row, by, at)
    _tell("returned", row, by, at, row.returned_reason)
    return row


@transaction.atomic
def close_referral(*, referral_id: uuid.UUID, by: Scope, at: datetime) -> Referral:
    """End a referral whose answer has been read."""
    row = _locked(referral_id, by)
    _check_next(row, State.CLOSED)
    row.state = State.CLOSED.value
    _end(row, by, at)
    _tell("closed", row, by, at)
    return row


def _end(row: Referral, by: Scope, at: datetime) -> None:
    row.closed_by, row.closed_on = by.user_name, timezone.localdate(at)
    row.save()


def _check_day(row: Referral, day: date, today: date, field_name: str) -> None:
    earliest = row.received_on or row.sent_on
    if not earliest <= day <= today:
        raise Refused("日期应在发出、签收之后，今天以前", field_name)


def _check_next(row: Referral, following: str) -> None:
    if not may_go(REFERRAL, row.state, following):
        raise Refused(f"这件抄告{row.get_state_display()}，现在不能这样办")


def _locked(referral_id: uuid.UUID, by: Scope) -> Referral:
    row = Referral.objects.in_scope(by).select_for_update().get(pk=referral_id)
    require(by, Capability.RUN_CAMPAIGNS, row.committee_id)
    return row


def _tell(act: str, row: Referral, by: Scope, at: datetime, reason: str = "") -> None:
    record(
        f"housing.referral_{act}", by=by, at=at, target=row, committee=row.committee_id,
        reason=reason, changes={"department": row.get_department_display()},
    )  # fmt: skip
