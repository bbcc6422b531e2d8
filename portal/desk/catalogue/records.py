"""What the catalogue says of the frame's own records (`portal.catalogue.record`).

Paper: S-140.
"""

from django.utils.translation import gettext_lazy as _

from portal.accounts.services.answers import KEPT_FOR as ANSWERS_KEPT
from portal.accounts.services.kept import KEPT_FOR as FORMS_KEPT
from portal.catalogue.record import Area, Record, Said
from portal.exchange.filling.services import KEPT_DAYS as BLANKS_KEPT
from portal.exchange.services.removing import KEPT_DAYS as IMPORTS_KEPT
from portal.jobs.services import TICKS_KEPT
from portal.orgs.capabilities import Capability as C
from portal.quality.services.counting import KEPT as COUNTS_KEPT
from residents.categories import POPULATION_CATEGORIES, SEXES

STANDING = _("长期保存，撤销、停用的留作历史")
WITH_THE_ACCOUNT = _("随账号保存")
WITH_THE_CLOSE = _("月结、每日快照长期保存，不再改动；预览只留最近一次")
EMPTIED = f"文件和逐行内容在结束 {IMPORTS_KEPT} 天后删除，批次和条数留存"
COMPARED = _("到场景写明的天数后删除逐行内容，比对本身和条数留存")
TRAIL = _("只增不改，系统不删除；法规要求至少三年")
RUN = {"run_id": Said(_("指标计算"))}
OFFICES = [
    Record("orgs.OrgUnit", Area.OFFICES, _("区、街道（镇）、居（村）委；合并、撤销的留下承接单位"),
           STANDING,
           public=True),
    Record("orgs.Appointment", Area.OFFICES,
           _("谁从哪天到哪天在哪个单位任什么岗位，决定看得到什么"),
           STANDING, (C.APPOINT,)),
    Record("orgs.AppointmentRequest", Area.OFFICES, _("一人提请、另一人批准的任职"), STANDING,
           (C.APPOINT, C.APPROVE_POSTS)),
    Record("orgs.SharedView", Area.OFFICES, _("共享给本街道（镇）的常用查询，只有条件没有结果"),
           _("取消共享即删"), (C.SHARE_VIEWS,)),
    Record("rules.PolicyDocument", Area.OFFICES, _("规则所依的文件、法律、通知"), STANDING,
           public=True),
    Record("rules.PolicyClause", Area.OFFICES, _("文件的一条"), STANDING, public=True),
    Record("rules.RuleSet", Area.OFFICES, _("一条规则的一个版本：参数、施行日期、依据"), STANDING,
           (C.EDIT_RULES,), public=True),
    Record("accounts.User", Area.OFFICES, _("一个人的账号；能做什么由岗位决定"), STANDING,
           (C.MANAGE_ACCOUNTS, C.APPOINT)),
    Record("accounts.ServiceAccount", Area.OFFICES, _("别的系统的账号、用途和责任人"), STANDING,
           (C.APPOINT,)),
    Record("accounts.AccessToken", Area.OFFICES, _("别的系统的一枚访问令牌，只存摘要"),
           _("作废、到期的留作记录"), (C.MANAGE_ACCOUNTS,)),
    Record("accounts.LoginSession", Area.OFFICES, _("一次登录：何时、从哪里"),
           _("退出、到期后不能再用，留作登录记录")),
    Record("accounts.SecondFactor", Area.OFFICES, _("手机身份验证器，密钥加密"), WITH_THE_ACCOUNT),
    Record("accounts.RecoveryCode", Area.OFFICES, _("手机丢失时用的恢复码，只存摘要，用一次"),
           WITH_THE_ACCOUNT),
    Record("accounts.FormerPassword", Area.OFFICES, _("不得再用的旧密码，只存摘要"),
           WITH_THE_ACCOUNT),
    Record("accounts.KeptForm", Area.OFFICES, _("重新验证身份期间替人留着的表单，加密"),
           f"用过即删，最长 {FORMS_KEPT.seconds // 60} 分钟"),
    Record("accounts.KeptAnswer", Area.OFFICES, _("接口对同一请求的应答，加密，防止重复办理"),
           f"{ANSWERS_KEPT.days} 天后删除"),
]  # fmt: skip
NUMBERS = [
    Record("metrics.MetricRun", Area.NUMBERS, _("一次指标计算：哪个单位、哪一天、哪些规则版本"),
           WITH_THE_CLOSE, (C.RUN_METRICS,)),
    Record("metrics.MetricValue", Area.NUMBERS, _("一个居（村）委一项指标的分子、分母和区间"),
           WITH_THE_CLOSE, fields=RUN),
    Record("metrics.Correction", Area.NUMBERS, _("月结之后才知道的出入：原数不改，另记一笔"),
           WITH_THE_CLOSE, fields=RUN),
    Record("quality.DataQualityIssue", Area.NUMBERS,
           _("质量规则发现的一个问题，改好后由规则自己关闭"),
           _("关闭后留作记录"), (C.MANAGE_ISSUES, C.EXCEPT_ISSUES), fields={
               "object_id": Said(_("问题所在的记录")), "dwelling_id": Said(_("到哪套房屋改")),
               "residence_id": Said(_("居住段")), "first_seen_run": Said(_("最早发现的计算")),
           }),
    Record("quality.IssueCount", Area.NUMBERS, _("每天每条规则还有多少问题没改，供画趋势"),
           f"{COUNTS_KEPT.days} 天后删除"),
    Record("quality.RuleFailure", Area.NUMBERS, _("哪条规则没能检查、从什么时候起"),
           _("检查成功即删")),
    Record("statistics.PopulationCell", Area.NUMBERS,
           _("月末实有人口按类别、年龄、性别、居住状态的小计"),
           WITH_THE_CLOSE, fields={
               **RUN, "category": Said(codes=POPULATION_CATEGORIES), "sex": Said(codes=SEXES),
           }),
    Record("statistics.ShownCount", Area.NUMBERS, _("月末可以公布的数；太小的已隐去"),
           WITH_THE_CLOSE,
           fields={
               **RUN, "first": Said(_("第一项特征")), "first_value": Said(_("第一项的值")),
               "second": Said(_("第二项特征")), "second_value": Said(_("第二项的值")),
           }),
]  # fmt: skip
FILES = [
    Record("exchange.ImportBatch", Area.FILES, _("上传的一个台账文件，和导入到哪一步"), EMPTIED,
           (C.IMPORT_FILES,), fields={
               "sheets": Said(_("各工作表")), "headers": Said(_("列名")),
               "notes": Said(_("读取说明")),
               "mapping": Said(_("列的对应")), "counts": Said(_("检查条数")),
               "outcomes": Said(_("结果条数")), "effect": Said(_("导入前后的人数、房屋数")),
               "read_job_id": Said(_("读取任务")), "check_job_id": Said(_("检查任务")),
               "apply_job_id": Said(_("导入任务")), "undo_job_id": Said(_("撤销任务")),
               "same_as_id": Said(_("与哪一批是同一文件")),
           }),
    Record("exchange.ImportRow", Area.FILES, _("文件里的一行，加密，等待确认导入"), EMPTIED,
           (C.IMPORT_FILES,), fields={
               "batch_id": Said(_("导入批次")), "told": Said(_("检查结果（密文）")),
               "verdict": Said(_("检查结论")), "action": Said(_("将作何处理")),
               "identity": Said(_("号码指纹"), _("用来认出文件内重复的人，不能还原")),
               "duplicate_of": Said(_("与第几行重复")), "warned": Said(_("有提醒")),
               "skipped": Said(_("不导入")), "mended": Said(_("已在页面改过")),
           }),
    Record("exchange.ColumnMapping", Area.FILES, _("上次各列怎样对应，同样的表头不必再选"),
           _("长期保存，只有列名"), (C.IMPORT_FILES,)),
    Record("exchange.ExportRequest", Area.FILES, _("一次导出：谁、为什么、什么条件、多少条"),
           _("文件到“导出分级”规定的小时数后删除，申请留存"), (C.EXPORT_MASKED,), fields={
               "form_id": Said(_("来表文件")),
               "link": Said(_("下载凭证"), _("用一次换一个，转给别人无效")),
           }),
    Record("exchange.ExportDecision", Area.FILES, _("一名审批人对一次导出的意见"), _("随导出留存"),
           (C.APPROVE_EXPORTS,), fields={"request_id": Said(_("导出"))}),
    Record("exchange.ExportPart", Area.FILES, _("一次导出里有哪些人，供日后查问"), _("随导出留存"),
           fields={"request_id": Said(_("导出"))}),
    Record("exchange.BlankForm", Area.FILES, _("别的单位发来要填的空表，加密"),
           f"{BLANKS_KEPT} 天没有填过的删除空表内容", (C.EXPORT_MASKED,)),
    Record("exchange.DataUseScenario", Area.FILES,
           _("使用外单位名单的一个场景：用途、依据、字段、保存天数"),
           STANDING, (C.COMPARE_LISTS,)),
    Record("exchange.ComparisonRun", Area.FILES, _("一份外单位名单与本册的比对"), COMPARED,
           (C.COMPARE_LISTS,)),
    Record("exchange.ComparisonRow", Area.FILES, _("外单位名单里的一行，加密，和比对结果"),
           COMPARED,
           (C.COMPARE_LISTS,), fields={"run_id": Said(_("比对")), "subject": Said(_("对象指纹"))}),
    Record("exchange.ComparedDifference", Area.FILES, _("已经转为线索的差异，不再转第二次"),
           _("系统不自动删除，只有指纹没有内容"), fields={"run_id": Said(_("比对"))}),
    Record("exchange.Reconciliation", Area.FILES,
           _("一次比对在一个单位的对账结果：只有数，没有人"), STANDING),
    Record("usage.SystemUsage", Area.FILES,
           _("一个居（村）委一天有目的使用市系统的次数，不记是谁用的"), STANDING, (C.TELL_USAGE,)),
]  # fmt: skip
SYSTEM = [
    Record("audit.AuditEvent", Area.TRAIL, _("谁在哪个岗位、什么时间、看了或改了什么、为什么"),
           TRAIL),
    Record("audit.Seal", Area.TRAIL, _("一批留痕的封存：改动任何一条都会被发现"), TRAIL,
           fields={"seq": Said(_("序号"))}),
    Record("audit.Sealing", Area.TRAIL, _("封存进行到哪里"), _("只有一行，随时更新")),
    Record("oversight.UseAlarm", Area.TRAIL,
           _("查看完整号码的反常情形，由审计员核查；针对查看的工作人员，不针对居民"),
           TRAIL, (C.REVIEW_USE,)),
    Record("jobs.Job", Area.TRAIL, _("一项后台任务和进度"), _("系统不自动删除")),
    Record("jobs.JobChunk", Area.TRAIL, _("后台任务的一段"), _("随后台任务保存"), fields={
        "state": Said(_("状态")), "params": Said(_("参数")), "attempts": Said(_("失败次数")),
        "starts": Said(_("开始次数")), "error": Said(_("失败原因")),
    }),
    Record("jobs.RowOutcome", Area.TRAIL, _("文件的一行办成了没有、原值是什么，供撤销"),
           _("随后台任务保存")),
    Record("jobs.Tick", Area.TRAIL, _("定时任务在应办的时刻办过没有"),
           f"{TICKS_KEPT.days} 天后删除",
           fields={"schedule": Said(_("定时任务")), "due_at": Said(_("应办时间"))}),
    Record("jobs.IdempotencyKey", Area.TRAIL, _("防止同一表单按两次办两次"), _("系统不自动删除"),
           fields={
        "key": Said(_("表单编号")), "user_id": Said(_("人员编号")),
        "result_url": Said(_("办到哪里")),
    }),
]  # fmt: skip
RECORDS = [*OFFICES, *NUMBERS, *FILES, *SYSTEM]
