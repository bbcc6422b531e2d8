"""Discovery leads: told, given to somebody, looked into, ended by what the register shows."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from housing.models import DwellingUnit
from portal.orgs.access import get_in_scope
from portal.orgs.api.bodies import body_of
from portal.orgs.api.frame import Act, Body, Endpoint, Item, ItemAct, Listing
from portal.orgs.api.schema import Plain
from portal.orgs.capabilities import Capability
from residents import services
from residents.filters import LeadFilter
from residents.forms import FindingForm, LeadForm, TriageForm
from residents.models import Lead

TAG = "发现线索"
REFUSALS = (services.UnableToFollowUp,)


class LeadShape(serializers.ModelSerializer[Lead]):
    """A lead without its words: those are read in the browser by whoever goes there."""

    committee = serializers.IntegerField(source="committee_id", label="居（村）委代码")
    dwelling = serializers.UUIDField(source="dwelling_id", label="房屋", allow_null=True)

    class Meta:
        model = Lead
        fields = (
            "id", "committee", "dwelling", "place", "kind", "subject", "channel", "priority",
            "state", "result", "submitted_at", "assigned_to", "due_on", "visit_due_on",
            "visited_on", "closed_at",
        )  # fmt: skip
        read_only_fields = fields


class Leads(Act, Listing):
    """Discovery leads of the acting unit; one more."""

    capability = Capability.VIEW_REGISTER
    changing = Capability.SUBMIT_LEADS
    tag = TAG
    title = "发现线索"
    about = "筛选条件与“发现线索”列表相同。说明和联系方式不在接口里给出。"
    answers = LeadShape
    filterset = LeadFilter
    listed = ("residents.lead", "发现线索")
    refusals = REFUSALS
    body = body_of(
        LeadForm, "NewLead", optional=("priority",),
        dwelling=serializers.UUIDField(label="房屋，知道时写", required=False),
    )  # fmt: skip

    def rows(self) -> Any:
        return Lead.objects.in_scope(self.scope).defer("sealed")

    def act(self, told: dict[str, Any], **keys: Any) -> Lead:
        words = {key: value for key, value in told.items() if value and key != "dwelling"}
        if dwelling := told.get("dwelling"):
            get_in_scope(DwellingUnit.objects.all(), self.scope, pk=dwelling)
        return services.submit_lead(
            told=services.LeadTold(**words), dwelling_id=dwelling, by=self.scope, at=self.at
        )


class LeadItem(Item):
    """One lead."""

    capability = Capability.VIEW_REGISTER
    tag = TAG
    title = "一条线索"
    about = "分办、记核实情况和办结各是一项办理；说明和联系方式只在浏览器里看得到。"
    answers = LeadShape
    viewed = "residents.lead_viewed"

    def rows(self) -> Any:
        return Lead.objects.defer("sealed")


class HandlerShape(serializers.Serializer[Any]):
    """Somebody who may be given a lead."""

    id = serializers.IntegerField(label="账号编号，分办时写入 assigned")
    name = serializers.CharField(label="姓名")


class Handlers(Plain, Endpoint):
    """Who may be given a lead: those who register in its committee."""

    capability = Capability.EDIT_RESIDENTS
    tag = TAG
    title = "一条线索可选的承办人"
    about = "线索所在居（村）委今天在任、能登记的人员。"
    answers = HandlerShape
    many = True

    def get(self, request: Request, pk: Any) -> Response:
        lead = get_in_scope(Lead.objects.defer("sealed"), self.scope, pk=pk)
        found = services.handlers_of(lead.committee_id, timezone.localdate(self.at))
        return Response([{"id": key, "name": name} for key, name in found.items()])


class LeadAct(ItemAct):
    """A step of a lead."""

    capability = changing = Capability.EDIT_RESIDENTS
    tag = TAG
    answers = LeadShape
    refusals = REFUSALS
    item = LeadItem

    def dwelling_in(self, told: dict[str, Any]) -> Any:
        """The key of the dwelling that was told, which is in sight; None for none."""
        if key := told.get("dwelling"):
            get_in_scope(DwellingUnit.objects.all(), self.scope, pk=key)
        return key


class LeadTriage(LeadAct):
    title = "分办线索"
    about = "交给一位承办人按期上门；已分办的可以改派。房屋知道时写上。"
    body = body_of(
        TriageForm, "LeadTriage", only=("priority",), optional=("priority",),
        assigned=serializers.IntegerField(label="承办人的账号编号"),
        dwelling=serializers.UUIDField(label="房屋", required=False),
    )  # fmt: skip

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.triage_lead(
            lead_id=row.pk, assigned_id=told["assigned"],
            priority=told.get("priority") or row.priority, dwelling_id=self.dwelling_in(told),
            by=self.scope, at=self.at,
        )  # fmt: skip


class LeadFinding(LeadAct):
    title = "记线索的核实情况"
    about = (
        "确有变动的转为待登记，登记后再办结；未发现变动、重复线索当即办结。"
        "还没有分办的只能按重复线索办结。"
    )
    body = body_of(
        FindingForm, "LeadFinding",
        result=serializers.ChoiceField(Lead.Result.choices, label="结果"),
    )  # fmt: skip

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.note_finding(
            lead_id=row.pk, result=told["result"], finding=told["finding"],
            visited_on=told.get("visited_on"), by=self.scope, at=self.at,
        )  # fmt: skip


class Registered(Body):
    """Where the register shows now what the lead said."""

    dwelling = serializers.UUIDField(label="已登记的房屋")


class LeadFinish(LeadAct):
    title = "办结线索"
    about = "确有变动的线索，在台账里登记、更正或注销以后，以那套房屋办结。"
    body = Registered

    def do(self, row: Any, told: dict[str, Any]) -> None:
        services.finish_lead(
            lead_id=row.pk, dwelling_id=self.dwelling_in(told), by=self.scope, at=self.at
        )
