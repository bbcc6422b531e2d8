"""A street's manager shares a view of a list with its committees: to open, not to change."""

import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from portal.accounts import services as accounts
from portal.orgs.models import SharedView
from portal.orgs.services.sharing import MOST_SHARED
from tests.cast import HOME, Cast
from tests.ui.test_own_views import LIST, keeps, page_of

pytestmark = pytest.mark.django_db


def shares(cast: Cast, query: str, title: str, key: str = "street") -> str:
    """Keep a view and share it; gives the page that the answer leads to."""
    client = cast.client(key)
    view = accounts.keep_view(
        user_id=cast.users[key].pk, key="residents", title=title, query=query, columns=["sex"]
    )
    sent = {"view": view, "next": LIST, "query": query}
    answer = client.post(reverse("orgs:share_view", args=["residents"]), sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(client.get(answer["Location"]).content.decode())


def tabs_of(page: str) -> list[str]:
    """The views above the list, in their order."""
    shown = re.search(r'<nav class="pp-views".*?</nav>', page, re.S)
    found = re.findall(r"<a [^>]*>(.*?)</a>", shown[0] if shown else "", re.S)
    return [re.sub(r"<.*", "", text, flags=re.S).strip() for text in found]


def test_the_streets_committees_see_it_after_their_own_and_nobody_else_does(cast):
    assert "已共享给本街道（镇）和各居（村）委" in shares(cast, "sex=1&sort=-name", "男")
    keeps(cast, "sex=2", "我的女")
    assert tabs_of(page_of(cast))[:3] == ["我的女", "男", "全部"]
    assert "顾振宇共享" in page_of(cast)
    assert "男" in tabs_of(page_of(cast, key="staff"))
    for key in ("far_clerk", "far_street", "district"):
        assert "男" not in tabs_of(page_of(cast, key=key))


def test_whoever_opens_it_sees_conditions_and_columns_and_cannot_change_it(cast):
    shares(cast, "sex=1", "男")
    view = SharedView.objects.get()
    page = page_of(cast, f"sex=1&view={view.pk}")
    assert re.search(r'class="is-on" aria-current="page">男', page)
    assert "删除这个常用视图" not in page
    assert "撤回共享" not in page
    clerk = cast.client("clerk")
    refused = clerk.post(reverse("orgs:withdraw_view", args=[view.pk]), {"next": LIST})
    assert refused.status_code == 403
    assert SharedView.objects.count() == 1


def test_what_was_typed_and_where_the_manager_looked_does_not_go_with_it(cast):
    typed = urlencode({"name": "王芳", "unit": HOME, "sex": "2"})
    shares(cast, typed, "女")
    assert SharedView.objects.get().query == "sex=2"
    page = shares(cast, f"unit={HOME}", "源园")
    assert "这个视图只有单位、楼栋条件，别人用不上，未共享" in page
    assert SharedView.objects.count() == 1


def test_the_street_takes_it_back_and_another_street_cannot(cast, told):
    shares(cast, "sex=1", "男")
    view = SharedView.objects.get()
    where = reverse("orgs:withdraw_view", args=[view.pk])
    assert cast.client("far_street").post(where, {"next": LIST}).status_code == 404
    manager = cast.client("street")
    assert "撤回共享" in manager.get(f"{LIST}?sex=1&view={view.pk}").content.decode()
    assert manager.post(where, {"next": LIST, "query": "sex=1"}).status_code == 302
    assert "男" not in tabs_of(page_of(cast))
    shared, withdrawn = told("orgs.view_shared"), told("orgs.view_withdrawn")
    assert (len(shared), len(withdrawn)) == (1, 1)
    assert shared[0]["changes"]["filter"] == "sex=1"


def test_one_name_once_and_no_more_than_fit(cast):
    shares(cast, "sex=1", "男")
    assert "本街道（镇）已有同名的共享视图" in shares(cast, "sex=1&sort=name", "男")
    for n in range(MOST_SHARED - 1):
        shares(cast, "sex=1", f"男{n}")
    assert "最多共享" in shares(cast, "sex=1", "再一个")
    assert SharedView.objects.count() == MOST_SHARED


@pytest.mark.parametrize("key", ["clerk", "staff", "district"])
def test_only_a_streets_manager_shares(cast, key):
    answer = cast.client(key).post(
        reverse("orgs:share_view", args=["residents"]), {"view": "x", "next": LIST}
    )
    assert answer.status_code == 403
    assert "共享给各居委" not in page_of(cast, "sex=1", key)
