"""What the columns of a file mean, out of the data catalogue.

Paper: S-140.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from portal.catalogue.columns import Column, columns
from portal.catalogue.reading import Key, told_by
from portal.catalogue.record import GRADE_TITLES
from portal.catalogue.registry import title_of
from portal.exchange.exports.kinds import ExportColumn

MOST_NAMED = 4


@dataclass(frozen=True)
class Told:
    """A file's column in words: where its values come from, what they mean, how guarded."""

    title: str
    source: str
    meaning: str
    grade: str


def read_for(column: ExportColumn, rows: "QuerySet[Any, Any]", day: date) -> set[Key]:
    """The fields whose values the column hands on."""
    value = column.expression(day)
    return told_by(rows, F(value) if isinstance(value, str) else value)


def told_of(rows: "QuerySet[Any, Any]", chosen: Sequence[ExportColumn], day: date) -> list[Told]:
    """What each of the chosen columns of a list's rows means; nothing is read."""
    return [_told(column, read_for(column, rows, day)) for column in chosen]


def _told(column: ExportColumn, keys: set[Key]) -> Told:
    known = columns()
    found = [known[key] for key in sorted(keys) if key in known]
    grade = max((each.grade for each in found), default=None)
    return Told(
        str(column.title), "、".join(_named(each) for each in found[:MOST_NAMED]),
        _meaning(column, found), f"{grade} {GRADE_TITLES[grade]}" if grade else "",
    )  # fmt: skip


def _named(column: Column) -> str:
    return f"{title_of(column.record)}·{column.title}"


def _meaning(column: ExportColumn, found: Sequence[Column]) -> str:
    """The field's own words; of a computed column, what it is computed from."""
    if column.meaning:
        return str(column.meaning)
    if len(found) == 1:
        words = [found[0].meaning, _listed(found[0])]
        return "；".join(filter(None, words)) or str(found[0].kind)
    if found:
        return _("由左列各项得出，截至本表的日期")
    return _("按本表的日期计数得出")


def _listed(column: Column) -> str:
    """Where the values are codes, whose they are, or which; blank elsewhere."""
    table = column.codes
    if table is not None:
        return _("代码：%(edition)s") % {"edition": table.edition}
    if column.choices and len(column.choices) <= 2 * MOST_NAMED:
        return _("取值：%(values)s") % {
            "values": "、".join(str(title) for _code, title in column.choices)
        }
    return ""
