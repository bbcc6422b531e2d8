"""Errors that pass by themselves: recognised, told in plain words, repeated where that is safe."""

from urllib.parse import urlencode

import psycopg2
import pytest
import redis
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from portal.orgs.middleware import RETRIES, TransactionMiddleware
from portal.outages import Trouble, trouble_of
from portal.ui.errors import server_error, unavailable

pytestmark = pytest.mark.django_db


def raised(code):
    """The real error of this SQLSTATE, as Django hands it on."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$")
    except DatabaseError as error:
        return error
    raise AssertionError(code)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("40P01", Trouble.RACE), ("40001", Trouble.RACE), ("55P03", Trouble.RACE),
        ("57014", Trouble.SLOW), ("57P01", Trouble.AWAY), ("57P03", Trouble.AWAY),
        ("53300", Trouble.AWAY), ("08006", Trouble.AWAY),
        ("23505", None), ("22001", None), ("42P01", None),
    ],
)  # fmt: skip
def test_each_state_has_its_meaning(code, trouble):
    assert trouble_of(raised(code)) is trouble


def test_nobody_there_is_away():
    with pytest.raises(psycopg2.OperationalError) as refused:
        psycopg2.connect("host=127.0.0.1 port=1 dbname=x user=x")
    assert trouble_of(refused.value) is Trouble.AWAY
    assert trouble_of(redis.exceptions.TimeoutError()) is Trouble.AWAY
    assert trouble_of(ValueError()) is None
    assert trouble_of(None) is None


def test_a_statement_has_an_end():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        with pytest.raises(OperationalError) as stopped, transaction.atomic():
            cursor.execute("SELECT pg_sleep(5)")
    assert trouble_of(stopped.value) is Trouble.SLOW


def answering(view, request):
    """The view behind the middleware, its exceptions made responses as Django does."""

    def answer(request):
        try:
            return view(request)
        except Exception:
            return server_error(request)

    return TransactionMiddleware(answer)(request)


def failing(times, code="40P01"):
    """A view that meets this error so many times; it notes what it was sent each time."""
    calls = []

    def view(request):
        calls.append(request.POST.get("name", ""))
        request.spoilt = getattr(request, "spoilt", 0) + 1
        if len(calls) <= times:
            raise raised(code)
        return HttpResponse(f"{request.spoilt}")

    return view, calls


def form(name="王巧云"):
    body = urlencode({"name": name})
    return RequestFactory().post("/", body, content_type="application/x-www-form-urlencoded")


def test_a_lost_race_is_run_again_from_the_start():
    view, calls = failing(2)
    response = answering(view, form())
    assert (response.status_code, response.content) == (200, b"1")
    assert calls == ["王巧云"] * 3


def test_a_race_lost_again_and_again_is_told():
    view, calls = failing(RETRIES + 1)
    response = answering(view, form())
    assert response.status_code == 503
    assert "同一时间改的人太多" in response.content.decode()
    assert len(calls) == RETRIES + 1


def test_a_request_with_a_file_is_not_run_again():
    view, calls = failing(1)
    response = answering(view, RequestFactory().post("/", {"name": "名单"}))
    assert (response.status_code, len(calls)) == (503, 1)


@pytest.mark.parametrize(
    ("code", "status", "sentence"),
    [("57P01", 503, "系统正在恢复"), ("57014", 503, "请缩小范围"), ("22001", 500, "没有保存")],
)
def test_anything_else_is_told_at_once(code, status, sentence):
    view, calls = failing(1, code)
    response = answering(view, form())
    assert (response.status_code, len(calls)) == (status, 1)
    assert sentence in response.content.decode()
    assert response.has_header("Retry-After") == (status == 503)


def test_a_fragment_gets_a_fragment():
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    request.htmx = HtmxDetails(request)
    response = unavailable(request, Trouble.AWAY)
    assert response.status_code == 503
    assert "<html" not in response.content.decode()
