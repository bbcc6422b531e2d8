"""Rules of passwords beyond Django's own: what level 3 of the protection scheme asks for.

`PASSWORD_PROFILE=mlps` (the default in production) wants three kinds of characters, a change
every 90 days and none of the last five again. ASVS 6.2.5 and 6.2.10 advise against the first two;
`PASSWORD_PROFILE=plain` leaves length, common passwords and likeness to the account.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts.models import FormerPassword, User

KINDS = 3  # of capital letters, small letters, digits, others
HISTORY = 5
LASTS = timedelta(days=90)


class CompositionValidator:
    """Three of the four kinds of characters (GB/T 22239-2019, 8.1.4.1 a)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """:raises ValidationError: fewer kinds"""
        kinds = {
            "capital": any(sign.isupper() for sign in password),
            "small": any(sign.islower() for sign in password),
            "digit": any(sign.isdigit() for sign in password),
            "other": any(not sign.isalnum() for sign in password),
        }
        if sum(kinds.values()) < KINDS:
            raise ValidationError(self.get_help_text(), code="composition")

    def get_help_text(self) -> str:
        return _("密码应含大写字母、小写字母、数字、符号中的至少三种")


class HistoryValidator:
    """None of the last five passwords of the account."""

    def validate(self, password: str, user: User | None = None) -> None:
        """:raises ValidationError: used before"""
        if user is None or user.pk is None:
            return
        former = FormerPassword.objects.filter(user=user).order_by("-id")[: HISTORY - 1]
        hashes = [user.password, *(row.encoded for row in former)]
        if any(check_password(password, encoded) for encoded in hashes):
            raise ValidationError(self.get_help_text(), code="history")

    def get_help_text(self) -> str:
        return _("不能使用最近 5 次用过的密码")


def must_change(user: User, at: datetime) -> bool:
    """Whether the account works only after a new password: an initial or an outlived one."""
    if user.initial_password:
        return True
    if not settings.LEVEL_THREE_PASSWORDS or user.password_at is None:
        return False
    return at - user.password_at > LASTS
