"""Numbers under a new key: ciphertext and blind index change together, batch by batch (D-6).

The application cannot read a ciphertext; this runs on a connection that may, from a command line.
Each batch is one transaction. A row carries the id of its key pair, so that a killed run leaves
nothing half done and the next one goes on where it ended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, transaction

from portal import vault
from portal.audit.record import record
from portal.orgs.scope import Scope
from residents.models import Identity, Secret
from residents.services.sealing import document_text, phone_text

KEPT = {"list": "人员证件与电话号码"}
NEW_CIPHERS = """
UPDATE residents_secret s SET key_id = v.key_id, cipher = v.cipher
FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS v (id, key_id, cipher) WHERE s.id = v.id
"""
NEW_IDENTITIES = """
UPDATE residents_identity i SET blind_index = v.now
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS v (resident, before, now)
WHERE i.resident_id = v.resident AND i.blind_index = v.before
"""
NEW_PHONES = """
UPDATE residents_resident r SET phone_index = v.now
FROM unnest(%s::uuid[], %s::bytea[], %s::bytea[]) AS v (resident, before, now)
WHERE r.id = v.resident AND r.phone_index = v.before
"""


@dataclass
class Rotated:
    """What a run has done; the rows left out stay as they are, and are named by their ids."""

    done: int = 0
    damaged: list[UUID] = field(default_factory=list)
    twice: list[UUID] = field(default_factory=list)

    @property
    def left_out(self) -> list[UUID]:
        return [*self.damaged, *self.twice]


@dataclass(frozen=True)
class _Changed:
    """A secret row as it becomes, with both indexes of its number."""

    id: UUID
    resident: UUID
    kind: str
    key_id: str
    cipher: bytes
    before: bytes
    now: bytes


def waiting(*, using: str) -> int:
    """How many numbers are still under a key of before."""
    return Secret.objects.using(using).exclude(key_id=vault.current_key()).count()


def rotate_batch(*, rotated: Rotated, using: str, most: int, by: Scope, at: datetime) -> int:
    """Bring up to `most` numbers under the current key; returns how many, 0 when none is left.

    What is left out on the way is noted in `rotated`.
    """
    with transaction.atomic(using=using):
        held = (
            Secret.objects.using(using)
            .select_for_update(skip_locked=True, of=("self",))
            .exclude(key_id=vault.current_key())
            .exclude(pk__in=rotated.left_out)
            .order_by("pk")[:most]
        )
        rows = list(held)
        kinds = _kinds_of(rows, using)
        changed = [each for row in rows if (each := _changed(row, kinds, rotated)) is not None]
        try:
            with transaction.atomic(using=using):
                _write(changed, using)
        except IntegrityError:
            _one_by_one(changed, rotated, using)
        rotated.done += len(rows)
    if rows:
        record("keys.rotated", by=by, at=at, changes=KEPT | {"count": len(rows)})
    return len(rows)


def _kinds_of(rows: Iterable[Secret], using: str) -> dict[UUID, list[str]]:
    """Kinds of the documents that the rows' people hold."""
    people = [row.resident_id for row in rows if row.kind == Secret.Kind.IDENTITY]
    found: dict[UUID, list[str]] = {}
    identities = Identity.objects.using(using).filter(resident_id__in=people)
    for resident, kind in identities.values_list("resident_id", "doc_type"):
        found.setdefault(resident, []).append(kind)
    return found


def _changed(row: Secret, kinds: dict[UUID, list[str]], rotated: Rotated) -> _Changed | None:
    try:
        plain = vault.opened(bytes(row.cipher), key_id=row.key_id, row=row.pk, kind=row.kind)
    except vault.UnableToOpen:
        rotated.damaged.append(row.pk)
        return None
    if row.kind == Secret.Kind.PHONE:
        text = phone_text(plain)
    else:
        text = document_text((kinds.get(row.resident_id) or [""])[0], plain)
    key_id, cipher = vault.seal(plain, row=row.pk, kind=row.kind)
    return _Changed(
        row.pk, row.resident_id, row.kind, key_id, cipher,
        vault.blind_index(text, key_id=row.key_id), vault.blind_index(text),
    )  # fmt: skip


def _write(changed: Sequence[_Changed], using: str) -> None:
    documents = [each for each in changed if each.kind == Secret.Kind.IDENTITY]
    phones = [each for each in changed if each.kind == Secret.Kind.PHONE]
    with connections[using].cursor() as cursor:
        for statement, rows in ((NEW_IDENTITIES, documents), (NEW_PHONES, phones)):
            if rows:
                cursor.execute(statement, _columns(rows, "resident", "before", "now"))
        if changed:
            cursor.execute(NEW_CIPHERS, _columns(changed, "id", "key_id", "cipher"))


def _columns(rows: Sequence[_Changed], *names: str) -> list[list[Any]]:
    return [
        [str(value) if isinstance(value := getattr(row, name), UUID) else value for row in rows]
        for name in names
    ]


def _one_by_one(changed: Iterable[_Changed], rotated: Rotated, using: str) -> None:
    """A number that somebody else holds under the new key stays, and is named."""
    for each in changed:
        try:
            with transaction.atomic(using=using):
                _write([each], using)
        except IntegrityError:
            rotated.twice.append(each.id)
