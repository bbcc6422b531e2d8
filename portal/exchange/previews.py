"""What a batch's pages show of its rows: masked cells, problems in place, what will be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portal.exchange.kinds import ACTION_TITLES, OUTCOME_TITLES, ImportField, ImportKind, Mask
from portal.exchange.mapping import SURE, suggest
from portal.exchange.masking import masked, scrubbed
from portal.exchange.models import ImportBatch, ImportRow
from portal.exchange.readers import column_letter, header_key
from portal.exchange.registry import fields_by_key, file_fields
from portal.exchange.services.columns import is_ours
from portal.exchange.staging import Staged, unseal
from portal.exchange.workbooks import duplicate
from portal.ui.formats import whole

PAGE_ROWS = 50
SAMPLES = 3
_NOISE = frozenset({"序号", "编号", "备注", "说明", "no", "no."})

#: Chips of the preview: key, title, what it selects, count's name.
CHIPS = (
    ("error", _lazy("有错"), Q(action="error")),
    ("warn", _lazy("需留意"), Q(warned=True, skipped=False) & ~Q(action="error")),
    ("duplicate", _lazy("文件内重复"), Q(action="duplicate_in_file")),
    ("elsewhere", _lazy("已在外单位登记"), Q(action="elsewhere")),
    ("mended", _lazy("已改"), Q(mended=True)),
    ("skipped", _lazy("不导入"), Q(skipped=True)),
    ("create", _lazy("新增"), Q(action="create")),
    ("update", _lazy("更新"), Q(action="update")),
    ("unchanged", _lazy("未变"), Q(action="unchanged")),
)
DEFAULT_CHIPS = ("error", "warn", "duplicate", "mended")
_ALWAYS = ("error", "warn")


@dataclass(frozen=True)
class Chip:
    """A count that narrows the preview; a second press takes it away again."""

    key: str
    title: str | Promise
    count: int
    on: bool
    query: str


@dataclass(frozen=True)
class Column:
    """A column that is imported: its place in the file and the field that it fills."""

    place: int
    field: ImportField

    @property
    def mono(self) -> bool:
        return self.field.mask in ("identity", "phone")


@dataclass(frozen=True)
class Cell:
    """A cell of the preview: what is shown, and what is wrong with it."""

    column: Column
    text: str
    state: str = ""
    message: str = ""
    how: str = ""


@dataclass(frozen=True)
class Line:
    """A row of the preview; `says` is its first reason, `changes` what it would change."""

    number: int
    action: str
    action_title: str
    says: str
    skipped: bool
    cells: Sequence[Cell]
    changes: Sequence[tuple[str, str, str]] = ()
    title: str = ""

    @property
    def tone(self) -> str:
        if self.action in ("error", "duplicate_in_file"):
            return "danger"
        return "warn" if self.action == "elsewhere" else ""


@dataclass(frozen=True)
class Editor:
    """The cell that is open for correction: its row, its reason, the text to begin with."""

    line: Line
    cell: Cell
    text: str
    placeholder: str = ""


@dataclass(frozen=True)
class Refused:
    """A refused row on the result page."""

    line: int
    title: str
    column: str
    reason: str
    how: str
    tone: str = "danger"


@dataclass
class Preview:
    """One page of rows."""

    chips: list[Chip]
    columns: list[Column]
    lines: list[Line]
    total: int
    next_after: int | None = None
    shown: tuple[str, ...] = field(default_factory=tuple)


def columns_of(batch: ImportBatch, kind: ImportKind) -> list[Column]:
    fields = fields_by_key(kind)
    return [
        Column(place, fields[key])
        for place, key in enumerate(batch.mapping)
        if key is not None and key in fields
    ]


def preview(batch: ImportBatch, kind: ImportKind, shown: Sequence[str], after: int) -> Preview:
    """The rows that the chosen chips select, after line `after`, in the file's order."""
    known = {key for key, _, _ in CHIPS}
    chosen = tuple(key for key in shown if key in known)
    rows = ImportRow.objects.filter(batch=batch)
    if chosen and "all" not in shown:
        wanted = Q()
        for key, _title, condition in CHIPS:
            if key in chosen:
                wanted |= condition
        rows = rows.filter(wanted)
    total = rows.count()
    page = list(rows.filter(line__gt=after).order_by("line")[: PAGE_ROWS + 1])
    columns = columns_of(batch, kind)
    return Preview(
        chips=_chips(batch, chosen, "all" in shown),
        columns=columns,
        lines=[line_of(row, columns) for row in page[:PAGE_ROWS]],
        total=total,
        next_after=page[PAGE_ROWS - 1].line if len(page) > PAGE_ROWS else None,
        shown=("all",) if "all" in shown else chosen,
    )


def _chips(batch: ImportBatch, chosen: tuple[str, ...], everything: bool) -> list[Chip]:
    counts = _chip_counts(batch)
    chips = [
        Chip(key, title, counts[key], key in chosen and not everything, _toggled(key, chosen))
        for key, title, _condition in CHIPS
        if counts[key] or key in _ALWAYS
    ]
    return [*chips, Chip("all", _("全部"), batch.row_count, everything, "show=all")]


def _chip_counts(batch: ImportBatch) -> dict[str, int]:
    return {
        key: ImportRow.objects.filter(condition, batch=batch).count()
        for key, _title, condition in CHIPS
    }


def _toggled(key: str, chosen: tuple[str, ...]) -> str:
    kept = [each for each in chosen if each != key] if key in chosen else [*chosen, key]
    return "&".join(f"show={each}" for each in kept) or "show=all"


def line_of(row: ImportRow, columns: Sequence[Column]) -> Line:
    """A row as the grid shows it."""
    staged = unseal(row)
    return Line(
        number=row.line,
        action=row.action,
        action_title=OUTCOME_TITLES.get(row.action, "—"),
        says=_says(row, staged),
        skipped=row.skipped,
        cells=[cell_of(column, staged) for column in columns],
        changes=_changes(staged, columns) if row.action == "update" else [],
        title=_title(staged, columns),
    )


def _says(row: ImportRow, staged: Staged) -> str:
    if row.duplicate_of is not None:
        return duplicate(row.duplicate_of).message
    first = sorted(staged.problems, key=lambda p: p.severity)
    return scrubbed(first[0].message) if first else ""


def _changes(staged: Staged, columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    titles = {column.field.key: column.field.title for column in columns}
    return [
        (titles.get(key, key), scrubbed(before), scrubbed(after))
        for key, (before, after) in staged.changes.items()
    ]


def cell_of(column: Column, staged: Staged) -> Cell:
    """A masked cell with the worst of its problems."""
    text = masked(staged.cells[column.place].text, column.field.mask)
    mine = sorted(
        (p for p in staged.problems if p.field == column.field.key), key=lambda p: p.severity
    )
    if mine:
        state = "is-error" if mine[0].severity == "error" else "is-warn"
        return Cell(column, text or _("（空）"), state, scrubbed(mine[0].message), mine[0].how)
    if column.place in staged.mended:
        return Cell(column, text, "is-fixed")
    changed = staged.changes.get(column.field.key)
    return Cell(column, text, "is-changed" if changed else "")


def editor_of(row: ImportRow, columns: Sequence[Column], place: int, own: bool) -> Editor | None:
    """The cell at `place` open for correction.

    A masked value is shown in full only to whoever sent the file (`own`) and only where it is
    wrong; otherwise a new one is typed.
    """
    line = line_of(row, columns)
    cell = next((each for each in line.cells if each.column.place == place), None)
    if cell is None:
        return None
    raw = unseal(row).cells[place].text
    if cell.column.field.mask == "":
        return Editor(line, cell, raw)
    if own and cell.state in ("is-error", "is-warn"):
        return Editor(line, cell, raw)
    return Editor(line, cell, "", placeholder=cell.text)


# ---------------------------------------------------------------- the mapping of columns


@dataclass(frozen=True)
class MappingRow:
    """A column of the file on the mapping page."""

    place: int
    letter: str
    header: str
    samples: Sequence[str]
    mono: bool
    chosen: str
    state: str
    words: str


def mapping_rows(
    batch: ImportBatch, kind: ImportKind, chosen: Sequence[str | None]
) -> list[MappingRow]:
    """Each column of the file with samples, its field and how sure that is."""
    rows = ImportRow.objects.filter(batch=batch).order_by("line")[:SAMPLES]
    return columns_shown(batch.headers, kind.fields, chosen, [unseal(row) for row in rows])


def columns_shown(
    headers: Sequence[str], known: Sequence[ImportField], chosen: Sequence[str | None],
    staged: Sequence[Staged],
) -> list[MappingRow]:  # fmt: skip
    """The columns of any list that is mapped, with samples out of its first rows."""
    fields = {field.key: field for field in known}
    sure = suggest(headers, file_fields(known))
    result = []
    for place, header in enumerate(headers):
        key = chosen[place]
        named = fields.get(key) if key else None
        guess = fields.get(sure[header].field or "")
        mask: Mask = (named or guess).mask if (named or guess) else ""  # type: ignore[union-attr]
        result.append(
            MappingRow(
                place=place,
                letter=column_letter(place),
                header=header,
                samples=[masked(each.cells[place].text, mask) or _("空") for each in staged],
                mono=mask in ("identity", "phone"),
                chosen=key or "",
                state=_state(header, key, sure[header].field, sure[header].confidence),
                words=_transformation(named) if named else "",
            )
        )
    return result


_BY_MASK = {
    "identity": _lazy("去空格，全角转半角，末位 x 转 X"),
    "phone": _lazy("去空格、横线"),
    "birth": _lazy("统一日期格式"),
}


def _transformation(field: ImportField) -> str:
    """What is done to the cells of a field, in words: the kind's own, or what its mask tells."""
    return field.hint or str(_BY_MASK.get(field.mask, ""))


def _state(header: str, key: str | None, guess: str | None, confidence: float) -> str:
    if key:
        return "sure" if key != guess or confidence >= SURE else "ask"
    return "out" if is_ours(header) or header_key(header) in _NOISE else "ask"


# ---------------------------------------------------------------- the result


def refused(batch: ImportBatch, kind: ImportKind, after: int) -> tuple[list[Refused], int | None]:
    """Rows that were not written, and after which line the next page begins."""
    rows = ImportRow.objects.filter(
        batch=batch, outcome__in=("error", "duplicate_in_file", "elsewhere", "kept")
    )
    page = list(rows.filter(line__gt=after).order_by("line")[: PAGE_ROWS + 1])
    columns = columns_of(batch, kind)
    found = [_refused(row, columns) for row in page[:PAGE_ROWS]]
    return found, page[PAGE_ROWS - 1].line if len(page) > PAGE_ROWS else None


def _title(staged: Staged, columns: Sequence[Column]) -> str:
    """How a row is called: by its check, else by its first column that needs no mask."""
    plain = (staged.cells[column.place].text for column in columns if not column.field.mask)
    return scrubbed(staged.title or next(plain, ""))


def _refused(row: ImportRow, columns: Sequence[Column]) -> Refused:
    staged = unseal(row)
    title = _title(staged, columns)
    if row.outcome == "kept":
        return Refused(
            row.line, title, "", _("写入后已有人改过，保留不撤销"), _("在台账中逐条核对"), "warn"
        )
    problems = sorted(staged.problems, key=lambda p: p.severity)
    if row.duplicate_of is not None:
        problems = [duplicate(row.duplicate_of)]
    if not problems:
        return Refused(row.line, title, "", OUTCOME_TITLES.get(row.outcome, ""), "", "warn")
    first = problems[0]
    titles = {column.field.key: column.field.title for column in columns}
    tone = "warn" if row.outcome == "elsewhere" else "danger"
    return Refused(
        row.line, title, titles.get(first.field, ""), scrubbed(first.message), first.how, tone
    )


def in_words(counts: dict[str, Any]) -> str:
    """`新增 171，更新 196，未变 33`; what did not happen is left out."""
    parts = [
        f"{title} {whole(counts[key])}" for key, title in ACTION_TITLES.items() if counts.get(key)
    ]
    return "，".join(parts)
