"""The board of a building of a thousand dwellings: server time and queries, against their limits.

The building is registered in the clerk's committee for the measurement and taken away afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.utils import timezone

from bench.asking import Inside
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared, interleaved
from bench.serving import Visitor, served
from bench.targets import Target
from housing import services
from housing.models import AddressPlate, Building, DwellingUnit, HouseCodeEvent
from housing.rooms import RoomBlock
from portal.orgs.acting import acting
from portal.quality.models import DataQualityIssue

ADDRESS = "棠浦路9999弄1号"
FLOORS, PER_FLOOR = 50, 20
MOST_MILLISECONDS = 150
MOST_QUERIES = 6
#: Tables of the page itself; session, post, grants and menu are the frame's.
OWN = ('"housing_', '"rules_ruleset"', '"quality_dataqualityissue"', '"residents_')


def figures(district: District) -> list[Figure]:
    """Both figures of the board."""
    with _building(district) as building:
        target = Target("board", "committee", f"/housing/buildings/{building.pk}/", "")
        inside = Inside(district)
        inside.asks(target)  # warm
        asked = [each for each in inside.asks(target).statements if any(o in each.sql for o in OWN)]
        with served("portal.wsgi") as ours:
            visitor = Visitor(ours, inside.sessions["committee"])
            (page,) = interleaved(partial(visitor.get, target.path), rounds=60, warm=10, seconds=20)
    name = f"board of {FLOORS * PER_FLOOR:,} dwellings"
    return [
        compared(f"{name}: server time", page, Sample.of(MOST_MILLISECONDS, "ms"), at_most(1),
                 "the limit"),
        compared(f"{name}: its own queries", Sample.of(len(asked), "queries"),
                 Sample.of(MOST_QUERIES, "queries"), at_most(1), "the limit"),
    ]  # fmt: skip


@contextmanager
def _building(district: District) -> Iterator[Building]:
    by = district.scope("committee")
    block = RoomBlock(1, FLOORS, PER_FLOOR)
    with acting(by):
        building = services.register_building(
            committee=by.unit, address=ADDRESS, block=block, by=by, at=timezone.now()
        )
    try:
        yield building
    finally:
        _take_away(building)


def _take_away(building: Building) -> None:
    homes = DwellingUnit.objects.using("owner").filter(building_id=building.pk)
    keys = list(homes.values_list("pk", flat=True))
    HouseCodeEvent.objects.using("owner").filter(dwelling__in=keys).delete()
    DataQualityIssue.objects.using("owner").filter(dwelling_id__in=keys).delete()
    homes.delete()
    Building.objects.using("owner").filter(pk=building.pk).delete()
    AddressPlate.objects.using("owner").filter(pk=building.plate_id, buildings=None).delete()
