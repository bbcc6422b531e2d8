"""What rules' parameters are called on screen, and how their values read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: What parameters are called on screen; a rule's own `words` say what it calls differently.
TITLES = {
    "accuracy_rate": gettext_lazy("准确率（%）"),
    "completeness": gettext_lazy("完整率（%）"),
    "conditions": gettext_lazy("条件组合"),
    "decide_days": gettext_lazy("答复（天）"),
    "reply_days": gettext_lazy("答复（天）"),
    "edition": gettext_lazy("版本"),
    "inform_days": gettext_lazy("告知（天）"),
    "hours": gettext_lazy("窗口地址和时间"),
    "sections": gettext_lazy("告知单各节（中英文）"),
    "deciding_days": gettext_lazy("审批期限（天）"),
    "day_begins": gettext_lazy("工作时段起（时）"),
    "day_ends": gettext_lazy("工作时段止（时）"),
    "days": gettext_lazy("天数"),
    "decision_calendar_days": gettext_lazy("办结时限（自然日，0 为不用）"),
    "decision_working_days": gettext_lazy("办结时限（工作日，0 为不用）"),
    "dormitory_in": gettext_lazy("不得开设集体宿舍的房屋用途代码"),
    "endorsement_on_time": gettext_lazy("签注按期率（%）"),
    "freshness": gettext_lazy("鲜活度（%）"),
    "high": gettext_lazy("必改（天）"),
    "house_code_link": gettext_lazy("房屋编码关联率（%）"),
    "housing_coverage": gettext_lazy("房屋覆盖率（%）"),
    "insured_months": gettext_lazy("社保或居住满（月）"),
    "kept_days": gettext_lazy("办结后保留说明（天）"),
    "kept_hours": gettext_lazy("文件保留（小时）"),
    "least": gettext_lazy("至少达到（次）才提示"),
    "least_area": gettext_lazy("人均居住面积不低于（m²）"),
    "lent": gettext_lazy("借住（天）"),
    "links": gettext_lazy("一个文件可下载（次）"),
    "low": gettext_lazy("提醒（天）"),
    "make_up_days": gettext_lazy("补办签注（天）"),
    "mid": gettext_lazy("应改（天）"),
    "most_committee": gettext_lazy("居委单个文件上限"),
    "most_district": gettext_lazy("全区单个文件上限"),
    "most_people": gettext_lazy("每间居住不超过（人）"),
    "most_street": gettext_lazy("街道单个文件上限"),
    "one_approval": gettext_lazy("上一级一人同意，不超过"),
    "not_for_living": gettext_lazy("不得住人的部位代码"),
    "off_hours": gettext_lazy("工作时段以外（次）"),
    "other": gettext_lazy("其他（天）"),
    "own": gettext_lazy("本人写明用途即可，不超过"),
    "outside_percent": gettext_lazy("责任区以外占比超过（%）"),
    "overseas": gettext_lazy("境外人员（天）"),
    "owner_occupied": gettext_lazy("自住（天）"),
    "peer_factor": gettext_lazy("同岗中位数的倍数"),
    "people_per_collector": gettext_lazy("每名采集员负责的实有人口（人）"),
    "per_day_committee": gettext_lazy("居委每人每日"),
    "per_day_district": gettext_lazy("全区每人每日"),
    "per_day_street": gettext_lazy("街道每人每日"),
    "kinds": gettext_lazy("可以开具的种类"),
    "valid_days": gettext_lazy("有效期（天）"),
    "answer_days": gettext_lazy("签发（天）"),
    "per_minute": gettext_lazy("每人每分钟"),
    "per_year": gettext_lazy("每年次数"),
    "register": gettext_lazy("确认后登记（工作日）"),
    "registered_months": gettext_lazy("居住登记满（月）"),
    "registration_rate": gettext_lazy("登记率（%）"),
    "rented": gettext_lazy("出租（天）"),
    "seconds_shown": gettext_lazy("显示时长（秒）"),
    "shared": gettext_lazy("集体居住（天）"),
    "summed_hours": gettext_lazy("自行导出合并计算（小时）"),
    "triage": gettext_lazy("分办（工作日）"),
    "uniqueness": gettext_lazy("唯一率（%）"),
    "vacant": gettext_lazy("空置（天）"),
    "validity": gettext_lazy("有效率（%）"),
    "visit": gettext_lazy("上门（工作日）"),
    "walk": gettext_lazy("连续顺序查看（人）"),
    "window_days": gettext_lazy("签注提前（天）"),
    "with_reason": gettext_lazy("写明理由并再次验证身份，不超过"),
    "approve": gettext_lazy("批准方案（工作日）"),
    "close": gettext_lazy("办结（工作日）"),
    "cycle_days": gettext_lazy("核查周期（天）"),
    "feedback": gettext_lazy("反馈（工作日）"),
    "inverted_over": gettext_lazy("倒挂比超过"),
    "least_days": gettext_lazy("整改期限不少于（天）"),
    "notice": gettext_lazy("告知（工作日）"),
    "receipt": gettext_lazy("签收（工作日）"),
    "uncoded_days": gettext_lazy("未赋码不超过（天）"),
    "provisional_days": gettext_lazy("临时码不超过（天）"),
    "answer": gettext_lazy("答复（工作日）"),
    "appeal_days": gettext_lazy("申诉（工作日）"),
    "centralised_people": gettext_lazy("集中出租：居住不少于（人）"),
    "centralised_rooms": gettext_lazy("集中出租：出租不少于（间）"),
    "decide": gettext_lazy("审批（工作日）"),
    "families": gettext_lazy("类别和分值"),
    "filing_days": gettext_lazy("订立后登记备案（天）"),
    "final_by": gettext_lazy("定稿期限（次年）"),
    "freeze": gettext_lazy("数据快照日"),
    "grades": gettext_lazy("等级不低于（分）"),
    "indicators": gettext_lazy("指标和计分"),
    "lead_days": gettext_lazy("到期前布置（天）"),
    "longest_years": gettext_lazy("租期最长（年）"),
    "publish_days": gettext_lazy("公示（工作日）"),
    "review_to": gettext_lazy("复核截止"),
    "self_from": gettext_lazy("自评开始"),
    "self_to": gettext_lazy("自评截止"),
    "usual_days": gettext_lazy("一般整改期限（天）"),
}


@dataclass(frozen=True)
class Table:
    """A parameter that is a list of records: its title, heads and rows of text."""

    title: str
    heads: list[str]
    rows: list[list[str]]


def title_of(key: str, words: Mapping[str, str]) -> str:
    """The Chinese title of a parameter: what its rule calls it, or the usual one.

    A name inside another is looked up with its path (`scoring.low`); one without title is shown
    as it is.
    """
    usual = TITLES.get(key) if "." not in key else None
    return str(words.get(key) or usual or key.rpartition(".")[2])


def plain(value: Any, words: Mapping[str, str], *, inside: str = "") -> str:
    """A parameter as text: records in words, alternatives apart, coded values as `words` say."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _list(value, words, inside)
    if isinstance(value, dict):
        return "，".join(
            _part(inside, key, value[key], words) for key in shown(value, words, inside)
        )
    return words.get(f"={value}", str(value))


def shown(record: Mapping[str, Any], words: Mapping[str, str], inside: str = "") -> list[str]:
    """The names in a record that people read, in the order of the words; a blank word hides one."""
    order = list(words)
    paths = {_path(inside, key): key for key in record}
    visible = [path for path in paths if words.get(path) != ""]
    return [
        paths[path]
        for path in sorted(
            visible, key=lambda path: (order.index(path) if path in words else len(order), path)
        )
    ]


def table_of(title: str, rows: list[dict[str, Any]], words: Mapping[str, str]) -> Table:
    """A list of records as a table: one column for each name."""
    columns = shown({key: None for row in rows for key in row}, words)
    return Table(
        title,
        [title_of(key, words) for key in columns],
        [[plain(row.get(key), words, inside=key) for key in columns] for row in rows],
    )


def is_table(value: Any) -> bool:
    """Whether a parameter is a list of records."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _path(inside: str, key: str) -> str:
    return f"{inside}.{key}" if inside else str(key)


def _list(value: list[Any], words: Mapping[str, str], inside: str) -> str:
    """Values of one kind in a row; alternatives and records apart from each other."""
    parts = [
        " + ".join(plain(part, words) for part in each)
        if isinstance(each, list)
        else plain(each, words, inside=inside)
        for each in value
    ]
    return ("；" if any(isinstance(each, list | dict) for each in value) else "、").join(parts)


def _part(inside: str, key: str, value: Any, words: Mapping[str, str]) -> str:
    """One name of a record with its value; a name without words of its own lets the value speak."""
    path = _path(inside, key)
    text = plain(value, words, inside=path)
    return text if f"={value}" in words else f"{title_of(path, words)} {text}"
