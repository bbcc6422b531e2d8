"""Rows of the ledger by building (S-114): hundreds of numbers, so that they are drawn in Python."""

from collections.abc import Iterable, Mapping

from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.drawing import fill, fill_each
from residents.ledgers import ABSENT, GROUPS, HOUSING, BuildingLine

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
