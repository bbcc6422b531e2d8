"""A form that failed is held by the page that says so, and sent again from there."""

from html.parser import HTMLParser
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict, UnreadablePostError
from django.test import RequestFactory

from portal.outages import Trouble
from portal.ui.errors import server_error, unavailable
from portal.ui.resubmitting import typed

NUMBER = "5b9c1f4e"
NASTY = "第一行\n\"<script>alert(1)</script>'&amp;"


class Form(HTMLParser):
    """The form of a page: where it goes and what it sends."""

    def __init__(self, page):
        super().__init__()
        self.action, self.sent = "", []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.action = told["action"]
        if tag == "input":
            self.sent.append((told["name"], told["value"]))


def sent(path="/residents/entry/?from=list", **data):
    request = RequestFactory().post(path, data)
    request.id = NUMBER
    return request


def told(answer):
    return answer.content.decode()


ANSWERS = [
    (lambda request: unavailable(request, Trouble.AWAY), HTTPStatus.SERVICE_UNAVAILABLE),
    (lambda request: unavailable(request, Trouble.RACE), HTTPStatus.SERVICE_UNAVAILABLE),
    (server_error, HTTPStatus.INTERNAL_SERVER_ERROR),
]


@pytest.mark.parametrize(("fails", "status"), ANSWERS, ids=["away", "race", "ours"])
def test_a_failed_form_is_sent_again_as_it_was(fails, status):
    token = "t" * 64
    answer = fails(
        sent(note=NASTY, members=["1", "2"], idempotency_key="k", csrfmiddlewaretoken=token)
    )
    assert answer.status_code == status
    form = Form(told(answer))
    assert form.action == "/residents/entry/?from=list"
    again = QueryDict(mutable=True)
    for name, value in form.sent:
        again.appendlist(name, value)
    assert again.getlist("members") == ["1", "2"]
    assert again.getlist("csrfmiddlewaretoken") == [token]  # the cookie's, which was not read
    assert again["note"] == NASTY
    assert again["idempotency_key"] == "k"
    assert "这一次没有保存" in told(answer)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("fails", "status"), ANSWERS, ids=["away", "race", "ours"])
def test_the_number_for_the_helpdesk_is_on_the_page_and_in_its_header(fails, status):
    answer = fails(sent(note="1"))
    assert f"<code>{NUMBER}</code>" in told(answer)
    assert answer["X-Request-ID"] == NUMBER


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/login/code/", "/accounts/password/", "/accounts/again/"]
)
def test_what_opens_the_door_is_not_held(path):
    answer = unavailable(sent(path, password="密码-不留在页面上", code="123456"), Trouble.AWAY)
    assert "密码-不留在页面上" not in told(answer)
    assert "123456" not in told(answer)
    assert f'href="{path}"' in told(answer)
    assert "这一次没有保存" in told(answer)


def test_a_file_has_to_be_chosen_again_and_is_said_to():
    with_file = sent(sender="卫生中心", file=SimpleUploadedFile("空表.xlsx", b"PK"))
    answer = told(unavailable(with_file, Trouble.AWAY))
    assert ("sender", "卫生中心") in Form(answer).sent
    assert "附带的文件要重新选择" in answer
    assert "附带的文件要重新选择" not in told(unavailable(sent(sender="1"), Trouble.AWAY))


def test_a_page_that_was_only_opened_says_nothing_of_saving():
    answer = told(unavailable(RequestFactory().get("/residents/?q=1"), Trouble.AWAY))
    assert "没有保存" not in answer
    assert 'href="/residents/?q=1"' in answer


def test_a_form_that_broke_off_on_its_way_is_none():
    class BrokenLine:
        def read(self, *_args):
            raise UnreadablePostError("the line broke")

    request = sent(note="1")
    request._stream = BrokenLine()
    assert typed(request) is None
    assert "这一次没有保存" in told(unavailable(request, Trouble.AWAY))
