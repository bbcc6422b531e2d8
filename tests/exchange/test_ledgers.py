"""The ledgers that a committee really sends, through the wizard's pages, row by row as expected."""

import json
from pathlib import Path

import pytest

from portal.exchange.models import BatchState
from portal.jobs import services as jobs
from portal.orgs.acting import acting
from residents.models import Residence, Resident
from tests.exchange.builders import Wizard, sheet_rows, workbook

pytestmark = pytest.mark.django_db

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
EXPECTED = json.loads((LEDGERS / "expected.json").read_text(encoding="utf-8"))
OUTCOMES = {row["sheet_row"]: row["outcome"] for row in EXPECTED["expect"]}
FIRST = EXPECTED["first_data_row"]


SENTENCES = (
    "末位校验码不符", "末几位已丢失", "出生日期与证件号不一致", "性别与证件号不一致", "姓名未填写",
    "2 月没有 30 日", "人口类别「外星人」不认识", "晚于今天", "姓名不能以 = + - @",
    "与第 4 行重复",
)  # fmt: skip


def sent(wizard, name, kind):
    return wizard.imports((LEDGERS / name).read_bytes(), name, kind)


def people(wizard):
    with acting(wizard.scope):
        return sorted(Residence.objects.open().values_list("name", "short_address", "begin_on"))


@pytest.fixture
def register(wizard):
    """The committee's dwellings, sent first."""
    batch = sent(wizard, "dwellings.xlsx", "dwellings")
    assert batch.outcomes == {"create": EXPECTED["dwellings"]}
    return wizard


@pytest.mark.paper("S-114")
def test_every_row_of_the_workbook_ends_as_expected(register):
    batch = sent(register, "residents_ledger.xlsx", "residents")
    assert {row.line: row.outcome for row in register.rows(batch)} == OUTCOMES
    assert batch.outcomes == EXPECTED["totals"]
    assert len(people(register)) == EXPECTED["totals"]["create"]


def test_the_same_people_as_gb18030_text_end_the_same(register):
    batch = sent(register, "residents_gb18030.csv", "residents")
    assert batch.encoding == "GB18030"
    assert {row.line + FIRST - 2: row.outcome for row in register.rows(batch)} == OUTCOMES


@pytest.mark.paper("S-114")
def test_the_same_files_again_create_and_change_nothing(register):
    sent(register, "residents_ledger.xlsx", "residents")
    before = people(register)
    with acting(register.scope):
        versions = dict(Resident.objects.values_list("pk", "version"))
    dwellings = sent(register, "dwellings.xlsx", "dwellings")
    assert dwellings.outcomes == {"unchanged": EXPECTED["dwellings"]}
    for name in ("residents_ledger.xlsx", "residents_gb18030.csv"):
        batch = sent(register, name, "residents")
        assert batch.outcomes == {
            "unchanged": EXPECTED["totals"]["create"],
            "error": EXPECTED["totals"]["error"],
            "duplicate_in_file": EXPECTED["totals"]["duplicate_in_file"],
        }
    assert people(register) == before
    with acting(register.scope):
        assert dict(Resident.objects.values_list("pk", "version")) == versions


def test_refused_rows_corrected_and_sent_again_go_in(register):
    batch = sent(register, "residents_ledger.xlsx", "residents")
    head, *rows = sheet_rows(register.downloads_errors(batch))
    refused = [row for row in EXPECTED["expect"] if row["outcome"] != "create"]
    assert len(rows) == len(refused)
    by_name = {row[head.index("姓名")]: row for row in rows}
    number, category = head.index("公民身份号码"), head.index("人口类别")
    by_name["何敏超"][number] = "319999196107172806"  # the original document has the right digit
    by_name["韩梅"][category] = "来沪人员"
    again = register.imports(workbook([by_name["何敏超"], by_name["韩梅"]], head), "改正.xlsx",
                             "residents")  # fmt: skip
    assert again.outcomes == {"create": 2}
    assert len(people(register)) == EXPECTED["totals"]["create"] + 2


def test_each_refusal_stands_at_its_cell_with_its_reason(register):
    batch = register.checked(
        (LEDGERS / "residents_ledger.xlsx").read_bytes(), "名单.xlsx", "residents"
    )
    page = register.opens(batch)
    for words in SENTENCES:
        assert words in page, words
    assert page.count('class="is-error') == EXPECTED["totals"]["error"]
    for row in EXPECTED["expect"]:
        if len(row["id"]) == 18 and row["id"].isalnum():
            assert row["id"] not in page


def test_a_whole_ledger_is_taken_back(register):
    batch = sent(register, "residents_ledger.xlsx", "residents")
    batch = register.posts(batch, "undo", reason="传错了居委")
    jobs.work(batch.undo_job_id)
    batch = register.batch(batch.pk)
    assert batch.state == BatchState.UNDONE
    assert batch.outcomes["undone"] == EXPECTED["totals"]["create"]
    assert people(register) == []


def test_a_ledger_checked_by_a_stranger_tells_nothing_of_the_register(register, cast):
    """Another committee's dwellings and people look to a foreign clerk like none at all."""
    sent(register, "residents_ledger.xlsx", "residents")
    stranger = Wizard(cast, "far_clerk")
    batch = stranger.checked(
        (LEDGERS / "residents_ledger.xlsx").read_bytes(), "名单.xlsx", "residents"
    )
    assert set(stranger.actions(batch).values()) <= {"error", "duplicate_in_file", "elsewhere"}
    assert people(stranger) == []
