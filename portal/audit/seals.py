"""Sealing the trail in batches, and whether sealing keeps up (D-8).

Rows are inserted without any chain, since one would make all writers wait for one another. Once a
minute a batch is sealed: a digest over its events, chained to the seal before, signed, and copied
to a second place that the database's administrator does not hold. Where evidence cannot be kept,
what needs it is refused: reveals and exports call :func:`require_proof`.
"""

import hashlib
import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal import vault
from portal.audit.models import Seal, Sealing

log = logging.getLogger("portal.audit")
MOST_IN_BATCH = 100_000
LATE = timedelta(hours=4)
NEXT_BATCH = """
SELECT seq, xid_from, xid_to, events, first_id, last_id, root, previous, complete
FROM audit_next_batch(%s)
"""
STANDING = "SELECT now() - sealed_through, verified_at, verified_note FROM audit_sealing"


class UnableToProve(Exception):
    """The trail is not sealed in time, so that what must be provable is refused."""


class UnableToSeal(Exception):
    """The chain cannot go on here; the text says why."""


@dataclass(frozen=True)
class Standing:
    """How sealing stands: its lag, when the chain was last verified and what was found."""

    lag: timedelta
    verified_at: datetime | None
    verified_note: str

    @property
    def late(self) -> bool:
        return self.lag > LATE


def standing() -> Standing:
    """How sealing stands by the database's clock; a lost mark counts as never sealed."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING)
        row = cursor.fetchone()
    return Standing(*row) if row else Standing(timedelta.max, None, "")


def is_late() -> bool:
    """Whether the trail has gone without a seal for more than four hours."""
    return standing().late


def require_proof() -> None:
    """Let an act that must be provable go on only while sealing keeps up.

    :raises UnableToProve: sealing is more than four hours late
    """
    if is_late():
        raise UnableToProve(
            "访问留痕已超过 4 小时没有封存，为保证事后可查，暂停查看完整证件号和导出。"
            "请联系系统管理员"
        )


def seal_all(*, at: datetime) -> int:
    """Seal every batch that is complete; returns how many events.

    Each batch is a transaction. Two sealers wait for one another; a killed one leaves nothing, so
    the second place is told of a seal only after the commit: never of one that was undone.

    :raises UnableToSeal: the database's transactions are behind the last seal
    """
    sealed = 0
    complete = False
    while not complete:
        with transaction.atomic():
            events, complete = _seal_next(at)
        sealed += events
    transaction.on_commit(copy_heads)
    return sealed


def _seal_next(at: datetime) -> tuple[int, bool]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_BATCH, [MOST_IN_BATCH])
        row = cursor.fetchone()
    seq, xid_from, xid_to, events, first_id, last_id, root, previous, complete = row
    if events:
        seal = Seal(
            seq=seq, at=at, xid_from=xid_from, xid_to=xid_to, events=events, first_id=first_id,
            last_id=last_id, root=bytes(root), previous=bytes(previous),
        )  # fmt: skip
        seal.digest = digest_of(seal)
        seal.signature = vault.sign(seal.digest)
        seal.save(force_insert=True)
    return events, complete


def digest_of(seal: Seal) -> bytes:
    """SHA-256 over all that a seal says, the seal before it included."""
    told = [
        seal.seq, seal.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(), seal.xid_from,
        seal.xid_to, seal.events, seal.first_id, seal.last_id, bytes(seal.root).hex(),
        bytes(seal.previous).hex(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).digest()


def copy_heads() -> None:
    """Add the seals that the second place does not hold yet; it is only ever added to.

    A place that cannot be written is logged and tried again with the next batch: the seal stands.
    """
    path = Path(settings.AUDIT_HEADS_PATH)
    try:
        known = heads(path)
        latest = known[-1]["seq"] if known else 0
        lines = [
            json.dumps(
                {
                    "seq": seal.seq,
                    "at": seal.at.isoformat(),
                    "events": seal.events,
                    "digest": bytes(seal.digest).hex(),
                    "signature": bytes(seal.signature).hex(),
                }  # fmt: skip
            )
            for seal in Seal.objects.filter(seq__gt=latest).order_by("seq")
        ]
        if lines:
            _append(path, "\n".join(lines) + "\n")
    except (OSError, ValueError) as problem:
        log.error("the heads of the seals could not be copied: %s", type(problem).__name__)


def heads(path: Path) -> list[dict[str, Any]]:
    """What the second place holds, oldest first; empty when nothing was ever copied there.

    :raises ValueError: a line is no head
    """
    if not path.exists():
        return []
    with path.open(encoding="ascii") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def remember_verification(*, found: str, at: datetime) -> None:
    """Keep when the chain was verified and what was found (blank when it holds)."""
    Sealing.objects.filter(pk=1).update(verified_at=at, verified_note=found[:300])


def make_partitions() -> int:
    """Months of the trail for the next quarter; returns how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions()")
        return int(cursor.fetchone()[0])
