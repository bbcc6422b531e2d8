"""What the page of a case shows: stages, conditions, materials, dwelling, process, next acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from housing.codes import OCCUPANCY_STATUSES, TENURES
from housing.legality import TITLES as LEGALITY
from permits import eligibility, materials, services, transitions
from permits.forms import CompleteForm, IssueForm, RefuseForm, ReviewForm, WordForm
from permits.models import (
    EligibilityCheck,
    PermitApplication,
    PermitMaterial,
    ResidencePermit,
)
from permits.services.gate import NEEDED, check_may_move
from permits.tables import TONES
from portal.orgs.access import PortalRequest
from portal.orgs.capabilities import Capability
from portal.rules.services import Rule, rule_on
from portal.rules.working_days import working_days_left
from portal.ui import formats
from portal.ui.pages import page
from residents.categories import SEXES
from residents.identity import age_on
from residents.models import Residence

STAMPS = (
    ("applied_on", "", "申请", "brand"),
    ("missing_notice_at", "", "一次性告知应补材料", "warn"),
    ("accepted_at", "accepted_by_name", "受理", "ok"),
    ("transferred_at", "transferred_by_name", "移送审查", "ok"),
    ("reviewed_at", "reviewed_by_name", "审查", "ok"),
    ("decided_at", "decided_by_name", "审批", "ok"),
    ("reconsidered_at", "", "申请复议", "warn"),
    ("made_at", "", "制证完成", "ok"),
    ("collected_at", "", "领证", "ok"),
    ("withdrawn_at", "", "撤回", ""),
)


def show(
    request: PortalRequest, case: PermitApplication, *, problem: str = "", **forms: Any
) -> HttpResponse:
    """The page of a case; `forms` are those that came back with errors."""
    today = timezone.localdate()
    rule = rule_on(case.rule.split()[0], case.applied_on)
    checks = list(EligibilityCheck.objects.filter(case=case).order_by("condition"))
    episode = Residence.objects.in_scope(request.scope).filter(pk=case.residence_id).first()
    permit: ResidencePermit | None = getattr(case, "permit", None)
    context = {
        "case": case,
        "problem": problem,
        "state": {"text": transitions.TITLES[case.state], "tone": TONES.get(case.state, "info")},
        "person": _person(request, case, episode, today),
        "steps": _steps(case),
        "deadline": _deadline(case, rule, today),
        "rule": rule,
        "rule_words": eligibility.in_words(rule["conditions"]),
        "checks": checks,
        "verdict": eligibility.judge(
            rule["conditions"], {check.condition: check.met for check in checks}
        ),
        "titles": eligibility.TITLES,
        "met_titles": eligibility.MET_TITLES,
        "materials": _materials(case),
        "home": _home(request, case),
        "permit": permit,
        "endorsement": _endorsement(permit, rule),
        "events": _events(case, today),
        "trail_url": _trail(request, case),
        "acts": _acts(request, case),
        "crumbs": [
            {"title": _("居住证"), "url": reverse("permits:list")},
            {"title": case.case_no, "url": ""},
        ],
    }
    return page(request, "permits/case.html", context | _forms(request, case, checks) | forms)


def _forms(
    request: PortalRequest, case: PermitApplication, checks: Sequence[EligibilityCheck]
) -> dict[str, Any]:
    """The forms of the acts that this post may do now."""
    able = _able(request, case)
    forms: dict[str, Any] = {}
    if "accept" in able:
        forms["complete_form"] = CompleteForm(missing=case.missing_items)
    if "examine" in able:
        forms["review_form"] = ReviewForm(checks=checks)
    if "refuse" in able:
        forms["refuse_form"] = RefuseForm()
    if "issue" in able:
        forms["issue_form"] = IssueForm(initial={"issued_on": timezone.localdate()})
    if able & {"withdraw", "reconsider"}:
        forms["word_form"] = WordForm()
    return forms


def _able(request: PortalRequest, case: PermitApplication) -> set[str]:
    """The acts that may follow now, by this person."""
    return {
        act
        for act in transitions.MOVES[case.state]
        if request.scope.may(NEEDED[act]) and _passes(case, act, request)
    } | ({"examine"} if _may_examine(request, case) else set())


def _may_examine(request: PortalRequest, case: PermitApplication) -> bool:
    return (
        request.scope.may(NEEDED["examine"])
        and case.state in {transitions.TRANSFERRED, transitions.REVIEWING}
        and _passes(case, "examine", request)
    )


def _passes(case: PermitApplication, act: str, request: PortalRequest) -> bool:
    try:
        check_may_move(case, act, request.scope)
    except services.UnableToMove:
        return False
    return True


def _acts(request: PortalRequest, case: PermitApplication) -> dict[str, bool]:
    """Names of possible acts for the template."""
    return dict.fromkeys(sorted(_able(request, case)), True)


def _person(
    request: PortalRequest, case: PermitApplication, episode: Residence | None, today: date
) -> dict[str, Any]:
    facts = [case.get_reason_display()]
    if episode is not None:
        facts = [f"{SEXES.title(episode.sex)} {age_on(episode.birth_date, today)} 岁"]
        facts += [episode.origin] if episode.origin else []
    seen = request.scope.may(Capability.VIEW_REGISTER)
    reveal = request.scope.may(Capability.REVEAL_IDENTITY) and seen
    return {
        "facts": facts,
        "url": _address("residents:person", case.applicant_id) if seen else "",
        "reveal_url": _address("residents:reveal", case.applicant_id) if reveal else "",
    }


def _steps(case: PermitApplication) -> list[dict[str, str]]:
    now = transitions.stage_of(case.state, reviewed=case.reviewed_at is not None)
    return [
        {
            "title": _(title),
            "state": "done" if place < now else "now" if place == now else "todo",
            "url": "",
        }
        for place, (title, _states) in enumerate(transitions.STAGES)
    ]


@dataclass(frozen=True)
class Deadline:
    """Until when the case is decided, in the words of its rule."""

    on: date
    words: str
    late: bool


def _deadline(case: PermitApplication, rule: Rule, today: date) -> Deadline | None:
    if case.due_on is None or case.decided_at is not None or case.withdrawn_at is not None:
        return None
    late = case.due_on < today
    if rule["decision_working_days"]:
        left = working_days_left(today, case.due_on)
        words = _("超期 %(n)d 个工作日") if late else _("剩 %(n)d 个工作日")
    else:
        left = (case.due_on - today).days
        words = _("超期 %(n)d 天") if late else _("剩 %(n)d 天")
    return Deadline(case.due_on, words % {"n": abs(left)}, late)


def _materials(case: PermitApplication) -> list[dict[str, Any]]:
    rows = {row.kind: row for row in PermitMaterial.objects.filter(case=case)}
    return [
        {"material": material, "row": rows[material.key]}
        for material in materials.needed_for(case.reason)
        if material.key in rows
    ]


def _home(request: PortalRequest, case: PermitApplication) -> dict[str, Any]:
    """The dwelling by its code, as the register has it now."""
    dwelling = case.dwelling
    beside = PermitApplication.objects.in_scope(request.scope).filter(
        Q(permit__status="valid"), dwelling_id=dwelling.pk
    )
    area, people = dwelling.floor_area, dwelling.occupants
    return {
        "dwelling": dwelling,
        "tenure": TENURES.title(dwelling.tenure),
        "occupancy": OCCUPANCY_STATUSES.title(dwelling.occupancy),
        "legality": LEGALITY.get(dwelling.legality, ""),
        "lawful": dwelling.legality == "1",
        "each": area / people if area and people else None,
        "permits": beside.count(),
        "url": _address("housing:dwelling", dwelling.pk)
        if request.scope.may(Capability.VIEW_REGISTER)
        else "",
    }


def _endorsement(permit: ResidencePermit | None, rule: Rule) -> dict[str, Any] | None:
    if permit is None:
        return None
    return {
        "from": permit.valid_to - timedelta(days=rule["window_days"]),
        "until": permit.valid_to,
        "make_up": permit.valid_to + timedelta(days=rule["make_up_days"]),
    }


def _events(case: PermitApplication, today: date) -> list[dict[str, str]]:
    """What happened, the newest first."""
    told = {
        "missing_notice_at": "、".join(
            materials.MATERIALS[key].title for key in case.missing_items
        ),
        "reviewed_at": case.get_review_result_display(),
        "decided_at": (case.refusal_reason and _("不予办理")) or _("批准"),
    }  # fmt: skip
    events = []
    for column, name, title, tone in STAMPS:
        stamp = getattr(case, column)
        if stamp is None:
            continue
        words = [told.get(column, ""), getattr(case, name) if name else ""]
        events.append(
            (
                _moment(stamp),
                {"at": _stamp(stamp, today), "title": _(title), "tone": tone,
                 "text": "　".join(filter(None, words))},
            )
        )  # fmt: skip
    return [event for _when, event in sorted(events, key=lambda pair: pair[0], reverse=True)]


def _moment(stamp: date | datetime) -> str:
    local = timezone.localtime(stamp) if isinstance(stamp, datetime) else stamp
    return local.isoformat()


def _stamp(stamp: date | datetime, today: date) -> str:
    if isinstance(stamp, datetime):
        return formats.moment(timezone.localtime(stamp), today)
    return formats.short_day(stamp, today)


def _trail(request: PortalRequest, case: PermitApplication) -> str:
    if not request.scope.may(Capability.VIEW_AUDIT):
        return ""
    return f"{reverse('desk:audit')}?kind={case._meta.label_lower}&record={case.pk}&period=365"


def _address(view: str, key: Any) -> str:
    try:
        return reverse(view, args=[key])
    except NoReverseMatch:
        return ""
