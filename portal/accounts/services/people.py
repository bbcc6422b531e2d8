"""Writes on accounts: made by the security administrator, never by themselves."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from portal.accounts.models import User
from portal.audit.record import Actor, record


@transaction.atomic
def open_account(
    *, username: str, name: str, staff_no: str, password: str, by: Actor, at: datetime
) -> User:
    """Make a personal account; the post that gives it rights is a separate act.

    :raises django.core.exceptions.ValidationError: the password is too weak
    """
    user = User(username=username, name=name, staff_no=staff_no)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    record("accounts.created", by=by, at=at, target=user)
    return user


def prefer(*, user_id: int, key: str, value: object) -> None:
    """Remember a display preference (columns, theme, row height) of one user."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        user.preferences[key] = value
        user.save(update_fields=["preferences"])
