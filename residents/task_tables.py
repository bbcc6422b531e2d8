"""The list of collection tasks: what is due first stands first."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.cells import Action, Column, Empty, Tag, Toned
from residents.models import CollectionTask
from residents.request_tables import UNIT, RequestList, due_day, state_column

TASK_TONES = {
    CollectionTask.State.OPEN: "info", CollectionTask.State.DONE: "ok",
    CollectionTask.State.WITHDRAWN: "",
}  # fmt: skip


def whose(task: CollectionTask) -> str:
    """The person whom the task is about; the whole dwelling otherwise."""
    return task.residence.name if task.residence else str(_("全户"))


def _due(task: Any) -> Any:
    return due_day(task) if task.is_open else formats.day(task.due_on)


def _ended(task: CollectionTask) -> Any:
    if task.ended_on is None:
        return None
    day = formats.day(task.ended_on)
    return Toned(_("%(day)s 逾期") % {"day": day}, "danger") if task.is_late else day


class TaskList(RequestList):
    """Collection tasks (采集任务)."""

    key = "tasks"
    peeks = True
    caption = _("采集任务")
    default_sort = "due_on"
    one = "residents:task"
    columns = (
        Column("place", _("房屋"), "dwelling.short_address", kind="name", fixed=True),
        Column("kind", _("事项"), lambda task: Tag(task.get_kind_display(), "line")),
        Column("who", _("人员"), whose),
        UNIT,
        Column("why", _("来由"), "get_why_display", kind="second"),
        Column("reason", _("说明"), kind="second"),
        Column("due_on", _("期限"), _due, sort="due_on"),
        Column("assigned", _("承办人"), "assigned_to"),
        Column("made", _("生成"), "made_on", kind="day", shown=False),
        Column("made_by", _("布置人"), kind="second", shown=False),
        Column("ended", _("办结"), _ended),
        Column("ended_by", _("办结人"), kind="second", shown=False),
        state_column(TASK_TONES),
    )

    def __init__(self, *args: Any, scope: Scope, gives: bool, **kwargs: Any) -> None:
        """:param gives: whether the post gives out tasks"""
        super().__init__(*args, scope=scope, **kwargs)
        self.empty = Empty(
            _("没有待办的采集任务"),
            _("到核实周期的房屋每天凌晨自动列入；也可以从房屋列表布置"),
            icon="jobs",
            primary=Action(_("从房屋列表布置"), reverse("housing:list")) if gives else None,
        )
