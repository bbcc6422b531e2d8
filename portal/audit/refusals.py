"""Refused and failed attempts are part of the trail too.

They are written after the request's transaction has ended, in one of their own: a rollback takes
the act with it, never the fact that it was tried.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.audit.record import Actor, record
from portal.telemetry import REFUSALS

FORBIDDEN, NOT_FOUND, TOO_MANY, SERVER_ERROR, UNAVAILABLE = 403, 404, 429, 500, 503
REFUSED, FAILED = "refused", "failed"


@dataclass(frozen=True)
class Stranger:
    """Somebody who is not logged in; `unit` is the one whose people read of them."""

    unit: int
    request_id: str = ""
    ip: str | None = None
    user_id: int | None = None
    user_name: str = "未登录"
    unit_name: str = ""
    role: str = ""


def action_of(request: Any, status: int) -> tuple[str, str] | None:
    """The action and result that a response tells of; None for one that refused nothing.

    A 404 counts where the address names a record: absent and out of sight look the same, and
    somebody who tries numbers shows in the trail.
    """
    if status == FORBIDDEN:
        return "access.refused", REFUSED
    if status == TOO_MANY:
        return "access.throttled", REFUSED
    if status == UNAVAILABLE:  # the database is away: there is nothing to write to
        return None
    if status >= SERVER_ERROR:
        return "access.failed", FAILED
    match = request.resolver_match
    if status == NOT_FOUND and match and match.kwargs:
        return "access.not_found", REFUSED
    return None


def remember(request: Any, *, status: int, why: str, by: Actor, at: datetime) -> None:
    """Write that `by` was refused what the request asked for, in a transaction of its own.

    Kept are the page's name and the keys of its address, never what was typed.
    """
    told = action_of(request, status)
    if told is None:
        return
    action, result = told
    REFUSALS.labels(action).inc()
    match = request.resolver_match
    keys = {name: str(value) for name, value in match.kwargs.items()} if match else {}
    with transaction.atomic():
        record(
            action, by=by, at=at, target=("view", match.view_name if match else ""),
            changes={"keys": keys} if keys else None, reason=why, result=result,
        )  # fmt: skip
