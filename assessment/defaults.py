"""The indicator tree and calendar that the product starts with (domain.md §5.2, §5.6).

The paper names three items and "other work" (三(五)3); weights, floors and targets are the
product's and to be confirmed by the district. Population totals, numbers of newcomers, penalties
and people cancelled are never scored.

Paper: S-125, S-132.
"""

from typing import Any

from portal.rules.defaults import TO_CONFIRM, RuleDefault

DATA, SERVICE, FUNDS, TEAM = "A", "B", "C", "D"

FAMILIES = [
    {"code": DATA, "title": "信息质量", "weight": 45},
    {"code": SERVICE, "title": "综合调控", "weight": 35},
    {"code": FUNDS, "title": "经费落实", "weight": 10},
    {"code": TEAM, "title": "组织队伍", "weight": 10},
]


#: What is measured, in words, where no metric of the portal says it yet.
FORMULAS = {
    "A7": "达到管理要求的重点地区 ÷ 重点地区",
    "A8": "时限内改正的质量问题 ÷ 到期的质量问题",
    "B1": "各环节都在时限内的办件 ÷ 办结的办件",
    "B2": "一次告知后补齐或撤回的办件 ÷ 材料不齐的办件",
    "B3": "按期签注的居住证 ÷ 到期应签注的居住证",
    "B4": "有效登记的人户分离人员 ÷ 人户分离人员",
    "B5": "满足或依法转办的服务事项 ÷ 申请的服务事项；拒绝未说明理由每件扣 1 分",
    "B6": "已比对并听取本人意见的灵活就业登记 ÷ 应比对的登记",
    "B7": "有效租赁登记的出租房屋 ÷ 出租房屋，与已认定合法性的房屋占比取平均",
    "B8": "复查合格的整治事项 ÷ 到期的整治事项；未告知安置每件扣 1 分",
    "B9": "时限内办结的抄告 ÷ 到期的抄告",
    "B10": "时限内办结的更正、申诉 ÷ 到期的更正、申诉",
    "C1": "人口服务管理经费列入年度预算",
    "C2": "已支付经费 ÷ 批准和调整后的经费",
    "C3": "查实的挪用件数",
    "D1": "已达要求的机构、会议事项 ÷ 应达要求的事项",
    "D2": "指定的专门人员数，1 至 2 名",
    "D4": "挪作他用的工时 ÷ 采集员工时",
    "D5": "采集员年人均培训学时",
}


def _line(
    code: str, title: str, weight: int, metrics: str, clause: str, scoring: dict[str, Any],
    *, reading: str = "rate", evidence: str = "system",
) -> dict[str, Any]:  # fmt: skip
    return {
        "code": code, "family": code[0], "title": title, "weight": weight,
        "metrics": metrics.split(), "clause": clause, "scoring": scoring, "reading": reading,
        "evidence": evidence, "formula": FORMULAS.get(code, ""),
    }  # fmt: skip


def _linear(low: float, high: float) -> dict[str, Any]:
    return {"type": "linear", "low": low, "high": high}


def _sampled(floor: int, target: int) -> dict[str, Any]:
    return {"type": "interval_linear", "floor": floor, "target": target}


def _less(scoring: dict[str, Any], metric: str) -> dict[str, Any]:
    """One point off for each case that `metric` counts."""
    return scoring | {"less": {"metric": metric, "points": 1}}


INDICATORS = [
    _line("A1", "登记率", 10, "registration_rate", "三(三)1", _sampled(80, 95), reading="sample"),
    _line("A2", "准确率", 12, "accuracy_rate", "三(三)1", _sampled(75, 92), reading="sample"),
    _line("A3", "完整率", 4, "completeness", "三(三)1", _linear(90, 99)),
    _line("A4", "鲜活度", 6, "freshness", "三(三)1", _linear(60, 95)),
    _line("A5", "登记注销及时", 4, "registration_timeliness cancellation_timeliness", "三(三)1",
          _linear(60, 95)),
    _line("A6", "编码关联一致", 4, "house_code_link consistency", "三(三)1", _linear(85, 99)),
    _line("A7", "重点地区达标", 3, "key_areas_met", "三(三)2", {"type": "proportion"},
          evidence="manual"),
    _line("A8", "问题整改及时", 2, "issues_on_time", "三(三)1", _linear(70, 98)),
    _line("B1", "证件办理时限", 5, "permit_on_time", "三(三)3", _linear(90, 100)),
    _line("B2", "一次告知", 2, "one_time_notice", "三(三)3", _linear(85, 100)),
    _line("B3", "签注提醒按期", 3, "endorsement_on_time", "三(三)3", _linear(70, 98)),
    _line("B4", "人户分离登记", 3, "separation_registration", "三(三)4", _linear(60, 90)),
    _line("B5", "公共服务满足", 5, "service_fulfilment", "三(四)1",
          _less(_linear(90, 100), "refusals_without_reason")),
    _line("B6", "就业比对", 2, "work_history_compared", "三(三)3", _linear(80, 100),
          evidence="manual"),
    _line("B7", "租赁与合法性", 4, "lease_registration legality_determined", "三(三)2",
          _linear(70, 95)),
    _line("B8", "重点整治整改", 4, "rectification", "三(三)2",
          _less(_linear(70, 95), "closed_without_assistance"), evidence="manual"),
    _line("B9", "抄告办结", 4, "referral_closure", "三(三)2", _linear(80, 100), evidence="manual"),
    _line("B10", "更正申诉及时", 3, "correction_on_time", "三(三)1", _linear(80, 100)),
    _line("C1", "纳入年度预算", 3, "budget_approved", "三(五)1", {"type": "binary", "from": 1},
          reading="count", evidence="manual"),
    _line("C2", "预算执行率", 4, "budget_execution", "三(五)1",
          {"type": "band", "full": [90, 100], "zero": [60, 100]}, evidence="manual"),
    _line("C3", "专款专用", 3, "budget_off_purpose", "三(五)1",
          {"type": "deduction", "per": 1, "points": 1}, reading="count", evidence="manual"),
    _line("D1", "机构与会议", 2, "organisation_complete", "三(一)1", {"type": "proportion"},
          evidence="manual"),
    _line("D2", "指定专门人员", 1, "designated_staff", "三(一)2",
          {"type": "binary", "from": 1, "to": 2}, reading="count", evidence="manual"),
    _line("D3", "采集员配比", 4, "collector_ratio", "三(二)2", _linear(80, 100),
          reading="provision"),
    _line("D4", "采集员不挪用", 2, "diversion_rate", "三(二)2",
          {"type": "deduction", "per": 1, "points": 0.5}),
    _line("D5", "采集员培训", 1, "training_hours", "三(二)3", _linear(12, 24), reading="mean",
          evidence="manual"),
]  # fmt: skip

#: What people read for the names and coded values of the tree.
WORDS = {
    "code": "编号", "title": "名称", "family": "类别", "weight": "分值", "clause": "条款",
    "formula": "怎么算", "scoring": "计分", "reading": "按什么计", "evidence": "依据",
    "metrics": "",
    "scoring.type": "办法", "scoring.floor": "0 分线", "scoring.low": "0 分线",
    "scoring.target": "满分线", "scoring.high": "满分线", "scoring.full": "满分区间",
    "scoring.zero": "0 分界", "scoring.from": "不少于", "scoring.to": "不多于",
    "scoring.per": "每", "scoring.points": "扣分", "scoring.less": "另扣",
    "scoring.less.metric": "", "scoring.less.points": "每件（分）",
    "=linear": "中间按比例", "=interval_linear": "按误差区间上限", "=proportion": "按达标比例",
    "=band": "按区间", "=deduction": "扣完为止", "=binary": "符合得满分",
    "=rate": "比率", "=sample": "抽查", "=count": "数目", "=mean": "平均数", "=provision": "配备",
    "=system": "系统数据", "=manual": "街道佐证",
}  # fmt: skip

RULES = [
    RuleDefault(
        "assessment_indicators", "年度考核指标", "三(五)3",
        f"实施意见 三(五)3：信息质量、综合调控、经费落实等工作；分值和计分办法为{TO_CONFIRM}",
        {"families": FAMILIES, "indicators": INDICATORS, "grades": {"A": 90, "B": 80, "C": 70}},
        {"families": list, "indicators": list, "grades": dict}, words=WORDS,
    ),
    RuleDefault(
        "assessment_calendar", "年度考核日程", "三(五)3", TO_CONFIRM,
        {"freeze": "11-30", "self_from": "12-01", "self_to": "12-10", "review_to": "12-25",
         "publish_days": 5, "appeal_days": 5, "final_by": "01-31"},
        {"freeze": str, "self_from": str, "self_to": str, "review_to": str, "publish_days": int,
         "appeal_days": int, "final_by": str},
    ),
]  # fmt: skip
