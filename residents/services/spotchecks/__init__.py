"""Spot checks as acts: plan, draw, go, judge, publish, recheck, forget (one module for each)."""

from residents.services.spotchecks.fielding import (
    Seen,
    Visit,
    close_round,
    enter_visit,
    open_round,
    verifiers_for,
)
from residents.services.spotchecks.judging import compared, judge_person
from residents.services.spotchecks.keeping import cancel_round, purge_sheets
from residents.services.spotchecks.planning import (
    Planned,
    extend_round,
    facts_of,
    need_of,
    plan_round,
)
from residents.services.spotchecks.publishing import estimate_round, publish_round
from residents.services.spotchecks.rechecking import (
    differing,
    may_recheck,
    recheck_round,
    to_recheck,
)
from residents.services.spotchecks.sampling import Proof, draw_round, drawn_keys, prove
from residents.services.spotchecks.walking import PlaceSeen, drop_place, note_place

__all__ = [
    "PlaceSeen",
    "Planned",
    "Proof",
    "Seen",
    "Visit",
    "cancel_round",
    "close_round",
    "compared",
    "differing",
    "draw_round",
    "drawn_keys",
    "drop_place",
    "enter_visit",
    "estimate_round",
    "extend_round",
    "facts_of",
    "judge_person",
    "may_recheck",
    "need_of",
    "note_place",
    "open_round",
    "plan_round",
    "prove",
    "publish_round",
    "purge_sheets",
    "recheck_round",
    "to_recheck",
    "verifiers_for",
]
