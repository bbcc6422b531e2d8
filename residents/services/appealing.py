"""Appeals of residents (诉求): heard, given to somebody who is not complained of, answered.

Paper: S-118; domain §3.21: handling clerk ≠ person complained of, answered within 15 days.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from portal import vault
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.acting import acting, reaching
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.records import new_id
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope, parent_of
from portal.rules.services import rule_on
from residents.appeals import ResidentAppeal
from residents.services.changing import today_of
from residents.services.errors import UnableToFollowUp

State, Against = ResidentAppeal.State, ResidentAppeal.Against
MOST_SAID, MOST_REPLIED = 500, 500


@dataclass(frozen=True)
class Voiced:
    """What somebody said, and how to answer them; name and contact may be left out.

    :param against_user: the account of the person complained of
    :param step: the step of the procedure complained of, in words
    """

    topic: str
    channel: str
    text: str
    received_on: date
    name: str = ""
    contact: str = ""
    against: str = Against.NOBODY.value
    against_user: int | None = None
    step: str = ""


def staff_of(unit: int, day: date) -> dict[int, str]:
    """Who holds a post in a unit: names by account."""
    held = Appointment.objects.filter(unit_id=unit, starts_on__lte=day).exclude(ends_on__lt=day)
    held = held.filter(user__is_active=True).order_by("user__name", "pk")
    return dict(held.values_list("user_id", "user__name"))


def appeal_handlers(appeal: ResidentAppeal, day: date) -> dict[int, str]:
    """Who may handle it: those of its unit whose office it is, without whoever it complains of."""
    held = handlers_at(appeal.committee_id, day)
    return {key: name for key, name in held.items() if key != appeal.against_user}


def handlers_at(unit: int, day: date) -> dict[int, str]:
    """Names by account of those of a unit who handle appeals."""
    roles = [key for key, role in ROLES.items() if Capability.HANDLE_APPEALS in role.capabilities]
    held = Appointment.objects.filter(
        unit_id=unit, role__in=roles, starts_on__lte=day, user__is_active=True
    ).exclude(ends_on__lt=day)
    return dict(held.order_by("user__name", "pk").values_list("user_id", "user__name"))


@transaction.atomic
def hear_appeal(*, voiced: Voiced, by: Scope, at: datetime) -> ResidentAppeal:
    """Take down an appeal; one against this unit or its staff goes to the unit above.

    :raises UnableToFollowUp: nothing said, a day to come, or nobody named where somebody is meant
    :raises NotAllowed: `by` does not handle appeals
    """
    require(by, Capability.HANDLE_APPEALS, by.unit)
    named = _against(voiced, by, at)
    if not voiced.text.strip():
        raise UnableToFollowUp("请写明诉求的内容", "text")
    if voiced.received_on > today_of(at):
        raise UnableToFollowUp("收到日期不能晚于今天", "received_on")
    rule = rule_on("appeal_deadlines", voiced.received_on)
    unit = _unit_for(voiced.against, by)
    row = ResidentAppeal(
        id=new_id(), committee_id=unit, topic=voiced.topic, channel=voiced.channel,
        against=voiced.against, against_name=named, heard_in=by.unit_name,
        against_user=voiced.against_user if voiced.against == Against.STAFF else None,
        received_on=voiced.received_on, received_at=at, received_by=by.user_name,
        due_on=voiced.received_on + timedelta(days=rule["reply_days"]), rule=rule.label,
    )  # fmt: skip
    body = {"text": voiced.text.strip()[:MOST_SAID], "name": voiced.name.strip()[:50],
            "contact": voiced.contact.strip()[:50]}  # fmt: skip
    row.sealed = vault.seal_file(json.dumps(body, ensure_ascii=False).encode(), row=row.pk)
    with acting(reaching(by, unit)):
        row.save(force_insert=True)
    _told("heard", row, by, at)
    return row


def _unit_for(against: str, by: Scope) -> int:
    """Whose it is: a unit does not handle what is said against itself or its people."""
    above = parent_of(by.unit) if against in (Against.STAFF, Against.UNIT) else None
    return by.unit if above is None else above


def _against(voiced: Voiced, by: Scope, at: datetime) -> str:
    if voiced.against == Against.STAFF:
        name = staff_of(by.unit, today_of(at)).get(voiced.against_user or 0)
        if name is None:
            raise UnableToFollowUp("请选择反映的是哪位工作人员", "against_user")
        return name
    if voiced.against == Against.STEP:
        if not voiced.step.strip():
            raise UnableToFollowUp("请写明是哪个办事环节", "step")
        return voiced.step.strip()[:60]
    return by.unit_name if voiced.against == Against.UNIT else ""


def appeal_words(row: ResidentAppeal) -> Mapping[str, str]:
    """What was said, by whom, how to reach them; a sentence where it cannot be opened."""
    try:
        told: dict[str, str] = json.loads(vault.opened_file(bytes(row.sealed), row=row.pk))
    except vault.UnableToOpen:
        return {"text": "诉求内容打不开，请联系系统管理员", "name": "", "contact": ""}
    return told


@transaction.atomic
def assign_appeal(*, appeal_id: Any, handler_id: int, by: Scope, at: datetime) -> ResidentAppeal:
    """Give an appeal to somebody of the unit, or to another one.

    :raises UnableToFollowUp: answered already, nobody of the unit, or whom it complains of
    :raises NotAllowed: `by` does not handle appeals there
    """
    row = _locked(appeal_id, by)
    if row.state == State.ANSWERED:
        raise UnableToFollowUp(f"这件诉求已由{row.answered_by}答复")
    if handler_id == row.against_user:
        raise UnableToFollowUp("承办人不能是被反映的人", "handler")
    name = appeal_handlers(row, today_of(at)).get(handler_id)
    if name is None:
        raise UnableToFollowUp("请选择本单位办理诉求的人", "handler")
    row.state, row.handler_id, row.handler = State.ASSIGNED.value, handler_id, name
    row.save(update_fields=["state", "handler_id", "handler"])
    _told("assigned", row, by, at)
    return row


@transaction.atomic
def assign_appeals(*, appeal_ids: Iterable[Any], handler_id: int, by: Scope, at: datetime) -> Done:
    """Give several appeals of this unit to one person; those that complain of them are left.

    :raises UnableToFollowUp: nobody of the unit
    :raises NotAllowed: `by` does not handle appeals
    """
    require(by, Capability.HANDLE_APPEALS)
    if handler_id not in handlers_at(by.unit, today_of(at)):
        raise UnableToFollowUp("请选择本单位办理诉求的人", "handler")
    rows = ResidentAppeal.objects.shown_to(by).filter(pk__in=list(appeal_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_assigned(row, by)],
        lambda key: assign_appeal(appeal_id=key, handler_id=handler_id, by=by, at=at),
        (UnableToFollowUp,),
    )


def why_not_assigned(row: ResidentAppeal, by: Scope) -> str:
    """Why an appeal stays as it is when several are given to one person; blank when it is given."""
    if not row.is_open:
        return str(row.get_state_display())
    return "" if row.committee_id == by.unit else "由办理单位自己分办"


@transaction.atomic
def answer_appeal(
    *, appeal_id: Any, result: str, reply: str, by: Scope, at: datetime
) -> ResidentAppeal:
    """Answer it; whoever answers is its handler if nobody was.

    :raises UnableToFollowUp: answered already, no result or words
    :raises NotAllowed: `by` does not handle appeals there
    """
    row = _locked(appeal_id, by)
    if row.state == State.ANSWERED:
        raise UnableToFollowUp(f"这件诉求已由{row.answered_by}答复")
    if result not in ResidentAppeal.Result.values:
        raise UnableToFollowUp("请选择结果", "result")
    if not reply.strip():
        raise UnableToFollowUp("请写明答复", "reply")
    if row.handler_id is None:
        row.handler_id, row.handler = by.user_id, by.user_name
    row.state, row.result, row.reply = State.ANSWERED.value, result, reply.strip()[:MOST_REPLIED]
    row.answered_at, row.answered_on, row.answered_by = at, today_of(at), by.user_name
    row.save()
    _told("answered", row, by, at, reason=row.reply)
    return row


def _locked(appeal_id: Any, by: Scope) -> ResidentAppeal:
    """:raises DoesNotExist: out of sight, as what complains of `by` is"""
    row = ResidentAppeal.objects.shown_to(by).select_for_update().get(pk=appeal_id)
    require(by, Capability.HANDLE_APPEALS, row.committee_id)
    return row


def _told(act: str, row: ResidentAppeal, by: Scope, at: datetime, *, reason: str = "") -> None:
    """The trail tells the topic and the course, never what was said or by whom."""
    changes = {
        "topic": row.get_topic_display(), "against": row.get_against_display(),
        "assigned": row.handler, "result": row.get_result_display(),
    }  # fmt: skip
    record(
        f"residents.appeal_{act}", by=by, at=at, target=row, committee=row.committee_id,
        reason=reason, changes={key: value for key, value in changes.items() if value},
    )  # fmt: skip


def unit_above(by: Scope) -> str:
    """The name of the unit that an appeal against this one goes to."""
    above = parent_of(by.unit)
    if above is None:
        return by.unit_name
    return OrgUnit.objects.values_list("name", flat=True).get(code=above)
