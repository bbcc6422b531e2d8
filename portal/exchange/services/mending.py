"""Cells are corrected on the screen and their row is judged again; rows are left out."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.kinds import RawCell
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.services.checking import judge, take
from portal.exchange.services.fellows import fellows_of, group_of
from portal.exchange.services.state import UnableToGoOn, count_rows, locked, settle
from portal.exchange.staging import Staged, plain_text, seal_cells, unseal
from portal.orgs.scope import Scope
from portal.rows import update_rows

MAX_CELL = 500


@transaction.atomic
def correct_cell(
    *, batch_id: uuid.UUID, line: int, column: int, text: str, by: Scope, at: datetime
) -> ImportRow:
    """Put `text` into one cell and judge its row anew; the file as sent stays as it is.

    Rows that are judged with it, those of its household, are judged again too.

    :param column: the place of the column in the file, from 0
    :raises UnableToGoOn: no such row or column, or the file is past the preview
    """
    batch = locked(batch_id, by, BatchState.CHECKED)
    row = _row(batch, line)
    staged = unseal(row)
    groups = {group_of(batch, row, staged)}
    if not 0 <= column < len(staged.cells) or batch.mapping[column] is None:
        raise UnableToGoOn(_("这一列不导入，不用改"))
    staged.cells[column] = RawCell(plain_text(text.strip(), MAX_CELL))
    staged.mended = sorted({*staged.mended, column})
    groups.add(group_of(batch, row, staged))
    seal_cells(row, staged)
    row.mended = True
    held = [(row, staged), *fellows_of(batch, row, groups)]
    _judge_again(batch, held, {row.identity}, by, at)
    record(
        "exchange.cell_corrected", by=by, at=at, target=batch, committee=batch.committee_id,
        changes={"line": line, "column": batch.headers[column], "verdict": row.verdict},
    )  # fmt: skip
    return row


@transaction.atomic
def leave_out(*, batch_id: uuid.UUID, line: int, out: bool, by: Scope, at: datetime) -> ImportRow:
    """Leave a row out of the import, or take it back in.

    :raises UnableToGoOn: no such row, or the file is past the preview
    """
    batch = locked(batch_id, by, BatchState.CHECKED)
    row = _row(batch, line)
    row.skipped = out
    staged = unseal(row)
    held = fellows_of(batch, row, {group_of(batch, row, staged)})
    if not out:
        held.insert(0, (row, staged))
    _judge_again(batch, held, {row.identity}, by, at, besides=[row])
    return row


def _judge_again(
    batch: ImportBatch, held: Sequence[tuple[ImportRow, Staged]], identities: set[str],
    by: Scope, at: datetime, *, besides: Sequence[ImportRow] = (),
) -> None:  # fmt: skip
    """Judge rows together and keep what comes of it.

    :param identities: whom the rows spoke of before
    :param besides: rows that are kept as well, judged or not
    """
    held = sorted(held, key=lambda each: each[0].line)
    rows, staged = [row for row, _ in held], [content for _, content in held]
    for (row, content), checked in zip(held, judge(batch, rows, staged, by=by, at=at), strict=True):
        identities |= {row.identity, checked.identity[:64]}
        take(row, content, checked)
    kept = {row.line: row for row in (*rows, *besides)}
    _save(batch, list(kept.values()), identities)


def _row(batch: ImportBatch, line: int) -> ImportRow:
    row = ImportRow.objects.select_for_update().filter(batch=batch, line=line).first()
    if row is None:
        raise UnableToGoOn(_("文件里没有第 %(line)s 行") % {"line": line})
    return row


def _save(batch: ImportBatch, rows: Sequence[ImportRow], identities: set[str]) -> None:
    """Write the rows, then look again at every row that shares an identity with one of them."""
    for row in rows:
        row.action = ""
    update_rows(
        rows,
        [
            "key_id",
            "sealed",
            "told",
            "verdict",
            "identity",
            "warned",
            "mended",
            "skipped",
            "action",
        ],
    )
    settle(batch, identities - {""})
    batch.counts = count_rows(batch)
    batch.save(update_fields=["counts"])
    for row in rows:
        row.refresh_from_db(fields=["action", "duplicate_of"])
