"""Patches: their buildings, their lead, their workload; and the page that shows them."""

from decimal import Decimal as D

import pytest

from housing.models import AddressPlate, Building, DwellingUnit
from portal.metrics.models import MetricRun, MetricValue
from portal.orgs.acting import acting
from portal.orgs.records import new_id
from staffing import services
from staffing.models import WorkArea
from staffing.services import UnableToStaff
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.staffing import builders as b

pytestmark = pytest.mark.django_db


def building(cast, number, occupancies, at, *, committee=HOME, occupants=2):
    """A building whose dwellings are lived in as told."""
    with acting(cast.scope("district")):
        plate = AddressPlate.objects.create(
            committee_id=committee, road="棠浦路", number=f"{number}号",
            address=f"{committee} 棠浦路{number}号",
        )  # fmt: skip
        made = Building.objects.create(
            committee_id=committee, plate=plate, name=f"棠浦路{number}号",
            short_name=f"{number}号", sort_key=f"{number:04d}",
        )  # fmt: skip
        for room, code in enumerate(occupancies, 101):
            DwellingUnit.objects.create(
                committee_id=committee, building=made, floor=1, room_no=str(room),
                address=f"{plate.address} {room}室", short_address=f"{number}号 {room}室",
                address_key=f"{committee}{number:04d}{room}", occupancy=code,
                occupants=occupants, created_at=at, updated_at=at,
            )  # fmt: skip
    return made


def assigned(cast, at, buildings, *, code="一片", lead=None, area=None, committee=HOME):
    by = cast.scope("street")
    with acting(by):
        return services.assign_area(
            committee=committee,
            code=code,
            building_ids=[each.pk for each in buildings],
            lead_collector_id=lead.pk if lead else None,
            valid_from=at.date(),
            area_id=area.pk if area else None,
            version=area.version if area else 0,
            by=by,
            at=at,
        )


@pytest.mark.paper("S-54")
def test_workload_counts_dwellings_by_who_lives_in_them(cast, at):
    # 1.0 owner-occupied, 2.0 rented, 0.5 vacant
    area = assigned(cast, at, [building(cast, 1, "1124", at)])
    assert (area.dwellings, area.workload) == (4, D("4.5"))


@pytest.mark.paper("S-53")
def test_a_building_lies_in_one_patch(cast, at):
    one, two = building(cast, 1, "11", at), building(cast, 2, "22", at)
    first = assigned(cast, at, [one, two])
    assigned(cast, at, [two], code="二片")
    with acting(cast.scope("street")):
        first = WorkArea.objects.get(pk=first.pk)
    assert (first.dwellings, first.workload) == (2, D("2.0"))


def test_a_patch_stays_within_its_committee(cast, at):
    own = building(cast, 1, "1", at)
    other = building(cast, 2, "1", at, committee=NEXT_DOOR)
    with pytest.raises(UnableToStaff, match="有的楼栋不在本居委"):
        assigned(cast, at, [own, other])
    stranger = b.collector(cast, at, committee=NEXT_DOOR)
    with pytest.raises(UnableToStaff, match="应是本居委在岗或试用的采集员"):
        assigned(cast, at, [own], lead=stranger)
    with pytest.raises(UnableToStaff, match="请选楼栋"):
        assigned(cast, at, [])


def test_two_patches_of_a_committee_have_two_names(cast, at):
    one, two = building(cast, 1, "1", at), building(cast, 2, "1", at)
    assigned(cast, at, [one])
    with pytest.raises(UnableToStaff, match="本居委已有同名片区"):
        assigned(cast, at, [two])


def test_whoever_leads_a_patch_hands_it_over_before_leaving(cast, at):
    lead = b.collector(cast, at)
    assigned(cast, at, [building(cast, 1, "1", at)], lead=lead)
    away = b.moved(cast, lead, "leaving", at)
    with pytest.raises(UnableToStaff, match="名下还有 1 个片区"):
        b.moved(cast, away, "left", at)


def test_a_patch_changed_meanwhile_is_not_overwritten(cast, at):
    one = building(cast, 1, "1", at)
    area = assigned(cast, at, [one])
    assigned(cast, at, [one], code="东片", area=area)
    with pytest.raises(UnableToStaff, match="刚被他人调整过"):
        assigned(cast, at, [one], code="西片", area=area)


@pytest.fixture
def numbers(cast, at):
    """A published snapshot: 3,050 people at home, 1,200 next door."""
    with acting(cast.scope("district")):
        run = MetricRun.objects.create(
            kind="nightly",
            unit_id=DISTRICT,
            as_of=at.date(),
            state="published",
            requested_at=at,
            measured_at=at,
            published_at=at,
        )
        for committee, people in ((HOME, 3050), (NEXT_DOOR, 1200)):
            MetricValue.objects.create(
                id=new_id(), run=run, committee_id=committee, metric="actual_population",
                version=1, numerator=people,
            )  # fmt: skip


@pytest.mark.paper("S-40", "S-43")
def test_posts_are_asked_for_unit_by_unit_from_stored_population(cast, at, today, numbers):
    from portal.orgs.models import OrgUnit
    from staffing.boards import overview

    for _ in range(2):
        b.collector(cast, at)
    b.collector(cast, at, committee=NEXT_DOOR)
    b.collector(cast, at, committee=NEXT_DOOR)
    with acting(cast.scope("street")):
        board = overview(OrgUnit.objects.get(pk=STREET), cast.scope("street"), today)
    lines = {line.unit: line for line in board.lines}
    # 3,050 people ask for 3 posts, 1,200 for 1; the one too many next door does not fill the gap
    assert (lines[HOME].required, lines[HOME].gap, lines[HOME].ratio) == (3, 1, 1525)
    assert (lines[NEXT_DOOR].required, lines[NEXT_DOOR].gap) == (1, 0)
    assert (board.required, board.posts, board.gap, board.short_units) == (4, 4, 1, 1)


def test_the_page_says_who_could_lend_a_post(cast, at, numbers):
    for committee in (HOME, HOME, NEXT_DOOR, NEXT_DOOR):
        b.collector(cast, at, committee=committee)
    area = assigned(cast, at, [building(cast, 1, "1124", at)])
    text = cast.client("street").get(f"/staffing/?unit={HOME}").content.decode()
    assert area.code in text
    assert "可从花溪园调入 1 员，调入后本居委 1,017 人/员，花溪园 1,200 人/员" in text
    assert "1 个片区没有负责采集员" in text


@pytest.mark.parametrize("key", ["street", "clerk", "district", "staff"])
def test_everybody_who_may_sees_their_own_part(cast, at, numbers, key):
    response = cast.client(key).get("/staffing/")
    assert response.status_code == 200
    text = response.content.decode()
    assert ("新增采集员" in text) == (key in {"street", "staff"})
    assert ("花溪园" in text) == (key in {"street", "staff"})


def test_foreign_units_and_patches_are_not_there(cast, at):
    area = assigned(cast, at, [building(cast, 1, "1", at)])
    for key in ("far_street", "neighbour"):
        assert cast.client(key).get(f"/staffing/?unit={HOME}").status_code == 404
    assert cast.client("far_street").get(f"/staffing/areas/{area.pk}/").status_code == 404
    assert cast.client("clerk").get(f"/staffing/areas/{area.pk}/").status_code == 403


def test_a_collector_is_taken_on_and_a_patch_laid_out_by_form(cast, at):
    client = cast.client("street")
    given = {
        "committee": HOME, "staff_no": "C-9001", "name": "魏春燕", "employment_type": "purchased",
        "fte": "1", "status": "appointed", "since": "2026-03-01", "trained_on": "2026-02-20",
        "confidentiality_signed_on": "2026-02-20",
    }  # fmt: skip
    refused = client.post("/staffing/collectors/new/", given)
    assert refused.status_code == 422
    assert "购买服务的采集员须写明承接单位" in refused.content.decode()
    assert "魏春燕" in refused.content.decode()
    made = client.post("/staffing/collectors/new/", given | {"provider": "和邻社工"})
    assert made.status_code == 302
    house = building(cast, 1, "11", at)
    laid = client.post(
        f"/staffing/areas/new/{HOME}/",
        {"code": "一片", "valid_from": "2026-03-01", "buildings": [house.pk], "version": "0"},
    )
    assert laid.status_code == 302
    assert "C-9001" in client.get("/staffing/roster/").content.decode()


def test_the_page_asks_the_database_a_fixed_number_of_times(
    cast, at, numbers, django_assert_max_num_queries
):
    for number in range(1, 5):
        lead = b.collector(cast, at)
        assigned(cast, at, [building(cast, number, "12", at)], code=f"{number}片", lead=lead)
    client = cast.client("street")
    client.get(f"/staffing/?unit={HOME}")  # numbers that no longer change are kept after this
    # the ends of a savepoint stand around the page's own statements
    with django_assert_max_num_queries(12 + 2):
        client.get(f"/staffing/?unit={HOME}")
    with django_assert_max_num_queries(30):
        client.get("/staffing/roster/")


def test_the_tiles_count_who_is_trained_bound_and_away(cast, at, numbers):
    """Of a street and of the district alike; who has left is nowhere."""
    bound = {"confidentiality_signed_on": at.date()}
    b.collector(cast, at, **bound)
    b.collector(cast, at, committee=STREET, fte=D("0.5"), **bound)  # kept at the street office
    b.collector(cast, at, committee=NEXT_DOOR)  # her pledge has run out
    b.collector(cast, at, status="candidate", trained_on=None, confidentiality_signed_on=None)
    b.moved(cast, b.collector(cast, at, name="郑<b>", **bound), "transferred", at)
    b.moved(cast, b.collector(cast, at), "suspended", at)
    left = b.moved(cast, b.collector(cast, at), "leaving", at)
    b.moved(cast, left, "left", at)
    for key in ("street", "district"):
        found = cast.client(key).get("/staffing/")
        board = found.context["board"]
        assert (board.employed, board.trained, board.pledged, board.lapsed) == (6, 5, 3, 1), key
        assert (board.posts, board.away) == (D("2.5"), "借调 1、停职 1、待录用 1"), key
        text = found.content.decode()
        assert "1 名采集员没有岗前培训合格记录" in text
        assert "1 名采集员的保密承诺已满一年，须重签" in text
        assert "郑&lt;b&gt;" in text
        assert "郑<b>" not in text
