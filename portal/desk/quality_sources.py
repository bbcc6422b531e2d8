"""What quality issues ask of a post: to mend them, to answer exceptions, to check what was mended.

A committee sees what is its people's to mend; the street what is late there, the exceptions it
decides and the checks that are late. Paper: S-67, S-68.
"""

from functools import lru_cache
from typing import Any

from django.utils import timezone

from portal.desk.source import Act, Item, Source, links
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.fixing import issue_url, may_fix
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.ui import formats
from portal.ui.words import gettext as _
from portal.ui.words import language

#: Verifications have a kind of their own in a committee's inbox, read from the register itself.
VERIFICATION = "DQ-13"


def facts_of(row: DataQualityIssue) -> list[tuple[str, str]]:
    rule, *more = _facts_of_rule(row.rule, language())
    return [rule, *([(_("责任人"), row.assigned_to)] if row.assigned_to else []), *more]


@lru_cache(maxsize=512)
def _facts_of_rule(key: str, _language: str | None) -> list[tuple[str, str]]:
    """What a rule says of all its issues, of which a page holds dozens."""
    rule = quality_rules().get(key)
    if rule is None:
        return [(_("规则"), key)]
    hurts = [(_("影响"), str(rule.hurts))] if rule.hurts else []
    return [(_("规则"), f"{key} {rule.title}"), *hurts, (_("怎么改"), str(rule.mend))]


def detail_of(row: DataQualityIssue) -> str:
    """What is wrong, after who pressed for it and when."""
    if row.reminded_at is None:
        return row.detail
    return _("%(who)s %(day)s 催办：%(detail)s") % {
        "who": row.reminded_by, "day": f"{timezone.localdate(row.reminded_at):%m-%d}",
        "detail": row.detail,
    }  # fmt: skip


class Issues(Source):
    """Of a committee what this person mends, besides due verifications; above it what is late."""

    key, title, graded = "quality", "质量问题", "severity"
    model = DataQualityIssue
    shown = (
        "rule", "severity", "subject", "place", "detail", "assigned_to", "object_id",
        "dwelling_id", "residence_id", "reminded_at", "reminded_by",
    )  # fmt: skip

    @property
    def is_late_only(self) -> bool:
        return self.scope.level != "committee"

    def rows(self) -> Any:
        issues = DataQualityIssue.objects.in_scope(self.scope)
        if self.scope.level != "committee":
            return issues.overdue_on(self.today)
        verifications = [r.key for r in quality_rules().values() if r.number == VERIFICATION]
        fixes = any(self.scope.may(each) for each in (
            Capability.EDIT_RESIDENTS, Capability.EDIT_HOUSING,
        ))  # fmt: skip
        wanted = issues.waiting("mend", self.scope) if fixes else issues.open()
        return wanted.exclude(rule__in=verifications)

    def item(self, row: DataQualityIssue) -> Item:
        rule = quality_rules().get(row.rule)
        main = issue_url(row, self.scope)
        fixes = rule is not None and may_fix(row, self.scope)
        form = [Act(str(rule.act) if rule and fixes else _("查看登记"), main)] if main else []
        given = self.scope.may(Capability.MANAGE_ISSUES) and not fixes and not row.assigned_to
        own = links((_("去派发") if given else _("问题详情"), "quality:issue", "", row.pk))
        acts = [*form, *own] if fixes else [*own, *form]
        acts += links((_("同类问题"), "quality:list", f"rule={row.rule}", None))
        return Item(
            f"issue-{row.pk}", self.key, row.severity, _(self.title), row.subject, row.place,
            detail_of(row), row.due_on, facts_of(row), acts,
        )  # fmt: skip


class Exceptions(Source):
    """Records that committees say are right, waiting for the street's answer."""

    key, title, due = "exception", "申请无误", "answer_on"
    model = DataQualityIssue
    shown = ("rule", "subject", "place", "detail", "reason", "asked_by", "assigned_to")

    def rows(self) -> Any:
        return DataQualityIssue.objects.in_scope(self.scope).waiting("answer", self.scope)

    def item(self, row: DataQualityIssue) -> Item:
        said = _("%(who)s：%(why)s") % {"who": row.asked_by, "why": row.reason}
        return Item(
            f"exception-{row.pk}", self.key, "should", _(self.title), row.subject, row.place, said,
            row.answer_on or self.today, [*facts_of(row), (_("情况"), row.detail)],
            links((_("去审批"), "quality:issue", "", row.pk)),
        )  # fmt: skip


class Checks(Source):
    """What others mended and a second person looks at; above a committee only what is late."""

    key, title, due = "check", "质量复核", "answer_on"
    model = DataQualityIssue
    shown = ("rule", "severity", "subject", "place", "fixed_by", "closed_on", "assigned_to")
    graded = "severity"

    def rows(self) -> Any:
        rows = DataQualityIssue.objects.in_scope(self.scope).waiting("check", self.scope)
        if self.scope.level == "committee":
            return rows
        return rows.filter(answer_on__lt=self.today)

    def item(self, row: DataQualityIssue) -> Item:
        said = _("%(who)s %(day)s 改完") % {
            "who": row.fixed_by, "day": formats.short_day(row.closed_on, self.today),
        }  # fmt: skip
        return Item(
            f"check-{row.pk}", self.key, row.severity, _(self.title), row.subject, row.place,
            said.strip(), row.answer_on or self.today, facts_of(row),
            links((_("去复核"), "quality:issue", "", row.pk)),
        )  # fmt: skip


def quality_sources(scope: Scope) -> list[type[Source]]:
    """What this post is asked to do about issues."""
    found: list[type[Source]] = []
    if scope.may(Capability.VIEW_QUALITY):
        found.append(Issues)
    if scope.may(Capability.EXCEPT_ISSUES):
        found.append(Exceptions)
    if scope.may(Capability.MANAGE_ISSUES):
        found.append(Checks)
    return found
