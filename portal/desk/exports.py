"""Quality issues as a file: the list's columns and conditions (ui.md 8.11)."""

from datetime import date

from django.db.models import Case, CharField, Value, When
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.kinds import ExportColumn, ExportKind, committee_name, titled
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.quality.filters import SEVERITIES, IssueFilter
from portal.quality.models import DataQualityIssue, IssueState
from portal.quality.registry import quality_rules


def conditions(scope: Scope, query: QueryDict, day: date) -> IssueFilter:
    """The list's conditions over the issues in scope."""
    units = OrgUnit.objects.under(scope.unit).exclude(pk=scope.unit).order_by("code")
    return IssueFilter(
        query, queryset=DataQualityIssue.objects.in_scope(scope), day=day, scope=scope,
        units=units.none() if scope.level == "committee" else units,
    )  # fmt: skip


def rule_title(_day: date) -> Case:
    return Case(
        *(When(rule=key, then=Value(str(rule.title))) for key, rule in quality_rules().items()),
        default=Value(""), output_field=CharField(),
    )  # fmt: skip


EXPORTS = [
    ExportKind(
        key="issues", title=_("质量问题"), unit=_("项"), capability=Capability.VIEW_QUALITY,
        filterset=conditions, order="due_on", address="quality:list", offered=False,
        columns=(
            ExportColumn("committee", _("居（村）委"), committee_name, width=16),
            ExportColumn("subject", _("对象"), "subject"),
            ExportColumn("place", _("地址"), "place", width=30),
            ExportColumn("rule", _("规则"), "rule", width=8),
            ExportColumn("problem", _("问题"), rule_title, width=24),
            ExportColumn("severity", _("级别"), titled("severity", SEVERITIES), width=8),
            ExportColumn("detail", _("情况"), "detail", width=40),
            ExportColumn("detected", _("发现"), "detected_on", form="day"),
            ExportColumn("due", _("期限"), "due_on", form="day"),
            ExportColumn("mender", _("责任人"), "assigned_to"),
            ExportColumn("state", _("状态"), titled("state", IssueState.choices)),
        ),
    ),
]  # fmt: skip
