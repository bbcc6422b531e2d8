"""Units as a grid of tiles: where they lie roughly, without a map of anybody else's (ui.md 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.metrics.dashboards import Board
from portal.metrics.receipts import Reading
from portal.metrics.tables import heat_level, heat_steps
from portal.orgs.models import OrgUnit

#: Rows and columns of the district's streets and towns, from the north west to the south east; a
#: sketch of who is whose neighbour, no boundary.
PLACES = {
    "桃浦镇": (1, 1), "万里": (1, 2), "甘泉路": (1, 3), "宜川路": (1, 4),
    "长征镇": (2, 1), "真如镇": (2, 2), "石泉路": (2, 3), "长寿路": (2, 4),
    "长风新村": (3, 2), "曹杨新村": (3, 3),
}  # fmt: skip
COLUMNS = 4


@dataclass(frozen=True)
class Tile:
    """One unit: its place in the grid, its rate, the class of its colour (0 unknown)."""

    unit: OrgUnit
    row: int
    column: int
    reading: Reading
    level: int


@dataclass(frozen=True)
class TileMap:
    """The tiles of a unit's parts, the rate that they show, and the legend's classes."""

    title: str
    tiles: Sequence[Tile]
    steps: Sequence[tuple[int, str]]


def tile_map(board: Board, key: str) -> TileMap | None:
    """:param key: of a rate; None where the unit has no parts to lay out"""
    if board.unit.level != "district" or not board.parts:
        return None
    target = board.standards.target(board.reading(key).metric) or Decimal(92)
    tiles = [
        Tile(unit, *_place(unit, number), board.reading(key, unit.pk), 0)
        for number, unit in enumerate(board.parts)
    ]
    coloured = [
        Tile(t.unit, t.row, t.column, t.reading,
             0 if t.reading.figure.is_few else heat_level(t.reading.value, target))
        for t in tiles
    ]  # fmt: skip
    return TileMap(
        str(board.reading(key).metric.title),
        sorted(coloured, key=lambda tile: (tile.row, tile.column)), heat_steps(target),
    )  # fmt: skip


def _place(unit: OrgUnit, number: int) -> tuple[int, int]:
    """Where a unit lies; units that the sketch does not know follow below it."""
    for name, place in PLACES.items():
        if unit.name.startswith(name):
            return place
    return 4 + number // COLUMNS, 1 + number % COLUMNS
