"""A file that changes relations leaves each family with one head; the other rows stand."""

import pytest

from portal.orgs.acting import acting
from residents import services
from residents.models import Residence
from tests.housing.builders import file_of
from tests.residents.builders import family_of_four, home, number
from tests.residents.test_ledger_import import KIND, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-114")]
ADDRESS = "棠浦路988弄6号101室"
NUMBERS = {
    "万志强": number("19840312", 11, "1"), "王巧云": number("19860718", 12),
    "万子轩": number("20150102", 13, "1"), "石思源": number("19980614", 14, "1"),
}  # fmt: skip


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def dwelling(clerk):
    return home(clerk)[0]


@pytest.fixture
def family(clerk, dwelling, at):
    """万志强 at the head, his wife and their son."""
    rows = [
        services.Told(row=each.row, told=dict(each.told) | {"relation": relation})
        for each, relation in zip(family_of_four()[:3], ("户主", "配偶", "子"), strict=True)
    ]
    with acting(clerk):
        services.save_household(
            dwelling_id=dwelling.pk, rows=rows, by=clerk, at=at,
            dwelling_changes={"occupancy": "1"}, dwelling_version=dwelling.version,
        )  # fmt: skip


def ledger(**relations):
    """A file that tells these relations, one person a row."""
    alike = {"address": ADDRESS, "category": "来沪人员", "begin_date": "2026-03-01"}
    return file_of(*(
        {"name": name, "document_number": NUMBERS[name], "relation": relation} | alike
        for name, relation in relations.items()
    ))  # fmt: skip


def sent(clerk, rows, at):
    with acting(clerk):
        checked = KIND.check(rows, committee=clerk.unit, by=clerk, today=TODAY)
        standing = [row for row in checked if row.action in ("create", "update")]
        results = KIND.apply(standing, committee=clerk.unit, by=clerk, at=at)
    return checked, results


def relations_now(clerk, dwelling):
    with acting(clerk):
        rows = Residence.objects.open().filter(dwelling=dwelling)
        return dict(rows.values_list("name", "relation"))


def said(row):
    return [(each.field, each.severity, each.message) for each in row.problems]


def test_both_rows_of_a_change_of_head_are_done(clerk, dwelling, family, at):
    checked, _ = sent(clerk, ledger(万志强="配偶", 王巧云="户主"), at)
    assert [row.action for row in checked] == ["update", "update"]
    assert relations_now(clerk, dwelling) == {"万志强": "10", "王巧云": "02", "万子轩": "20"}


def test_a_second_head_is_refused_at_its_row_and_the_others_stand(clerk, dwelling, family, at):
    checked, _ = sent(clerk, ledger(王巧云="户主", 万子轩="孙子"), at)
    assert [row.action for row in checked] == ["error", "update"]
    assert said(checked[0]) == [
        ("relation", "error", "这一户有 2 名户主（万志强、王巧云）")
    ]  # fmt: skip
    assert "换户主" in checked[0].problems[0].how
    now = relations_now(clerk, dwelling)
    assert (now["万志强"], now["王巧云"]) == ("02", "10")
    assert now["万子轩"] != "20"


def test_two_new_heads_of_one_household_are_both_refused(clerk, dwelling, family, at):
    checked, _ = sent(clerk, ledger(万志强="父亲", 王巧云="户主", 万子轩="户主"), at)
    assert [row.action for row in checked] == ["error"] * 3
    assert relations_now(clerk, dwelling) == {"万志强": "02", "王巧云": "10", "万子轩": "20"}


def test_a_family_is_not_left_without_its_head(clerk, dwelling, family, at):
    checked, _ = sent(clerk, ledger(万志强="父亲"), at)
    assert said(checked[0]) == [("relation", "error", "这一户就没有户主了")]
    assert relations_now(clerk, dwelling)["万志强"] == "02"


def test_whoever_is_new_and_told_as_head_begins_a_family_and_the_preview_says_so(
    clerk, dwelling, family, at
):
    checked, _ = sent(clerk, ledger(石思源="户主"), at)
    assert checked[0].action == "create"
    assert said(checked[0]) == [
        ("relation", "warning", "这套房屋已有户主 万志强，石思源 将另立一户")
    ]
    with acting(clerk):
        heads = Residence.objects.open().filter(dwelling=dwelling, relation="02")
        assert heads.values("household").distinct().count() == heads.count() == 2


def test_a_new_head_takes_the_empty_place_and_nobody_else_does(clerk, dwelling, family, at):
    """The old head has moved within the same file; a newcomer and the wife both want the place."""
    with acting(clerk):
        father = Residence.objects.get(name="万志强")
        services.deregister(
            residence_id=father.pk, ended_on=at.date(), reason="01", version="1.1", by=clerk, at=at
        )
    checked, _ = sent(clerk, ledger(石思源="户主", 王巧云="户主"), at)
    assert [row.action for row in checked] == ["create", "error"]
    now = relations_now(clerk, dwelling)
    assert (now["石思源"], now["王巧云"]) == ("02", "10")


def test_what_is_taken_back_leaves_one_head_too(clerk, dwelling, family, at):
    _, results = sent(clerk, ledger(万志强="配偶", 王巧云="户主"), at)
    with acting(clerk):
        wife = Residence.objects.select_related("resident").get(name="王巧云")
        services.update_resident(
            resident_id=wife.resident_id, version=services.version_of(wife.resident, wife),
            told={"note": "改过"}, by=clerk, at=at,
        )  # fmt: skip
        undone = KIND.undo(results, by=clerk, at=at)
    assert [row.outcome for row in undone] == ["error", "error"]
    assert undone[0].message == "这一户有 2 名户主（王巧云、万志强），未撤销"
    assert relations_now(clerk, dwelling)["王巧云"] == "02"
