"""The rules that the product starts with; each is data with a date and a source (D-13).

Figures that the paper does not give are marked as to be confirmed by the district.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.rules.welcome import WELCOME_HOURS, WELCOME_SECTIONS

PAPER = date(2016, 6, 12)
TO_CONFIRM = "平台默认值，待区人口办确认"


@dataclass(frozen=True)
class RuleDefault:
    """A rule set's first version. `schema` names each parameter and its type.

    `words` say what people read for its names and coded values (`portal.rules.wording`): a name
    inside another by its path, a value after `=`, blank for a name that only the program reads.
    """

    code: str
    title: str
    clause: str
    basis: str
    parameters: dict[str, Any]
    schema: dict[str, type | tuple[type, ...]]
    effective_from: date = PAPER
    effective_to: date | None = None
    words: Mapping[str, str] = field(default_factory=dict)


RULES = [
    RuleDefault(
        "collector_ratio", "信息采集员配比", "三(二)2", "实施意见 三(二)2：不低于实有人口1500:1",
        {"people_per_collector": 1500}, {"people_per_collector": int},
    ),
    RuleDefault(
        "leading_group_meetings", "领导小组会议", "三(一)1",
        "实施意见 三(一)1：每年至少召开两次会议",
        {"per_year": 2}, {"per_year": int},
    ),
    RuleDefault(
        "verification_cycle", "核实周期（天）", "三(三)1", f"实施意见 三(三)1；周期为{TO_CONFIRM}",
        {"owner_occupied": 365, "rented": 90, "lent": 180, "vacant": 180, "shared": 90,
         "other": 180, "overseas": 90},
        dict.fromkeys(
            ["owner_occupied", "rented", "lent", "vacant", "shared", "other", "overseas"], int
        ),
    ),
    RuleDefault(
        "collection_tasks", "采集任务（天）", "三(一)2",
        f"实施意见 三(一)2：加强实有人口、实有房屋信息的采集和维护；提前 7 天为{TO_CONFIRM}",
        {"lead_days": 7}, {"lead_days": int},
    ),
    RuleDefault(
        "registration_deadline", "登记、注销时限（天）", "三(三)1", TO_CONFIRM,
        {"days": 7}, {"days": int},
    ),
    RuleDefault(
        "rental_limits", "房屋租赁登记", "三(三)2",
        "民法典第七百零五条（20 年）；商品房屋租赁管理办法第十四条（30 日内备案）；"
        f"其余为{TO_CONFIRM}",
        {"longest_years": 20, "filing_days": 30, "centralised_rooms": 10,
         "centralised_people": 15},
        dict.fromkeys(
            ["longest_years", "filing_days", "centralised_rooms", "centralised_people"], int
        ),
    ),
    RuleDefault(
        "group_rental", "群租认定标准", "三(三)1",
        "上海市居住房屋租赁管理办法（2014 年修订）第十条、第十一条：每间不超过 2 人（有法定赡养、"
        "抚养、扶养义务的除外），人均居住面积不低于 5 平方米",
        {"least_area": 5, "most_people": 2,
         "not_for_living": ["kitchen", "bath", "balcony", "storage"],
         "dormitory_in": ["10", "11", "20"]},
        {"least_area": (int, float), "most_people": int, "not_for_living": list,
         "dormitory_in": list},
        words={"not_for_living": "不得住人的部位", "=kitchen": "厨房", "=bath": "卫生间",
               "=balcony": "阳台", "=storage": "贮藏室"},
    ),
    RuleDefault(
        "rectification", "重点排查整治时限", "三(三)1", TO_CONFIRM,
        {"approve": 5, "notice": 5, "least_days": 7, "usual_days": 30, "cycle_days": 30,
         "inverted_over": 1},
        {"approve": int, "notice": int, "least_days": int, "usual_days": int, "cycle_days": int,
         "inverted_over": (int, float)},
    ),
    RuleDefault(
        "referral_deadlines", "抄告签收、反馈时限（工作日）", "三(五)2", TO_CONFIRM,
        {"receipt": 2, "feedback": 15, "close": 5}, {"receipt": int, "feedback": int, "close": int},
    ),
    RuleDefault(
        "code_deadlines", "房屋编码申请审批时限（工作日）", "三(三)2", TO_CONFIRM,
        {"decide": 5}, {"decide": int},
    ),
    RuleDefault(
        "code_exceptions", "房屋编码月度例外清单（天）", "三(三)2",
        f"实施意见 三(三)2：建立房屋编码管理的长效机制；期限为{TO_CONFIRM}",
        {"uncoded_days": 30, "provisional_days": 60},
        {"uncoded_days": int, "provisional_days": int},
    ),
    RuleDefault(
        "transfer_deadlines", "移交答复、裁定时限（工作日）", "二", TO_CONFIRM,
        {"answer": 3, "decide": 3}, {"answer": int, "decide": int},
        words={"decide": "裁定（工作日）"},
    ),
    RuleDefault(
        "lead_deadlines", "发现线索办理时限（工作日）", "三(二)3",
        f"实施意见 三(二)3：建立新增、变更、注销的发现渠道；时限为{TO_CONFIRM}",
        {"triage": 1, "visit": 3, "register": 3, "kept_days": 365},
        {"triage": int, "visit": int, "register": int, "kept_days": int},
    ),
    RuleDefault(
        "correction_deadlines", "更正申请答复时限（天）", "三(三)1",
        "个人信息保护法 第四十四条至第五十条；上海市数据条例 第三十条、第三十五条；"
        f"15 日为{TO_CONFIRM}",
        {"decide_days": 15}, {"decide_days": int},
    ),
    RuleDefault(
        "appeal_deadlines", "居民诉求答复时限（天）", "三(四)2",
        f"实施意见 三(四)2：通过基层组织、群众组织反映诉求；15 日为{TO_CONFIRM}",
        {"reply_days": 15}, {"reply_days": int},
    ),
    RuleDefault(
        "residence_proofs", "居（村）委出具住所证明的清单", "三(三)2",
        "《上海市居民委员会工作条例》第二十八条：清单以外的可以不出具；种类和天数为"
        f"{TO_CONFIRM}",
        {"kinds": ["permit", "living"], "valid_days": 30, "answer_days": 3},
        {"kinds": list, "valid_days": int, "answer_days": int},
        words={"=permit": "申办居住证件", "=living": "居住情况"},
    ),
    RuleDefault(
        "welcome_sheet", "来沪人员告知单", "三(四)2",
        f"实施意见 三(四)2：依托社区开展来沪人员服务；15 日和文字为{TO_CONFIRM}",
        {"edition": "2016-1", "inform_days": 15, "hours": WELCOME_HOURS,
         "sections": WELCOME_SECTIONS},
        {"edition": str, "inform_days": int, "hours": str, "sections": list},
        words={"title": "标题", "text": "内容", "title_en": "英文标题", "text_en": "英文内容"},
    ),
    RuleDefault(
        "issue_deadlines", "质量问题整改时限（天）", "三(三)1", TO_CONFIRM,
        {"high": 3, "mid": 10, "low": 30}, {"high": int, "mid": int, "low": int},
    ),
    RuleDefault(
        "reveal_quota", "查看完整证件号上限（次）", "三(四)1", TO_CONFIRM,
        {"per_day_committee": 50, "per_day_street": 200, "per_day_district": 50,
         "per_minute": 10, "seconds_shown": 60},
        dict.fromkeys(
            ["per_day_committee", "per_day_street", "per_day_district", "per_minute",
             "seconds_shown"], int,
        ),
    ),
    RuleDefault(
        "reveal_alarms", "查看完整证件号的核查线索", "三(四)1", TO_CONFIRM,
        {"peer_factor": 3, "least": 10, "day_begins": 7, "day_ends": 21, "outside_percent": 20,
         "walk": 8, "off_hours": 3},
        dict.fromkeys(
            ["peer_factor", "least", "day_begins", "day_ends", "outside_percent", "walk",
             "off_hours"], int
        ),
    ),
    RuleDefault(
        "export_tiers", "导出分级（条）", "三(四)1",
        "法释〔2017〕10号 第五、六条：50 条、500 条为入罪界限；其余为平台默认值，待区人口办确认",
        {"own": 50, "with_reason": 500, "one_approval": 2500, "most_committee": 20_000,
         "most_street": 300_000, "most_district": 3_000_000, "summed_hours": 24,
         "kept_hours": 24, "deciding_days": 3, "links": 3},
        dict.fromkeys(
            ["own", "with_reason", "one_approval", "most_committee", "most_street",
             "most_district", "summed_hours", "kept_hours", "deciding_days", "links"], int,
        ),
    ),
    RuleDefault(
        "metric_targets", "指标目标值", "三(三)1", TO_CONFIRM,
        {"registration_rate": 98.5, "accuracy_rate": 97.0, "freshness": 92.0,
         "house_code_link": 99.0, "completeness": 98.0, "validity": 99.5, "uniqueness": 99.9,
         "housing_coverage": 95.0, "endorsement_on_time": 95.0},
        dict.fromkeys(
            ["registration_rate", "accuracy_rate", "freshness", "house_code_link", "completeness",
             "validity", "uniqueness", "housing_coverage", "endorsement_on_time"], (int, float),
        ),
    ),
]  # fmt: skip
