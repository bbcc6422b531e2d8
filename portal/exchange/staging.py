"""What a staged row holds, sealed and opened; and how it becomes what a kind checks."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal import vault
from portal.exchange.kinds import CheckedRow, Problem, RawCell, RawRow
from portal.exchange.models import ImportRow
from portal.exchange.readers import Cell, cell_text, is_number

SEAL = "import_row"
#: What PostgreSQL's text cannot hold, and what nobody sees.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass
class Staged:
    """The content of one row: cells in the file's order, and what the check said of them.

    `mended` are the places of cells that somebody has corrected on the screen.
    """

    cells: list[RawCell]
    problems: tuple[Problem, ...] = ()
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    title: str = ""
    mended: list[int] = field(default_factory=list)

    def take(self, checked: CheckedRow) -> None:
        """Keep what the check said."""
        self.problems = checked.problems
        self.changes = {key: (pair[0], pair[1]) for key, pair in checked.changes.items()}
        self.title = checked.title


def plain_text(text: str, longest: int) -> str:
    """A name from a file, fit for the database: without control characters, cut."""
    return _UNPRINTABLE.sub("", text)[:longest]


def raw_cell(cell: Cell) -> RawCell:
    return RawCell(cell_text(cell), is_number(cell))


def seal(row: ImportRow, staged: Staged) -> ImportRow:
    """Put `staged` into the row, encrypted and bound to it; the row is not written here."""
    row.key_id, row.sealed = vault.seal(_dumped(staged), row=row.pk, kind=SEAL)
    return row


def unseal(row: ImportRow) -> Staged:
    """:raises cryptography.exceptions.InvalidTag: altered, or moved from another row"""
    held: dict[str, Any] = json.loads(
        vault.unseal(bytes(row.sealed), key_id=row.key_id, row=row.pk, kind=SEAL)
    )
    return Staged(
        cells=[RawCell(text, bool(numeric)) for text, numeric in held["cells"]],
        problems=tuple(Problem(*parts) for parts in held["problems"]),
        changes={key: (before, after) for key, (before, after) in held["changes"].items()},
        title=held["title"],
        mended=held["mended"],
    )


def _dumped(staged: Staged) -> str:
    return json.dumps(
        {
            "cells": [(cell.text, int(cell.numeric)) for cell in staged.cells],
            "problems": [(p.field, p.message, p.how, p.severity) for p in staged.problems],
            "changes": staged.changes,
            "title": staged.title,
            "mended": staged.mended,
        }
    )


def raw_row(line: int, staged: Staged, mapping: Sequence[str | None]) -> RawRow:
    """The row by field, as the kind checks it; columns that are not imported stay away."""
    return RawRow(
        line,
        {key: cell for key, cell in zip(mapping, staged.cells, strict=True) if key is not None},
    )


def seal_before(before: dict[str, Any], row: ImportRow) -> dict[str, str]:
    """What undo needs, as the outcome keeps it: one ciphertext bound to the row."""
    if not before:
        return {}
    key_id, sealed = vault.seal(json.dumps(before), row=row.pk, kind="import_before")
    return {"key": key_id, "sealed": sealed.hex()}


def unseal_before(kept: dict[str, str], row: ImportRow) -> dict[str, Any]:
    if not kept:
        return {}
    opened: dict[str, Any] = json.loads(
        vault.unseal(
            bytes.fromhex(kept["sealed"]), key_id=kept["key"], row=row.pk, kind="import_before"
        )
    )
    return opened
