"""Where somebody's hukou is, in few words: 河南光山, 上海普陀. Plain Python."""

from __future__ import annotations

import re

_PROVINCE_NAMES = (
    "11北京 12天津 13河北 14山西 15内蒙古 21辽宁 22吉林 23黑龙江 31上海 32江苏 33浙江 34安徽 35福建"
    " 36江西 37山东 41河南 42湖北 43湖南 44广东 45广西 46海南 50重庆 51四川 52贵州 53云南 54西藏"
    " 61陕西 62甘肃 63青海 64宁夏 65新疆 71台湾 81香港 82澳门"
)
#: Province by the first two digits of an area code (GB/T 2260).
PROVINCES = {part[:2]: part[2:] for part in _PROVINCE_NAMES.split()}

_BY_NAME = "|".join(sorted(PROVINCES.values(), key=len, reverse=True))
_PROVINCE = re.compile(
    rf"({_BY_NAME})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)?"
)
_CITY = re.compile(r"([\u4e00-\u9fff]{2,8}?)(?:市|自治州|地区|盟)")
_COUNTY = re.compile(r"([\u4e00-\u9fff]{1,8}?)(?:自治县|县|新区|区|市|旗)")
_LONGEST = 12


def province_of(region_code: str) -> str:
    """The province of an area code, "" when it has none."""
    return PROVINCES.get(region_code[:2], "")


def short_origin(address: str) -> str:
    """Province and county of an address of hukou; its first characters where it tells neither."""
    text = "".join(address.split())
    found = _PROVINCE.match(text)
    if found is None:
        return text[:_LONGEST]
    province, rest = found[1], text[found.end() :]
    city = _CITY.match(rest)
    after = rest[city.end() :] if city else rest
    county = _COUNTY.match(after)
    part = county[1] if county else city[1] if city else rest if len(rest) <= 4 else ""
    return f"{province}{part}"[:_LONGEST]
