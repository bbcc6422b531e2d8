"""The only writers of accounts; each function is one act."""

from portal.accounts.services.answers import (
    Claim,
    claim_key,
    give_back,
    keep_answer,
)
from portal.accounts.services.factors import (
    begin_factor,
    confirm_factor,
    remove_factor,
    renew_recovery_codes,
    take_code,
)
from portal.accounts.services.kept import Kept, TooMuchToKeep, keep, take_back
from portal.accounts.services.people import (
    change_password,
    open_account,
    reset_account,
    set_active,
)
from portal.accounts.services.preferences import forget_view, keep_list, keep_view
from portal.accounts.services.sessions import end_session, end_sessions
from portal.accounts.services.tokens import (
    Issued,
    UnableToIssue,
    change_keeper,
    issue_token,
    note_refusal,
    note_use,
    open_service_account,
    revoke_token,
    token_of,
    why_refused,
)

__all__ = [
    "Claim",
    "Issued",
    "Kept",
    "TooMuchToKeep",
    "UnableToIssue",
    "begin_factor",
    "change_keeper",
    "change_password",
    "claim_key",
    "confirm_factor",
    "end_session",
    "end_sessions",
    "forget_view",
    "give_back",
    "issue_token",
    "keep",
    "keep_answer",
    "keep_list",
    "keep_view",
    "note_refusal",
    "note_use",
    "open_account",
    "open_service_account",
    "remove_factor",
    "renew_recovery_codes",
    "reset_account",
    "revoke_token",
    "set_active",
    "take_back",
    "take_code",
    "token_of",
    "why_refused",
]
