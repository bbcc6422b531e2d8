"""The bar of five stages, and the one act that takes the cycle on."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from assessment import transitions
from assessment.models import AssessmentCycle, Stage

#: The stage of the bar that each stage of the cycle belongs to; 5 is past the last.
PLACES = {
    Stage.DRAFT: -1, Stage.OPEN: 0, Stage.SELF_ASSESSED: 1, Stage.REVIEWED: 1,
    Stage.PRE_PUBLISHED: 2, Stage.APPEAL: 3, Stage.FINAL: 5,
}  # fmt: skip


@dataclass(frozen=True)
class StageBox:
    title: str
    state: str
    progress: str
    dates: str


@dataclass(frozen=True)
class Forward:
    """What the button does, and what keeps it from doing so."""

    title: str
    why_not: str


def stage_boxes(cycle: AssessmentCycle, now: transitions.Standing, reviewed: int) -> list[StageBox]:
    """Five boxes: name, progress, dates.

    :param reviewed: units whose review is over
    """
    place = PLACES[Stage(cycle.stage)]
    boxes = [
        (_("自评"), _("%(a)s / %(b)s 已提交") % {"a": now.submitted, "b": now.units},
         _span(cycle.self_from, cycle.self_to)),
        (_("复核"),
         _("%(a)s / %(b)s 已完成") % {"a": reviewed, "b": now.units} if place > 0 else "",
         _("%(day)s 前") % {"day": f"{cycle.review_to:%m-%d}"}),
        (_("公示"), _("5 个工作日"), _until(cycle.publish_until)),
        (_("申诉"), _("5 个工作日"), _until(cycle.appeal_until)),
        (_("定稿"), _("区领导小组审定"), _("%(day)s 前") % {"day": f"{cycle.final_by:%m-%d}"}),
    ]  # fmt: skip
    return [
        StageBox(title, _state(index, place), progress, dates)
        for index, (title, progress, dates) in enumerate(boxes)
    ]


def _state(index: int, place: int) -> str:
    if index == place:
        return "now"
    return "done" if index < place else "todo"


def _span(first: date, last: date) -> str:
    return _("%(first)s 至 %(last)s") % {"first": f"{first:%m-%d}", "last": f"{last:%m-%d}"}


def _until(day: date | None) -> str:
    return _("至 %(day)s") % {"day": f"{day:%m-%d}"} if day else ""


def forward(cycle: AssessmentCycle, now: transitions.Standing) -> Forward | None:
    """The next step and what is in its way; None once the cycle is final."""
    titles = {
        Stage.DRAFT: _("开始自评"),
        Stage.OPEN: _("转入复核"),
        Stage.SELF_ASSESSED: _("完成复核"),
        Stage.REVIEWED: _("转入公示"),
        Stage.PRE_PUBLISHED: _("转入申诉"),
        Stage.APPEAL: _("定稿"),
    }
    title = titles.get(Stage(cycle.stage))
    if title is None:
        return None
    return Forward(title, transitions.why_not_advance(cycle.stage, now))
