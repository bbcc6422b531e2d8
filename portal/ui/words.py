"""`gettext` for words that a page holds by the hundred: each is looked up once per language.

The interface's own sentences are the keys, so that Django searches every catalogue of every
package before it gives the key back.
"""

from functools import cache, lru_cache

from django.conf import settings
from django.utils import translation


def language() -> str | None:
    """The language of this thread; where there is but one, nobody needs to ask the thread."""
    return _only_language() or translation.get_language()


@cache
def _only_language() -> str | None:
    return settings.LANGUAGES[0][0] if len(settings.LANGUAGES) == 1 else None


def gettext(text: str) -> str:
    """The text in the language of this thread."""
    return _looked_up(text, language())


@lru_cache(maxsize=4096)
def _looked_up(text: str, _language: str | None) -> str:
    return translation.gettext(text)
