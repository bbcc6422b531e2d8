"""Every capability of the portal: short stable keys that are stored, never renamed (D-3)."""

from enum import StrEnum


class Capability(StrEnum):
    """What a post may allow; the value is stored as guardian's permission codename."""

    # the register
    VIEW_REGISTER = "view_register"
    EDIT_RESIDENTS = "edit_residents"
    VERIFY = "verify"
    ASSIGN_TASKS = "assign_tasks"
    DECIDE_TRANSFERS = "decide_transfers"
    SUBMIT_LEADS = "submit_leads"
    HANDLE_APPEALS = "handle_appeals"
    ISSUE_PROOFS = "issue_proofs"
    EDIT_HOUSING = "edit_housing"
    APPROVE_CODES = "approve_codes"
    DETERMINE_LEGALITY = "determine_legality"
    CONFIRM_GROUP_RENTAL = "confirm_group_rental"
    VIEW_CAMPAIGNS = "view_campaigns"
    RUN_CAMPAIGNS = "run_campaigns"
    APPROVE_CAMPAIGNS = "approve_campaigns"
    REVEAL_IDENTITY = "reveal_identity"
    IMPORT_FILES = "import_files"
    COMPARE_LISTS = "compare_lists"
    EXPORT_MASKED = "export_masked"
    APPROVE_EXPORTS = "approve_exports"
    # numbers
    VIEW_DASHBOARD = "view_dashboard"
    RUN_METRICS = "run_metrics"
    TELL_USAGE = "tell_usage"
    VIEW_QUALITY = "view_quality"
    MANAGE_ISSUES = "manage_issues"
    EXCEPT_ISSUES = "except_issues"
    RUN_CHECKS = "run_checks"
    CHECK_SAMPLES = "check_samples"
    # staffing
    VIEW_STAFFING = "view_staffing"
    EDIT_STAFFING = "edit_staffing"
    # permits
    VIEW_PERMITS = "view_permits"
    RECEIVE_PERMITS = "receive_permits"
    REVIEW_PERMITS = "review_permits"
    DECIDE_PERMITS = "decide_permits"
    # assessment
    VIEW_ASSESSMENT = "view_assessment"
    SELF_ASSESS = "self_assess"
    RUN_ASSESSMENT = "run_assessment"
    VIEW_PLANS = "view_plans"
    EDIT_PLANS = "edit_plans"
    APPROVE_PLANS = "approve_plans"
    REPORT_PLANS = "report_plans"
    # rules, accounts, trail
    VIEW_RULES = "view_rules"
    EDIT_RULES = "edit_rules"
    VIEW_AUDIT = "view_audit"
    REVIEW_USE = "review_use"
    VIEW_ORGS = "view_orgs"
    SHARE_VIEWS = "share_views"
    MANAGE_ACCOUNTS = "manage_accounts"
    APPOINT = "appoint"
    APPROVE_POSTS = "approve_posts"
    VIEW_OPERATION = "view_operation"


TITLES: dict[Capability, str] = {
    Capability.VIEW_REGISTER: "查看实有人口、实有房屋",
    Capability.EDIT_RESIDENTS: "登记、变更、注销人口信息",
    Capability.VERIFY: "核实无变化",
    Capability.ASSIGN_TASKS: "布置、分派、撤回采集任务",
    Capability.DECIDE_TRANSFERS: "裁定有争议的移交",
    Capability.SUBMIT_LEADS: "上报发现线索",
    Capability.HANDLE_APPEALS: "受理、答复居民诉求",
    Capability.ISSUE_PROOFS: "签发他人核实的住所证明",
    Capability.EDIT_HOUSING: "登记、变更房屋信息",
    Capability.APPROVE_CODES: "审批房屋编码申请",
    Capability.DETERMINE_LEGALITY: "认定房屋合法性",
    Capability.CONFIRM_GROUP_RENTAL: "上门后认定群租",
    Capability.VIEW_CAMPAIGNS: "查看重点区域、整治行动和抄告",
    Capability.RUN_CAMPAIGNS: "拟订整治方案、登记检查发现、抄告",
    Capability.APPROVE_CAMPAIGNS: "批准他人拟订的整治方案",
    Capability.REVEAL_IDENTITY: "写明事由后查看完整证件号",
    Capability.IMPORT_FILES: "批量导入台账",
    Capability.COMPARE_LISTS: "与外单位的名单比对",
    Capability.EXPORT_MASKED: "导出遮盖后的名单",
    Capability.APPROVE_EXPORTS: "审批他人的导出申请",
    Capability.VIEW_DASHBOARD: "查看指标看板",
    Capability.RUN_METRICS: "立即计算指标",
    Capability.TELL_USAGE: "填报市系统使用情况",
    Capability.VIEW_QUALITY: "查看数据质量问题",
    Capability.MANAGE_ISSUES: "派发、复核数据质量问题",
    Capability.EXCEPT_ISSUES: "审批质量问题的无误申请",
    Capability.RUN_CHECKS: "组织抽查、核对抽查结果",
    Capability.CHECK_SAMPLES: "上门抽查",
    Capability.VIEW_STAFFING: "查看采集力量",
    Capability.EDIT_STAFFING: "管理采集员与片区",
    Capability.VIEW_PERMITS: "查看居住证件办理",
    Capability.RECEIVE_PERMITS: "受理居住证件",
    Capability.REVIEW_PERMITS: "审查居住证件",
    Capability.DECIDE_PERMITS: "审批居住证件",
    Capability.VIEW_ASSESSMENT: "查看年度考核",
    Capability.SELF_ASSESS: "填报考核自评",
    Capability.RUN_ASSESSMENT: "组织年度考核",
    Capability.VIEW_PLANS: "查看年度工作计划",
    Capability.EDIT_PLANS: "拟订、调整年度工作计划",
    Capability.APPROVE_PLANS: "批准他人拟订的年度工作计划",
    Capability.REPORT_PLANS: "登记工作计划事项的办理情况",
    Capability.VIEW_RULES: "查看文件依据与规则",
    Capability.EDIT_RULES: "修订规则版本",
    Capability.VIEW_AUDIT: "查看访问留痕",
    Capability.REVIEW_USE: "核查查看完整证件号的线索",
    Capability.VIEW_ORGS: "查看组织与岗位",
    Capability.SHARE_VIEWS: "把常用视图共享给本街道（镇）",
    Capability.MANAGE_ACCOUNTS: "重置、停用账号",
    Capability.APPOINT: "开通账号、任免岗位",
    Capability.APPROVE_POSTS: "批准区级任职",
    Capability.VIEW_OPERATION: "查看系统运行情况",
}
