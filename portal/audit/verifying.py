"""Recomputing the whole trail against its seals, and the seals against the second place (D-8)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from portal import vault
from portal.audit import seals
from portal.audit.models import Seal

AT_ONCE = 20_000
#: Each event's own digest, in the order in which its batch was sealed.
EVENTS = """
SELECT e.xid::text::bigint, sha256(convert_to(jsonb_build_array(
    e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.action, e.actor_id, e.actor_name,
    e.actor_unit, e.actor_unit_name, e.actor_role, e.scope_code, e.target_type, e.target_id,
    e.target_text, to_jsonb(e.subjects), e.changes, e.purpose, e.reason, e.result, e.request_id,
    host(e.ip), e.xid::text)::text, 'UTF8'))
FROM audit_auditevent e WHERE e.xid >= %s::text::xid8 ORDER BY e.xid, e.id, e.at
"""


@dataclass
class Verdict:
    """What was found: sentences about what is wrong, counts of what was looked at."""

    faults: list[str] = field(default_factory=list)
    seals: int = 0
    events: int = 0
    unsealed: int = 0

    @property
    def holds(self) -> bool:
        return not self.faults


@dataclass
class _Batch:
    """The events found for one seal."""

    events: int = 0
    running: Any = field(default_factory=hashlib.sha256)

    def take(self, digest: bytes) -> None:
        self.events += 1
        self.running.update(digest)


def verify(*, using: str, since: datetime | None = None) -> Verdict:
    """Recompute every digest through the connection `using`, which must see all of the trail.

    The chain of seals is always looked at whole; `since` leaves out the events sealed before it.

    Finds an event that was changed, removed, added or put elsewhere, a seal that is missing,
    altered or not ours, and an end that was cut off.
    """
    verdict = Verdict()
    with transaction.atomic(using=using):
        chain = list(Seal.objects.using(using).order_by("seq"))
        verdict.seals = len(chain)
        verdict.faults += _chain_faults(chain)
        verdict.faults += _head_faults(chain)
        looked_at = [seal for seal in chain if since is None or seal.at >= since]
        found, verdict.unsealed = _recomputed(looked_at, _first_xid(chain, looked_at), using)
    verdict.events = sum(batch.events for batch in found) + verdict.unsealed
    for seal, batch in zip(looked_at, found, strict=True):
        verdict.faults += _batch_faults(seal, batch)
    return verdict


def _first_xid(chain: Sequence[Seal], looked_at: Sequence[Seal]) -> int:
    """Where the events begin that are looked at: all of them unless seals are left out."""
    if len(chain) == len(looked_at):
        return 0
    return looked_at[0].xid_from if looked_at else chain[-1].xid_to


def _recomputed(chain: Sequence[Seal], first: int, using: str) -> tuple[list[_Batch], int]:
    """The events of each seal, and how many are not sealed yet, in one pass."""
    found = [_Batch() for _ in chain]
    place, unsealed = 0, 0
    for xid, digest in _events(first, using):
        while place < len(chain) and xid >= chain[place].xid_to:
            place += 1
        if place < len(chain):
            found[place].take(bytes(digest))
        else:
            unsealed += 1
    return found, unsealed


def _events(first: int, using: str) -> Iterator[tuple[int, bytes]]:
    connections[using].ensure_connection()
    with connections[using].connection.cursor(name="trail") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(EVENTS, [str(first)])
        yield from cursor


def _chain_faults(chain: Sequence[Seal]) -> Iterator[str]:
    expected, previous, reached = 1, b"", 0
    for seal in chain:
        if seal.seq != expected:
            yield f"缺少第 {expected} 至 {seal.seq - 1} 号封存"
        elif bytes(seal.previous) != previous or seal.xid_from != reached:
            yield f"第 {seal.seq} 号封存与上一封存不相接"
        if seals.digest_of(seal) != bytes(seal.digest):
            yield f"第 {seal.seq} 号封存的内容被改动"
        elif not vault.is_signed(bytes(seal.digest), bytes(seal.signature)):
            yield f"第 {seal.seq} 号封存的签名不符"
        expected, previous, reached = seal.seq + 1, bytes(seal.digest), seal.xid_to


def _head_faults(chain: Sequence[Seal]) -> Iterator[str]:
    path = Path(settings.AUDIT_HEADS_PATH)
    try:
        known = seals.heads(path)
    except (OSError, ValueError):
        yield f"另存的封存副本 {path} 无法读取"
        return
    if chain and not known:
        yield f"另存的封存副本 {path} 没有内容，无法判断末尾是否被截去"
    held = {seal.seq: bytes(seal.digest).hex() for seal in chain}
    cut = [head["seq"] for head in known if head["seq"] > (chain[-1].seq if chain else 0)]
    if cut:
        yield f"末尾被截去：另存的副本有第 {cut[0]} 至 {cut[-1]} 号封存，数据库里没有"
    for head in known:
        if head["seq"] in held and held[head["seq"]] != head["digest"]:
            yield f"第 {head['seq']} 号封存与另存的副本不符"


def _batch_faults(seal: Seal, batch: _Batch) -> Iterator[str]:
    where = f"第 {seal.seq} 号封存（编号 {seal.first_id} 至 {seal.last_id}）"
    if batch.events < seal.events:
        yield f"{where}：少了 {seal.events - batch.events} 条留痕"
    elif batch.events > seal.events:
        yield f"{where}：多了 {batch.events - seal.events} 条留痕"
    elif batch.running.digest() != bytes(seal.root):
        yield f"{where}：有留痕被改动或换了位置"
