"""The drawers of the entry page: drawn once as a template, filled by the page's own script.

A drawer for each member would be most of the page, and few are opened. What a drawer shows stands
in its row already (`Row.base`); the rest, and who may be named as guardian, is told here. Only a
drawer with a fault or with something typed in it is drawn for its row (`Row.has_drawer`).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import get_template
from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.words import gettext as _
from portal.ui.words import language
from residents import entry_lines
from residents.grid import Row, choices, template_row
from residents.models import Residence, Verification


def write_logs(rows: Iterable[Row], visits: Iterable[Verification]) -> None:
    """Give each member's row what became of them here: visits as read, and their registration."""
    by_episode: dict[UUID | None, list[tuple[str, str]]] = {}
    for visit in visits:
        words = f"{visit.by_name} {visit.get_outcome_display()}"
        by_episode.setdefault(visit.residence_id, []).append(
            (formats.day(visit.verified_on), words)
        )
    for row in rows:
        if row.residence:
            row.log = (*by_episode.get(row.residence_id, ()), _registered(row.residence))


def _registered(residence: Residence) -> tuple[str, str]:
    return formats.day(residence.registered_on), f"{_('登记')}　{residence.get_kind_display()}"


def told_of(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """What the script needs of each member on record beside the row, by the row's prefix."""
    return {
        row.prefix: {
            "resident": str(row.residence.resident_id), "age": row.age, "log": row.log,
            "page": address_of("residents:person", row.residence.resident_id),
            "away": row.guardian_away, "guardianless": "guardian" in row.warnings,
        }
        for row in rows
        if row.residence
    }  # fmt: skip


def blanks() -> tuple[SafeString, SafeString]:
    """A blank line of the grid and a blank drawer, for the script to copy."""
    return _blanks(language())


@lru_cache(maxsize=4)
def _blanks(_language: str | None) -> tuple[SafeString, SafeString]:
    row = template_row()
    drawer = get_template("residents/entry_person.html").render({"row": row, "choices": choices()})
    return entry_lines.drawn(row), SafeString(drawer)
