"""Accounts of other systems and their tokens: opened, issued, revoked, looked up."""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db import transaction

from portal.accounts.machines import LONGEST_DAYS, AccessToken, ServiceAccount
from portal.accounts.models import User
from portal.audit.record import Actor, record

MARK = "pp"  # a token found in a file or a log says of itself what it is
SECRET_BYTES, PREFIX_BYTES = 32, 5
SECOND_LOOK = 60  # seconds: one note of a use, or of a refusal, a minute at the most


class UnableToIssue(Exception):
    """The token cannot be issued so; `field` names the form's field."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Issued:
    """A new token with its text, which nobody sees again."""

    token: AccessToken
    text: str


@transaction.atomic
def open_service_account(
    *, username: str, name: str, purpose: str, keeper_id: int, by: Actor, at: datetime
) -> User:
    """Make the account of another system; it can log in nowhere.

    :param keeper_id: the person who answers for it
    """
    user = User(username=username, name=name, is_service=True)
    user.set_unusable_password()
    user.save(force_insert=True)
    ServiceAccount.objects.create(user=user, purpose=purpose, keeper_id=keeper_id)
    record(
        "accounts.service_opened", by=by, at=at, target=user,
        changes={"purpose": purpose, "keeper": keeper_id},
    )  # fmt: skip
    return user


@transaction.atomic
def change_keeper(*, user_id: int, keeper_id: int, by: Actor, at: datetime) -> ServiceAccount:
    """Another person answers for the account from now on."""
    service = ServiceAccount.objects.select_for_update().get(pk=user_id)
    former, service.keeper_id = service.keeper_id, keeper_id
    service.save(update_fields=["keeper"])
    record(
        "accounts.keeper_changed", by=by, at=at, target=service,
        changes={"keeper": [former, keeper_id]},
    )  # fmt: skip
    return service


@transaction.atomic
def issue_token(*, user_id: int, label: str, days: int, by: Actor, at: datetime) -> Issued:
    """A new token of a service account.

    :raises UnableToIssue: a person's account, a closed one, or a time out of bounds
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.is_service or not user.is_active:
        raise UnableToIssue("只给启用的系统账号签发令牌")
    if not 1 <= days <= LONGEST_DAYS:
        raise UnableToIssue(f"有效天数应在 1 到 {LONGEST_DAYS} 之间", "days")
    prefix = base64.b32encode(os.urandom(PREFIX_BYTES)).decode().lower()
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    token = AccessToken.objects.create(
        user=user, label=label, prefix=prefix, digest=_digest(text), issued_at=at,
        issued_by=by.user_name, expires_at=at + timedelta(days=days),
    )  # fmt: skip
    record(
        "accounts.token_issued", by=by, at=at, target=user,
        changes={"token": prefix, "label": label, "days": days},
    )  # fmt: skip
    return Issued(token, text)


@transaction.atomic
def revoke_token(*, token_id: Any, by: Actor, at: datetime) -> AccessToken:
    """Let a token open nothing any more, from the next request on."""
    token = AccessToken.objects.select_for_update().get(pk=token_id)
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = at, by.user_name
        token.save(update_fields=["revoked_at", "revoked_by"])
        record(
            "accounts.token_revoked", by=by, at=at, target=token, changes={"token": token.prefix}
        )
    return token


def token_of(text: str) -> AccessToken | None:
    """The token with this text, whether it still opens something or not; None for no such text."""
    mark, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if mark != MARK or not secret:
        return None
    token = AccessToken.objects.select_related("user").filter(prefix=prefix).first()
    if token is None or not hmac.compare_digest(bytes(token.digest), _digest(text)):
        return None
    return token


def why_refused(token: AccessToken, at: datetime) -> str:
    """Why a token opens nothing at that moment; blank when it does."""
    if token.revoked_at is not None:
        return "令牌已作废，请向安全管理员申请新的令牌"
    if token.expires_at <= at:
        return "令牌已到期，请向安全管理员申请新的令牌"
    if not token.user.is_active:
        return "系统账号已停用，请联系安全管理员"
    return ""


def note_use(*, token: AccessToken, address: str | None, at: datetime) -> None:
    """Note when and from where a token was used, once a minute, so that its calls do not queue."""
    if caches["hints"].add(f"token-used:{token.prefix}", 1, SECOND_LOOK):
        AccessToken.objects.filter(pk=token.pk).update(used_at=at, used_from=address)


def note_refusal(*, token: AccessToken, why: str, by: Actor, at: datetime) -> None:
    """Write that somebody came with a token that is over; once a minute for each."""
    if caches["hints"].add(f"token-refused:{token.prefix}", 1, SECOND_LOOK):
        record(
            "accounts.token_refused", by=by, at=at, target=token, reason=why, result="refused",
            changes={"token": token.prefix},
        )  # fmt: skip


def _digest(text: str) -> bytes:
    """The token has 256 random bits: a plain digest of it cannot be searched for."""
    return hashlib.sha256(text.encode()).digest()
