"""Discovery leads in plain rules: codes, the course of a lead, what its words may not hold.

Codes are those of domain §3.25. Paper: S-34, S-64.
"""

from __future__ import annotations

import re
import unicodedata

from portal.exchange.codesets import CodeSet

CHANNELS = CodeSet(
    "discovery_channel",
    "发现渠道",
    "本平台发现渠道代码",
    (
        ("01", "楼组长"),
        ("02", "平安志愿者"),
        ("03", "物业保安"),
        ("04", "社工"),
        ("05", "房东"),
        ("06", "中介"),
        ("07", "居民本人"),
        ("08", "单位、学校"),
        ("09", "受理中心"),
        ("10", "公安交换"),
        ("11", "部门比对"),
        ("12", "网格案件"),
        ("13", "12345 热线"),
        ("14", "专项行动"),
        ("15", "上门走访"),
    ),
)
#: Channels of those who only report (社区力量), and of the resident's own declaration.
FORCE_CHANNELS = ("01", "02", "03", "04")
SELF_DECLARED = "07"

#: From a state to those that may follow it; `closed` is the end.
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "submitted": ("triaged", "closed"),
    "triaged": ("confirmed", "closed"),
    "confirmed": ("closed",),
    "closed": (),
}
#: Results that the register follows; the others end a lead without an act on it.
CONFIRMED = ("new", "change", "cancel")

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


def check_words(text: str) -> str:
    """What was seen, in at most 200 characters, without numbers of documents and judgements.

    :raises UnfitWords: too long, a document number, or words on health, belief or character
    """
    words = " ".join(text.split())
    if len(words) > MOST_WORDS:
        raise UnfitWords(f"最多 {MOST_WORDS} 字，多了 {len(words) - MOST_WORDS} 字")
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", words)).upper()
    if _LONG_NUMBER.search(plain):
        raise UnfitWords("不要写证件号码，工作人员会上门核对")
    found = next((word for word in UNWANTED if word in plain), "")
    if found:
        raise UnfitWords(f"只写看到的居住变动，不写健康、信仰或对人的评价（“{found}”）")
    return words


def may_follow(state: str, following: str) -> bool:
    """Whether a lead goes from one state to the other."""
    return following in NEXT_STATES[state]
