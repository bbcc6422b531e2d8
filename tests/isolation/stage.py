"""Two worlds on one stage: the same people and requests, different only outside of a unit.

A world is planted by the owner, really committed, played through by one person's browser, and
taken away again. Everything that leaves the portal on the way is kept: answers, log lines, cache
keys and values, messages to the workers.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.orgs import prepared
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.records import ScopedQuerySet
from portal.orgs.roles import ROLES
from portal.orgs.scope import level_of, parent_of
from portal.orgs.services import project_grants
from tests.cast import Cast
from tests.database import KEPT
from tests.isolation import rows
from tests.isolation.answers import CANARY, Answer, ask_for
from tests.isolation.asks import Ask
from tests.isolation.exceptions import without_permitted
from tests.isolation.rows import Plot
from tests.isolation.trees import Tree

WALLS = ["both walls", "application alone", "database alone"]
SMALL = Tree((2, 2))
#: What somebody outside has just read, in case anything of it stays behind.
READ_BEFORE = ("/", "/residents/", "/housing/", "/api/v1/dwellings/", "/staffing/")
WATCHER, NEIGHBOUR = 900_001, 900_100
INSIDE = Plot(rows=4, word="常住")
#: Roles that are shown no record at all: everything lies outside for them.
BLIND = {"security_admin", "system_admin", "district_auditor"}
QUEUE = "celery"


@dataclass(frozen=True)
class World:
    """A tree, who watches it from where, what lies outside, and how far the counters have come."""

    tree: Tree
    role: str
    unit: int
    outside: Mapping[int, Plot]
    #: whether some of the unit's former residents were edited after they had moved out
    moved: str = ""
    counters: int = 1

    @property
    def inside(self) -> list[int]:
        return [] if self.role in BLIND else self.tree.under(self.unit)


@dataclass
class Played:
    """What one world gave away."""

    answers: dict[Ask, Answer] = field(default_factory=dict)
    traces: str = ""
    left_behind: str = ""
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def watchers(tree: Tree) -> list[tuple[str, int]]:
    """Every role at every unit of the tree where it may be held, the administrators above it."""
    found = []
    for role in ROLES.values():
        if role.level == "district":
            found += [(role.key, 310107000000)] if role.key in BLIND else []
        else:
            found += [(role.key, unit) for unit in tree.units if level_of(unit) == role.level]
    return found


@contextmanager
def raised(world: World, today: date) -> Iterator[Client]:
    """The world, planted and committed, with the watcher's browser; taken away at the end."""
    OrgUnit.objects.using(rows.OWNER).bulk_create(_units(world.tree))
    rows.plant_shared(today)
    with transaction.atomic(using=rows.OWNER):
        inside = dict.fromkeys(world.inside, INSIDE)
        rows.plant({**inside, **world.outside}, today, instead=_trail(world))
        _move_out(world)
        _people(world, today)
        _set_counters(world.counters)
    project_grants(day=today)
    watcher = User.objects.get(pk=WATCHER)
    client = Cast({"watcher": watcher}).client("watcher")
    client.raise_request_exception = False
    try:
        yield client
    finally:
        for alias in ("default", "audit"):
            connections[alias].close()
        strike()


def strike() -> None:
    """An empty stage: no rows, nothing in the cache."""
    cache.clear()
    with transaction.atomic(using=rows.OWNER):
        rows.uproot()


def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.CELERY_BROKER_URL.replace("redis+socket", "unix", 1))


def play(world: World, asks: Iterable[Ask], today: date) -> Played:
    """Ask everything in a world and keep what it gave away."""
    played = Played()
    with raised(world, today) as client, listening() as lines:
        outside, waiting = list(world.outside), broker().llen(QUEUE)
        _read_elsewhere(world)
        played.before = rows.checksum(_tables(), outside)
        for ask in asks:
            played.answers[ask] = ask_for(client, ask)
        played.after = rows.checksum(_tables(), outside)
        played.traces = "\n".join([*lines, *_messages(waiting), *_cached()])
        played.left_behind = _left_behind()
    return played


@contextmanager
def listening() -> Iterator[list[str]]:
    """All log lines of the block, as they are written out."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    ear = Ear()
    ear.setFormatter(logging.getLogger().handlers[0].formatter)
    logging.getLogger().addHandler(ear)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(ear)


@contextmanager
def standing(walls: str, monkeypatch: object) -> Iterator[None]:
    """Take one of the two walls away."""
    if walls == "application alone":  # connected as a role that row-level security does not bind
        with as_role(connections[rows.OWNER].settings_dict["USER"]):
            yield
    elif walls == "database alone":  # no queryset is narrowed by the application any more
        with monkeypatch.context() as patch:  # type: ignore[attr-defined]
            patch.setattr(ScopedQuerySet, "under", lambda queryset, code: queryset.all())
            written_anew(patch)
            yield
    else:
        yield


def written_anew(patch: pytest.MonkeyPatch) -> None:
    """Prepared reads are written again, as their query sets now are, and forgotten afterwards."""
    for name in ("_of_level", "_of_unit"):
        writes = getattr(prepared, name).__wrapped__
        patch.setattr(prepared, name, lru_cache(maxsize=None)(writes))


@contextmanager
def as_role(user: str) -> Iterator[None]:
    """Let the application connect as another database role, to read the trail as well."""
    aliases = ("default", "audit")
    kept = {alias: connections[alias].settings_dict["USER"] for alias in aliases}

    def become(users: Mapping[str, str]) -> None:
        for alias in aliases:
            connections[alias].close()
            connections[alias].settings_dict["USER"] = users[alias]

    become(dict.fromkeys(aliases, user))
    try:
        yield
    finally:
        become(kept)


def compare(first: World, second: World, asks: list[Ask]) -> list[str]:
    """Play both worlds; a sentence for each thing that gives the outside away."""
    today = timezone.localdate()
    one, two = play(first, asks, today), play(second, asks, today)
    found = [
        f"{ask} tells the worlds apart: {one.answers[ask].parting(two.answers[ask])}"
        for ask in asks
        if not same(ask, one.answers[ask], two.answers[ask])
    ]
    for played in (one, two):
        found += [f"shows the outside: {leak}" for leak in leaks(played)]
        found += [
            f"writes outside, into {table}"
            for table in played.before
            if played.before[table] != played.after[table]
        ]
        found += [
            f"{ask} breaks: {got.error}" for ask, got in played.answers.items() if got.status >= 500
        ]
    return found


def same(ask: Ask, one: Answer, two: Answer) -> bool:
    return (one.status, one.headers, without_permitted(ask.path, one.body)) == (
        two.status, two.headers, without_permitted(ask.path, two.body)
    )  # fmt: skip


def leaks(played: Played) -> list[str]:
    """Answers and traces that show the outside's word."""
    found = [str(ask) for ask, answer in played.answers.items() if answer.shows(CANARY)]
    if CANARY in played.traces:
        place = played.traces.index(CANARY)
        found.append(f"log, cache or queue: {played.traces[max(place - 200, 0) : place + 60]}")
    if played.left_behind:
        found.append("a scope is left behind in the session of the database")
    return found


def _read_elsewhere(world: World) -> None:
    """Somebody of another unit reads the same lists first."""
    others = [n for n, unit in enumerate(world.tree.units) if unit in world.outside]
    if others and world.role not in BLIND:
        visitor = User.objects.get(pk=NEIGHBOUR + others[-1])
        client = Cast({"visitor": visitor}).client("visitor")
        for path in READ_BEFORE:
            client.get(path)


def _left_behind() -> str:
    """The scope that the database's session still holds when no request is under way."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.scope', true), '')")
        return str(cursor.fetchone()[0])


def _units(tree: Tree) -> list[OrgUnit]:
    since = date(2000, 1, 1)
    return [
        OrgUnit(
            code=code, name=f"试点{code}", short_name=f"试点{code % 1_000_000}", valid_from=since,
            kind="street" if level_of(code) == "street" else "residents_committee",
            parent_id=parent_of(code),
        )
        for code in tree.units
    ]  # fmt: skip


def _people(world: World, today: date) -> None:
    """The watcher, and somebody in every other unit whose name is a canary where it is outside."""
    held = [(WATCHER, world.role, world.unit, "守望")]
    for n, unit in enumerate(world.tree.units):
        role = "street_staff" if level_of(unit) == "street" else "collector"
        # whoever manages the accounts sees everybody who has one
        known = unit in world.inside or world.role in BLIND
        name = "同事" if known else CANARY
        held.append((NEIGHBOUR + n, role, unit, f"{name}{n}"))
    User.objects.using(rows.OWNER).bulk_create(
        User(pk=pk, username=f"user-{pk}", name=name, staff_no=str(pk), password="!")
        for pk, _role, _unit, name in held
    )
    Appointment.objects.using(rows.OWNER).bulk_create(
        Appointment(pk=pk, user_id=pk, role=role, unit_id=unit, starts_on=date(2020, 1, 1))
        for pk, role, unit, _name in held
    )


def _trail(world: World) -> dict[str, dict[int, Plot]]:
    """The auditor reads the whole trail: for that post it is not outside."""
    if world.role in BLIND and Capability.VIEW_AUDIT in ROLES[world.role].capabilities:
        return {"audit.AuditEvent": dict.fromkeys(world.tree.units, INSIDE)}
    return {}


def _move_out(world: World) -> None:
    """Former residents of the unit, whose record another committee keeps and edits by now."""
    homes = [unit for unit in world.outside if level_of(unit) == "committee"]
    leaves = [unit for unit in world.inside if level_of(unit) == "committee"]
    if not homes:
        return
    with connections[rows.OWNER].cursor() as cursor:
        for unit in leaves:
            cursor.execute(
                "UPDATE residents_resident SET committee_id = %s, name = name || %s,"
                " employer_name = %s WHERE id = %s",
                [homes[0], world.moved, world.moved, rows.key_of("residents.Resident", unit, 3)],
            )


def _set_counters(start: int) -> None:
    """Where the sequences stand: whatever happens elsewhere moves them on."""
    with connections[rows.OWNER].cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            if name.removesuffix("_id_seq") not in KEPT:
                cursor.execute("SELECT setval(%s, %s)", [name, 1_000_000 + start])


def _tables() -> dict[str, str]:
    return {model._meta.db_table: rows.scope_column(model) or "" for model in rows.scoped_models()}


def _messages(waiting: int) -> list[str]:
    """Messages to the workers beyond those that waited before, their arguments in the open."""
    import base64
    import json

    found = []
    new = broker().llen(QUEUE) - waiting
    for raw in broker().lrange(QUEUE, 0, new - 1) if new > 0 else []:
        message = json.loads(raw)
        found.append(str(message["headers"]) + base64.b64decode(message["body"]).decode())
    return found


def _cached() -> list[str]:
    """Keys and values of the cache."""
    client = cache._cache.get_client()
    return [
        f"{key!r} {(client.get(key) or b'').decode('utf-8', 'replace')}"
        if client.type(key) == b"string"
        else repr(key)
        for key in client.keys("*")
    ]
