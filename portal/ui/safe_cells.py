"""Text that a spreadsheet would take for a formula, made harmless for export."""

from __future__ import annotations

import re
import unicodedata

#: First characters that start a formula or a command in some spreadsheet, full-width ones too.
_DANGEROUS = frozenset("=+-@|%＝＋－＠｜％")
#: Seen as a first character even before anything invisible is taken away.
_BREAKING = frozenset("\t\r\n")
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]")


def neutralise(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet might run it.

    Invisible characters before the formula do not hide it: they are dropped by some programs
    when the file is opened.
    """
    if not text or _PLAIN.match(text):
        return text
    return f"'{text}" if is_formula_like(text) else text


def is_formula_like(text: str) -> bool:
    """Whether the first visible character starts a formula, or a tab or line break comes first."""
    for character in text:
        if character in _BREAKING or character in _DANGEROUS:
            return True
        if not (character.isspace() or unicodedata.category(character) in _UNSEEN):
            return False
    return False


#: Control, format (zero-width, direction marks), private use, surrogate, unassigned, marks.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Mn", "Me"})


def safe_cell(value: object) -> object:
    """A value for an exported cell: text is neutralised, numbers and dates stay what they are."""
    return neutralise(value) if isinstance(value, str) else value
