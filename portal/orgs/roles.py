"""Who may what: every role with its title, level, capabilities and one sentence (domain.md §1.10).

The role list follows the paper's organisation: district office, street and town offices,
committees, and the posts that work for them. Rows store the short keys, never these objects.
"""

from dataclasses import dataclass

from portal.orgs.capabilities import Capability as C
from portal.orgs.scope import Level

REGISTER_READ = {C.VIEW_REGISTER, C.VIEW_QUALITY, C.VIEW_PERMITS, C.VIEW_STAFFING, C.VIEW_RULES}
#: Of whoever leads a unit that work plans ask something of.
PLANS_LEAD = {C.VIEW_PLANS, C.REPORT_PLANS}
PLANS_WRITE = {C.VIEW_PLANS, C.EDIT_PLANS}
REGISTER_WRITE = {C.EDIT_RESIDENTS, C.VERIFY, C.EDIT_HOUSING, C.SUBMIT_LEADS}
SERVICE_READ = {C.VIEW_REGISTER, C.VIEW_DASHBOARD}


@dataclass(frozen=True)
class Role:
    """A post's rights: `level` says on which units it may be held."""

    key: str
    title: str
    level: Level
    description: str
    capabilities: frozenset[C]
    #: held by other systems' accounts, never by a person
    service: bool = False

    @property
    def privileged(self) -> bool:
        """Whether its holder needs a second factor, one session at a time and a shorter idle."""
        return self.level != "committee" and not self.service


def _role(key: str, title: str, level: Level, description: str, *capabilities: C) -> Role:
    return Role(key, title, level, description, frozenset(capabilities))


def _service(key: str, title: str, level: Level, description: str, *capabilities: C) -> Role:
    """Another system's post: no numbers in full, no files, no trail, nothing of posts."""
    return Role(key, title, level, description, frozenset(capabilities), service=True)


_ALL = [
    _role(
        "district_admin", "区人口办管理员", "district",
        "订规则、定考核、看全区汇总，收市系统使用记录；说明用途后可查个人，不改访问留痕。",
        *REGISTER_READ, C.VIEW_DASHBOARD, C.RUN_METRICS, C.VIEW_ASSESSMENT, C.RUN_ASSESSMENT,
        C.EDIT_RULES, C.EXPORT_MASKED, C.APPROVE_EXPORTS, C.REVEAL_IDENTITY, C.VIEW_AUDIT,
        C.VIEW_ORGS, C.APPROVE_POSTS, C.DECIDE_TRANSFERS, C.COMPARE_LISTS, C.RUN_CHECKS,
        C.VIEW_CAMPAIGNS, C.IMPORT_FILES, C.TELL_USAGE, *PLANS_LEAD, *PLANS_WRITE, C.APPROVE_PLANS,
    ),
    _role(
        "district_analyst", "区人口办统计员", "district",
        "看汇总与指标，组织抽查，导出遮盖后的数据，审批他人的导出，看不到完整证件号。",
        *REGISTER_READ, C.VIEW_DASHBOARD, C.RUN_METRICS, C.VIEW_ASSESSMENT, C.EXPORT_MASKED,
        C.APPROVE_EXPORTS, C.RUN_CHECKS, *PLANS_WRITE,
    ),
    _role(
        "housing_officer", "区房管局认定人员", "district",
        "认定房屋合法性、上门后认定群租，写明依据，只看房屋，看不到居民。",
        C.DETERMINE_LEGALITY, C.CONFIRM_GROUP_RENTAL, C.VIEW_RULES,
    ),
    _role(
        "district_auditor", "安全审计员", "district",
        "看访问留痕，核查查看线索，看不到居民，也不改任何业务数据和权限。",
        C.VIEW_AUDIT, C.REVIEW_USE, C.VIEW_RULES,
    ),
    _role(
        "security_admin", "安全管理员", "district",
        "管账号、岗位和策略，区级岗位另由一人批准，看不到居民。",
        C.MANAGE_ACCOUNTS, C.APPOINT, C.APPROVE_POSTS, C.VIEW_ORGS, C.VIEW_RULES,
    ),
    _role(
        "system_admin", "系统管理员", "district",
        "管系统运行，看不到居民，也不管账号。",
        C.VIEW_OPERATION, C.VIEW_ORGS, C.VIEW_RULES,
    ),
    _role(
        "street_manager", "街道（镇）人口办主任", "street",
        "看本街道看板、裁定移交、审批房屋编码、认定群租、管采集力量、报自评，不看其他街道的人。",
        *REGISTER_READ, C.VIEW_DASHBOARD, C.RUN_METRICS, C.EDIT_STAFFING, C.REVIEW_PERMITS,
        C.DECIDE_PERMITS, C.VIEW_ASSESSMENT, C.SELF_ASSESS, C.EXPORT_MASKED, C.APPROVE_EXPORTS,
        C.REVEAL_IDENTITY, C.VIEW_AUDIT, C.VIEW_ORGS, C.APPOINT, C.DECIDE_TRANSFERS, C.SUBMIT_LEADS,
        C.APPROVE_CODES, C.CONFIRM_GROUP_RENTAL, C.VIEW_CAMPAIGNS, C.RUN_CAMPAIGNS,
        C.APPROVE_CAMPAIGNS, C.MANAGE_ISSUES, C.EXCEPT_ISSUES, C.SHARE_VIEWS, C.ASSIGN_TASKS,
        C.HANDLE_APPEALS, C.ISSUE_PROOFS, C.TELL_USAGE, *PLANS_LEAD, *PLANS_WRITE, C.APPROVE_PLANS,
    ),
    _role(
        "street_staff", "街道（镇）人口办工作人员", "street",
        "登记、核实、抽查、管采集员，不审批自己登记的事项。",
        *REGISTER_READ, *REGISTER_WRITE, C.VIEW_DASHBOARD, C.RUN_METRICS, C.EDIT_STAFFING,
        C.REVIEW_PERMITS, C.EXPORT_MASKED, C.REVEAL_IDENTITY, C.IMPORT_FILES, C.VIEW_ORGS,
        C.APPOINT, C.COMPARE_LISTS, C.CHECK_SAMPLES, C.VIEW_CAMPAIGNS, C.RUN_CAMPAIGNS,
        C.MANAGE_ISSUES, C.EXCEPT_ISSUES,
        C.HANDLE_APPEALS, C.TELL_USAGE, *PLANS_WRITE,
    ),
    _role(
        "verifier", "抽查核查员", "street",
        "到别的街道（镇）上门抽查，只看派给自己的抽查表，看不到任何登记。",
        C.CHECK_SAMPLES,
    ),
    _role(
        "center_clerk", "受理服务中心窗口", "street",
        "受理居住证件，凭在办件查人，不浏览名单。",
        C.VIEW_PERMITS, C.RECEIVE_PERMITS, C.VIEW_RULES,
    ),
    _role(
        "committee_lead", "居（村）委书记、主任", "committee",
        "看本居委台账与指标，交办和审阅，签发住所证明，不导出证件号。",
        *REGISTER_READ, C.VIEW_DASHBOARD, C.VIEW_AUDIT, C.VIEW_ORGS, C.SUBMIT_LEADS,
        C.VIEW_CAMPAIGNS, C.MANAGE_ISSUES, C.ASSIGN_TASKS,
        C.HANDLE_APPEALS, C.ISSUE_PROOFS, C.TELL_USAGE, *PLANS_LEAD,
    ),
    _role(
        "committee_security", "治保主任（居委录入）", "committee",
        "负责本居委信息采集、维护和上报，不审批自己登记的事项。",
        *REGISTER_READ, *REGISTER_WRITE, C.IMPORT_FILES, C.REVEAL_IDENTITY, C.EXPORT_MASKED,
        C.VIEW_DASHBOARD, C.RUN_METRICS, C.VIEW_AUDIT, C.VIEW_ORGS, C.COMPARE_LISTS,
        C.VIEW_CAMPAIGNS, C.MANAGE_ISSUES, C.ASSIGN_TASKS,
        C.HANDLE_APPEALS, C.TELL_USAGE,
    ),
    _role(
        "collector", "信息采集员", "committee",
        "在所派驻居委登记、核实，不导出，不看别处。",
        C.VIEW_REGISTER, C.VIEW_QUALITY, C.EDIT_RESIDENTS, C.VERIFY, C.VIEW_RULES,
        C.SUBMIT_LEADS,
    ),
    _role(
        "force_member", "社区力量成员", "committee",
        "楼组长、志愿者、社工、保安：只上报线索，只看自己上报的，看不到任何登记。",
        C.SUBMIT_LEADS,
    ),
    _service(
        "service_committee_read", "系统对接：读本居委", "committee",
        "别的系统取本居委台账（遮盖），不写。", *SERVICE_READ,
    ),
    _service(
        "service_committee_write", "系统对接：读写本居委", "committee",
        "别的系统取、报本居委台账（遮盖），不看完整证件号。", *SERVICE_READ, *REGISTER_WRITE,
    ),
    _service(
        "service_street_read", "系统对接：读本街道（镇）", "street",
        "别的系统取本街道台账（遮盖）和指标，不写。", *SERVICE_READ,
    ),
    _service(
        "service_street_write", "系统对接：读写本街道（镇）", "street",
        "别的系统取、报本街道各居委台账（遮盖），不裁定、不审批。", *SERVICE_READ, *REGISTER_WRITE,
    ),
    _service(
        "service_district_read", "系统对接：读全区", "district",
        "别的系统取全区台账（遮盖）和指标，不写，由另一人批准后生效。", *SERVICE_READ,
    ),
]  # fmt: skip
ROLES: dict[str, Role] = {role.key: role for role in _ALL}
