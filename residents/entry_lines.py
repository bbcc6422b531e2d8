"""The lines of the entry grid: most have nothing to tell and are filled into one drawn before.

A line with a fault, a warning, something typed or somebody who leaves is drawn by its template
(`residents/entry_row.html`), which also draws the two that are filled.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString

from portal.ui.stencils import Stencil, gap
from portal.ui.words import language
from residents.categories import DELETION_REASONS
from residents.grid import CELLS, PREFIX, Row
from residents.intake import TITLES

_TEMPLATE = "residents/entry_row.html"
_INDEX = f"{PREFIX}-{gap('index')}"


def lines_of(rows: Iterable[Row]) -> SafeString:
    """All lines of the grid, numbered from 1."""
    return SafeString("".join([_line(row, str(n)) for n, row in enumerate(rows, 1)]))


def drawn(row: Row | Mapping[str, Any], number: str = "") -> SafeString:
    """A line as the template draws it."""
    context = {"row": row, "number": number, "reasons_left": DELETION_REASONS.choices()}
    return SafeString(get_template(_TEMPLATE).render(context))


def _line(row: Row, number: str) -> SafeString:
    if row.is_untouched and row.residence:
        return _known(language()).fill(_values(row, number))
    if row.is_untouched and row.is_blank:
        return _blank(language()).fill({"index": row.index, "number": number})
    return drawn(row, number)


def _values(row: Row, number: str) -> dict[str, object]:
    word, _tone = row.status
    return {
        **{key: row.values.get(key, "") for key in CELLS}, "index": row.index, "number": number,
        "residence": row.residence_id, "version": row.version, "base": row.base_json,
        "sex": row.sex, "birth": row.birth, "origin": row.origin, "status": word,
        "options": row.category_options, "left_on": row.left_on,
    }  # fmt: skip


@lru_cache(maxsize=4)
def _blank(_language: str | None) -> Stencil:
    return Stencil(_TEMPLATE, {"row": Row(gap("index")), "number": gap("number")})


@lru_cache(maxsize=4)
def _known(_language: str | None) -> Stencil:
    """Somebody on record of whom nothing is told; what it tells of a line is the template's."""
    cells = [
        {"key": key, "name": f"{_INDEX}-{key}", "value": gap(key), "label": TITLES.get(key, key),
         "error": "", "warning": ""}
        for key in CELLS
    ]  # fmt: skip
    row = {
        "prefix": _INDEX, "residence_id": gap("residence"), "version": gap("version"),
        "base_json": gap("base"), "cells": cells, "category_options": gap("options"),
        "sex": gap("sex"), "birth": gap("birth"), "origin": gap("origin"),
        "status": (gap("status"), "2"), "values": {"name": gap("name")},
        "left_on": gap("left_on"), "left_reason": Row.left_reason,
        "errors": {}, "leaves": False, "is_blank": False, "message": "",
    }  # fmt: skip
    reasons = DELETION_REASONS.choices()
    return Stencil(_TEMPLATE, {"row": row, "number": gap("number"), "reasons_left": reasons})
