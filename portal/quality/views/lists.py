"""The page of data quality: rules with their counts, the records that each finds (ui.md 8.11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import DateField, QuerySet, Value
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal import kept
from portal.audit.record import record
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.quality.fixing import FIXED_BY, mending_posts
from portal.quality.models import DataQualityIssue, IssueQuerySet
from portal.quality.registry import quality_rules
from portal.quality.rule import ABOUT_TITLES
from portal.quality.rule_rows import rule_rows
from portal.quality.services import failures_for, owners_of
from portal.quality.shares import collector_shares, unit_shares
from portal.quality.summary import DEADLINE_RULE, RuleState, rule_states, total_of
from portal.quality.tables import IssueList, IssueListOfMany
from portal.rules.services import parameters_on
from portal.ui.cells import BulkAction, SavedView
from portal.ui.pages import wants_fragment

if TYPE_CHECKING:
    from portal.orgs.models import OrgUnitQuerySet

MOST_UNITS = 7


@needs(Capability.VIEW_QUALITY)
@require_GET
def issue_list(request: PortalRequest) -> HttpResponse:
    """Every rule with its open issues, and the issues that pass the filters."""
    day, scope = timezone.localdate(), request.scope
    names = {row["code"]: row["short_name"] for row in _names(scope)}
    rows = DataQualityIssue.objects.in_scope(scope).select_related("committee")
    declared = IssueListOfMany if names else IssueList
    assigns = scope.may(Capability.MANAGE_ISSUES)
    kept.expect(
        _tabs_key(scope, day), kept.issue_weeks(scope.unit, day),
        kept.issue_counts(scope.unit, day), kept.parameters(DEADLINE_RULE, day),
        kept.revisions(day),
    )  # fmt: skip
    listing = declared(
        request, rows.annotate(today=Value(day, DateField())), kept_of=scope.unit,
        filter_context=filter_context(scope), views=lambda: _views(rows, scope, day),
        bulk=_bulk() if assigns else (),
    )  # fmt: skip
    shown = _shown_unit(request, scope, names)
    failures = [each for each in failures_for(shown) if each.rule in quality_rules()]
    states = rule_states(shown, day, parameters_on(DEADLINE_RULE, day), failures)
    rule = quality_rules().get(request.GET.get("rule", ""))
    state = next((found for found in states if rule and found.rule.key == rule.key), None)
    record(
        "register.list_viewed", by=scope, at=timezone.now(), target=("quality", ""),
        changes={"list": "数据质量", "query": listing.query},
    )  # fmt: skip
    context = {
        "title": _("数据质量"),
        "states": states,
        "failures": [
            (quality_rules()[each.rule], each.failed_at, each.since or each.failed_at)
            for each in failures
        ],
        "tabs": _tabs(states),
        "total": total_of(states),
        "state": state,
        "bars": _bars(state, names) if state else [],
        "posts": mending_posts(state.rule.about) if state else [],
        "owners": owners_of(shown, day) if state else [],
        "names": names,
        "unit": shown,
        "is_narrowed": shown != scope.unit,
        "unit_name": names.get(shown, ""),
        "may_run": scope.may(Capability.RUN_METRICS),
        "may_export": scope.may(Capability.EXPORT_MASKED),
        "file": {"key": "issues", "query": listing.query},
        "late": _late(request, states, state) if assigns else None,
        **_shares(request, shown, day),
    }
    is_chosen = request.headers.get("HX-Target") == "rule-detail" and wants_fragment(request)
    if not (is_chosen or context["by"]):
        chosen = state.rule.key if state else ""
        narrowed = f"&unit={shown}" if shown != scope.unit else ""
        context["rules"] = rule_rows(states, names, chosen=chosen, narrowed=narrowed)
    template = "quality/detail.html" if is_chosen else "quality/list.html"
    return listing.respond(template, context | {"is_chosen": is_chosen})


def _bulk() -> list[BulkAction]:
    return [
        BulkAction(_("派发…"), reverse("quality:assign_many"), dialog=True),
        BulkAction(_("催办…"), reverse("quality:remind_many"), dialog=True),
    ]


def _late(
    request: PortalRequest, states: Sequence[RuleState], state: RuleState | None
) -> dict[str, Any]:
    """How many of what the rules' table shows are late, and the conditions that hold them."""
    asked = QueryDict(mutable=True)
    asked["due"] = "overdue"
    for name in ("rule", "unit"):
        if request.GET.get(name):
            asked[name] = request.GET[name]
    return {
        "count": state.overdue if state else sum(each.overdue for each in states),
        "query": asked.urlencode(),
    }


def _shares(request: PortalRequest, shown: int, day: date) -> dict[str, Any]:
    """The table in place of the rules', where the address asks for one: by unit or by collector."""
    scope = request.scope
    ways = {"": _("按规则")}
    if scope.level != "committee":
        ways["unit"] = _("按街道（镇）") if scope.level == "district" else _("按居（村）委")
    if scope.level != "district" and scope.may(Capability.MANAGE_ISSUES):
        ways["collector"] = _("按采集员")
    by = request.GET.get("by", "")
    found: dict[str, Any] = {"by": by if by in ways else "", "ways": ways}
    if not found["by"]:
        return found
    units = list(_units(scope))
    committees = [unit for unit in units if unit.level == "committee"]
    if found["by"] == "unit":
        parts = committees if scope.level == "street" else [u for u in units if u.level == "street"]
        found["shares"] = unit_shares(parts, scope.unit, day)
    else:
        own = committees or list(OrgUnit.objects.filter(pk=scope.unit))
        found["shares"] = collector_shares(
            [unit for unit in own if shown in (scope.unit, unit.pk)], scope.unit, day
        )
    return found


def filter_context(scope: Scope) -> dict[str, Any]:
    """What the conditions of the list need to know of their reader."""
    return {"day": timezone.localdate(), "units": _units(scope), "scope": scope}


def _units(scope: Scope) -> "OrgUnitQuerySet":
    """What the reader may narrow to: nothing for a committee."""
    if scope.level == "committee":
        return OrgUnit.objects.none()
    return OrgUnit.objects.under(scope.unit).exclude(pk=scope.unit).order_by("code")


def _names(scope: Scope) -> list[dict[str, Any]]:
    """The units that the reader may narrow to, by name."""
    return [] if scope.level == "committee" else _names_below.rows(scope)


@Prepared
def _names_below(scope: Scope) -> "QuerySet[OrgUnit, dict[str, Any]]":
    found: QuerySet[OrgUnit, Any] = _units(scope).values("code", "short_name")
    return found


def _views(rows: IssueQuerySet, scope: Scope, day: date) -> list[SavedView]:
    """What waits for this very post, with the number of rows behind each."""
    waiting = _waiting(scope)
    counts = kept.fact(_tabs_key(scope, day), partial(_counted, rows, scope, day, list(waiting)))
    views = [SavedView(_("未了结"), "")]
    views += [SavedView(title, f"waits={what}", counts[what]) for what, title in waiting.items()]
    views.append(SavedView(_("已超期"), "due=overdue", counts["overdue"]))
    return views


def _tabs_key(scope: Scope, day: date) -> kept.Key:
    return kept.tabs_of("issues", scope.unit, day, scope.appointment_id)


def _waiting(scope: Scope) -> dict[str, str]:
    """What may wait for this post, by the condition that holds it."""
    mends = scope.level == "committee" and any(scope.may(each) for each in FIXED_BY.values())
    known = (
        (mends, "mend", _("待我改")),
        (scope.may(Capability.EXCEPT_ISSUES), "answer", _("待审批无误")),
        (scope.may(Capability.MANAGE_ISSUES), "check", _("待我复核")),
    )
    return {what: title for may, what, title in known if may}


def _counted(
    rows: IssueQuerySet, scope: Scope, day: date, waiting: Sequence[str]
) -> dict[str, int]:
    """How many issues stand under each tab."""
    counts = {what: rows.waiting(what, scope).count() for what in waiting}
    return counts | {"overdue": rows.overdue_on(day).count()}


def _shown_unit(request: PortalRequest, scope: Scope, names: Mapping[int, str]) -> int:
    asked = request.GET.get("unit", "")
    code = int(asked) if asked.isascii() and asked.isdigit() else 0
    return code if code in names else scope.unit


@dataclass(frozen=True)
class Tab:
    """A view of the rules with the number of issues behind it."""

    title: str
    query: str
    count: int


def _tabs(states: Sequence[RuleState]) -> list[Tab]:
    def total(key: str) -> int:
        return sum(s.open for s in states if key in {s.rule.severity, s.rule.about})

    return [
        Tab(_("全部"), "", sum(state.open for state in states)),
        Tab(_("必改"), "severity=must", total("must")),
        Tab(_("应改"), "severity=should", total("should")),
        Tab(_("提醒"), "severity=note", total("note")),
        *(Tab(str(title), f"about={about}", total(about)) for about, title in ABOUT_TITLES.items()),
    ]


@dataclass(frozen=True)
class UnitBar:
    """Open issues of the chosen rule in one unit; `width` in percent of the room."""

    name: str
    count: int
    width: float
    code: int | None


def _bars(state: RuleState, names: Mapping[int, str]) -> list[UnitBar]:
    """The units with most issues, the others together at the end."""
    shown, others = state.units[:MOST_UNITS], state.units[MOST_UNITS:]
    rest = sum(count for _code, count in others)
    longest = max([count for _code, count in shown] + [rest], default=0)
    bars = [
        UnitBar(names.get(code, ""), count, round(count * 75 / longest, 1), code)
        for code, count in shown
    ]
    if rest:
        words = _("其余 %(n)d 个") % {"n": len(others)}
        bars.append(UnitBar(words, rest, round(rest * 75 / longest, 1), None))
    return bars
