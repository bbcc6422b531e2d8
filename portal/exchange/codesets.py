"""Small code tables: what a code is called, and which code a committee's words mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_NOISE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2069\ufeff·.。、,;:/\\()\[\]_\"'-]+")
_CODE_THEN_TITLE = re.compile(r"([0-9A-Z]{1,3})[\s\-.:、]*([^\s\-.:、0-9A-Z].*)")
_NAMED_IN_MESSAGE = 10


class CodeError(ValueError):
    """Words that mean no code of the set; `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


def squeeze(text: str) -> str:
    """Words without spaces, punctuation and width, for comparing."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One frozen table of codes.

    `edition` says from which standard or decision it comes. `entries` are (code, title) in order;
    `synonyms` maps words to codes; `ambiguous` maps words that fit several codes to the sentence
    that asks which.
    """

    key: str
    title_zh: str
    edition: str
    entries: tuple[tuple[str, str], ...]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    ambiguous: Mapping[str, str] = field(default_factory=dict)
    _titles: dict[str, str] = field(init=False, repr=False, compare=False)
    _words: dict[str, str] = field(init=False, repr=False, compare=False)
    _questions: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        titles = dict(self.entries)
        words = {squeeze(title): code for code, title in self.entries}
        words |= {squeeze(word): code for word, code in self.synonyms.items()}
        words |= {code: code for code in titles}
        unknown = set(words.values()) - set(titles)
        if unknown:
            raise ValueError(f"{self.key}: synonyms for codes that do not exist: {unknown}")
        object.__setattr__(self, "_titles", titles)
        object.__setattr__(self, "_words", words)
        object.__setattr__(
            self, "_questions", {squeeze(word): said for word, said in self.ambiguous.items()}
        )

    def __contains__(self, code: object) -> bool:
        return code in self._titles

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code in order."""
        return tuple(self._titles)

    def choices(self) -> list[tuple[str, str]]:
        """Code and title pairs in order, for a select."""
        return list(self.entries)

    def title(self, code: str) -> str:
        """The Chinese title; an unknown code is shown as it is, never hidden."""
        return self._titles.get(code, code)

    def parse(self, text: str) -> str:
        """The code that the words mean: a code, a title, a synonym, or "20 来沪人员".

        :raises CodeError: `missing`, `ambiguous` or `unknown`.
        """
        code = self._words.get(text)
        if code is not None:
            return code
        words = squeeze(text)
        if not words:
            raise CodeError("missing", f"{self.title_zh}未填写")
        code = self._words.get(words) or self._padded(words) or self._titled(text)
        if code is not None:
            return code
        question = self._questions.get(words)
        if question is not None:
            raise CodeError("ambiguous", question)
        raise CodeError("unknown", f"{self.title_zh}「{text.strip()}」不认识，{self._advice()}")

    def find(self, text: str) -> str | None:
        """Like :meth:`parse`, None where the words mean nothing."""
        try:
            return self.parse(text)
        except CodeError:
            return None

    def _padded(self, words: str) -> str | None:
        """Spreadsheets drop leading zeros: 1 stands for 01."""
        return self._words.get(f"0{words}") if words.isdigit() and len(words) == 1 else None

    def _titled(self, text: str) -> str | None:
        """A code and its title in one cell, when the two agree."""
        found = _CODE_THEN_TITLE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
        if found is None:
            return None
        code = self._words.get(found[1]) or self._padded(found[1])
        return code if code is not None and self._words.get(squeeze(found[2])) == code else None

    def _advice(self) -> str:
        if len(self.entries) > _NAMED_IN_MESSAGE:
            return "请从列表中选择"
        return f"可填：{'、'.join(title for _, title in self.entries)}"


def synonyms(table: Mapping[str, str]) -> dict[str, str]:
    """Word to code, from code to words parted by spaces."""
    return {word: code for code, words in table.items() for word in words.split()}


def rows(text: str) -> tuple[tuple[str, str], ...]:
    """Entries from lines or runs of `code title`, e.g. `"01汉 02蒙古"`."""
    return tuple(_pairs(text.split()))


def _pairs(items: Iterable[str]) -> Iterable[tuple[str, str]]:
    for item in items:
        width = next(place for place, sign in enumerate(item) if not sign.isascii())
        yield item[:width], item[width:]
