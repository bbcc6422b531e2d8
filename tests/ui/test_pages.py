"""Pages and fragments, and what went wrong."""

import json

import pytest
from django import forms
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from portal.ui import errors
from portal.ui.pages import done, page, toast, trigger, wants_fragment


def asked(method="get", path="/", *, htmx=False, restored=False, **data):
    headers = {"HX-Request": "true"} if htmx else {}
    if restored:
        headers["HX-History-Restore-Request"] = "true"
    request = getattr(RequestFactory(), method)(path, data, headers=headers)
    request.htmx = HtmxDetails(request)
    request.session = {}
    request._messages = FallbackStorage(request)
    request.scope = None
    return request


class NameForm(forms.Form):
    name = forms.CharField()


TEMPLATE = "ui/error_404.html"


def test_every_answer_is_kept_by_nobody_and_differs_for_htmx():
    answer = page(asked(), TEMPLATE)
    assert "no-store" in answer["Cache-Control"]
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_posted_form_that_did_not_pass_answers_422(htmx):
    answer = page(asked("post", htmx=htmx), TEMPLATE, {"form": NameForm({})})
    assert answer.status_code == 422


def test_a_form_that_passed_or_was_only_opened_answers_200():
    assert page(asked("post"), TEMPLATE, {"form": NameForm({"name": "周敏"})}).status_code == 200
    assert page(asked(), TEMPLATE, {"form": NameForm()}).status_code == 200


def test_htmx_asks_for_a_part_and_the_back_button_for_the_whole_page():
    assert wants_fragment(asked(htmx=True))
    assert not wants_fragment(asked(htmx=True, restored=True))
    assert not wants_fragment(asked())


def test_htmx_gets_the_named_part_of_the_template_that_others_get_whole(settings, tmp_path):
    (tmp_path / "parts.html").write_text("WHOLE{% partialdef part inline %}PART{% endpartialdef %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert page(asked(), "parts.html", partial="part").content == b"WHOLEPART"
    assert page(asked(htmx=True), "parts.html", partial="part").content == b"PART"


def test_a_message_travels_in_a_header_of_plain_letters():
    answer = toast(HttpResponse(), "已将 3 人分派给顾小满", action="撤销", url="/undo/", post=True)
    trigger(answer, "pp:close")
    assert answer["HX-Trigger"].isascii()
    events = json.loads(answer["HX-Trigger"])
    assert events["pp:toast"]["text"] == "已将 3 人分派给顾小满"
    assert events["pp:close"] is True


def test_what_was_done_sends_on_to_the_next_page():
    assert done(asked("post"), "/next/", "已保存")["Location"] == "/next/"
    htmx = done(asked("post", htmx=True), "/next/")
    assert htmx["HX-Redirect"] == "/next/"
    assert htmx.status_code == 200


@pytest.mark.parametrize(
    ("handler", "status", "words"),
    [
        (errors.bad_request, 400, "这次请求不完整"),
        (errors.permission_denied, 403, "当前岗位不能使用这项功能"),
        (errors.not_found, 404, "没有找到这个页面"),
        (errors.server_error, 500, "没有取到"),
        (errors.conflict, 409, "内容已被他人改过"),
        (errors.csrf_failure, 400, "这次请求不完整"),
    ],
)
def test_a_failure_is_told_in_words_with_a_way_on(handler, status, words):
    answer = handler(asked())
    text = answer.content.decode()
    assert answer.status_code == status
    assert words in text
    assert "<a " in text


def test_a_failed_fragment_is_answered_with_a_fragment():
    answer = errors.not_found(asked(htmx=True))
    assert answer.status_code == 404
    assert "<html" not in answer.content.decode()


def test_a_refusal_says_what_the_post_may_not_do():
    answer = errors.permission_denied(asked(), Exception("“采集员”岗位不能导出名单"))
    assert "“采集员”岗位不能导出名单" in answer.content.decode()
