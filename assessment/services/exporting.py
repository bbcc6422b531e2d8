"""Exporting the report: numbered, stamped, on the audit trail."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext as _

from assessment.models import AssessmentCycle
from assessment.report.content import Stamp, gather
from assessment.report.pdf import typeset
from assessment.report.workbook import workbook
from assessment.services.common import UnableToAssess
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope

MAKERS = {"xlsx": workbook, "pdf": typeset}


@dataclass(frozen=True)
class Made:
    """A file and how the browser names it."""

    content: bytes
    name: str

    @property
    def disposition(self) -> str:
        return f"attachment; filename*=UTF-8''{quote(self.name)}"


@transaction.atomic
def export_report(*, cycle_id: uuid.UUID, form: str, by: Scope, at: datetime) -> Made:
    """Make the report as `xlsx` or `pdf`; who, when and which snapshot stand in the file.

    :raises UnableToAssess: nothing has been computed yet
    :raises NotAllowed: `by` may not export, or does not see the whole district
    """
    require(by, Capability.EXPORT_MASKED)
    cycle = AssessmentCycle.objects.filter(pk=cycle_id).first()
    if cycle is None or cycle.computed_at is None:
        raise UnableToAssess(_("按快照计算得分后才能导出报告"))
    require(by, Capability.VIEW_ASSESSMENT, cycle.unit_id)
    number = new_id()
    stamp = Stamp(str(number)[-12:].upper(), by.user_name, by.unit_name, at)
    report = gather(cycle, by, stamp)
    content = MAKERS[form](report)
    record(
        "assessment.report_exported", by=by, at=at, target=("assessment.report", number),
        changes={"cycle": cycle.year, "form": form, "stage": cycle.stage,
                 "snapshot": cycle.snapshot_no, "units": len(report.lines)},
    )  # fmt: skip
    mark = f"（{report.mark}）" if report.mark else ""
    name = _("普陀区%(year)s年度人口服务管理工作考核情况报告%(mark)s.%(form)s") % {
        "year": cycle.year, "mark": mark, "form": form,
    }  # fmt: skip
    return Made(content, name)
