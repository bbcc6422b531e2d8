"""Bulk loading by the owner's connection: COPY, through the same columns and constraints."""

import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import NOT_PROVIDED


def copy_rows(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    """COPY rows given by attname; columns left out take the model's default. Returns the count.

    Row-level security refuses COPY FROM to the application's role, on purpose; the owner may.
    """
    columns = [field for field in model._meta.concrete_fields if not field.generated]
    defaults = {field.attname: field for field in columns if field.default is not NOT_PROVIDED}
    serial = model._meta.auto_field
    if serial is not None:
        columns = [field for field in columns if field is not serial]
    buffer, count = io.StringIO(), 0
    for row in rows:
        values = (
            row[field.attname]
            if field.attname in row
            else defaults[field.attname].get_default()
            if field.attname in defaults
            else None
            if field.null
            else ""
            for field in columns
        )
        buffer.write("\t".join(map(_text, values)))
        buffer.write("\n")
        count += 1
    buffer.seek(0)
    names = ", ".join(f'"{field.column}"' for field in columns)
    with connections["owner"].cursor() as cursor:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', buffer)
    return count


def _text(value: Any) -> str:
    """One value in COPY's text format."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, dict):
        return _escaped(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list):
        return _escaped("{" + ",".join(str(item) for item in value) + "}")
    if isinstance(value, date | datetime | Decimal | UUID | int | float):
        return str(value)
    raise TypeError(f"no COPY form for {type(value)}")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
