"""Leases: registered, corrected, filed, renewed, ended, taken back."""

from typing import Any

from rest_framework import serializers

from housing import services
from housing.api.buildings import REFUSALS
from housing.filters import LeaseFilter
from housing.forms import EndLeaseForm, FilingForm, LeaseForm, VoidLeaseForm
from housing.models import DwellingUnit, Lease
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, EditableItem, ItemAct, Listing
from portal.orgs.capabilities import Capability

TAG = "租赁"
#: What a contract leaves out stays as the form leaves it.
BLANK = {
    "rooms": "", "room_count": None, "intermediary": "", "contract_no": "", "filing_no": "",
    "filed_on": None, "persons_declared": None, "safety_signed": False,
    "landlord_kind": Lease.Party.PERSON.value, "kind": Lease.Kind.WHOLE.value,
}  # fmt: skip


class LeaseShape(serializers.ModelSerializer[Lease]):
    """A lease as its contract says."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    dwelling = serializers.UUIDField(source="dwelling_id", label="房屋")
    renews = serializers.UUIDField(source="renews_id", label="续自", allow_null=True)

    class Meta:
        model = Lease
        fields = (
            "id", "committee", "dwelling", "address", "kind", "rooms", "room_count",
            "landlord_kind", "landlord", "lessee", "intermediary", "contract_no", "starts_on",
            "ends_on", "persons_declared", "safety_signed", "filing_no", "filed_on", "file_by",
            "state", "ended_on", "end_reason", "renews", "version",
        )  # fmt: skip
        read_only_fields = fields


class Leases(Listing):
    """Leases of the acting unit."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "租赁登记"
    about = "筛选条件与“租赁登记”列表相同。"
    answers = LeaseShape
    filterset = LeaseFilter
    listed = ("housing.lease", "租赁登记")

    def rows(self) -> Any:
        return Lease.objects.in_scope(self.scope)


class LeaseItem(EditableItem):
    """One lease."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "一份租赁"
    about = "更正时只写要改的字段。"
    answers = LeaseShape
    viewed = "housing.lease_viewed"
    refusals = REFUSALS
    body = body_of(LeaseForm, "LeaseTerms", partial=True)

    def rows(self) -> Any:
        return Lease.objects.all()

    def change(self, row: Any, told: dict[str, Any]) -> None:
        services.change_lease(
            lease_id=row.pk, changes=told, version=row.version, by=self.scope, at=self.at
        )


class DwellingLeases(Act):
    """A lease of one dwelling."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "登记一套房屋的租赁"
    about = "止租日期是租期的最后一天。"
    answers = LeaseShape
    refusals = REFUSALS
    body = body_of(LeaseForm, "NewLease", optional=("kind", "landlord_kind"))

    def act(self, told: dict[str, Any], **keys: Any) -> Lease:
        get_in_scope(DwellingUnit.objects.all(), self.scope, pk=keys["pk"])
        return services.register_lease(
            dwelling_id=keys["pk"], terms=BLANK | told, by=self.scope, at=self.at
        )


class LeaseAct(ItemAct):
    """What happens to a lease."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    answers = LeaseShape
    refusals = REFUSALS
    item = LeaseItem


class LeaseFiling(LeaseAct):
    title = "租赁备案"
    about = "写下备案号和备案日期。"
    body = body_of(FilingForm, "Filing")

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.file_lease(lease_id=row.pk, by=self.scope, at=self.at, **told)


class LeaseEnd(LeaseAct):
    title = "终止租赁"
    about = "承租人已搬走的日期和事由。"
    body = body_of(EndLeaseForm, "LeaseEnding")

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.end_lease(
            lease_id=row.pk, ended_on=told["ended_on"], reason=told.get("reason", ""),
            by=self.scope, at=self.at,
        )  # fmt: skip


class LeaseVoid(LeaseAct):
    title = "撤销误登的租赁"
    about = "已备案的不能撤销，只能终止。"
    body = body_of(VoidLeaseForm, "LeaseVoiding")

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.void_lease(lease_id=row.pk, by=self.scope, at=self.at, **told)


class LeaseRenewal(LeaseAct):
    title = "续租"
    about = "登记接着的一份；应答是原来的那份，已续租。"
    body = body_of(LeaseForm, "Renewal", optional=("kind", "landlord_kind"))

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.renew_lease(lease_id=row.pk, terms=BLANK | told, by=self.scope, at=self.at)
