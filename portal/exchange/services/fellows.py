"""Rows of a file that are judged together, a household for one, are not parted.

A change of head is two rows: judged apart, the one leaves the family without a head and the other
gives it a second.
"""

from collections.abc import Sequence
from itertools import pairwise

from portal.exchange.kinds import Grouped
from portal.exchange.models import ImportBatch, ImportRow
from portal.exchange.services.state import chunks_of, kind_of
from portal.exchange.staging import HeldRow, Staged, raw_row, unfit_row, unseal

#: How many rows apart those of one group may lie: ledgers list a household without a break.
REACH = 50


def group_of(batch: ImportBatch, row: ImportRow | HeldRow, staged: Staged) -> str:
    """What a row has in common with those it is judged with; blank for one judged by itself."""
    kind = kind_of(batch)
    raw = raw_row(row.line, staged, batch.mapping)
    return kind.together(raw) if isinstance(kind, Grouped) and not unfit_row(raw) else ""


def fellows_of(
    batch: ImportBatch, row: ImportRow, groups: set[str]
) -> list[tuple[ImportRow, Staged]]:
    """The rows near by that belong to one of the groups, locked; those left out are no fellows."""
    wanted = groups - {""}
    if not wanted:
        return []
    near = (
        ImportRow.objects.select_for_update()
        .filter(batch=batch, line__range=(row.line - REACH, row.line + REACH), skipped=False)
        .exclude(pk=row.pk)
        .order_by("line")
    )
    held = [(each, unseal(each)) for each in near]
    return [(each, staged) for each, staged in held if group_of(batch, each, staged) in wanted]


def chunks_for(batch: ImportBatch, lines: Sequence[int]) -> list[dict[str, int]]:
    """First and last line of each chunk; a border within a group moves to the group's end.

    :param lines: the lines to do, ascending
    """
    chunks = chunks_of(lines)
    if not isinstance(kind_of(batch), Grouped):
        return chunks
    places = {line: place for place, line in enumerate(lines)}
    for before, after in pairwise(chunks):
        place = places[before["last"]]
        moved = place + _more_of_group(batch, lines[place : place + 1 + REACH])
        before["last"] = lines[moved]
        after["first"] = lines[moved + 1] if moved + 1 < len(lines) else after["last"] + 1
    return [chunk for chunk in chunks if chunk["first"] <= chunk["last"]]


def _more_of_group(batch: ImportBatch, lines: Sequence[int]) -> int:
    """How many of the lines after the first belong to its group without a break."""
    rows = ImportRow.objects.filter(batch=batch, line__in=lines).order_by("line")
    groups = [group_of(batch, row, unseal(row)) for row in rows]
    more = 0
    while groups[0] and more + 1 < len(groups) and groups[more + 1] == groups[0]:
        more += 1
    return more
