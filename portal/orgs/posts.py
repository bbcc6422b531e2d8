"""From a logged-in user to the one post that they act in now (D-2)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import cast

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from psycopg2 import sql

from portal.accounts.addresses import client_address
from portal.accounts.bearer import token_in
from portal.accounts.models import User
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment, OrgUnit, UnitKind
from portal.orgs.postgresql.base import MOMENT_COLUMNS, DatabaseWrapper
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.rows import columns_of, row_of, written

SESSION_KEY = "appointment"


class ActingRequest(HttpRequest):
    """A request that is told who acts.

    After `acting_scope` the posts are known that its user holds today; `session_over` says why
    somebody is not logged in any more.
    """

    posts: list[Appointment]
    scope: Scope | None
    session_over: str


def held_on(user: User, day: date) -> "QuerySet[Appointment]":
    """The posts that `user` holds on `day`, the highest unit first."""
    return (
        Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), user=user)
        .filter(starts_on__lte=day)
        .select_related("unit__parent")
        .order_by("unit_id", "id")
    )


def posts_on(user_ids: Iterable[int], day: date) -> dict[int, Appointment]:
    """The first post that each of the users held on `day`, with person and unit."""
    rows = (
        Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), user__in=user_ids)
        .filter(starts_on__lte=day)
        .select_related("user", "unit")
        .order_by("-unit_id", "-id")
    )
    return {row.user_id: row for row in rows}


def held_post(appointment_id: int | None, day: date) -> Appointment | None:
    """The appointment with its person and unit, if it is held on `day` by an active account."""
    return (
        Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), pk=appointment_id or 0)
        .filter(starts_on__lte=day, user__is_active=True)
        .select_related("user", "unit")
        .first()
    )


def acting_scope(request: HttpRequest) -> Scope | None:
    """The scope of the post chosen in this session, else of the first one held; None without any.

    Read anew on every request, so that an ended appointment ends its sight at once.
    """
    user = request.user
    assert isinstance(user, User)
    token = token_in(request)
    if user.is_service and token is None:
        return None
    held = _held_with_grants(user.pk, timezone.localdate())
    cast(ActingRequest, request).posts = [post for post, _ in held]
    if not held:
        return None
    chosen = None if token else request.session.get(SESSION_KEY)
    appointment, granted = next((each for each in held if each[0].pk == chosen), held[0])
    scope = _scope(
        appointment,
        user,
        granted,
        request_id=getattr(request, "id", "") or request.headers.get("X-Request-Id", "")[:64],
        ip=client_address(request) or None,
    )
    if token is not None:  # every trace names the token, none its text
        scope = replace(scope, user_name=f"{user.name}·{token.prefix}")
    return scope


def _held_with_grants(user_id: int, day: date) -> list[tuple[Appointment, set[str]]]:
    """As `held_on`, each post with what guardian grants this user on its unit: one statement.

    Every request asks this; Django would take four times as long to write the two questions as
    PostgreSQL to answer them. The connection learns by the way which transaction it is in.
    """
    post, unit, above = (len(model._meta.concrete_fields) for model in _POST)
    with connection.cursor() as cursor:
        cursor.execute(written(_question), {"user": user_id, "day": day})
        rows = cursor.fetchall()
    held = []
    for row in rows:
        appointment = row_of(Appointment, row[:post])
        appointment.unit = row_of(OrgUnit, row[post : post + unit])
        parent = row[post + unit : post + unit + above]
        appointment.unit.parent = None if parent[0] is None else row_of(OrgUnit, parent)
        held.append((appointment, set(row[-3])))
    if rows:
        cast(DatabaseWrapper, connection).note_moment(*rows[0][-2:])
    return held


_POST: tuple[type[Model], ...] = (Appointment, OrgUnit, OrgUnit)


def _question() -> sql.Composed:
    """The statement of `_held_with_grants`: post, unit, the one above, grants, the moment."""
    columns = sql.SQL(", ").join(
        columns_of(alias, model)
        for alias, model in zip(("post", "unit", "above"), _POST, strict=True)
    )
    return sql.SQL(
        "SELECT {columns}, ARRAY(SELECT permission.codename::text"
        " FROM guardian_userobjectpermission AS granted"
        " JOIN auth_permission AS permission ON permission.id = granted.permission_id"
        " JOIN django_content_type AS kind ON kind.id = granted.content_type_id"
        " WHERE granted.user_id = post.user_id AND granted.object_pk = post.unit_id::text"
        " AND kind.app_label = 'orgs' AND kind.model = 'orgunit'), {moment}"
        " FROM orgs_appointment AS post JOIN orgs_orgunit AS unit ON unit.code = post.unit_id"
        " LEFT JOIN orgs_orgunit AS above ON above.code = unit.parent_id"
        " WHERE post.user_id = %(user)s AND post.starts_on <= %(day)s"
        " AND (post.ends_on IS NULL OR post.ends_on >= %(day)s)"
        " ORDER BY post.unit_id, post.id"
    ).format(columns=columns, moment=sql.SQL(MOMENT_COLUMNS))


def actor_of(request: HttpRequest, user: User | None) -> Scope:
    """Under which office an event at the entrance stands: the first post held, else the district.

    It has no capability: it says who was there, nothing more.
    """
    held = held_on(user, timezone.localdate()).first() if user else None
    district = OrgUnit.objects.filter(kind=UnitKind.DISTRICT).order_by("code")
    office = held.unit if held else district.first()
    return Scope(
        unit=office.code if office else 0,
        unit_name=office.name if office else "",
        role=held.role if held else "",
        role_title=held.get_role_display() if held else "",
        capabilities=frozenset(),
        user_id=user.pk if user else None,
        user_name=user.name if user else "未登录",
        staff_no=user.staff_no if user else "",
        request_id=getattr(request, "id", "") or request.headers.get("X-Request-Id", "")[:64],
        ip=client_address(request) or None,
    )


def posts_of(request: HttpRequest) -> list[Appointment]:
    """The posts that this request's user holds, each with its unit and the one above."""
    return getattr(request, "posts", [])


def scope_of(
    appointment: Appointment, user: User, *, request_id: str = "", ip: str | None = None
) -> Scope:
    """The scope of one appointment: the role's capabilities that guardian's grants confirm."""
    granted = granted_capabilities(user.pk, appointment.unit_id)
    return _scope(appointment, user, granted, request_id=request_id, ip=ip)


def _scope(
    appointment: Appointment, user: User, granted: set[str], *, request_id: str, ip: str | None
) -> Scope:
    role = ROLES[appointment.role]
    return Scope(
        unit=appointment.unit_id,
        unit_name=appointment.unit.name,
        role=role.key,
        role_title=role.title,
        capabilities=frozenset(str(c) for c in role.capabilities if str(c) in granted),
        user_id=user.pk,
        user_name=user.name,
        staff_no=user.staff_no,
        appointment_id=appointment.pk,
        request_id=request_id,
        ip=ip,
    )


def granted_capabilities(user_id: int, unit: int) -> set[str]:
    """Codenames that guardian holds for this user on this unit."""
    from guardian.models import UserObjectPermission

    return set(
        UserObjectPermission.objects.filter(
            user_id=user_id,
            object_pk=str(unit),
            content_type__app_label="orgs",
            content_type__model="orgunit",
        ).values_list("permission__codename", flat=True)
    )


def founding_scope(unit: int) -> Scope:
    """The scope in which the very first posts are made: a new district's, a demonstration's."""
    return Scope(
        unit=unit,
        unit_name="",
        role="system",
        role_title="系统任务",
        capabilities=frozenset({str(Capability.APPOINT)}),
        user_name="系统任务",
    )


def system_scope(unit: int, name: str, title: str = "系统任务") -> Scope:
    """The scope of clockwork (metric runs, rule runs): reads everything under `unit`."""
    return Scope(
        unit=unit,
        unit_name=name,
        role="system",
        role_title=title,
        capabilities=frozenset(str(c) for c in (Capability.VIEW_REGISTER, Capability.RUN_METRICS)),
        user_name=title,
    )
