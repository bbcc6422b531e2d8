"""One act on several tasks, or tasks asked for at several dwellings: told before, done once.

Paper: S-21.
"""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from housing.filters import filter_context
from housing.views.dwellings import FilteredDwellings
from portal.jobs.bulk import BulkForm, is_agreed
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
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
    scope, today = request.scope, timezone.localdate()
    handlers = services.handlers_of(scope.unit, today)
    form = GiveForm(request.POST if is_agreed(request) else None, handlers=handlers)
    asked = BulkForm(
        title=_("分派选中的采集任务"), verb=_("分派"), unit=Listing.unit, field="assigned",
        action=reverse("residents:assign_tasks"), where=reverse("residents:tasks"),
        said=_("已分派 %(n)s 件"),
    )  # fmt: skip
    return asked.respond(
        request, Listing.picked(request, rows_in(scope), day=today, scope=scope), form,
        lambda task: (_called(task), services.why_task_not_given(task)),
        lambda keys: services.assign_tasks(
            task_ids=keys, assigned_id=form.cleaned_data["assigned"], by=scope, at=timezone.now()
        ),
        (services.UnableToFollowUp,),
    )  # fmt: skip


@require_POST
@needs(Capability.ASSIGN_TASKS)
def withdraw(request: PortalRequest) -> HttpResponse:
    """Take back the chosen tasks that were asked for by hand."""
    scope, today = request.scope, timezone.localdate()
    form = WithdrawTasksForm(request.POST if is_agreed(request) else None)
    asked = BulkForm(
        title=_("撤回选中的采集任务"), verb=_("撤回"), unit=Listing.unit, field="reason",
        action=reverse("residents:withdraw_tasks"), where=reverse("residents:tasks"),
        said=_("已撤回 %(n)s 件"),
    )  # fmt: skip
    return asked.respond(
        request, Listing.picked(request, rows_in(scope), day=today, scope=scope), form,
        lambda task: (_called(task), services.why_not_withdrawn(task)),
        lambda keys: services.withdraw_tasks(
            task_ids=keys, reason=form.cleaned_data["reason"], by=scope, at=timezone.now()
        ),
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
