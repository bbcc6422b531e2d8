"""Posts begin and end, and their grants follow (D-2, D-3); who may give which: delegation."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.services import open_account, reset_account, set_active
from portal.audit.record import record
from portal.orgs import delegation
from portal.orgs.access import NotAllowed, require
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment, AppointmentRequest, OrgUnit
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.orgs.services.grants import project_grants


class UnableToAppoint(Exception):
    """The post cannot be given; the sentence says why."""


def appoint(
    *, user_id: int, unit: int, role: str, starts_on: date, by: Scope, at: datetime
) -> Appointment:
    """Give a post and the grants that belong to it.

    :raises UnableToAppoint: unknown role, or one that does not belong there, or goes with another
    :raises NotAllowed: `by` may not give this role, not there, or not to this person
    """
    with acting(by):
        _check(user_id=user_id, unit=unit, role=role, by=by)
        if role not in delegation.grantable(ROLES[by.role]):
            raise NotAllowed(f"“{by.role_title}”不能授予“{ROLES[role].title}”")
        return _begin(user_id, unit, role, starts_on, by, at)


def ask_for_post(
    *, user_id: int, unit: int, role: str, starts_on: date, reason: str, by: Scope, at: datetime
) -> AppointmentRequest:
    """Ask for a post that a second person gives.

    :raises UnableToAppoint: unknown role, or one that does not belong there, or goes with another
    :raises NotAllowed: `by` may not ask for this role, not there, or not for this person
    """
    with acting(by):
        _check(user_id=user_id, unit=unit, role=role, by=by)
        if role not in delegation.may_ask_for(ROLES[by.role]):
            raise NotAllowed(f"“{by.role_title}”不能提请“{ROLES[role].title}”")
        asked = AppointmentRequest.objects.create(
            user_id=user_id, unit_id=unit, role=role, starts_on=starts_on, reason=reason,
            asked_by_id=by.user_id or 0, asked_at=at,
        )  # fmt: skip
        record("orgs.post_asked", by=by, at=at, target=asked, changes={"role": role})
        return asked


def decide_post(*, request_id: int, give: bool, by: Scope, at: datetime) -> AppointmentRequest:
    """Give the post that somebody else asked for, or refuse it.

    :raises UnableToAppoint: decided already
    :raises NotAllowed: `by` asked for it, or it is for `by`
    """
    with acting(by):
        asked = AppointmentRequest.objects.select_for_update().get(pk=request_id)
        require(by, Capability.APPROVE_POSTS, asked.unit_id)
        if by.user_id in (asked.asked_by_id, asked.user_id):
            raise NotAllowed("任职须由提请人和本人以外的第二人批准")
        if asked.state != AppointmentRequest.State.WAITING:
            raise UnableToAppoint("这项任职已有人办理")
        if give:
            _begin(asked.user_id, asked.unit_id, asked.role, asked.starts_on, by, at)
        states = AppointmentRequest.State
        asked.state = states.GIVEN if give else states.REFUSED
        asked.decided_by_id, asked.decided_at = by.user_id, at
        asked.save(update_fields=["state", "decided_by", "decided_at"])
        if not give:
            record("orgs.post_refused", by=by, at=at, target=asked, changes={"role": asked.role})
        return asked


def open_account_with_post(
    *, name: str, username: str, staff_no: str, password: str, unit: int, role: str, by: Scope,
    at: datetime, reason: str = "",
) -> User:  # fmt: skip
    """A personal account and the post it is for, both or neither; a district's post is asked for.

    :raises UnableToAppoint: the account exists, or the role does not belong on this unit
    :raises django.core.exceptions.ValidationError: the password is too weak
    :raises NotAllowed: `by` may not give this role, or not there
    """
    with acting(by):
        require(by, Capability.APPOINT, unit)
        if User.objects.filter(username=username).exists():
            raise UnableToAppoint("这个账号已有人使用，请换一个")
        user = open_account(
            username=username, name=name, staff_no=staff_no, password=password, by=by, at=at
        )
        day = timezone.localdate(at)
        if role in ROLES and delegation.needs_second(ROLES[role]):
            ask_for_post(
                user_id=user.pk, unit=unit, role=role, starts_on=day, reason=reason, by=by, at=at
            )
        else:
            appoint(user_id=user.pk, unit=unit, role=role, starts_on=day, by=by, at=at)
        return user


def end_appointment(*, appointment_id: int, ends_on: date, by: Scope, at: datetime) -> Appointment:
    """End a post; what it allowed ends with the next request after that day.

    :raises NotAllowed: `by` may not give such a post there, or it is the own one
    """
    with acting(by):
        appointment = Appointment.objects.select_for_update().get(pk=appointment_id)
        require(by, Capability.APPOINT, appointment.unit_id)
        if appointment.user_id == by.user_id:
            raise NotAllowed("不能变更自己的岗位")
        actor = ROLES[by.role]
        if appointment.role not in delegation.grantable(actor) | delegation.may_ask_for(actor):
            raise NotAllowed(f"“{by.role_title}”不能结束“{appointment.get_role_display()}”任职")
        appointment.ends_on = max(ends_on, appointment.starts_on)
        appointment.save(update_fields=["ends_on"])
        project_grants(user_ids=[appointment.user_id], day=timezone.localdate(at))
        record("orgs.post_ended", by=by, at=at, target=appointment, committee=appointment.unit_id)
        return appointment


@transaction.atomic
def reset_person(*, user_id: int, password: str, reason: str, by: Scope, at: datetime) -> User:
    """After a check in person: a new initial password, no authenticator.

    :raises NotAllowed: `by` does not keep the accounts, or it is the own one
    :raises django.core.exceptions.ValidationError: the password is too weak
    """
    _keeper(user_id, by)
    if User.objects.get(pk=user_id).is_service:
        raise NotAllowed("系统账号没有密码，凭令牌访问接口")
    return reset_account(user_id=user_id, password=password, reason=reason, by=by, at=at)


@transaction.atomic
def close_person(*, user_id: int, active: bool, reason: str, by: Scope, at: datetime) -> User:
    """Close an account at once, or open it again.

    :raises NotAllowed: `by` does not keep the accounts, or it is the own one
    """
    _keeper(user_id, by)
    return set_active(user_id=user_id, active=active, reason=reason, by=by, at=at)


def last_day(today: date, starts_on: date) -> date:
    """The day on which a post that ends now was held last: yesterday, its first day at least."""
    return max(today - timedelta(days=1), starts_on)


def _keeper(user_id: int, by: Scope) -> None:
    require(by, Capability.MANAGE_ACCOUNTS)
    if user_id == by.user_id:
        raise NotAllowed("不能变更自己的账号")


def _check(*, user_id: int, unit: int, role: str, by: Scope) -> None:
    require(by, Capability.APPOINT, unit)
    if role not in ROLES:
        raise UnableToAppoint("没有这个岗位")
    if user_id == by.user_id:
        raise NotAllowed("不能给自己授予岗位")
    office = OrgUnit.objects.get(pk=unit)
    if office.level != ROLES[role].level:
        raise UnableToAppoint(f"“{ROLES[role].title}”不能设在{office.get_kind_display()}")
    if ROLES[role].service != User.objects.get(pk=user_id).is_service:
        raise UnableToAppoint("系统账号只担任系统对接岗位，人员账号不担任")


def _begin(
    user_id: int, unit: int, role: str, starts_on: date, by: Scope, at: datetime
) -> Appointment:
    User.objects.select_for_update().get(pk=user_id)
    held = Appointment.objects.filter(user_id=user_id).exclude(ends_on__lt=starts_on)
    others = set(held.values_list("role", flat=True)) - {role}
    if others and ({role} | others) & delegation.ADMINISTRATORS:
        raise UnableToAppoint("三类管理员各用专门账号，不能兼任其他岗位")
    if held.filter(role=role, unit_id=unit).exists():
        raise UnableToAppoint("该人员已在此单位担任此岗位")
    appointment = Appointment.objects.create(
        user_id=user_id, unit_id=unit, role=role, starts_on=starts_on
    )
    project_grants(user_ids=[user_id], day=timezone.localdate(at))
    record(
        "orgs.appointed", by=by, at=at, target=appointment, committee=unit, changes={"role": role}
    )
    return appointment
