"""Spot checks as acts: plan, draw, go, judge, publish, extend, forget (one module for each)."""

from residents.services.spotchecks.fielding import (
    Seen,
    Visit,
    close_round,
    enter_visit,
    open_round,
    verifiers_for,
)
from residents.services.spotchecks.judging import compared, judge_person
from residents.services.spotchecks.keeping import purge_sheets
from residents.services.spotchecks.planning import (
    Planned,
    extend_round,
    facts_of,
    need_of,
    plan_round,
)
from residents.services.spotchecks.publishing import estimate_round, publish_round
from residents.services.spotchecks.sampling import Proof, draw_round, drawn_keys, prove

__all__ = [
    "Planned",
    "Proof",
    "Seen",
    "Visit",
    "close_round",
    "compared",
    "draw_round",
    "drawn_keys",
    "enter_visit",
    "estimate_round",
    "extend_round",
    "facts_of",
    "judge_person",
    "need_of",
    "open_round",
    "plan_round",
    "prove",
    "publish_round",
    "purge_sheets",
    "verifiers_for",
]
