"""What the catalogue says of the population register (`portal.catalogue.record`).

Paper: S-140.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from portal.catalogue.record import Area, Codes, Grade, Record, Said
from portal.orgs.capabilities import Capability as C
from residents.categories import (
    DELETION_REASONS,
    EDUCATIONS,
    ETHNICITIES,
    NATIONALITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    SEXES,
    TENANCY_ROLES,
    VERIFICATION_METHODS,
)
from residents.discovery import CHANNELS
from residents.identity import DocumentKind
from residents.services.due_tasks import KEPT_YEARS as TASKS_KEPT
from residents.services.forgetting import KEPT_YEARS
from residents.spotchecks.courses import SHEETS_KEPT_DAYS

WHILE_LIVING = _("在本区居住期间保存；离开、注销后留作历史，系统不自动删除，按档案规定移交或销毁")
WITH_THE_PERSON = _("随人员记录保存，不单独删除")
SHEETS = f"公布后 {SHEETS_KEPT_DAYS} 天抹去姓名、地址和记录，只留计数；取消的一轮当即抹去"
ANSWERED = f"答复（送达）满 {KEPT_YEARS} 年后删除，留痕只记有过多少件"
DOCUMENTS = Codes("证件类型", "GA/T 517 及本平台补充代码", DocumentKind.choices())
OCCUPANCY = _("所住房屋的居住状态，房屋变更时一并更新")
COPY = _("随人员记录，改人员记录时一并改")
ENTERED, VERIFIED = (C.EDIT_RESIDENTS,), (C.VERIFY, C.EDIT_RESIDENTS)

RESIDENT: Mapping[str, Said] = {
    "committee_id": Said(meaning=_("主要居所所在的居（村）委；一个人在全区只有一条人员记录")),
    "name": Said(meaning=_("证件上的姓名")),
    "former_name": Said(meaning=_("户口簿上的曾用名，没有的不填")),
    "foreign_name": Said(meaning=_("境外人员护照上的姓名")),
    "sex": Said(codes=SEXES),
    "birth_date": Said(
        meaning=_("按证件，18 位公民身份号码由号码带出；未满 14 周岁的全部信息按敏感个人信息保护")
    ),
    "ethnicity": Said(
        meaning=_("只因居住证上有此项而登记；不能用来筛选、查找、统计"), codes=ETHNICITIES
    ),
    "nationality": Said(codes=NATIONALITIES),
    "category": Said(
        meaning=_("由户籍地和居住情况判断，决定办什么登记"), codes=POPULATION_CATEGORIES
    ),
    "origin": Said(meaning=_("户籍所在的省、市、区；只写到区（县）")),
    "hukou_address": Said(meaning=_("户口簿上的完整地址")),
    "education": Said(codes=EDUCATIONS),
    "employer_name": Said(meaning=_("现在的工作单位，居住证后续核查用；没有的不填")),
    "doc_type": Said(meaning=_("登记所凭的证件"), codes=DOCUMENTS),
    "id_tail": Said(meaning=_("供按末四位查找；不和出生日期一起显示")),
    "phone_index": Said(meaning=_("手机号的加密指纹，只用来认出同一号码，不能还原")),
    "guardian_id": Said(meaning=_("未满 14 周岁的必填，须已登记")),
    "notice_given_on": Said(meaning=_("告知本人登记用途和权利的日期")),
    "arrived_on": Said(meaning=_("来沪人员首次到本市居住的日期")),
    "note": Said(meaning=_("只写登记需要说明的事实，不写评价")),
    "source": Said(meaning=_("从哪里得知：上门、窗口、导入等")),
}
RESIDENCE: Mapping[str, Said] = {
    "committee_id": Said(meaning=_("住处所在的居（村）委；户在人不在的，为户籍所在的居（村）委")),
    "dwelling_id": Said(meaning=_("住在哪一套房屋"), grade=Grade.SENSITIVE),
    "household_id": Said(meaning=_("同住一户的人同一编号")),
    "kind": Said(meaning=_("按户籍、来沪、人户分离、境外等登记")),
    "category": Said(meaning=_("登记时的人口类别，各项人口数按它分"), codes=POPULATION_CATEGORIES),
    "begin_on": Said(meaning=_("实际住进来的日期，可早于登记日期")),
    "registered_on": Said(meaning=_("登记到系统里的日期；与入住日期之差是登记及时与否")),
    "end_on": Said(meaning=_("实际离开的日期，这一天不再算在住")),
    "end_reason": Said(codes=DELETION_REASONS),
    "cancelled_on": Said(meaning=_("在系统里注销的日期；与离开日期之差是注销及时与否")),
    "reason": Said(codes=RESIDENCE_REASONS),
    "tenancy_role": Said(meaning=_("房屋所有权人、承租人、同住人等"), codes=TENANCY_ROLES),
    "relation": Said(codes=RELATIONS),
    "is_primary": Said(meaning=_("一个人只有一处主要居所，实有人口按它计数")),
    "verified_on": Said(meaning=_("最近一次核实此人仍住此处的日期，鲜活度按它计算")),
    "verified_method": Said(codes=VERIFICATION_METHODS),
    "due_on": Said(meaning=_("最近核实加核实周期，到期生成采集任务")),
    "name": Said(_("姓名"), RESIDENT["name"].meaning),
    "name_key": Said(meaning=COPY),
    "initials": Said(meaning=COPY),
    "sex": Said(_("性别"), codes=SEXES),
    "birth_date": Said(_("出生日期"), RESIDENT["birth_date"].meaning),
    "origin": Said(_("户籍地"), RESIDENT["origin"].meaning),
    "id_mask": Said(_("证件号码（遮盖）")),
    "id_tail": Said(_("证件号末四位"), RESIDENT["id_tail"].meaning),
    "phone_mask": Said(_("手机（遮盖）")),
    "short_address": Said(
        _("简址"), _("所住房屋的简短地址，房屋变更时一并更新"), grade=Grade.SENSITIVE
    ),
    "occupancy": Said(_("居住类型"), OCCUPANCY),
    "code_final": Said(_("正式编码"), _("所住房屋是否有正式的房屋编码，编码关联率按它计算")),
}
RECORDS = [
    Record("residents.Resident", Area.PEOPLE, _("一个人在全区的唯一一条记录：是谁"),
           WHILE_LIVING, ENTERED, fields=RESIDENT),
    Record("residents.Residence", Area.PEOPLE,
           _("一个人在一处住所从哪天住到哪天；实有人口就是在住的居住段数"),
           WHILE_LIVING, ENTERED, fields=RESIDENCE),
    Record("residents.Identity", Area.PEOPLE, _("一个人的一份证件，只有加密指纹和遮盖后的号码"),
           WITH_THE_PERSON, ENTERED, fields={
               "doc_type": Said(codes=DOCUMENTS),
               "mask": Said(meaning=_("只留前四位和后四位，其余遮盖")),
               "is_primary": Said(meaning=_("名单和搜索上显示的那一份")),
               "as_printed": Said(meaning=_("证件本身与校验规则不符时，写明证件如此")),
           }),
    Record("residents.Secret", Area.PEOPLE, _("证件号、手机号的密文；只有写明事由的逐人查看能解开"),
           WITH_THE_PERSON, ENTERED, fields={"kind": Said(_("号码种类"))}),
    Record("residents.Reveal", Area.PEOPLE, _("谁在什么时间、为什么查看过一个完整号码"),
           _("系统不自动删除，供本人查问和审计"), fields={"kind": Said(_("号码种类"))}),
    Record("residents.Household", Area.PEOPLE, _("一处房屋里的一户；一处可以有几户"),
           WHILE_LIVING, ENTERED),
    Record("residents.PastMembership", Area.PEOPLE,
           _("分户、并户、换户主之前各人在哪一户、是什么关系"),
           WITH_THE_PERSON, ENTERED, fields={"relation": Said(codes=RELATIONS)}),
    Record("residents.RoomPlace", Area.PEOPLE, _("居住段落在房屋里的哪一间"), WITH_THE_PERSON,
           ENTERED),
    Record("residents.Verification", Area.PEOPLE, _("一次上门或联系：无变化、有变化、未遇"),
           _("随房屋保存，不单独删除"), VERIFIED,
           fields={"method": Said(codes=VERIFICATION_METHODS)}),
    Record("residents.EntryDraft", Area.PEOPLE, _("入户登记填到一半、还没存的内容，加密"),
           _("存好即删，七天没有接着填的删除"), ENTERED),
    Record("residents.ResidentMerge", Area.PEOPLE, _("两条记录确认为同一人后怎样合并，供撤销"),
           WITH_THE_PERSON, ENTERED, fields={
               "exchanged": Said(_("互换的内容"), _("两条记录间换过的值，撤销时换回")),
               "voided": Said(_("作废的居住段")), "taken": Said(_("移过来的居住段")),
               "wards": Said(_("改挂的被监护人")),
               "kept_version": Said(_("保留记录的修改次数")),
               "dropped_version": Said(_("重复记录的修改次数")),
           }),
    Record("residents.Transfer", Area.PEOPLE,
           _("人搬到别的居（村）委后，由迁入方提出、原登记方确认的移交"),
           WITH_THE_PERSON, ENTERED, fields={
               "category": Said(codes=POPULATION_CATEGORIES),
               "residence_reason": Said(codes=RESIDENCE_REASONS),
               "tenancy_role": Said(codes=TENANCY_ROLES), "relation": Said(codes=RELATIONS),
               "method": Said(codes=VERIFICATION_METHODS),
           }),
    Record("residents.Lead", Area.PEOPLE, _("可能有人新增、变更、离开的线索，从发现到登记结果"),
           _("办结满“发现线索办理时限”规定的天数后删去文字和地点，只留种类和条数"),
           (C.SUBMIT_LEADS, C.EDIT_RESIDENTS), fields={"channel": Said(codes=CHANNELS)}),
    Record("residents.CollectionTask", Area.PEOPLE,
           _("一处要上门办的采集事项，因到期、线索或领导布置而来"),
           f"办结满 {TASKS_KEPT} 年后删除", (C.ASSIGN_TASKS,)),
    Record("residents.CorrectionRequest", Area.PEOPLE,
           _("居民对自己信息的查阅、更正、删除申请和答复"),
           ANSWERED, ENTERED),
    Record("residents.ResidentAppeal", Area.PEOPLE,
           _("居民对采集、服务的诉求和答复；被反映人看不到"),
           ANSWERED, (C.HANDLE_APPEALS,)),
    Record("residents.ResidenceProof", Area.PEOPLE,
           _("居（村）委开给居民的一份住所证明，从核实到签发、到期或撤销"),
           ANSWERED, (C.EDIT_RESIDENTS, C.ISSUE_PROOFS), fields={
               "id_mask": Said(meaning=_("只留前四位和后四位，其余遮盖")),
               "facts": Said(meaning=_("开具前核实了什么，不存材料本身")),
               "number": Said(meaning=_("居（村）委代码、年份和当年序号；签发时给出")),
           }),
    Record("residents.NewcomerService", Area.PEOPLE,
           _("向来沪人员发过告知单的记录，只告知，不作要求"),
           WITH_THE_PERSON, ENTERED),
    Record("residents.BuildingNotice", Area.PEOPLE, _("张贴在楼栋里、供居民自主申报的告知单"),
           _("停用后留作记录"), ENTERED),
    Record("residents.SpotRound", Area.PEOPLE,
           _("对一个街道（镇）的一轮抽查：抽样设计、抽样框、结果"),
           _("结果长期保存，供复算"), (C.RUN_CHECKS,)),
    Record("residents.SpotItem", Area.PEOPLE, _("一轮抽查抽中的一处或一条，和核查结果"),
           SHEETS, (C.RUN_CHECKS, C.CHECK_SAMPLES)),
    Record("residents.SpotPerson", Area.PEOPLE, _("核查员在抽中住户见到的人，按本人所说"), SHEETS,
           (C.CHECK_SAMPLES,), fields={
               "sex": Said(codes=SEXES), "category": Said(codes=POPULATION_CATEGORIES),
           }),
    Record("residents.SpotPlace", Area.PEOPLE, _("抽查中发现、房屋名单上没有的住处"), SHEETS,
           (C.CHECK_SAMPLES,)),
]  # fmt: skip
