"""Pages of the register that ask the database little: each tab and each count in one pass."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from housing.tables import DwellingList
from residents.tables import ResidentList
from tests.residents.builders import home, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def living(cast):
    clerk = cast.scope("clerk")
    return register(clerk, home(clerk)[0])


def questions(browser, address):
    """How many statements read the register for a page."""
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return sum(' FROM "residents_' in each["sql"] for each in asked)


@pytest.mark.parametrize("who", ["clerk", "street", "district"])
@pytest.mark.parametrize("page", ["newcomers", "transfers", "tasks", "appeals", "corrections"])
def test_a_list_asks_for_its_rows_and_for_its_tabs(cast, living, who, page):
    address = reverse(f"residents:{page}")
    if cast.client(who).get(address).status_code == 403:
        assert (who, page) in {
            ("street", "newcomers"), ("district", "newcomers"), ("district", "appeals"),
        }  # fmt: skip
        return
    assert questions(cast.client(who), address) <= 2


@pytest.mark.parametrize("who", ["clerk", "street", "district"])
def test_a_person_s_page_asks_for_the_person_episodes_others_and_visits(cast, living, who):
    address = reverse("residents:person", args=[living.resident_id])
    assert questions(cast.client(who), address) <= 4


@pytest.mark.parametrize(
    ("address", "listing", "table"),
    [
        ("residents:list", ResidentList, "residents_residence"),
        ("housing:list", DwellingList, "housing_dwellingunit"),
    ],
    ids=["residents", "dwellings"],
)
def test_every_column_is_made_of_what_the_list_reads(cast, living, address, listing, table):
    """A row that lacked a column would ask for it by itself."""
    free = [column.key for column in listing.columns if not column.fixed]
    page = f"{reverse(address)}?{urlencode({'col': free}, doseq=True)}"
    browser = cast.client("clerk")
    browser.get(page)
    with CaptureQueriesContext(connection) as asked:
        shown = browser.get(page).content.decode()
    assert all(str(column.title) in shown for column in listing.columns)
    rows = [each["sql"] for each in asked if "address_key" in each["sql"]]
    assert len(rows) == 1  # in their order
    alone = f'FROM "{table}" WHERE "{table}"."id" = '
    assert [each["sql"] for each in asked if alone in each["sql"]] == []
