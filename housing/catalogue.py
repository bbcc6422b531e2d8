"""What the catalogue says of the housing register (`portal.catalogue.record`).

Paper: S-140.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from housing.codes import BUILDING_STRUCTURES, BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.legality import TITLES as LEGALITY
from housing.photos import KEPT_DAYS
from portal.catalogue.record import Area, Codes, Record, Said
from portal.orgs.capabilities import Capability as C

STANDING = _("房屋在册期间保存；注销后留作历史，系统不自动删除")
WITH_THE_HOME = _("随房屋保存，系统不自动删除")
BY_ARCHIVE = _("办结后留作档案，系统不自动删除")
ENTERED, RUN = (C.EDIT_HOUSING,), (C.RUN_CAMPAIGNS,)
LEGALITIES = Codes("合法性", "本平台合法性代码", list(LEGALITY.items()))
DWELLING: Mapping[str, Said] = {
    "committee_id": Said(meaning=_("房屋坐落的居（村）委")),
    "floor": Said(meaning=_("地下为负数")),
    "position": Said(meaning=_("楼栋房态按它从左到右排列")),
    "address": Said(meaning=_("路、弄、号、室的完整写法")),
    "short_address": Said(meaning=_("本居（村）委内认得出的写法：号、室")),
    "house_code": Said(meaning=_("经街道（镇）审批的统一编码，一套一码")),
    "code_state": Said(meaning=_("临时编码不计入编码关联率")),
    "design_use": Said(codes=BUILDING_USES),
    "actual_use": Said(codes=BUILDING_USES),
    "floor_area": Said(meaning=_("产权证或租用凭证上的面积，平方米")),
    "design_rooms": Said(meaning=_("原始设计的居室数，群租判断以它为准")),
    "tenure": Said(codes=TENURES),
    "occupancy": Said(
        meaning=_("自住、出租、出借、空置等，决定核实周期"), codes=OCCUPANCY_STATUSES
    ),
    "legality": Said(meaning=_("区房管局最近一次认定的结果，不能在这里改"), codes=LEGALITIES),
    "leased_until": Said(meaning=_("由有效的租赁登记带出")),
    "owner_name": Said(meaning=_("产权证上的姓名或单位")),
    "note": Said(meaning=_("只写房屋的事实，不写对人的评价")),
    "occupants": Said(meaning=_("此处在住的居住段数，由登记自动算出")),
    "households": Said(meaning=_("此处在住的户数，由登记自动算出")),
    "verified_on": Said(meaning=_("最近一次上门或联系核实的日期")),
}
BUILDING: Mapping[str, Said] = {
    "plate_id": Said(_("门弄牌")),
    "use": Said(codes=BUILDING_USES),
    "structure": Said(codes=BUILDING_STRUCTURES),
    "dwelling_count": Said(meaning=_("在册的套数，由房屋自动算出")),
    "contact": Said(meaning=_("楼组长的称呼，供上门前联系")),
    "code_block": Said(meaning=_("房屋编码中代表这一幢的一段")),
}
RECORDS = [
    Record("housing.DwellingUnit", Area.HOUSING, _("一套（一户室）房屋，不论有没有人住"),
           STANDING, ENTERED, fields=DWELLING),
    Record("housing.Building", Area.HOUSING, _("一幢楼，楼栋房态按它展开"), STANDING, ENTERED,
           fields=BUILDING),
    Record("housing.AddressPlate", Area.HOUSING, _("路、弄、号组成的门牌地址，楼栋挂在它下面"),
           STANDING, ENTERED),
    Record("housing.Estate", Area.HOUSING, _("一个小区：对其中各幢都成立的事"), STANDING, ENTERED),
    Record("housing.Room", Area.HOUSING, _("房屋里的一间，按原设计和实测"), WITH_THE_HOME, ENTERED),
    Record("housing.Lease", Area.HOUSING, _("一份租赁登记，整套或其中几间"), WITH_THE_HOME,
           ENTERED),
    Record("housing.LegalityDetermination", Area.HOUSING,
           _("对一套房屋合法性的一次认定，最近一次有效"),
           WITH_THE_HOME, (C.DETERMINE_LEGALITY,)),
    Record("housing.HouseCodeRequest", Area.HOUSING,
           _("新编、更正、拆分、合并、注销房屋编码的申请和审批"),
           BY_ARCHIVE, (C.EDIT_HOUSING, C.APPROVE_CODES)),
    Record("housing.HouseCodeEvent", Area.HOUSING, _("一个房屋编码发生过什么"), WITH_THE_HOME),
    Record("housing.CodeCheck", Area.HOUSING, _("一个月的房屋编码核对做过没有、有几条例外"),
           _("随月结长期保存"), fields={"run_id": Said(_("月结"))}),
    Record("housing.CodeException", Area.HOUSING, _("月末没有编码、临时编码过久等例外"),
           _("随月结长期保存"), fields={"run_id": Said(_("月结"))}),
    Record("housing.GroupRentalTest", Area.HOUSING,
           _("按房间和人数算出的群租判断，只是提示，不是认定"),
           _("房间、居住变化时重算，只留最近一次")),
    Record("housing.GroupRentalDecision", Area.HOUSING, _("授权人员上门后对群租的认定"), BY_ARCHIVE,
           (C.CONFIRM_GROUP_RENTAL,)),
    Record("housing.KeyArea", Area.HOUSING, _("需要定期核查的区域：针对地方，不针对人"), BY_ARCHIVE,
           RUN),
    Record("housing.KeyAreaBuilding", Area.HOUSING, _("重点区域包括哪些楼栋"), BY_ARCHIVE, RUN),
    Record("housing.Campaign", Area.HOUSING, _("街道（镇）的一次整治行动：依据、范围、期限、总结"),
           BY_ARCHIVE, (C.RUN_CAMPAIGNS, C.APPROVE_CAMPAIGNS)),
    Record("housing.CampaignTarget", Area.HOUSING, _("一次行动要检查的房屋和列入原因"), BY_ARCHIVE),
    Record("housing.Finding", Area.HOUSING, _("两人上门后发现的房屋问题，到整改或不成立为止"),
           BY_ARCHIVE, RUN),
    Record("housing.FindingPhoto", Area.HOUSING, _("检查发现的照片，去掉定位信息后加密保存"),
           f"问题办结满 {KEPT_DAYS} 天后删除照片，只留有过照片的记录", RUN),
    Record("housing.EnforcementSite", Area.HOUSING, _("依法关停、整治的一处地点和其中人员的安置"),
           BY_ARCHIVE, RUN),
    Record("housing.Referral", Area.HOUSING, _("发给有关部门的抄告和反馈"), BY_ARCHIVE, RUN),
]  # fmt: skip
