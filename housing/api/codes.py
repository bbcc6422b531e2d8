"""House codes: what a committee asks, the street's word, and what happened to a code (S-81)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from housing import services
from housing.api.buildings import REFUSALS
from housing.filters import CodeRequestFilter
from housing.forms import CodeDecisionForm
from housing.models import Building, DwellingUnit, HouseCodeEvent, HouseCodeRequest
from portal.audit.record import record
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, Body, Endpoint, Item, ItemAct, Listing
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability

TAG = "房屋编码"
#: Events of one dwelling; a whole building is asked for at the building.
KINDS = [
    pair for pair in HouseCodeRequest.Kind.choices if pair[0] != HouseCodeRequest.Kind.BUILDING
]


class CodeRequestShape(serializers.ModelSerializer[HouseCodeRequest]):
    """A request about codes, and what became of it."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    building = serializers.UUIDField(source="building_id", label="楼栋")
    dwelling = serializers.UUIDField(source="dwelling_id", label="房屋", allow_null=True)

    class Meta:
        model = HouseCodeRequest
        fields = (
            "id", "committee", "building", "dwelling", "place", "kind", "old_code", "code",
            "rooms", "reason", "state", "asked_at", "due_on", "decided_at", "answer", "outcome",
        )  # fmt: skip
        read_only_fields = fields


class CodeEventShape(serializers.ModelSerializer[HouseCodeEvent]):
    """What happened to a dwelling's code."""

    class Meta:
        model = HouseCodeEvent
        fields = ("id", "kind", "old_code", "new_code", "reason", "at")
        read_only_fields = fields


class CodeRequests(Listing):
    """Requests about house codes of the acting unit."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "房屋编码申请"
    about = "筛选条件与“房屋编码申请”列表相同；不写状态的是待审批的。"
    answers = CodeRequestShape
    filterset = CodeRequestFilter
    listed = ("housing.housecoderequest", "房屋编码申请")

    def rows(self) -> Any:
        return HouseCodeRequest.objects.in_scope(self.scope)

    def filter_context(self) -> dict[str, Any]:
        return {}


class CodeRequestItem(Item):
    """One request about house codes."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一项房屋编码申请"
    about = "居（村）委申请，街道（镇）审批，同意的当即办理。"
    answers = CodeRequestShape
    viewed = "housing.code_viewed"

    def rows(self) -> Any:
        return HouseCodeRequest.objects.all()


class CodeAsking(Body):
    """What is asked for."""

    kind = serializers.ChoiceField(KINDS, label="事项")
    code = serializers.CharField(
        max_length=40, required=False, allow_blank=True,
        label="新编码：赋码时空着就按楼栋和室号编，更正时须写",
    )  # fmt: skip
    rooms = serializers.CharField(
        max_length=200, required=False, allow_blank=True,
        label="室号：拆分后的各室，或并入的各室，用顿号隔开",
    )  # fmt: skip
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, label="事由；赋码以外须写"
    )


class CodeEvents(Plain, Endpoint):
    """The life of one dwelling's code."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一套房屋的编码事件"
    about = "按先后：赋码、更正、拆分、合并、停用、恢复。"
    answers = CodeEventShape
    many = True

    def get(self, request: Request, pk: Any) -> Response:
        dwelling = get_in_scope(DwellingUnit.objects.all(), self.scope, pk=pk)
        record(
            "housing.viewed", by=self.scope, at=self.at, target=dwelling,
            committee=dwelling.committee_id,
        )  # fmt: skip
        rows = HouseCodeEvent.objects.in_scope(self.scope).filter(dwelling=dwelling)
        return Response([self.shown(row) for row in rows.order_by("at", "id")])


class DwellingAsking(Act):
    """Ask for an event of one dwelling's code."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "申请一套房屋的编码事项"
    about = "街道（镇）审批；应答是待审批的申请。"
    answers = CodeRequestShape
    refusals = REFUSALS
    body = CodeAsking

    def act(self, told: dict[str, Any], **keys: Any) -> HouseCodeRequest:
        get_in_scope(DwellingUnit.objects.all(), self.scope, pk=keys["pk"])
        return services.ask_code_event(
            dwelling_id=keys["pk"], ask=services.CodeAsk(**told), by=self.scope, at=self.at
        )


class BuildingAsking(Act):
    """Ask for final codes of a whole building."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    title = "按幢申请赋码"
    about = "这幢楼里还没有正式编码的房屋一并赋码；街道（镇）审批。"
    answers = CodeRequestShape
    refusals = REFUSALS

    def act(self, told: dict[str, Any], **keys: Any) -> HouseCodeRequest:
        get_in_scope(Building.objects.all(), self.scope, pk=keys["pk"])
        return services.ask_building_codes(building_id=keys["pk"], by=self.scope, at=self.at)


class CodeAct(ItemAct):
    """A word on a request."""

    capability = changing = Capability.EDIT_HOUSING
    tag = TAG
    answers = CodeRequestShape
    refusals = REFUSALS
    item = CodeRequestItem


class CodeDecision(CodeAct):
    capability = changing = Capability.APPROVE_CODES
    title = "审批房屋编码申请"
    about = "同意的当即办理；退回的写明理由。不能审批自己的申请。"
    body = body_of(CodeDecisionForm, "CodeDecision", agreed=serializers.BooleanField(label="同意"))

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.decide_code_request(
            request_id=row.pk, agreed=told["agreed"], answer=told.get("answer", ""),
            by=self.scope, at=self.at,
        )  # fmt: skip


class CodeWithdrawal(CodeAct):
    title = "撤回房屋编码申请"
    about = "审批以前，本居（村）委可以撤回。"

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.withdraw_code_request(request_id=row.pk, by=self.scope, at=self.at)
