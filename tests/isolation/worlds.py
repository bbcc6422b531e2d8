"""Two worlds that differ only outside of somebody's units, and everything that somebody can ask."""

from collections.abc import Iterable

from django.db import connections
from django.test import Client
from django.urls import Resolver404, resolve
from psycopg2 import sql

from portal.orgs.scope import span_of
from tests.isolation.answers import legible, steady
from tests.isolation.asks import ABSENT, HOLE, patterns

# What a change of the outside world does to each table; `{low}`/`{high}` bound the inside.
OUTSIDE = "(committee_id < {low} OR committee_id > {high})"
UPSET = [
    "UPDATE residents_residence SET name = '金丝雀' || left(name, 20), initials = 'jsq',"
    " name_key = 'aaa ' || left(name_key, 100), phone_mask = '199****9999', verified_on ="
    " verified_on - 400, due_on = due_on - 400 WHERE {outside}",
    "UPDATE residents_resident SET name = '金丝雀' || left(name, 20), hukou_address = '金丝雀路'"
    " WHERE {outside}",
    "UPDATE housing_dwellingunit SET owner_name = '金丝雀', occupants = occupants + 3,"
    " occupancy = '4', note = '金丝雀' WHERE {outside}",
    "UPDATE housing_building SET short_name = '金丝雀号', dwelling_count = dwelling_count + 9"
    " WHERE {outside}",
    "DELETE FROM residents_verification WHERE {outside} AND outcome = 'vacant'",
    "DELETE FROM residents_verification WHERE residence_id IN (SELECT id FROM residents_residence"
    " WHERE {outside} ORDER BY id LIMIT 200)",
    "DELETE FROM residents_residence WHERE id IN (SELECT id FROM residents_residence"
    " WHERE {outside} AND id NOT IN (SELECT residence_id FROM permits_permitapplication)"
    " AND id NOT IN (SELECT residence_id FROM residents_verification"
    " WHERE residence_id IS NOT NULL) ORDER BY id LIMIT 200)",
    "UPDATE quality_dataqualityissue SET subject = '金丝雀', severity = 'high' WHERE {outside}",
    "UPDATE staffing_collector SET name = '金丝雀', fte = 0.1 WHERE {outside}",
    "UPDATE metrics_metricvalue SET numerator = numerator + 17 WHERE {outside}",
]


def upset_outside(unit: int) -> None:
    """Change, add to and remove from the register everywhere but under `unit`."""
    outside = OUTSIDE.format(low=unit, high=unit + span_of(unit))
    with connections["owner"].cursor() as cursor:
        for statement in UPSET:
            cursor.execute(statement.format(outside=outside))


def forget_trail() -> None:
    """Begin an empty trail: what one asks is itself written down and shown."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE audit_auditevent RESTART IDENTITY")


# Whose records stand behind the routes of an area.
TABLES = {
    "housing": ("housing_building", "housing_dwellingunit"),
    "residents": ("residents_resident", "residents_residence", "housing_dwellingunit"),
    "permits": ("permits_permitapplication", "permits_residencepermit"),
    "staffing": ("staffing_collector", "staffing_workarea"),
    "assessment": ("assessment_score",),
    "imports": ("exchange_importbatch",),
    "exports": ("exchange_exportrequest",),
    "todo": ("housing_dwellingunit",),
}


def paths(ids: dict[str, list[str]], always: list[str]) -> list[str]:
    """Every route with its area's ids in its holes, and with those that are always tried."""
    found: list[str] = []
    for route, _name, _pattern in patterns():
        holes = HOLE.findall(route)
        values = [*ids.get(route.split("/")[1], []), *always] if holes else [""]
        for value in values:
            filled = route
            for hole in holes:
                filled = filled.replace(hole, value, 1)
            found.append(filled)
    return list(dict.fromkeys(found))


def heard(paths: Iterable[str]) -> list[str]:
    """The paths that some view answers, and of all others one in each area.

    What no route takes is answered by the same few words before anything is read.
    """
    found, unheard = [], set()
    for path in paths:
        if not is_heard(path):
            area = path.split("/")[1]
            if area in unheard:
                continue
            unheard.add(area)
        found.append(path)
    return found


def is_heard(path: str) -> bool:
    """Whether the address leads to a view at all, whatever that answers."""
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def ids_under(unit: int) -> dict[str, list[str]]:
    """By area, one key of each of its tables' records under `unit`."""
    found: dict[str, list[str]] = {}
    with connections["owner"].cursor() as cursor:
        for area, tables in TABLES.items():
            for table in tables:
                query = sql.SQL(
                    "SELECT id FROM {} WHERE committee_id BETWEEN %s AND %s ORDER BY id LIMIT 1"
                ).format(sql.Identifier(table))
                cursor.execute(query, [unit, unit + span_of(unit)])
                found.setdefault(area, []).extend(str(row[0]) for row in cursor.fetchall())
    return found


def absent_id() -> str:
    return ABSENT


def answer(client: Client, path: str) -> tuple[int, str]:
    """Status and body without what changes from request to request.

    `POST path?words` is a search: its words stand in the body.
    """
    if path.startswith("POST "):
        address, _, words = path.removeprefix("POST ").partition("?")
        response = client.post(address, dict([words.split("=", 1)]))
    else:
        response = client.get(path)
    body = legible(response.content) if not response.streaming else ""
    return response.status_code, steady(body)


def first_difference(before: tuple[int, str], after: tuple[int, str]) -> str:
    """Where two answers part, for whoever has to find the leak."""
    if before[0] != after[0]:
        return f"status {before[0]} and {after[0]}"
    place = next(
        (n for n, (a, b) in enumerate(zip(before[1], after[1], strict=False)) if a != b), 0
    )
    return f"{before[1][place - 80 : place + 80]!r} and {after[1][place - 80 : place + 80]!r}"
