"""Discovery leads in plain rules: codes and the course of a lead.

What its words may not hold is said in `housing.fit_words`.

Codes are those of domain §3.25. Paper: S-34, S-64.
"""

from __future__ import annotations

from housing.fit_words import MOST_WORDS as MOST_WORDS
from housing.fit_words import UnfitWords as UnfitWords
from housing.fit_words import check_words as check_words
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
#: What a visit of a campaign found.
CAMPAIGN = "14"

#: From a state to those that may follow it; `closed` is the end.
NEXT_STATES: dict[str, tuple[str, ...]] = {
    "submitted": ("triaged", "closed"),
    "triaged": ("confirmed", "closed"),
    "confirmed": ("closed",),
    "closed": (),
}
#: Results that the register follows; the others end a lead without an act on it.
CONFIRMED = ("new", "change", "cancel")


def may_follow(state: str, following: str) -> bool:
    """Whether a lead goes from one state to the other."""
    return following in NEXT_STATES[state]
