"""What of a cell may be shown: numbers and births are masked before they reach a page.

A file's cells are whatever somebody typed, so besides the columns that a kind calls personal, any
run of digits that could be an identity or mobile number is masked wherever it stands.
"""

import re
import unicodedata

from portal.exchange.kinds import Mask
from portal.ui import formats

#: Fifteen digits or more, or eleven that begin like a mobile number, however they are spaced.
#: A house code has hyphens between shorter runs and is none.
_NUMBER = re.compile(
    r"(?<![0-9])(?:[0-9] ?){14,}[0-9Xx]|(?<![0-9])1[3-9](?:[ -]?[0-9]){9}(?![0-9])"
)
#: Full-width digits and letters, one to one, so that places in the text stay the same.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {0x3000: " "}
_YEAR = re.compile(r"[0-9]{4}")


def masked(text: str, mask: Mask) -> str:
    """A cell as pages show it."""
    if not text.strip():
        return ""
    if mask == "identity":
        return formats.mask_id("".join(text.split()))
    if mask == "phone":
        return formats.mask_phone("".join(text.split()))
    if mask == "birth":
        found = _YEAR.search(unicodedata.normalize("NFKC", text))
        return f"{found.group()}-**-**" if found else "**"
    return scrubbed(text)


def scrubbed(text: str) -> str:
    """A sentence or cell in which long numbers are masked; the rest of it stays as it is."""
    narrow = text.translate(_NARROW)
    if not _NUMBER.search(narrow):
        return text
    parts, end = [], 0
    for found in _NUMBER.finditer(narrow):
        parts += [text[end : found.start()], _starred(found.group())]
        end = found.end()
    return "".join([*parts, text[end:]])


def _starred(number: str) -> str:
    digits = re.sub("[ -]", "", number)
    return formats.mask_phone(digits) if len(digits) == 11 else formats.mask_id(digits)
