"""Sealed words under a new key: what leads and requests hold, like the numbers (rotating.py)."""

from datetime import datetime
from typing import Any

from django.db import connections, transaction
from psycopg2 import sql

from portal import vault
from portal.audit.record import record
from portal.orgs.scope import Scope
from residents.models import CorrectionRequest, Lead
from residents.services.rotating import Rotated

TABLES = tuple(model._meta.db_table for model in (Lead, CorrectionRequest))
KEPT = {"list": "线索和更正申请的内容"}
_OLD = sql.SQL(
    "FROM {table} WHERE sealed <> '' AND substring(sealed FROM 1 FOR %(length)s) <> %(mark)s"
    " AND NOT id = ANY (%(left_out)s::uuid[])"
)
_COUNT = sql.SQL("SELECT count(*) ") + _OLD
_ROWS = sql.SQL("SELECT id, sealed ") + _OLD + sql.SQL(
    " ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED"
)  # fmt: skip
_CHANGE = sql.SQL("UPDATE {table} SET sealed = %(sealed)s WHERE id = %(key)s")


def waiting(*, using: str) -> int:
    """How many rows are still under a key of before."""
    with connections[using].cursor() as cursor:
        total = 0
        for table in TABLES:
            cursor.execute(_of(_COUNT, table), _mark() | {"left_out": []})
            total += int(cursor.fetchone()[0])
        return total


def _of(statement: sql.Composable, table: str) -> sql.Composed:
    """The statement about one of our two tables."""
    parts = statement.seq if isinstance(statement, sql.Composed) else [statement]
    return sql.Composed(
        [part.format(table=sql.Identifier(table)) for part in parts if isinstance(part, sql.SQL)]
    )


def _mark() -> dict[str, Any]:
    """How a ciphertext under the current key begins, and how long that is."""
    mark = f"{vault.current_key()}\n".encode()
    return {"mark": mark, "length": len(mark)}


def rotate_batch(*, rotated: Rotated, using: str, most: int, by: Scope, at: datetime) -> int:
    """Bring up to `most` rows of each table under the current key; how many, 0 at the end."""
    done = 0
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        asked = _mark() | {"left_out": [str(key) for key in rotated.left_out], "most": most}
        for table in TABLES:
            cursor.execute(_of(_ROWS, table), asked)
            for key, sealed in cursor.fetchall():
                done += 1
                try:
                    plain = vault.opened_file(bytes(sealed), row=key)
                except vault.UnableToOpen:
                    rotated.damaged.append(key)
                    continue
                fresh: dict[str, Any] = {"sealed": vault.seal_file(plain, row=key), "key": str(key)}
                cursor.execute(_of(_CHANGE, table), fresh)
    rotated.done += done
    if done:
        record("keys.rotated", by=by, at=at, changes=KEPT | {"count": done})
    return done
