"""Which column of a file means which field.

Names differ from committee to committee; the common ones map themselves, the rest is asked once
and remembered by the fingerprint of the whole set of names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from portal.exchange.readers import header_key


@dataclass(frozen=True, slots=True)
class FileField:
    """A field that a file can bring: key for programs, title as shown, names seen in files."""

    key: str
    title: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    #: fields that together bring what this one does: a required field may come in parts
    parts: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Title and synonyms."""
        return (self.title, *self.synonyms)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A field for a column, or None. From :data:`SURE` on it maps itself; below, it is asked."""

    field: str | None
    confidence: float


SURE = 0.9
_EXACT, _SYNONYM, _INSIDE, _SIMILAR = 1.0, 0.95, 0.6, 0.5
_SIMILARITY = 0.75
_NOTHING = Suggestion(None, 0.0)


def suggest(headers: Sequence[str], fields: Iterable[FileField]) -> dict[str, Suggestion]:
    """A field for each column; no field is given twice, the surer column gets it."""
    known = tuple(fields)
    exact = _exact_names(known)
    found = [
        (confidence, -place, key, header)
        for place, header in enumerate(headers)
        for key, confidence in _candidates(header, known, exact)
    ]
    result = dict.fromkeys(headers, _NOTHING)
    taken: set[str] = set()
    for confidence, _, key, header in sorted(found, reverse=True):
        if key not in taken and result[header] is _NOTHING:
            taken.add(key)
            result[header] = Suggestion(key, confidence)
    return result


def missing_fields(mapping: Mapping[str, str | None], fields: Iterable[FileField]) -> list[str]:
    """Titles of required fields that no column brings."""
    brought = set(mapping.values())
    return [
        field.title
        for field in fields
        if field.required
        and field.key not in brought
        and not (field.parts and brought.issuperset(field.parts))
    ]


def known_headers(*groups: Iterable[FileField]) -> frozenset[str]:
    """Every name that a header row can be recognised by."""
    names = {name for fields in groups for field in fields for name in field.names}
    return frozenset(names | {"序号", "编号", "备注"})


def fingerprint(headers: Iterable[str]) -> str:
    """The same 64 characters for the same set of names, whatever their order and spacing."""
    keys = sorted(header_key(header) for header in headers)
    return hashlib.sha256("\x1f".join(keys).encode()).hexdigest()


def _exact_names(fields: Sequence[FileField]) -> dict[str, tuple[str, float]]:
    names: dict[str, tuple[str, float]] = {}
    for field in fields:
        for synonym in field.synonyms:
            names.setdefault(header_key(synonym), (field.key, _SYNONYM))
    for field in fields:
        names[header_key(field.title)] = (field.key, _EXACT)
    return names


def _candidates(
    header: str, fields: Sequence[FileField], exact: Mapping[str, tuple[str, float]]
) -> list[tuple[str, float]]:
    """Fields that a column may mean: the named one, or else those whose names look alike."""
    key = header_key(header)
    if not key:
        return []
    if key in exact:
        return [exact[key]]
    found: dict[str, float] = {}
    for field in fields:
        for name in map(header_key, field.names):
            likeness = _likeness(key, name)
            if likeness > found.get(field.key, 0.0):
                found[field.key] = likeness
    return list(found.items())


def _likeness(key: str, name: str) -> float:
    if len(name) >= 2 and (name in key or (len(key) >= 2 and key in name)):
        return _INSIDE + 0.2 * min(len(name), len(key)) / max(len(name), len(key))
    ratio = SequenceMatcher(None, key, name).ratio()
    return _SIMILAR * ratio if ratio >= _SIMILARITY else 0.0


def _field(
    key: str, title: str, synonyms: str = "", *, required: bool = False, parts: str = ""
) -> FileField:
    """A field with its synonyms, and the fields that stand for it, parted by spaces."""
    return FileField(key, title, tuple(synonyms.split()), required, tuple(parts.split()))


#: A ledger of residents, one person a row.
RESIDENT_FIELDS = (
    _field("name", "姓名", "人员姓名 居民姓名 名字 本人姓名", required=True),
    _field("sex", "性别"),
    _field(
        "document_number",
        "公民身份号码",
        "身份证号 身份证号码 证件号码 证件号 公民身份证号码"
        " 公民身份证号 身份证 居民身份证号 居民身份证号码 身份号码 有效证件号码",
        required=True,
    ),
    _field("document_kind", "证件类型", "证件种类 证件名称 证件类别"),
    _field("birth_date", "出生日期", "出生年月日 生日 出生年月 出生时间"),
    _field("ethnicity", "民族", "族别"),
    _field("nationality", "国籍", "国籍或地区 国家或地区 国籍地区"),
    _field("hukou_address", "户籍地址", "户籍地 户口所在地 户籍所在地 户籍详址 户口地址"),
    _field(
        "address",
        "现住地址",
        "居住地址 现居住地址 现居住地 现住址 住址 家庭住址 居住地"
        " 实际居住地址 现居地址 实际居住地 详细地址 地址 居住详址 房屋地址",
        required=True,
        parts="road number room",
    ),
    _field("road", "路名", "路 道路 街路巷 路街"),
    _field("lane", "弄", "弄号 弄牌"),
    _field("number", "号", "门牌号 门牌 号牌 楼号 门号"),
    _field("room", "室", "室号 房号 房间号 户室 室号部位"),
    _field("phone", "联系电话", "手机 手机号 手机号码 电话 联系方式 电话号码 移动电话"),
    _field(
        "category",
        "人口类别",
        "人员类别 人口类型 人员类型 人口性质 人员性质 人户情况 人户状态 户籍类型",
        required=True,
    ),
    _field(
        "relation",
        "与户主关系",
        "与户主的关系 户主关系 与房主关系 家庭关系 与承租人关系 关系 同户关系",
    ),
    _field("tenancy_role", "居住身份", "居住性质 住房身份 居住方式"),
    _field("reason", "居住事由", "来沪事由 来沪原因 居住原因 暂住事由 事由"),
    _field(
        "begin_date",
        "入住日期",
        "入住时间 居住起始日期 来沪日期 来沪时间 居住开始日期 起始日期 搬入日期",
        required=True,
    ),
    _field("occupancy", "房屋状态", "居住状态 房屋居住状态 房屋使用情况 房屋类型"),
    _field("employer", "工作单位", "单位 服务处所 就业单位 工作或学习单位"),
    _field("education", "文化程度", "学历 教育程度"),
    _field("former_name", "曾用名"),
    _field("foreign_name", "外文姓名", "英文姓名 外文名 英文名"),
    _field("note", "备注", "说明 注"),
)

#: A list of dwellings, one a row.
DWELLING_FIELDS = (
    _field(
        "address",
        "房屋地址",
        "地址 详细地址 坐落 房屋坐落 门弄牌 居住地址",
        required=True,
        parts="road number room",
    ),
    _field("road", "路名", "路 道路 街路巷 路街"),
    _field("lane", "弄", "弄号 弄牌"),
    _field("number", "号", "门牌号 门牌 号牌 楼号 门号"),
    _field("building_no", "幢", "幢号 栋 栋号 楼栋"),
    _field("unit_no", "单元", "单元号"),
    _field("room", "室", "室号 房号 房间号 户室 室号部位"),
    _field("floor", "层", "楼层 所在层 层数"),
    _field("house_code", "房屋编码", "房屋代码 房屋编号 编码"),
    _field("tenure", "产权性质", "产权 房屋性质 产权类型 房屋产权"),
    _field("floor_area", "建筑面积", "面积 房屋面积 建筑面积平方米"),
    _field("usable_area", "使用面积", "居住面积 套内面积"),
    _field("design_rooms", "居室数", "房间数 室数 间数 原始设计居室数"),
    _field("occupancy", "居住状态", "房屋状态 使用状态 房屋使用情况 居住情况"),
    _field("use", "房屋用途", "用途 设计用途 房屋类型 实际用途"),
    _field("estate", "小区", "小区名称 楼盘 住宅小区"),
    _field("note", "备注", "说明 注"),
)
