"""An event as the trail shows it: what it says in a line, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.audit.reads import Event

#: What services write under these names, as people read it.
LABELS = {
    "act": "办理", "actor": "人员", "address": "地址", "appointment": "任职", "basis": "依据",
    "begin_on": "入住日期", "building": "楼栋", "by": "查找方式", "case": "受理编号",
    "category": "人口类别", "count": "条数", "created": "新增", "dwelling": "房屋",
    "employer_name": "工作单位", "ended_on": "离开日期", "file": "文件", "found": "查得",
    "from": "原值", "house_code": "房屋编码", "issued_on": "签发日期", "kind": "类别",
    "list": "名单", "method": "方式", "missing": "应补材料", "name": "姓名", "number": "号码",
    "occupancy": "居住状态", "outcome": "结果", "people": "人数", "phone": "手机",
    "query": "条件", "reason": "事由", "refused": "退回", "role": "岗位", "rows": "行数",
    "rule": "规则", "state": "环节", "to": "新值", "unit": "单位", "updated": "更新",
    "valid_to": "有效期至", "verified_on": "核实日期",
}  # fmt: skip
PURPOSES = {
    "document": "核对证件原件", "permit": "办理居住证", "quality": "处理数据质量问题",
    "transfer": "办理移交", "inspection": "上级抽查核实", "other": "其他",
}  # fmt: skip
PAIR = 2
MOST_IN_LINE = 4


@dataclass(frozen=True)
class Line:
    """One row of the trail with its content in words and its differences."""

    event: Event
    content: str
    reason: str
    changes: list[dict[str, str]] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def line_of(event: Event) -> Line:
    """The line of an event: differences where two values are told, facts elsewhere."""
    changes, facts = [], []
    for label, value in _told(event.changes):
        if isinstance(value, list | tuple) and len(value) == PAIR:
            old, new = (_words(part) for part in value)
            changes.append({"field": label, "old": old, "new": new})
        elif (words := _words(value)) != "":
            facts.append((label, words))
    reason = "，".join(filter(None, [_purpose(event.purpose), event.reason]))
    return Line(event, _content(event, changes, facts), reason, changes, facts)


def _told(changes: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Labels with their values; `from` and `to` become one difference for each parameter."""
    before, after = changes.get("from"), changes.get("to")
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield key, [before.get(key), after.get(key)]
        return
    for key, value in changes.items():
        yield _(LABELS[key]) if key in LABELS else key, value


def _content(event: Event, changes: list[dict[str, str]], facts: list[tuple[str, str]]) -> str:
    names = [change["field"] for change in changes]
    act = event.changes.get("act")
    parts = [part for part in (act if isinstance(act, str) else "", event.target) if part]
    if names:
        parts.append("、".join(names[:MOST_IN_LINE]))
    else:
        parts += [f"{label} {words}" for label, words in facts[:PAIR]]
    return "　".join(parts)


def _purpose(key: str) -> str:
    return _(PURPOSES[key]) if key in PURPOSES else key


def _words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return "、".join(_words(part) for part in value)
    if isinstance(value, dict):
        return "，".join(f"{key} {_words(part)}" for key, part in value.items())
    return str(value)
