"""What services write into the trail under short names, in the words that people read."""

from collections.abc import Mapping
from typing import Any

from assessment.models import ScoreState, Stage
from housing.codes import BUILDING_STRUCTURES, BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.estates import OwnersCommittee
from housing.models import DwellingUnit, GroupRentalTest
from portal.exchange.kinds import OUTCOME_TITLES
from portal.orgs.roles import ROLES
from portal.ui.words import gettext as _
from residents.categories import POPULATION_CATEGORIES, VERIFICATION_METHODS
from staffing.models import CollectorStatus

#: Names of facts and columns.
LABELS = {
    "areas": "重点区域", "department": "接收部门",
    "act": "办理", "actor": "人员", "added": "新增人数", "address": "地址", "assigned": "承办人",
    "channel": "发现渠道", "correction": "申请事项", "field": "内容",
    "topic": "主题", "edition": "告知单版本", "against": "反映",
    "lead_kind": "变动", "result": "结果",
    "appointment": "任职", "basis": "依据", "before": "原片区", "begin_on": "入住日期",
    "building": "楼栋", "buildings": "楼栋数", "by": "查找方式", "case": "受理编号",
    "category": "人口类别", "changed": "变更人数", "checked": "佐证核对", "claimed": "自评分",
    "code": "片区", "code_state": "编码状态", "column": "列", "committee": "居（村）委",
    "count": "条数", "created": "新增", "create": "新增", "cycle": "年度", "days": "培训、签约日期",
    "design_rooms": "居室数", "design_use": "房屋用途", "duplicate_in_file": "文件内重复",
    "dwelling": "房屋", "dwellings": "房屋数", "elsewhere": "已在外单位登记",
    "employer_name": "工作单位", "end_on": "离开日期", "ended_on": "离开日期", "error": "出错",
    "evidence": "佐证", "file": "文件", "filter": "条件", "floor": "层", "floor_area": "建筑面积",
    "built_from": "建成年份（起）", "built_to": "建成年份（止）", "built_year": "建成年份",
    "contact": "楼组长", "entrance_count": "单元数", "estate": "小区", "into": "并入小区",
    "owners_committee": "业委会", "property_company": "物业公司", "storeys": "层数",
    "structure": "建筑结构", "use": "用途",
    "group_rental": "群租状态",
    "form": "格式", "format": "格式", "found": "查得", "from": "原值", "house_code": "房屋编码",
    "id": "证件号", "indicator": "指标", "issued_on": "签发日期", "kept": "未能撤销",
    "keys": "编号", "kind": "类别",
    "left": "离开人数", "line": "行", "list": "名单", "method": "方式",
    "missing": "应补材料", "moved_on": "变更日期", "name": "姓名", "note": "备注",
    "number": "号码", "occupancy": "居住状态", "occupancy_checked_on": "居住状态核对日期",
    "on": "日期", "outcome": "结果", "owner_name": "产权人", "people": "人数", "phone": "手机",
    "points": "得分", "query": "条件", "reason": "事由", "refused": "退回", "role": "岗位",
    "rows": "行数", "rule": "规则", "size": "大小（字节）", "skipped": "不导入", "tier": "档次",
    "snapshot": "快照", "staff_no": "工号", "stage": "环节", "state": "环节", "status": "状态",
    "tenure": "产权性质", "to": "新值", "unchanged": "未变", "undone": "已撤销",
    "unit": "单位", "units": "街道（镇）数", "update": "更新", "updated": "更新",
    "first_day": "首日", "last_day": "末日",
    "what": "工作事项", "clause": "文件条款", "owner": "承办单位", "due_on": "期限",
    "metric": "对应指标", "target": "目标值", "doc_no": "文号", "done_on": "完成日期",
    "valid_to": "有效期至", "verdict": "结论", "verified_by": "核实人",
    "verified_method": "核实方式", "verified_on": "核实日期", "visited_on": "上门日期",
    "visitors": "上门人员", "year": "年度",
}  # fmt: skip
#: Technical facts that nobody reads on a screen; the export and the table keep them.
UNTOLD = {"sha256", "run", "lead", "columns"}
PURPOSES = {
    "document": "核对证件原件", "permit": "办理居住证", "quality": "处理数据质量问题",
    "transfer": "办理移交", "inspection": "上级抽查核实", "other": "其他",
}  # fmt: skip
#: Values that are stored as keys or codes, by the name of the fact.
VALUES: dict[str, Mapping[str, str]] = {
    "category": dict(POPULATION_CATEGORIES.entries),
    "checked": {"": "未核对", "ok": "相符", "differs": "不符"},
    "code_state": dict(DwellingUnit.CodeState.choices),
    "design_use": dict(BUILDING_USES.entries),
    "group_rental": dict(GroupRentalTest.State.choices),
    "kind": {
        "identity": "证件号", "phone": "手机",
        "residents": "实有人口台账", "dwellings": "实有房屋清单", "usage": "市系统使用",
    },
    "list": {"quality": "数据质量"},
    "method": dict(VERIFICATION_METHODS.entries),
    "occupancy": dict(OCCUPANCY_STATUSES.entries),
    "owners_committee": dict(OwnersCommittee.choices),
    "role": {key: role.title for key, role in ROLES.items()},
    "structure": dict(BUILDING_STRUCTURES.entries),
    "stage": dict(Stage.choices),
    "state": dict(ScoreState.choices),
    "status": {**dict(DwellingUnit.Status.choices), **dict(CollectorStatus.choices)},
    "tenure": dict(TENURES.entries),
    "use": dict(BUILDING_USES.entries),
    "verdict": OUTCOME_TITLES,
    "verified_method": dict(VERIFICATION_METHODS.entries),
}  # fmt: skip


def label_of(name: str) -> str:
    """The name of a fact; itself where it is in words already."""
    return _(LABELS[name]) if name in LABELS else name


def purpose_of(key: str) -> str:
    """Why somebody looked."""
    return _(PURPOSES[key]) if key in PURPOSES else key


def words_of(value: Any, name: str = "") -> str:
    """A value of the fact `name` in words; blank for nothing."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return "、".join(words_of(part, name) for part in value)
    if isinstance(value, dict):
        return "，".join(f"{label_of(key)} {words_of(part, key)}" for key, part in value.items())
    text = "" if value is None else str(value)
    known = VALUES.get(name, {}).get(text)
    return str(known) if known else text
