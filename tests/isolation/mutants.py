"""Leaks seeded one after the other; each must be caught by the isolation tests (security 2.5 e).

`make isolation-mutants` runs this and prints the table; pytest does not collect it otherwise. A
leak is patched in or set by the owner's SQL for the length of one test and never stands in the
tree. Both walls stand in the product: a leak in one is looked for where that one stands alone.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.http import Http404

from housing.api.dwellings import Dwellings
from housing.models import DwellingUnit
from portal.audit import reads
from portal.audit.models import AuditEvent
from portal.metrics.models import MetricValue
from portal.orgs.access import NotAllowed
from portal.orgs.catalogue import faults
from portal.orgs.postgresql.base import MOMENT, DatabaseWrapper
from portal.orgs.records import ScopedQuerySet
from portal.orgs.rls import POLICY
from portal.orgs.tokens import current_token, sees_something
from portal.quality.models import DataQualityIssue
from residents.models import Residence, Resident
from tests.isolation import stage
from tests.isolation.asks import Asker
from tests.isolation.rows import Plot
from tests.isolation.stage import CANARY, SMALL, World, compare

CLERK = ("committee_security", SMALL.leaves[0])
MANAGER = ("street_manager", SMALL.streets[0])
MOST = 40  # requests to each mutant, out of those to its part of the portal
RESULTS: list[tuple[str, str, str]] = []


@dataclass(frozen=True)
class Mutant:
    """A seeded leak: the wall that stands alone, who looks, where, and how it is planted.

    `where` is what the addresses begin with, as a regular expression.
    """

    name: str
    walls: str
    where: str
    plant: Callable[[pytest.MonkeyPatch], None] | tuple[str, str]
    who: tuple[str, int] = CLERK


def everything_of(*models: type) -> Callable[[pytest.MonkeyPatch], None]:
    """Forget the scope in all queries of these tables."""
    kept = ScopedQuerySet.under

    def under(rows: Any, code: int) -> Any:
        return rows.all() if rows.model in models else kept(rows, code)

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(ScopedQuerySet, "under", under)
        stage.written_anew(patch)

    return plant


def unscoped_detail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        "housing.views.dwellings.get_in_scope", lambda rows, scope, **key: found(rows, key)
    )


def found(rows: Any, key: dict[str, Any]) -> Any:
    try:
        return rows.get(**key)
    except (rows.model.DoesNotExist, ValueError) as none:
        raise Http404 from none


def forbidden_for_foreign(patch: pytest.MonkeyPatch) -> None:
    def get(rows: Any, scope: Any, **key: Any) -> Any:
        row = found(rows, key)
        if not scope.covers(row.committee_id):
            raise NotAllowed("该单位不在你的管辖范围内")
        return row

    patch.setattr("housing.views.dwellings.get_in_scope", get)


def count_in_refusal(patch: pytest.MonkeyPatch) -> None:
    def get(rows: Any, scope: Any, **key: Any) -> Any:
        try:
            return rows.in_scope(scope).get(**key)
        except (rows.model.DoesNotExist, ValueError) as none:
            raise NotAllowed(f"全部 {DwellingUnit.objects.count()} 套中没有它") from none

    patch.setattr("housing.views.dwellings.get_in_scope", get)


def cache_without_scope(patch: pytest.MonkeyPatch) -> None:
    scoped = Dwellings.rows

    def rows(self: Any) -> Any:
        keys = cache.get_or_set("dwellings", lambda: [str(row.pk) for row in scoped(self)])
        return DwellingUnit.objects.filter(pk__in=keys)

    patch.setattr(Dwellings, "rows", rows)


def scope_of_the_session(patch: pytest.MonkeyPatch) -> None:
    def apply_scope(self: Any) -> None:
        with self.connection.cursor() as cursor:
            if sees_something(self.alias):
                cursor.execute(MOMENT)
                process, began = cursor.fetchone()
                token = current_token(self.alias, process=process, began=began)
                cursor.execute("SELECT set_config('app.scope', %s, false)", [token])

    patch.setattr(DatabaseWrapper, "apply_scope", apply_scope)


def foreign_key_accepted(patch: pytest.MonkeyPatch) -> None:
    everything_of(DwellingUnit, Residence)(patch)
    patch.setattr("residents.services.visiting.require", lambda *args, **kwargs: None)


def whole_trail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        reads, "_rows", lambda wanted, narrow=True: AuditEvent.objects.using(reads.ALIAS).all()
    )


def names_in_the_log(patch: pytest.MonkeyPatch) -> None:
    import logging

    def get(rows: Any, scope: Any, **key: Any) -> Any:
        logging.getLogger("portal").warning(
            "names %s", [str(each) for each in Resident.objects.all()]
        )
        return found(rows.in_scope(scope), key)

    patch.setattr("housing.views.dwellings.get_in_scope", get)


MUTANTS = [
    Mutant("a policy is dropped", "database alone", "/residents/",
           ("DROP POLICY scope ON residents_verification",
            "CREATE POLICY scope ON residents_verification USING {policy} WITH CHECK {policy}")),
    Mutant("a policy lets everything through", "database alone", "/housing/",
           ("ALTER POLICY scope ON housing_dwellingunit USING (true)",
            "ALTER POLICY scope ON housing_dwellingunit USING {policy}")),
    Mutant("row-level security is not forced", "database alone", "/residents/",
           ("ALTER TABLE residents_resident NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE residents_resident FORCE ROW LEVEL SECURITY")),
    Mutant("row-level security is off", "database alone", "/staffing/",
           ("ALTER TABLE staffing_collector DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE staffing_collector ENABLE ROW LEVEL SECURITY")),
    Mutant("a view runs as its owner", "both walls", "/help/",
           ("CREATE VIEW people AS SELECT * FROM residents_resident", "DROP VIEW people")),
    Mutant("a function runs as its owner, without a fixed path", "both walls", "/help/",
           ("CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
            " AS 'SELECT count(*) FROM residents_resident'", "DROP FUNCTION how_many()")),
    Mutant("a list forgets the scope", "application alone", "/residents/",
           everything_of(Residence)),
    Mutant("a search forgets the scope", "application alone", "/search/", everything_of(Residence)),
    Mutant("a prepared read forgets the scope", "application alone", "/residents/[0-9a-f-]{36}/$",
           everything_of(Resident)),
    Mutant("a page of one record forgets the scope", "application alone", "/housing/dwellings/",
           unscoped_detail),
    Mutant("an endpoint forgets the scope", "application alone", "/api/v1/dwellings/",
           lambda patch: patch.setattr(
               Dwellings, "rows", lambda self: DwellingUnit.objects.all())),
    Mutant("a dashboard forgets the scope", "application alone", "/dashboard/",
           everything_of(MetricValue, DataQualityIssue), MANAGER),
    Mutant("a foreign record answers 403", "application alone", "/housing/dwellings/",
           forbidden_for_foreign),
    Mutant("a refusal tells a count", "application alone", "/housing/dwellings/", count_in_refusal),
    Mutant("a cache key lacks the scope", "application alone", "/api/v1/dwellings/",
           cache_without_scope),
    Mutant("the scope is set for the session", "both walls", "/residents/", scope_of_the_session),
    Mutant("a form takes a foreign key", "application alone", "/residents/dwellings/",
           foreign_key_accepted),
    Mutant("the trail forgets the scope", "application alone", "/audit/", whole_trail),
    Mutant("the log names people", "application alone", "/housing/dwellings/", names_in_the_log),
]  # fmt: skip


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The leak, there for one run of the tests."""
    if not isinstance(mutant.plant, tuple):
        with pytest.MonkeyPatch.context() as patch:
            mutant.plant(patch)
            yield
        return
    policy = f"({POLICY.format(column='committee_id')})"
    do, undo = (statement.format(policy=policy) for statement in mutant.plant)
    with connections["owner"].cursor() as cursor:
        cursor.execute(do)
    try:
        yield
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(undo)


def caught(
    mutant: Mutant | None, known: Any, monkeypatch: Any, where: str, walls: str
) -> list[str]:
    """What the tests say of a leak: the catalogue's faults, then those of the worlds."""
    role, unit = mutant.who if mutant else CLERK
    if mutant and (wrong := faults()):
        return wrong
    inside = SMALL.under(unit)
    outside = [code for code in SMALL.units if code not in inside]
    first = World(SMALL, role, unit, {code: Plot(2, CANARY) for code in outside})
    second = World(SMALL, role, unit, {code: Plot(3 * (n % 2), f"{CANARY}乙") for n, code in
                                       enumerate(outside)}, moved=CANARY)  # fmt: skip
    asks = [
        ask
        for ask in Asker(SMALL, unit, known.forms, known.labels).crawl(role)
        if re.match(where, ask.path)
    ]
    asks = list(dict.fromkeys(asks))
    with stage.standing(walls, monkeypatch):
        return compare(first, second, asks[:: max(1, len(asks) // MOST)])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_is_caught(a_stage, known, monkeypatch, mutant):
    with planted(mutant):
        said = caught(mutant, known, monkeypatch, mutant.where, mutant.walls)
    RESULTS.append((mutant.name, mutant.walls, said[0][:110] if said else "NOT CAUGHT"))
    assert said, f"{mutant.name}: nobody noticed"


@pytest.mark.parametrize("walls", stage.WALLS)
def test_without_a_leak_nothing_is_caught(a_stage, known, monkeypatch, walls):
    assert caught(None, known, monkeypatch, "/housing/dwellings/", walls) == []


@pytest.fixture(scope="module", autouse=True)
def _table(say):
    """The table of what was caught and by what, at the end."""
    yield
    say("")
    for name, walls, said in RESULTS:
        say(f"{'MISSED' if said == 'NOT CAUGHT' else 'caught':7} {name:52} {walls:18} {said}")
