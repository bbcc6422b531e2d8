"""What the catalogue says of the collectors (`portal.catalogue.record`).

Paper: S-140.
"""

from django.utils.translation import gettext_lazy as _

from portal.catalogue.record import Area, Record, Said
from portal.orgs.capabilities import Capability as C

ENTERED = (C.EDIT_STAFFING,)
RECORDS = [
    Record("staffing.Collector", Area.STAFFING, _("一名信息采集员和现在派驻在哪里"),
           _("离职后留作人事记录，系统不自动删除"), ENTERED, fields={
               "committee_id": Said(meaning=_("派驻的居（村）委，或暂留的街道（镇）")),
               "fte": Said(meaning=_("全职为 1，按规定扣除兼做其他工作的部分；采集员配比按它计算")),
           }),
    Record("staffing.CollectorStatusEvent", Area.STAFFING, _("采集员到岗、请假、离岗等一次变更"),
           _("随采集员保存"), ENTERED),
    Record("staffing.WorkArea", Area.STAFFING, _("由一名采集员负责的几幢楼"),
           _("停用后留作历史，系统不自动删除"), ENTERED, fields={
               "workload": Said(meaning=_("由套数、出租和在住人数算出，只用来均衡片区，不评价人")),
           }),
    Record("staffing.WorkAreaBuilding", Area.STAFFING, _("片区包括哪些楼栋"), _("随片区保存"),
           ENTERED,
           fields={"area_id": Said(_("片区"))}),
]  # fmt: skip
