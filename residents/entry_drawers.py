"""The drawers of the entry page: drawn once as a template, filled by the page's own script.

A drawer for each member would be most of the page, and few are opened. What a drawer shows stands
in its row already (`Row.base`); the rest, and who may be named as guardian, is told here. Only a
drawer with a fault or with something typed in it is drawn for its row (`Row.has_drawer`).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import get_template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.drawing import fill_each
from portal.ui.templatetags.ui import kbd
from portal.ui.words import gettext as _
from portal.ui.words import language
from residents import entry_lines
from residents.grid import Row, choices, template_row
from residents.models import Residence, Verification
from residents.names import pinyin_of
from residents.origins import PROVINCES

COMMON_RELATIONS = (
    "户主", "配偶", "子", "女", "父亲", "母亲", "孙子", "孙女", "儿媳", "女婿", "公公", "婆婆",
    "岳父", "岳母", "兄弟姐妹", "承租人", "合租人", "单位宿舍人员", "住家雇员", "非亲属",
)  # fmt: skip
#: Usual relations with their initials; the first nine are also chosen by their number.
RELATION_WORDS = [(word, pinyin_of(word)[1]) for word in COMMON_RELATIONS]
#: How many of them the foot of the grid names with their number.
MOST_KEYS = 4


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


def fixed_parts() -> Mapping[str, SafeString]:
    """What is the same on every such page.

    `line` and `drawer` are blank ones for the script to copy; `keys` and `relations` the usual
    relations, by number and to choose from; `regions` names the provinces by their codes.
    """
    return _fixed_parts(language())


@lru_cache(maxsize=4)
def _fixed_parts(_language: str | None) -> Mapping[str, SafeString]:
    row = template_row()
    drawer = get_template("residents/entry_person.html").render({"row": row, "choices": choices()})
    first = enumerate(RELATION_WORDS[:MOST_KEYS], 1)
    regions = {f"{code}0000": name for code, name in PROVINCES.items()}
    return {
        "line": entry_lines.drawn(row), "drawer": SafeString(drawer),
        "keys": fill_each("%s %s ", ((kbd(str(n)), word) for n, (word, _initials) in first)),
        "relations": fill_each(
            '<option value="%s" data-initials="%s"></option>',
            ((word, initials) for word, initials in RELATION_WORDS),
        ),
        "regions": json_script(regions, "pp-regions"),
    }  # fmt: skip
