"""The rows of a household stay together on their way, so that its head can change."""

import pytest

from portal.exchange.services.fellows import chunks_for
from portal.orgs.acting import acting
from residents import services
from residents.models import Residence
from tests.exchange.builders import workbook
from tests.residents.builders import family_of_four, home, number

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-114")]
HEADERS = ["姓名", "证件号码", "与户主关系", "地址", "人口类别", "入住日期", "手机"]
ADDRESS = "棠浦路988弄6号101室"
NUMBERS = {
    "万志强": number("19840312", 11, "1"), "王巧云": number("19860718", 12),
    "万子轩": number("20150102", 13, "1"),
}  # fmt: skip


@pytest.fixture
def homes(cast):
    return home(cast.scope("clerk"))


@pytest.fixture
def family(cast, homes, at):
    """万志强 at the head, his wife and their son, in the first home."""
    clerk = cast.scope("clerk")
    rows = [
        services.Told(row=each.row, told=dict(each.told) | {"relation": relation})
        for each, relation in zip(family_of_four()[:3], ("户主", "配偶", "子"), strict=True)
    ]
    with acting(clerk):
        services.save_household(
            dwelling_id=homes[0].pk, rows=rows, by=clerk, at=at,
            dwelling_changes={"occupancy": "1"}, dwelling_version=homes[0].version,
        )  # fmt: skip


def member(name, relation, phone="15012345678"):
    return (name, NUMBERS[name], relation, ADDRESS, "来沪人员", "2026-03-01", phone)


def stranger(n, room):
    digits = number("19900101", 200 + n)
    address = f"棠浦路988弄6号{room}室"
    return (f"石{'甲乙丙丁'[n]}", digits, "户主", address, "来沪人员", "2026-03-01", "")


def checked(wizard, rows):
    return wizard.maps(wizard.sent(workbook(rows, HEADERS), kind="residents"))


def heads(cast, homes):
    with acting(cast.scope("clerk")):
        rows = Residence.objects.open().filter(dwelling=homes[0], relation="02")
        return list(rows.values_list("name", flat=True))


@pytest.fixture
def short_chunks(monkeypatch):
    monkeypatch.setattr("portal.exchange.services.state.CHUNK_ROWS", 2)


def test_a_border_between_chunks_does_not_part_a_household(
    cast, wizard, homes, family, short_chunks
):
    rows = [stranger(0, "102"), member("万志强", "配偶"), member("王巧云", "户主")]
    batch = checked(wizard, [*rows, stranger(1, "103"), stranger(2, "104")])
    assert wizard.actions(batch) == {
        2: "create",
        3: "update",
        4: "update",
        5: "create",
        6: "create",
    }
    assert wizard.applies(batch).outcomes == {"create": 3, "update": 2}
    assert heads(cast, homes) == ["王巧云"]


def test_a_household_at_the_end_of_the_file_takes_the_last_chunk_with_it(
    cast, wizard, homes, family, short_chunks
):
    rows = [stranger(0, "102"), member("万志强", "配偶"), member("王巧云", "户主")]
    batch = checked(wizard, rows)
    with acting(wizard.scope):
        assert chunks_for(batch, [2, 3, 4]) == [{"first": 2, "last": 4}]
        assert chunks_for(batch, [2, 4]) == [{"first": 2, "last": 4}]
        assert chunks_for(batch, [3, 4]) == [{"first": 3, "last": 4}]
    assert wizard.applies(batch).outcomes == {"create": 1, "update": 2}


def test_every_row_is_in_one_chunk_however_the_borders_move(wizard, homes, family, short_chunks):
    rows = [member("万志强", "户主"), member("王巧云", "配偶"), member("万子轩", "子")]
    batch = checked(wizard, [*rows, stranger(0, "102"), stranger(1, "103"), stranger(2, "104")])
    lines = list(range(2, 8))
    with acting(wizard.scope):
        chunks = chunks_for(batch, lines)
    assert chunks == [{"first": 2, "last": 4}, {"first": 5, "last": 5}, {"first": 6, "last": 7}]


def corrects(wizard, batch, line, header, text):
    sent = {"line": line, "column": HEADERS.index(header), "text": text, "query": ""}
    assert wizard.client.post(wizard.url(batch, "cell/"), sent).status_code == 302
    return wizard.batch(batch.pk)


def test_a_cell_that_is_mended_frees_both_rows_of_a_change_of_head(cast, wizard, homes, family):
    batch = checked(wizard, [member("万志强", "配偶", phone="12"), member("王巧云", "户主")])
    assert wizard.actions(batch) == {2: "error", 3: "error"}  # the second would be a second head
    batch = corrects(wizard, batch, 2, "手机", "15012345678")
    assert wizard.actions(batch) == {2: "update", 3: "update"}
    assert batch.counts["update"] == 2
    assert wizard.applies(batch).outcomes == {"update": 2}
    assert heads(cast, homes) == ["王巧云"]


def test_a_relation_that_is_mended_judges_the_other_row_too(wizard, homes, family):
    batch = checked(wizard, [member("万志强", "配偶"), member("王巧云", "户主")])
    batch = corrects(wizard, batch, 3, "与户主关系", "配偶")
    assert wizard.actions(batch)[2] == "error"  # nobody would be the head
    batch = corrects(wizard, batch, 3, "与户主关系", "户主")
    assert wizard.actions(batch) == {2: "update", 3: "update"}


def test_a_row_left_out_leaves_the_other_judged_without_it(wizard, homes, family):
    batch = checked(wizard, [member("万志强", "配偶"), member("王巧云", "户主")])
    for out, expected in (("on", {2: "error", 3: "skipped"}), ("", {2: "update", 3: "update"})):
        sent = {"line": 3, "out": out, "query": ""}
        assert wizard.client.post(wizard.url(batch, "row/"), sent).status_code == 302
        assert wizard.actions(wizard.batch(batch.pk)) == expected
