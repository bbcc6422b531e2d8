"""What free words about a home may not hold: numbers of documents, health, belief, judgement.

Plain Python. Paper: S-64 (domain §6.7, G-09).
"""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 200
_SEPARATORS = re.compile(r"[\s\-.·,，、]+")
_LONG_NUMBER = re.compile(r"[0-9]{14,}[0-9X]|[A-Z][0-9]{8}(?![0-9])")
#: Health, belief, and opinions of people: nothing of it helps to find out who lives where (G-09).
UNWANTED = (
    "精神病", "艾滋", "乙肝", "结核", "传染病", "肿瘤", "癌症", "吸毒", "残疾", "怀孕", "患病",
    "病史", "佛教", "道教", "基督教", "天主教", "伊斯兰", "回教", "信教", "教徒", "宗教", "可疑",
    "黑户", "坏人", "前科", "不三不四", "低端",
)  # fmt: skip


class UnfitWords(ValueError):
    """Words that a lead may not hold; `message_zh` says which."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


def check_words(text: str, most: int = MOST_WORDS) -> str:
    """What was seen, in at most `most` characters, without numbers of documents and judgements.

    :raises UnfitWords: too long, a document number, or words on health, belief or character
    """
    words = " ".join(text.split())
    if len(words) > most:
        raise UnfitWords(f"最多 {most} 字，多了 {len(words) - most} 字")
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", words)).upper()
    if _LONG_NUMBER.search(plain):
        raise UnfitWords("不要写证件号码，工作人员会上门核对")
    found = next((word for word in UNWANTED if word in plain), "")
    if found:
        raise UnfitWords(f"只写看到的居住变动，不写健康、信仰或对人的评价（“{found}”）")
    return words
