"""Everything that somebody can ask: each address, method, form, parameter and foreign key.

Nobody lists pages here. The resolver knows the addresses, the filters and the sources the names of
parameters, the pages themselves their forms; a new page is asked on the day it is added.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import django_filters
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from permits.defaults import CODES
from portal.orgs.roles import ROLES
from tests.isolation.rows import key_of, scope_column
from tests.isolation.trees import Tree

ABSENT = "01900000-0000-7000-8000-000000000000"
MALFORMED = "0190-not-a-key"
READS = ("GET", "HEAD", "OPTIONS")
CHANGES = ("PUT", "PATCH", "DELETE")
FORMATS = ("json", "csv", "xlsx", "pdf", "print")
#: Never asked: they end the session that asks.
LEFT_OUT = ("accounts:logout", "accounts:login")
#: Tables behind an area's addresses besides its own.
ALSO: dict[str, tuple[str, ...]] = {
    "residents": ("housing.DwellingUnit",),
    "permits": ("residents.Residence",),
    "staffing": ("housing.Building",),
    "portal.exchange": ("jobs.Job",),
    "assessment": ("jobs.Job",),
    "portal.desk": (
        "housing.DwellingUnit", "residents.Resident", "permits.PermitApplication", "jobs.Job",
    ),
}  # fmt: skip
WORDS = {
    "topic": ["numbers", "privacy"], "key": ["freshness"], "code": [CODES[-1]],
    "kind": ["residents", "dwellings"], "form": ["pdf", "xlsx", "docx"],
    "act": ["transfer", "examine", "make", "collect", "withdraw"],
}  # fmt: skip
SEARCHED = ["金丝", "a 金丝", "jsq", "常住", "0001", "319999", "900001", "310107900001"]
HOLE = re.compile(r"<[^>]+>")
Forms = Mapping[str, Mapping[str, str]] | None
Labels = Mapping[str, str] | None
ASKED_FOR = re.compile(
    r"(?:GET|POST|params|data)\.get(?:list)?\(\s*\"(\w+)\"|(?:GET|POST)\[\"(\w+)\"\]"
)
RELATIONS = ("own", "child", "parent", "sibling", "far", "absent", "malformed")
FOREIGN_KEYS = (
    "housing.DwellingUnit", "residents.Resident", "residents.Residence", "housing.Building",
    "staffing.Collector", "permits.PermitApplication", "exchange.ImportBatch",
)  # fmt: skip
#: Where a form's own fields are not known, these words are at least of the right kind.
SENT = {
    "version": "1", "act": "transfer", "purpose": "document", "reason": "核对证件", "method": "V1",
    "format": "xlsx", "name": "王巧云", "committee": "", "year": "2026", "idempotency_key": "",
    "outcome": "no_answer", "age": "60", "take": "mine", "members": "",
}  # fmt: skip
AREAS = ("portal", "housing", "residents", "permits", "staffing", "assessment")


@dataclass(frozen=True)
class Ask:
    """One request, as both worlds get it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: tuple[tuple[str, str], ...] = ()
    htmx: bool = False
    json: bool = False

    def __str__(self) -> str:
        said = "&".join(f"{name}={value}" for name, value in self.query)
        sent = "&".join(f"{name}={value}" for name, value in self.body)
        marks = (" htmx" if self.htmx else "") + (" json" if self.json else "")
        return f"{self.method} {self.path}{'?' if said else ''}{said}{marks} {sent}".strip()


def patterns(
    resolver: URLResolver | None = None, prefix: str = "/", space: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    """Every address of the portal as (route, full name, pattern)."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern).replace("^", "").replace("$", "")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route, entry.namespace or space)
        else:
            yield route, f"{space}:{entry.name}" if space else str(entry.name), entry


@lru_cache
def parameters() -> tuple[str, ...]:
    """Names of parameters that some source asks for or some filter declares."""
    found = {"ordering", "sort", "fields", "page_size", "size", "search", "cursor", "format", "org",
             "unit", "committee", "page", "after", "before"}  # fmt: skip
    for area in AREAS:
        for path in Path(settings.BASE_DIR, area).rglob("*.py"):
            if "migrations" not in path.parts:
                for names in ASKED_FOR.findall(path.read_text()):
                    found.update(filter(None, names))
    waiting = [django_filters.FilterSet]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.update(kind.base_filters)
    return tuple(sorted(found))


@lru_cache
def needed_by_name() -> dict[str, str | None]:
    """The capability that each address asks for, by its name; None where any account will do."""
    return {
        name: getattr(pattern.callback, "capability", None)
        or getattr(getattr(pattern.callback, "cls", None), "capability", None)
        for _route, name, pattern in patterns()
    }


def may(role: str, needed: str | None) -> bool:
    return needed is None or needed in ROLES[role].capabilities


class Asker:
    """All requests of somebody who acts in `unit`, in a tree with `rows` rows a table and unit."""

    def __init__(self, tree: Tree, unit: int, forms: Forms = None, labels: Labels = None) -> None:
        """:param forms: fields of known forms, by the name of the address they go to
        :param labels: the table whose keys fill a hole, by the address up to that hole
        """
        self.units = tree.relatives(unit)
        self.forms = forms or {}
        self.labels = labels or {}

    def tries(self, route: str, pattern: URLPattern) -> Iterator[tuple[str, dict[str, str]]]:
        """An address filled with own keys of one table after the other, until one fits."""
        holes = HOLE.findall(route)
        if not holes:
            yield route, {}
        for label in self._labels(route, pattern) if holes else ():
            yield (
                next(iter(self.paths(route, pattern, "own", label))),
                {route[: route.index(hole) + len(hole)]: label for hole in holes if "uuid" in hole},
            )

    def _labels(self, route: str, pattern: URLPattern) -> list[str]:
        """The tables behind an area, those of the area itself first."""
        if "uuid" not in route:
            return [""]
        module = pattern.callback.__module__
        areas = [config.name for config in apps.get_app_configs() if config.name.startswith(AREAS)]
        area = next(area for area in sorted(areas, reverse=True) if module.startswith(area))
        own = [m._meta.label for m in apps.get_models() if m.__module__.startswith(f"{area}.")]
        return [
            label
            for label in [*own, *ALSO.get(area, ())]
            if scope_column(apps.get_model(label)) and label != "audit.AuditEvent"
        ]

    def paths(self, route: str, pattern: URLPattern, relation: str, label: str = "") -> list[str]:
        """The address with its holes filled by one relation's keys."""
        filled = [route]
        for hole in HOLE.findall(route):
            kind, _, name = hole.strip("<>").rpartition(":")
            known = label or self.labels.get(route[: route.index(hole) + len(hole)], "")
            labels = [known] if known else self._labels(route, pattern)[:3]
            values = self._values(kind, name, labels, relation)
            filled = [each.replace(hole, value, 1) for each in filled for value in values]
        return filled

    def _values(self, kind: str, name: str, labels: list[str], relation: str) -> list[str]:
        if relation == "malformed":
            return [MALFORMED]
        if relation == "absent":
            return [{"uuid": ABSENT, "int": "999999999999"}.get(kind, "no-such-word")]
        if kind not in {"uuid", "int"}:
            return WORDS.get(name, ["no-such-word"])
        if relation not in self.units:
            return []
        unit = self.units[relation]
        return [str(unit)] if kind == "int" else [str(key_of(each, unit, 0)) for each in labels]

    @cached_property
    def everywhere(self) -> list[tuple[str, str, str]]:
        """Every address, as (path, name of the address, relation of its keys)."""
        return list(self._everywhere())

    def _everywhere(self) -> Iterator[tuple[str, str, str]]:
        for route, name, pattern in patterns():
            if name in LEFT_OUT:
                continue
            for relation in RELATIONS if "<" in route else ("own",):
                for path in self.paths(route, pattern, relation):
                    yield path, name, relation

    def crawl(self, role: str) -> Iterator[Ask]:
        """Each address read, read as a fragment, and sent its form; parameters take turns.

        What the role may not open is only read, with its own keys.
        """
        turn = 0
        for path, name, relation in self.everywhere:
            if not may(role, needed_by_name()[name]):
                if relation == "own":
                    yield Ask("GET", path)
                continue
            yield Ask("GET", path)
            yield Ask("POST", path, body=self._body(name), json="/api/" in path)
            if relation not in ("own", "far"):
                continue
            yield Ask("GET", path, htmx=True)
            yield Ask(CHANGES[turn % 3], path, json="/api/" in path)
            for _ in range(4):
                turn += 1
                names, values = parameters(), self.foreign()
                named = names[turn % len(names)]
                yield Ask("GET", path, ((named, values[turn % len(values)]),))
            fields = self.forms.get(name, {})
            if fields:
                yield self._forged(path, name, random.Random(turn))
            if "q" in fields:
                for words in SEARCHED:
                    yield Ask("POST", path, body=(("q", words),))

    def sample(self, seed: int, size: int, role: str) -> list[Ask]:
        """Some of everything, mostly of what the role may open; the trail comes last."""
        drawn = random.Random(seed)
        places = self.everywhere
        routes = sorted({name for _path, name, _relation in places})
        open_to = {name for name, needed in needed_by_name().items() if may(role, needed)}
        weights = [8 if name in open_to else 1 for name in routes]
        asks = []
        for name in drawn.choices(routes, weights, k=size):
            path = drawn.choice([path for path, each, _ in places if each == name])
            asks.append(self._any(path, name, drawn))
        return [*asks, Ask("GET", "/audit/"), Ask("GET", "/")]

    def _any(self, path: str, name: str, drawn: random.Random) -> Ask:
        method = drawn.choice((*["GET"] * 12, *["POST"] * 6, "HEAD", "OPTIONS", *CHANGES))
        if method == "POST":
            return self._forged(path, name, drawn)
        if method != "GET":
            return Ask(method, path, json="/api/" in path)
        query = {
            drawn.choice(parameters()): drawn.choice(self.foreign())
            for _ in range(drawn.choice((0, 0, 1, 2)))
        }
        if drawn.random() < 0.1:
            query["format"] = drawn.choice(FORMATS)
        if drawn.random() < 0.2:
            query["q"] = drawn.choice(SEARCHED)
        return Ask("GET", path, tuple(query.items()), htmx=drawn.random() < 0.2)

    def _forged(self, path: str, name: str, drawn: random.Random) -> Ask:
        """The form of this address, with something foreign in one of its fields."""
        body = dict(self._body(name))
        changed = drawn.choice(sorted(body))
        body[changed] = drawn.choice(self.foreign())
        return Ask("POST", path, body=tuple(body.items()), json="/api/" in path)

    def _body(self, name: str) -> tuple[tuple[str, str], ...]:
        known = self.forms.get(name, {})
        return tuple((dict.fromkeys(parameters(), "1") | SENT | known).items())

    def foreign(self) -> list[str]:
        """What to put where a unit, a key, a column or a number is wanted."""
        outside = [str(code) for relation, code in self.units.items() if relation != "own"][:2]
        there = self.units.get("sibling", self.units.get("far", 0))
        keys = [str(key_of(label, there, 0)) for label in FOREIGN_KEYS]
        return [*outside, *keys, "-name", "1", "金丝", ABSENT]
