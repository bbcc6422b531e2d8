"""One act on several tasks, or tasks asked for at several dwellings: told before, done once.

Paper: S-21.
"""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from housing.filters import filter_context
from housing.views.dwellings import FilteredDwellings
from portal.jobs.bulk import BulkForm, is_agreed
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm
from residents import services
from residents.forms import GiveForm
from residents.models import CollectionTask
from residents.task_forms import SeveralTasksForm, WithdrawTasksForm
from residents.task_tables import whose
from residents.views.tasks import USUAL, Listing, rows_in


def _called(task: CollectionTask) -> str:
    return f"{task.dwelling.short_address} {task.get_kind_display()} {whose(task)}"


@require_POST
@needs(Capability.ASSIGN_TASKS)
def assign(request: PortalRequest) -> HttpResponse:
    """Give the chosen tasks to one person of the committee."""
    handlers = services.handlers_of(request.scope.unit, timezone.localdate())
    form = GiveForm(request.POST if is_agreed(request) else None, handlers=handlers)
    asked = _about_tasks(
        "assign_tasks", _("分派选中的采集任务"), _("分派"), _("已分派 %(n)s 件"), "assigned"
    )
    return _on_tasks(request, asked, form, services.why_task_not_given, services.assign_tasks)


@require_POST
@needs(Capability.ASSIGN_TASKS)
def withdraw(request: PortalRequest) -> HttpResponse:
    """Take back the chosen tasks that were asked for by hand."""
    form = WithdrawTasksForm(request.POST if is_agreed(request) else None)
    asked = _about_tasks(
        "withdraw_tasks", _("撤回选中的采集任务"), _("撤回"), _("已撤回 %(n)s 件"), "reason"
    )
    return _on_tasks(request, asked, form, services.why_not_withdrawn, services.withdraw_tasks)


def _about_tasks(name: str, title: str, verb: str, said: str, field: str) -> BulkForm:
    return BulkForm(
        title=title, verb=verb, unit=Listing.unit, said=said, field=field,
        action=reverse(f"residents:{name}"), where=reverse("residents:tasks"),
    )  # fmt: skip


def _on_tasks(
    request: PortalRequest, asked: BulkForm, form: PortalForm,
    why_not: Callable[[CollectionTask], str], act: Callable[..., Done],
) -> HttpResponse:  # fmt: skip
    """The dialog about the chosen tasks, or the act on them."""
    scope, today = request.scope, timezone.localdate()
    return asked.respond(
        request, Listing.picked(request, rows_in(scope), day=today, scope=scope), form,
        lambda task: (_called(task), why_not(task)),
        lambda keys: act(task_ids=keys, by=scope, at=timezone.now(), **form.cleaned_data),
        (services.UnableToFollowUp,),
    )  # fmt: skip


@require_POST
@needs(Capability.ASSIGN_TASKS)
def verify(request: PortalRequest) -> HttpResponse:
    """Ask that the chosen dwellings be verified by a day, a whole building or some of a list."""
    return _ask(request, CollectionTask.Kind.VERIFY, "ask_verify", _("布置核实选中的房屋"))


@require_POST
@needs(Capability.ASSIGN_TASKS)
def register(request: PortalRequest) -> HttpResponse:
    """Ask that the people of the chosen dwellings be registered by a day."""
    return _ask(request, CollectionTask.Kind.NEW, "ask_register", _("布置登记选中的房屋"))


def _ask(request: PortalRequest, kind: CollectionTask.Kind, name: str, title: str) -> HttpResponse:
    scope, today = request.scope, timezone.localdate()
    rows = services.with_tasks(kind.value).in_scope(scope).order_by("address_key", "pk")
    form = SeveralTasksForm(
        request.POST if is_agreed(request) else None, initial={"due_on": today + USUAL},
        handlers=services.handlers_of(scope.unit, today),
    )  # fmt: skip
    asked = BulkForm(
        title=title, verb=_("布置"), unit=FilteredDwellings.unit, field="reason",
        action=reverse(f"residents:{name}"), where=reverse("housing:list"),
        said=_("已布置 %(n)s 套的采集任务"),
    )  # fmt: skip
    return asked.respond(
        request, FilteredDwellings.picked(request, rows, **filter_context(scope, today)), form,
        lambda unit: (unit.short_address, services.why_not_asked(unit)),
        lambda keys: services.ask_tasks(
            dwelling_ids=keys, told=services.TaskTold(kind=kind.value, **form.cleaned_data),
            by=scope, at=timezone.now(),
        ),
        (services.UnableToFollowUp,),
    )  # fmt: skip
