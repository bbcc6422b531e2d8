"""How far the verification of each building is: the strip on the clerk's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from uuid import UUID

from django.utils.safestring import SafeString

from housing.models import Building, DwellingUnit
from housing.views import Yardstick, yardstick
from portal import kept
from portal.orgs.scope import Scope
from portal.ui import marks
from portal.ui.addresses import address_of
from portal.ui.formats import as_decimal
from portal.ui.graphics import share
from portal.ui.stencils import Stencil, gap
from portal.ui.words import language


@dataclass(frozen=True)
class Progress:
    """One building: dwellings verified within their cycle, of all."""

    building_id: UUID
    name: str
    dwellings: int
    fresh: int

    @property
    def share(self) -> int:
        """Percent, cut and not rounded: 91.9 is not yet 92."""
        return self.fresh * 100 // self.dwellings if self.dwellings else 0


@dataclass(frozen=True)
class Strip:
    """The first buildings of a committee in walking order, and the share that each should reach.

    `total` counts those that are not shown as well.
    """

    target: float
    buildings: Sequence[Progress]
    total: int

    @property
    def drawn(self) -> SafeString:
        """The buildings, each with its way to the board."""
        return SafeString("".join([self._tile(each) for each in self.buildings]))

    def _tile(self, each: Progress) -> SafeString:
        bar = marks.progress(share(each.fresh, each.dwellings), as_decimal(self.target), 4, "100%")
        return _stencil(each.share < self.target, language()).fill({
            "url": address_of("housing:board", each.building_id), "name": each.name,
            "dwellings": each.dwellings, "share": each.share, "bar": bar,
        })  # fmt: skip


@lru_cache(maxsize=8)
def _stencil(is_low: bool, _language: str | None) -> Stencil:
    gaps = {name: gap(name) for name in ("url", "name", "dwellings", "share", "bar")}
    return Stencil("desk/strip_tile.html", gaps | {"is_low": is_low})


def expect_strip(scope: Scope, day: date) -> None:
    """What the strip is made of will be asked for in this request."""
    kept.expect(kept.yardstick(day), kept.strip(scope.unit, day))


def strip(scope: Scope, most: int) -> Strip:
    """Today's strip of the acting committee: counts as they are kept (ADR 31), names as they are.

    :param most: how many buildings are shown
    """
    measure = yardstick()
    key = kept.strip(scope.unit, measure.day)
    counted = kept.fact(key, partial(_counted, scope, measure))
    shown = [pk for pk, _dwellings, _fresh in counted[:most]]
    named = Building.objects.in_scope(scope).filter(pk__in=shown).values_list("pk", "short_name")
    names = dict(named)
    buildings = [
        Progress(pk, names[pk], dwellings, fresh)
        for pk, dwellings, fresh in counted[:most]
        if pk in names
    ]
    return Strip(measure.target, buildings, len(counted))


def _counted(scope: Scope, measure: Yardstick) -> list[tuple[UUID, int, int]]:
    """By building its key, its dwellings and how many of them count, in one query."""
    totals = DwellingUnit.objects.totals(measure.day, measure.cycles)
    rows = (
        DwellingUnit.objects.in_scope(scope)
        .active()
        .order_by("building__sort_key", "building_id")
        .values("building_id", "building__sort_key")
        .annotate(dwellings=totals["dwellings"], fresh=totals["fresh"])
    )
    return [(row["building_id"], row["dwellings"], row["fresh"]) for row in rows]
