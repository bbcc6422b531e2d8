"""A thousand rounds on invented streets whose truth is known: how often the interval holds it."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from housing.cycles import PARAMETER_OF
from portal.demo.batch import Batch
from portal.demo.chance import Dice
from portal.demo.homes import build
from portal.demo.people import People
from portal.demo.plots import plots
from residents.spotchecks import drawing, planning
from residents.spotchecks.estimating import (
    Case,
    Stratum,
    Sums,
    Tally,
    rate,
    stratified,
    weights,
)
from residents.spotchecks.strata import FAVOURED, of_dwelling

pytestmark = [pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]
ROUNDS = 1000
#: The acceptance of the product: of a thousand rounds, in how many the truth lies inside.
LEAST = 0.93
TODAY = date(2026, 11, 20)
CYCLES = dict.fromkeys([*PARAMETER_OF.values(), "overseas"], 180)
#: Times that one committee's dwellings are put side by side, each time with others missed.
COPIES = 6
#: By stratum: households that nobody registered, single people left out, dwellings never met.
UNTOLD = {"own": (0.02, 0.02, 0.10), "rented": (0.12, 0.06, 0.35), "vacant": (0.3, 0.1, 0.30),
          "other": (0.08, 0.04, 0.25)}  # fmt: skip


@pytest.fixture(scope="module")
def street():
    """The demonstration's dwellings by stratum: people living in each, and those registered."""
    plot = plots([310107005001, 310107005002], 1000, seed=7)[1]
    dice = Dice(f"7/{plot.code}")
    housing = build(
        plot.code, plot.index, plot.dwellings, dice, tall_first=False, old_lane=False,
        at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip
    Batch(plot.code, People(dice, TODAY, plot), CYCLES, ["甲"]).settle(housing.homes, odd=False)
    chance, found = Random(11), {}
    for home in housing.homes * COPIES:
        stratum = of_dwelling(home.occupancy)
        household, single, _ = UNTOLD[stratum]
        living = home.occupants or int(chance.random() < 0.06)
        missed = chance.random() < household
        registered = 0 if missed else sum(chance.random() > single for _ in range(living))
        found.setdefault(stratum, []).append((living, registered))
    return found


def drawn(strata, given, seed, chance, met):
    """What was found at the draws that were settled, by stratum; and what each stands for."""
    found = {
        key: [
            rows[place] for place in drawing.places(len(rows), given[key], seed, key)
            if chance.random() < met(key)
        ]
        for key, rows in strata.items()
    }  # fmt: skip
    tallies = {key: Tally(len(strata[key]), given[key], len(found[key])) for key in strata}
    return found, weights(tallies)


def cases_of(found, stand_for):
    return [Case(stand_for[key], *each) for key, rows in found.items() for each in rows]


def test_forward_rounds_hold_the_true_rate(street):
    homes = [each for rows in street.values() for each in rows]
    truth = sum(registered for _, registered in homes) / sum(living for living, _ in homes)
    given = drawing.allocate({key: len(rows) for key, rows in street.items()}, 220, FAVOURED)
    inside, widths = 0, 0.0
    for turn in range(ROUNDS):
        found = drawn(street, given, f"round/{turn}", Random(turn), lambda key: 1 - UNTOLD[key][2])
        estimate = rate(Sums.of(cases_of(*found)))
        inside += estimate.interval.low <= truth <= estimate.interval.high
        widths += estimate.interval.half_width
    print(f"\nforward: truth {truth:.4f}, inside {inside}/{ROUNDS}, half {widths / ROUNDS:.4f}")
    assert inside >= LEAST * ROUNDS
    assert widths / ROUNDS < 0.06  # it does not hold the truth by being as wide as a barn door


def test_reverse_rounds_hold_the_true_rate(street):
    chance, strata = Random(5), {"local-fresh": [], "incomer-fresh": []}
    for living, registered in (each for rows in street.values() for each in rows):
        key, share = ("local-fresh", 0.95) if living > 2 else ("incomer-fresh", 0.85)
        strata[key] += [(1, int(chance.random() < share)) for _ in range(registered)]
    records = [right for rows in strata.values() for _, right in rows]
    truth = sum(records) / len(records)
    sizes = {key: len(rows) for key, rows in strata.items()}
    wanted = planning.reverse(share=0.9, half_width=0.05, met=0.8).to_draw
    given = drawing.allocate(sizes, wanted, {})
    inside = inside_stratified = 0
    for turn in range(ROUNDS):
        found, stand_for = drawn(strata, given, f"reverse/{turn}", chance, lambda _key: 0.8)
        ours = rate(Sums.of(cases_of(found, stand_for)), alike=0)
        inside += ours.interval.low <= truth <= ours.interval.high
        other = stratified(
            [Stratum(sizes[k], len(r), sum(right for _, right in r)) for k, r in found.items()]
        )
        inside_stratified += other.interval.low <= truth <= other.interval.high
        assert ours.value == pytest.approx(other.value)
    print(f"\nreverse: truth {truth:.4f}, inside {inside}/{ROUNDS}, "
          f"stratified {inside_stratified}/{ROUNDS}")  # fmt: skip
    assert inside >= LEAST * ROUNDS
