"""Which exports somebody sees: own ones, and those that wait for this post."""

import uuid
from datetime import date

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value

from portal.exchange.exports.tiers import next_level, reaches
from portal.exchange.models import ExportPart, ExportRequest, ExportState
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope, level_of


def own(by: Scope) -> "QuerySet[ExportRequest]":
    """What this person asked for in the acting unit, newest first."""
    rows = ExportRequest.objects.in_scope(by).filter(requested_by=by.user_id or 0)
    return rows.order_by("-asked_at", "-id")


def waiting_for(by: Scope, day: date) -> "QuerySet[ExportRequest]":
    """What waits for this post's word: in its units, not its own, not decided by it before."""
    rows = ExportRequest.objects.in_scope(by)
    if not by.may(Capability.APPROVE_EXPORTS) or by.level == "committee":
        return rows.none()
    rows = rows.filter(state=ExportState.WAITING, due_on__gte=day)
    rows = rows.exclude(requested_by=by.user_id or 0).exclude(decisions__approver=by.user_id or 0)
    if by.level == "street":  # the district's word is asked for where two are, and on its own level
        rows = rows.filter(approvals=1).exclude(committee_id=F("street_id"))
    return rows


def decided_by(by: Scope) -> "QuerySet[ExportRequest]":
    """What this person has decided, newest first."""
    rows = ExportRequest.objects.in_scope(by).filter(Q(decisions__approver=by.user_id or 0))
    return rows.order_by("-asked_at", "-id")


def why_not(export: ExportRequest, by: Scope, day: date) -> str:
    """Why this post may not decide on the export, as a sentence; blank when it may."""
    unit = level_of(export.committee_id)
    wanted = "district" if export.approvals > 1 else next_level(unit)
    if export.requested_by == by.user_id:
        return "不能审批自己的导出"
    if not by.may(Capability.APPROVE_EXPORTS):
        return "当前岗位不能审批导出"
    if not reaches(by.level, wanted):
        return {"street": "须由街道（镇）审批", "district": "须由区人口办审批"}[wanted]
    if export.state != ExportState.WAITING:
        return f"这项导出现在是“{export.get_state_display()}”，请刷新页面"
    return "已过审批期限，请申请人重新申请" if export.due_on < day else ""


class _Holds(Func):
    """Whether the keys of a part hold this one."""

    template = "(position(%(expressions)s) > 0)"
    arg_joiner = " IN "
    output_field = BooleanField()


def files_with(person: uuid.UUID, by: Scope) -> "QuerySet[ExportRequest]":
    """The files that a person's row was in, as far as the post's units go, newest first."""
    parts = ExportPart.objects.in_scope(by).filter(_Holds(Value(person.bytes), F("people")))
    made = ExportRequest.objects.in_scope(by).filter(file_rows__isnull=False)
    return made.filter(pk__in=parts.values("request_id")).order_by("-asked_at", "-id")
