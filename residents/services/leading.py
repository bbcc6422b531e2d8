"""Discovery leads: told, given to somebody, looked into, and ended by what the register shows.

A confirmed lead ends with the register's own acts (`register_for_lead`), so that what came of it
is a record and not a remark; one lead ends once, whoever presses first.

Paper: S-64.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from housing.models import DwellingUnit
from portal import vault
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.records import new_id
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.rules.services import Rule, rule_on
from portal.rules.working_days import add_working_days
from residents.discovery import CONFIRMED, FORCE_CHANNELS, UnfitWords, check_words, may_follow
from residents.models import Lead, Residence
from residents.phones import PhoneProblem, normalise_phone
from residents.services.changing import remember_elsewhere, today_of
from residents.services.errors import FoundElsewhere, UnableToFollowUp

State, Result = Lead.State, Lead.Result
UNREADABLE = "说明打不开，请联系系统管理员"


@dataclass(frozen=True)
class LeadTold:
    """What somebody tells: where, what kind of change, in their words.

    :param contact: how to reach whoever told it, a telephone number; blank when they would not say
    """

    kind: str
    place: str
    text: str
    channel: str
    subject: str = Lead.Subject.PERSON.value
    contact: str = ""
    priority: str = Lead.Priority.MID.value


@dataclass(frozen=True)
class Registered:
    """What an act on the register came to: its kind, where, and whom it concerns."""

    result: str
    dwelling_id: UUID
    people: tuple[UUID, ...] = ()


@transaction.atomic
def submit_lead(
    *, told: LeadTold, by: Scope, at: datetime, dwelling_id: Any = None
) -> Lead:  # fmt: skip
    """Tell of a change; whoever only reports names the place in words.

    :param dwelling_id: the dwelling, where whoever tells may see the register
    :raises UnableToFollowUp: words that a lead may not hold, or no committee to look into it
    :raises NotAllowed: `by` may not report, or not there
    """
    require(by, Capability.SUBMIT_LEADS)
    sees = by.may(Capability.VIEW_REGISTER)
    if not sees and told.channel not in FORCE_CHANNELS:
        raise UnableToFollowUp("请选择你的身份", "channel")
    dwelling = None
    if sees and dwelling_id is not None:
        dwelling = DwellingUnit.objects.in_scope(by).get(pk=dwelling_id)
    if dwelling is None and by.level != "committee":
        raise UnableToFollowUp("请写明本单位内的一套房屋，由所在居（村）委办理", "place")
    committee = dwelling.committee_id if dwelling else by.unit
    require(by, Capability.SUBMIT_LEADS, committee)
    return store_lead(lead=new_lead(told, committee, at), dwelling=dwelling, by=by, at=at)


@transaction.atomic
def store_lead(*, lead: Lead, dwelling: DwellingUnit | None, by: Scope, at: datetime) -> Lead:
    """Keep a new lead, told by the acting post, at its dwelling where that is known.

    :raises UnableToFollowUp: the dwelling is another committee's
    """
    lead.submitted_by, lead.post_id = by.user_name, by.appointment_id
    if dwelling is not None:
        _put_at(lead, dwelling)
    lead.save(force_insert=True)
    _told("submitted", lead, by, at)
    return lead


def new_lead(told: LeadTold, committee: int, at: datetime) -> Lead:
    """A lead not yet stored, its words sealed.

    :raises UnableToFollowUp: words or a number that cannot be taken, at their field
    """
    words, contact = _checked("text", told.text), _phone(told.contact)
    place = _checked("place", told.place)
    if not words:
        raise UnableToFollowUp("请写明看到了什么", "text")
    if not place:
        raise UnableToFollowUp("请写明地点", "place")
    rule = _rule(at)
    lead = Lead(
        id=new_id(), committee_id=committee, place=place[:80], kind=told.kind,
        subject=told.subject, channel=told.channel, priority=told.priority, submitted_at=at,
        due_on=_deadline(rule, "triage", at), rule=rule.label,
    )  # fmt: skip
    body = json.dumps({"text": words, "contact": contact}, ensure_ascii=False)
    lead.sealed = vault.seal_file(body.encode(), row=lead.pk)
    return lead


@transaction.atomic
def found_lead(
    *, told: LeadTold, committee: int, by: Scope, at: datetime,
    dwelling: DwellingUnit | None = None,
) -> Lead:  # fmt: skip
    """A lead of a committee that another act of the portal came to.

    :param dwelling: of that committee, where the register has it
    :raises UnableToFollowUp: words that a lead may not hold
    """
    lead = new_lead(told, committee, at)
    lead.submitted_by = by.user_name
    if dwelling is not None:
        _put_at(lead, dwelling)
    lead.save(force_insert=True)
    _told("submitted", lead, by, at)
    return lead


def lead_words(lead: Lead) -> dict[str, str]:
    """What was told and how to reach who told it; blank once the time of keeping is over."""
    if not lead.sealed:
        return {"text": "", "contact": ""}
    try:
        body = vault.opened_file(bytes(lead.sealed), row=lead.pk)
    except vault.UnableToOpen:
        return {"text": UNREADABLE, "contact": ""}
    told: dict[str, str] = json.loads(body)
    return told


def handlers_of(committee: int, day: date) -> dict[int, str]:
    """Who may be given a lead of this committee: the names of those who register there, by id."""
    roles = [key for key, role in ROLES.items() if Capability.EDIT_RESIDENTS in role.capabilities]
    held = Appointment.objects.filter(unit_id=committee, role__in=roles, starts_on__lte=day)
    held = held.exclude(ends_on__lt=day).filter(user__is_active=True)
    return dict(held.order_by("user__name", "pk").values_list("user_id", "user__name"))


@transaction.atomic
def triage_lead(
    *, lead_id: Any, assigned_id: int, by: Scope, at: datetime, priority: str = "mid",
    dwelling_id: Any = None,
) -> Lead:  # fmt: skip
    """Give a lead to somebody who goes there within the rule's working days; or to another one.

    :raises UnableToFollowUp: it is past that, or nobody of the committee
    :raises NotAllowed: `by` does not register there
    """
    lead = _locked(lead_id, by)
    again = lead.state == State.TRIAGED
    if not again:
        _check_next(lead, State.TRIAGED)
    name = handlers_of(lead.committee_id, today_of(at)).get(assigned_id)
    if name is None:
        raise UnableToFollowUp("请选择本居（村）委的承办人", "assigned")
    if dwelling_id is not None:
        _put_at(lead, DwellingUnit.objects.in_scope(by).get(pk=dwelling_id))
    lead.assigned_id, lead.assigned_to, lead.priority = assigned_id, name, priority
    if not again:
        lead.state = State.TRIAGED.value
        lead.triaged_at, lead.triaged_by = at, by.user_name
        lead.visit_due_on = lead.due_on = _deadline(_rule(at), "visit", at)
    lead.save()
    _told("triaged", lead, by, at)
    return lead


@transaction.atomic
def triage_leads(*, lead_ids: Iterable[Any], assigned_id: int, by: Scope, at: datetime) -> int:
    """Give several leads to one person; those that cannot be given are left as they are.

    Gives how many were. Priority and dwelling of each stay.

    :raises UnableToFollowUp: nobody of the committee
    :raises NotAllowed: `by` does not register there
    """
    given = 0
    for lead in Lead.objects.in_scope(by).filter(pk__in=list(lead_ids)).order_by("pk"):
        if why_not_given(_locked(lead.pk, by), assigned_id):
            continue
        triage_lead(lead_id=lead.pk, assigned_id=assigned_id, priority=lead.priority, by=by, at=at)
        given += 1
    return given


def why_not_given(lead: Lead, assigned_id: int | None = None) -> str:
    """Why a lead stays as it is when many are given to one person; blank when it is given.

    :param assigned_id: to whom, where that is known already
    """
    if lead.state not in (State.SUBMITTED, State.TRIAGED):
        return "已办结" if not lead.is_open else f"{lead.get_state_display()}，不再分办"
    if assigned_id is not None and lead.assigned_id == assigned_id:
        return "已由这位承办人办理"
    return ""


@transaction.atomic
def note_finding(
    *, lead_id: Any, result: str, finding: str, by: Scope, at: datetime,
    visited_on: date | None = None,
) -> Lead:  # fmt: skip
    """What was found: a change that the register has still to follow, or nothing, or known already.

    :param visited_on: when somebody was there; None where nobody had to go
    :raises UnableToFollowUp: past that, no reason, words that do not belong there, a day to come
    :raises NotAllowed: `by` does not register there
    """
    lead = _locked(lead_id, by)
    confirmed = result in CONFIRMED
    _check_next(lead, State.CONFIRMED if confirmed else State.CLOSED)
    words = _checked("finding", finding)
    if not words:
        raise UnableToFollowUp("请写明核实情况", "finding")
    if visited_on is not None and not today_of(lead.submitted_at) <= visited_on <= today_of(at):
        raise UnableToFollowUp("上门日期应在登记线索以后、今天以前", "visited_on")
    if visited_on is None and (confirmed or result == Result.NOTHING):
        raise UnableToFollowUp("请填写上门日期", "visited_on")
    lead.result, lead.finding = result, words
    if visited_on is not None:
        lead.visited_on, lead.visited_by = visited_on, by.user_name
    if confirmed:
        lead.state = State.CONFIRMED.value
        lead.due_on = _deadline(_rule(at), "register", at)
    else:
        _end(lead, by, at)
    lead.save()
    _told("closed" if not confirmed else "found", lead, by, at, reason=words)
    return lead


@transaction.atomic
def dismiss_leads(
    *, lead_ids: Iterable[Any], result: str, finding: str, by: Scope, at: datetime,
    visited_on: date | None = None,
) -> Done:  # fmt: skip
    """End several leads that came to nothing, or that are known already; others are left.

    :raises UnableToFollowUp: a change that the register has to follow, no words, a day to come
    :raises NotAllowed: `by` does not register there
    """
    require(by, Capability.EDIT_RESIDENTS)
    if result in CONFIRMED:
        raise UnableToFollowUp("有变动的线索请逐条办理", "result")
    if not finding.strip():
        raise UnableToFollowUp("请写明核实情况", "finding")
    if visited_on is None and result == Result.NOTHING:
        raise UnableToFollowUp("请填写上门日期", "visited_on")
    if visited_on is not None and visited_on > today_of(at):
        raise UnableToFollowUp("上门日期不能晚于今天", "visited_on")
    rows = Lead.objects.in_scope(by).filter(pk__in=list(lead_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_dismissed(row)],
        lambda key: note_finding(
            lead_id=key, result=result, finding=finding, visited_on=visited_on, by=by, at=at
        ),
        (UnableToFollowUp,),
    )  # fmt: skip


def why_not_dismissed(lead: Lead) -> str:
    """Why a lead stays as it is when many are ended; blank when it is ended."""
    if lead.state in (State.SUBMITTED, State.TRIAGED):
        return ""
    return f"{lead.get_state_display()}，请逐条办理" if lead.is_open else "已办结"


def register_for_lead(
    *, lead_id: Any, act: Callable[[], Registered | None], by: Scope, at: datetime
) -> Lead:
    """Do one act on the register that a lead asks for, and end the lead with it: both or neither.

    The lead is locked first: of two clerks the second one is refused before anything is written.
    An act that changed nothing (None) leaves the lead open.

    :raises UnableToFollowUp: it has ended, or nobody was given it yet; what `act` raises
    :raises NotAllowed: `by` does not register there
    """
    try:
        with transaction.atomic():
            lead = _locked(lead_id, by)
            if lead.state not in (State.TRIAGED, State.CONFIRMED):
                raise UnableToFollowUp(_why_not(lead))
            done = act()
            if done is not None:
                dwelling = DwellingUnit.objects.in_scope(by).get(pk=done.dwelling_id)
                _put_at(lead, dwelling)
                _settle(lead, done.result, by, at, people=done.people)
            return lead
    except FoundElsewhere as found:  # the trail tells of it although the act is undone
        remember_elsewhere(found, by=by, at=at)
        raise


@transaction.atomic
def finish_lead(*, lead_id: Any, dwelling_id: Any, by: Scope, at: datetime) -> Lead:
    """End a confirmed lead by the dwelling whose record has been made or changed since.

    :raises UnableToFollowUp: not confirmed, or nothing there has changed since the lead was told
    :raises NotAllowed: `by` does not register there
    """
    lead = _locked(lead_id, by)
    if lead.state != State.CONFIRMED:
        raise UnableToFollowUp(_why_not(lead))
    dwelling = DwellingUnit.objects.in_scope(by).filter(committee_id=lead.committee_id).filter(
        pk=dwelling_id
    ).first()  # fmt: skip
    if dwelling is None:
        raise UnableToFollowUp("没有找到本居（村）委的这套房屋", "place")
    people = _changed_since(dwelling, lead, by)
    if dwelling.updated_at < lead.submitted_at and not people:
        raise UnableToFollowUp("这套房屋在线索登记以后没有新增或变更，请先登记", "place")
    _put_at(lead, dwelling)
    _settle(lead, lead.result, by, at, people=people)
    return lead


def _changed_since(dwelling: DwellingUnit, lead: Lead, by: Scope) -> tuple[UUID, ...]:
    rows = Residence.objects.in_scope(by).filter(dwelling=dwelling)
    rows = rows.filter(resident__updated_at__gte=lead.submitted_at)
    return tuple(rows.order_by("id").values_list("resident_id", flat=True)[:60])


@transaction.atomic
def purge_leads(*, by: Scope, at: datetime) -> int:
    """Forget the words of leads that ended long ago; kinds and counts stay (R4)."""
    before = today_of(at) - timedelta(days=_rule(at)["kept_days"])
    return Lead.objects.in_scope(by).worn(before).update(sealed=b"", finding="", place="")


def _locked(lead_id: Any, by: Scope) -> Lead:
    lead = Lead.objects.in_scope(by).select_for_update().get(pk=lead_id)
    require(by, Capability.EDIT_RESIDENTS, lead.committee_id)
    return lead


def _check_next(lead: Lead, following: Lead.State) -> None:
    if not may_follow(lead.state, following.value):
        raise UnableToFollowUp(_why_not(lead))


def _why_not(lead: Lead) -> str:
    if not lead.is_open:
        return f"这条线索已由{lead.closed_by}办结（{lead.get_result_display()}）"
    return f"这条线索{lead.get_state_display()}，现在不能这样办理"


def _settle(lead: Lead, result: str, by: Scope, at: datetime, *, people: Iterable[UUID]) -> None:
    """End a lead whose change the register shows now; the visit is that of the act."""
    subjects = list(people)
    lead.result, lead.record_id = result, subjects[0] if subjects else None
    if lead.visited_on is None:
        lead.visited_on, lead.visited_by = today_of(at), by.user_name
    _end(lead, by, at)
    lead.save()
    _told("closed", lead, by, at, subjects=subjects)


def _end(lead: Lead, by: Scope, at: datetime) -> None:
    lead.state, lead.closed_at, lead.closed_by = State.CLOSED.value, at, by.user_name


def _put_at(lead: Lead, dwelling: DwellingUnit) -> None:
    if dwelling.committee_id != lead.committee_id:
        raise UnableToFollowUp("这套房屋在另一居（村）委", "place")
    lead.dwelling, lead.building = dwelling, None
    lead.place = dwelling.short_address


def _told(
    act: str, lead: Lead, by: Scope, at: datetime, *, reason: str = "",
    subjects: Iterable[UUID] = (),
) -> None:  # fmt: skip
    changes = {
        "lead_kind": lead.what, "channel": lead.channel_title, "state": lead.get_state_display(),
        "assigned": lead.assigned_to, "result": lead.get_result_display(),
    }  # fmt: skip
    record(
        f"residents.lead_{act}", by=by, at=at, target=lead, committee=lead.committee_id,
        subjects=subjects, reason=reason, changes={k: v for k, v in changes.items() if v},
    )  # fmt: skip


def _checked(field: str, text: str) -> str:
    try:
        return check_words(text)
    except UnfitWords as unfit:
        raise UnableToFollowUp(unfit.message_zh, field) from unfit


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return normalise_phone(text)
    except PhoneProblem as problem:
        raise UnableToFollowUp(problem.message_zh, "contact") from problem


def _rule(at: datetime) -> Rule:
    return rule_on("lead_deadlines", today_of(at))


def _deadline(rule: Rule, key: str, at: datetime) -> date:
    return add_working_days(today_of(at), rule[key])
