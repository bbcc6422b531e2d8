"""The search field: what is found, for whom, and that numbers never stand in addresses."""

import pytest
from django.urls import reverse

from tests.residents.builders import home, number, register

PANEL = {"HX-Request": "true"}


@pytest.fixture
def somebody(cast):
    scope = cast.scope("clerk")
    return register(scope, home(scope)[0])


def searched(cast, key, text, **headers):
    return cast.client(key).post(reverse("desk:search"), {"q": text}, headers=headers or PANEL)


@pytest.mark.parametrize(
    "text", ["王巧云", "wqy", "wangqiaoyun", "wqy 101", number()[-4:], number()]
)
def test_a_clerk_finds_a_person_by_what_she_knows(cast, somebody, text):
    page = searched(cast, "clerk", text).content.decode()
    assert reverse("residents:person", args=[somebody.resident_id]) in page
    assert "6号" in page
    assert number() not in page.replace(f'value="{number()}"', "")


@pytest.mark.parametrize("key", ["neighbour", "far_clerk", "far_street"])
@pytest.mark.parametrize("text", ["王巧云", "wqy", number(), "棠浦路988弄6号"])
def test_others_get_the_page_of_nothing_found(cast, somebody, key, text):
    found = searched(cast, key, text).content.decode()
    assert "没有找到" in found
    assert "王" not in found.replace(f"“{text}”", "")


@pytest.mark.parametrize("key", ["auditor", "secadmin", "window"])
def test_posts_without_register_do_not_search(cast, somebody, key):
    assert searched(cast, key, "王巧云").status_code == 403


def test_a_question_in_the_address_is_not_answered(cast, somebody):
    page = cast.client("clerk").get(reverse("desk:search"), {"q": "王巧云"}).content.decode()
    assert reverse("residents:person", args=[somebody.resident_id]) not in page


def test_a_search_by_number_is_an_event_and_by_name_is_none(cast, somebody, told):
    searched(cast, "clerk", "王巧云")
    assert not told("residents.searched")
    searched(cast, "clerk", number())
    (event,) = told("residents.searched")
    assert number() not in str(event)


def test_a_dwelling_is_found_with_its_next_step(cast, somebody):
    page = searched(cast, "clerk", "6号101").content.decode()
    assert reverse("housing:dwelling", args=[somebody.dwelling_id]) in page
    assert "登记新成员" in page


def test_a_page_is_found_by_name_and_initials(cast):
    assert reverse("housing:buildings") in searched(cast, "clerk", "楼栋").content.decode()
    assert "年度考核" not in searched(cast, "clerk", "ndkh").content.decode()


def test_the_whole_page_shows_the_same(cast, somebody):
    response = cast.client("clerk").post(reverse("desk:search"), {"q": "王巧云"})
    assert "仅检索" not in response.content.decode()
    assert "识别为：姓名" in response.content.decode()


def test_the_panel_asks_few_questions(cast, somebody, django_assert_max_num_queries):
    client = cast.client("clerk")
    with django_assert_max_num_queries(12):
        client.post(reverse("desk:search"), {"q": "wqy"}, headers=PANEL)
