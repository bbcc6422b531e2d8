"""Asking for a file: how many rows, on whose word, and what must be told."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit import seals
from portal.audit.record import record
from portal.exchange.exports.kinds import ExportColumn, ExportKind, export_kinds
from portal.exchange.exports.tiers import Tier, TooMany, tier_of
from portal.exchange.models import BlankForm, ExportRequest, ExportState
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import Rule, rule_on
from portal.ui.formats import whole

SHORTEST_REASON = 6
RULE = "export_tiers"
MOST_FORM_ROWS = 5000
OPEN = (ExportState.WAITING, ExportState.MAKING, ExportState.READY)


class UnableToExport(Exception):
    """The export is not begun; the sentence says why, `field` at which input."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Asked:
    """What is asked for: a list, its conditions as an address, columns, format, and why."""

    kind: ExportKind
    query: str
    columns: Sequence[str]
    file_format: str
    purpose: str = ""
    reason: str = ""
    #: another office's form, which is filled with these columns
    form: BlankForm | None = None

    def chosen(self) -> list[ExportColumn]:
        """The columns of the file."""
        if self.form is None:
            return self.kind.chosen(self.columns)
        known = self.kind.for_forms()
        return [known[key] for key in self.columns]


@dataclass(frozen=True)
class Prospect:
    """What an export would be: rows, tier, and what the same person took out lately unasked."""

    rows: int
    already: int
    tier: Tier
    rule: Rule


def prospect(asked: Asked, *, by: Scope, at: datetime) -> Prospect:
    """How many rows the file would have and what it needs.

    :raises UnableToExport: nothing to export, more than one file may hold, or a trail without seal
    :raises NotAllowed: the post may not export, or not this list or one of the columns
    """
    require(by, Capability.EXPORT_MASKED)
    require(by, asked.kind.capability)
    for column in asked.chosen():
        if column.needs:
            require(by, column.needs)
    try:
        seals.require_proof()
    except seals.UnableToProve as late:
        raise UnableToExport(str(late)) from late
    day = timezone.localdate(at)
    rule = rule_on(RULE, day)
    rows = asked.kind.rows(by, asked.query, day).count()
    if not rows:
        raise UnableToExport(_("没有符合条件的记录，没有可导出的内容"))
    if asked.form is not None and rows > MOST_FORM_ROWS:
        raise UnableToExport(
            _("一张来表最多填 %(most)s 行，符合条件的有 %(rows)s，请缩小范围") % {
                "most": whole(MOST_FORM_ROWS), "rows": whole(rows),
            }
        )  # fmt: skip
    already = _taken_lately(by, at, rule["summed_hours"])
    try:
        tier = tier_of(rows, already, by.level, rule.parameters)
    except TooMany as limit:
        raise UnableToExport(
            _("符合条件的有 %(rows)s 条，本级一个文件最多 %(most)s 条，请缩小范围") % {
                "rows": whole(rows), "most": whole(limit.most),
            }
        ) from limit  # fmt: skip
    return Prospect(rows, already, tier, rule)


def _taken_lately(by: Scope, at: datetime, hours: int) -> int:
    """Rows that this person took out on their own word lately, as far as the post's units go."""
    found = ExportRequest.objects.filter(
        requested_by=by.user_id or 0, approvals=0, asked_at__gt=at - timedelta(hours=hours)
    ).exclude(state__in=(ExportState.FAILED, ExportState.WITHDRAWN))
    return found.aggregate(n=Sum("asked_rows"))["n"] or 0


@transaction.atomic
def ask_export(*, asked: Asked, by: Scope, at: datetime) -> ExportRequest:
    """Write the request; small ones are then made at once, larger ones wait for others.

    The person's row is locked, so that exports asked for at the same time are summed up.

    :raises UnableToExport: see `prospect`; no purpose, no reason, or the same one is under way
    :raises NotAllowed: the post may not export, or not this list
    """
    User.objects.select_for_update().get(pk=by.user_id or 0)
    found = prospect(asked, by=by, at=at)
    purpose, reason = asked.purpose.strip(), asked.reason.strip()
    if not purpose:
        raise UnableToExport(_("导出前请写明用途"), "purpose")
    if found.tier.needs_reason and len(reason) < SHORTEST_REASON:
        raise UnableToExport(
            _("请写明导出理由，至少 %(n)d 个字") % {"n": SHORTEST_REASON}, "reason"
        )
    if found.tier.approvals:
        _refuse_twin(asked, by)
    return _written(asked, found, by=by, at=at)


def _refuse_twin(asked: Asked, by: Scope) -> None:
    """:raises UnableToExport: the same list under the same conditions is under way already"""
    twin = ExportRequest.objects.filter(
        requested_by=by.user_id or 0, committee_id=by.unit, kind=asked.kind.key, query=asked.query,
        file_format=asked.file_format, form=asked.form, state__in=OPEN, approvals__gt=0,
    ).first()  # fmt: skip
    if twin is not None:
        raise UnableToExport(
            _("同样的导出 %(number)s 正在办理（%(state)s），不必重复申请") % {
                "number": twin.number, "state": twin.get_state_display(),
            }
        )  # fmt: skip


def _written(asked: Asked, found: Prospect, *, by: Scope, at: datetime) -> ExportRequest:
    day = timezone.localdate(at)
    key = new_id()
    export = ExportRequest.objects.create(
        id=key, committee_id=by.unit, number=f"EX-{day:%Y%m%d}-{str(key)[-6:].upper()}",
        kind=asked.kind.key, query=asked.query,
        conditions=asked.kind.conditions(by, asked.query, day),
        columns=[column.key for column in asked.chosen()], file_format=asked.file_format,
        form=asked.form, form_title=asked.form.title if asked.form else "",
        purpose=asked.purpose.strip(), reason=asked.reason.strip(), as_of=day,
        tier=found.tier.number, approvals=found.tier.approvals, asked_rows=found.rows,
        most_rows=max(found.tier.most, found.rows), rule=found.rule.label,
        requested_by=by.user_id or 0, requested_name=f"{by.user_name} {by.staff_no}".strip(),
        appointment=by.appointment_id, unit_name=by.unit_name, asked_at=at,
        due_on=day + timedelta(days=found.rule["deciding_days"]),
    )  # fmt: skip
    record("exchange.export_asked", by=by, at=at, target=export, purpose=export.purpose[:32],
           reason=export.reason, changes=facts(export))  # fmt: skip
    return export


def facts(export: ExportRequest) -> dict[str, Any]:
    """What the trail says of an export."""
    return {
        "list": str(export_kinds()[export.kind].title),
        "rows": export.asked_rows if export.file_rows is None else export.file_rows,
        "filter": "，".join(export.conditions), "format": export.file_format,
        "columns": export.columns, "tier": export.tier,
        **({"form": export.form_title} if export.form_title else {}),
    }  # fmt: skip


@transaction.atomic
def withdraw(*, export_id: uuid.UUID, by: Scope, at: datetime) -> ExportRequest:
    """Take a request back before it is decided.

    :raises UnableToExport: it is decided, or not one's own
    """
    export = ExportRequest.objects.in_scope(by).select_for_update().get(pk=export_id)
    if export.requested_by != by.user_id or export.state != ExportState.WAITING:
        raise UnableToExport(_("只能撤回自己的、还没有批的申请"))
    export.state = ExportState.WITHDRAWN
    export.save(update_fields=["state"])
    record("exchange.export_withdrawn", by=by, at=at, target=export, changes=facts(export))
    return export
