"""Writes on the organisation register: units, posts and the grants that follow them."""

from portal.orgs.services.grants import (
    ensure_permissions,
    held_grants,
    project_grants,
    wanted_grants,
)
from portal.orgs.services.holding import hold
from portal.orgs.services.posts import (
    UnableToAppoint,
    appoint,
    ask_for_post,
    close_person,
    decide_post,
    end_appointment,
    last_day,
    open_account_with_post,
    reset_person,
)
from portal.orgs.services.sharing import UnableToShare, share_view, withdraw_view
from portal.orgs.services.systems import (
    issue_system_token,
    open_system,
    replace_keeper,
    revoke_system_token,
)
from portal.orgs.services.units import register_units

__all__ = [
    "UnableToAppoint",
    "UnableToShare",
    "appoint",
    "ask_for_post",
    "close_person",
    "decide_post",
    "end_appointment",
    "ensure_permissions",
    "held_grants",
    "hold",
    "issue_system_token",
    "last_day",
    "open_system",
    "open_account_with_post",
    "project_grants",
    "register_units",
    "replace_keeper",
    "reset_person",
    "revoke_system_token",
    "share_view",
    "wanted_grants",
    "withdraw_view",
]
