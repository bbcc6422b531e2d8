"""The words a list is declared in: columns, what a cell holds besides text, views, bulk acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise

from portal.ui import formats

Text = str | Promise


@dataclass(frozen=True)
class Tag:
    """A status word: tone is blank (neutral), `info`, `ok`, `warn`, `danger` or `line`."""

    text: Text
    tone: str = ""


@dataclass(frozen=True)
class Link:
    """A text that leads somewhere, besides the row's own address."""

    text: Text
    url: str


@dataclass(frozen=True)
class Masked:
    """A masked value; with `url` it has an eye, with `denied` a lock that says why not."""

    text: str
    url: str = ""
    denied: Text = ""
    key: str = ""


@dataclass(frozen=True)
class Verified:
    """Days since the last verification, written with the freshness mark."""

    days: int | None
    cycle: int = 90

    @property
    def text(self) -> str:
        return formats.ago(self.days)

    @property
    def overdue(self) -> bool:
        return self.days is None or self.days > self.cycle


@dataclass(frozen=True)
class Share:
    """How many of all have reached something, drawn beside the target (percent) for it."""

    part: int
    total: int
    target: float

    @property
    def rate(self) -> float | None:
        """In percent; None where there is nothing to reach it."""
        return self.part * 100 / self.total if self.total else None


@dataclass(frozen=True)
class Problem:
    """The worst open problem of a row: level `must`, `should` or `note`."""

    text: Text
    level: str


@dataclass(frozen=True)
class Toned:
    """A text in a status colour: tone `danger`, `warn`, `ok` or `2` (secondary)."""

    text: Text
    tone: str


Value = Any
Reader = str | Callable[[Any], Value]


@dataclass(frozen=True)
class Column:
    """One column of a list and of its sorting.

    :param cell: attribute path (`unit.name`) or function of the row; the key when blank
    :param sort: fields that order by this column; indexed together with the unit, never NULL
    :param kind: how plain values are written: text, name, number, decimal, rate, code, day, second
    :param template: a template for the cell instead; it receives `row` and `value`
    :param width: pixels, one of those in tables.css (40 to 320); 0 lets the content decide
    :param fixed: always shown, always first
    :param shown: shown unless the user chose otherwise
    """

    key: str
    title: Text
    cell: Reader = ""
    sort: str | tuple[str, ...] = ()
    kind: str = "text"
    template: str = ""
    width: int = 0
    align: str = ""
    fixed: bool = False
    shown: bool = True

    @property
    def sort_fields(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    @property
    def css(self) -> str:
        """Classes of the column's cells."""
        align = self.align or ("right" if self.kind in _NUMERIC else "left")
        names = {"right": "pp-num", "center": "pp-mid"}
        parts = [names.get(align, ""), "pp-name" if self.kind == "name" else ""]
        return " ".join(part for part in parts if part)

    @property
    def head_css(self) -> str:
        """Classes of the column's head."""
        return f"{self.css} pp-w-{self.width}".strip() if self.width else self.css

    @property
    def reader(self) -> Callable[[Any], Value]:
        """What finds the cell's value in a row."""
        cell = self.cell or self.key
        return cell if callable(cell) else partial(read, reader=cell)


_NUMERIC = frozenset({"number", "decimal", "rate"})


@dataclass(frozen=True)
class SavedView:
    """A tab above the chips: a name, the query it stands for and how many rows it has."""

    title: Text
    query: str
    count: int | None = None
    #: names one of the user's own; blank for those that come with the list
    key: str = ""
    #: an own view's columns
    columns: tuple[str, ...] = ()
    #: who shared it, for one that is somebody else's
    shared_by: str = ""
    #: whether this user may take it back for everybody
    withdrawable: bool = False

    @property
    def address(self) -> str:
        """The parameters that open it."""
        own = f"view={self.key}" if self.key else ""
        return "&".join(part for part in (self.query, own) if part)


@dataclass(frozen=True)
class BulkAction:
    """A button of the bulk bar; it posts the chosen ids (or `all=1` and the query) to `url`."""

    title: Text
    url: str
    #: the answer is a dialog, asked for by HTMX
    dialog: bool = False


@dataclass(frozen=True)
class Action:
    """A link that an empty list offers."""

    title: Text
    url: str


@dataclass(frozen=True)
class Empty:
    """What an empty register says: how to begin."""

    title: Text
    text: Text = ""
    icon: str = ""
    primary: Action | None = None
    secondary: Action | None = None


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    record: Any
    pk: str
    url: str
    #: the whole table row
    drawn: str


@dataclass(frozen=True)
class Head:
    """A column's head: `direction` is blank when the list is not sorted by it."""

    column: Column
    url: str
    direction: str


def read(row: Any, reader: str) -> Value:
    """Follow an attribute path; an absent relation gives None."""
    if reader in getattr(row, "__dict__", ()):  # a column of the row itself
        return row.__dict__[reader]
    found = row
    for name in reader.split("."):
        if found is None:
            return None
        found = found.get(name) if isinstance(found, Mapping) else getattr(found, name)
        if callable(found) and not isinstance(found, Model):
            found = found()
    return found
