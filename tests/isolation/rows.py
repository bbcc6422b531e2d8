"""Rows of every table that belongs to a unit, made in bulk by the owner from the models alone.

A new table is filled without anybody naming it: each field by its type, each text with the word
that its unit's rows carry. `tests/isolation/specials.py` holds what constraints want otherwise.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.utils import timezone

from portal.orgs.models import OrgUnit
from portal.orgs.scope import level_of
from tests.database import KEPT
from tests.isolation.specials import ANY_UNIT, BETWEEN_TWO, ONE_PER_UNIT, SHARED, SPECIALS
from tests.isolation.trees import FIRST_STREET

SCOPE_COLUMNS = ("committee_id", "scope_code")
OWNER = "owner"


@dataclass(frozen=True)
class Plot:
    """What lies in one unit: how many rows each table has, and the word in all their texts."""

    rows: int
    word: str


@dataclass
class Row:
    """One row to be: whose, which, and what its relatives are called."""

    model: type[models.Model]
    unit: int
    n: int
    word: str
    today: date

    def key(self, label: str, n: int | None = None, unit: int | None = None) -> Any:
        """The key of the row of another table that goes with this one."""
        return key_of(label, self.unit if unit is None else unit, self.n if n is None else n)

    def text(self, length: int = 200) -> str:
        return f"{self.word}{self.unit % 1_000_000:06d}{self.n}"[:length]

    def at(self) -> datetime:
        return datetime.combine(self.today, datetime.min.time(), timezone.get_current_timezone())


def scope_column(model: type[models.Model]) -> str | None:
    """The column that says whose a row is; None for what belongs to nobody."""
    names = {each.attname for each in model._meta.concrete_fields}
    return next((name for name in SCOPE_COLUMNS if name in names), None)


def scoped_models() -> list[type[models.Model]]:
    """Every table that belongs to units, parents before children."""
    found: dict[type[models.Model], None] = {}

    def add(model: type[models.Model]) -> None:
        if model in found or scope_column(model) is None:
            return
        for each in model._meta.concrete_fields:
            if each.is_relation and each.related_model is not model:
                add(each.related_model)
        found.setdefault(model)

    for model in apps.get_models():
        add(model)
    return list(found)


def key_of(label: str, unit: int, n: int) -> Any:
    """The key of the n-th row of a table in a unit: a UUID of version 7, or a number."""
    model = apps.get_model(label)
    digest = hashlib.md5(f"{label}/{unit}/{n}".encode()).digest()
    if isinstance(model._meta.pk, models.UUIDField):
        value = bytearray(digest)
        value[0:4] = b"\x01\x90\x00\x00"
        value[6] = 0x70 | value[6] & 0x0F
        value[8] = 0x80 | value[8] & 0x3F
        return uuid.UUID(bytes=bytes(value))
    return int.from_bytes(digest[:5], "big")


def known_keys(units: Iterable[int], rows: int) -> set[str]:
    """All keys that `plant` gives to the rows of these units."""
    return {
        str(key_of(model._meta.label, unit, n))
        for model in scoped_models()
        for unit in units
        for n in range(rows)
    }


def planted(
    model: type[models.Model], plots: Mapping[int, Plot], today: date
) -> Iterator[models.Model]:
    """The rows of one table in all the plots, not yet written."""
    label = model._meta.label
    for unit, plot in plots.items():
        if level_of(unit) != "committee" and label not in ANY_UNIT:
            continue
        for n in range(_count(label, plot.rows)):
            row = Row(model, unit, n, plot.word, today)
            values = _generic(row) | SPECIALS.get(label, lambda row: {})(row)
            yield model(**values)


def _count(label: str, rows: int) -> int:
    if label in ONE_PER_UNIT:
        return min(rows, 1)
    return max(rows - 1, 0) if label in BETWEEN_TWO else rows


def plant(
    plots: Mapping[int, Plot], today: date, instead: Mapping[str, Mapping[int, Plot]] | None = None
) -> None:
    """Write the rows of all tables in these units, as the owner.

    :param instead: other plots for single tables
    """
    for model in scoped_models():
        there = (instead or {}).get(model._meta.label, plots)
        model._base_manager.using(OWNER).bulk_create(planted(model, there, today))


def uproot() -> None:
    """Take everything planted away again, as the owner: children first, reference data stays."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)",
            [list(KEPT)],
        )
        rest = {name for (name,) in cursor.fetchall()}
        ordered = [model._meta.db_table for model in reversed(scoped_models())]
        others = [m._meta.db_table for m in reversed(apps.get_models())]
        for table in dict.fromkeys([*ordered, *others]):
            if table in rest:
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM orgs_orgunit WHERE code >= %s", [FIRST_STREET])


def plant_shared(today: date) -> None:
    """Rows that belong to no unit and that others hang on: a run, a cycle, its indicators."""
    for label, rows in SHARED.items():
        model = apps.get_model(label)
        model._base_manager.using(OWNER).bulk_create(
            model(**_generic(Row(model, 0, n, "", today)) | each)
            for n, each in enumerate(rows(today))
        )


def checksum(columns: Mapping[str, str], units: Iterable[int]) -> dict[str, str]:
    """A fingerprint of every row of these units, by table."""
    found = {}
    with connections[OWNER].cursor() as cursor:
        for table, column in columns.items():
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t.id), ''))"
                f" FROM {table} t WHERE {column} = ANY (%s)",
                [list(units)],
            )
            found[table] = cursor.fetchone()[0]
    return found


def _generic(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in row.model._meta.concrete_fields:
        if isinstance(each, models.GeneratedField):
            continue
        if each.primary_key:
            values[each.attname] = key_of(row.model._meta.label, row.unit, row.n)
        elif each.attname in SCOPE_COLUMNS:
            values[each.attname] = row.unit
        elif each.is_relation:
            values[each.attname] = _relative(row, each)
        else:
            values[each.attname] = _value(row, each)
    return values


def _relative(row: Row, each: Any) -> Any:
    target = each.related_model
    if target is OrgUnit:
        return None if each.null else row.unit
    if target is row.model or (each.null and scope_column(target) is None):
        return None
    if scope_column(target) is None:
        return key_of(target._meta.label, 0, 0)
    return row.key(target._meta.label)


def _value(row: Row, each: Any) -> Any:
    if isinstance(each, models.JSONField):
        empty = each.get_default()
        return {"note": row.text()} if empty == {} and row.word.startswith("金丝雀") else empty
    if isinstance(each, models.CharField | models.TextField):
        return _text(row, each)
    if isinstance(each, models.BinaryField):
        return hashlib.sha256(row.text().encode()).digest()[: each.max_length or 16]
    if each.null:
        return None
    if each.has_default():
        return each.get_default()
    return _plain(row, each)


def _text(row: Row, each: Any) -> str:
    if each.choices:
        return str(each.get_default() or next(key for key, _title in each.flatchoices if key))
    if (each.max_length or 200) <= 4:
        return str(each.get_default() or "" if each.blank or each.has_default() else "1")
    return row.text(each.max_length or 200)


def _plain(row: Row, each: Any) -> Any:
    """A value of a type that carries no words."""
    if isinstance(each, models.DateTimeField):
        return row.at() - timedelta(days=1, minutes=row.n)
    if isinstance(each, models.DateField):
        return row.today - timedelta(days=10 + row.n)
    if isinstance(each, models.DecimalField):
        return Decimal(1)
    if isinstance(each, models.BooleanField):
        return False
    if isinstance(each, models.UUIDField):
        return key_of(row.model._meta.label, row.unit, row.n)
    if isinstance(each, models.IntegerField):  # another number in each column
        return row.n + 1 + row.model._meta.concrete_fields.index(each)
    return [] if each.get_internal_type() == "ArrayField" else None
