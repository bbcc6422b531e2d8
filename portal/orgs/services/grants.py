"""Guardian's rows as a projection of the posts held (D-3)."""

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from guardian.models import UserObjectPermission

from portal.accounts.models import User
from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.roles import ROLES
from portal.rows import insert_values

Grant = tuple[int, str, int]  # user, codename, unit


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
    insert_values(
        UserObjectPermission,
        (
            {
                "user_id": user,
                "permission_id": permissions[codename],
                "content_type_id": content_type.pk,
                "object_pk": str(unit),
            }
            for user, codename, unit in sorted(wanted - held)
        ),
    )
    for user, codename, unit in held - wanted:
        UserObjectPermission.objects.filter(
            user_id=user,
            permission__codename=codename,
            content_type=content_type,
            object_pk=str(unit),
        ).delete()
    _project_privilege(day, ids)
    return len(wanted - held), len(held - wanted)


def _project_privilege(day: date, user_ids: list[int] | None) -> None:
    """Note on the accounts whether they hold a post of a street or of the district."""
    held = Appointment.objects.filter(starts_on__lte=day).exclude(ends_on__lt=day)
    above = held.filter(role__in=[role.key for role in ROLES.values() if role.privileged])
    users = User.objects.all() if user_ids is None else User.objects.filter(pk__in=user_ids)
    holders = above.values("user_id")
    users.filter(pk__in=holders, privileged=False).update(privileged=True)
    users.exclude(pk__in=holders).filter(privileged=True).update(privileged=False)


def ensure_permissions() -> dict[str, int]:
    """Guardian's permission rows for all capabilities, by codename; made when missing."""
    content_type = _unit_type()
    existing = dict(
        Permission.objects.filter(content_type=content_type).values_list("codename", "pk")
    )
    missing = [
        Permission(content_type=content_type, codename=str(capability), name=TITLES[capability])
        for capability in Capability
        if str(capability) not in existing
    ]
    Permission.objects.bulk_create(missing)
    return existing | {row.codename: row.pk for row in missing}


def _unit_type() -> ContentType:
    return ContentType.objects.get_for_model(OrgUnit)
