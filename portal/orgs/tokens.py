"""The signed scope token: what PostgreSQL believes about who is asking (security: D-4).

The token is `low.span.expiry.appointment.process.began.hmac`. Its key is known to the web servers
and to a table that only the owner role reads, so even injected SQL in a scoped transaction cannot
make a wider one. It can read another transaction's token, which stands in the statement that
`pg_stat_activity` shows; so a token counts in the one transaction that it was made for: of the
server process `process`, begun at the microsecond `began`. And it counts only while the
appointment is held: `app_reach()` reads that row anew in each statement.
"""

import hashlib
import hmac
import time
from contextvars import ContextVar, Token

from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope, span_of

TOKEN_SECONDS = 600
BLOCK = 64  # bytes of a SHA-256 block
_scope: ContextVar[Scope | None] = ContextVar("portal_scope", default=None)


def current_scope() -> Scope | None:
    """The scope of the running request or job, None outside of both."""
    return _scope.get()


# What a post must carry for PostgreSQL to show it anything at all, by connection. The three
# administrators carry none of the first set: they see no resident even if a page forgot to ask.
SIGHT = {
    "audit": {Capability.VIEW_AUDIT},
    "default": {
        Capability.VIEW_REGISTER,
        Capability.VIEW_PERMITS,
        Capability.DETERMINE_LEGALITY,
    },
}


def sees_something(alias: str = "default") -> bool:
    """Whether the current scope may see any row at all through this connection."""
    scope = _scope.get()
    return scope is not None and any(scope.may(each) for each in SIGHT.get(alias, ()))


def current_token(alias: str = "default", *, process: int, began: int) -> str:
    """A fresh token of the current scope for one transaction; empty when it may see nothing.

    :param process: the server process of the connection
    :param began: when the transaction began, in microseconds since 1970
    """
    scope = _scope.get()
    if scope is None or not sees_something(alias):
        return ""
    return sign(
        scope.low, span_of(scope.unit), appointment=scope.appointment_id, process=process,
        began=began,
    )  # fmt: skip


NAMED = {Capability.APPOINT, Capability.APPROVE_POSTS, Capability.CHECK_SAMPLES}


def names_actor() -> bool:
    """Whether PostgreSQL must know who acts: who gives posts, only reports, or checks elsewhere.

    Of the latter two it shows those who report their own leads, and verifiers their own sheet.
    """
    scope = _scope.get()
    if scope is None:
        return False
    if any(scope.may(each) for each in NAMED):
        return True
    return scope.may(Capability.SUBMIT_LEADS) and not sees_something()


def actor_token(*, process: int, began: int) -> str:
    """Who acts in one transaction, for the guard of posts; no row but one's own leads and sheet."""
    scope = _scope.get()
    if scope is None or not names_actor():
        return ""
    return sign(0, 0, appointment=scope.appointment_id, process=process, began=began)


def enter(scope: Scope | None) -> Token[Scope | None]:
    return _scope.set(scope)


def leave(token: Token[Scope | None]) -> None:
    _scope.reset(token)


def sign(low: int, span: int, *, appointment: int | None, process: int, began: int) -> str:
    """The token for the codes `low … low + span`, for transactions of the next ten minutes.

    :param appointment: the post that must be held there; None for clockwork, which has none
    """
    expiry = int(time.time()) + TOKEN_SECONDS
    payload = f"{low}.{span}.{expiry}.{appointment or 0}.{process}.{began}"
    return f"{payload}.{hmac.new(_key(), payload.encode(), hashlib.sha256).hexdigest()}"


def pads() -> tuple[bytes, bytes]:
    """HMAC's inner and outer padded keys, as PostgreSQL's own sha256() needs them."""
    key = _key().ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)


def _key() -> bytes:
    from django.conf import settings

    return hashlib.sha256(settings.SCOPE_SIGNING_KEY.encode()).digest()
