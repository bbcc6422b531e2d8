"""The pages that are measured: what each level's user asks for, and the bare page of those rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connections

from bench.district import District
from portal import vault
from portal.metrics.models import MetricRun, RunKind
from portal.orgs.acting import acting
from portal.orgs.scope import Level, Scope
from residents.models import Residence, Secret
from residents.search import search


@dataclass(frozen=True)
class Target:
    """One page of one level's user.

    :param path: ours; with `text` the words are posted to it
    :param bare: address of the bare page with the same rows
    """

    name: str
    level: Level
    path: str
    bare: str
    text: str = ""

    @property
    def title(self) -> str:
        return f"{self.name}, {self.level}"

    @property
    def body(self) -> str:
        return urlencode({"q": self.text}) if self.text else ""


@dataclass(frozen=True)
class Somebody:
    """A person of the clerk's committee whom everybody looks for."""

    resident: Any
    dwelling: Any
    building: Any
    name: str
    initials: str
    tail: str
    number: str
    address: str
    house_code: str


def targets(district: District) -> list[Target]:
    """Lists, searches, a board, a resident and a dashboard, of each level."""
    found = somebody(district)
    return [each for level in district.levels for each in _of_level(district, level, found)]


def _of_level(district: District, level: Level, who: Somebody) -> Iterator[Target]:
    scope = district.scope(level)
    unit = scope.unit
    narrowed = f"?unit={unit}" if level == "district" else ""
    yield Target("residents, first page of 50", level, f"/residents/{narrowed}",
                 f"/residents/?unit={unit}")  # fmt: skip
    yield Target("dwellings, first page of 50", level, "/housing/", f"/dwellings/?unit={unit}")
    for name, text in {
        "name prefix": who.name[:2], "initials": who.initials, "exact number": who.number,
        "last four": who.tail, "house code": who.house_code, "address": who.address,
    }.items():  # fmt: skip
        yield Target(f"search by {name}", level, "/search/", _found(scope, text), text)
    yield Target("building board", level, f"/housing/buildings/{who.building}/",
                 f"/board/?id={who.building}")  # fmt: skip
    family = _ids(_family(who))
    yield Target("resident page", level, f"/residents/{who.resident}/", f"/people/?{family}")
    yield Target("dashboard", level, f"/dashboard/{level}/",
                 f"/values/?unit={unit}&{_ids(_current_runs())}")  # fmt: skip


def _found(scope: Scope, text: str) -> str:
    """The bare page of what the search finds."""
    from django.utils import timezone

    with acting(scope):
        result = search(text, by=scope, at=timezone.now(), limit=50)
        people = {person.resident_id for person in result.people}
        rows = Residence.objects.in_scope(scope).open().filter(resident_id__in=people)
        keys = list(rows.values_list("pk", flat=True))
    if keys:
        return f"/people/?{_ids(keys)}"
    return f"/homes/?{_ids([home.dwelling_id for home in result.dwellings])}"


def somebody(district: District) -> Somebody:
    """A living person with a number, in a coded dwelling of the clerk's committee."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT r.resident_id, r.dwelling_id, d.building_id, r.name, r.initials, r.id_tail,"
            " d.address, d.house_code"
            " FROM residents_residence r JOIN housing_dwellingunit d ON d.id = r.dwelling_id"
            " JOIN residents_identity i ON i.resident_id = r.resident_id AND i.doc_type = '111'"
            " WHERE r.committee_id = %s AND r.status = 'active' AND r.is_primary"
            " AND d.code_state = 'final' ORDER BY r.address_key, r.id LIMIT 1",
            [district.home],
        )
        row = cursor.fetchone()
    kind = Secret.Kind.IDENTITY.value
    sealed = Secret.objects.using("owner").get(resident_id=row[0], kind=kind)
    number = vault.unseal(bytes(sealed.cipher), key_id=sealed.key_id, row=sealed.pk, kind=kind)
    resident, dwelling, building, name, initials, tail, address, house_code = row
    return Somebody(resident, dwelling, building, name, initials, tail, number, address, house_code)


def _family(who: Somebody) -> list[Any]:
    rows = Residence.objects.using("owner").filter(dwelling_id=who.dwelling, status="active")
    return list(rows.values_list("pk", flat=True))


def _current_runs() -> list[Any]:
    runs = MetricRun.objects.using("owner").published().filter(kind=RunKind.PREVIEW)
    return list(runs.values_list("pk", flat=True))


def _ids(keys: list[Any]) -> str:
    return "&".join(f"id={quote(str(key))}" for key in keys)
