"""Writes on accounts: the security administrator opens, closes and resets them."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from portal.accounts.models import Ended, FormerPassword, User
from portal.accounts.services.factors import remove_factor
from portal.accounts.services.sessions import end_sessions
from portal.audit.record import Actor, record


@transaction.atomic
def open_account(
    *, username: str, name: str, staff_no: str, password: str, by: Actor, at: datetime
) -> User:
    """Make a personal account; the post that gives it rights is a separate act.

    The password is an initial one: the first login changes it.

    :raises django.core.exceptions.ValidationError: the password is too weak
    """
    user = User(username=username, name=name, staff_no=staff_no, initial_password=True)
    validate_password(password, user)
    user.set_password(password)
    user.save(force_insert=True)
    record("accounts.created", by=by, at=at, target=user)
    return user


@transaction.atomic
def change_password(
    *, user_id: int, password: str, session_key: str, by: Actor, at: datetime
) -> User:
    """A new password by its owner; all other sessions of the account end.

    :raises django.core.exceptions.ValidationError: too weak, or used before
    """
    user = User.objects.select_for_update().get(pk=user_id)
    validate_password(password, user)
    FormerPassword.objects.create(user=user, encoded=user.password)
    user.set_password(password)
    user.initial_password, user.password_at = False, at
    user.save(update_fields=["password", "initial_password", "password_at"])
    end_sessions(user_id=user_id, why=Ended.CREDENTIALS, but=session_key)
    record("accounts.password_changed", by=by, at=at, target=user)
    return user


@transaction.atomic
def reset_account(*, user_id: int, password: str, by: Actor, at: datetime, reason: str) -> User:
    """In person: a new initial password, no authenticator, no session; both are set up again.

    :raises django.core.exceptions.ValidationError: the password is too weak
    """
    user = User.objects.select_for_update().get(pk=user_id)
    validate_password(password, user)
    user.set_password(password)
    user.initial_password = True
    user.save(update_fields=["password", "initial_password"])
    had_factor = remove_factor(user_id=user_id)
    end_sessions(user_id=user_id, why=Ended.CREDENTIALS)
    record(
        "accounts.reset", by=by, at=at, target=user, reason=reason,
        changes={"second_factor": "removed" if had_factor else "none"},
    )  # fmt: skip
    return user


@transaction.atomic
def set_active(*, user_id: int, active: bool, by: Actor, at: datetime, reason: str) -> User:
    """Close an account at once, or open it again; its sessions end with it."""
    user = User.objects.select_for_update().get(pk=user_id)
    user.is_active = active
    user.save(update_fields=["is_active"])
    if not active:
        end_sessions(user_id=user_id, why=Ended.BY_ADMINISTRATOR)
    action = "accounts.opened_again" if active else "accounts.closed"
    record(action, by=by, at=at, target=user, reason=reason)
    return user
