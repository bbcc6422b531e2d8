"""The one function through which events are written, inside the transaction of the act."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.db import models

from portal import kept
from portal.audit.models import AuditEvent
from portal.rows import insert_values


class Actor(Protocol):
    """The part of an acting scope that an event copies."""

    @property
    def unit(self) -> int: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def user_name(self) -> str: ...
    @property
    def request_id(self) -> str: ...
    @property
    def ip(self) -> str | None: ...
    @property
    def office(self) -> tuple[int, str] | None: ...


#: The columns of an event that is not yet written.
Event = dict[str, Any]
Target = models.Model | tuple[str, Any] | None


def record(
    action: str,
    *,
    by: Actor,
    at: datetime,
    target: Target = None,
    committee: int | None = None,
    subjects: Iterable[uuid.UUID] = (),
    changes: Mapping[str, Any] | None = None,
    purpose: str = "",
    reason: str = "",
    result: str = "ok",
) -> None:
    """Write one event; if this fails, so does the act (both share a transaction).

    `changes` holds masked values only: never an identity number, never a full phone number.
    """
    values = event(
        action, by=by, at=at, target=target, committee=committee, subjects=subjects,
        changes=changes, purpose=purpose, reason=reason, result=result,
    )  # fmt: skip
    insert_values(AuditEvent, [values])
    _tell_kept([values])


def record_many(events: Iterable[Event]) -> None:
    """Write the events of a bulk act in one statement."""
    written = list(events)
    insert_values(AuditEvent, written)
    _tell_kept(written)


#: How actions end that change nothing an office counts.
_READING = ("viewed", "searched", "revealed")


def _tell_kept(events: Sequence[Event]) -> None:
    """What is kept of the units that these events changed is worked out anew."""
    acts = [each for each in events if not each["action"].endswith(_READING)]
    units = {code for each in acts for code in (each["scope_code"], each["actor_unit"])}
    if units:
        kept.changed(*map(kept.unit, units))


def event(
    action: str,
    *,
    by: Actor,
    at: datetime,
    target: Target = None,
    committee: int | None = None,
    subjects: Iterable[uuid.UUID] = (),
    changes: Mapping[str, Any] | None = None,
    purpose: str = "",
    reason: str = "",
    result: str = "ok",
) -> Event:
    """An event not yet written, for `record_many`."""
    kind, key, text = _described(target)
    unit, unit_name = by.office or (by.unit, by.unit_name)
    return dict(
        at=at,
        action=action,
        actor_id=by.user_id,
        actor_name=by.user_name,
        actor_unit=unit,
        actor_unit_name=unit_name,
        actor_role=by.role,
        scope_code=committee or unit,
        target_type=kind,
        target_id=key,
        target_text=text,
        subjects=list(subjects),
        changes=_plain(changes or {}),
        purpose=purpose,
        reason=reason[:200],
        result=result,
        request_id=by.request_id,
        ip=by.ip,
    )


def _described(target: Target) -> tuple[str, str, str]:
    if target is None:
        return "", "", ""
    if isinstance(target, tuple):
        return target[0], str(target[1]), ""
    return target._meta.label_lower, str(target.pk), str(target)[:160]


def _plain(value: Any) -> Any:
    """JSON-ready: dates and decimals as text, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime | Decimal | uuid.UUID):
        return str(value)
    return value
