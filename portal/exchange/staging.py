"""What a staged row holds, sealed and opened; and how it becomes what a kind checks."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal import vault
from portal.exchange.kinds import CheckedRow, Problem, RawCell, RawRow
from portal.exchange.models import ComparisonRow, ImportRow
from portal.exchange.readers import MAX_CELL_LENGTH, Cell, cell_text, is_number
from portal.orgs.records import new_key

SEAL = "import_row"
_as_it_is = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_escaped = json.JSONEncoder(separators=(",", ":")).encode
#: What PostgreSQL's text cannot hold, and what nobody sees.
#: NUL, halves of surrogate pairs and private characters: what they mean is known on one machine.
_MEANINGLESS = re.compile("[\x00\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
_UNREADABLE = ("字符为自造字或无法识别，请改用标准字", "对照证件原件，用标准字重新填写")
_TOO_LONG = (f"超过 {MAX_CELL_LENGTH} 字，只保留了开头", f"缩短到 {MAX_CELL_LENGTH} 字以内")
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


def _dumped(content: Any) -> str:
    """As JSON, short; halves of surrogate pairs, which no encoding takes, as escapes."""
    text = _as_it_is(content)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _escaped(content)
    return text


def plain_text(text: str, longest: int) -> str:
    """A name from a file, fit for the database: without control characters, cut."""
    return _UNPRINTABLE.sub("", text)[:longest]


@dataclass
class HeldRow:
    """A staged row while a chunk is done: the columns of `ImportRow` that a step needs."""

    id: str
    line: int
    key_id: str
    sealed: bytes
    told: bytes
    verdict: str
    action: str
    identity: str
    warned: bool
    skipped: bool
    outcome: str
    target_id: Any


#: Rows that hold cells and what was said of them in ciphertexts of their own.
SealedRow = ImportRow | ComparisonRow | HeldRow


def sealed_row(line: int, cells: Sequence[Cell]) -> dict[str, Any]:
    """What staging keeps of a row that was just read: its cells, encrypted and bound to it."""
    key = new_key()
    texts = [cell if isinstance(cell, str) else cell_text(cell) for cell in cells]
    numbers = [place for place, cell in enumerate(cells) if is_number(cell)]
    key_id, sealed = vault.seal(_dumped([texts, numbers, []]), row=key, kind=SEAL)
    return {"id": key, "line": line, "key_id": key_id, "sealed": sealed}


def seal_cells(row: ImportRow, staged: Staged) -> None:
    """Put the cells into the row, encrypted and bound to it; the row is not written here."""
    numbers = [place for place, cell in enumerate(staged.cells) if cell.numeric]
    content = _dumped([[cell.text for cell in staged.cells], numbers, staged.mended])
    row.key_id, row.sealed = vault.seal(content, row=row.id, kind=SEAL)


def seal_told(row: SealedRow, staged: Staged) -> None:
    """Put what the check said into the row, in a ciphertext of its own: cells stay as written."""
    if not (staged.problems or staged.changes):
        row.told = b""
        return
    problems = [(p.field, p.message, p.how, p.severity) for p in staged.problems]
    content = _dumped([problems, staged.changes, staged.title])
    row.told = vault.seal_file(content.encode(), row=row.id)


def unseal(row: SealedRow) -> Staged:
    """:raises cryptography.exceptions.InvalidTag: altered, or moved from another row"""
    texts, numbers, mended = json.loads(
        vault.unseal(bytes(row.sealed), key_id=row.key_id, row=row.id, kind=SEAL)
    )
    staged = Staged(list(map(RawCell, texts)), mended=mended)
    for place in numbers:
        staged.cells[place] = RawCell(texts[place], True)
    if row.told:
        told = vault.unseal_file(bytes(row.told), row=row.id)
        problems, changes, staged.title = json.loads(told)
        staged.problems = tuple(Problem(*parts) for parts in problems)
        staged.changes = {key: (before, after) for key, (before, after) in changes.items()}
    return staged


def raw_row(line: int, staged: Staged, mapping: Sequence[str | None]) -> RawRow:
    """The row by field, as the kind checks it; columns that are not imported stay away."""
    return RawRow(
        line,
        {key: cell for key, cell in zip(mapping, staged.cells, strict=True) if key is not None},
    )


def unfit_row(row: RawRow) -> CheckedRow | None:
    """The refusal of a row that no kind should see: characters without a meaning, endless cells."""
    whole = "".join([cell.text for cell in row.cells.values()])
    if len(whole) <= MAX_CELL_LENGTH and not _MEANINGLESS.search(whole):
        return None
    problems = [
        Problem(key, *_UNREADABLE) if _MEANINGLESS.search(cell.text) else Problem(key, *_TOO_LONG)
        for key, cell in row.cells.items()
        if len(cell.text) > MAX_CELL_LENGTH or _MEANINGLESS.search(cell.text)
    ]
    return CheckedRow(row.line, "error", problems=tuple(problems)) if problems else None


def seal_before(before: dict[str, Any], row: HeldRow) -> dict[str, str]:
    """What undo needs, as the outcome keeps it: one ciphertext bound to the row."""
    if not before:
        return {}
    key_id, sealed = vault.seal(_dumped(before), row=row.id, kind="import_before")
    return {"key": key_id, "sealed": sealed.hex()}


def unseal_before(kept: dict[str, str], row: HeldRow) -> dict[str, Any]:
    if not kept:
        return {}
    opened: dict[str, Any] = json.loads(
        vault.unseal(
            bytes.fromhex(kept["sealed"]), key_id=kept["key"], row=row.id, kind="import_before"
        )
    )
    return opened
