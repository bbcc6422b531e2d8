"""Conditions of the issue list; each is a parameter of the address."""

from datetime import date
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope, level_of
from portal.quality.models import DataQualityIssue, IssueQuerySet, IssueState
from portal.quality.registry import quality_rules
from portal.quality.rule import ABOUT_TITLES
from portal.quality.shares import collector_posts
from portal.ui.filtering import offer

SEVERITIES = [("must", _("必改")), ("should", _("应改")), ("note", _("提醒"))]
ABOUT = [(str(about), title) for about, title in ABOUT_TITLES.items()]
DUE = [("overdue", _("已超期")), ("open", _("未到期"))]
WHO = [
    ("mine", _("由我处理")), ("nobody", _("未派发")), ("somebody", _("已派发")),
    ("others", _("派给采集员以外的岗位")),
]  # fmt: skip
WAITS = [
    ("mend", _("待我改")), ("answer", _("待审批无误")), ("check", _("待我复核")),
]  # fmt: skip


def collectors(scope: Scope, day: date) -> "QuerySet[User] | None":
    """The collectors of a street or a committee by name; a district has too many to choose from."""
    if scope.level == "district":
        return None
    posts = collector_posts(scope.unit, day)
    return User.objects.filter(pk__in=posts.values("user_id")).order_by("name", "pk")


class IssueFilter(django_filters.FilterSet):
    """Without a state, and nothing asked for that waits, only open issues are listed."""

    rule = django_filters.ChoiceFilter(
        label=_("规则"),
        choices=lambda: [(rule.key, rule.title) for rule in quality_rules().values()],
        empty_label=_("不限"),
    )
    severity = django_filters.ChoiceFilter(
        label=_("级别"), choices=SEVERITIES, empty_label=_("不限")
    )
    about = django_filters.ChoiceFilter(
        label=_("对象"), choices=ABOUT, method="by_register", empty_label=_("不限")
    )
    due = django_filters.ChoiceFilter(
        label=_("期限"), choices=DUE, method="by_deadline", empty_label=_("不限")
    )
    unit = django_filters.ModelChoiceFilter(
        label=_("单位"), queryset=OrgUnit.objects.none(), method="by_unit", empty_label=_("不限")
    )
    who = django_filters.ChoiceFilter(
        label=_("责任人"), choices=WHO, method="by_mender", empty_label=_("不限")
    )
    mender = django_filters.ModelChoiceFilter(
        label=_("派给"), queryset=User.objects.none(), method="by_account", empty_label=_("不限")
    )
    state = django_filters.ChoiceFilter(
        label=_("状态"), choices=IssueState.choices, empty_label=_("未了结")
    )
    waits = django_filters.ChoiceFilter(
        label=_("等什么"), choices=WAITS, method="by_wait", empty_label=_("不限")
    )

    class Meta:
        model = DataQualityIssue
        fields: list[str] = []

    def __init__(
        self, *args: Any, day: Any, units: "QuerySet[OrgUnit]", scope: Scope, **kwargs: Any
    ) -> None:
        """:param units: those below the reader's own that the list may be narrowed to"""
        super().__init__(*args, **kwargs)
        self.day, self.scope = day, scope
        offer(self, unit=units)
        if "mender" in self.filters:
            offer(self, mender=collectors(scope, day))

    def filter_queryset(self, queryset: IssueQuerySet) -> IssueQuerySet:
        rows: IssueQuerySet = super().filter_queryset(queryset)
        told = self.form.cleaned_data
        return rows if told.get("state") or told.get("waits") else rows.open()

    def by_mender(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        if value == "mine":
            return rows.filter(assigned_id=self.scope.user_id or 0)
        if value == "others":
            collectors = collector_posts(self.scope.unit, self.day).values("user_id")
            return rows.filter(assigned_id__isnull=False).exclude(assigned_id__in=collectors)
        return rows.filter(assigned_id__isnull=value == "nobody")

    def by_account(self, rows: IssueQuerySet, _name: str, value: User) -> IssueQuerySet:
        return rows.filter(assigned_id=value.pk)

    def by_wait(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        return rows.waiting(value, self.scope)

    def by_register(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        keys = [rule.key for rule in quality_rules().values() if rule.about == value]
        return rows.filter(rule__in=keys)

    def by_deadline(self, rows: IssueQuerySet, _name: str, value: str) -> IssueQuerySet:
        if value == "overdue":
            return rows.overdue_on(self.day)
        return rows.filter(due_on__gte=self.day)

    def by_unit(self, rows: IssueQuerySet, _name: str, value: OrgUnit) -> IssueQuerySet:
        return rows.under(value.pk) if level_of(value.pk) != "district" else rows
