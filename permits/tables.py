"""The list of permit cases: columns, order, what an empty one says."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from permits import transitions
from permits.models import PermitApplication
from portal.ui.cells import Column, Empty, Tag, Toned
from portal.ui.listing import RegisterList

TONES = {
    transitions.INCOMPLETE: "warn", transitions.REFUSED: "danger",
    transitions.COLLECTED: "ok", transitions.WITHDRAWN: "",
}  # fmt: skip


def state(row: PermitApplication) -> Tag:
    return Tag(transitions.TITLES[row.state], TONES.get(row.state, "info"))


def due(row: PermitApplication) -> Any:
    """The deadline while somebody still works on the case."""
    return None if row.state in transitions.CLOSED else row.due_on


def valid_to(row: PermitApplication) -> Any:
    """Until when the permit is valid; what became of it where it is not."""
    permit = getattr(row, "permit", None)
    if permit is None or permit.status == "valid":
        return permit and permit.valid_to
    return Toned(permit.get_status_display(), "2")


class CaseList(RegisterList):
    """Cases, the newest first (居住证, ui.md 8.15)."""

    key = "permits"
    unit = _("件")
    caption = _("居住证办件")
    default_sort = "-applied_on"
    columns = (
        Column("name", _("姓名"), "applicant_name", kind="name", width=88, fixed=True),
        Column(
            "mask", _("证件号码"), "applicant_mask", kind="code", width=200,
        ),
        Column("kind", _("业务"), "get_kind_display", width=88),
        Column("reason", _("事由"), "get_reason_display", width=88),
        Column("state", _("环节"), state, width=88),
        Column("address", _("住所"), "short_address", width=144),
        Column("case_no", _("受理编号"), kind="code", width=200),
        Column("applied_on", _("申请日期"), kind="day", sort="applied_on", width=104),
        Column("due_on", _("办结时限"), due, kind="day", width=104),
        Column("valid_to", _("有效期至"), valid_to, kind="day", width=104),
    )  # fmt: skip
    empty = Empty(
        _("还没有居住证办件"),
        _("申请人到受理服务中心窗口提出申请，窗口凭证件号受理"),
        icon="permit",
    )

    def row_url(self, row: PermitApplication) -> str:
        return reverse("permits:case", args=[row.pk])

    def row_css(self, row: PermitApplication) -> str:
        return "is-muted" if row.state == transitions.WITHDRAWN else ""
