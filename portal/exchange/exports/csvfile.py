"""CSV as PostgreSQL writes it, looked through for cells that a spreadsheet could run.

One row comes at a time and thousands are looked at together: only a row with something unusual in
it (a first character that is no letter, digit or Han character, a control character anywhere) is
taken apart and disarmed cell by cell.
"""

import csv
import io
import re
from collections.abc import Sequence
from typing import Protocol

from portal.exchange.exports.marks import Mark
from portal.ui.safe_cells import disarm

#: Excel takes a file without a byte-order mark for the old national encoding
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HELD = 512
#: Each byte by what it may mean: `,` parts cells, `a` begins a harmless one, `!` does not, `?` is a
#: control character or may be half of one. A look-up is ten times as fast as the expression below.
_HARMLESS = {*b"0123456789*", *range(65, 91), *range(97, 123), *range(0xE4, 0xEA)}
_CONTROLS = {*range(10), *range(11, 32), 0x7F, 0xC2}
_KINDS = bytes(
    b","[0] if byte in b",\n" else byte if byte == b'"'[0]
    else b"?"[0] if byte in _CONTROLS else b"a"[0] if byte in _HARMLESS else b"!"[0]
    for byte in range(256)
)  # fmt: skip
UNUSUAL = re.compile(
    rb'(?:^|,)"?(?![0-9A-Za-z*,"\n\xe4-\xe9]|\xe3(?!\x80)|\Z)'  # how a cell begins
    rb"|[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]",  # control characters
    re.MULTILINE,
)


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Rows:
    """What `COPY … TO STDOUT` writes into: one row of CSV at a time, counted and passed on."""

    def __init__(self, out: Sink, *, disarmed: bool) -> None:
        """:param disarmed: cells that a spreadsheet could run get an apostrophe"""
        self._out = out
        self._disarmed = disarmed
        self._held: list[bytes] = []
        self.count = 0

    def write(self, row: bytes) -> int:
        self._held.append(row)
        self.count += 1
        if len(self._held) >= HELD:
            self.flush()
        return len(row)

    def flush(self) -> None:
        """Pass on what is held."""
        together = b"".join(self._held)
        if self._disarmed and _may_be_unusual(together):
            together = b"".join(map(_looked_at, self._held))
        self._out.write(together)
        self._held.clear()


def _may_be_unusual(text: bytes) -> bool:
    """Whether a cell of these rows should be looked at; never wrong when it says no."""
    kinds = b"," + text.translate(_KINDS)
    return b",!" in kinds or b',"!' in kinds or b"?" in kinds


def _looked_at(row: bytes) -> bytes:
    return safe_row(row) if _may_be_unusual(row) and UNUSUAL.search(row) else row


def safe_row(row: bytes) -> bytes:
    """The row with every cell disarmed."""
    cells = next(csv.reader(io.StringIO(row.decode(), newline="")))
    return line([disarm(cell) for cell in cells])


def line(cells: Sequence[str]) -> bytes:
    """One row of CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def head(mark: Mark, titles: Sequence[str]) -> bytes:
    """What stands above the rows: byte-order mark, whose file it is, what is in it, titles."""
    lines = [[disarm(text)] for text in mark.lines]
    return BYTE_ORDER_MARK + b"".join(line(cells) for cells in [*lines, list(titles)])
