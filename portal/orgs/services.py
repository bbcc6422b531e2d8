"""Writes on the organisation register: posts begin and end, and their grants follow (D-2, D-3)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.models import UserObjectPermission

from portal.accounts.models import User
from portal.accounts.services import open_account
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope

Grant = tuple[int, str, int]  # user, codename, unit


class UnableToAppoint(Exception):
    """The post cannot be given; the sentence says why."""


@transaction.atomic
def appoint(
    *, user_id: int, unit: int, role: str, starts_on: date, by: Scope, at: datetime
) -> Appointment:
    """Give a post and the grants that belong to it.

    :raises UnableToAppoint: unknown role, or the role does not belong on this level of unit
    :raises NotAllowed: `by` may not manage accounts, or not there
    """
    require(by, Capability.MANAGE_ACCOUNTS, unit)
    if role not in ROLES:
        raise UnableToAppoint("没有这个岗位")
    office = OrgUnit.objects.get(pk=unit)
    if office.level != ROLES[role].level:
        raise UnableToAppoint(f"“{ROLES[role].title}”不能设在{office.get_kind_display()}")
    appointment = Appointment.objects.create(
        user_id=user_id, unit=office, role=role, starts_on=starts_on
    )
    project_grants(user_ids=[user_id], day=at.date())
    record(
        "orgs.appointed", by=by, at=at, target=appointment, committee=unit, changes={"role": role}
    )
    return appointment


@transaction.atomic
def open_account_with_post(
    *, name: str, username: str, staff_no: str, password: str, unit: int, role: str, by: Scope,
    at: datetime,
) -> User:  # fmt: skip
    """A personal account and the post it is for, both or neither.

    :raises UnableToAppoint: the account exists, or the role does not belong on this unit
    :raises django.core.exceptions.ValidationError: the password is too weak
    :raises NotAllowed: `by` may not manage accounts, or not there
    """
    require(by, Capability.MANAGE_ACCOUNTS, unit)
    if User.objects.filter(username=username).exists():
        raise UnableToAppoint("这个账号已有人使用，请换一个")
    user = open_account(
        username=username, name=name, staff_no=staff_no, password=password, by=by, at=at
    )
    appoint(user_id=user.pk, unit=unit, role=role, starts_on=at.date(), by=by, at=at)
    return user


@transaction.atomic
def end_appointment(*, appointment_id: int, ends_on: date, by: Scope, at: datetime) -> Appointment:
    """End a post; what it allowed ends with the next request after that day.

    :raises NotAllowed: `by` may not manage accounts there
    """
    appointment = Appointment.objects.select_for_update().get(pk=appointment_id)
    require(by, Capability.MANAGE_ACCOUNTS, appointment.unit_id)
    appointment.ends_on = ends_on
    appointment.save(update_fields=["ends_on"])
    project_grants(user_ids=[appointment.user_id], day=at.date())
    record("orgs.post_ended", by=by, at=at, target=appointment, committee=appointment.unit_id)
    return appointment


def wanted_grants(day: date, user_ids: Iterable[int] | None = None) -> set[Grant]:
    """The grants that the appointments held on `day` call for."""
    posts = Appointment.objects.filter(starts_on__lte=day).exclude(ends_on__lt=day)
    if user_ids is not None:
        posts = posts.filter(user_id__in=list(user_ids))
    return {
        (user, str(capability), unit)
        for user, role, unit in posts.values_list("user_id", "role", "unit_id")
        for capability in ROLES[role].capabilities
    }


def held_grants(user_ids: Iterable[int] | None = None) -> set[Grant]:
    """The grants that guardian holds on organisation units now."""
    rows = UserObjectPermission.objects.filter(content_type=_unit_type())
    if user_ids is not None:
        rows = rows.filter(user_id__in=list(user_ids))
    return {
        (user, codename, int(unit))
        for user, codename, unit in rows.values_list("user_id", "permission__codename", "object_pk")
    }


@transaction.atomic
def project_grants(*, day: date, user_ids: Iterable[int] | None = None) -> tuple[int, int]:
    """Make guardian's rows equal what the appointments call for; returns (added, removed)."""
    ids = None if user_ids is None else list(user_ids)
    permissions = ensure_permissions()
    wanted, held = wanted_grants(day, ids), held_grants(ids)
    content_type = _unit_type()
    UserObjectPermission.objects.bulk_create(
        [
            UserObjectPermission(
                user_id=user,
                permission_id=permissions[codename],
                content_type=content_type,
                object_pk=str(unit),
            )
            for user, codename, unit in sorted(wanted - held)
        ],
        batch_size=2000,
    )
    for user, codename, unit in held - wanted:
        UserObjectPermission.objects.filter(
            user_id=user,
            permission__codename=codename,
            content_type=content_type,
            object_pk=str(unit),
        ).delete()
    return len(wanted - held), len(held - wanted)


def ensure_permissions() -> dict[str, int]:
    """Guardian's permission rows for all capabilities, by codename; made when missing."""
    content_type = _unit_type()
    existing = dict(
        Permission.objects.filter(content_type=content_type).values_list("codename", "pk")
    )
    missing = [c for c in Capability if str(c) not in existing]
    for capability in missing:
        row = Permission.objects.create(
            content_type=content_type, codename=str(capability), name=TITLES[capability]
        )
        existing[str(capability)] = row.pk
    return existing


def _unit_type() -> ContentType:
    return ContentType.objects.get_for_model(OrgUnit)


@transaction.atomic
def register_units(units: Iterable[OrgUnit]) -> int:
    """Add the units that are not known yet, with pinyin initials; returns how many were added."""
    from pypinyin import Style, lazy_pinyin

    known = set(OrgUnit.objects.values_list("code", flat=True))
    fresh = [unit for unit in units if unit.code not in known]
    for unit in fresh:
        unit.initials = "".join(lazy_pinyin(unit.short_name, style=Style.FIRST_LETTER))[:40]
    OrgUnit.objects.bulk_create(fresh)
    return len(fresh)
