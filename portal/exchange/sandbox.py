"""Reads an uploaded file in a process of its own with little memory, time and rights.

The child is this very file, run alone: it loads the reading modules by path, so that no framework
is imported, limits itself before it looks at the first byte of the file, and writes
JSON lines. Whatever happens to it, the parent answers with rows or with a
:class:`~portal.exchange.readers.FileRefused`.
"""

from __future__ import annotations

import codecs
import contextlib
import dataclasses
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from portal.exchange import readers, workbook_filler

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 120
WALL_SECONDS = 180
OUTPUT_BYTES = 512 * 1024 * 1024
_NOBODY = 65534


def read_in_sandbox(path: Path | str, filename: str, known_headers: Iterable[str]) -> readers.Table:
    """Like :func:`read_stream_in_sandbox`, for a file that is stored somewhere."""
    with Path(path).open("rb") as source:
        return read_stream_in_sandbox(source, filename, known_headers)


def read_stream_in_sandbox(
    source: BinaryIO, filename: str, known_headers: Iterable[str]
) -> readers.Table:
    """All tables of an uploaded file, read by a limited child, with all rows in memory."""
    with spooled_in_sandbox(source, filename, known_headers) as table:
        for sheet in table.sheets:
            sheet.rows = list(sheet.rows)
        return table


@contextlib.contextmanager
def spooled_in_sandbox(
    source: BinaryIO, filename: str, known_headers: Iterable[str]
) -> Iterator[readers.Table]:
    """All tables of an uploaded file, read by a limited child; their rows stay in a nameless file.

    However long a sheet, going through its rows holds one of them at a time.

    :param source: the file, with a descriptor of its own; read from its beginning.
    :param filename: the name that the sender gave it.
    :raises FileRefused: like :func:`portal.exchange.readers.read_table`, and when the reading
        takes too much memory or time.
    """
    with _done_by_child(["read", filename, list(known_headers)], source) as output:
        yield _collect(output)


def top_in_sandbox(source: BinaryIO, filename: str, known_headers: Iterable[str]) -> readers.Table:
    """Like :func:`portal.exchange.readers.read_top`, in a limited child.

    :raises FileRefused: like it, and when it takes too much memory or time
    """
    with _done_by_child(["top", filename, list(known_headers)], source) as output:
        table = _collect(output)
        for sheet in table.sheets:
            sheet.rows = list(sheet.rows)
        return table


def filled_in_sandbox(
    content: bytes, plan: workbook_filler.Plan, rows: Iterable[Sequence[str]]
) -> bytes:
    """A workbook with rows filled in by a limited child; nothing of it has a name on the disk.

    :raises FileRefused: it takes too much memory or time, or cannot be written again
    """
    with tempfile.TemporaryFile() as source:
        source.write(f"{len(content)}\n".encode() + content)
        for row in rows:
            source.write(_line(*row).encode())
        source.flush()
        with _done_by_child(["fill", *dataclasses.astuple(plan)], source) as output:
            return output.read()


def picture_in_sandbox(content: bytes) -> bytes:
    """A photo written anew by a limited child (portal.exchange.pictures).

    :raises FileRefused: it is none, or takes too much memory or time
    """
    from portal.exchange.containers import FileRefused

    with tempfile.TemporaryFile() as source:
        source.write(content)
        source.flush()
        try:
            with _done_by_child(["picture"], source) as output:
                kind, *told = json.loads(output.readline() or b'["refused", "damaged", ""]')
                if kind == "refused":
                    raise FileRefused(told[0], told[1] or _NO_PHOTO)
                return output.read()
        except FileRefused as refusal:
            if refusal.code in ("memory", "time"):
                raise FileRefused(refusal.code, _NO_PHOTO) from refusal
            raise


@contextlib.contextmanager
def _done_by_child(settings: list[object], source: BinaryIO | IO[bytes]) -> Iterator[IO[bytes]]:
    """What the child wrote of `source`, from its beginning.

    :raises FileRefused: it came to no end
    """
    from portal.exchange.containers import FileRefused

    source.seek(0)
    with tempfile.TemporaryFile() as output:
        try:
            finished = subprocess.run(  # noqa: S603 - our own interpreter and file, no shell
                [sys.executable, "-I", __file__, json.dumps(settings)],
                stdin=source,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                close_fds=True,
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as failure:
            raise FileRefused("time", _TOO_LONG) from failure
        if finished.returncode != 0:
            raise FileRefused("memory", _TOO_MUCH)
        output.seek(0)
        yield output


class SpooledRows(Collection["readers.Row"]):
    """The rows of one sheet as the child wrote them; each pass reads them anew."""

    def __init__(self, lines: IO[bytes], start: int) -> None:
        self._lines, self._start, self.count = lines, start, 0

    def __len__(self) -> int:
        return self.count

    def __contains__(self, row: object) -> bool:
        return any(row == each for each in self)

    def __iter__(self) -> Iterator[readers.Row]:
        from portal.exchange.readers import Row

        self._lines.seek(self._start)
        for _ in range(self.count):
            _kind, number, cells = json.loads(self._lines.readline())
            yield Row(number, tuple(map(_decoded, cells)))


_TOO_LONG = "读取时间过长，请拆成几个文件，或只保留名单所在的区域后再上传"
_NO_PHOTO = "照片不能读取，请重新拍摄或另存为 JPEG 后再上传"
_TOO_MUCH = "表格内容过大或过于复杂，请只保留名单所在的区域，复制到新工作簿后再上传"


_ROW = b'["row", '


def _collect(lines: IO[bytes]) -> readers.Table:
    from portal.exchange.containers import FileRefused
    from portal.exchange.readers import Sheet, Table

    table, rows = Table(), None
    complete = False
    while line := lines.readline():
        if line.startswith(_ROW) and rows is not None:
            rows.count += 1
            continue
        kind, *rest = json.loads(line)
        if kind == "sheet":
            name, header_row, headers, left_out = rest
            pairs = [(number, reason) for number, reason in left_out]
            rows = SpooledRows(lines, lines.tell())
            # not a list, but all that is asked of it here: its length, and passes through it
            held = cast("list[readers.Row]", rows)
            table.sheets.append(Sheet(name, header_row, tuple(headers), held, pairs))
        elif kind == "refused":
            raise FileRefused(rest[0], rest[1])
        elif kind == "end":
            table.notes_zh, complete = rest[0], True
    if not complete:
        raise FileRefused("memory", _TOO_MUCH)
    return table


def _decoded(value: str | int | float | list[str]) -> readers.Cell:
    return date.fromisoformat(value[0]) if isinstance(value, list) else value


def _encoded(cell: readers.Cell) -> str | int | float | list[str]:
    return [cell.isoformat()] if isinstance(cell, date) else cell


# ---------------------------------------------------------------- the child


def _child() -> None:
    """Limit this process, read standard input, write lines."""
    what, *settings = json.loads(sys.argv[1])
    try:
        if what == "fill":
            _fill(settings)
        elif what == "picture":
            _picture()
        else:
            _read(what, *settings)
    except (MemoryError, OSError):
        os._exit(3)  # nothing may be flushed any more


def _read(what: str, filename: str, known_headers: list[str]) -> None:
    reading = _load("containers", "readers")
    for encoding in ("utf-8-sig", "gb18030", "cp437"):
        codecs.lookup(encoding)
    _limit()
    read = reading.read_top if what == "top" else reading.read_table
    for line in _lines(reading, read, sys.stdin.buffer, filename, known_headers):
        sys.stdout.write(line)
    sys.stdout.flush()


def _fill(settings: list[Any]) -> None:
    filling = _load("workbook_filler")
    filling.warm_up()
    _limit()
    source = sys.stdin.buffer
    content = source.read(int(source.readline()))
    rows = [json.loads(line) for line in source]
    sys.stdout.buffer.write(filling.fill(content, filling.Plan(*settings), rows))
    sys.stdout.flush()


def _picture() -> None:
    pictures = _load("pictures")
    pictures.warm_up()
    _limit()
    out = sys.stdout.buffer
    try:
        made = pictures.written_anew(sys.stdin.buffer.read(pictures.MAX_BYTES + 1))
    except pictures.PictureRefused as refusal:
        out.write(_line("refused", refusal.code, refusal.message_zh).encode())
    else:
        out.write(_line("taken").encode() + made)
    out.flush()


def _lines(
    reading: ModuleType, read: Callable[..., readers.Table], source: BinaryIO, filename: str,
    known_headers: list[str],
) -> Iterator[str]:  # fmt: skip
    try:
        table = read(source, filename, known_headers)
    except reading.FileRefused as refusal:
        yield _line("refused", refusal.code, refusal.message_zh)
        return
    for sheet in table.sheets:
        yield _line("sheet", sheet.name, sheet.header_row, sheet.headers, sheet.left_out)
        for row in sheet.rows:
            yield _line("row", row.number, [_encoded(cell) for cell in row.cells])
    yield _line("end", table.notes_zh)


def _line(*values: object) -> str:
    return json.dumps(values) + "\n"


def _load(*names: str) -> ModuleType:
    """Modules of this folder by path, with everything that they need later; the last of them.

    They stand in `sys.modules` under their full names, so their imports of each other find them
    without the packages above, which would start the framework.
    """
    for name in names:
        full_name = f"portal.exchange.{name}"
        place = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(full_name, place)
        if spec is None or spec.loader is None:
            raise ImportError(str(place))
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return module


def _limit() -> None:
    """Little memory, little time, no new files or processes; as root, also no rights."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: OUTPUT_BYTES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 16,
    }
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):  # a container that withholds the capability
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    for which, most in limits.items():
        hard = resource.getrlimit(which)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (value, value))


if __name__ == "__main__":
    _child()
