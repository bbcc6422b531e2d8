"""The electronic ledger: counts that add up, households together, masked on paper and as a file."""

import pytest
from django.urls import reverse

from housing.models import Building
from portal.orgs.acting import acting
from tests.cast import HOME
from tests.exports.builders import rows_of
from tests.residents.builders import home, number, register
from tests.residents.test_households import family
from tests.residents.test_pages import WHOLE_NUMBER, WHOLE_PHONE, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-114")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def building(clerk, at):
    """Twelve dwellings: a family of four from elsewhere in one, in another a local woman and a
    hukou whose holder lives abroad; a second building stands empty."""
    dwellings = home(clerk)
    home(clerk, "棠浦路990弄1号", floors=1, per_floor=2)
    family(clerk, dwellings[5], at)
    local = {"category": "人户一致", "reason": "", "phone": ""}
    away = local | {"category": "户在人不在", "relation": "子"}
    register(clerk, dwellings[0], name="石思源", document_number=number("19980614", 31), **local)
    register(
        clerk, dwellings[0], name="石远行", document_number=number("20010614", 32, "1"), **away
    )  # fmt: skip
    with acting(clerk):
        return Building.objects.get(pk=dwellings[0].building_id)


def ledger(client, **asked):
    context = client.get(reverse("residents:ledger"), asked).context
    return {line.building.name: line.counts for line in context["lines"]}, context["sums"]


def test_each_building_has_a_line_and_the_parts_add_up(cast, building):
    lines, sums = ledger(cast.client("clerk"))
    full = lines[building.name]
    assert (full["dwellings"], full["occupied"], full["households"]) == (12, 2, 2)
    assert (full["actual"], full["newcomers"], full["consistent"]) == (5, 4, 1)
    assert full["absent"] == 1, "a hukou without its holder is told beside, not in the population"
    empty = next(counts for name, counts in lines.items() if name != building.name)
    assert (empty["dwellings"], empty["actual"], empty["absent"]) == (2, 0, 0)
    for name, count in sums.items():
        assert count == sum(counts[name] for counts in lines.values()), name
    parts = ("consistent", "away_hukou", "newcomers", "overseas", "pending")
    assert sums["actual"] == sum(sums[name] for name in parts)


def test_a_household_stands_together_with_its_head_first(cast, building, told):
    response = cast.client("clerk").get(reverse("residents:ledger_homes", args=[building.pk]))
    (lived,) = [line for line in response.context["lines"] if line.height == 4]
    (family_home,) = lived.homes
    assert family_home.head == family_home.people[0].name == "万志强"
    assert response.context["households"] == 2
    assert response.context["empty"] == 10
    assert len(response.context["lines"]) == 12
    (event,) = told("register.list_viewed")
    assert len(event["subjects"]) == 6


@pytest.mark.parametrize("name", ["ledger_homes", "ledger_homes_printed"])
def test_nothing_on_the_sheet_is_unmasked(cast, building, name):
    text = text_of(cast.client("clerk").get(reverse(f"residents:{name}", args=[building.pk])))
    assert "万志强" in text
    assert "3199**********" in text
    assert not WHOLE_NUMBER.search(text)
    assert not WHOLE_PHONE.search(text)


def test_printing_is_told_in_the_trail_with_whom_it_showed(cast, building, told):
    client = cast.client("clerk")
    assert "户在人不在" in text_of(client.get(reverse("residents:ledger_printed")))
    client.get(reverse("residents:ledger_homes_printed", args=[building.pk]))
    whole, sheet = told("register.ledger_printed")
    assert not whole["subjects"], "the ledger by building names nobody"
    assert len(sheet["subjects"]) == 6


def test_the_file_by_household_is_masked_and_only_of_the_building(cast, building, clerk):
    other = home(clerk, "棠浦路992弄1号", floors=1, per_floor=1)[0]
    register(clerk, other, name="别处人", document_number=number("19900101", 40))
    response = cast.client("clerk").post(
        reverse("exports:quick", args=["ledger"]) + f"?building={building.pk}",
        {"format": "csv", "purpose": "月度核对"},
    )
    _mark, _contents, head, *rows = rows_of(b"".join(response.streaming_content))
    assert head[1:6] == ["居住地址", "与户主关系", "姓名", "性别", "年龄"]
    assert {row[3] for row in rows} == {"万志强", "王巧云", "万子轩", "石思源"}
    assert all("**********" in row[6] for row in rows)


def test_the_file_by_building_says_what_the_page_says(cast, building):
    client = cast.client("clerk")
    lines, _sums = ledger(client)
    response = client.post(
        reverse("exports:quick", args=["ledger_buildings"]),
        {"format": "csv", "purpose": "月度核对"},
    )
    _mark, _contents, head, *rows = rows_of(b"".join(response.streaming_content))
    names = ["dwellings", "occupied", "vacant", "unknown", "fresh", "actual", "consistent",
             "away_hukou", "newcomers", "overseas", "pending", "absent"]  # fmt: skip
    assert len(head) == len(names) + 2
    assert {row[1]: [int(cell) for cell in row[2:]] for row in rows} == {
        name: [counts[key] for key in names] for name, counts in lines.items()
    }


def test_above_a_committee_one_is_chosen_first(cast, building):
    street = cast.client("street")
    assert street.get(reverse("residents:ledger"))["Location"].startswith("/housing/buildings/")
    lines, _sums = ledger(street, unit=HOME)
    assert building.name in lines
    chosen = reverse("exports:quick", args=["ledger_buildings"]) + f"?unit={HOME}"
    response = street.post(chosen, {"format": "csv", "purpose": "月度核对"})
    assert len(rows_of(b"".join(response.streaming_content))) == 3 + len(lines)


def test_another_committee_sees_nothing_of_it(cast, building):
    neighbour = cast.client("neighbour")
    for name in ("ledger_homes", "ledger_homes_printed"):
        assert neighbour.get(reverse(f"residents:{name}", args=[building.pk])).status_code == 404
    assert neighbour.get(reverse("residents:ledger"), {"unit": HOME}).status_code == 404
    lines, sums = ledger(neighbour)
    assert not lines
    assert sums["actual"] == 0
