"""What happens when somebody has proved who they are, and when their time is over."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.accounts import services
from portal.accounts.addresses import client_address
from portal.accounts.fresh import mark_proved
from portal.accounts.models import Ended, SecondFactor, User
from portal.audit.record import Actor, record

BACKEND = "portal.accounts.backends.AccountBackend"
LAST = "__Host-last" if settings.SESSION_COOKIE_SECURE else "portal_last"
LAST_SECONDS = 12 * 3600
TOUCH = 60  # seconds: one write a minute at the most


def enter(request: HttpRequest, user: User) -> int:
    """Begin a session with a new key; how many other sessions of a privileged account it ended."""
    login(request, user, backend=BACKEND)
    now = int(time.time())
    request.session.update(
        {
            "began_at": now,
            "seen_at": now,
            "ip": client_address(request),
            "device": request.headers.get("User-Agent", "")[:120],
        }
    )
    mark_proved(request.session)
    request.session.save()
    ended = 0
    if user.privileged:
        key = request.session.session_key
        ended = services.end_sessions(user_id=user.pk, why=Ended.ELSEWHERE, but=key)
    record("accounts.signed_in", by=actor_of(request, user), at=timezone.now(), target=user)
    return ended


def actor_of(request: HttpRequest, user: User | None) -> Actor:
    """Under whose name an event at the entrance is written; `portal.orgs` knows the posts."""
    actor: Actor = import_string(settings.ACCOUNT_ACTOR)(request, user)
    return actor


def has_factor(user: User) -> bool:
    """Whether the account has an authenticator in force."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def needs_factor(user: User) -> bool:
    """Whether the account may not work without one."""
    return bool(settings.SECOND_FACTOR_REQUIRED) and user.privileged


def idle_seconds(user: User) -> int:
    """After how long without a request the account is logged out."""
    privileged = user.privileged
    idle = settings.SESSION_PRIVILEGED_IDLE_SECONDS if privileged else settings.SESSION_IDLE_SECONDS
    return int(idle)


def seconds_left(request: HttpRequest) -> int:
    """For how long the session goes on without another request; 0 or less when it is over."""
    assert isinstance(request.user, User)
    now = int(time.time())
    session: Any = request.session
    idle = idle_seconds(request.user) - (now - session.get("seen_at", now))
    longest = settings.SESSION_LONGEST_SECONDS - (now - session.get("began_at", now))
    return int(min(idle, longest))


def keep_awake(request: HttpRequest) -> None:
    """Note that the session is used."""
    now = int(time.time())
    request.session.setdefault("began_at", now)
    if now - request.session.get("seen_at", 0) > TOUCH:
        request.session["seen_at"] = now


def remember_who(request: HttpRequest, response: HttpResponseBase) -> None:
    """Tell the browser whose it was, so that a form posted after the end finds its owner again."""
    if request.get_signed_cookie(LAST, "", salt=LAST, max_age=LAST_SECONDS) == str(request.user.pk):
        return
    response.set_signed_cookie(
        LAST, str(request.user.pk), salt=LAST, max_age=LAST_SECONDS, httponly=True,
        samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def last_user(request: HttpRequest) -> User | None:
    """Who was logged in here last, as long as the account is open."""
    told = request.get_signed_cookie(LAST, "", salt=LAST, max_age=LAST_SECONDS)
    if not told or not str(told).isdecimal():
        return None
    return User.objects.filter(pk=int(told), is_active=True).first()
