"""Somebody else's word on a large export: never the asker's own, never the same one twice."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.querying import why_not
from portal.exchange.exports.services.asking import facts
from portal.exchange.exports.services.making import plan
from portal.exchange.models import ExportDecision, ExportRequest, ExportState
from portal.jobs import services as jobs
from portal.orgs import posts
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

JOB = "export.make"


class UnableToDecide(Exception):
    """The decision is not taken; the sentence says why."""


@transaction.atomic
def decide(
    *, export_id: uuid.UUID, agreed: bool, reason: str, by: Scope, at: datetime
) -> ExportRequest:
    """Agree to an export or send it back; with the last agreement the file is made.

    :raises UnableToDecide: one's own, too low a post, decided already, late, or no reason
    :raises NotAllowed: the post may not approve exports, or not in that unit
    """
    export = ExportRequest.objects.in_scope(by).select_for_update(of=("self",)).get(pk=export_id)
    require(by, Capability.APPROVE_EXPORTS, export.committee_id)
    day, reason = timezone.localdate(at), reason.strip()
    if refusal := why_not(export, by, day):
        raise UnableToDecide(refusal)
    if export.decisions.filter(approver=by.user_id or 0).exists():
        raise UnableToDecide(_("你已审批过这项导出，还须另一人同意"))
    if not agreed and not reason:
        raise UnableToDecide(_("退回时请写明原因"))
    asker = _asker(export, day) if agreed else None
    ExportDecision.objects.create(
        request=export, committee_id=export.committee_id, asker=export.requested_by,
        approver=by.user_id or 0, approver_name=f"{by.user_name} {by.staff_no}".strip(),
        role_title=by.role_title, unit_name=by.unit_name, agreed=agreed, reason=reason, at=at,
    )  # fmt: skip
    if asker is None:
        export.state, export.outcome = ExportState.RETURNED, reason[:200]
        export.save(update_fields=["state", "outcome"])
    elif export.decisions.filter(agreed=True).count() >= export.approvals:
        _begin(export, asker, at)
    record(
        "exchange.export_agreed" if agreed else "exchange.export_returned", by=by, at=at,
        target=export, committee=export.committee_id, reason=reason, changes=facts(export),
    )  # fmt: skip
    return export


def _asker(export: ExportRequest, day: date) -> Scope:
    """The scope of whoever asked, as it is today.

    :raises UnableToDecide: the post is no longer held, or may no longer export
    """
    post = posts.held_post(export.appointment, day)
    if post is None:
        raise UnableToDecide(_("申请人已不在原岗位，只能退回"))
    scope = posts.scope_of(post, post.user)
    if not scope.may(Capability.EXPORT_MASKED):
        raise UnableToDecide(_("申请人的岗位已不能导出，只能退回"))
    return scope


def _begin(export: ExportRequest, asker: Scope, at: datetime) -> None:
    """Write the work into the ledger, to be done as the one who asked."""
    title = export_kinds()[export.kind].title
    export.job = jobs.ask(
        kind=JOB, title=_("导出%(list)s %(number)s") % {"list": title, "number": export.number},
        key=str(export.pk), params={"export": str(export.pk)},
        chunks=[each | {"seq": seq} for seq, each in enumerate(plan(export, asker))],
        by=asker, at=at,
    )  # fmt: skip
    export.state = ExportState.MAKING
    export.save(update_fields=["state", "job"])
