"""A committee's ledger through the kind: every row to its outcome, once, and back again."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from housing import services as housing
from housing.addresses import address_of
from portal.exchange.kinds import RawCell, RawRow
from portal.exchange.mapping import DWELLING_FIELDS, RESIDENT_FIELDS, known_headers, suggest
from portal.exchange.models import BatchState, ImportBatch
from portal.exchange.readers import cell_text, is_number, read_table
from portal.orgs.acting import acting
from residents import services
from residents.exchange import ResidentImport
from residents.models import Identity, Residence, Resident, Secret
from tests.residents.builders import home, register

pytestmark = pytest.mark.django_db

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
EXPECTED = json.loads((LEDGERS / "expected.json").read_text())
TODAY = date(2026, 11, 20)
KIND = ResidentImport()


def rows_of(name, fields=RESIDENT_FIELDS):
    with (LEDGERS / name).open("rb") as stream:
        (sheet,) = read_table(stream, name, known_headers(fields)).sheets
    keys = [each.field for each in suggest(sheet.headers, fields).values()]
    return [
        RawRow(row.number, {
            key: RawCell(cell_text(cell), is_number(cell))
            for key, cell in zip(keys, row.cells, strict=True) if key
        })
        for row in sheet.rows
    ]  # fmt: skip


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def dwellings(clerk, at):
    """The committee's 84 dwellings, as its own list tells them."""
    with acting(clerk):
        housing.register_dwellings(
            rows=[
                housing.NewDwelling(
                    address=address_of(*map(row.text, ("road", "lane", "number", "room"))),
                    floor=1,
                )
                for row in rows_of("dwellings.xlsx", DWELLING_FIELDS)
            ],
            committee=clerk.unit, by=clerk, at=at,
        )  # fmt: skip


def check(clerk, rows):
    with acting(clerk):
        return KIND.check(rows, committee=clerk.unit, by=clerk, today=TODAY)


def without_duplicates(checked):
    """What the frame keeps: the first row of each identity."""
    seen, kept = set(), []
    for row in checked:
        if row.identity and row.identity in seen:
            row = replace(row, action="duplicate_in_file")
        seen.add(row.identity)
        kept.append(row)
    return kept


def begin(clerk, at):
    """The batch of a file that is being applied: only then are replaced numbers laid aside."""
    with acting(clerk):
        ImportBatch.objects.create(
            committee_id=clerk.unit, number="P-1", kind=KIND.key, size=1, uploaded_at=at,
            state=BatchState.APPLYING,
        )  # fmt: skip


def send(clerk, rows, at):
    checked = without_duplicates(check(clerk, rows))
    with acting(clerk):
        return checked, KIND.apply(checked, committee=clerk.unit, by=clerk, at=at)


@pytest.mark.parametrize("name", ["residents_ledger.xlsx", "residents_gb18030.csv"])
def test_every_row_ends_as_it_must(clerk, dwellings, at, name):
    checked, results = send(clerk, rows_of(name), at)
    wanted = [row["outcome"] for row in EXPECTED["expect"]]
    assert [row.action for row in checked] == wanted
    assert [row.outcome for row in results] == wanted
    with acting(clerk):
        assert Resident.objects.count() == EXPECTED["totals"]["create"]
        assert Identity.objects.count() == EXPECTED["totals"]["create"] - 1  # one infant
    if name.endswith("xlsx"):
        assert [row.line for row in checked] == [row["sheet_row"] for row in EXPECTED["expect"]]


def test_sending_it_again_changes_nothing(clerk, dwellings, at):
    rows = rows_of("residents_ledger.xlsx")
    send(clerk, rows, at)
    checked, results = send(clerk, rows, at)
    counts = {}
    for row in checked:
        counts[row.action] = counts.get(row.action, 0) + 1
    assert counts == {"unchanged": 85, "error": 11, "duplicate_in_file": 2}
    with acting(clerk):
        assert Resident.objects.count() == Residence.objects.count() == 85
        assert set(Resident.objects.values_list("version", flat=True)) == {1}
    assert {row.outcome for row in results} == set(counts)


@pytest.mark.parametrize(
    ("why", "where", "words"),
    [
        ("number cell: Excel has lost the last digits", "document_number", "末几位已丢失"),
        ("check digit", "document_number", "末位校验码不符"),
        ("birth date contradicts the number", "birth_date", "出生日期与证件号不一致"),
        ("sex contradicts the number", "sex", "性别与证件号不一致"),
        ("name missing", "name", "姓名未填写"),
        ("30 February", "document_number", "2 月没有 30 日"),
        ("no such dwelling in the register", "address", "房屋「棠浦路988弄99号101室」未登记"),
        ("address outside this committee", "address", "地址「天目西路1号202室」不在本居委范围内"),
        ("unknown category", "category", "人口类别「外星人」不认识"),
        ("date in the future", "begin_date", "晚于今天"),
        ("formula in a name", "name", "姓名不能以 = + - @"),
    ],
)
def test_each_refusal_names_its_cell_and_what_to_do(clerk, dwellings, why, where, words):
    checked = check(clerk, rows_of("residents_ledger.xlsx"))
    (place,) = [place for place, row in enumerate(EXPECTED["expect"]) if row["why"] == why]
    problems = [each for each in checked[place].problems if each.severity == "error"]
    assert [(each.field, words in each.message) for each in problems] == [(where, True)]
    assert all(each.how for each in problems)
    if where == "document_number" and "丢失" in words:
        assert problems[0].how == "把该列设为文本格式后重新填写"


def test_nothing_that_is_said_of_a_row_holds_a_plain_number(clerk, dwellings):
    for raw, row in zip(
        rows_of("residents_ledger.xlsx"), check(clerk, rows_of("residents_ledger.xlsx")),
        strict=True,
    ):  # fmt: skip
        kept = f"{row.clean} {row.changes}"
        for key in ("document_number", "phone"):
            plain = raw.text(key).replace(" ", "").upper()
            assert not plain or plain not in kept


def test_a_chunk_takes_as_many_statements_as_a_row(clerk, dwellings, at):
    rows = rows_of("residents_ledger.xlsx")[:80]

    def statements(part):
        with CaptureQueriesContext(connection) as found:
            send(clerk, part, at)
        return len(found)

    one, many = statements(rows[:1]), statements(rows[1:])
    assert many <= one + 4


def changed(rows, line, **cells):
    return [
        replace(row, cells={**row.cells, **{key: RawCell(text) for key, text in cells.items()}})
        if row.line == line else row
        for row in rows
    ]  # fmt: skip


def test_a_new_phone_is_an_update_and_undo_brings_the_old_one_back(clerk, dwellings, at):
    rows = rows_of("residents_ledger.xlsx")[:3]
    send(clerk, rows, at)
    begin(clerk, at)
    checked, results = send(clerk, changed(rows, 4, phone="13900001111", reason="务工"), at)
    assert [row.action for row in checked] == ["update", "unchanged", "unchanged"]
    assert checked[0].changes == {
        "手机": ("150****1134", "139****1111"), "居住事由": ("购房自住", "务工"),
    }  # fmt: skip
    with acting(clerk):
        undone = KIND.undo(results[:1], by=clerk, at=at)
        assert undone[0].outcome == "update"
        person = Residence.objects.get(name="冯艳")
        assert (person.phone_mask, person.reason) == ("150****1134", "07")
        phone = services.reveal(
            resident_id=person.resident_id, purpose="quality", kind="phone", by=clerk, at=at
        )
    assert phone.value == "15071281134"


def test_undo_takes_back_whom_the_file_brought_and_keeps_who_was_touched(clerk, dwellings, at):
    rows = rows_of("residents_ledger.xlsx")[:5]
    _, results = send(clerk, rows, at)
    with acting(clerk):
        touched = Residence.objects.get(name="沈敏")
        services.update_resident(
            resident_id=touched.resident_id, version="1.1", told={"note": "改过"}, by=clerk, at=at
        )
        undone = KIND.undo(results, by=clerk, at=at)
        assert [row.outcome for row in undone] == [
            "create", "create", "create", "error", "create",
        ]  # fmt: skip
        assert "周敏 之后改过" in undone[3].message
        assert [row.name for row in Resident.objects.all()] == ["沈敏"]
        assert Secret.objects.values("id").count() == 2
    checked, _ = send(clerk, rows, at)
    assert [row.action for row in checked].count("create") == 4


def test_somebody_at_another_address_moves(clerk, dwellings, at):
    rows = rows_of("residents_ledger.xlsx")[:1]
    send(clerk, rows, at)
    checked, _ = send(clerk, changed(rows, 4, address="棠浦路988弄2号304室"), at)
    assert checked[0].changes == {"居住地址": ("2号 204室", "2号 304室")}
    with acting(clerk):
        assert Residence.objects.get(status="active").short_address == "2号 304室"
        assert Residence.objects.filter(status="ended").count() == 1


def test_somebody_of_another_committee_is_told_as_elsewhere(cast, clerk, dwellings):
    neighbour = cast.scope("neighbour")
    row = rows_of("residents_ledger.xlsx")[0]
    register(
        neighbour, home(neighbour, "兰溪路100弄1号")[0], name="冯艳",
        document_number=row.text("document_number"),
    )  # fmt: skip
    (checked,) = check(clerk, [row])
    assert checked.action == "elsewhere"
    assert "曹杨新村街道 · 花溪园居委会" in checked.problems[0].message


def test_the_upload_page_names_what_a_file_must_bring(cast):
    client = cast.client("clerk")
    people = client.get("/imports/?kind=residents").content.decode()
    assert "姓名、公民身份号码、现住地址（或路名、号、室）、人口类别、入住日期；" in people
    dwellings = client.get("/imports/?kind=dwellings").content.decode()
    assert "房屋地址（或路名、号、室）；" in dwellings


def test_no_replaced_number_is_had_while_nothing_is_imported(clerk, dwellings, at):
    send(clerk, rows_of("residents_ledger.xlsx")[:3], at)
    with acting(clerk), connection.cursor() as cursor:
        people = [str(key) for key in Resident.objects.values_list("pk", flat=True)]
        ask = "SELECT count(*) FROM phones_before_import(%s::uuid[])"
        cursor.execute(ask, [people])
        assert cursor.fetchone() == (0,)
        begin(clerk, at)
        cursor.execute(ask, [people])
        assert cursor.fetchone()[0] > 0
