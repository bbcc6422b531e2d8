"""Legality: written by the housing department alone, on paper; undetermined is never unlawful."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from housing import services
from housing.legality import LegalityDetermination, Result, Standing, standing_of
from housing.models import DwellingUnit
from housing.tables import legality
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.roles import ROLES
from tests.housing.builders import a_building, the_dwelling

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-79", "S-86")]
PAPER = {"basis_no": "普房认〔2026〕12号", "basis_organ": "区房管局"}


def text(response):
    return response.content.decode()


def at(name, *args):
    return reverse(f"housing:{name}", args=args)


def found(by, dwelling, result="1", **told):
    """A finding of the housing department."""
    told = ({"basis_on": timezone.localdate()} | PAPER if result in "1234" else {}) | told
    with acting(by):
        return services.determine_legality(
            dwelling_id=dwelling.pk, finding=services.Finding(result, **told), by=by,
            at=timezone.now(),
        )  # fmt: skip


def a_home(cast):
    a_building(cast.scope("clerk"))
    return the_dwelling(cast.scope("clerk"))


# --- three values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "standing"),
    [("1", "lawful"), ("2", "not_lawful"), ("3", "not_lawful"), ("4", "not_lawful"),
     ("5", "undetermined"), ("6", "undetermined"), ("9", "undetermined"), ("", "undetermined")],
)  # fmt: skip
def test_only_what_was_found_wrong_reads_as_not_lawful(code, standing):
    assert standing_of(code) == Standing(standing)


@pytest.mark.paper("S-86")
@pytest.mark.parametrize("code", ["5", "6", "9"])
def test_undetermined_is_shown_without_a_colour_of_warning(code):
    assert legality(DwellingUnit(legality=code)).tone == "2"
    assert legality(DwellingUnit(legality="2")).tone == "warn"


# --- written by one department ----------------------------------------------------------------


def test_a_finding_stands_on_the_dwelling_and_the_earlier_ones_stay(cast, told):
    officer, home = cast.scope("housing"), a_home(cast)
    assert home.legality == "9"
    found(officer, home, "5")
    found(officer, home, "4", note="居改非")
    after = the_dwelling(cast.scope("clerk"))
    assert (after.legality, after.version) == ("4", home.version)
    with acting(officer):
        rows = LegalityDetermination.objects.order_by("at", "id")
        assert list(rows.values_list("result", flat=True)) == ["5", "4"]
    assert told("housing.legality_determined")[-1]["changes"] == {"legality": ["5", "4"]}
    found(officer, home, "9", note="重新核查")
    assert the_dwelling(cast.scope("clerk")).legality == "9"


@pytest.mark.parametrize("key", ["clerk", "staff", "street", "district", "auditor", "window"])
def test_nobody_else_determines(cast, key):
    home, by = a_home(cast), cast.scope(key)
    with pytest.raises((NotAllowed, DwellingUnit.DoesNotExist)):
        found(by, home)
    assert cast.client(key).get(at("determine", home.pk)).status_code == 403
    assert the_dwelling(cast.scope("clerk")).legality == "9"


def test_the_department_alone_holds_the_right_and_sees_no_resident():
    holders = [key for key, role in ROLES.items() if "determine_legality" in role.capabilities]
    assert holders == ["housing_officer"]
    rights = ROLES["housing_officer"].capabilities
    assert rights == {"determine_legality", "confirm_group_rental", "view_rules"}


@pytest.mark.parametrize(
    ("result", "told", "field"),
    [
        ("1", {"basis_no": ""}, "basis_no"),
        ("2", {"basis_organ": " "}, "basis_organ"),
        ("3", {"basis_on": None}, "basis_on"),
        ("4", {"basis_on": timezone.localdate() + timedelta(days=1)}, "basis_on"),
        ("7", {}, "result"),
        ("9", {}, "result"),
    ],
)
def test_a_finding_without_paper_is_refused_at_its_field(cast, result, told, field):
    home = a_home(cast)
    with pytest.raises(services.UnableToDetermine) as refused:
        found(cast.scope("housing"), home, result, **told)
    assert refused.value.field == field
    assert the_dwelling(cast.scope("clerk")).legality == "9"


def test_an_objection_and_its_answer_stay_with_the_finding(cast):
    officer, home, today = cast.scope("housing"), a_home(cast), timezone.localdate()
    finding = found(officer, home, "2")

    def objected(day, words):
        with acting(officer):
            return services.note_objection(
                determination_id=finding.pk, asked_on=day, words=words, by=officer,
                at=timezone.now(),
            )  # fmt: skip

    for day, words, field in (
        (today - timedelta(days=1), "不服", "asked_on"), (today, " ", "words"),
    ):  # fmt: skip
        with pytest.raises(services.UnableToDetermine) as refused:
            objected(day, words)
        assert refused.value.field == field
    assert objected(today, "住户提出异议，复核后维持").review_asked_on == today
    assert the_dwelling(cast.scope("clerk")).legality == "2"


# --- pages ------------------------------------------------------------------------------------


def test_the_officer_finds_a_dwelling_and_writes_what_was_found(cast):
    home, client = a_home(cast), cast.client("housing")
    assert client.get("/")["Location"] == at("determinations")
    listed = text(client.get(at("determinations") + "?legality=9"))
    assert at("determine", home.pk) in listed
    refused = client.post(at("determine", home.pk), {"result": "2", "part": "whole"})
    assert refused.status_code == 422
    assert "要写明依据文号" in text(refused)
    sent = {"result": "1", "part": "whole", "basis_on": "今天"} | PAPER
    assert client.post(at("determine", home.pk), sent).status_code == 302
    assert at("determine", home.pk) not in text(client.get(at("determinations") + "?legality=9"))
    assert PAPER["basis_no"] in text(cast.client("clerk").get(at("dwelling", home.pk)))


def test_the_officer_sees_no_people(cast):
    home, client = a_home(cast), cast.client("housing")
    for name, args in (("dwelling", [home.pk]), ("list", []), ("board", [home.building_id])):
        assert client.get(at(name, *args)).status_code == 403
    assert client.get("/residents/").status_code == 403
    shown = text(client.get(at("determine", home.pk)))
    assert "在住" not in shown
    assert "未认定不等于违法" in shown


def test_an_objection_is_written_from_the_page(cast):
    officer, home, client = cast.scope("housing"), a_home(cast), cast.client("housing")
    finding = found(officer, home, "2")
    url = at("object_to", finding.pk)
    assert client.post(url, {"asked_on": "今天", "words": ""}).status_code == 422
    assert client.post(url, {"asked_on": "今天", "words": "复核后维持"}).status_code == 302
    assert "复核后维持" in text(cast.client("clerk").get(at("dwelling", home.pk)))


def test_dwellings_are_listed_by_what_was_found(cast):
    home = a_home(cast)
    found(cast.scope("housing"), home, "2")
    client = cast.client("clerk")
    assert "6号101室" in text(client.get(at("list") + "?legality=2"))
    assert "6号101室" not in text(client.get(at("list") + "?legality=9"))
    other = the_dwelling(cast.scope("clerk"), "102")
    assert "违法" not in text(client.get(at("dwelling", other.pk)))
    assert Result.UNTOLD.label == "未认定"
