"""Lists of requests as files: what stands in the list, never what somebody said (sealed)."""

from datetime import date

from django.db.models import Case, CharField, When
from django.db.models.functions import Concat, TruncDate
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.kinds import (
    ExportColumn,
    ExportKind,
    committee_name,
    titled,
    unit_name,
)
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from residents.categories import RESIDENCE_REASONS
from residents.discovery import CHANNELS
from residents.filters import (
    AppealFilter,
    CorrectionFilter,
    LeadFilter,
    NewcomerFilter,
    ProofFilter,
    TransferFilter,
)
from residents.models import (
    CorrectionRequest,
    Lead,
    Residence,
    ResidenceProof,
    ResidentAppeal,
    Transfer,
)
from residents.newcomers import RULE, not_welcomed
from residents.services import FIELDS


def leads(scope: Scope, query: QueryDict, day: date) -> LeadFilter:
    """The conditions of the list of leads."""
    return LeadFilter(query, queryset=Lead.objects.in_scope(scope), scope=scope, day=day)


def transfers(scope: Scope, query: QueryDict, day: date) -> TransferFilter:
    """The conditions of the list of transfers, of either side."""
    rows = Transfer.objects.in_scope(scope).with_side(scope)
    return TransferFilter(query, queryset=rows, scope=scope, day=day)


def corrections(scope: Scope, query: QueryDict, day: date) -> CorrectionFilter:
    """The conditions of the list of requests for correction."""
    rows = CorrectionRequest.objects.in_scope(scope)
    return CorrectionFilter(query, queryset=rows, scope=scope, day=day)


def appeals(scope: Scope, query: QueryDict, day: date) -> AppealFilter:
    """The conditions of the list of appeals, without those against whoever exports."""
    rows = ResidentAppeal.objects.shown_to(scope)
    return AppealFilter(query, queryset=rows, scope=scope, day=day)


def proofs(scope: Scope, query: QueryDict, day: date) -> ProofFilter:
    """The conditions of the list of residence proofs."""
    rows = ResidenceProof.objects.in_scope(scope)
    return ProofFilter(query, queryset=rows, scope=scope, day=day)


def newcomers(scope: Scope, query: QueryDict, day: date) -> NewcomerFilter:
    """The conditions of the list of newcomers."""
    rows = not_welcomed(Residence.objects.in_scope(scope), day)
    days = rule_on(RULE, day)["inform_days"]
    return NewcomerFilter(query, queryset=rows, scope=scope, day=day, days=days)


#: How far a lead is; of an ended one, what came of it, as the list says it.
LEAD_STATE = Case(
    When(state=Lead.State.CLOSED, then=titled("result", Lead.Result.choices)),
    default=titled("state", Lead.State.choices), output_field=CharField(),
)  # fmt: skip
UNIT = ExportColumn("committee", _("居（村）委"), committee_name, width=16)
EXPORTS = [
    ExportKind(
        key="leads", title=_("发现线索"), unit=_("条"), capability=Capability.VIEW_REGISTER,
        filterset=leads, order="submitted_at", address="residents:leads", offered=False,
        columns=(
            UNIT,
            ExportColumn("place", _("地点"), "place", width=36),
            ExportColumn("what", _("变动"), Concat(
                titled("subject", Lead.Subject.choices), titled("kind", Lead.Kind.choices)
            )),
            ExportColumn("channel", _("发现渠道"), titled("channel", CHANNELS.entries)),
            ExportColumn("priority", _("优先"), titled("priority", Lead.Priority.choices),
                         width=8),
            ExportColumn("assigned", _("承办人"), "assigned_to"),
            ExportColumn("submitted_at", _("登记"), TruncDate("submitted_at"), form="day"),
            ExportColumn("by", _("登记人"), "submitted_by", shown=False),
            ExportColumn("due_on", _("期限"), "due_on", form="day"),
            ExportColumn("closed", _("办结"), TruncDate("closed_at"), form="day", shown=False),
            ExportColumn("state", _("状态"), LEAD_STATE),
        ),
    ),
    ExportKind(
        key="transfers", title=_("移交"), unit=_("件"), capability=Capability.VIEW_REGISTER,
        filterset=transfers, order="asked_at", address="residents:transfers",
        person="resident_id", place="resident_id", offered=False, divided_by="side",
        columns=(
            ExportColumn("name", _("姓名"), "name"),
            ExportColumn("mask", _("证件号码"), "id_mask", width=22),
            ExportColumn("holder", _("原登记单位"), lambda _day: unit_name("holder_id"), width=16),
            ExportColumn("committee", _("转入单位"), committee_name, width=16),
            ExportColumn("address", _("迁入地址"), "address", width=36),
            ExportColumn("reason", _("事由"), "reason", width=24),
            ExportColumn("asked_at", _("发起"), TruncDate("asked_at"), form="day"),
            ExportColumn("due_on", _("期限"), "due_on", form="day"),
            ExportColumn("state", _("状态"), titled("state", Transfer.State.choices)),
        ),
    ),
    ExportKind(
        key="corrections", title=_("更正申请"), unit=_("件"), capability=Capability.VIEW_REGISTER,
        filterset=corrections, order="received_at", address="residents:corrections",
        person="resident_id", place="resident_id", offered=False,
        columns=(
            UNIT,
            ExportColumn("name", _("姓名"), "name"),
            ExportColumn("kind", _("事项"), titled("kind", CorrectionRequest.Kind.choices)),
            ExportColumn("field", _("内容"), titled("field", FIELDS.items())),
            ExportColumn("requester", _("申请人"),
                         titled("requester", CorrectionRequest.Requester.choices)),
            ExportColumn("received_at", _("收到"), "received_on", form="day"),
            ExportColumn("due_on", _("期限"), "due_on", form="day"),
            ExportColumn("result", _("结果"), titled("result", CorrectionRequest.Result.choices)),
            ExportColumn("delivered", _("送达"), "delivered_on", form="day"),
            ExportColumn("state", _("状态"), titled("state", CorrectionRequest.State.choices)),
        ),
    ),
    ExportKind(
        key="appeals", title=_("居民诉求"), unit=_("件"), capability=Capability.HANDLE_APPEALS,
        filterset=appeals, order="received_at", address="residents:appeals", offered=False,
        columns=(
            ExportColumn("topic", _("主题"), titled("topic", ResidentAppeal.Topic.choices),
                         width=20),
            ExportColumn("channel", _("渠道"), titled("channel", ResidentAppeal.Channel.choices)),
            ExportColumn("against", _("反映"), titled("against", ResidentAppeal.Against.choices)),
            ExportColumn("unit", _("办理单位"), committee_name, width=16),
            ExportColumn("handler", _("承办人"), "handler"),
            ExportColumn("received_at", _("收到"), "received_on", form="day"),
            ExportColumn("due_on", _("期限"), "due_on", form="day"),
            ExportColumn("result", _("结果"), titled("result", ResidentAppeal.Result.choices)),
            ExportColumn("state", _("状态"), titled("state", ResidentAppeal.State.choices)),
        ),
    ),
    ExportKind(
        key="proofs", title=_("住所证明"), unit=_("份"), capability=Capability.VIEW_REGISTER,
        filterset=proofs, order="asked_at", address="residents:proofs",
        person="resident_id", place="resident_id", offered=False,
        columns=(
            UNIT,
            ExportColumn("name", _("姓名"), "name"),
            ExportColumn("kind", _("种类"), titled("kind", ResidenceProof.Kind.choices), width=16),
            ExportColumn("purpose", _("用途"), "purpose", width=24),
            ExportColumn("number", _("编号"), "number", width=24),
            ExportColumn("asked_at", _("登记"), TruncDate("asked_at"), form="day"),
            ExportColumn("asked_by", _("核实人"), "asked_by", shown=False),
            ExportColumn("due_on", _("签发期限"), "due_on", form="day", shown=False),
            ExportColumn("issued_on", _("签发"), "issued_on", form="day"),
            ExportColumn("issued_by", _("签发人"), "issued_by", shown=False),
            ExportColumn("valid_until", _("有效期至"), "valid_until", form="day"),
            ExportColumn("state", _("状态"), titled("state", ResidenceProof.State.choices)),
        ),
    ),
    ExportKind(
        key="newcomers", title=_("来沪人员告知"), unit=_("人"),
        capability=Capability.EDIT_RESIDENTS, filterset=newcomers, order="registered_on",
        address="residents:newcomers", person="resident_id", place="dwelling_id", offered=False,
        columns=(
            UNIT,
            ExportColumn("name", _("姓名"), "name"),
            ExportColumn("address", _("居住地址"), "short_address", width=24),
            ExportColumn("origin", _("户籍地"), "origin"),
            ExportColumn("phone", _("手机"), "phone_mask", width=14, shown=False),
            ExportColumn("reason", _("居住事由"), titled("reason", RESIDENCE_REASONS.entries),
                         shown=False),
            ExportColumn("registered", _("登记日期"), "registered_on", form="day"),
        ),
    ),
]  # fmt: skip
