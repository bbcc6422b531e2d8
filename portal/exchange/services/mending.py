"""Cells are corrected on the screen and their row is judged again; rows are left out."""

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.kinds import RawCell
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.services.checking import judge, take
from portal.exchange.services.state import UnableToGoOn, count_rows, locked, settle
from portal.exchange.staging import plain_text, seal_cells, unseal
from portal.orgs.scope import Scope
from portal.rows import update_rows

MAX_CELL = 500


@transaction.atomic
def correct_cell(
    *, batch_id: uuid.UUID, line: int, column: int, text: str, by: Scope, at: datetime
) -> ImportRow:
    """Put `text` into one cell and judge its row anew; the file as sent stays as it is.

    :param column: the place of the column in the file, from 0
    :raises UnableToGoOn: no such row or column, or the file is past the preview
    """
    batch = locked(batch_id, by, BatchState.CHECKED)
    row = _row(batch, line)
    staged = unseal(row)
    if not 0 <= column < len(staged.cells) or batch.mapping[column] is None:
        raise UnableToGoOn(_("这一列不导入，不用改"))
    staged.cells[column] = RawCell(plain_text(text.strip(), MAX_CELL))
    staged.mended = sorted({*staged.mended, column})
    before = row.identity
    (checked,) = judge(batch, [row], [staged], by=by, at=at)
    seal_cells(row, staged)
    take(row, staged, checked)
    row.mended, row.action = True, ""
    _save(batch, row, {before, row.identity})
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
    row.skipped, row.action = out, ""
    _save(batch, row, {row.identity})
    return row


def _row(batch: ImportBatch, line: int) -> ImportRow:
    row = ImportRow.objects.select_for_update().filter(batch=batch, line=line).first()
    if row is None:
        raise UnableToGoOn(_("文件里没有第 %(line)s 行") % {"line": line})
    return row


def _save(batch: ImportBatch, row: ImportRow, identities: set[str]) -> None:
    """Write the row, then look again at every row that shares an identity with it."""
    update_rows(
        [row],
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
    row.refresh_from_db(fields=["action", "duplicate_of"])
