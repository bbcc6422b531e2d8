"""Sealed words under a new key: what leads and requests hold, like the numbers (rotating.py)."""

from datetime import datetime
from typing import Any

from django.db import connections, transaction

from portal import vault
from portal.audit.record import record
from portal.orgs.scope import Scope
from residents.models import CorrectionRequest, Lead
from residents.services.rotating import Rotated

TABLES = tuple(model._meta.db_table for model in (Lead, CorrectionRequest))
KEPT = {"list": "线索和更正申请的内容"}
_OLD = "sealed <> '' AND substring(sealed FROM 1 FOR %s) <> %s AND NOT id = ANY (%s::uuid[])"


def waiting(*, using: str) -> int:
    """How many rows are still under a key of before."""
    with connections[using].cursor() as cursor:
        return sum(_counted(cursor, table) for table in TABLES)


def _counted(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table} WHERE {_OLD}", [*_mark(), []])  # noqa: S608  our own names
    return int(cursor.fetchone()[0])


def _mark() -> tuple[int, bytes]:
    """How a ciphertext under the current key begins, and how long that is."""
    mark = f"{vault.current_key()}\n".encode()
    return len(mark), mark


def rotate_batch(*, rotated: Rotated, using: str, most: int, by: Scope, at: datetime) -> int:
    """Bring up to `most` rows of each table under the current key; how many, 0 at the end."""
    done = 0
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        left_out = [str(key) for key in rotated.left_out]
        for table in TABLES:
            cursor.execute(
                f"SELECT id, sealed FROM {table} WHERE {_OLD} ORDER BY id LIMIT %s "  # noqa: S608  our own names
                "FOR UPDATE SKIP LOCKED",
                [*_mark(), left_out, most],
            )
            for key, sealed in cursor.fetchall():
                done += 1
                try:
                    plain = vault.opened_file(bytes(sealed), row=key)
                except vault.UnableToOpen:
                    rotated.damaged.append(key)
                    continue
                cursor.execute(
                    f"UPDATE {table} SET sealed = %s WHERE id = %s",  # noqa: S608  our own names
                    [vault.seal_file(plain, row=key), key],
                )
    rotated.done += done
    if done:
        record("keys.rotated", by=by, at=at, changes=KEPT | {"count": done})
    return done
