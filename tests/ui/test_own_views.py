"""Views of one's own (存为常用): kept with the account, without what was typed, for nobody else."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.services.preferences import MOST_VIEWS
from tests.cast import Cast

LIST = "/residents/"


def kept_by(cast: Cast, key: str = "clerk") -> list[dict[str, str]]:
    user = User.objects.get(pk=cast.users[key].pk)
    return list(user.preferences.get("lists", {}).get("residents", {}).get("views", []))


def page_of(cast: Cast, query: str = "", key: str = "clerk") -> str:
    return str(cast.client(key).get(f"{LIST}?{query}").content.decode())


def offered(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page[page.index("/keep/") :])
    assert found
    return found[1].replace("&amp;", "&")


def columns_of(page: str) -> list[str]:
    """The free columns that are ticked in the chooser, in their order."""
    boxes = re.findall(r'<input[^>]*name="col"[^>]*>', page)
    return [re.search(r'value="(\w+)"', box)[1] for box in boxes if "checked" in box]


def keeps(cast: Cast, query: str, title: str, client: Client | None = None) -> str:
    """Save what is on the screen under a name; gives the address that the answer leads to."""
    client = client or cast.client("clerk")
    page = client.get(f"{LIST}?{query}").content.decode()
    answer = client.post(
        reverse("accounts:keep_view", args=["residents"]),
        {"title": title, "next": LIST, "query": offered(page, "query"),
         "columns": offered(page, "columns")},
    )  # fmt: skip
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_view_keeps_conditions_order_and_columns_and_stands_before_the_lists_own(cast):
    where = keeps(cast, "sex=1&age=80&sort=-name&col=sex&col=category", "八十岁以上男")
    page = cast.client("clerk").get(where).content.decode()
    tabs = re.search(r'<nav class="pp-views".*?</nav>', page, re.S)[0]
    assert tabs.index("八十岁以上男") < tabs.index("pp-vr") < tabs.index("全部")
    assert re.search(r'class="is-on" aria-current="page">八十岁以上男', tabs)
    [view] = kept_by(cast)
    assert view["query"] == "sex=1&age=80&sort=-name"
    assert view["columns"] == ["sex", "category"]


def test_columns_of_a_view_do_not_become_the_lists_columns(cast):
    where = keeps(cast, "sex=1&col=sex", "男")
    cast.client("clerk").get(f"{LIST}?col=category&col=age")
    assert columns_of(page_of(cast)) == ["category", "age"]
    assert columns_of(cast.client("clerk").get(where).content.decode()) == ["sex"]


def test_columns_last_from_one_login_to_the_next_and_are_nobody_elses(cast):
    cast.client("clerk").get(f"{LIST}?col=category")
    assert columns_of(page_of(cast)) == ["category"]
    assert columns_of(page_of(cast, key="colleague")) != ["category"]


def test_a_name_that_was_typed_is_not_kept(cast):
    keeps(cast, f"{urlencode({'name': '王芳'})}&sex=2", "女")
    [view] = kept_by(cast)
    assert view["query"] == "sex=2"


def test_nobody_else_sees_it_and_a_link_to_it_is_a_link_to_the_conditions(cast):
    where = keeps(cast, "sex=1", "我的男")
    page = cast.client("colleague").get(where).content.decode()
    assert "我的男" not in page
    assert "性别" in page[page.index("pp-chips") :]
    assert kept_by(cast, "colleague") == []


def test_the_same_name_again_replaces_it_and_it_can_be_deleted(cast):
    keeps(cast, "sex=1", "常看")
    where = keeps(cast, "sex=2", "常看")
    [view] = kept_by(cast)
    assert view["query"] == "sex=2"
    page = cast.client("clerk").get(where).content.decode()
    assert "删除这个常用视图" in page
    cast.client("clerk").post(
        reverse("accounts:forget_view", args=["residents"]), {"view": view["key"], "next": LIST}
    )
    assert kept_by(cast) == []


@pytest.mark.parametrize("title", ["", "   ", "十三个字的名称实在是太长啦啊"])
def test_a_view_needs_a_short_name_and_the_list_stays_as_it_was(cast, title):
    client = cast.client("clerk")
    where = keeps(cast, "sex=1", title, client)
    page = client.get(where).content.decode()
    assert "名称应为 1 至 12 个字" in page
    assert where == f"{LIST}?sex=1"
    assert kept_by(cast) == []


def test_more_views_than_fit_on_the_screen_are_refused(cast):
    for n in range(MOST_VIEWS):
        keeps(cast, "sex=1", f"视图{n}")
    client = cast.client("clerk")
    where = keeps(cast, "sex=1", "再一个", client)
    assert "最多保存" in client.get(where).content.decode()
    assert len(kept_by(cast)) == MOST_VIEWS


def test_the_answer_leads_nowhere_else(cast):
    answer = cast.client("clerk").post(
        reverse("accounts:keep_view", args=["residents"]),
        {"title": "男", "next": "https://elsewhere.example/", "query": "sex=1"},
    )
    assert answer["Location"].startswith("/?")


def test_each_list_keeps_its_own(cast):
    keeps(cast, "sex=1", "年长的")
    assert "年长的" in page_of(cast)
    assert "年长的" not in cast.client("clerk").get(reverse("housing:list")).content.decode()
