"""What another system pulls: changes since its last look, requests, numbers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bench.asking import listening
from bench.plans import plan_of
from tests.cast import HOME, NEXT_DOOR
from tests.residents.builders import SURNAMES, home, number, register, told

pytestmark = pytest.mark.django_db

NO_ROW = "00000000-0000-0000-0000-000000000001"


def pulled(caller, path="changes/residents/?size=2"):
    """All rows from the beginning, page by page, and the cursor at the end."""
    rows, page = [], caller.get(path).json()
    while True:
        rows += page["results"]
        if not page["more"]:
            return rows, page["cursor"]
        page = caller.get(f"{path}&since={page['cursor']}").json()


@pytest.fixture
def people(cast, dwelling):
    """Five people, registered in the past minutes."""
    return [
        register(
            cast.scope("clerk"), dwelling, name="万" + SURNAMES[n],
            document_number=number(sequence=60 + n), at=timezone.now() - timedelta(minutes=20 - n),
        )
        for n in range(5)
    ]  # fmt: skip


def test_everything_is_pulled_once_in_the_order_of_change(clerk, people):
    rows, cursor = pulled(clerk)
    assert [row["id"] for row in rows] == [str(person.resident_id) for person in people]
    assert clerk.get(f"changes/residents/?since={cursor}").json() == {
        "results": [], "cursor": cursor, "more": False,
    }  # fmt: skip


def test_only_what_changed_since_comes_again(clerk, people, settings):
    _rows, cursor = pulled(clerk)
    path = f"residents/{people[1].resident_id}/"
    assert clerk.patch(path, {"note": "改过"}, clerk.tag(path)).status_code == 200
    assert clerk.get(f"changes/residents/?since={cursor}").json()["results"] == []
    settings.API_SETTLED_SECONDS = 0
    rows = clerk.get(f"changes/residents/?since={cursor}").json()["results"]
    assert [(row["id"], row["note"]) for row in rows] == [(str(people[1].resident_id), "改过")]


def test_dwellings_tell_what_changed_about_them(clerk, dwelling, settings):
    settings.API_SETTLED_SECONDS = 0
    _rows, cursor = pulled(clerk, "changes/dwellings/?size=100")
    path = f"dwellings/{dwelling.pk}/"
    assert clerk.patch(path, {"design_rooms": 2}, clerk.tag(path)).status_code == 200
    (row,) = clerk.get(f"changes/dwellings/?since={cursor}").json()["results"]
    assert (row["id"], row["design_rooms"]) == (str(dwelling.pk), 2)


@pytest.mark.parametrize(
    ("what", "index"), [("residents", "residents_changed"), ("dwellings", "housing_changed")]
)
def test_a_page_comes_from_the_index_wherever_it_begins(cast, clerk, people, settings, what, index):
    """As the restricted role, with the ways of small tables closed: no scan and no sort."""
    settings.API_SETTLED_SECONDS = 0
    place = clerk.get(f"changes/{what}/?size=1").json()["cursor"]
    for path in (f"changes/{what}/?size=2", f"changes/{what}/?size=2&since={place}"):
        with listening() as asked:
            assert clerk.get(path).status_code == 200
        (statement,) = [each for each in asked.statements if '"updated_at" <=' in each.sql]
        (scan,) = plan_of(statement, cast.scope("clerk"), whole=False)
        assert (scan.index, scan.kind) == (index, "Index Scan"), scan
        assert "updated_at" in scan.condition
        assert ("ROW(" in scan.condition) == ("since" in path)


def test_a_street_names_the_committee_and_nobody_else_s(caller, people):
    street = caller("street")
    assert street.get("changes/residents/").status_code == 400
    assert len(street.get(f"changes/residents/?committee={HOME}").json()["results"]) == 5
    assert street.get(f"changes/residents/?committee={NEXT_DOOR}").json()["results"] == []
    far = caller("far_street").get(f"changes/residents/?committee={HOME}")
    assert far.status_code == 400


@pytest.mark.parametrize("since", ["gestern", "2026-11-29~x", f"2026-11-29T00:00:00~{NO_ROW}"])
def test_a_place_that_was_never_given_out_is_refused(clerk, since):
    assert clerk.get(f"changes/residents/?since={since}").status_code == 400


def test_a_move_is_asked_for_and_answered_by_two_systems(cast, caller, clerk, mother):
    other = caller("neighbour")
    there = home(cast.scope("neighbour"), "桂巷路12弄3号")[0]
    refused = other.post(f"dwellings/{there.pk}/residents/", told())
    assert refused.status_code == 422
    asked = other.post(f"dwellings/{there.pk}/transfers/", told(why="入户核实，已搬来居住"))
    assert asked.status_code == 201, asked.content.decode()
    path = f"transfers/{asked.json()['id']}/"
    tag = clerk.tag(path)
    assert clerk.post(f"{path}answer/", {"agreed": True}).status_code == 428
    done = clerk.post(f"{path}answer/", {"agreed": True}, **{"If-Match": tag})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert [row["name"] for row in other.get("residences/").json()["results"]] == ["王巧云"]
    late = other.post(f"{path}withdrawal/", {}, **{"If-Match": tag})
    assert late.status_code == 412
    assert caller("far_clerk").get(path).status_code == 404


def test_a_lead_is_told_and_its_words_are_not_given_out(clerk, dwelling):
    told = {
        "kind": "new", "subject": "person", "place": "6号101", "text": "新搬来一家三口",
        "channel": "01", "dwelling": str(dwelling.pk), "contact": "15012346620",
    }  # fmt: skip
    made = clerk.post("leads/", told)
    assert made.status_code == 201, made.content.decode()
    (row,) = clerk.get("leads/?state=submitted").json()["results"]
    assert row["dwelling"] == str(dwelling.pk)
    assert "新搬来" not in str(row)
    assert clerk.get(f"leads/{row['id']}/").status_code == 200


def test_numbers_come_with_their_parts_and_only_of_ones_own_units(clerk, caller):
    sheet = clerk.get("metrics/").json()
    assert sheet["unit"] == HOME
    assert {"metric", "title", "formula", "version", "value", "numerator", "denominator"} <= set(
        sheet["values"][0]
    )
    assert clerk.get(f"metrics/?unit={NEXT_DOOR}").status_code == 400
    assert caller("street").get(f"metrics/?unit={HOME}").json()["unit"] == HOME


def test_requests_for_correction_are_listed(clerk):
    assert clerk.get("corrections/").json() == {"results": [], "next": None}
