"""Names of people: one stored form, and pinyin for searching.

The separator of minority names is U+00B7 (民委发〔2016〕33号), fifty characters fit, rare
characters survive. Names are normalised by NFC only: NFKC would change rare characters into others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from residents.identity import COMPOUND_SURNAMES

MAX_LENGTH = 50
DOT = "\u00b7"

_HAN = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e\ufa0f\ufa11\ufa13\ufa14\ufa1f\ufa21\ufa23\ufa24"
    "\ufa27-\ufa29\U00020000-\U0002fa1f\U00030000-\U000323af"
)
_LATIN = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_COMMON = re.compile(r"[\u4e00-\u9fff]{2,4}")
_ALLOWED = re.compile(f"[{_HAN}{_LATIN}{DOT} '.-]+")
_DISALLOWED = re.compile(f"[^{_HAN}{_LATIN}{DOT} '.-]")
_ANY_LETTER = re.compile(f"[{_HAN}{_LATIN}]")
_PRIVATE = re.compile("[\x00\ud800-\udfff\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
#: Controls, zero-width and direction marks, variation selectors: nothing of it is seen.
_INVISIBLE = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_FORMULA_START = frozenset("=+-@|%\t\r＝＋－＠")
_DOTS = "\u00b7\u0387\u2022\u2027\u2219\u22c5\u2e31\u2e33\u30fb\uff0e\uff65\u16eb\u318d\u2024"
_DOT_RUN = re.compile(f" *[{_DOTS}] *(?:[{_DOTS}] *)*")
_FULL_STOP_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) *[.。] *(?=[{_HAN}])")
_SPACES = re.compile(r"\s+")
_HAN_SPACE = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_FULL_WIDTH: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
    0x2018: "'",
    0x2019: "'",
    0xFF07: "'",
    0x2010: "-",
    0x2011: "-",
}


class NameProblem(ValueError):
    """A name that cannot be taken; `code` for programs, `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


def clean_name(text: str) -> str:
    """The stored form of a name (V-NAME).

    Dots of any kind become U+00B7, spaces inside Han names go, invisible characters go.

    :raises NameProblem: missing, too long, like a formula, with characters that no name has.
    """
    if _COMMON.fullmatch(text):
        return text
    if _PRIVATE.search(text):
        raise NameProblem("private_use", "字符为自造字，请改用标准字")
    visible = _INVISIBLE.sub("", text)
    if visible.strip() and visible.lstrip(" \u3000\u00a0\n")[0] in _FORMULA_START:
        raise NameProblem("formula", "姓名不能以 = + - @ 或制表符开头，请改为真实姓名")
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", visible).translate(_FULL_WIDTH)).strip()
    if not name:
        raise NameProblem("missing", "姓名未填写")
    name = _DOT_RUN.sub(DOT, _FULL_STOP_BETWEEN_HAN.sub(DOT, name))
    name = _HAN_SPACE.sub("", name)
    _check_form(name)
    return name


def _check_form(name: str) -> None:
    if len(name) > MAX_LENGTH:
        raise NameProblem("length", f"姓名最多 {MAX_LENGTH} 字，多了 {len(name) - MAX_LENGTH} 字")
    if not _ALLOWED.fullmatch(name):
        found = _DISALLOWED.search(name)
        raise NameProblem("characters", f"姓名中不能有「{found.group() if found else name}」")
    if not _ANY_LETTER.search(name):
        raise NameProblem("characters", "姓名中没有汉字或字母")
    if name[0] == DOT or name[-1] == DOT:
        raise NameProblem("dot", "间隔号应在两个字之间")


#: Characters that are read otherwise when they are a surname.
_SURNAMES = {
    "单": "shan", "解": "xie", "查": "zha", "曾": "zeng", "仇": "qiu", "朴": "piao",
    "区": "ou", "盖": "ge", "翟": "zhai", "缪": "miao", "乐": "yue", "覃": "qin",
    "员": "yun", "繁": "po", "种": "chong", "洗": "xian", "折": "she", "黑": "he",
    "召": "shao", "祭": "zhai", "卜": "bu", "佴": "nai", "句": "gou", "长": "chang",
    "都": "du", "能": "nai", "郇": "xun", "阚": "kan", "曽": "zeng", "颉": "xie",
    "乜": "nie",
}  # fmt: skip
_COMPOUND_READINGS = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "单于": ("chan", "yu"),
    "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"), "令狐": ("ling", "hu"),
    "乐正": ("yue", "zheng"), "亓官": ("qi", "guan"), "子车": ("zi", "ju"),
    "夹谷": ("jia", "gu"), "拓跋": ("tuo", "ba"), "宰父": ("zai", "fu"),
    "谷梁": ("gu", "liang"), "南宫": ("nan", "gong"), "褚师": ("chu", "shi"),
}  # fmt: skip
_HAN_CHARACTER = re.compile(f"[{_HAN}]")


@lru_cache(maxsize=30_000)
def _reading(character: str) -> str:
    """Pinyin of one Han character in ASCII, empty when the dictionary has none."""
    found = lazy_pinyin(character, style=Style.NORMAL, errors="ignore")
    reading = found[0].replace("ü", "v") if found else ""
    return reading if reading.isascii() and reading.isalpha() else ""


@lru_cache(maxsize=30_000)
def _han(character: str) -> str | None:
    """The reading of a Han character, None for any other."""
    return _reading(character) if _HAN_CHARACTER.match(character) else None


@lru_cache(maxsize=2_000)
def _latin(character: str) -> str:
    """Lower-case ASCII letters of a Latin letter, empty for anything else."""
    plain = unicodedata.normalize("NFKD", character).lower()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def pinyin_of(name: str) -> tuple[str, str]:
    """Full pinyin and initials of a stored name: `("wangfang", "wf")`, lower-case ASCII.

    A character that no dictionary knows is left out of both. Surnames with a reading of their
    own (单 shan, 尉迟 yuchi) are read as surnames, at the front of the name only.
    """
    syllables: list[str] = list(_surname(name))
    initials = [syllable[0] for syllable in syllables]
    start_of_word = True
    for character in name[len(syllables) :]:
        reading = _han(character)
        if reading is not None:
            if reading:
                syllables.append(reading)
                initials.append(reading[0])
            start_of_word = True
            continue
        letters = _latin(character)
        if letters:
            syllables.append(letters)
            if start_of_word:
                initials.append(letters[0])
        start_of_word = not letters and character != "'"
    return "".join(syllables), "".join(initials)


def _surname(name: str) -> tuple[str, ...]:
    """Syllables of a surname that the dictionary would misread; as many as its characters."""
    pair = name[:2]
    if len(name) > 2 and pair in COMPOUND_SURNAMES:
        readings = _COMPOUND_READINGS.get(pair) or tuple(_reading(part) for part in pair)
        return readings if all(readings) else ()
    if DOT in name:  # names with a separator begin with a given name
        return ()
    single = _SURNAMES.get(name[:1])
    return (single,) if single else ()


def list_keys(name: str) -> tuple[str, str]:
    """The keys that lists and searches use: `("wangfang 王芳", "wf")`, order key and initials."""
    pinyin, initials = pinyin_of(name)
    return f"{pinyin[:100]} {name}", initials[:50]
