"""What the catalogue says of residence permits (`portal.catalogue.record`).

Paper: S-140.
"""

from django.utils.translation import gettext_lazy as _

from portal.catalogue.record import Area, Record, Said
from portal.orgs.capabilities import Capability as C

BY_ARCHIVE = _("办结后留作办证档案，系统不自动删除，按档案规定移交")
CASE = {"case_id": Said(_("居住证办件"))}
RECORDS = [
    Record("permits.PermitApplication", Area.PERMITS, _("一件居住证业务，从窗口受理到领证"),
           BY_ARCHIVE,
           (C.RECEIVE_PERMITS, C.REVIEW_PERMITS, C.DECIDE_PERMITS), fields={
               "applicant_mask": Said(meaning=_("只留前四位和后四位，其余遮盖")),
               "months_registered": Said(meaning=_("申请日前连续登记的整月数，由居住段算出")),
               "rule": Said(meaning=_("按申请日有效的规则办理，此后规则修订不影响本件")),
           }),
    Record("permits.EligibilityCheck", Area.PERMITS, _("一件业务里一项条件的核对结果"), BY_ARCHIVE,
           (C.RECEIVE_PERMITS, C.REVIEW_PERMITS), fields=CASE),
    Record("permits.PermitMaterial", Area.PERMITS, _("一件业务要的一份材料，收到没有"), BY_ARCHIVE,
           (C.RECEIVE_PERMITS,), fields=CASE),
    Record("permits.ResidencePermit", Area.PERMITS, _("一张居住证；快到期、暂停都由日期推出"),
           BY_ARCHIVE,
           (C.DECIDE_PERMITS,), fields={
               **CASE, "number_mask": Said(meaning=_("只留前四位和后四位，其余遮盖")),
           }),
    Record("permits.PermitSecret", Area.PERMITS, _("居住证号的密文"), BY_ARCHIVE,
           (C.DECIDE_PERMITS,)),
]  # fmt: skip
