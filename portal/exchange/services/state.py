"""What all acts on a batch share: the locked row, its kind, its rows by chunks, its counts."""

import uuid
from collections.abc import Sequence
from dataclasses import fields

from django.core.cache import caches
from django.db import connection
from django.db.models import Case, Count, F, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from portal.exchange.kinds import ImportKind
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.registry import kinds
from portal.exchange.staging import HeldRow
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

#: Rows of a transaction; a long file is cut coarser, since each chunk has costs of its own.
CHUNK_ROWS = 500
LONG_FILE, LONG_CHUNK_ROWS = 10_000, 2000


class UnableToGoOn(Exception):
    """The file is not in a state for this act; the sentence says why."""


def locked(batch_id: uuid.UUID, by: Scope, *states: str) -> ImportBatch:
    """The batch, locked, after the check of rights.

    :raises UnableToGoOn: it is in none of `states`
    :raises NotAllowed: the post may not import this kind, or not for this committee
    """
    batch = ImportBatch.objects.in_scope(by).select_for_update().get(pk=batch_id)
    permit(by, kind_of(batch), batch.committee_id)
    if states and batch.state not in states:
        raise UnableToGoOn(
            _("这个文件现在是“%(state)s”，请刷新页面") % {"state": batch.get_state_display()}
        )
    return batch


def permit(by: Scope, kind: ImportKind, committee: int) -> None:
    """:raises NotAllowed: the post may not import this kind, or not for this committee"""
    require(by, Capability.IMPORT_FILES, committee)
    require(by, kind.capability, committee)


def kind_of(batch: ImportBatch) -> ImportKind:
    return kinds()[batch.kind]


def chunks_of(lines: Sequence[int]) -> list[dict[str, int]]:
    """First and last line of each chunk."""
    size = CHUNK_ROWS if len(lines) <= LONG_FILE else LONG_CHUNK_ROWS
    parts = [lines[start : start + size] for start in range(0, len(lines), size)]
    return [{"first": part[0], "last": part[-1]} for part in parts]


def rows_between(batch: ImportBatch, chunk: dict[str, int]) -> list[HeldRow]:
    """The rows of a chunk in the file's order, locked."""
    names = [each.name for each in fields(HeldRow)]
    rows = (
        ImportRow.objects.select_for_update()
        .filter(batch=batch, line__gte=chunk["first"], line__lte=chunk["last"])
        .order_by("line")
        .values_list(Cast("id", TextField()), *names[1:])
    )
    return [HeldRow(*row) for row in rows]


# Of rows with one identity the first that has no error counts; the others are duplicates of it.
# Looked up once, not for each row of a file that the planner has no statistics of yet.
DUPLICATES = """
WITH same AS MATERIALIZED (
    SELECT id, first FROM (
        SELECT id, line, min(line) OVER (PARTITION BY identity) AS first
        FROM exchange_importrow
        WHERE batch_id = %(batch)s AND identity <> '' AND NOT skipped AND verdict <> 'error'
        AND (%(identities)s::text[] IS NULL OR identity = ANY (%(identities)s::text[]))
    ) AS alike WHERE line > first
)
UPDATE exchange_importrow AS row SET action = 'duplicate_in_file', duplicate_of = same.first
FROM same WHERE row.id = same.id
"""


def settle(batch: ImportBatch, identities: set[str] | None = None) -> None:
    """Work out each row's action: its verdict, unless it is a duplicate or the clerk left it out.

    A row with an error counts for none, or correcting it would be the only way to get the person
    in. With `identities` only rows of these are looked at again.
    """
    rows = ImportRow.objects.filter(batch=batch)
    if identities is not None:
        rows = rows.filter(Q(identity__in=identities) | Q(action=""))
    plain = Case(When(skipped=True, then=Value("skipped")), default=F("verdict"))
    rows.exclude(action=plain, duplicate_of=None).update(action=plain, duplicate_of=None)
    wanted = None if identities is None else sorted(identities)
    with connection.cursor() as cursor:
        cursor.execute(DUPLICATES, {"batch": batch.pk, "identities": wanted})


def count_rows(batch: ImportBatch) -> dict[str, int]:
    """Rows by action, and how many have warnings or were mended."""
    rows = ImportRow.objects.filter(batch=batch)
    by_action = dict(rows.values_list("action").annotate(n=Count("pk")))
    extra = rows.aggregate(
        warned=Count("pk", filter=Q(warned=True, skipped=False)),
        mended=Count("pk", filter=Q(mended=True)),
    )
    return {**by_action, **extra}


def count_outcomes(batch: ImportBatch) -> dict[str, int]:
    """Rows by what became of them; rows still to come are left out."""
    rows = ImportRow.objects.filter(batch=batch).exclude(outcome="")
    return dict(rows.values_list("outcome").annotate(n=Count("pk")))


def is_working(batch: ImportBatch) -> bool:
    """Whether the job of the file's present step is at work."""
    job = {
        BatchState.READING: batch.read_job,
        BatchState.MAPPED: batch.check_job,
        BatchState.APPLYING: batch.apply_job,
    }.get(BatchState(batch.state), batch.undo_job)
    return job is not None and job.is_open


def note_staged(batch_id: uuid.UUID, part: int, total: int) -> None:
    """Remember for the page how far reading has come; the rows themselves are not committed yet."""
    caches["hints"].set(f"exchange:staged:{batch_id}", (part, total), timeout=600)


def staged_so_far(batch_id: uuid.UUID) -> tuple[int, int]:
    """Rows staged and rows in all, as far as the file being read is known."""
    return caches["hints"].get(f"exchange:staged:{batch_id}") or (0, 0)


def stopped_short(batch: ImportBatch) -> bool:
    """Whether applying ended before the last row: stopped by somebody, or failed."""
    if batch.state == BatchState.STOPPED:
        return True
    job = batch.apply_job
    return batch.state == BatchState.APPLYING and job is not None and not job.is_open
