"""Lists of requests: leads, transfers, requests for correction; the newest first (ui.md 8.15)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.cells import Action, Column, Empty, Tag, Text, Toned
from portal.ui.self_counting import SelfCounting
from residents.discovery import CONFIRMED
from residents.models import CorrectionRequest, Lead, ResidenceProof, ResidentAppeal, Transfer
from residents.services import FIELDS, unit_names

TRANSFER_TONES = {
    Transfer.State.ASKED: "info", Transfer.State.DISPUTED: "warn", Transfer.State.DONE: "ok",
    Transfer.State.DENIED: "danger", Transfer.State.WITHDRAWN: "",
}  # fmt: skip
LEAD_TONES = {
    Lead.State.SUBMITTED: "warn", Lead.State.TRIAGED: "info", Lead.State.CONFIRMED: "info",
    Lead.State.CLOSED: "",
}  # fmt: skip
PRIORITY_TONES = {Lead.Priority.LOW: "2", Lead.Priority.MID: "2", Lead.Priority.HIGH: "danger"}
CORRECTION_TONES = {
    CorrectionRequest.State.RECEIVED: "warn", CorrectionRequest.State.DECIDED: "info",
    CorrectionRequest.State.DELIVERED: "",
}  # fmt: skip
PROOF_TONES = {
    ResidenceProof.State.ASKED: "warn", ResidenceProof.State.ISSUED: "ok",
    ResidenceProof.State.REFUSED: "", ResidenceProof.State.REVOKED: "danger",
}  # fmt: skip
APPEAL_TONES = {
    ResidentAppeal.State.RECEIVED: "warn", ResidentAppeal.State.ASSIGNED: "info",
    ResidentAppeal.State.ANSWERED: "",
}  # fmt: skip


def due_day(row: Any) -> Any:
    """The deadline while something is still to be done."""
    if not row.is_open:
        return None
    text = formats.due(row.due_on, row.today)
    return Toned(text, "danger") if row.due_on < row.today else text


def state_column(tones: Mapping[Any, str]) -> Column:
    """How far a request is."""
    return Column(
        "state", _("状态"), lambda row: Tag(row.get_state_display(), tones.get(row.state, ""))
    )


def moment_column(title: Text, name: str) -> Column:
    """The day on which it came, by which the list is ordered."""
    return Column(name, title, lambda row: _day(getattr(row, name)), kind="day", sort=name)


def _day(moment: datetime) -> date:
    """The day of a moment, by the zone that everybody has; asked for in each row."""
    return timezone.localdate(moment, timezone.get_default_timezone())


UNIT = Column("unit", _("居（村）委"), lambda row: row.places[row.committee_id])


class RequestList(SelfCounting):
    """Requests with a deadline; those that are done are muted."""

    unit = _("件")
    #: the name of the page of one
    one: ClassVar[str]
    #: columns that name a unit
    told_of: ClassVar[frozenset[str]] = frozenset({"unit"})

    def __init__(self, *args: Any, day: date, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, filter_context={"scope": scope, "day": day}, **kwargs)
        self.day = day
        if scope.level == "committee":
            shown = (each for each in self.columns if each is not UNIT)
            self.columns = tuple(shown)

    def row_url(self, row: Any) -> str:
        return address_of(self.one, row.pk)

    def row_css(self, row: Any) -> str:
        return "" if row.is_open else "is-muted"

    def units_of(self, row: Any) -> Iterable[int]:
        """The committees whose names the row shows."""
        return (row.committee_id,)

    def dress(self, rows: list[Any]) -> None:
        """Give each row the day and the names of its units (one query, where they are shown)."""
        told = any(column.key in self.told_of for column in self.shown)
        names = unit_names({code for row in rows for code in self.units_of(row)}) if told else {}
        for row in rows:
            row.today, row.places = self.day, names


class TransferList(RequestList):
    """Transfers of either side (移交)."""

    key = "transfers"
    peeks = True
    caption = _("移交")
    default_sort = "-asked_at"
    one = "residents:transfer"
    told_of = frozenset({"holder", "committee"})
    columns = (
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("mask", _("证件号码"), "id_mask", kind="code", width=200),
        Column("holder", _("原登记单位"), lambda row: row.places[row.holder_id]),
        Column("committee", _("转入单位"), lambda row: row.places[row.committee_id]),
        Column("address", _("迁入地址")),
        Column("reason", _("事由"), kind="second"),
        moment_column(_("发起"), "asked_at"),
        Column("due_on", _("期限"), due_day),
        state_column(TRANSFER_TONES),
    )
    empty = Empty(
        _("没有移交申请"),
        _("入户登记时键入的证件号已登记在别的居（村）委，就可以发起移交"),
        icon="transfer",
    )

    def units_of(self, row: Transfer) -> Iterable[int]:
        return (row.holder_id, row.committee_id)


def lead_state(row: Lead) -> Tag:
    """How far it is; of an ended one, what came of it."""
    if row.is_open:
        return Tag(row.get_state_display(), LEAD_TONES[Lead.State(row.state)])
    return Tag(row.get_result_display(), "ok" if row.result in CONFIRMED else "")


class LeadList(RequestList):
    """Discovery leads."""

    key = "leads"
    peeks = True
    unit = _("条")
    caption = _("发现线索")
    default_sort = "-submitted_at"
    one = "residents:lead"
    columns = (
        Column("place", _("地点"), lambda row: row.place or _("已清除"), kind="name", fixed=True),
        Column("what", _("变动")),
        Column("channel", _("发现渠道"), "channel_title", kind="second"),
        UNIT,
        Column("priority", _("优先"), lambda row: Toned(
            row.get_priority_display(), PRIORITY_TONES[Lead.Priority(row.priority)]
        )),
        Column("assigned", _("承办人"), "assigned_to"),
        moment_column(_("登记"), "submitted_at"),
        Column("by", _("登记人"), "submitted_by", kind="second", shown=False),
        Column("due_on", _("期限"), due_day),
        Column("closed", _("办结"), lambda row: row.closed_at and timezone.localdate(row.closed_at),
               kind="day", shown=False),
        Column("state", _("状态"), lead_state),
    )  # fmt: skip

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        add = Action(_("登记线索"), reverse("residents:report_lead"))
        self.empty = Empty(
            _("没有线索"),
            _("楼组长、志愿者上报的和居民扫码自主申报的都到这里"),
            icon="inspection",
            primary=add if scope.may(Capability.SUBMIT_LEADS) else None,
        )


class CorrectionList(RequestList):
    """What residents asked about their own data."""

    key = "corrections"
    peeks = True
    caption = _("更正申请")
    default_sort = "-received_at"
    one = "residents:correction"
    columns = (
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("kind", _("事项"), "get_kind_display"),
        Column("field", _("内容"), lambda row: FIELDS.get(row.field)),
        Column("requester", _("申请人"), "get_requester_display", kind="second"),
        UNIT,
        moment_column(_("收到"), "received_at"),
        Column("due_on", _("期限"), lambda row: None if row.result else due_day(row)),
        Column("result", _("结果"), "get_result_display"),
        state_column(CORRECTION_TONES),
    )
    empty = Empty(
        _("没有更正申请"), _("居民在窗口或电话提出的，从其人员页登记"), icon="ruling",
    )  # fmt: skip


def proof_state(row: Any) -> Tag:
    """How far it is; of an issued one, whether it still holds."""
    if row.valid_until and row.state == ResidenceProof.State.ISSUED and row.valid_until < row.today:
        return Tag(_("已过期"))
    return Tag(row.get_state_display(), PROOF_TONES[ResidenceProof.State(row.state)])


class ProofList(RequestList):
    """Residence proofs (住所证明)."""

    key = "proofs"
    peeks = True
    unit = _("份")
    caption = _("住所证明")
    default_sort = "-asked_at"
    one = "residents:proof"
    columns = (
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("kind", _("种类"), "get_kind_display"),
        Column("purpose", _("用途")),
        Column("number", _("编号"), kind="code", width=200),
        UNIT,
        moment_column(_("登记"), "asked_at"),
        Column("asked_by", _("核实人"), kind="second", shown=False),
        Column("due_on", _("签发期限"), due_day),
        Column("issued_on", _("签发"), kind="day"),
        Column("issued_by", _("签发人"), kind="second", shown=False),
        Column("valid_until", _("有效期至"), kind="day"),
        Column("state", _("状态"), proof_state),
    )
    empty = Empty(
        _("没有住所证明"), _("居民来开证明的，从其人员页登记，核实后由另一人签发"), icon="permit",
    )  # fmt: skip

    def row_css(self, row: ResidenceProof) -> str:
        ended = row.state in (ResidenceProof.State.REFUSED, ResidenceProof.State.REVOKED)
        over = row.valid_until is not None and row.valid_until < self.day
        return "is-muted" if ended or over else ""


class AppealList(RequestList):
    """What residents ask for or complain of; never what they said."""

    key = "appeals"
    caption = _("居民诉求")
    default_sort = "-received_at"
    one = "residents:appeal"
    columns = (
        Column("topic", _("主题"), "get_topic_display", kind="name", fixed=True),
        Column("channel", _("渠道"), "get_channel_display", kind="second"),
        Column("against", _("反映"), "get_against_display"),
        Column("unit", _("办理单位"), lambda row: row.places[row.committee_id]),
        Column("handler", _("承办人"), "handler"),
        moment_column(_("收到"), "received_at"),
        Column("due_on", _("期限"), due_day),
        Column("result", _("结果"), "get_result_display"),
        state_column(APPEAL_TONES),
    )
    empty = Empty(
        _("没有诉求"), _("居民在窗口、电话、会议上或通过群众组织提出的，登记在这里"), icon="ruling",
    )  # fmt: skip
