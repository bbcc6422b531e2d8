"""A committee's ledger, row by row through the plain rules: the outcome that it must have.

What only the register knows (dwellings) comes from the committee's own list of dwellings.
"""

import json
from datetime import date
from pathlib import Path

import pytest

from housing.addresses import AddressError, address_of, parse_address
from portal.exchange.codesets import CodeError
from portal.exchange.dates import DateProblem, read_date
from portal.exchange.mapping import DWELLING_FIELDS, RESIDENT_FIELDS, known_headers, suggest
from portal.exchange.readers import cell_text, is_number, read_table
from residents.categories import (
    ETHNICITIES,
    RESIDENCE_REASONS,
    SEXES,
    PopulationCategory,
    parse_place,
)
from residents.identity import IdentityError, check_citizen_id, lost_digits
from residents.names import NameProblem, clean_name
from residents.phones import PhoneProblem, normalise_phone

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
TODAY = date(2026, 11, 20)
EXPECTED = json.loads((LEDGERS / "expected.json").read_text())


def rows_of(name, fields):
    """Rows of a ledger as (number, field to cell), mapped by the names of its columns."""
    with (LEDGERS / name).open("rb") as stream:
        (sheet,) = read_table(stream, name, known_headers(fields)).sheets
    mapping = [each.field for each in suggest(sheet.headers, fields).values()]
    return [(row.number, dict(zip(mapping, row.cells, strict=True))) for row in sheet.rows]


@pytest.fixture(scope="module")
def dwellings():
    return {
        address_of(*(cell_text(row[part]) for part in ("road", "lane", "number", "room")))
        for _, row in rows_of("dwellings.xlsx", DWELLING_FIELDS)
    }


def document(row):
    """The number of a row, checked against what else the row says; None where there is none."""
    written = row["document_number"]
    if is_number(written):
        raise lost_digits(cell_text(written))
    sex = SEXES.parse(row["sex"]) if row["sex"] else None
    birth = read_date(row["birth_date"], today=TODAY).day if row["birth_date"] else None
    if not written.strip():
        return clean_name(row["name"]), sex, birth
    citizen = check_citizen_id(written, today=TODAY, allow_synthetic=True)
    if birth not in (None, citizen.birth_date):
        raise ValueError("birth date contradicts the number")
    if sex not in (None, citizen.sex):
        raise ValueError("sex contradicts the number")
    return citizen.number


def outcome(row, seen, dwellings):
    """`create`, `error` or `duplicate_in_file`, and the sentence of an error."""
    try:
        person = document(row)
        clean_name(row["name"])
        if row["phone"]:
            normalise_phone(cell_text(row["phone"]))
        PopulationCategory.parse(row["category"])
        ETHNICITIES.parse(row["ethnicity"])
        parse_place(row["relation"], sex=None)
        RESIDENCE_REASONS.parse(row["reason"])
        read_date(row["begin_date"], today=TODAY)
        if parse_address(row["address"]) not in dwellings:
            raise ValueError("no such dwelling")
    except (
        AddressError, CodeError, DateProblem, IdentityError, NameProblem, PhoneProblem, ValueError,
    ) as problem:  # fmt: skip
        return "error", str(problem)
    if person in seen:
        return "duplicate_in_file", ""
    seen.add(person)
    return "create", ""


@pytest.mark.parametrize("name", ["residents_ledger.xlsx", "residents_gb18030.csv"])
def test_every_row_of_the_ledger_has_its_outcome(name, dwellings):
    assert len(dwellings) == EXPECTED["dwellings"]
    seen = set()
    found = [outcome(row, seen, dwellings) for _, row in rows_of(name, RESIDENT_FIELDS)]
    assert [result for result, _ in found] == [row["outcome"] for row in EXPECTED["expect"]]


WORDS = {
    "check digit": "末位校验码不符",
    "number cell: Excel has lost the last digits": "末几位已丢失",
    "30 February": "2 月没有 30 日",
    "name missing": "姓名未填写",
    "unknown category": "人口类别「外星人」不认识",
    "date in the future": "晚于今天",
    "formula in a name": "姓名不能以 = + - @",
}


def test_each_error_has_its_own_sentence(dwellings):
    seen = set()
    rows = rows_of("residents_ledger.xlsx", RESIDENT_FIELDS)
    said = {
        wanted["why"]: outcome(row, seen, dwellings)[1]
        for (_, row), wanted in zip(rows, EXPECTED["expect"], strict=True)
    }
    assert {why: words in said[why] for why, words in WORDS.items()} == dict.fromkeys(WORDS, True)
