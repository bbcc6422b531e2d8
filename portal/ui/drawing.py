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


_PICK = (
    '<td class="pp-pick"><input type="checkbox" class="pp-check" name="pick" value="%%s"'
    ' aria-label="%s"></td>'
)


class RowPattern:
    """A table row of columns whose classes are known: each row fills in nothing but its values.

    :param pick: what the box of a row is called by which it is ticked; blank for rows without one
    """

    def __init__(self, classes: Sequence[str], pick: str = "") -> None:
        cells = fill_each('<td class="%s">%%s</td>', ((css,) for css in classes))
        self._picks = bool(pick)
        self._rest = f"%s>{fill(_PICK, pick) if pick else ''}{cells}</tr>\n"

    def fill(
        self, cells: Iterable[object], *, key: str, css: str = "", url: str = "", peek: str = ""
    ) -> SafeString:
        """A row.

        :param cells: markup, or text that will be escaped
        :param key: id of the row's record
        :param url: where the row leads
        :param peek: the page that is looked at beside the list, where it is not that one
        """
        leads = f' data-url="{escaped(url)}"' if url else ""
        shows = f' data-peek-url="{escaped(peek)}"' if peek else ""
        look = f'<tr class="{escaped(css)}" data-row{leads}{shows}'
        box = (escaped(key),) if self._picks else ()
        return SafeString(self._rest % (look, *box, *map(escaped, cells)))
