"""The resident list: columns, order, what an empty one says (ui.md 8.5)."""

from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.ui import formats, keyset
from portal.ui.addresses import address_of
from portal.ui.cells import (
    Action,
    Column,
    Empty,
    Masked,
    Problem,
    Tag,
    Toned,
    Verified,
)
from portal.ui.listing import RegisterList
from residents.categories import POPULATION_CATEGORIES, RELATIONS, RESIDENCE_REASONS, SEXES
from residents.discovery import CONFIRMED
from residents.identity import age_on
from residents.models import CorrectionRequest, Lead, Residence, Transfer
from residents.services import FIELDS, unit_names

NO_REVEAL = _("当前岗位不能查看完整证件号")
RANK = {"note": 0, "should": 1, "must": 2}


def number(row: Any) -> Any:
    """The masked number with its eye, or with a lock that says why there is none."""
    if not row.id_mask:
        return None
    if not row.may_reveal:
        return Masked(row.id_mask, denied=str(NO_REVEAL), key=str(row.pk))
    url = f"{address_of('residents:reveal', row.resident_id)}?key={row.pk}"
    return Masked(row.id_mask, url=url, key=str(row.pk))


def verified(row: Any) -> Any:
    if row.status != Residence.Status.ACTIVE:
        return Tag(row.get_status_display())
    return Verified((row.today - row.verified_on).days, (row.due_on - row.verified_on).days)


def problem(row: Any) -> Any:
    if row.worst is None:
        return None
    level, title = row.worst
    return Problem(title, level)


class ResidentList(RegisterList):
    """People by the address they live at, in walking order."""

    key = "residents"
    unit = _("人")
    caption = _("实有人口")
    default_sort = "address"
    columns = (
        Column("name", _("姓名"), kind="name", sort="name_key", fixed=True),
        Column("sex", _("性别"), cell=lambda row: SEXES.title(row.sex)),
        Column("age", _("年龄"), cell=lambda row: age_on(row.birth_date, row.today),
               kind="number"),
        Column("number", _("证件号码"), cell=number, width=200),
        Column("category", _("类别"),
               cell=lambda row: POPULATION_CATEGORIES.title(row.category)),
        Column("origin", _("户籍地"), kind="second"),
        Column("address", _("居住地址"), cell="short_address", sort="address_key"),
        Column("occupancy", _("居住类型"),
               cell=lambda row: OCCUPANCY_STATUSES.title(row.occupancy), kind="second"),
        Column("phone", _("手机"), cell="phone_mask", kind="code"),
        Column("relation", _("与户主关系"),
               cell=lambda row: RELATIONS.title(row.relation) if row.relation else None,
               shown=False),
        Column("reason", _("居住事由"),
               cell=lambda row: RESIDENCE_REASONS.title(row.reason) if row.reason else None,
               shown=False),
        Column("begin", _("入住日期"), cell="begin_on", kind="day", shown=False),
        Column("registered", _("登记日期"), cell="registered_on", kind="day", shown=False),
        Column("due", _("应核实日期"), cell="due_on", kind="day", shown=False),
        Column("by", _("核实人"), cell="verified_by", shown=False),
        Column("verified", _("最近核实"), cell=verified, align="right",
               width=144),
        Column("problem", _("问题"), cell=problem),
    )  # fmt: skip

    def __init__(
        self, *args: Any, day: date, may_reveal: bool, may_add: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.may_reveal = may_reveal
        self.empty = Empty(  # type: ignore[misc]
            _("还没有登记人员"),
            _("先建房屋，再逐户登记；有台账可批量导入") if may_add else "",
            icon="users",
            primary=Action(_("入户登记"), reverse("residents:entry_start")) if may_add else None,
            secondary=Action(_("批量导入"), reverse("exchange:upload")) if may_add else None,
        )

    def row_url(self, row: Residence) -> str:
        return address_of("residents:person", row.resident_id)

    def row_css(self, row: Residence) -> str:
        return "" if row.status == Residence.Status.ACTIVE else "is-muted"

    @cached_property
    def page(self) -> keyset.Page:
        """The page's rows, with the day and the worst open problem of each (one query)."""
        page = super().page
        self.dress(page.rows)
        return page

    def dress(self, rows: list[Any]) -> None:
        """Give each row what its cells need besides itself."""
        worst = worst_issues(rows)
        for row in rows:
            row.today = self.day
            row.may_reveal = self.may_reveal
            row.worst = worst.get(row.pk)


def worst_issues(residences: list[Any]) -> dict[Any, tuple[str, str]]:
    """The gravest open problem of each episode: severity and title.

    Asked by dwelling, as the index has them; what else is wrong there is passed over.
    """
    from portal.quality.registry import quality_rules

    rules = quality_rules()
    found: dict[Any, tuple[str, str]] = {}
    rows = DataQualityIssue.objects.open().filter(
        dwelling_id__in={row.dwelling_id for row in residences}
    )
    for key, rule, severity in rows.values_list("object_id", "rule", "severity"):
        known = found.get(key)
        if known is None or RANK[severity] > RANK[known[0]]:
            found[key] = (severity, str(rules[rule].title) if rule in rules else rule)
    return found


TONES = {
    Transfer.State.ASKED: "info", Transfer.State.DISPUTED: "warn", Transfer.State.DONE: "ok",
    Transfer.State.DENIED: "danger", Transfer.State.WITHDRAWN: "",
}  # fmt: skip


def transfer_state(row: Transfer) -> Tag:
    return Tag(row.get_state_display(), TONES[Transfer.State(row.state)])


def due_day(row: Any) -> Any:
    """The deadline while something is still to be done."""
    if not row.is_open:
        return None
    text = formats.due(row.due_on, row.today)
    return Toned(text, "danger") if row.due_on < row.today else text


class TransferList(RegisterList):
    """Transfers of either side, the newest first (移交, ui.md 8.15)."""

    key = "transfers"
    unit = _("件")
    caption = _("移交申请")
    default_sort = "-asked_at"
    columns = (
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("mask", _("证件号码"), "id_mask", kind="code", width=200),
        Column("holder", _("原登记单位"), lambda row: row.places[row.holder_id]),
        Column("committee", _("转入单位"), lambda row: row.places[row.committee_id]),
        Column("address", _("迁入地址")),
        Column("reason", _("事由"), kind="second"),
        Column("asked_at", _("发起"), lambda row: timezone.localdate(row.asked_at), kind="day",
               sort="asked_at"),
        Column("due_on", _("期限"), due_day),
        Column("state", _("状态"), transfer_state),
    )  # fmt: skip
    empty = Empty(
        _("没有移交申请"),
        _("入户登记时键入的证件号已登记在别的居（村）委，就可以发起移交"),
        icon="transfer",
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def row_url(self, row: Transfer) -> str:
        return address_of("residents:transfer", row.pk)

    def row_css(self, row: Transfer) -> str:
        return "" if row.is_open else "is-muted"

    @cached_property
    def page(self) -> keyset.Page:
        """The page's rows, each with the names of both units (one query)."""
        page = super().page
        names = unit_names({code for row in page.rows for code in (row.holder_id,
                                                                  row.committee_id)})  # fmt: skip
        for row in page.rows:
            row.today, row.places = self.day, names
        return page


LEAD_TONES = {
    Lead.State.SUBMITTED: "warn", Lead.State.TRIAGED: "info", Lead.State.CONFIRMED: "info",
    Lead.State.CLOSED: "",
}  # fmt: skip
PRIORITY_TONES = {Lead.Priority.LOW: "2", Lead.Priority.MID: "2", Lead.Priority.HIGH: "danger"}


def lead_state(row: Lead) -> Tag:
    """How far it is; of an ended one, what came of it."""
    if row.is_open:
        return Tag(row.get_state_display(), LEAD_TONES[Lead.State(row.state)])
    return Tag(row.get_result_display(), "ok" if row.result in CONFIRMED else "")


def placed(page: keyset.Page, day: date) -> keyset.Page:
    """Give each row the day and the names of the page's committees."""
    names = unit_names({row.committee_id for row in page.rows})
    for row in page.rows:
        row.today, row.places = day, names
    return page


class LeadList(RegisterList):
    """Discovery leads, the newest first."""

    key = "leads"
    unit = _("条")
    caption = _("发现线索")
    default_sort = "-submitted_at"
    columns = (
        Column("place", _("地点"), lambda row: row.place or _("已清除"), kind="name", fixed=True),
        Column("what", _("变动")),
        Column("channel", _("发现渠道"), "channel_title", kind="second"),
        Column("unit", _("居（村）委"), lambda row: row.places[row.committee_id]),
        Column("priority", _("优先"), lambda row: Toned(
            row.get_priority_display(), PRIORITY_TONES[Lead.Priority(row.priority)]
        )),
        Column("assigned", _("承办人"), "assigned_to"),
        Column("submitted_at", _("登记"), lambda row: timezone.localdate(row.submitted_at),
               kind="day", sort="submitted_at"),
        Column("by", _("登记人"), "submitted_by", kind="second", shown=False),
        Column("due_on", _("期限"), due_day),
        Column("closed", _("办结"), lambda row: row.closed_at and timezone.localdate(row.closed_at),
               kind="day", shown=False),
        Column("state", _("状态"), lead_state),
    )  # fmt: skip

    def __init__(self, *args: Any, day: date, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        if scope.level == "committee":
            shown = (each for each in self.columns if each.key != "unit")
            self.columns = tuple(shown)  # type: ignore[misc, assignment]
        add = Action(_("登记线索"), reverse("residents:report_lead"))
        self.empty = Empty(  # type: ignore[misc]
            _("没有线索"),
            _("楼组长、志愿者上报的和居民扫码自主申报的都到这里"),
            icon="inspection",
            primary=add if scope.may(Capability.SUBMIT_LEADS) else None,
        )

    def row_url(self, row: Lead) -> str:
        return address_of("residents:lead", row.pk)

    def row_css(self, row: Lead) -> str:
        return "" if row.is_open else "is-muted"

    @cached_property
    def page(self) -> keyset.Page:
        """The page's rows, each with the name of its committee (one query)."""
        return placed(super().page, self.day)


CORRECTION_TONES = {
    CorrectionRequest.State.RECEIVED: "warn", CorrectionRequest.State.DECIDED: "info",
    CorrectionRequest.State.DELIVERED: "",
}  # fmt: skip


def correction_state(row: CorrectionRequest) -> Tag:
    return Tag(row.get_state_display(), CORRECTION_TONES[CorrectionRequest.State(row.state)])


class CorrectionList(RegisterList):
    """What residents asked about their own data, the newest first."""

    key = "corrections"
    unit = _("件")
    caption = _("更正申请")
    default_sort = "-received_at"
    columns = (
        Column("name", _("姓名"), kind="name", fixed=True),
        Column("kind", _("事项"), "get_kind_display"),
        Column("field", _("内容"), lambda row: FIELDS.get(row.field)),
        Column("requester", _("申请人"), "get_requester_display", kind="second"),
        Column("unit", _("居（村）委"), lambda row: row.places[row.committee_id]),
        Column("received", _("收到"), lambda row: timezone.localdate(row.received_at), kind="day",
               sort="received_at"),
        Column("due_on", _("期限"), lambda row: None if row.result else due_day(row)),
        Column("result", _("结果"), "get_result_display"),
        Column("state", _("状态"), correction_state),
    )  # fmt: skip
    empty = Empty(
        _("没有更正申请"), _("居民在窗口或电话提出的，从其人员页登记"), icon="ruling",
    )  # fmt: skip

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def row_url(self, row: CorrectionRequest) -> str:
        return address_of("residents:correction", row.pk)

    def row_css(self, row: CorrectionRequest) -> str:
        return "" if row.is_open else "is-muted"

    @cached_property
    def page(self) -> keyset.Page:
        """The page's rows, each with the name of its committee (one query)."""
        return placed(super().page, self.day)
