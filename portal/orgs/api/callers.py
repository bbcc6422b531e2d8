"""Who calls: a person in a browser's session, or another system with its token."""

import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.accounts.bearer import token_in
from portal.outages import BELL_FAULTS

MINUTE = 60
WRITES = {"POST", "PATCH"}


class TokenAuthentication(BaseAuthentication):
    """The account that the token of `BearerMiddleware` stands for; no form token is asked of it."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        token = token_in(request._request)
        return None if token is None else (token.user, token)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """The session of a person; what changes something carries the form token of Django."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refused:
            text = "浏览器会话的写请求须带 X-CSRFToken；别的系统请用访问令牌"
            raise exceptions.PermissionDenied(text) from refused


class CallerThrottle(BaseThrottle):
    """So many requests a minute for each account, reads and writes apart; counted in Redis.

    Without Redis nobody is held back: rights and scope do not hang on it.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        user = request.user.pk
        if user is None:
            return True
        writes = request.method in WRITES
        limit = settings.API_WRITES_PER_MINUTE if writes else settings.API_READS_PER_MINUTE
        minute = int(time.time()) // MINUTE
        counted = _count(f"api:{user}:{'w' if writes else 'r'}:{minute}")
        return bool(counted <= limit)

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE


def _count(key: str) -> int:
    cache = caches["hints"]
    cache.add(key, 0, 2 * MINUTE)
    try:
        return int(cache.incr(key))
    except (ValueError, *BELL_FAULTS):
        return 0
