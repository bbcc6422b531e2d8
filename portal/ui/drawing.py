"""Markup put together in Python where a template would cost more than the rest of the page.

`fill` is `format_html` without its detours (lazy wrappers, `str.format`): a list page escapes
thousands of values. Patterns are literals; a test holds every caller to it.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString

_SPECIAL = re.compile("[&<>\"']").search


def escaped(value: object) -> str:
    """The value as text for HTML; what is markup already stays as it is."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[return-value]  # it is one
    if kind is not str and (html := getattr(value, "__html__", None)):
        return str(html())
    text = str(value)
    # most words hold nothing to escape, and one search is cheaper than five replacements
    return escape(text) if _SPECIAL(text) else text


def fill(pattern: str, *values: object) -> SafeString:
    """The pattern with its `%s` filled, each value escaped."""
    return SafeString(pattern % tuple(map(escaped, values)))


def fill_each(pattern: str, rows: Iterable[tuple[object, ...]]) -> SafeString:
    """The pattern once for each row of values, one after the other."""
    return SafeString("".join([pattern % tuple(map(escaped, values)) for values in rows]))


class RowPattern:
    """A table row of columns whose classes are known: each row fills in nothing but its cells."""

    def __init__(self, classes: Sequence[str]) -> None:
        self.cells = fill_each('<td class="%s">%%s</td>', ((css,) for css in classes))

    def fill(self, cells: Iterable[object]) -> SafeString:
        return SafeString(self.cells % tuple(map(escaped, cells)))
