"""What a kind of file must be able to do, as the areas declare it to the frame (D-12).

An area's `exchange` module exports `IMPORTS: list[ImportKind]`. The frame reads the file, maps
its columns, stages its rows, and hands them here in chunks; the kind checks them with the same
plain rules that its page calls, and applies them set-based through its own services.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

Action = Literal["create", "update", "unchanged", "duplicate_in_file", "elsewhere", "error"]
ACTION_TITLES: dict[Action, str] = {
    "create": "新增",
    "update": "更新",
    "unchanged": "未变",
    "duplicate_in_file": "文件内重复",
    "elsewhere": "已在外单位登记",
    "error": "出错",
}
#: What a row can end as: the actions, and what the frame adds to them.
Outcome = Action | Literal["skipped", "undone", "kept"]
OUTCOME_TITLES: dict[str, str] = {
    **{str(key): title for key, title in ACTION_TITLES.items()},
    "skipped": "不导入",
    "undone": "已撤销",
    "kept": "未能撤销",
}
Mask = Literal["", "identity", "phone", "birth"]


@dataclass(frozen=True)
class ImportField:
    """A column that a kind understands; `synonyms` are headings that committees write."""

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    mask: Mask = ""
    hint: str = ""
    #: fields that together bring what this required one does
    parts: tuple[str, ...] = ()


class RawCell(NamedTuple):
    """A cell as the file holds it; `numeric` when the sheet stored a number, not text."""

    text: str
    numeric: bool = False


@dataclass(frozen=True)
class RawRow:
    """A row by field key; `line` is the row number that the spreadsheet shows."""

    line: int
    cells: Mapping[str, RawCell]

    def text(self, key: str) -> str:
        cell = self.cells.get(key)
        return cell.text.strip() if cell else ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell and how to mend it; `warning` does not refuse the row."""

    field: str
    message: str
    how: str = ""
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class CheckedRow:
    """A row after checking: what will be done with it, and why not.

    `clean` holds what `apply` needs, and never leaves the process; `identity` is the key by which
    the frame finds duplicates inside the whole file (hex of a blind index, never a number).
    `changes` are before/after pairs for the preview, masked.
    """

    line: int
    action: Action
    clean: dict[str, Any] = field(default_factory=dict)
    identity: str = ""
    problems: tuple[Problem, ...] = ()
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    title: str = ""


@dataclass(frozen=True)
class RowResult:
    """What became of a row; `before` is what undo needs to restore."""

    line: int
    outcome: Outcome
    target_id: Any = None
    message: str = ""
    before: dict[str, Any] = field(default_factory=dict)


class Columned(Protocol):
    """Whatever is read by columns."""

    fields: Sequence[ImportField]


class ImportKind(Protocol):
    """One kind of file. Both steps run inside a transaction in the requester's scope."""

    key: str
    title: str
    capability: Capability
    fields: Sequence[ImportField]

    def check(
        self, rows: Sequence[RawRow], *, committee: int, by: Scope, today: date
    ) -> list[CheckedRow]:
        """Judge a chunk of rows with set-based look-ups; writes nothing."""

    def apply(
        self, rows: Sequence[CheckedRow], *, committee: int, by: Scope, at: datetime
    ) -> list[RowResult]:
        """Do what `check` promised for rows to create or update; one result per row.

        Called with rows freshly checked in the same transaction, so nothing has changed between.
        """

    def undo(self, results: Sequence[RowResult], *, by: Scope, at: datetime) -> list[RowResult]:
        """Take back created or updated rows that nobody has touched since; tell the rest.

        One result per row: `error` with a sentence for a row that somebody has touched since and
        that therefore stays, anything else for a row taken back.
        """


@runtime_checkable
class Grouped(Protocol):
    """A kind that judges some rows together, near each other in the file: those of a household."""

    def together(self, row: RawRow) -> str:
        """What such rows have in common; blank for a row that is judged by itself."""


@runtime_checkable
class Across(Protocol):
    """A kind whose rows name their own committee: one file fills the sender's whole unit.

    `rule` says on the page what becomes of rows, in place of the sentence about registers.
    """

    across_units: bool
    rule: str


@runtime_checkable
class Measured(Protocol):
    """A kind that can tell what a file did to the register; such a kind shows its effect."""

    def measure(self, *, committee: int, by: Scope, today: date) -> dict[str, int]:
        """Totals of the committee by title (`{"实有人口": 5318}`), read before and after."""
