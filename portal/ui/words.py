"""`gettext` for words that a page holds by the hundred: each is looked up once per language.

The interface's own sentences are the keys, so that Django searches every catalogue of every
package before it gives the key back.
"""

from functools import lru_cache

from django.utils import translation


def gettext(text: str) -> str:
    """The text in the language of this thread."""
    return _looked_up(text, translation.get_language())


@lru_cache(maxsize=4096)
def _looked_up(text: str, _language: str | None) -> str:
    return translation.gettext(text)
