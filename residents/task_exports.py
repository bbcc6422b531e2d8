"""Collection tasks and the report on them as files."""

from datetime import date

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.exchange.exports.kinds import ExportColumn, ExportKind, titled
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.ledger_exports import number
from residents.models import CollectionTask
from residents.request_exports import UNIT
from residents.task_filters import MonthFilter, TaskFilter


def tasks(scope: Scope, query: QueryDict, day: date) -> TaskFilter:
    """The conditions of the list of tasks."""
    rows = CollectionTask.objects.in_scope(scope)
    return TaskFilter(query, queryset=rows, scope=scope, day=day)


def months(scope: Scope, query: QueryDict, day: date) -> MonthFilter:
    """The committees and the month of the report."""
    return MonthFilter(query, scope=scope, day=day)


EXPORTS = [
    ExportKind(
        key="tasks", title=_("采集任务"), unit=_("件"), capability=Capability.VIEW_REGISTER,
        filterset=tasks, order="due_on", address="residents:tasks", offered=False,
        columns=(
            UNIT,
            ExportColumn("place", _("房屋"), "dwelling__short_address", width=24),
            ExportColumn("kind", _("事项"), titled("kind", CollectionTask.Kind.choices)),
            ExportColumn("who", _("人员"), Coalesce("residence__name", Value("全户"))),
            ExportColumn("why", _("来由"), titled("why", CollectionTask.Why.choices)),
            ExportColumn("reason", _("说明"), "reason", width=24),
            ExportColumn("due_on", _("期限"), "due_on", form="day"),
            ExportColumn("assigned", _("承办人"), "assigned_to"),
            ExportColumn("made", _("生成"), "made_on", form="day", shown=False),
            ExportColumn("made_by", _("布置人"), "made_by", shown=False),
            ExportColumn("ended", _("办结"), "ended_on", form="day"),
            ExportColumn("ended_by", _("办结人"), "ended_by", shown=False),
            ExportColumn("state", _("状态"), titled("state", CollectionTask.State.choices)),
        ),
    ),
    ExportKind(
        key="task_months", title=_("采集任务按期情况"), unit=_("个居（村）委"),
        capability=Capability.VIEW_REGISTER, filterset=months, order="code",
        address="residents:tasks_report", offered=False,
        columns=(
            ExportColumn("committee", _("居（村）委"), "name", width=20),
            number("due", _("应办 件"), "n_due"),
            number("in_time", _("按期办结 件"), "n_in_time"),
            number("late", _("逾期办结 件"), "n_late"),
            number("waiting", _("到期未办 件"), "n_waiting"),
            number("withdrawn", _("撤回 件"), "n_withdrawn"),
        ),
    ),
]  # fmt: skip
