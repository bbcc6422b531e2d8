"""Households: one with its members and its past, and the acts on it, each with a preview."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import regrouping, services
from residents.categories import RELATIONS
from residents.forms import RegroupForm
from residents.grid import place_words
from residents.households import HEAD
from residents.identity import age_on
from residents.models import Household, PastMembership, Residence
from residents.regrouping import Group
from residents.search import find_dwellings
from residents.views import may_register

ACTS = {act.value: act for act in PastMembership.Act}


def home_title(members: Iterable[Residence]) -> str:
    """A household is called after its head, else after who is in it."""
    rows = list(members)
    head = next((row.name for row in rows if row.relation == HEAD), None)
    if head:
        return _("%(name)s 户") % {"name": head}
    first = rows[0].name if rows else ""
    return _("%(name)s 等（无户主）") % {"name": first} if rows else _("空户")


def homes_of(members: Iterable[Residence]) -> list[dict[str, Any]]:
    """The households of a dwelling, each with its members."""
    found: dict[Any, list[Residence]] = {}
    for row in members:
        found.setdefault(row.household_id, []).append(row)
    return [
        {"key": key, "title": home_title(rows), "members": rows,
         "headless": not any(row.relation == HEAD for row in rows)}
        for key, rows in found.items()
    ]  # fmt: skip


class _Page:
    """One household of a dwelling, with everybody who lives there."""

    def __init__(self, request: PortalRequest, pk: uuid.UUID) -> None:
        self.request = request
        households = Household.objects.select_related("dwelling")
        self.home = get_in_scope(households, request.scope, pk=pk)
        self.everybody = services.members_at(self.home.dwelling_id, request.scope)
        self.members = [row for row in self.everybody if row.household_id == pk]
        self.others = homes_of(row for row in self.everybody if row.household_id != pk)
        for row in self.everybody:
            row.place, row.age = place_words(row), age_on(row.birth_date, timezone.localdate())  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        return home_title(self.members)

    def context(self) -> dict[str, Any]:
        return {
            "home": self.home, "heading": self.title, "members": self.members,
            "others": self.others, "dwelling": self.home.dwelling,
            "may_act": may_register(self.request) and self.home.closed_on is None,
            "headless": self.home.kind == Household.Kind.FAMILY and self.members
            and not any(row.relation == HEAD for row in self.members),
        }  # fmt: skip


@require_GET
@needs(Capability.VIEW_REGISTER)
def household(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is in a household as what, and what it was before."""
    shown = _Page(request, pk)
    people = [row.resident_id for row in shown.members]
    record(
        "residents.household_viewed", by=request.scope, at=timezone.now(), target=shown.home,
        committee=shown.home.committee_id, subjects=people,
    )  # fmt: skip
    past = (
        PastMembership.objects.in_scope(request.scope).filter(household=pk)
        .select_related("residence").order_by("-changed_at", "-id")[:100]
    )  # fmt: skip
    rows: list[Any] = list(past)
    for row in rows:
        row.title = RELATIONS.title(row.relation) if row.relation else ""
    context = shown.context() | {"past": rows}
    return page(request, "residents/household.html", context)


@needs(Capability.EDIT_RESIDENTS)
def act(request: PortalRequest, pk: uuid.UUID, what: str) -> HttpResponse:
    """Choose, look at who becomes what, and do it."""
    if what not in ACTS:
        raise Http404
    shown = _Page(request, pk)
    if shown.home.closed_on is not None:
        raise Http404
    return _Act(shown, what).respond()


class _Act:
    """One act on a household: the choice in the address, relations and day in the form."""

    def __init__(self, shown: _Page, what: str) -> None:
        self.shown, self.request, self.what = shown, shown.request, what
        self.refusal = ""
        self._choose()
        today = timezone.localdate()
        self.form = RegroupForm(
            self.request.POST or None, initial={"on": today, "method": "V1"}, moves=self.moves_house
        )

    def _choose(self) -> None:
        asked = self.request.GET
        keys = {str(row.pk): row for row in self.shown.everybody}
        self.chosen = [row for key in asked.getlist("members") if (row := keys.get(key))]
        self.heads = {name: _uuid(asked.get(name, "")) for name in ("head", "rest")}
        self.other = next((home for home in self.shown.others
                           if str(home["key"]) == asked.get("other", "")), None)  # fmt: skip
        if self.what == "merge" and self.other is None and len(self.shown.others) == 1:
            self.other = self.shown.others[0]
        self.address = asked.get("address", "").strip()
        self.moves_house = self.what == "split" and bool(self.address)

    def groups(self) -> list[Group]:
        """The households as they would be; nothing while the choice is not whole."""
        plan: Callable[[], list[Group]] = getattr(self, f"_plan_{self.what}")
        return plan()

    def _group(self, key: str, title: str, rows: list[Residence], **more: Any) -> Group:
        told = {name: str(value) for name, value in self.request.POST.items()}
        return regrouping.group(
            key, title, rows, head=self.heads[key], told=told,
            **more,
        )  # fmt: skip

    def _plan_head(self) -> list[Group]:
        if self.heads["head"] is None:
            return []
        return [self._group("head", _("换户主以后"), self.shown.members)]

    def _plan_split(self) -> list[Group]:
        going = [row for row in self.chosen if row in self.shown.members]
        staying = [row for row in self.shown.members if row not in going]
        if not going or not staying:
            return []
        place = self.address or self.shown.home.dwelling.short_address
        new = _("新户（%(where)s）") % {"where": place}
        return [self._group("head", new, going), self._group("rest", _("原户"), staying)]

    def _plan_merge(self) -> list[Group]:
        if self.other is None:
            return []
        coming = self.other["members"]
        rows = [*self.shown.members, *coming]
        comes = {row.pk for row in coming}
        return [self._group("head", _("合并以后"), rows, comes=comes)]

    def _plan_move(self) -> list[Group]:
        """The member goes from this household to the other one."""
        member = next((row for row in self.chosen if row in self.shown.members), None)
        if member is None or self.other is None:
            return []
        left = [row for row in self.shown.members if row.pk != member.pk]
        into = _("转入 %(home)s") % {"home": self.other["title"]}
        found = [self._group("head", into, [*self.other["members"], member], comes={member.pk})]
        if left:
            found.append(self._group("rest", _("原户"), left))
        return found

    def respond(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show()
        if not self.form.is_valid():
            return self._show(UNPROCESSABLE)
        asked = services.Regrouped(
            regrouping.relations_told(self.groups()), self.request.POST.get("state", ""),
            self.form.cleaned_data["on"], self.form.cleaned_data["note"],
        )  # fmt: skip
        where = reverse("residents:household", args=[self.shown.home.pk])
        try:
            act_once(self.request, lambda: self._do(asked), where=where)
        except (services.UnableToRegroup, services.UnableToMove) as why:
            if not put_at_field(self.form, getattr(why, "field", ""), why):
                self.refusal = str(why)
            return self._again()
        return done(self.request, where, _("已办理%(what)s") % {"what": ACTS[self.what].label})

    def _again(self) -> HttpResponse:
        """As the register is now, with what was typed and why it was refused."""
        shown = _Page(self.request, self.shown.home.pk)
        fresh = _Act(shown, self.what)
        fresh.form, fresh.refusal = self.form, self.refusal
        return fresh._show(UNPROCESSABLE)

    def _do(self, asked: services.Regrouped) -> None:
        home = self.shown.home.pk
        common: dict[str, Any] = {"asked": asked, "by": self.request.scope, "at": timezone.now()}
        if self.what == "head":
            services.change_head(household_id=home, **common)
        elif self.what == "split":
            services.split_household(
                household_id=home, members=[row.pk for row in self.chosen],
                dwelling_id=self._place(), method=self.form.cleaned_data.get("method", "V1"),
                **common,
            )  # fmt: skip
        elif self.other is None or (self.what == "move" and not self.chosen):
            raise services.UnableToRegroup(_("请先选择，再办理"))
        elif self.what == "merge":
            services.merge_households(household_id=home, other_id=self.other["key"], **common)
        else:
            services.move_member(
                residence_id=self.chosen[0].pk, household_id=self.other["key"], **common
            )

    def _place(self) -> uuid.UUID | None:
        """The dwelling that was typed; None where they stay here."""
        if not self.address:
            return None
        homes = find_dwellings(self.address, by=self.request.scope, limit=2)
        if len(homes) != 1:
            raise services.UnableToRegroup(
                _("符合的房屋不止一套，请写明弄、号和室") if homes
                else _("没有找到这套房屋，请核对地址或先登记房屋")
            )  # fmt: skip
        return homes[0].pk

    def _show(self, status: int = 200) -> HttpResponse:
        groups = self.groups()
        context = self.shown.context() | {
            "what": self.what, "title": ACTS[self.what].label, "groups": groups,
            "form": self.form, "refusal": self.refusal, "options": regrouping.options(),
            "state": services.state_of(self.shown.everybody), "address": self.address,
            "chosen": {row.pk for row in self.chosen}, "other": self.other,
            "head": self.heads["head"], "query": self.request.GET.urlencode(),
            "all_gone": self.what == "split" and len(self.chosen) == len(self.shown.members) > 0,
        }  # fmt: skip
        return page(self.request, "residents/household_act.html", context, status=status)


def left_headless(residence: Residence) -> str:
    """Where to name a new head, when somebody's going has left the family without one."""
    members = Residence.objects.open().filter(
        household=residence.household_id, household__kind=Household.Kind.FAMILY
    )
    relations = set(members.values_list("relation", flat=True))
    if residence.household_id is None or not relations or HEAD in relations:
        return ""
    return reverse("residents:household_act", args=[residence.household_id, "head"])


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
