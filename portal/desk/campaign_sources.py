"""What waits for a post about putting places right: plans, findings, sites, referrals."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from housing.models import Campaign, EnforcementSite, Finding, KeyArea, Referral
from portal.desk.source import Item, Source, links
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.words import gettext as _


class Campaigns(Source):
    """Plans that wait for this person's word, and own campaigns whose next step is due."""

    key, title = "campaign", "整治行动"
    model = Campaign
    shown = ("title", "areas", "state", "answer", "planned_by", "planned_name")
    levels = ("should", "note")

    def rows(self) -> Any:
        rows = Campaign.objects.in_scope(self.scope)
        wanted = Q(state__in=["approved", "running", "rechecking"])
        if self.scope.may(Capability.APPROVE_CAMPAIGNS):
            wanted |= Q(state="draft") & ~Q(planned_by=self.scope.user_id or 0)
        else:
            wanted |= Q(state="draft", planned_by=self.scope.user_id or 0) & ~Q(answer="")
        return rows.filter(wanted)

    def item(self, row: Campaign) -> Item:
        approves = row.state == "draft" and row.planned_by != self.scope.user_id
        word = _("去批准") if approves else _("去办理")
        returned = _("退回：%(why)s") % {"why": row.answer} if row.answer else ""
        return Item(
            f"campaign-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.title, row.areas, returned or row.get_state_display(), row.due_on,
            [(_("拟订人"), row.planned_name)], links((word, "housing:campaign", "", row.pk)),
        )  # fmt: skip


class KeyAreas(Source):
    """Key areas that somebody has to go through within the week, or should have."""

    key, title = "area", "重点区域核查"
    model = KeyArea
    shown = ("name", "kind", "owner", "since", "cycle_days", "reviewed_on")
    levels = ("must", "should")
    due = "review_by"

    def rows(self) -> Any:
        soon = self.today + timedelta(days=7)
        return KeyArea.objects.in_scope(self.scope).to_review_on(soon)

    def item(self, row: KeyArea) -> Item:
        last = formats.short_day(row.reviewed_on, self.today) if row.reviewed_on else None
        told = {"n": row.cycle_days, "day": last}
        seen = _("每 %(n)d 天核查一次，上次核查 %(day)s")
        unseen = _("每 %(n)d 天核查一次，还没有核查过")
        return Item(
            f"area-{row.pk}", self.key, self.level(row.review_by), _(self.title),
            row.name, row.get_kind_display(),
            (seen if last else unseen) % told, row.review_by,
            [(_("责任人"), row.owner), (_("列入"), formats.day(row.since))],
            links((_("去核查"), "housing:area", "", row.pk)),
        )  # fmt: skip


class Findings(Source):
    """Findings of visits that have still to be told, looked at again or ended."""

    key, title = "finding", "检查发现"
    model = Finding
    shown = ("kind", "place", "state", "visitors")
    levels = ("must", "note")

    def rows(self) -> Any:
        return Finding.objects.in_scope(self.scope).unsettled()

    def item(self, row: Finding) -> Item:
        return Item(
            f"finding-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.get_kind_display(), row.place, row.get_state_display(), row.due_on,
            [(_("上门人员"), row.visitors)],
            links((_("去办理"), "housing:finding", "", row.pk)),
        )  # fmt: skip


class Sites(Source):
    """Enforcement sites that are not closed."""

    key, title = "site", "执法点位"
    model = EnforcementSite
    shown = ("kind", "place", "state", "department")
    levels = ("must", "note")

    def rows(self) -> Any:
        return EnforcementSite.objects.in_scope(self.scope).open()

    def item(self, row: EnforcementSite) -> Item:
        return Item(
            f"site-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.get_kind_display(), row.place, row.get_state_display(), row.due_on,
            [(_("主管部门"), row.get_department_display())],
            links((_("去办理"), "housing:site", "", row.pk)),
        )  # fmt: skip


class Referrals(Source):
    """Referrals whose receipt or feedback is overdue, and those whose answer is to be read."""

    key, title = "referral", "抄告"
    model = Referral
    shown = ("number", "place", "state", "department")
    levels = ("must", "note")

    def rows(self) -> Any:
        rows = Referral.objects.in_scope(self.scope).waiting()
        return rows.filter(Q(due_on__lt=self.today) | Q(state="fed_back"))

    def item(self, row: Referral) -> Item:
        reason = {
            "sent": _("过了签收期限"), "received": _("过了反馈期限"),
            "handling": _("过了反馈期限"), "fed_back": _("已反馈，看过后办结"),
        }[row.state]  # fmt: skip
        return Item(
            f"referral-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.number, row.place, reason, row.due_on,
            [(_("接收部门"), row.get_department_display())],
            links((_("去办理"), "housing:referral", "", row.pk)),
        )  # fmt: skip
