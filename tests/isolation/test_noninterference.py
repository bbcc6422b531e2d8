"""Nobody can tell two worlds apart that differ only outside of the own units (security 2.5).

Hypothesis draws a tree, a post in it, what lies outside in either world, and requests out of all
there are. The answers must be equal to the byte; nothing of the outside's words may reach an
answer, a log line, the cache or a message to the workers; and no row outside may change. With both
walls and with each alone. `make isolation` draws hundreds, `make test` one of each.
"""

import time

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.isolation import stage
from tests.isolation.asks import Asker
from tests.isolation.extent import ASKS, EXAMPLES, MINUTES, STRIDE, THOROUGH, apart
from tests.isolation.rows import Plot
from tests.isolation.stage import CANARY, SMALL, WALLS, World, compare
from tests.isolation.trees import trees


def plots():
    """What lies in one unit outside: nothing, a little, more; under one word or another."""
    return st.builds(Plot, rows=st.integers(0, 4), word=st.sampled_from([CANARY, f"{CANARY}乙"]))


@st.composite
def pairs(draw):
    """Two worlds that differ only outside, and the requests for both."""
    tree = draw(trees())
    role, unit = draw(st.sampled_from(stage.watchers(tree)))
    world = World(tree, role, unit, {})
    outside = [code for code in tree.units if code not in world.inside]
    first, second = (
        World(
            tree, role, unit, {code: draw(plots()) for code in outside},
            moved=draw(st.sampled_from(["", CANARY])), counters=draw(st.integers(1, 9000)),
        )
        for _ in range(2)
    )  # fmt: skip
    return first, second, draw(st.integers(0, 2**32))


@pytest.mark.parametrize("walls", [pytest.param(each, marks=apart(each)) for each in WALLS])
def test_worlds_that_differ_outside_look_the_same(a_stage, known, monkeypatch, say, walls):
    compared, until = [0], time.monotonic() + MINUTES * 60

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=not THOROUGH,
        suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
        phases=[Phase.generate],  # a smaller tree tells no more, and each try takes seconds
    )  # fmt: skip
    @given(pairs())
    def holds(pair):
        if time.monotonic() > until:
            return
        first, second, seed = pair
        asks = Asker(first.tree, first.unit, known.forms, known.labels).sample(
            seed, ASKS, first.role
        )
        note(f"{first.role} at {first.unit}, {walls}")
        with stage.standing(walls, monkeypatch):
            found = compare(first, second, asks)
        assert not found, "\n".join([f"{first.role} at {first.unit} with {walls}", *found[:5]])
        compared[0] += 1

    holds()
    if THOROUGH:
        say(f"{walls}: {compared[0]} pairs of worlds, {ASKS} requests each")


# one post of each role; committees and streets take turns
CRAWLERS = {role: unit for role, unit in reversed(stage.watchers(SMALL))}
TURN = {role: turn for turn, role in enumerate(sorted(CRAWLERS))}
CRAWLED = sorted(CRAWLERS) if THOROUGH else ["committee_security", "street_manager"]


@pytest.mark.parametrize("role", [pytest.param(each, marks=apart(each)) for each in CRAWLED])
def test_a_crawl_of_everything_finds_nothing_of_the_outside(a_stage, known, monkeypatch, say, role):
    unit = CRAWLERS[role]
    world = World(SMALL, role, unit, {})
    outside = [code for code in SMALL.units if code not in world.inside]
    first = World(SMALL, role, unit, {code: Plot(2, CANARY) for code in outside})
    second = World(
        SMALL, role, unit,
        {code: Plot(3 * (n % 2), f"{CANARY}乙") for n, code in enumerate(outside)},
        moved=CANARY, counters=4321,
    )  # fmt: skip
    walls = WALLS[TURN[role] % 3]
    asks = list(Asker(SMALL, unit, known.forms, known.labels).crawl(role))[TURN[role] :: STRIDE]
    with stage.standing(walls, monkeypatch):
        found = compare(first, second, list(dict.fromkeys(asks)))
    assert not found, "\n".join([f"{role} at {unit} with {walls}", *found[:8]])
    if THOROUGH:
        say(f"{role} with {walls}: {len(asks)} requests of the crawl")
