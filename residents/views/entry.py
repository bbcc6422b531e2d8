"""The household entry page: shown, saved, both versions of a lost race, bare visits."""

import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.models import DwellingUnit
from housing.querysets import DwellingQuerySet
from housing.views import yardstick
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page, wants_fragment
from residents import entry_drawers, entry_lines, entry_reads, services
from residents.drafts import KEPT_FOR
from residents.forms import VisitForm
from residents.grid import (
    Row,
    choices,
    leaving_rows,
    posted_rows,
    put_problems,
    rows_of,
    summary,
    told_rows,
)
from residents.models import EntryDraft, Verification
from residents.newcomers import looked_back_to
from residents.search import search
from residents.views.households import homes_of
from residents.views.settling import lead_of, of_household, settle

UNPROCESSABLE, CONFLICT = 422, 409


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def entry_start(request: PortalRequest) -> HttpResponse:
    """Choose the dwelling: by what is typed, or the next ones that nobody has visited yet."""
    text = request.GET.get("q", "").strip()
    homes = DwellingUnit.objects.in_scope(request.scope).active()
    waiting = homes.filter(verified_on=None).order_by("address_key", "id")[:20]
    context = {
        "q": text,
        "found": search(text, by=request.scope, at=timezone.now(), limit=20) if text else None,
        "waiting": waiting,
        "no_homes": not waiting and not homes.exists(),
        "begin": {"title": _("打开楼栋房态"), "url": reverse("housing:buildings")},
    }
    return page(request, "residents/entry_start.html", context)


@needs(Capability.EDIT_RESIDENTS)
def entry(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One dwelling with everybody in it; all of it is saved as one act."""
    today = timezone.localdate()
    dwelling: Any = entry_reads.dwellings.first(
        request.scope, dwelling=pk, today=today, since=looked_back_to(today)
    )
    if dwelling is None:
        raise Http404
    if request.method != "POST":
        return _Page(request, dwelling).show()
    if request.POST.get("act") in {"no_answer", "refused", "vacant"}:
        return _record_visit(request, dwelling)
    return _Page(request, dwelling).submit()


class _Page:
    """The entry page of one request."""

    def __init__(self, request: PortalRequest, dwelling: Any) -> None:
        """:param dwelling: as `entry_reads.dwellings` gives it"""
        self.request, self.dwelling = request, dwelling
        self.today = timezone.localdate()
        self.members = entry_reads.household(request.scope, dwelling.pk)
        self.loose: list[str] = []
        self.draft: EntryDraft | None = None
        self.is_draft, self.typed_version = False, ""
        self.lead = lead_of(request)

    def _form(self, data: Any = None, typed: Mapping[str, Any] | None = None) -> VisitForm:
        initial = {"method": "V1", "visited_on": self.today, **VisitForm.facts_of(self.dwelling)}
        initial |= {name: value for name, value in (typed or {}).items() if name in initial}
        may_edit = self.request.scope.may(Capability.EDIT_HOUSING)
        return VisitForm(data, initial=initial, dwelling=self.dwelling, may_edit=may_edit)

    def show(self) -> HttpResponse:
        """The household as registered, or as the clerk's own draft has it."""
        self.draft = entry_reads.drafts.first(
            self.request.scope, dwelling=self.dwelling.pk, user=self.request.scope.user_id or 0,
            since=timezone.now() - KEPT_FOR,
        )  # fmt: skip
        if self.draft is None or not self.request.GET.get("draft"):
            return self._render(self._form(), rows_of(self.members, self.today))
        return self._go_on(self.draft)

    def _go_on(self, draft: EntryDraft) -> HttpResponse:
        """The draft in the form, with whoever a colleague has added since."""
        data = QueryDict(mutable=True)
        try:
            typed = services.draft_fields(draft)
        except services.UnableToKeep as why:
            self.loose.append(str(why))
            return self._render(self._form(), rows_of(self.members, self.today))
        for name, values in typed.items():
            data.setlist(name, values)
        rows = posted_rows(data, {row.pk: row for row in self.members}, self.today)
        known = {row.residence_id for row in rows}
        others = [row for row in self.members if row.pk not in known]
        self.is_draft, self.typed_version = True, data.get("dwelling_version", "")
        everybody = self._again([*rows, *rows_of(others, self.today)[:-1]])
        return self._render(self._form(typed=data.dict()), everybody)

    def submit(self) -> HttpResponse:
        """Save once for each key of a form; refusals come back with everything as typed."""
        data, request = self.request.POST, self.request
        form = self._form(data)
        rows = posted_rows(data, {row.pk: row for row in self.members}, self.today)
        left, readable = leaving_rows(rows, self.today)
        if not form.is_valid() or not readable:
            return self._render(form, self._again(rows), UNPROCESSABLE)
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: self._act(form, rows, left),
            )  # fmt: skip
        except services.UnableToSave as refusal:
            for name in put_problems(rows, self._dwelling_problems(form, refusal)):
                self.loose.append(name)
            return self._render(form, self._again(rows), UNPROCESSABLE)
        except services.UnableToVerify as refusal:
            form.add_error("visited_on", str(refusal))
            return self._render(form, self._again(rows), UNPROCESSABLE)
        except services.UnableToFollowUp as refusal:
            self.lead = None  # once more, and the household is saved without it
            self.loose.append(_("%(why)s。核对在住成员后可再次保存") % {"why": refusal})
            return self._render(form, self._again(rows), CONFLICT)
        except services.StaleVersion as stale:
            return self._conflict(rows, stale)
        return done(request, url, self._saved_text(rows))

    def _act(self, form: VisitForm, rows: Sequence[Row], left: Any) -> str:
        data, request = self.request.POST, self.request
        changes = {
            name: value
            for name, value in form.fact_changes().items()
            if data.get(f"choose_dwelling:{name}") != "theirs"
        }
        version = data.get("dwelling_version", "")

        def save() -> services.Registered | None:
            saved = services.save_household(
                dwelling_id=self.dwelling.pk, rows=told_rows(rows, data), left=left,
                dwelling_changes=changes,
                dwelling_version=int(version) if version.isdecimal() else None,
                method=form.cleaned_data["method"], visited_on=form.cleaned_data["visited_on"],
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
            return of_household(saved)

        settled = settle(request, save)
        services.drop_draft(dwelling_id=self.dwelling.pk, by=request.scope, at=timezone.now())
        return settled or self._where_next()

    def _where_next(self) -> str:
        following = self.next_one if self.request.POST.get("act") == "next" else None
        return reverse("residents:entry", args=[(following or self.dwelling).pk])

    def _saved_text(self, rows: Sequence[Row]) -> str:
        room = f"{self.dwelling.room_no}{_('室')}"
        asked = sum(row.arrival == "transfer" for row in rows)
        said = _("已保存 %(room)s") % {"room": room}
        if asked:
            said += _("，已发起移交 %(n)d 人") % {"n": asked}
        if self.request.POST.get("act") == "next" and self.next_one:
            said += _("，下一户 %(next)s室") % {"next": self.next_one.room_no}
        return said

    def _dwelling_problems(
        self, form: VisitForm, refusal: services.UnableToSave
    ) -> list[services.RowProblem]:
        """Problems of the dwelling go to its form; the others are given back."""
        rest = []
        for problem in refusal.problems:
            if problem.row == "dwelling" and problem.problem.field in form.fields:
                form.add_error(problem.problem.field, problem.problem.message)
            else:
                rest.append(problem)
        return rest

    def _again(self, rows: list[Row]) -> list[Row]:
        """The rows as typed, numbered anew, with a blank one to go on with."""
        for place, row in enumerate(rows):
            row.index = str(place)
        return [*rows, Row(str(len(rows)))]

    # --- what else the page shows -----------------------------------------------------------

    @cached_property
    def next_one(self) -> DwellingUnit | None:
        """The next dwelling of the building that was not seen today."""
        _before, following = self._neighbours
        if following is None or following.verified_on != self.today:
            return following
        behind = self._building.filter(address_key__gt=self.dwelling.address_key)
        unseen = behind.exclude(verified_on=self.today)
        return unseen.order_by("address_key", "id").first()

    @property
    def _building(self) -> DwellingQuerySet:
        rows = DwellingUnit.objects.in_scope(self.request.scope).active()
        return rows.filter(building_id=self.dwelling.building_id)

    @cached_property
    def _neighbours(self) -> tuple[DwellingUnit | None, DwellingUnit | None]:
        """The dwellings right before and behind this one in the building's order, in one query."""
        key = self.dwelling.address_key
        found = entry_reads.neighbours.rows(
            self.request.scope, building=self.dwelling.building_id, key=key
        )
        return (
            next((row for row in found if row.address_key < key), None),
            next((row for row in found if row.address_key > key), None),
        )

    def _progress(self) -> tuple[int, int]:
        """How many dwellings of the building were verified within their cycle, and all of them."""
        (told,) = entry_reads.progress.rows(
            self.request.scope, self.today, tuple(yardstick().cycles.items()),
            building=self.dwelling.building_id,
        )  # fmt: skip
        return told["seen"], told["total"]

    def _render(self, form: VisitForm, rows: list[Row], status: int = 200) -> HttpResponse:
        problems = summary(rows)
        problems += [{"id": "", "title": "", "text": text} for text in self.loose]
        if form.is_bound:
            problems = [
                {"id": key, "title": label, "text": text} for key, label, text in form.problems
            ] + problems
        filled = [row for row in rows if not row.is_blank]
        seen, total = self._progress()
        previous, following = self._neighbours
        entry_drawers.write_logs(rows, self._visits())
        context = {
            "dwelling": self.dwelling, "form": form, "rows": rows,
            "members": entry_drawers.told_of(rows),
            "fixed": entry_drawers.fixed_parts(),
            "problems": problems, "people": len(filled), "area": self._area_each(len(filled)),
            "lines": entry_lines.lines_of(rows), "choices": choices(),
            "left_count": self._left_count(),
            "seen": seen, "total": total,
            "previous": previous, "following": following, "next_one": self.next_one,
            "homes": homes_of(row for row in self.members if row.household_id),
            "open_row": self._open_row(rows),
            "focus": self.request.GET.get("field", "")[:20], "transfers": self._transfers(),
            "draft": self.draft, "is_draft": self.is_draft, "lead": self.lead,
            "lead_text": services.lead_words(self.lead)["text"] if self.lead else "",
            "dwelling_version": self.typed_version or self.dwelling.version,
            "card_reader": settings.CARD_READER_URL,
            "to_welcome": self._to_welcome(),
        }  # fmt: skip
        return page(self.request, "residents/entry.html", context, status=status)

    def _to_welcome(self) -> int:
        """How many newcomers of the building were registered today and have no sheet yet."""
        if not self.dwelling.has_newcomers:
            return 0
        (told,) = entry_reads.untold.rows(
            self.request.scope, building=self.dwelling.building_id, today=self.today,
            since=looked_back_to(self.today),
        )  # fmt: skip
        return told["n"]

    def _area_each(self, people: int) -> float | None:
        area = self.dwelling.floor_area
        return float(area) / people if area and people else None

    def _left_count(self) -> int:
        (told,) = entry_reads.gone.rows(self.request.scope, dwelling=self.dwelling.pk)
        return told["n"]

    def _visits(self) -> list[Verification]:
        return entry_reads.visits.rows(self.request.scope, dwelling=self.dwelling.pk)

    def _transfers(self) -> list[Any]:
        """Who is asked for at other committees, to live here."""
        found: list[Any] = entry_reads.arriving.rows(self.request.scope, dwelling=self.dwelling.pk)
        names = services.unit_names({row.holder_id for row in found}) if found else {}
        for row in found:
            row.place = names[row.holder_id]
        return found

    def _open_row(self, rows: Sequence[Row]) -> str:
        """The row whose drawer stands open, as the address asks."""
        asked = self.request.GET.get("person") or self.request.GET.get("residence", "")
        return next((row.prefix for row in rows if row.key == asked), "")

    # --- both versions ----------------------------------------------------------------------

    def _conflict(self, rows: Sequence[Row], stale: services.StaleVersion) -> HttpResponse:
        """Both versions side by side; the whole form travels along, nothing is lost."""
        versions = {
            f"{row.prefix}-version": services.version_of(row.residence.resident, row.residence)
            for row in rows
            if row.residence
        } | {"dwelling_version": str(self.dwelling.version)}
        kept = [
            (name, versions.get(name, value))
            for name, value in self.request.POST.items()
            if name not in {"csrfmiddlewaretoken", "idempotency_key"}
            and not name.startswith("choose_")
        ]
        fields = [
            {"name": f"{each.row}:{each.field}", "who": each.who, "label": each.label,
             "mine": each.mine, "theirs": each.theirs}
            for each in stale.conflicts
        ]  # fmt: skip
        at = timezone.localtime(stale.changed_at) if stale.changed_at else None
        context = {
            "dwelling": self.dwelling, "fields": fields, "kept": kept, "who": stale.changed_by,
            "at": f"{at:%H:%M}" if at else "",
        }  # fmt: skip
        return page(self.request, "residents/conflict.html", context, status=CONFLICT)


def _record_visit(request: PortalRequest, dwelling: DwellingUnit) -> HttpResponse:
    """Nobody at the door, refused, or empty: one press, then the next dwelling."""
    own = _Page(request, dwelling)
    outcome = request.POST["act"]

    def act() -> str:
        services.record_visit(
            dwelling_id=dwelling.pk, outcome=outcome, method=request.POST.get("method", "V1"),
            by=request.scope, at=timezone.now(),
        )  # fmt: skip
        return reverse("residents:entry", args=[(own.next_one or dwelling).pk])

    try:
        url = once(
            key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(), act=act
        )
    except services.UnableToVerify as refusal:
        own.loose.append(str(refusal))
        form = own._form()
        return own._render(form, rows_of(own.members, own.today), UNPROCESSABLE)
    title = Verification.Outcome(outcome).label
    return done(request, url, _("%(room)s室：已记录%(title)s") % {
        "room": dwelling.room_no, "title": title,
    })  # fmt: skip


@needs(Capability.VERIFY)
def verify_dwelling(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Verified and nothing changed, in one press; the board's pane shows the result."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    here = reverse("residents:pane", args=[dwelling.pk])
    if request.method != "POST":
        return HttpResponseRedirect(here)

    def act() -> str:
        services.verify_dwelling(
            dwelling_id=dwelling.pk, method=request.POST.get("method", "V1"), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip
        return here

    from residents.views.pane import pane_of

    try:
        once(key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(), act=act)
    except services.UnableToVerify as refusal:
        return pane_of(request, dwelling.pk, problem=str(refusal), status=UNPROCESSABLE)
    text = _("%(room)s室：核实无变化") % {"room": dwelling.room_no}
    if not wants_fragment(request):  # sent without HTMX: back to the board, not to a bare pane
        board = reverse("housing:board", args=[dwelling.building_id])
        return done(request, f"{board}?dwelling={dwelling.pk}", text)
    return pane_of(request, dwelling.pk, verified=text)
