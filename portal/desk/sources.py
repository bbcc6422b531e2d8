"""What may wait for a post, kind by kind: each reads its own counts and first rows (ui 4.9).

Counts are kept, and of each kind only the rows are read that are shown (`backlog`).

Paper: S-08, S-21.
"""

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from permits import transitions
from permits.models import PermitApplication, ResidencePermit
from portal.desk.campaign_sources import Campaigns, Findings, KeyAreas, Referrals, Sites
from portal.desk.housing_sources import CodeRequests, Leases
from portal.desk.plan_sources import plan_sources
from portal.desk.quality_sources import quality_sources
from portal.desk.source import Act, Item, Source, links
from portal.exchange.exports.querying import waiting_for
from portal.exchange.exports.words import line_of
from portal.exchange.models import ExportRequest
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import named
from portal.ui import formats
from portal.ui.words import gettext as _
from residents.models import (
    CollectionTask,
    CorrectionRequest,
    Lead,
    Residence,
    ResidenceProof,
    ResidentAppeal,
    Transfer,
)
from residents.newcomers import to_welcome
from residents.services import unit_title

WINDOW = 30
#: What leads to the work that a task asks for.
WORK = {"new": "去登记", "verify": "去核实", "change": "去变更", "cancel": "去注销"}
HOUSEHOLDS = {"1": "自住户", "2": "出租户", "3": "借住户", "5": "集体户"}


class CollectionTasks(Source):
    """Collection tasks of a committee that nobody else was given: due verifications among them."""

    key, title = "due", "采集任务"
    model = CollectionTask
    shown = (
        "kind", "why", "reason", "rule", "assigned_to", "dwelling_id", "residence_id",
        "residence__name", "dwelling__occupancy", "dwelling__occupants",
        "dwelling__verified_on", "dwelling__short_address",
    )  # fmt: skip

    def rows(self) -> Any:
        return CollectionTask.objects.in_scope(self.scope).waiting_for(self.scope)

    def item(self, row: CollectionTask) -> Item:
        home = row.dwelling
        house = HOUSEHOLDS.get(home.occupancy, "住户")
        people = _("%(house)s %(n)d 人") % {"house": house, "n": home.occupants}
        facts = [(_("来由"), row.get_why_display()), (_("承办人"), row.assigned_to or _("未定"))]
        return Item(
            f"task-{row.pk}", self.key, self.level(row.due_on), row.get_kind_display(),
            row.residence.name if row.residence else people, home.short_address,
            self._reason(row), row.due_on,
            [*facts, (_("规则"), _("三(三)1 核实周期"))] if row.rule else facts, self._acts(row),
        )  # fmt: skip

    def _reason(self, row: CollectionTask) -> str:
        if row.reason:
            return row.reason
        last = row.dwelling.verified_on
        if last is None:
            return _("到核实周期")
        day, cycle = formats.short_day(last, self.today), (row.due_on - last).days
        if cycle <= 0:
            return _("上次核实 %(day)s") % {"day": day}
        return _("上次核实 %(day)s，每 %(n)d 天核实一次") % {"day": day, "n": cycle}

    def _acts(self, row: CollectionTask) -> list[Act]:
        acts = links(
            (_(WORK[row.kind]), "residents:entry", "", row.dwelling_id)
            if self.scope.may(Capability.EDIT_RESIDENTS)
            else (_("查看房屋"), "housing:dwelling", "", row.dwelling_id)
        )
        if row.kind == CollectionTask.Kind.VERIFY and self.scope.may(Capability.VERIFY):
            verify = reverse("desk:verify", args=[row.dwelling_id])
            acts += [
                Act(_("上门核实无变化"), verify, {"method": "V1"}, posts=True),
                Act(_("电话核实无变化"), verify, {"method": "V2"}, posts=True),
            ]
        return [*acts, *links((_("查看任务"), "residents:task", "", row.pk))]


class Endorsements(Source):
    """Permits that run out within thirty days, or have run out."""

    key, title = "endorsement", "签注到期"
    model = ResidencePermit
    shown = ("holder_id", "holder_name", "short_address", "number_mask", "issued_on", "case_id")
    levels = ("should", "note")
    due = "valid_to"

    def rows(self) -> Any:
        return ResidencePermit.objects.in_scope(self.scope).to_endorse_on(self.today, WINDOW)

    def item(self, row: ResidencePermit) -> Item:
        day = formats.short_day(row.valid_to, self.today)
        over = row.valid_to < self.today
        reason = (
            _("居住证 %(day)s 已到期，功能中止，可补办签注")
            if over
            else _("居住证 %(day)s 到期，已可办理签注")
        )
        return Item(
            f"permit-{row.pk}", self.key, self.level(row.valid_to), _(self.title),
            row.holder_name, row.short_address, reason % {"day": day}, row.valid_to,
            [(_("证号"), row.number_mask), (_("签发"), formats.day(row.issued_on))],
            links(
                (_("查看办件"), "permits:case", "", row.case_id)
                if self.scope.may(Capability.VIEW_PERMITS)
                else (_("查看人员"), "residents:person", "", row.holder_id)
            ),
        )  # fmt: skip


class Cases(Source):
    """Permit cases that wait for this very post."""

    key, title = "permit", "居住证"
    model = PermitApplication
    shown = ("applicant_name", "short_address", "kind", "state", "case_no", "rule")
    levels = ("note", "note")

    def rows(self) -> Any:
        waiting = PermitApplication.objects.in_scope(self.scope).awaiting(self.scope)
        return waiting.filter(due_on__isnull=False)

    def item(self, row: Any) -> Item:
        """:param row: a case with a day"""
        state = transitions.TITLES[row.state]
        return Item(
            f"case-{row.pk}", self.key, self.level(row.due_on), _(self.title), row.applicant_name,
            row.short_address, f"{row.get_kind_display()}，{state}", row.due_on,
            [(_("受理编号"), row.case_no), (_("规则"), named(row.rule))],
            links((_("去办理"), "permits:case", "", row.pk)),
        )  # fmt: skip


class Exports(Source):
    """Other people's exports that wait for this very post's word."""

    key, title = "export", "导出审批"
    model = ExportRequest
    shown = (
        "kind", "state", "tier", "approvals", "form_title", "conditions", "asked_rows",
        "file_rows", "job_id", "requested_name", "unit_name", "purpose", "reason",
    )  # fmt: skip

    def rows(self) -> Any:
        return waiting_for(self.scope, self.today)

    def item(self, row: ExportRequest) -> Item:
        line = line_of(row)
        return Item(
            f"export-{row.pk}", self.key, self.level(row.due_on), _(self.title), row.requested_name,
            row.unit_name,
            _("%(list)s %(n)s %(unit)s，用途 %(purpose)s") % {
                "list": line.title, "n": formats.whole(line.rows), "unit": line.unit,
                "purpose": row.purpose,
            },
            row.due_on,
            [(_("条件"), line.asked), (_("理由"), row.reason)],
            links((_("去审批"), "exports:export", "", row.pk)),
        )  # fmt: skip


class Transfers(Source):
    """People that another committee asks for, and transfers that this unit decides."""

    key, title = "transfer", "移交"
    model = Transfer
    shown = (
        "name", "address", "reason", "asked_by", "committee_id", "committee__name",
        "committee__parent_id", "committee__parent__name", "holder_id", "holder__name",
        "holder__parent_id", "holder__parent__name",
    )  # fmt: skip
    levels = ("must", "should")

    def rows(self) -> Any:
        rows = Transfer.objects.in_scope(self.scope)
        if self.scope.may(Capability.DECIDE_TRANSFERS):
            return rows.to_decide(self.scope, self.today)
        return rows.to_answer(self.scope)

    def item(self, row: Transfer) -> Item:
        decides = self.scope.may(Capability.DECIDE_TRANSFERS)
        word = _("去裁定") if decides else _("去答复")
        asking = unit_title(row.committee)
        reason = _("%(who)s申请转入：%(why)s") % {"who": asking, "why": row.reason}
        return Item(
            f"transfer-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.name, row.address, reason, row.due_on,
            [(_("原登记"), unit_title(row.holder)), (_("发起"), row.asked_by)],
            links((word, "residents:transfer", "", row.pk)),
        )  # fmt: skip


class Leads(Source):
    """Discovery leads: of a committee those nobody else has taken on, of a street the overdue."""

    key, title = "lead", "发现线索"
    model = Lead
    shown = (
        "kind", "subject", "place", "channel", "state", "priority", "submitted_at",
        "assigned_to", "committee_id", "committee__name",
    )  # fmt: skip
    levels = ("must", "should")

    def rows(self) -> Any:
        rows = Lead.objects.in_scope(self.scope)
        if self.scope.level == "committee":
            return rows.waiting_for(self.scope)
        return rows.overdue_on(self.today)

    def item(self, row: Lead) -> Item:
        word = {
            Lead.State.SUBMITTED: _("去分办"), Lead.State.TRIAGED: _("去核实"),
            Lead.State.CONFIRMED: _("去登记"),
        }.get(Lead.State(row.state), _("查看"))  # fmt: skip
        reason = _("%(channel)s上报，%(state)s") % {
            "channel": row.channel_title, "state": row.get_state_display(),
        }  # fmt: skip
        level = "must" if row.priority == Lead.Priority.HIGH else self.level(row.due_on)
        above = self.scope.level != "committee"
        return Item(
            f"lead-{row.pk}", self.key, level, _(self.title), row.what,
            f"{row.committee.name} {row.place}" if above else row.place, reason, row.due_on,
            [(_("登记"), formats.day(timezone.localdate(row.submitted_at))),
             (_("承办人"), row.assigned_to or _("未定"))],
            links((_("查看") if above else word, "residents:lead", "", row.pk)),
        )  # fmt: skip


class Corrections(Source):
    """Requests of residents that wait for an answer, or for its delivery; above, the overdue."""

    key, title = "correction", "更正申请"
    model = CorrectionRequest
    shown = (
        "name", "kind", "requester", "state", "received_on", "rule", "committee_id",
        "committee__name",
    )  # fmt: skip
    levels = ("must", "should")

    def rows(self) -> Any:
        rows = CorrectionRequest.objects.in_scope(self.scope)
        if self.scope.level == "committee":
            return rows.unanswered()
        return rows.overdue_on(self.today)

    def item(self, row: CorrectionRequest) -> Item:
        waits = row.state == CorrectionRequest.State.RECEIVED
        asked = _("%(who)s申请%(what)s") % {
            "who": row.get_requester_display(), "what": row.get_kind_display(),
        }  # fmt: skip
        return Item(
            f"correction-{row.pk}", self.key, self.level(row.due_on) if waits else "should",
            _(self.title),
            row.name, row.committee.name, f"{asked}，{row.get_state_display()}", row.due_on,
            [(_("收到"), formats.day(row.received_on)), (_("规则"), named(row.rule))],
            links((_("去答复") if waits else _("去送达"), "residents:correction", "", row.pk)),
        )  # fmt: skip


class Proofs(Source):
    """Residence proofs that wait for somebody to issue them; above, the overdue."""

    key, title = "proof", "住所证明"
    model = ResidenceProof
    shown = ("name", "kind", "asked_by", "rule", "committee_id", "committee__name")

    def rows(self) -> Any:
        rows = ResidenceProof.objects.in_scope(self.scope)
        if self.scope.level == "committee":
            return rows.open()
        return rows.overdue_on(self.today)

    def item(self, row: ResidenceProof) -> Item:
        return Item(
            f"proof-{row.pk}", self.key, self.level(row.due_on), _(self.title), row.name,
            row.committee.name,
            _("%(who)s已核实，等待签发（%(kind)s）")
            % {"who": row.asked_by, "kind": row.get_kind_display()},
            row.due_on, [(_("规则"), named(row.rule))],
            links((_("去签发"), "residents:proof", "", row.pk)),
        )  # fmt: skip


class Appeals(Source):
    """Appeals that wait for an answer: one's own unit's, and from below the overdue."""

    key, title = "appeal", "居民诉求"
    model = ResidentAppeal
    shown = (
        "topic", "channel", "state", "received_on", "handler_id", "handler", "committee_id",
        "committee__name",
    )  # fmt: skip
    levels = ("must", "should")

    def rows(self) -> Any:
        rows = ResidentAppeal.objects.shown_to(self.scope)
        mine = Q(committee=self.scope.unit) & (
            Q(handler_id=None) | Q(handler_id=self.scope.user_id)
        )
        return rows.open().filter(mine | Q(due_on__lt=self.today))

    def item(self, row: ResidentAppeal) -> Item:
        here = row.committee_id == self.scope.unit
        word = _("去答复") if row.handler_id else _("去分办")
        return Item(
            f"appeal-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.get_topic_display(), row.committee.name,
            f"{row.get_channel_display()}，{row.get_state_display()}", row.due_on,
            [(_("收到"), formats.day(row.received_on)), (_("承办人"), row.handler or _("未定"))],
            links((word if here else _("查看"), "residents:appeal", "", row.pk)),
        )  # fmt: skip


class Newcomers(Source):
    """People who came to Shanghai and were not yet told their rights and what is recorded."""

    key, title = "newcomer", "来沪人员告知"
    model = Residence
    shown = ("resident_id", "name", "short_address", "registered_on")
    levels = ("should", "note")
    due = "welcome_due"

    def rows(self) -> Any:
        return to_welcome(Residence.objects.in_scope(self.scope), self.today)

    def item(self, row: Any) -> Item:
        """:param row: an episode with the `welcome_due` that `to_welcome` adds"""
        day = formats.short_day(row.registered_on, self.today)
        return Item(
            f"newcomer-{row.pk}", self.key, self.level(row.welcome_due), _(self.title),
            row.name, row.short_address,
            _("%(day)s 登记，还没有告知权利、服务和所登记的内容") % {"day": day}, row.welcome_due,
            [(_("规则"), _("三(四)2"))],
            links(
                (_("登记告知"), "residents:welcome", "", row.resident_id),
                (_("打印告知单"), "residents:welcome_sheet", "", row.resident_id),
            ),
        )  # fmt: skip


#: What waits for whoever has a right, wherever they hold it.
OF_RIGHTS: dict[Capability, list[type[Source]]] = {
    Capability.ISSUE_PROOFS: [Proofs],
    Capability.HANDLE_APPEALS: [Appeals],
    Capability.APPROVE_CODES: [CodeRequests],
    Capability.RUN_CAMPAIGNS: [Campaigns, KeyAreas, Findings, Sites, Referrals],
}


def sources(scope: Scope, today: date) -> list[Source]:
    """What this post is asked to do: what it cannot do is not its business."""
    found = quality_sources(scope)
    if scope.level == "committee" and scope.may(Capability.VIEW_REGISTER):
        found += [CollectionTasks, Endorsements, Leases]
    if any(
        scope.may(each)
        for each in (
            Capability.RECEIVE_PERMITS, Capability.REVIEW_PERMITS, Capability.DECIDE_PERMITS,
        )
    ):  # fmt: skip
        found.append(Cases)
    if scope.may(Capability.DECIDE_TRANSFERS) or (
        scope.level == "committee" and scope.may(Capability.EDIT_RESIDENTS)
    ):
        found.append(Transfers)
    if scope.may(Capability.SUBMIT_LEADS) and scope.may(
        Capability.EDIT_RESIDENTS if scope.level == "committee" else Capability.VIEW_REGISTER
    ):
        found += [Leads, Corrections]
    if scope.level == "committee" and scope.may(Capability.EDIT_RESIDENTS):
        found.append(Newcomers)
    found += [kind for right, kinds in OF_RIGHTS.items() if scope.may(right) for kind in kinds]
    found += plan_sources(scope)
    if scope.may(Capability.APPROVE_EXPORTS):
        found.append(Exports)
    return [source(scope, today) for source in found]
