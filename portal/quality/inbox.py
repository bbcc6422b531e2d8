"""Open issues as a to-do list: grouped by how soon they are due (ui.md 4.9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from portal.orgs.scope import Scope
from portal.quality.fixing import fix_url
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import QualityRule

MOST_SHOWN = 50


@dataclass(frozen=True)
class Item:
    """One row of the inbox."""

    issue: DataQualityIssue
    rule: QualityRule
    url: str

    @property
    def key(self) -> str:
        return str(self.issue.pk)

    @property
    def severity(self) -> str:
        return self.issue.severity

    @property
    def kind(self) -> str:
        """The word beside the mark; verifications are a kind of their own."""
        return _("到期核实") if self.rule.number == "DQ-13" else _("质量问题")


@dataclass(frozen=True)
class Group:
    """Issues due at about the same time: `overdue`, `today`, `week` or `later`."""

    key: str
    title: str
    count: int
    items: Sequence[Item]

    @property
    def hidden(self) -> int:
        """How many are not among `items`."""
        return self.count - len(self.items)


def for_unit(
    scope: Scope, today: date, *, most: int = MOST_SHOWN, severity: str = ""
) -> list[Group]:
    """The open issues of the acting unit by deadline, most urgent first; empty groups left out.

    :param most: how many rows of each group are read; `Group.count` counts all
    """
    rows = DataQualityIssue.objects.in_scope(scope).open()
    if severity:
        rows = rows.filter(severity=severity)
    rows = rows.order_by("due_on", "id")
    conditions = _conditions(today)
    counts = rows.aggregate(
        **{key: Count("id", filter=condition) for key, _title, condition in conditions}
    )
    return [
        Group(key, title, counts[key], _items(list(rows.filter(condition)[:most])))
        for key, title, condition in conditions
        if counts[key]
    ]  # fmt: skip


def open_count(scope: Scope) -> int:
    """How many issues of the acting unit are open, reminders left out; for the menu."""
    rows = DataQualityIssue.objects.in_scope(scope).open()
    return rows.exclude(severity="note").count()


def _conditions(today: date) -> list[tuple[str, str, Q]]:
    week_end = today + timedelta(days=6 - today.weekday())
    return [
        ("overdue", _("已超期"), Q(due_on__lt=today)),
        ("today", _("今天到期"), Q(due_on=today)),
        ("week", _("本周内"), Q(due_on__gt=today, due_on__lte=week_end)),
        ("later", _("以后"), Q(due_on__gt=max(week_end, today))),
    ]


def _items(issues: Sequence[DataQualityIssue]) -> list[Item]:
    rules = quality_rules()
    return [
        Item(issue, rules[issue.rule], fix_url(issue)) for issue in issues if issue.rule in rules
    ]
