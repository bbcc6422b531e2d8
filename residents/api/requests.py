"""Requests about the register: transfers between committees, requests for correction."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from housing.models import DwellingUnit
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, Body, Item, ItemAct, Listing
from portal.orgs.capabilities import Capability
from residents import services
from residents.api.people import Told, told_in
from residents.filters import CorrectionFilter, TransferFilter
from residents.forms import DecisionForm
from residents.models import CorrectionRequest, Transfer

TRANSFERS = "移交"
REFUSALS = (services.UnableToSave, services.UnableToTransfer)


class TransferShape(serializers.ModelSerializer[Transfer]):
    """A request for somebody's registration, as both sides see it."""

    committee = serializers.IntegerField(source="committee_id", label="申请的居（村）委")
    holder = serializers.IntegerField(source="holder_id", label="原登记居（村）委")

    class Meta:
        model = Transfer
        fields = (
            "id", "committee", "holder", "name", "id_mask", "address", "moved_on", "seen_on",
            "reason", "state", "asked_at", "due_on", "answer", "answered_at", "decision",
            "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class CorrectionShape(serializers.ModelSerializer[CorrectionRequest]):
    """What somebody asked about themselves, without the words; how far it is."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    resident = serializers.UUIDField(source="resident_id", label="人员")

    class Meta:
        model = CorrectionRequest
        fields = (
            "id", "committee", "resident", "kind", "field", "received_on", "due_on", "state",
            "result", "decided_at", "delivered_on",
        )  # fmt: skip
        read_only_fields = fields


class Transfers(Listing):
    """Transfers of either side."""

    capability = Capability.VIEW_REGISTER
    tag = TRANSFERS
    title = "移交"
    about = "本单位申请的和向本单位申请的；筛选条件与“移交”列表相同。"
    answers = TransferShape
    filterset = TransferFilter
    listed = ("residents.transfer", "移交")
    subject = "resident_id"

    def rows(self) -> Any:
        return Transfer.objects.in_scope(self.scope)


class Asking(Told):
    """The person who was seen, and why the registration is asked for."""

    why = serializers.CharField(label="申请事由", max_length=200)


class TransferAsking(Act):
    """Ask for the registration of somebody who has moved into a dwelling."""

    capability = changing = Capability.EDIT_RESIDENTS
    tag = TRANSFERS
    title = "申请移交"
    about = "登记时告知号码已在别处登记的，用同样的内容申请；原登记居（村）委答复，逾期由上级裁定。"
    answers = TransferShape
    refusals = REFUSALS
    body = Asking

    def act(self, told: dict[str, Any], **keys: Any) -> Transfer:
        get_in_scope(DwellingUnit.objects.active(), self.scope, pk=keys["pk"])
        return services.ask_transfer(
            dwelling_id=keys["pk"], told=told_in(told), reason=told["why"], by=self.scope,
            at=self.at,
        )  # fmt: skip


class TransferItem(Item):
    """One transfer."""

    capability = Capability.VIEW_REGISTER
    tag = TRANSFERS
    title = "一项移交"
    about = "双方看到的相同。"
    answers = TransferShape
    viewed = "residents.transfer_viewed"

    def rows(self) -> Any:
        return Transfer.objects.all()

    def people(self, row: Any) -> Iterable[Any]:
        return [row.resident_id]


class TransferAct(ItemAct):
    """A word on a transfer."""

    capability = changing = Capability.EDIT_RESIDENTS
    tag = TRANSFERS
    answers = TransferShape
    refusals = REFUSALS
    item = TransferItem


class Answer(Body):
    """What the holder says."""

    agreed = serializers.BooleanField(label="同意移交")
    answer = serializers.CharField(
        label="说明，不同意的须写明理由", max_length=200, required=False, allow_blank=True
    )


class TransferAnswer(TransferAct):
    """The holder's answer."""

    title = "答复移交申请"
    about = "同意的当即移交；不同意的写明理由，由上级裁定。"
    body = Answer

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.answer_transfer(
            transfer_id=row.pk, agreed=told["agreed"], answer=told.get("answer", ""),
            by=self.scope, at=self.at,
        )  # fmt: skip


class TransferDecision(TransferAct):
    """The word of the unit above."""

    capability = changing = Capability.DECIDE_TRANSFERS
    title = "裁定移交"
    about = "原登记方不同意或逾期未答复的，由双方共同的上级裁定。"
    body = body_of(DecisionForm, "Decision", granted=serializers.BooleanField(label="准予移交"))

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.decide_transfer(
            transfer_id=row.pk, granted=told["granted"], decision=told["decision"],
            by=self.scope, at=self.at,
        )  # fmt: skip


class TransferWithdrawal(TransferAct):
    """Taken back by who asked."""

    title = "撤回移交申请"
    about = "办结以前，申请方可以撤回。"

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.withdraw_transfer(transfer_id=row.pk, by=self.scope, at=self.at)


class Corrections(Listing):
    """Requests for correction of the acting unit."""

    capability = Capability.VIEW_REGISTER
    tag = "更正申请"
    title = "更正申请"
    about = (
        "筛选条件与“更正申请”列表相同。内容和答复不在接口里给出：当面核验后在浏览器里受理和答复。"
    )
    answers = CorrectionShape
    filterset = CorrectionFilter
    listed = ("residents.correctionrequest", "更正申请")
    subject = "resident_id"

    def rows(self) -> Any:
        return CorrectionRequest.objects.in_scope(self.scope).defer("sealed")
