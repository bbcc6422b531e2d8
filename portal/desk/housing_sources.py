"""What waits for a post about housing: leases, and requests about house codes."""

from typing import Any

from housing.models import HouseCodeRequest, Lease
from portal.desk.source import Act, Item, Source, links
from portal.orgs.capabilities import Capability
from portal.ui import formats
from portal.ui.words import gettext as _


class Leases(Source):
    """Leases that end within thirty days or have ended, and those that have still to be filed."""

    key, title = "lease", "租赁"
    model = Lease
    shown = ("lessee", "address", "landlord", "kind", "starts_on", "ends_on")
    levels = ("should", "note")
    due = "lease_due"

    def rows(self) -> Any:
        return Lease.objects.in_scope(self.scope).to_act_on(self.today)

    def item(self, row: Any) -> Item:
        """:param row: a lease with the `lease_due` that `to_act_on` adds"""
        return Item(
            f"lease-{row.pk}", self.key, self.level(row.lease_due), _(self.title),
            row.lessee, row.address, self._reason(row), row.lease_due,
            [(_("出租人"), row.landlord), (_("租赁方式"), row.get_kind_display())],
            self._acts(row),
        )  # fmt: skip

    def _reason(self, row: Lease) -> str:
        if not row.is_ending(self.today):
            day = formats.short_day(row.starts_on, self.today)
            return _("%(day)s 起租，还没有备案") % {"day": day}
        day = formats.short_day(row.ends_on, self.today)
        if row.ends_on < self.today:
            return _("租期 %(day)s 已满，续租或终止") % {"day": day}
        return _("租期 %(day)s 到期，问清续租或退租") % {"day": day}

    def _acts(self, row: Lease) -> list[Act]:
        if not self.scope.may(Capability.EDIT_HOUSING):
            return links((_("查看租赁"), "housing:lease", "", row.pk))
        acts = [(_("去办理"), "housing:lease", "", row.pk)]
        if row.is_ending(self.today):
            acts.append((_("登记续租"), "housing:renew_lease", "", row.pk))
        return links(*acts)


class CodeRequests(Source):
    """Committees' requests about house codes that wait for the street's word."""

    key, title = "code", "房屋编码"
    model = HouseCodeRequest
    shown = ("kind", "place", "asked_name", "reason", "old_code")
    levels = ("should", "note")

    def rows(self) -> Any:
        waiting = HouseCodeRequest.objects.in_scope(self.scope).waiting()
        return waiting.exclude(asked_by=self.scope.user_id or 0)

    def item(self, row: HouseCodeRequest) -> Item:
        return Item(
            f"code-{row.pk}", self.key, self.level(row.due_on), _(self.title),
            row.get_kind_display(), row.place,
            _("%(who)s申请：%(why)s") % {"who": row.asked_name, "why": row.reason or row.place},
            row.due_on, [(_("原编码"), row.old_code or formats.DASH)],
            links((_("去审批"), "housing:code_request", "", row.pk)),
        )  # fmt: skip
