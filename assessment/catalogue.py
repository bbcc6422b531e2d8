"""What the catalogue says of the annual assessment (`portal.catalogue.record`).

Paper: S-140.
"""

from django.utils.translation import gettext_lazy as _

from portal.catalogue.record import Area, Record, Said
from portal.orgs.capabilities import Capability as C

PERMANENT = _("随考核档案长期保存")
RUN, CLAIM = (C.RUN_ASSESSMENT,), (C.SELF_ASSESS, C.RUN_ASSESSMENT)
RECORDS = [
    Record("assessment.AssessmentCycle", Area.ASSESSMENT,
           _("一年的考核：对象、日程、规则版本和快照"),
           PERMANENT, RUN),
    Record("assessment.Indicator", Area.ASSESSMENT, _("一项考核指标，开展考核时按规则定下"),
           PERMANENT),
    Record("assessment.UnitSheet", Area.ASSESSMENT, _("一个单位的考核表：总分和等次"), PERMANENT,
           CLAIM),
    Record("assessment.IndicatorValue", Area.ASSESSMENT, _("快照里一个单位一项指标的取值"),
           PERMANENT,
           fields={"inputs_hash": Said(meaning=_("取数的指纹，用来证明没有改过"))}),
    Record("assessment.Score", Area.ASSESSMENT,
           _("一个单位一项指标的得分：系统算的、自评的、复核的"),
           PERMANENT, CLAIM, fields={"proposed_by": Said(_("提出人编号"))}),
    Record("assessment.Evidence", Area.ASSESSMENT, _("单位为得分列出的佐证，不得含个人信息"),
           PERMANENT,
           CLAIM),
    Record("assessment.ProcessEvent", Area.ASSESSMENT, _("考核过程中大家都能看到的一步"),
           PERMANENT),
    Record("assessment.PublishedResult", Area.ASSESSMENT, _("公布的单位考核结果，不涉及个人"),
           PERMANENT,
           RUN, public=True),
    Record("assessment.WorkPlan", Area.ASSESSMENT, _("区、街道（镇）一年的工作计划"), PERMANENT,
           (C.EDIT_PLANS, C.APPROVE_PLANS)),
    Record("assessment.WorkPlanItem", Area.ASSESSMENT, _("计划里由一个单位承办的一项"), PERMANENT,
           (C.EDIT_PLANS, C.REPORT_PLANS)),
    Record("assessment.WorkPlanChange", Area.ASSESSMENT, _("批准后对一项的调整和理由"), PERMANENT,
           (C.EDIT_PLANS, C.REPORT_PLANS)),
]  # fmt: skip
