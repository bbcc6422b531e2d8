"""The district's review: accept, adjust by two persons, send back; each with its reason."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessment import transitions
from assessment.models import Evidence, Score, Stage
from assessment.services.common import UnableToAssess, _locked_score, _note, _retotal
from assessment.services.selfassess import check_text
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats


@transaction.atomic
def review(
    *, score_id: uuid.UUID, act: str, reason: str, version: int, by: Scope, at: datetime,
    points: Decimal | None = None,
) -> Score:  # fmt: skip
    """One act of review on one score.

    `act`: `accept` the computed value, `propose` other points, `second` or `refuse` somebody
    else's proposal, `send_back` to the street.

    :raises UnableToAssess: not the stage, no reason, no points, or the same person twice
    """
    require(by, Capability.RUN_ASSESSMENT)
    score = _locked_score(score_id, version, by)
    _may_review(score, act)
    check_text(reason)
    if not reason.strip() and act != "second":
        raise UnableToAssess(_("请写明复核理由"))
    before = score.state
    text = _ACTS[act](score, points, by)
    score.state = transitions.after(act)
    score.review_note = (reason.strip() or score.review_note)[:500]
    score.version += 1
    score.save(
        update_fields=[
            "state", "final", "proposed", "proposed_by", "proposed_name", "review_note", "version",
        ]
    )  # fmt: skip
    cycle, unit = score.indicator.cycle, score.committee_id
    _retotal(cycle, unit)
    words = f"{text}：{reason.strip()}" if reason.strip() else text
    _note(cycle, unit, words, by=by, at=at, indicator=score.indicator)
    record(
        "assessment.reviewed", by=by, at=at, target=score, committee=unit, reason=reason,
        changes={"indicator": score.indicator.code, "state": [before, score.state],
                 "points": score.final or score.proposed},
    )  # fmt: skip
    return score


def _may_review(score: Score, act: str) -> None:
    if score.indicator.cycle.stage != Stage.SELF_ASSESSED:
        raise UnableToAssess(_("不在复核环节"))
    if act not in _ACTS or not transitions.may(act, score.state):
        raise UnableToAssess(_("这一项现在不能这样处理，请刷新后再看"))


def _accept(score: Score, points: Decimal | None, by: Scope) -> str:
    if score.computed is None:
        raise UnableToAssess(_("这一项没有系统计算值，请用“调整得分”，由两人复核"))
    score.final = score.computed
    return _("按系统计算值 %(points)s 分") % {"points": formats.decimal(score.computed)}


def _propose(score: Score, points: Decimal | None, by: Scope) -> str:
    if points is None or not 0 <= points <= score.indicator.weight:
        weight = f"{score.indicator.weight:f}"
        raise UnableToAssess(_("调整后的得分应在 0 到 %(weight)s 之间") % {"weight": weight})
    score.proposed, score.proposed_by = points, by.user_id
    score.proposed_name = by.user_name
    return _("拟调整为 %(points)s 分") % {"points": formats.decimal(points)}


def _second(score: Score, points: Decimal | None, by: Scope) -> str:
    _is_another(score, by)
    score.final = score.proposed
    return _("同意调整为 %(points)s 分") % {"points": formats.decimal(score.final)}


def _refuse(score: Score, points: Decimal | None, by: Scope) -> str:
    _is_another(score, by)
    score.proposed, score.proposed_by, score.proposed_name = None, None, ""
    return _("不同意调整")


def _is_another(score: Score, by: Scope) -> None:
    if score.proposed_by == by.user_id:
        raise UnableToAssess(_("调整得分须由两人复核，提出人不能自己确认"))


def _send_back(score: Score, points: Decimal | None, by: Scope) -> str:
    score.proposed, score.proposed_by, score.proposed_name = None, None, ""
    return _("退回补正")


_ACTS = {
    "accept": _accept,
    "propose": _propose,
    "second": _second,
    "refuse": _refuse,
    "send_back": _send_back,
}


@transaction.atomic
def check_evidence(*, evidence_id: uuid.UUID, checked: str, by: Scope, at: datetime) -> Evidence:
    """Say whether a document agrees with the snapshot."""
    require(by, Capability.RUN_ASSESSMENT)
    paper = Evidence.objects.in_scope(by).select_for_update().filter(pk=evidence_id).first()
    if paper is None or checked not in {"ok", "differs"}:
        raise UnableToAssess(_("没有这份佐证"))
    before, paper.checked = paper.checked, checked
    paper.save(update_fields=["checked"])
    record(
        "assessment.reviewed", by=by, at=at, target=paper, committee=paper.committee_id,
        changes={"checked": [before, checked]},
    )  # fmt: skip
    return paper
