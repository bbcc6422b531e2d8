"""Accounts of other systems: opened with their post, and their tokens, by the keeper of accounts.

Paper: S-113.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.accounts import services as accounts
from portal.accounts.models import AccessToken, ServiceAccount, User
from portal.orgs import delegation
from portal.orgs.access import require
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.orgs.services.posts import UnableToAppoint, appoint, ask_for_post


def open_system(
    *, name: str, username: str, purpose: str, keeper_id: int, unit: int, role: str, by: Scope,
    at: datetime,
) -> User:  # fmt: skip
    """The account of another system and the post it acts in, both or neither.

    A post over the district is asked for and given by a second person.

    :param keeper_id: the person who answers for it
    :raises UnableToAppoint: the name is taken, the keeper is no person, or the role does not belong
    :raises NotAllowed: `by` does not keep the accounts
    """
    with acting(by):
        require(by, Capability.MANAGE_ACCOUNTS, unit)
        if User.objects.filter(username=username).exists():
            raise UnableToAppoint("这个账号已有人使用，请换一个")
        _check_keeper(keeper_id)
        user = accounts.open_service_account(
            username=username, name=name, purpose=purpose, keeper_id=keeper_id, by=by, at=at
        )
        day = timezone.localdate(at)
        if role in ROLES and delegation.needs_second(ROLES[role]):
            ask_for_post(
                user_id=user.pk, unit=unit, role=role, starts_on=day, reason=purpose, by=by, at=at
            )
        else:
            appoint(user_id=user.pk, unit=unit, role=role, starts_on=day, by=by, at=at)
        return user


@transaction.atomic
def replace_keeper(*, user_id: int, keeper_id: int, by: Scope, at: datetime) -> ServiceAccount:
    """Another person answers for the system from now on.

    :raises UnableToAppoint: the keeper is no person with an open account
    :raises NotAllowed: `by` does not keep the accounts
    """
    require(by, Capability.MANAGE_ACCOUNTS)
    _check_keeper(keeper_id)
    return accounts.change_keeper(user_id=user_id, keeper_id=keeper_id, by=by, at=at)


@transaction.atomic
def issue_system_token(
    *, user_id: int, label: str, days: int, by: Scope, at: datetime
) -> accounts.Issued:
    """A new token, whose text is shown this once.

    :raises portal.accounts.services.UnableToIssue: the account is closed, or the time too long
    :raises NotAllowed: `by` does not keep the accounts
    """
    require(by, Capability.MANAGE_ACCOUNTS)
    return accounts.issue_token(user_id=user_id, label=label, days=days, by=by, at=at)


@transaction.atomic
def revoke_system_token(*, token_id: Any, by: Scope, at: datetime) -> AccessToken:
    """The token opens nothing from its next request on.

    :raises NotAllowed: `by` does not keep the accounts
    """
    require(by, Capability.MANAGE_ACCOUNTS)
    return accounts.revoke_token(token_id=token_id, by=by, at=at)


def _check_keeper(keeper_id: int) -> None:
    if not User.objects.filter(pk=keeper_id, is_active=True, is_service=False).exists():
        raise UnableToAppoint("责任人应是启用的人员账号")
