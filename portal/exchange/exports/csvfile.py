"""CSV as PostgreSQL writes it, looked through for cells that a spreadsheet could run.

One row comes at a time and thousands are looked at together: only a row with something unusual in
it (a first character that is no letter, digit or Han character, a control character anywhere) is
taken apart and disarmed cell by cell.
"""

import csv
import io
import re
from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from portal.exchange.exports.marks import Mark
from portal.ui.safe_cells import disarm

#: Excel takes a file without a byte-order mark for the old national encoding
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
HELD = 512
#: Two UUIDs as the last cells of a row, and what stands before them and their commas.
PLACE, PERSON, BEFORE_KEYS = itemgetter(slice(-74, -38)), itemgetter(slice(-37, -1)), -75
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
    rb'(?:^|,)"?(?![0-9A-Za-z*,"\n\xe4-\xe9]|\xe3(?!\x80)|\Z)|(?:^|,)"\n'  # how a cell begins
    rb"|[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]",  # control characters
    re.MULTILINE,
)


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Rows:
    """What `COPY … TO STDOUT` writes into: one row of CSV at a time, counted and passed on.

    The order of a file of people tells which export it came from: those at one place stand in an
    order that follows from the export's own seed.
    """

    def __init__(self, out: Sink, *, disarmed: bool, seed: bytes | None = None) -> None:
        """
        :param disarmed: cells that a spreadsheet could run get an apostrophe
        :param seed: rows end with the keys of a place and of a person, which are kept aside
        """
        self._out = out
        self._disarmed = disarmed
        self._seed = seed
        self._held: list[bytes] = []
        self._enough = HELD
        self._people: list[bytes] = []
        self.count = 0

    @property
    def people(self) -> bytes:
        """The keys of the people of the rows passed on, 16 bytes each, one after the other."""
        return bytes.fromhex(b"".join(self._people).replace(b"-", b"").decode())

    def write(self, row: bytes) -> int:
        self._held.append(row)
        self.count += 1
        if len(self._held) >= self._enough:
            rows, self._held = self._held, []
            self._pass_on(rows if self._seed is None else self._ordered(rows, hold_last=True))
        return len(row)

    def flush(self) -> None:
        """Pass on what is held."""
        rows, self._held = self._held, []
        self._pass_on(rows if self._seed is None else self._ordered(rows, hold_last=False))

    def _ordered(self, rows: list[bytes], *, hold_last: bool) -> list[bytes]:
        """Rows in the export's order, without their keys; the last place may go on and is held."""
        places = [list(group) for _, group in groupby(rows, PLACE)]
        if hold_last:
            self._held = places.pop()
            self._enough = len(self._held) + HELD
        ordered = [
            row
            for place in places
            for row in (place if len(place) == 1 else sorted(place, key=self._trace))
        ]
        self._people.append(b"".join(map(PERSON, ordered)))
        return [row[:BEFORE_KEYS] + b"\n" for row in ordered]

    def _trace(self, row: bytes) -> bytes:
        assert self._seed is not None
        return blake2b(PERSON(row), key=self._seed, digest_size=8).digest()

    def _pass_on(self, rows: list[bytes]) -> None:
        together = b"".join(rows)
        if self._disarmed and _may_be_unusual(together):
            together = b"".join(map(_looked_at, rows))
        self._out.write(together)


def _may_be_unusual(text: bytes) -> bool:
    """Whether a cell of these rows should be looked at; never wrong when it says no."""
    kinds = b"," + text.translate(_KINDS)
    return any(each in kinds for each in (b",!", b',"!', b',",', b"?"))


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
