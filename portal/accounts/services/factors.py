"""Authenticators: bound, confirmed, asked, taken away; each code good once."""

import uuid
from datetime import datetime

from django.db import transaction

from portal import vault
from portal.accounts import totp
from portal.accounts.models import RecoveryCode, SecondFactor, User

KIND = "totp"


@transaction.atomic
def begin_factor(*, user_id: int) -> str:
    """The secret of an authenticator not yet confirmed; the same one until it is."""
    User.objects.select_for_update().get(pk=user_id)
    found = SecondFactor.objects.filter(user_id=user_id, confirmed_at=None).first()
    if found is not None:
        return _secret(found)
    secret, row = totp.new_secret(), uuid.uuid4()
    key_id, cipher = vault.seal(secret, row=row, kind=KIND)
    SecondFactor.objects.create(id=row, user_id=user_id, key_id=key_id, cipher=cipher)
    return secret


@transaction.atomic
def confirm_factor(*, user_id: int, code: str, at: datetime) -> list[str] | None:
    """Put the authenticator into force and make ten recovery codes; None for a wrong code.

    The codes are given out this once: only their digests are kept.
    """
    factor = SecondFactor.objects.select_for_update().filter(user_id=user_id).first()
    if factor is None or factor.confirmed_at is not None or not _took(factor, code, at):
        return None
    factor.confirmed_at = at
    factor.save(update_fields=["confirmed_at"])
    return _new_codes(user_id)


@transaction.atomic
def take_code(*, user_id: int, code: str, at: datetime) -> bool:
    """Whether this is a code of the authenticator, or a recovery code; either is used up by it."""
    factor = SecondFactor.objects.select_for_update().filter(user_id=user_id).first()
    if factor is None or factor.confirmed_at is None:
        return False
    if code.isdecimal():
        return _took(factor, code, at)
    digest = _digest(user_id, code)
    unused = RecoveryCode.objects.filter(user_id=user_id, digest=digest, used_at=None)
    return bool(unused.update(used_at=at))


@transaction.atomic
def remove_factor(*, user_id: int) -> bool:
    """Take the authenticator and its recovery codes away; False when there was none."""
    RecoveryCode.objects.filter(user_id=user_id).delete()
    count, _by_model = SecondFactor.objects.filter(user_id=user_id).delete()
    return bool(count)


@transaction.atomic
def renew_recovery_codes(*, user_id: int) -> list[str]:
    """Ten new recovery codes in place of the old ones."""
    User.objects.select_for_update().get(pk=user_id)
    return _new_codes(user_id)


def _new_codes(user_id: int) -> list[str]:
    RecoveryCode.objects.filter(user_id=user_id).delete()
    codes = [totp.new_recovery_code() for _ in range(totp.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user_id=user_id, digest=_digest(user_id, code)) for code in codes
    )
    return codes


def _took(factor: SecondFactor, code: str, at: datetime) -> bool:
    """Whether the code is of a time step that none was taken of yet (ASVS 6.5.1)."""
    step = totp.step_of(_secret(factor), code, at.timestamp())
    if step is None or step <= factor.last_step:
        return False
    factor.last_step = step
    factor.save(update_fields=["last_step"])
    return True


def _secret(factor: SecondFactor) -> str:
    return vault.unseal(bytes(factor.cipher), key_id=factor.key_id, row=factor.pk, kind=KIND)


def _digest(user_id: int, code: str) -> bytes:
    return vault.blind_index(f"recovery|{user_id}|{totp.plain_recovery_code(code)}")
