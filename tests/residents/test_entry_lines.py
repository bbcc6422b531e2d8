"""The grid's lines and drawers: a filled line says what its template says, few drawers are sent."""

import json
import re

import pytest
from django.test.html import parse_html

from portal.orgs.acting import acting
from residents import entry_drawers, entry_lines
from residents.grid import CELLS, Row, rows_of
from residents.models import Residence
from tests.residents.builders import home, number, register
from tests.residents.test_pages import entry_of, grid

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def rows(clerk, today):
    """A mother with a child of two years, nobody named as its guardian yet; and a blank line."""
    place = home(clerk)[0]
    register(clerk, place, note='说"您好"')
    child = number(f"{today.year - 2}0101", 3)
    register(clerk, place, name="王小禾", document_number=child, relation="子")
    with acting(clerk):
        members = Residence.objects.in_scope(clerk).filter(dwelling=place)
        return rows_of(members.select_related("resident", "dwelling").order_by("id"), today)


def sent(rows, changes, **more):
    """The page as a browser sends it whose drawers stayed closed: the grid, and what it showed."""
    members = [
        {key: row.values[key] for key in CELLS}
        | {"residence": str(row.residence_id), "version": row.version, "base": row.base_json}
        | changes.get(place, {})
        for place, row in enumerate(rows)
        if row.residence
    ]
    return grid(*members, dwelling=rows[0].residence.dwelling, **more)


def test_a_line_that_is_filled_says_what_its_template_says(rows):
    mother, _child, blank = rows
    mother.values["name"] = mother.base["name"] = "<b>'王\"&</b>"
    for place, row in ((1, mother), (3, blank)):
        assert row.is_untouched
        assert parse_html(entry_lines._line(row, str(place))) == parse_html(
            entry_lines.drawn(row, str(place))
        )


def test_a_line_with_something_to_tell_is_drawn_by_its_template(rows):
    _mother, child, _blank = rows
    assert not child.is_untouched
    assert "缺监护人" in entry_lines._line(child, "2")
    for change in ({"leaves": True}, {"errors": {"phone": "应为 11 位"}}, {"base": {"name": "旧"}}):
        row = Row("0", {"name": "王巧云"}, {"name": "王巧云"}, residence_id=child.residence_id)
        assert row.is_untouched
        for name, value in change.items():
            setattr(row, name, value)
        assert not row.is_untouched


def test_the_blank_line_of_the_script_waits_for_its_number():
    fixed = entry_drawers.fixed_parts()
    line, drawer = fixed["line"], fixed["drawer"]
    assert 'id="row-members-__prefix__"' in line
    assert 'name="members-__prefix__-guardian"' in drawer
    assert "data-person-log hidden" in drawer


def told_on(page):
    return json.loads(re.search(r'<script id="pp-members"[^>]*>(.*?)</script>', page)[1])


def test_a_household_as_registered_sends_no_drawer_but_what_fills_one(cast, clerk, rows):
    page = cast.client("clerk").get(entry_of(rows[0].residence.dwelling)).content.decode()
    assert page.count('data-person-panel="') == 1  # the template
    mother, child = told_on(page)["members-0"], told_on(page)["members-1"]
    assert mother["resident"] == str(rows[0].residence.resident_id)
    assert mother["page"].endswith(f"/residents/{mother['resident']}/")
    assert [words for _day, words in mother["log"]][-1].startswith("登记")
    assert (mother["guardianless"], child["guardianless"]) == (False, True)
    assert child["age"] == "2 岁"


def test_a_drawer_comes_back_with_what_was_typed_and_what_is_wrong(cast, rows):
    place = rows[0].residence.dwelling
    changed = sent(rows, {0: {"employer": "梧桐<社>", "phone": "123"}})
    page = cast.client("clerk").post(entry_of(place), changed).content.decode()
    assert page.count('data-person-panel="members-0"') == 1
    assert page.count('data-person-panel="members-1"') == 0
    assert 'name="members-0-employer" value="梧桐&lt;社&gt;"' in page
    assert "人员页" in page[page.index('data-person-panel="members-0"') :]


def test_a_drawer_that_was_never_opened_changes_nothing(cast, rows, clerk):
    """Its fields are not sent; what is on record stays, also when the form comes back first."""
    mother = rows[0].residence
    data = sent(rows, {0: {"name": "王巧芸"}})
    assert "members-0-note" not in data
    refused = cast.client("clerk").post(entry_of(mother.dwelling), data | {"visited_on": "x"})
    assert refused.status_code == 422
    assert 'data-person-panel="members-0"' not in refused.content.decode()
    saved = cast.client("clerk").post(entry_of(mother.dwelling), data)
    assert saved.status_code == 302
    with acting(clerk):
        mother.resident.refresh_from_db()
    assert (mother.resident.name, mother.resident.note) == ("王巧芸", '说"您好"')
