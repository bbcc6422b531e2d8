"""Opening a year's assessment and taking it from stage to stage."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import transitions
from assessment.models import (
    AssessmentCycle,
    Indicator,
    PublishedResult,
    Score,
    SheetState,
    Stage,
    UnitSheet,
)
from assessment.ranking import ranks
from assessment.scoring import rounded
from assessment.services.common import UnableToAssess, _locked_cycle, _note
from assessment.services.selfassess import _settle_sheet
from assessment.tree import Tree, UnusableTree, read_tree
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import Rule, rule_on
from portal.rules.working_days import add_working_days

PUBLISHED_FROM = frozenset({Stage.PRE_PUBLISHED, Stage.APPEAL, Stage.FINAL})


@transaction.atomic
def open_cycle(*, year: int, by: Scope, at: datetime) -> AssessmentCycle:
    """Begin a year's assessment of the streets and towns, under the rules in force now.

    The tree is copied into the cycle: a later revision of the rule does not change this year.

    :raises UnableToAssess: the year has its assessment, or the tree cannot be scored with
    :raises NotAllowed: `by` does not run assessments
    """
    require(by, Capability.RUN_ASSESSMENT)
    day = timezone.localdate(at)
    if AssessmentCycle.objects.filter(unit_id=by.unit, year=year).exists():
        raise UnableToAssess(_("%(year)s 年度的考核已经开展") % {"year": year})
    rule = rule_on("assessment_indicators", day)
    try:
        tree = read_tree(rule.parameters)
    except UnusableTree as why:
        raise UnableToAssess(str(why)) from why
    cycle = _new_cycle(year, rule, tree, by, at)
    _copy_tree(cycle, tree)
    streets = OrgUnit.objects.under(by.unit).on(day).streets().order_by("code")
    UnitSheet.objects.bulk_create(
        UnitSheet(id=new_id(), cycle=cycle, committee=street) for street in streets
    )
    _note(cycle, by.unit, _("开展年度考核，%(rule)s") % {"rule": rule.label}, by=by, at=at)
    record(
        "assessment.cycle_opened", by=by, at=at, target=cycle,
        changes={"year": year, "rule": rule.label, "units": len(streets)},
    )  # fmt: skip
    return cycle


def _new_cycle(year: int, rule: Rule, tree: Tree, by: Scope, at: datetime) -> AssessmentCycle:
    days = rule_on("assessment_calendar", timezone.localdate(at)).parameters
    return AssessmentCycle.objects.create(
        unit_id=by.unit, year=year, stage_since=timezone.localdate(at), opened_at=at,
        freeze_on=_day(year, days["freeze"]), self_from=_day(year, days["self_from"]),
        self_to=_day(year, days["self_to"]), review_to=_day(year, days["review_to"]),
        final_by=_day(year + 1, days["final_by"]), rule_label=rule.label,
        grades=[[letter, str(low)] for letter, low in tree.grades],
    )  # fmt: skip


def _day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")


def _copy_tree(cycle: AssessmentCycle, tree: Tree) -> None:
    titles = {family.code: family.title for family in tree.families}
    Indicator.objects.bulk_create(
        Indicator(
            cycle=cycle, code=each.code, position=position, family=each.family,
            family_title=titles[each.family], title=each.title, metrics=list(each.metrics),
            formula=each.formula, reading=each.reading, weight=each.weight,
            scoring=dict(each.scoring), evidence_kind=each.evidence, clause=each.clause,
        )
        for position, each in enumerate(tree.indicators, 1)
    )  # fmt: skip


@transaction.atomic
def advance_stage(*, cycle_id: uuid.UUID, version: int, by: Scope, at: datetime) -> AssessmentCycle:
    """Take the cycle to its next stage, never back.

    Leaving the self-assessment after its deadline submits what streets have not submitted, with
    the computed values. Publishing shows everybody the totals.

    :raises UnableToAssess: something is missing, or somebody else advanced it meanwhile
    """
    require(by, Capability.RUN_ASSESSMENT)
    cycle = _locked_cycle(cycle_id)
    if cycle.version != version:
        raise UnableToAssess(_("考核环节刚被他人推进，请核对后再操作"))
    day = timezone.localdate(at)
    if why := transitions.why_not_advance(cycle.stage, standing(cycle, day)):
        raise UnableToAssess(why)
    before, cycle.stage = cycle.stage, transitions.NEXT_STAGE[cycle.stage]
    cycle.stage_since = day
    cycle.version += 1
    _enter(cycle, by, at)
    cycle.save(update_fields=["stage", "stage_since", "version", "publish_until", "appeal_until"])
    text = _("转入%(stage)s") % {"stage": cycle.get_stage_display()}
    _note(cycle, cycle.unit_id, text, by=by, at=at)
    record(
        "assessment.stage_moved", by=by, at=at, target=cycle,
        changes={"stage": [before, cycle.stage]},
    )  # fmt: skip
    return cycle


def standing(cycle: AssessmentCycle, day: date) -> transitions.Standing:
    """What the gate looks at."""
    sheets = UnitSheet.objects.filter(cycle=cycle).values_list("state", flat=True)
    scores = Score.objects.filter(indicator__cycle=cycle).values_list("state", flat=True)
    return standing_of(cycle, day, list(sheets), list(scores))


def standing_of(
    cycle: AssessmentCycle, day: date, sheets: Sequence[str], scores: Sequence[str]
) -> transitions.Standing:
    """The same where the states of the cycle's sheets and scores have been read."""
    return transitions.Standing(
        day=day,
        is_computed=cycle.computed_at is not None,
        units=len(sheets),
        submitted=sum(state != SheetState.AWAITING for state in sheets),
        self_to=cycle.self_to,
        unsettled=sum(state in transitions.UNSETTLED for state in scores),
        publish_until=cycle.publish_until,
        appeal_until=cycle.appeal_until,
    )


def _enter(cycle: AssessmentCycle, by: Scope, at: datetime) -> None:
    """What entering a stage causes."""
    day = timezone.localdate(at)
    days = rule_on("assessment_calendar", timezone.localdate(cycle.opened_at))
    if cycle.stage == Stage.SELF_ASSESSED:
        _submit_the_rest(cycle, by, at)
    if cycle.stage == Stage.PRE_PUBLISHED:
        cycle.publish_until = add_working_days(day, days["publish_days"])
    if cycle.stage == Stage.APPEAL:
        cycle.appeal_until = add_working_days(day, days["appeal_days"])
    if cycle.stage in PUBLISHED_FROM:
        _publish(cycle)


def _submit_the_rest(cycle: AssessmentCycle, by: Scope, at: datetime) -> None:
    waiting = UnitSheet.objects.filter(cycle=cycle, state="awaiting").select_for_update()
    for sheet in waiting.order_by("committee_id"):
        _settle_sheet(cycle, sheet, by_name="", at=at)
        text = _("逾期未提交自评，按系统计算值提交")
        _note(cycle, sheet.committee_id, text, by=by, at=at)


def _publish(cycle: AssessmentCycle) -> None:
    """Copy totals, ranks, grades and family points to where every taker of part may read."""
    sheets = list(UnitSheet.objects.filter(cycle=cycle).order_by("committee_id"))
    totals: dict[int, Decimal | None] = {
        sheet.committee_id: None if sheet.total is None else rounded(sheet.total)
        for sheet in sheets
    }
    placed = ranks(totals)
    PublishedResult.objects.filter(cycle=cycle).delete()
    PublishedResult.objects.bulk_create(
        PublishedResult(
            cycle=cycle, unit_id=sheet.committee_id, total=totals[sheet.committee_id],
            rank=placed[sheet.committee_id], grade=sheet.grade, families=sheet.families,
        )
        for sheet in sheets
    )  # fmt: skip
