"""From finds to figures: weights, rate and interval, the second estimate beside it, and leads.

Paper: S-32, S-69, S-70.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.models import Lead, Residence, SpotItem, SpotPerson, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.leading import LeadTold, found_lead
from residents.services.spotchecks.judging import BESIDES, FIELDS
from residents.services.spotchecks.planning import go_on, locked, told
from residents.services.spotchecks.rechecking import agreement_of
from residents.services.spotchecks.walking import CHECKED_AT_THE_DOOR, tell_places
from residents.spotchecks import estimating
from residents.spotchecks.estimating import (
    ALIKE,
    Case,
    DualSystem,
    Stratum,
    Sums,
    Tally,
)
from residents.spotchecks.telling import why_not

#: How much each field of a record weighs in the share of right fields (domain §4.3).
WEIGHTS = {"dwelling": 3, "name": 2, "tail": 3, "born": 2, "sex": 1, "category": 2, "phone": 1,
           "begin": 1}  # fmt: skip


@dataclass
class Finds:
    """A round and those it extends: their draws, settled ones apart, and what each stands for."""

    rounds: list[SpotRound]
    items: list[SpotItem]
    tallies: dict[str, Tally]
    weights: dict[str, float]

    @property
    def settled(self) -> list[SpotItem]:
        return [item for item in self.items if item.is_settled]


def finds_of(row: SpotRound) -> Finds:
    """Everything that was found, each settled draw with the weight that non-contact gives it."""
    rounds = [row]
    while rounds[-1].extends is not None:
        rounds.append(rounds[-1].extends)
    items = list(SpotItem.objects.filter(round__in=rounds).order_by("round_id", "number"))
    people: dict[UUID, list[SpotPerson]] = defaultdict(list)
    for person in SpotPerson.objects.filter(item__round__in=rounds):
        people[person.item_id].append(person)
    tallies = _tallies(row, rounds[1:], items)
    weights = estimating.weights(tallies)
    for item in items:
        _settle(item, people[item.pk], weights.get(item.stratum, 0.0))
    return Finds(rounds, items, tallies, weights)


def _tallies(row: SpotRound, before: list[SpotRound], items: list[SpotItem]) -> dict[str, Tally]:
    """Frame, draws and settled draws by stratum; what was drawn before is of the frame too."""
    drawn = Counter(item.stratum for item in items)
    earlier = Counter(item.stratum for item in items if item.round_id != row.pk)
    settled = Counter(item.stratum for item in items if item.is_settled)
    keys = [*row.design, *(key for key in earlier if key not in row.design)]
    return {
        key: Tally(row.design.get(key, {}).get("frame", 0) + earlier[key], drawn[key], settled[key])
        for key in keys
    }


def _settle(item: SpotItem, people: list[SpotPerson], weight: float) -> None:
    if not item.is_settled:
        item.cases = item.right = item.records = item.proven = 0
        item.weight = 0
        return
    item.weight = round(weight, 4)
    right = [person for person in people if person.right]
    if item.kind == "reverse":
        item.cases, item.right = 1, len(right)
        item.records, item.proven = 1, item.right
        return
    item.cases, item.right = len(people), len(right)
    item.proven = min(item.records, sum(person.is_here for person in right))


def estimate_round(row: SpotRound) -> dict[str, Any]:
    """What the round comes to, as it is told and kept; `value` is None when nobody was met."""
    return _result(row, finds_of(row))


def _result(row: SpotRound, finds: Finds) -> dict[str, Any]:
    settled = finds.settled
    cases = [Case(float(item.weight), item.cases, item.right) for item in settled]
    found = estimating.rate(Sums.of(cases), ALIKE if row.is_forward else 0)
    share = estimating.response(finds.tallies)
    result: dict[str, Any] = {
        "value": found and found.value,
        "low": found and found.interval.low,
        "high": found and found.interval.high,
        "effective": found and found.effective,
        "effect": found and found.effect,
        "response": share,
        "drawn": len(finds.items), "settled": len(settled),
        "cases": sum(item.cases for item in settled), "right": sum(item.right for item in settled),
        "records": sum(item.records for item in settled),
        "proven": sum(item.proven for item in settled),
        "strata": {key: asdict(each) for key, each in finds.tallies.items()},
        "outcomes": dict(Counter(item.outcome or "nobody" for item in finds.items)),
    }  # fmt: skip
    result |= _forward(row, result) if row.is_forward else _reverse(finds, result)
    return result


def _forward(row: SpotRound, result: dict[str, Any]) -> dict[str, Any]:
    dual = DualSystem(result["cases"], result["right"], result["records"], result["proven"])
    registered = Residence.objects.under(row.committee_id).actual().count()
    return {
        "total": dual.total, "chapman": dual.chapman, "variance": dual.variance,
        "erroneous": dual.erroneous, "gross": dual.gross,
        "omission": None if result["value"] is None else 1 - result["value"],
        "registered": registered,
        "population": dual.population(registered, result["value"] or 0.0),
    }  # fmt: skip


def _reverse(finds: Finds, result: dict[str, Any]) -> dict[str, Any]:
    strata = [
        Stratum(
            tally.frame, tally.settled,
            sum(item.right for item in finds.settled if item.stratum == key),
        )
        for key, tally in finds.tallies.items()
    ]  # fmt: skip
    found = estimating.stratified(strata)
    outer = estimating.bounds(
        result["settled"], result["right"], result["drawn"] - result["settled"]
    )
    return {
        "error": found and found.error,
        "all_wrong": outer and outer.low, "all_right": outer and outer.high,
        "fields": _fields(finds.settled), "untold": _untold(finds.settled),
    }  # fmt: skip


def _asked(items: Sequence[SpotItem]) -> list[str]:
    """The fields that people were asked for: of older draws fewer."""
    return [*FIELDS, *(BESIDES if any(item.asks_more for item in items) else ())]


def _fields(items: Sequence[SpotItem]) -> dict[str, list[int]]:
    """Of each field how many were right, of how many that were told; and all by their weights."""
    outcomes = [item.outcome for item in items]
    checks = [item.field_checks for item in items if item.field_checks]
    told = {"dwelling": [outcomes.count("lives"), len(outcomes)]} | {
        key: [
            sum(each.get(key) == "right" for each in checks),
            sum(each.get(key) in ("right", "wrong") for each in checks),
        ]
        for key in _asked(items)
    }
    told["weighted"] = [
        sum(WEIGHTS[key] * told[key][side] for key in told) for side in (0, 1)
    ]  # fmt: skip
    return told


def _untold(items: Sequence[SpotItem]) -> dict[str, int]:
    """Of each field how many did not tell it, or the register has nothing to hold it to."""
    checks = [item.field_checks for item in items]
    return {"dwelling": 0} | {
        key: sum(each.get(key) == "unknown" for each in checks) for key in _asked(items)
    }


@transaction.atomic
def publish_round(*, round_id: Any, by: Scope, at: datetime) -> SpotRound:
    """Show the round to the units it was about; finds become leads of their committees.

    So do places that no list has, whether or not the round counts.

    Of a recheck the agreement alone is told: it says which visits differ, not who is right.

    :raises UnableToCheck: not matched, or near matches are still to be judged by two people
    """
    row = locked(round_id=round_id, by=by, at=at)
    go_on(row, "published")
    waiting = SpotPerson.objects.filter(item__round=row).undecided().count()
    if waiting:
        raise UnableToCheck(f"还有 {waiting} 条相近的人员没有由两人核对一致")
    row.published_at, row.published_by = at, by.user_name
    found = tell_places(row=row, by=by, at=at)
    if row.is_recheck:
        row.result = agreement_of(row)
        row.save()
        told("published", row, by, at, {
            "same": row.result["same"], "of": row.result["settled"], "places": found,
        })  # fmt: skip
        return row
    finds = finds_of(row)
    row.result = _result(row, finds)
    row.counted = not why_not(row.result)
    row.save()
    for item in finds.items:
        item.disclosed = True
        item.counted_on = today_of(at) if row.counted else None
    update_rows(
        finds.items,
        ["cases", "right", "records", "proven", "weight", "disclosed", "counted_on"],
    )
    SpotPerson.objects.filter(item__round=row).update(disclosed=True)
    SpotRound.objects.filter(pk__in=[each.pk for each in finds.rounds]).update(counted=row.counted)
    made = _leads(row, by, at)
    told("published", row, by, at, {"leads": made, "places": found, "counted": row.counted})
    return row


def _leads(row: SpotRound, by: Scope, at: datetime) -> int:
    """One lead for each dwelling whose register differs from what was found."""
    made = 0
    items = row.items.select_related("dwelling").order_by("number")
    people: dict[UUID, list[SpotPerson]] = defaultdict(list)
    for person in SpotPerson.objects.filter(item__round=row, right=False).order_by("id"):
        people[person.item_id].append(person)
    for item in items:
        found = people[item.pk]
        words = _words(item, found)
        if words is None:
            continue
        kind, text, priority = words
        lead = found_lead(
            told=LeadTold(kind=kind, place=item.dwelling.short_address, text=text[:200],
                          channel=CHECKED_AT_THE_DOOR, priority=priority.value),
            committee=item.committee_id, dwelling=item.dwelling, by=by, at=at,
        )  # fmt: skip
        for person in found:
            person.lead_id = lead.pk
        update_rows(found, ["lead_id"])
        made += 1
    return made


def _words(item: SpotItem, found: list[SpotPerson]) -> tuple[str, str, Lead.Priority] | None:
    """The kind of lead, its words and how soon; None where the register is right."""
    high = Lead.Priority.HIGH
    who = "、".join(f"{each.name}（{each.born}年生）" for each in found)
    if item.kind == "forward":
        said = f"抽查：{item.as_of} 当晚住在这里，本居委没有登记：{who}"
        return (Lead.Kind.NEW.value, said, high) if found else None
    if item.outcome in ("moved", "never", "deceased"):
        return Lead.Kind.CANCEL.value, f"抽查：{item.name}{item.get_outcome_display()}", high
    asked = (FIELDS | BESIDES) if found else BESIDES  # two have said that the others are right
    wrong = "、".join(
        title for key, title in asked.items() if item.field_checks.get(key) == "wrong"
    )
    if not found and not wrong:
        return None
    said = f"抽查：{item.name}的{wrong or '登记'}与本人所说不一致"
    return Lead.Kind.CHANGE.value, said, high if found else Lead.Priority.MID
