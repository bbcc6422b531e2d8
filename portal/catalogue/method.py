"""The sheet behind the numbers of a file (口径说明): what they count, of when, by which formula.

It is a sheet of its own, never rows among the data, so that a file that left can come back.

Paper: S-140.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.catalogue.record import Text


@dataclass(frozen=True)
class Table:
    """A table of the sheet: its name, its heads, its rows."""

    title: Text
    heads: Sequence[Text]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Method:
    """What a file says of itself besides who took it.

    :param as_of: the day or the moment that the file's contents are true of
    """

    as_of: str
    facts: Sequence[tuple[Text, str]] = ()
    tables: Sequence[Table] = ()
