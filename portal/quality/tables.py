"""The list of issues: columns, order, where a row leads."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.quality.filters import IssueFilter
from portal.quality.fixing import fix_url
from portal.quality.models import DataQualityIssue, IssueQuerySet
from portal.quality.registry import quality_rules
from portal.ui import formats
from portal.ui.cells import Column, Empty, Problem, Sensitivity, Tag, Toned
from portal.ui.listing import RegisterList

TONES = {"open": "warn", "fixed": "ok"}


def title_of(issue: DataQualityIssue) -> Problem:
    rule = quality_rules().get(issue.rule)
    return Problem(rule.title if rule else issue.rule, issue.severity)


def state_of(issue: DataQualityIssue) -> Tag:
    return Tag(issue.get_state_display(), TONES[issue.state])


class IssueList(RegisterList):
    """Issues by deadline; the committee's column is for those who see several."""

    key = "quality"
    filterset_class = IssueFilter
    default_sort = "due"
    page_size = 20
    unit = _("项")
    caption = _("质量问题")
    empty = Empty(_("没有问题"), _("规则没有查出要改的记录"), icon="check-circle")

    def __init__(
        self, request: HttpRequest, rows: IssueQuerySet, *, day: date, names: Mapping[int, str],
        **more: Any,
    ) -> None:  # fmt: skip
        """:param names: committees by code, empty for a committee's own list"""
        super().__init__(request, rows, **more)
        self.day, self.names = day, names
        self.columns = (
            Column("subject", _("对象"), kind="name", fixed=True, sensitivity=Sensitivity.MASKED),
            Column("place", _("地址"), sensitivity=Sensitivity.MASKED),
            *([Column("committee", _("居委会"), cell=self._committee)] if names else []),
            Column("rule", _("问题"), cell=title_of),
            Column("detail", _("情况"), kind="second", sensitivity=Sensitivity.MASKED),
            Column("detected_on", _("发现"), cell=self._found),
            Column("due", _("期限"), cell=self._due, sort="due_on", export="due_on"),
            Column("state", _("状态"), cell=state_of),
        )  # fmt: skip

    def row_url(self, row: DataQualityIssue) -> str:
        return fix_url(row) if row.state == "open" else ""

    def row_css(self, row: DataQualityIssue) -> str:
        return "is-muted" if row.state == "fixed" else ""

    def _committee(self, issue: DataQualityIssue) -> str:
        return self.names.get(issue.committee_id, "")

    def _found(self, issue: DataQualityIssue) -> str:
        return formats.short_day(issue.detected_on, self.day)

    def _due(self, issue: DataQualityIssue) -> str | Toned:
        text = formats.due(issue.due_on, self.day)
        late = issue.state == "open" and issue.due_on < self.day
        return Toned(text, "danger") if late else formats.short_day(issue.due_on, self.day)
