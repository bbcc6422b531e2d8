"""Who is logged in: Django's own answer, without asking again for what came with the session."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from portal.accounts.models import User
from portal.accounts.sessions import brought_along


class AccountBackend(ModelBackend):
    """Django's backend, which takes the account that was read together with its session.

    Whether the session belongs to the password of today is checked by Django as ever, and an
    account that is closed is none.
    """

    def get_user(self, user_id: Any) -> User | None:
        account = brought_along(user_id)
        if account is None:
            return super().get_user(user_id)
        return account if self.user_can_authenticate(account) else None
