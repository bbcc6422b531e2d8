"""A ledger with poison in it: good rows go in, poisoned ones are told, each once (fault rows Q, R).

`POISON_ROWS` is the size of the file; `make faults` takes 10,000 with a hundred poisoned rows.
"""

import csv
import io
import os
from datetime import date, timedelta

import pytest

from housing import services as housing
from housing.addresses import address_of
from portal.exchange.models import BatchState
from portal.exchange.previews import columns_of, line_of
from portal.exchange.services.state import kind_of
from portal.jobs import services as jobs
from portal.jobs.models import RowOutcome
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, Secret
from tests.exchange.builders import sheet_rows, workbook
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]

ROWS = int(os.environ.get("POISON_ROWS", "330"))
POISONED = max(ROWS // 100, 11)
HEADERS = ["姓名", "公民身份号码", "现住地址", "人口类别", "入住日期", "备注"]
NAME, NUMBER, ADDRESS, BEGIN, NOTE = 0, 1, 2, 4, 5
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def person(place):
    """One good row."""
    birth = date(1950, 1, 1) + timedelta(days=place)
    return [
        "王芳", number(f"{birth:%Y%m%d}", 20 + place % 7), f"棠浦路988弄{place // 100 + 1}号"
        f"{place % 100 + 101}室", "户籍人员", "2020-03-01", "",
    ]  # fmt: skip


FIRST, STRANGER = person(0), number("19470707", 9)
#: what is put where, the action that follows, and words of the reason
POISON = [
    (NUMBER, lambda text: text[:17] + ("1" if text[17] != "1" else "2"), "error", "校验码不符"),
    (BEGIN, lambda _: "2021-02-30", "error", "没有 30 日"),
    (NOTE, lambda _: "长" * 10_000, "error", "超过 500 字"),
    (NAME, lambda _: "王\ue000芳", "error", "自造字"),
    (NAME, lambda _: "王\x00芳", "error", "自造字"),
    (NAME, lambda _: "=1+1", "error", "不能以 = + - @"),
    (ADDRESS, lambda _: "天目西路1号202室", "error", "不在本居委范围内"),
    (NUMBER, lambda _: FIRST[NUMBER], "duplicate_in_file", "与第 2 行重复"),
    (NUMBER, lambda _: STRANGER, "elsewhere", "已登记在"),
    (NUMBER, lambda text: text[:17] + "Х", "error", "证件号只能是数字"),
    (NUMBER, lambda text: "X" + text[1:].translate(ARABIC), "error", "证件号只能是数字"),
]


def poisoned():
    """The ledger and, by line, what must become of its poisoned rows."""
    rows, expected, strangers = [person(place) for place in range(ROWS)], {}, []
    step = ROWS // POISONED
    for turn in range(POISONED):
        place = turn * step + 1
        column, spoil, action, words = POISON[turn % len(POISON)]
        rows[place][column] = spoil(rows[place][column])
        if action == "elsewhere" and strangers:  # a longer file asks for the stranger again
            action, words = "duplicate_in_file", f"与第 {strangers[0]} 行重复"
        elif action == "elsewhere":
            strangers.append(place + 2)
        expected[place + 2] = (action, column, words)
    return rows, expected


def as_csv(rows):
    out = io.StringIO()
    csv.writer(out).writerows([HEADERS, *rows])
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def _a_street_of_homes(wizard, cast, at):
    """A dwelling for each row, and somebody in another committee."""
    with acting(wizard.scope):
        housing.register_dwellings(
            rows=[
                housing.NewDwelling(
                    address=address_of("棠浦路", "988", str(place // 100 + 1),
                                       str(place % 100 + 101)),
                    floor=1,
                )
                for place in range(ROWS)
            ],
            committee=wizard.scope.unit, by=wizard.scope, at=at,
        )  # fmt: skip
    far = cast.scope("far_clerk")
    register(far, home(far, "兰溪路100弄1号")[0], name="石磊", document_number=STRANGER)


def send(wizard, content, name="台账.csv"):
    """A file, read at once or by a worker, with its columns confirmed and its rows checked."""
    batch = wizard.sent(content, name, kind="residents")
    if batch.state == BatchState.READING:
        jobs.work(batch.read_job_id)
        batch = wizard.batch(batch.pk)
    return wizard.maps(batch)


def register_of(scope):
    with acting(scope):
        return dict(Resident.objects.in_scope(scope).values_list("pk", "version"))


def test_good_rows_go_in_and_poisoned_ones_are_told_with_line_column_and_reason(wizard):
    rows, expected = poisoned()
    batch = wizard.applies(send(wizard, as_csv(rows)))
    refused = {line: action for line, (action, _, _) in expected.items()}
    assert batch.outcomes["create"] == ROWS - POISONED == len(register_of(wizard.scope))
    assert {row.line: row.outcome for row in wizard.rows(batch) if row.outcome != "create"} == (
        refused
    )
    columns = columns_of(batch, kind_of(batch))
    for row in wizard.rows(batch):
        if row.line in expected:
            action, column, words = expected[row.line]
            shown = line_of(row, columns)
            assert words in shown.says, row.line
            if action != "duplicate_in_file":
                (cell,) = [cell for cell in shown.cells if cell.message]
                assert (cell.column.place, bool(cell.how)) == (column, True), row.line
    with acting(wizard.scope):
        told = RowOutcome.objects.filter(job=batch.apply_job)
        assert sorted(told.values_list("line", flat=True)) == list(range(2, ROWS + 2))


def test_the_corrected_error_workbook_adds_its_rows_and_changes_nothing_else(wizard):
    rows, expected = poisoned()
    batch = wizard.applies(send(wizard, as_csv(rows)))
    before = register_of(wizard.scope)
    head, *refused = sheet_rows(wizard.downloads_errors(batch))
    lines = [line for line, (action, _, _) in sorted(expected.items()) if action != "elsewhere"]
    assert len(refused) == len(lines)
    mended = [
        [*person(line - 2), *row[len(HEADERS) :]]
        for line, row in zip(lines, refused, strict=True)
    ]  # fmt: skip
    again = wizard.applies(send(wizard, workbook(mended, head), "台账_错误行.xlsx"))
    assert again.outcomes == {"create": len(lines)}
    after = register_of(wizard.scope)
    assert len(after) == len(before) + len(lines)
    assert {key: version for key, version in after.items() if key in before} == before


def test_a_stopped_import_keeps_whole_chunks_goes_on_and_is_taken_back(wizard, monkeypatch):
    monkeypatch.setattr("portal.exchange.services.state.CHUNK_ROWS", 50)
    monkeypatch.setattr("portal.exchange.services.state.LONG_CHUNK_ROWS", 50)
    batch = send(wizard, as_csv([person(place) for place in range(120)]))
    batch = wizard.posts(batch, "apply")
    assert jobs._work_one(batch.apply_job_id, wizard.scope)
    batch = wizard.posts(batch, "stop")
    jobs.work(batch.apply_job_id)
    assert len(register_of(wizard.scope)) == 50
    assert "50 / 120" in wizard.opens(batch)
    batch = wizard.applies(batch)
    assert batch.outcomes == {"create": 120}
    batch = wizard.posts(batch, "undo", reason="传错了文件")
    jobs.work(batch.undo_job_id)
    assert wizard.batch(batch.pk).outcomes == {"undone": 120}
    with acting(wizard.scope):
        for model in (Resident, Residence, Identity):
            assert model.objects.in_scope(wizard.scope).count() == 0
        assert Secret.objects.filter(committee_id=wizard.scope.unit).values("id").count() == 0


def test_taking_back_restores_values_and_lists_what_was_touched_since(wizard, at):
    people = [person(place) for place in range(20)]
    wizard.applies(send(wizard, as_csv(people)))
    noted = [[*row[:NOTE], f"备注{place}"] for place, row in enumerate(people)]
    batch = wizard.applies(send(wizard, as_csv(noted)))
    assert batch.outcomes == {"update": 20}
    with acting(wizard.scope):
        touched = Resident.objects.get(note="备注7")
        services.update_resident(
            resident_id=touched.pk, version="2.2", told={"note": "上门改过"}, by=wizard.scope, at=at
        )
    batch = wizard.posts(batch, "undo", reason="传错了文件")
    jobs.work(batch.undo_job_id)
    batch = wizard.batch(batch.pk)
    assert batch.outcomes == {"undone": 19, "kept": 1}
    with acting(wizard.scope):
        notes = Resident.objects.in_scope(wizard.scope).exclude(note="")
        assert list(notes.values_list("note", flat=True)) == ["上门改过"]
    page = wizard.opens(batch)
    assert "写入后已有人改过" in page
    assert ">9<" in page  # its line
