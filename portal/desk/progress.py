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
from portal.ui import markup
from portal.ui.addresses import address_of
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
    """The first buildings of a committee in walking order and the share that each should reach.

    :param total: how many buildings there are
    """

    target: float
    buildings: Sequence[Progress]
    total: int

    def drawn(self) -> SafeString:
        """The buildings, each with its way to the board."""
        return SafeString("".join([self._tile(each) for each in self.buildings]))

    def _tile(self, each: Progress) -> SafeString:
        bar = markup.progress(each.fresh, each.dwellings, height=4, tick=self.target)
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
    """Today's strip of the acting committee.

    The counts are kept under its mark (ADR 31); what a building is called is read anew.

    :param most: how many buildings are shown
    """
    measure = yardstick()
    key = kept.strip(scope.unit, measure.day)
    counted = kept.fact(key, partial(_counted, scope, measure))
    shown = counted[:most]
    rows = Building.objects.in_scope(scope).filter(pk__in=[row[0] for row in shown])
    names = dict(rows.values_list("pk", "short_name"))
    buildings = [Progress(pk, names[pk], *counts) for pk, *counts in shown if pk in names]
    return Strip(measure.target, buildings, len(counted))


def _counted(scope: Scope, measure: Yardstick) -> list[tuple[UUID, int, int]]:
    """By building in walking order: its key, its dwellings and how many of them count."""
    totals = DwellingUnit.objects.totals(measure.day, measure.cycles)
    rows = (
        DwellingUnit.objects.in_scope(scope)
        .active()
        .order_by("building__sort_key", "building_id")
        .values("building_id", "building__sort_key")
        .annotate(dwellings=totals["dwellings"], fresh=totals["fresh"])
    )
    return [(row["building_id"], row["dwellings"], row["fresh"]) for row in rows]
