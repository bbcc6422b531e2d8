"""Who looked at or changed what, and why (ui.md 8.12)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from portal import vault
from portal.audit import reads, seals
from portal.audit.actions import TITLES
from portal.audit.record import record
from portal.catalogue.method import Method
from portal.desk.trail import COLUMNS, Line, line_of, row_of
from portal.desk.trail_rows import trail_rows
from portal.desk.wording import PURPOSES
from portal.exchange.exports.methods import untold
from portal.exchange.exports.tables import answer, written_on
from portal.orgs.access import NotAllowed, PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import DayField, PortalForm
from portal.ui.pages import page
from portal.ui.words import language

SIZE = 50
#: Between which events the page lies, older than one or newer than one.
PLACES = ("before", "after")
#: Conditions without a field of their own.
KEPT = ("person", "record", "kind", "group")
PERIODS = {
    "7": gettext_lazy("近 7 天"),
    "30": gettext_lazy("近 30 天"),
    "365": gettext_lazy("近 12 个月"),
}
DEFAULT_PERIOD = "30"
GROUPS = {
    "viewed": gettext_lazy("查看"),
    "searched": gettext_lazy("查找"),
    "revealed": gettext_lazy("显示证件号"),
    "changed": gettext_lazy("修改"),
    "files": gettext_lazy("导入导出"),
    "accounts": gettext_lazy("登录与账号"),
}


RESULTS = {
    reads.OK: gettext_lazy("完成"), reads.NOT_DONE: gettext_lazy("被拒或出错"),
}  # fmt: skip


def _actions() -> list[tuple[str, str]]:
    """Every act; asked for, since a form would copy the two hundred for itself."""
    return [("", _("不限")), *TITLES.items()]


class TrailForm(PortalForm):
    """The conditions of the trail, as the address keeps them."""

    columns = 2
    period = forms.ChoiceField(label=gettext_lazy("时间"), choices=PERIODS.items(), required=False)
    action = forms.ChoiceField(
        label=gettext_lazy("动作"), required=False,
        choices=_actions,
    )  # fmt: skip
    actor = forms.CharField(label=gettext_lazy("人员"), required=False, max_length=20)
    unit = forms.CharField(label=gettext_lazy("单位"), required=False, max_length=40)
    purpose = forms.ChoiceField(
        label=gettext_lazy("用途"), required=False,
        choices=[("", gettext_lazy("不限")), *PURPOSES.items()],
    )  # fmt: skip
    result = forms.ChoiceField(
        label=gettext_lazy("结果"), required=False,
        choices=[("", gettext_lazy("不限")), *RESULTS.items()],
    )  # fmt: skip
    since = DayField(label=gettext_lazy("起"), required=False)
    until = DayField(label=gettext_lazy("止"), required=False)


@dataclass(frozen=True)
class Chip:
    """One condition that a click puts on or takes off."""

    key: str
    title: str
    count: int | None
    url: str
    on: bool
    alarming: bool = False


@needs(Capability.VIEW_AUDIT)
@require_GET
def trail(request: PortalRequest) -> HttpResponse:
    """The trail of the acting unit, newest first; looking at it is an event as well."""
    form = _form(request)
    wanted = _wanted(request, form)
    with reads.reading():
        found = _page(request, wanted)
        counts = reads.counts(wanted, most=reads.COUNTED_FIRST)
    record(
        "audit.viewed", by=request.scope, at=timezone.now(),
        changes={"query": _conditions(request).urlencode()},
    )  # fmt: skip
    context = {
        "form": form,
        "fields": form or _no_conditions(language()),
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "rows": trail_rows(_lines(found.events)),
        "count": len(found.events),
        "period": _period(form),
        **_counted(request, counts, most=reads.COUNTED_FIRST),
        "sealing": seals.standing(),
        "export_url": f"export/?{request.GET.urlencode()}",
        "narrowed": bool(wanted.person or wanted.target_id),
        "figures_url": f"figures/?{request.GET.urlencode()}",
        "older_url": _turn(request, before=found.older),
        "newer_url": _turn(request, after=found.newer),
    }
    return page(request, "desk/audit.html", context)


@needs(Capability.VIEW_AUDIT)
@require_GET
def export_page(request: PortalRequest) -> HttpResponse:
    """The page as it is shown, as a workbook: evidence to hand on, hence only while sealed."""
    scope, at = request.scope, timezone.now()
    try:
        seals.require_proof()
    except seals.UnableToProve as late:
        raise NotAllowed(str(late)) from late
    form = _form(request)
    wanted = _wanted(request, form)
    with reads.reading():
        found = _page(request, wanted)
    lines = _lines(found.events)
    number = f"LH-{at:%Y%m%d%H%M%S}"
    content = written_on(
        COLUMNS, [row_of(line) for line in lines], number=number, by=scope, at=at,
        title=_("访问留痕"), purpose=_("留痕查证"), measure=_("条"),
        conditions=[_period(form)],
        method=Method(f"{timezone.localtime(at):%Y-%m-%d %H:%M}", tables=[untold(COLUMNS)]),
    )  # fmt: skip
    record(
        "audit.exported", by=scope, at=at,
        changes={"number": number, "count": len(lines), "query": _conditions(request).urlencode()},
    )  # fmt: skip
    return answer(content, number)


@needs(Capability.VIEW_AUDIT)
@require_GET
def side_figures(request: PortalRequest) -> HttpResponse:
    """How often, by how many people, by month, and what the list did not wait to count."""
    wanted = _wanted(request, _form(request))
    with reads.reading():
        found = reads.figures(wanted)
        counts = reads.counts(wanted, most=reads.COUNTED)
    context = {
        "figures": found, "bars": _bars(found.months, timezone.localdate()),
        "is_counted": counts["all"] >= reads.COUNTED_FIRST,
        **_counted(request, counts, most=reads.COUNTED),
    }  # fmt: skip
    return page(request, "desk/audit_figures.html", context)


HEIGHT, STEP, MONTHS = 96, 24, 12


@dataclass(frozen=True)
class Bar:
    """A month's column: heights in pixels, the dark part where numbers were revealed."""

    month: int
    count: int
    x: int
    height: int
    dark: int

    @property
    def top(self) -> int:
        return HEIGHT - self.height


def _bars(months: Sequence[tuple[date, int, int]], today: date) -> list[Bar]:
    """The last twelve months, the running one at the right end."""
    highest = max((number for _day, number, _shown in months), default=0)
    bars = []
    for day, number, revealed in months:
        ago = (today.year - day.year) * 12 + today.month - day.month
        if 0 <= ago < MONTHS:
            unit = HEIGHT / highest
            x = (MONTHS - 1 - ago) * STEP
            bars.append(
                Bar(day.month, number, x, max(1, round(number * unit)), round(revealed * unit))
            )
    return bars


@lru_cache(maxsize=4)
def _no_conditions(_language: str | None) -> str:
    """The form of the conditions with none set: the same for everybody."""
    return str(TrailForm())


def _form(request: PortalRequest) -> TrailForm | None:
    """The conditions of the address; None where it has none: the form itself takes a while."""
    return TrailForm(request.GET) if request.GET else None


def _told(form: TrailForm | None) -> Mapping[str, Any]:
    """What the form says; nothing where it cannot be read."""
    return form.cleaned_data if form is not None and form.is_valid() else {}


def _wanted(request: PortalRequest, form: TrailForm | None) -> reads.Wanted:
    told = _told(form)
    days = int(told.get("period") or DEFAULT_PERIOD)
    today = timezone.localdate()
    since = told.get("since") or today - timedelta(days=days)
    until = told.get("until")
    scope = request.scope
    group = request.GET.get("group", "")
    return reads.Wanted(
        low=scope.low, high=scope.high, group=group if group in GROUPS else "",
        action=told.get("action", ""), actor=told.get("actor", ""), unit=told.get("unit", ""),
        purpose=told.get("purpose", ""), result=told.get("result", ""), since=_midnight(since),
        until=_midnight(until + timedelta(days=1)) if until else None,
        person=_uuid(request.GET.get("person", "")),
        target_type=request.GET.get("kind", "")[:64],
        target_id=request.GET.get("record", "")[:64],
    )  # fmt: skip


def _period(form: TrailForm | None) -> str:
    told = _told(form)
    if told.get("since") or told.get("until"):
        return _("%(since)s 至 %(until)s") % {
            "since": told.get("since") or "…", "until": told.get("until") or _("今天"),
        }  # fmt: skip
    return str(PERIODS[told.get("period") or DEFAULT_PERIOD])


def _counted(request: PortalRequest, counts: Mapping[str, int], *, most: int) -> dict[str, Any]:
    """What desk/audit_chips.html shows of the newest `most` events.

    Where the list stopped counting early, its chips carry no numbers yet, and none of them goes
    away with the numbers: a group may have no event among the newest and many before them.
    """
    more = counts["all"] >= most
    is_many = counts["all"] >= reads.COUNTED_FIRST
    is_early = more and most == reads.COUNTED_FIRST
    known = {} if is_early else {key: each for key, each in counts.items() if each or not more}
    return {
        "chips": _chips(request, known, all_groups=is_many), "shown": counts["all"], "more": more,
        "clear_url": reverse("desk:audit") if request.GET else "",
    }  # fmt: skip


def _chips(request: PortalRequest, counts: Mapping[str, int], *, all_groups: bool) -> list[Chip]:
    """A chip for each group with events, or for all; where no number is known it has none."""
    now = request.GET.get("group", "")
    chips = [
        Chip(
            key, str(title), counts.get(key), _url(request, group="" if key == now else key),
            key == now,
        )
        for key, title in GROUPS.items()
        if counts.get(key) or all_groups or key == now
    ]  # fmt: skip
    refused = request.GET.get("result") == reads.NOT_DONE
    if counts.get("refused") or all_groups or refused:
        url = _url(request, result="" if refused else reads.NOT_DONE)
        chips.append(Chip("refused", _("被拒"), counts.get("refused"), url, refused, alarming=True))
    return chips


def _lines(events: Sequence[reads.Event]) -> list[Line]:
    return [line_of(event) for event in events]


def _page(request: PortalRequest, wanted: reads.Wanted) -> reads.Trail:
    """The page that the address asks for; the newest where its place is of another unit."""
    before, after = (
        vault.place_of(request.GET.get(name, ""), unit=request.scope.unit) for name in PLACES
    )
    return reads.page(wanted, size=SIZE, before=before, after=after)


def _turn(request: PortalRequest, **place: int | None) -> str:
    """The address of the page before or after an event; blank where there is none."""
    sealed = {
        name: vault.seal_place(number, unit=request.scope.unit)
        for name, number in place.items()
        if number
    }
    return _url(request, **sealed) if sealed else ""


def _url(request: PortalRequest, **changes: str) -> str:
    query = _conditions(request)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def _conditions(request: PortalRequest) -> QueryDict:
    """What the address asks for, without the place in it."""
    query = request.GET.copy()
    for name in PLACES:
        query.pop(name, None)
    return query


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
