"""What a dashboard is compared with: the middle of its peers, its neighbours, the last visit."""

from datetime import timedelta
from decimal import Decimal as D
from itertools import pairwise

import pytest

from portal.metrics import peers
from portal.metrics.figures import Snapshot
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.tables import overlap
from portal.metrics.visits import night_of
from tests.cast import HOME, STREET
from tests.metrics.builders import SYSTEM, altered, computed, people

pytestmark = pytest.mark.django_db


def test_the_middle_is_told_of_enough_units_with_enough_cases_only(cast, monkeypatch):
    people(cast.scope("clerk"), 40)
    run = computed(scope=SYSTEM)
    assert run.medians == {"street": {}, "committee": {}}  # one committee with people
    monkeypatch.setattr(peers, "FEWEST_PEERS", 1)
    computed(scope=SYSTEM)
    run = MetricRun.objects.published().get()
    assert D(run.medians["committee"]["house_code_link"]) == D(
        run.medians["street"]["house_code_link"]
    )


def test_the_middle_stands_on_the_dashboard_and_nothing_else_of_the_peers(cast, monkeypatch):
    monkeypatch.setattr(peers, "FEWEST_PEERS", 1)
    clerk = cast.scope("clerk")
    here = people(clerk, 40)
    for episode in here[10:]:
        altered(clerk, episode, code_final=False)
    computed(scope=SYSTEM)
    response = cast.client("clerk").get("/dashboard/committee/")
    assert "同级中位" in response.content.decode()
    assert response.context["board"].reading("house_code_link").middle == "25.00"
    assert "同级中位" not in cast.client("district").get("/dashboard/district/").content.decode()


@pytest.mark.parametrize(
    ("one", "other", "is_close"),
    [
        ((80, 90), (85, 95), True),
        ((80, 90), (90, 95), True),
        ((80, 90), (91, 95), False),
        (None, (80, 90), False),
        (None, None, False),
    ],
)
def test_intervals_with_a_value_in_common_leave_the_place_open(one, other, is_close):
    assert overlap(one, other) is is_close
    assert overlap(other, one) is is_close


def test_what_has_moved_since_the_last_visit_is_told_in_ten_links(cast, today, settings):
    clerk = cast.scope("clerk")
    here = people(clerk, 40)
    computed(RunKind.NIGHTLY, day=today - timedelta(days=1), scope=SYSTEM)
    for episode in here[:20]:
        altered(clerk, episode, code_final=False)
    people(clerk, 5, address="棠浦路988弄8号", start=70)
    computed(scope=SYSTEM)
    response = cast.client("street").get(f"/dashboard/street/?unit={STREET}")
    changes = response.context["changes"]
    assert 0 < len(changes) <= 10
    weights = [change.weight for change in changes]
    assert all(one >= other for one, other in pairwise(weights))
    linked = next(change for change in changes if change.title == "房屋编码关联率")
    assert (linked.before, linked.by) == ("100.00", "−44.44")
    assert linked.now.url
    assert "上次查看以来" in response.content.decode()
    assert response.context["board"].parts[0].pk == HOME


def test_a_visit_is_compared_with_the_numbers_of_the_visit_before(cast, today):
    nights = [Snapshot(None, today - timedelta(days=back)) for back in (9, 5, 2, 1)]
    assert night_of(nights, today - timedelta(days=3), today).day == today - timedelta(days=5)
    assert night_of(nights, today - timedelta(days=1), today).day == today - timedelta(days=1)
    assert night_of([], today, today) is None


def test_a_first_visit_is_compared_with_the_last_night(cast, today):
    nights = [Snapshot(None, today - timedelta(days=back)) for back in (9, 1)]
    assert night_of(nights, None, today).day == today - timedelta(days=1)


def test_the_district_is_laid_out_as_tiles_with_their_numbers(cast):
    computed(scope=SYSTEM)
    response = cast.client("district").get("/dashboard/district/")
    tiles = response.context["tile_map"].tiles
    places = [(tile.row, tile.column) for tile in tiles]
    assert len(set(places)) == len(places) == len(response.context["board"].parts)
    assert "示意方位" in response.content.decode()
    assert cast.client("street").get("/dashboard/street/").context["tile_map"] is None


@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("street", "/statistics/board/", 200),
        ("street", f"/statistics/board/?unit={HOME}", 200),
        ("district", "/statistics/board/", 200),
        ("clerk", f"/statistics/board/?unit={STREET}", 404),
        ("auditor", "/statistics/board/", 403),
    ],
)
def test_a_board_is_taken_along_as_a_file_by_who_may(cast, key, path, status):
    people(cast.scope("clerk"), 3)
    computed(scope=SYSTEM)
    assert cast.client(key).get(path).status_code == status
