"""The signed scope token: what PostgreSQL believes about who is asking (security: D-4).

The token is `low.span.expiry.hmac`. Its key is known to the web servers and to a table that only
the owner role reads, so even injected SQL in a scoped transaction cannot make a wider one.
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
    "default": {Capability.VIEW_REGISTER, Capability.VIEW_PERMITS},
}


def current_token(alias: str = "default") -> str:
    """A fresh token of the current scope for one connection; empty when it may see nothing."""
    scope = _scope.get()
    if scope is None or not any(scope.may(capability) for capability in SIGHT.get(alias, ())):
        return ""
    return sign(scope.low, span_of(scope.unit))


def enter(scope: Scope | None) -> Token[Scope | None]:
    return _scope.set(scope)


def leave(token: Token[Scope | None]) -> None:
    _scope.reset(token)


def sign(low: int, span: int) -> str:
    """The token for the code range `low … low + span`, valid for ten minutes."""
    payload = f"{low}.{span}.{int(time.time()) + TOKEN_SECONDS}"
    return f"{payload}.{hmac.new(_key(), payload.encode(), hashlib.sha256).hexdigest()}"


def pads() -> tuple[bytes, bytes]:
    """HMAC's inner and outer padded keys, as PostgreSQL's own sha256() needs them."""
    key = _key().ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key)


def _key() -> bytes:
    from django.conf import settings

    return hashlib.sha256(settings.SCOPE_SIGNING_KEY.encode()).digest()
