"""Rows of the ledger (S-114): hundreds of lines on a page, so that they are drawn in Python."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.drawing import fill, fill_each
from portal.ui.words import gettext as _
from residents.categories import POPULATION_CATEGORIES, SEXES
from residents.grid import place_words
from residents.identity import mask_birth
from residents.ledgers import ABSENT, GROUPS, HOUSING, BuildingLine, DwellingLines, Home

#: The columns in the order of the sheet's head.
_ORDER = ("dwellings", "occupied", "vacant", "unknown", "fresh", "households", "actual",
          *GROUPS, ABSENT)  # fmt: skip
assert set(_ORDER) == {*HOUSING, "actual", *GROUPS, ABSENT}


def building_rows(lines: Iterable[BuildingLine], *, links: bool) -> SafeString:
    """A table row for each building.

    :param links: whether a building leads to its households; not on paper
    """
    if not links:
        rows = ((line.building.name, count_cells(line.counts)) for line in lines)
        return fill_each('<tr><td class="pp-name">%s</td>%s</tr>\n', rows)
    linked = (
        (url, url, line.building.name, count_cells(line.counts))
        for line in lines
        if (url := address_of("residents:ledger_homes", line.building.pk))
    )
    return fill_each(
        '<tr data-row data-url="%s"><td class="pp-name"><a class="pp-rowlink" href="%s">%s</a></td>'
        "%s</tr>\n",
        linked,
    )


def count_cells(counts: Mapping[str, int]) -> SafeString:
    """The cells of one line, or of the line below all lines; the actual population stands out."""
    written = ((name, formats.whole(counts[name])) for name in _ORDER)
    return fill_each(
        '<td class="pp-num">%s</td>',
        ((fill("<b>%s</b>", text) if name == "actual" else text,) for name, text in written),
    )


def dwelling_rows(lines: Iterable[DwellingLines], *, links: bool) -> SafeString:
    """A table body for each dwelling, a row for each person in it, masked.

    :param links: whether dwellings, households and people lead to their records; not on paper
    """
    bodies = ((line.dwelling.pk, _dwelling(line, links=links)) for line in lines)
    return fill_each('<tbody id="d%s">%s</tbody>\n', bodies)


def _dwelling(line: DwellingLines, *, links: bool) -> SafeString:
    if not line.homes:
        return fill(
            '<tr>%s<td colspan="10" class="pp-2">%s</td><td>%s</td></tr>',
            _room(line, links=links),
            _("没有登记在住人员"),
            formats.day(line.dwelling.verified_on),
        )
    return fill_each("<tr>%s%s%s</tr>\n", _people(line, links=links))


def _people(line: DwellingLines, *, links: bool) -> Iterator[tuple[str, str, str]]:
    """The rows of a dwelling: the first has its room, the first of a household its number."""
    room: str = _room(line, links=links)
    for number, home in enumerate(line.homes, 1):
        count: str = _household(home, number, links=links)
        for row in home.people:
            yield room, count, _person(row, links=links)
            room = count = ""


def _room(line: DwellingLines, *, links: bool) -> SafeString:
    url = address_of("housing:dwelling", line.dwelling.pk) if links else ""
    return fill(
        '<th scope="rowgroup" rowspan="%s">%s<div class="pp-s pp-2">%s</div></th>',
        line.height, _led(line.dwelling.room_no, url), line.occupancy,
    )  # fmt: skip


def _household(home: Home, number: int, *, links: bool) -> SafeString:
    url = address_of("residents:household", home.key) if links and home.key else ""
    return fill('<td rowspan="%s">%s</td>', len(home.people), _led(number, url))


def _person(row: Any, *, links: bool) -> SafeString:
    url = address_of("residents:person", row.resident_id) if links else ""
    return fill(
        '<td class="pp-name">%s</td><td>%s</td><td>%s</td><td class="pp-mono">%s</td>'
        '<td class="pp-mono">%s</td><td>%s</td><td>%s</td><td class="pp-mono">%s</td>'
        "<td>%s</td><td>%s</td>",
        _led(row.name, url), place_words(row) or formats.DASH, SEXES.title(row.sex),
        mask_birth(row.birth_date), row.id_mask or formats.DASH,
        POPULATION_CATEGORIES.title(row.category), row.origin or formats.DASH,
        row.phone_mask or formats.DASH, formats.day(row.begin_on), formats.day(row.verified_on),
    )  # fmt: skip


def _led(text: object, url: str) -> SafeString:
    """The text, as a link where it leads somewhere."""
    return fill('<a href="%s">%s</a>', url, text) if url else fill("%s", text)
