"""How far the verification of each building is: the strip on the clerk's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from uuid import UUID

from django.utils.safestring import SafeString

from housing.models import DwellingUnit
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
    """The buildings of a committee in walking order and the share that each should reach."""

    target: float
    buildings: Sequence[Progress]

    def drawn(self, most: int) -> SafeString:
        """The first of them, each with its way to the board."""
        return SafeString("".join([self._tile(each) for each in self.buildings[:most]]))

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


def strip(scope: Scope) -> Strip:
    """Today's strip of the acting committee, kept under its mark (ADR 31)."""
    measure = yardstick()
    key = kept.strip(scope.unit, measure.day)
    rows = kept.fact(key, partial(_counted, scope, measure))
    return Strip(measure.target, [Progress(*row) for row in rows])


def _counted(scope: Scope, measure: Yardstick) -> list[tuple[UUID, str, int, int]]:
    """By building its key, its name, its dwellings and how many of them count, in one query."""
    totals = DwellingUnit.objects.totals(measure.day, measure.cycles)
    rows = (
        DwellingUnit.objects.in_scope(scope)
        .active()
        .order_by("building__sort_key", "building_id")
        .values("building_id", "building__short_name", "building__sort_key")
        .annotate(dwellings=totals["dwellings"], fresh=totals["fresh"])
    )
    return [
        (row["building_id"], row["building__short_name"], row["dwellings"], row["fresh"])
        for row in rows
    ]
