"""A published round as a workbook: the page's numbers, its draws without people, its method."""

import io

import openpyxl
import pytest
from django.urls import reverse

from portal.orgs.acting import acting
from residents.spot_figures import fields_of, figures_of, strata_of
from residents.spot_workbook import FEWEST, workbook
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import STRANGER, WANG

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]
METHOD = "口径说明"
HEADS = 3


@pytest.fixture
def in_field(cast, at):
    """Six dwellings: in three a registered woman, in one a stranger, two vacant."""
    homes = rounds.a_street(cast.scope("clerk"))
    analyst, verifier = cast.scope("analyst"), cast.scope("verifier")
    row = rounds.in_field(analyst, at, verifier)
    by_home = {item.dwelling_id: item for item in rounds.sheet(verifier)}
    for place, dwelling in enumerate(homes):
        seen = [WANG] if place < 3 else [STRANGER] if place == 3 else []
        item = by_home[dwelling.pk]
        rounds.enter(verifier, item, at, "lived" if seen else "vacant", *seen)
    return row


@pytest.fixture
def forward(cast, at, in_field):
    analyst = cast.scope("analyst")
    rounds.closed(in_field, analyst, at)
    rounds.published(in_field, analyst, at)
    with acting(analyst):
        return rounds.looked_at(in_field)


@pytest.fixture
def reverse_round(cast, at):
    rounds.a_street(cast.scope("clerk"))
    analyst, verifier = cast.scope("analyst"), cast.scope("verifier")
    row = rounds.told_in_reverse(analyst, verifier, at)
    with acting(analyst):
        return rounds.looked_at(row)


def address(row):
    return reverse("residents:spot_file", args=[row.pk])


def taken(client, row):
    answer = client.get(address(row))
    assert answer.status_code == 200, answer.status_code
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def lines(book, name):
    """The rows of a sheet by its heads."""
    heads, *rows = list(book[name].iter_rows(min_row=HEADS, values_only=True))
    return [dict(zip(heads, row, strict=True)) for row in rows]


@pytest.mark.parametrize("taker", ["street", "district"])
def test_the_figures_are_the_pages_with_their_interval(cast, forward, taker):
    shown = lines(taken(cast.client(taker), forward), "结果")
    tiles = figures_of(forward)
    assert [(line["指标"], line["数值"]) for line in shown[: len(tiles)]] == [
        (tile["name"], tile["value"]) for tile in tiles
    ]
    rate = shown[0]
    assert rate["指标"] == "登记率"
    assert rate["数值"] == "75.0%"
    assert f"95% 在 {rate['95% 区间下限']}～{rate['95% 区间上限']}" == tiles[0]["parts"]
    assert {line["指标"]: line for line in shown}["计入指标"]["数值"] == "不计入"


def test_every_draw_has_its_outcome_and_nobodys_name_or_address(cast, forward):
    book = taken(cast.client("street"), forward)
    draws = lines(book, "样本")
    assert [line["序号"] for line in draws] == [1, 2, 3, 4, 5, 6]
    assert sorted(line["结果"] for line in draws) == ["有人住"] * 4 + ["没人住"] * 2
    assert {line["上门次数"] for line in draws} == {1}
    items = rounds.items_of(forward, cast.scope("analyst"))
    words = "\n".join(
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    )
    secret = {WANG.name, STRANGER.name, *(item.place for item in items),
              *(str(item.dwelling_id) for item in items)} - {""}  # fmt: skip
    assert len(secret) > len(items)
    assert not [each for each in secret if each in words]


def test_a_stratum_that_few_draws_of_a_unit_share_is_not_named(cast, forward, at):
    """Two foreigners of a committee, and what came of asking them, would be known to everybody."""
    draws = [(n, "兰桂园居委会", "rented", [{}], "lived") for n in range(FEWEST)]
    draws += [(n, "兰桂园居委会", "own", [{}], "refused") for n in range(FEWEST - 1)]
    draws += [(n, "枫杨园居委会", "own", [{}], "vacant") for n in range(FEWEST)]
    with acting(cast.scope("street")):
        content = workbook(forward, draws, number="CC-1", by=cast.scope("street"), at=at)
    told = lines(openpyxl.load_workbook(io.BytesIO(content)), "样本")
    assert [line["层"] for line in told] == (
        ["出租"] * FEWEST + ["不足 5 个"] * (FEWEST - 1) + ["自住"] * FEWEST
    )


def test_the_strata_are_the_pages(cast, forward):
    told = lines(taken(cast.client("street"), forward), "抽样")
    assert told == [
        {"层": each["title"], "抽样框": each["frame"], "抽取": each["drawn"],
         "有结果": each["settled"]}
        for each in strata_of(forward)
    ]  # fmt: skip
    assert sum(line["抽取"] for line in told) == 6


def test_a_reverse_round_tells_of_each_field(cast, reverse_round):
    book = taken(cast.client("street"), reverse_round)
    told = lines(book, "各项核对")
    fields = fields_of(reverse_round)
    assert [line["项目"] for line in told] == [str(each["title"]) for each in fields]
    for line, each in zip(told, fields, strict=True):
        counts = (each["told"], each["right"]) if each["counts"] else (None, None)
        assert (line["本人说了的"], line["相符"]) == counts
    assert lines(book, "结果")[0]["指标"] == "准确率"
    assert sorted(line["结果"] for line in lines(book, "样本")) == ["住在这里"] * 2 + ["已搬走"]


def test_how_to_read_it_stands_behind_it_and_nothing_is_hidden(cast, forward):
    book = taken(cast.client("street"), forward)
    assert book.sheetnames == ["结果", "抽样", "样本", METHOD]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    facts = dict(
        row for row in book[METHOD].iter_rows(max_col=2, values_only=True) if row[0] is not None
    )
    assert facts["数据截至"] == f"{forward.as_of}"
    assert facts["种子"] == forward.seed
    assert facts["抽样框哈希"] == forward.frame_hash
    assert facts["导出编号"].startswith("CC-")
    assert "登记率 = " in facts["登记率"]
    assert not [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]


def test_that_somebody_took_it_is_written_down(cast, forward, told):
    book = taken(cast.client("street"), forward)
    (event,) = told("residents.spot_exported")
    assert str(event["target_id"]) == str(forward.pk)
    assert event["actor_id"] == cast.scope("street").user_id
    assert event["changes"]["count"] == 6
    assert event["changes"]["number"] in book["结果"]["A1"].value


def test_nobody_takes_a_round_before_it_is_published(cast, in_field):
    assert cast.client("district").get(address(in_field)).status_code == 404
    assert cast.client("street").get(address(in_field)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("far_street", 404), ("clerk", 404), ("verifier", 403), ("collector", 403)]
)
def test_others_do_not_get_it(cast, forward, who, status):
    assert cast.client(who).get(address(forward)).status_code == status


def test_the_page_offers_it_to_those_who_may_take_it(cast, forward):
    page = reverse("residents:spot_round", args=[forward.pk])
    assert address(forward) in cast.client("street").get(page).content.decode()
