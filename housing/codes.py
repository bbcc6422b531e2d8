"""House codes and the code tables of dwellings.

Two codes come from outside (the municipal system's, JGJ/T 246); two are ours: the internal code
that pages show as committee-building-room, and the provisional one of a dwelling that waits for
its code and counts as not linked (M-11).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from portal.exchange.codesets import CodeSet, synonyms

#: The municipal system's pattern is not published; the district sets the one it is told.
SH_POP_PATTERN = r"[0-9A-Z]{6,40}"

_COMMITTEE = re.compile(r"[0-9]{12}")
_INTERNAL = re.compile(r"([0-9]{12})-([0-9A-Z]{4,8})-([0-9A-Z]{4,8})")
_PROVISIONAL = re.compile(r"P-([0-9]{12})-([0-9]{1,9})")
_JGJT246 = re.compile(r"[0-9]{9}[0-9*]{12}[0-9]{5}")
_BLOCK = re.compile(r"([A-Z]?)([0-9]{1,7})([A-Z]?)")
_PLATE_WORDS = re.compile(r"(?:号楼|幢|栋|号|单元|室|房)$")


class HouseCodeError(ValueError):
    """A house code that cannot be taken; `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class HouseCodeScheme:
    """One way of coding dwellings. `pattern` is matched in full after normalising."""

    key: str
    title: str
    pattern: re.Pattern[str]


def sh_pop_scheme(pattern: str = SH_POP_PATTERN) -> HouseCodeScheme:
    """The municipal actual-population system's scheme with the pattern that a rule set gives."""
    return HouseCodeScheme("SH-POP", "市实有人口系统房屋编码", re.compile(pattern))


SH_POP = sh_pop_scheme()
JGJT246 = HouseCodeScheme("JGJT246", "房屋代码（JGJ/T 246）", _JGJT246)
INTERNAL = HouseCodeScheme("INTERNAL", "本平台房屋编码", _INTERNAL)
PROVISIONAL = HouseCodeScheme("PROVISIONAL", "临时房屋编码", _PROVISIONAL)
SCHEMES = {scheme.key: scheme for scheme in (SH_POP, JGJT246, INTERNAL, PROVISIONAL)}


def mod11_10(body: str) -> str:
    """Check digit of JGJ/T 246, ISO 7064 MOD 11,10, over ASCII digits."""
    remainder = 10
    for digit in body:
        remainder = ((remainder + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - remainder) % 10)


def normalise_house_code(text: str) -> str:
    """Half-width, upper case, without spaces. Judges nothing."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def check_house_code(text: str, scheme: HouseCodeScheme) -> str:
    """The stored form of a code of the scheme.

    A JGJ/T 246 code with `*` (unknown completion date) is held to its structure only: the
    standard's check digit is defined over digits.

    :raises HouseCodeError: missing, malformed, or with a wrong check digit.
    """
    code = normalise_house_code(text)
    if not code:
        raise HouseCodeError("missing", "房屋编码未填写")
    if scheme is JGJT246 and len(code) != 26:
        raise HouseCodeError("length", _length_message(len(code)))
    if not scheme.pattern.fullmatch(code):
        raise HouseCodeError("form", f"房屋编码不符合{scheme.title}的格式")
    if scheme is JGJT246 and "*" not in code and mod11_10(code[:25]) != code[25]:
        raise HouseCodeError("check_digit", "房屋编码末位校验码不符，请核对原件")
    return code


def _length_message(length: int) -> str:
    gap = f"还差 {26 - length} 位" if length < 26 else f"多了 {length - 26} 位"
    return f"房屋编码应为 26 位，{gap}"


def scheme_of(code: str) -> HouseCodeScheme | None:
    """The scheme that a stored code belongs to by its form; SH-POP only when nothing else fits."""
    for scheme in (PROVISIONAL, INTERNAL, JGJT246, SH_POP):
        if scheme.pattern.fullmatch(code):
            return scheme
    return None


def is_provisional(code: str) -> bool:
    """Whether the dwelling still waits for its code."""
    return _PROVISIONAL.fullmatch(code) is not None


def make_provisional_code(committee: int | str, sequence: int) -> str:
    """`P-310107005001-000017`; sequences count within a committee from 1."""
    if sequence < 1:
        raise ValueError("sequence counts from 1")
    return f"P-{_committee(committee)}-{sequence:06d}"


def make_internal_code(committee: int | str, building_no: str, room: str) -> str:
    """Committee-building-room: `310107005012-0006-1203`.

    :raises HouseCodeError: a building or room whose name is no number (亭子间): such a dwelling
        gets a provisional code.
    """
    return f"{_committee(committee)}-{_block(building_no, '幢号')}-{_block(room, '室号')}"


@lru_cache(maxsize=1024)
def _committee(committee: int | str) -> str:
    text = str(committee)
    if not _COMMITTEE.fullmatch(text):
        raise HouseCodeError("committee", "居（村）委代码应为 12 位数字")
    return text


@lru_cache(maxsize=4096)
def _block(text: str, what: str) -> str:
    plain = _PLATE_WORDS.sub("", normalise_house_code(text))
    found = _BLOCK.fullmatch(plain)
    if found is None:
        raise HouseCodeError("block", f"{what}「{text}」不是数字，不能编入房屋编码")
    before, digits, after = found.groups()
    return f"{before}{(digits.lstrip('0') or '0').zfill(4)}{after}"


TENURES = CodeSet(
    "tenure",
    "产权性质",
    "本平台产权性质代码",
    (
        ("1", "商品房"),
        ("2", "售后公房"),
        ("3", "公房"),
        ("4", "宅基地或农民自建房"),
        ("5", "单位自管房"),
        ("6", "公租房或廉租房"),
        ("7", "其他"),
        ("9", "不明"),
    ),
    synonyms(
        {
            "1": "商品住宅 商品住房 私房 产权房 动迁房 配套商品房 经济适用房 经适房 共有产权房",
            "2": "售后房 售后公有住房 已售公房 房改房",
            "3": "使用权房 公有住房 租用公房 系统公房 直管公房 公房(租用凭证)",
            "4": "宅基地 自建房 农民自建 农民自建房 宅基地房 农村自建房 宅基地/农民自建",
            "5": "单位房 单位自管 自管房 单位产权",
            "6": "公租房 廉租房 公租 廉租 公共租赁住房 公租/廉租 保障房",
            "7": "其它",
            "9": "未知 不详",
        }
    ),
)

OCCUPANCY_STATUSES = CodeSet(
    "occupancy_status",
    "居住状态",
    "本平台居住状态代码",
    (
        ("1", "自住"),
        ("2", "出租"),
        ("3", "借住"),
        ("4", "空置"),
        ("5", "集体"),
        ("6", "非居住使用"),
        ("9", "未核实"),
    ),
    synonyms(
        {
            "1": "自用 自主 业主自住 产权人自住 自有自住",
            "2": "租赁 出租房 已出租 整租 合租 转租 出租屋 部分出租",
            "3": "借用 出借 亲友借住 寄住",
            "4": "空 空房 空关 无人 无人居住 空置房 闲置",
            "5": "群居 宿舍 群居/宿舍 集体宿舍 员工宿舍 单位宿舍 集体居住 群租",
            "6": "非居住 办公 商用 经营 仓库 居改非 商业 非居住用途",
            "9": "未知 不详 未核 待核实",
        }
    ),
)

BUILDING_STRUCTURES = CodeSet(
    "building_structure",
    "建筑结构",
    "本平台建筑结构代码",
    (
        ("1", "钢结构"),
        ("2", "钢筋混凝土结构"),
        ("3", "砖混结构"),
        ("4", "砖木结构"),
        ("9", "其他结构"),
    ),
    synonyms({"1": "钢", "2": "钢混 框架 剪力墙", "3": "混合 砖混", "4": "砖木", "9": "其他"}),
)
BUILDING_USES = CodeSet(
    "building_use",
    "房屋用途",
    "本平台房屋用途代码",
    (
        ("10", "住宅"),
        ("11", "公寓"),
        ("12", "宿舍"),
        ("20", "商住"),
        ("30", "办公"),
        ("40", "商业"),
        ("50", "工业或仓储"),
        ("60", "公共设施"),
        ("90", "其他"),
    ),
    synonyms(
        {
            "10": "居住 住房 居住用房 居民住宅 普通住宅 里弄住宅 别墅",
            "11": "公寓楼 酒店式公寓",
            "12": "集体宿舍 宿舍楼 员工宿舍",
            "20": "商住两用 商住楼",
            "30": "办公楼 写字楼",
            "40": "商铺 店铺 商业用房 商用 门面",
            "50": "工业 仓储 厂房 仓库 工业/仓储",
            "60": "公建 公共用房 公建配套 学校 医院",
            "90": "其它",
        }
    ),
)
