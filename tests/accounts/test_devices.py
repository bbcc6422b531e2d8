"""Browsers by the words that people know them by."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.devices import device_in_words
from portal.accounts.models import LoginSession

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 {}Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME.format("Windows NT 10.0; Win64; x64", ""), "Windows　Chrome 131"),
        (CHROME.format("Windows NT 6.1; WOW64", ""), "Windows 7　Chrome 131"),
        (CHROME.format("Windows NT 10.0", "") + " Edg/130.0", "Windows　Edge 130"),
        (CHROME.format("Linux; Android 14; M2102", "Mobile "), "安卓　Chrome 131"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "Linux　Firefox 128"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile MicroMessenger/8.0.49",
         "苹果手机　微信 8"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
    ids=["chrome", "old windows", "edge", "android", "firefox", "wechat", "other", "nothing"],
)  # fmt: skip
def test_a_browser_is_told_by_system_and_name(agent, words):
    assert device_in_words(agent) == words


@pytest.mark.django_db
def test_ones_own_page_tells_where_one_is_logged_in(cast):
    agent = CHROME.format("Windows NT 10.0; Win64; x64", "")
    LoginSession.objects.create(
        session_key="k" * 32, session_data="", expire_date=timezone.now() + timedelta(hours=1),
        user_id=cast.scope("clerk").user_id, device=agent,
    )  # fmt: skip
    shown = cast.client("clerk").get(reverse("accounts:mine")).content.decode()
    assert ">Windows　Chrome 131<" in shown
