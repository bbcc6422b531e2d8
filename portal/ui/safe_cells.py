"""Text that a spreadsheet must not take for a formula. Plain Python.

A cell that begins like a formula runs when the file is opened (security: formula injection). The
first character that matters is the first visible one: control and zero-width characters before it
are skipped by spreadsheets, so they are skipped here too.
"""

import unicodedata

_STARTERS = frozenset("=+-@|%＝＋－＠\t\r")
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp"})


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could run this text."""
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    visible = next((char for char in text if not _skipped(char)), "")
    return visible in _STARTERS if visible else False


def disarm(text: str) -> str:
    """The text without control characters, after an apostrophe when it looks like a formula."""
    clean = "".join(char for char in text if char == "\n" or unicodedata.category(char) != "Cc")
    return f"'{clean}" if looks_like_formula(text) or looks_like_formula(clean) else clean


def _skipped(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in _INVISIBLE
