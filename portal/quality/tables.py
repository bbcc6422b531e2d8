"""The lists of issues: columns, order, where a row leads."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.orgs.access import PortalRequest
from portal.quality.filters import IssueFilter
from portal.quality.fixing import issue_url, may_fix
from portal.quality.models import DataQualityIssue, IssueState
from portal.quality.registry import title_of
from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.cells import Column, Empty, Link, Problem, Tag, Toned
from portal.ui.listing import RegisterList
from portal.ui.words import gettext, language

TONES = {
    IssueState.OPEN: "warn", IssueState.ASSIGNED: "info", IssueState.ASKED: "info",
    IssueState.RETURNED: "danger", IssueState.FIXED: "ok", IssueState.CHECKED: "ok",
    IssueState.EXCEPTED: "",
}  # fmt: skip


def problem(issue: DataQualityIssue) -> Problem:
    return Problem(title_of(issue.rule, language()), issue.severity)


def state(issue: DataQualityIssue) -> Tag:
    return Tag(issue.get_state_display(), TONES[IssueState(issue.state)])


def mender(issue: DataQualityIssue) -> str:
    return issue.assigned_to or ""


def step(issue: DataQualityIssue) -> Link:
    """The issue's own page; the row itself leads where it is mended."""
    return Link(gettext("详情"), address_of("quality:issue", issue.pk))


def found(row: Any) -> str:
    return formats.short_day(row.detected_on, row.today)


def due(row: Any) -> str | Toned:
    """The day, or how far it is past."""
    if row.is_to_mend and row.due_on < row.today:
        return Toned(formats.due(row.due_on, row.today), "danger")
    return formats.short_day(row.due_on, row.today)


WHAT = (
    Column("subject", _("对象"), kind="name", fixed=True),
    Column("place", _("地址")),
)
WHERE = (Column("committee", _("居委会"), cell="committee.short_name"),)
HOW = (
    Column("rule", _("问题"), cell=problem),
    Column("detail", _("情况"), kind="second"),
    Column("detected", _("发现"), cell=found),
    Column("due", _("期限"), cell=due, sort="due_on"),
    Column("mender", _("责任人"), cell=mender),
    Column("state", _("状态"), cell=state),
    Column("page", "", cell=step),
)


class IssueList(RegisterList):
    """A committee's issues by deadline; rows carry `today`."""

    request: PortalRequest
    key = "quality"
    columns: Sequence[Column] = (*WHAT, *HOW)
    filterset_class = IssueFilter
    default_sort = "due"
    page_size = 20
    unit = _("项")
    caption = _("质量问题")
    empty = Empty(_("没有问题"), _("规则没有查出要改的记录"), icon="check-circle")

    peeks = True

    def row_url(self, row: DataQualityIssue) -> str:
        """The form at its field for who mends it, the issue's page for all others."""
        scope = self.request.scope
        if row.is_to_mend and may_fix(row, scope) and (form := issue_url(row, scope)):
            return form
        return self.peek_url(row)

    def peek_url(self, row: DataQualityIssue) -> str:
        return address_of("quality:issue", row.pk)

    def row_css(self, row: DataQualityIssue) -> str:
        return "" if row.is_open else "is-muted"


class IssueListOfMany(IssueList):
    """The issues of several committees."""

    key = "quality-many"
    columns: Sequence[Column] = (*WHAT, *WHERE, *HOW)
