"""Files out of the register, made as the one who asked: complete, masked, marked, encrypted."""

import pytest
from django.urls import reverse
from psycopg2.extensions import set_wait_callback

from portal.orgs.postgresql import patience
from tests.exports.builders import NAMES, four_people, limits, rows_of
from tests.residents.builders import number


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def people(clerk):
    return four_people(clerk)


def body_of(response):
    assert response.streaming, response.get("Location", response.content[:500])
    return b"".join(response.streaming_content)


def test_a_small_list_leaves_at_once_masked_and_marked(cast, people, told):
    response = cast.client("clerk").post(
        reverse("exports:quick", args=["residents"]) + "?sex=2",
        {"format": "csv", "purpose": "月度核对"},
    )
    content = body_of(response)
    mark, contents, head, *rows = rows_of(content)
    assert "周敏" in mark[0]
    assert "用途 月度核对" in mark[0]
    assert "条件 性别 女　共 4 人" in contents[0]
    assert head[:3] == ["姓名", "性别", "年龄"]
    assert {row[0] for row in rows} == set(NAMES)
    assert all("**********" in row[3] for row in rows)
    assert number() not in content.decode()
    (event,) = told("exchange.exported")
    assert event["changes"]["rows"] == 4
    assert set(event["subjects"]) == {person.resident_id for person in people}
    assert told("exchange.export_taken")


@pytest.fixture
def as_in_a_web_server():
    """The driver waits with an end to its patience, as `portal.wsgi` tells it to."""
    patience.install()
    yield
    set_wait_callback(None)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_web_server_makes_a_small_file_too(cast, people, as_in_a_web_server, file_format):
    response = cast.client("clerk").post(
        reverse("exports:quick", args=["residents"]) + "?sex=2",
        {"format": file_format, "purpose": "月度核对"},
    )
    content = body_of(response)
    if file_format == "csv":
        _mark, _contents, _head, *rows = rows_of(content)
        assert {row[0] for row in rows} == set(NAMES)
        assert all("**********" in row[3] for row in rows)
    else:
        assert content.startswith(b"PK")


def test_a_larger_list_asks_for_more_before_it_leaves(cast, people, told):
    limits(cast.scope("district"), own=2, with_reason=5)
    browser = cast.client("clerk")
    led = browser.post(
        reverse("exports:quick", args=["residents"]) + "?sex=2",
        {"format": "csv", "purpose": "月度核对"},
    )
    assert led.status_code == 302
    page = browser.get(led["Location"]).content.decode()
    assert "验证身份" in page
    assert "性别 女" in page
    told_so_far = {"purpose": "月度核对", "file_format": "xlsx", "keys": ["name", "number"]}
    refused = browser.post(led["Location"], told_so_far)
    assert refused.status_code == 422
    assert told("exchange.exported") == []
    ready = browser.post(led["Location"], told_so_far | {"reason": "核对漏登人员，用后销毁"})
    page = browser.get(ready["Location"]).content.decode()
    assert "文件可以下载" in page


def test_a_proof_that_is_old_is_asked_for_again(cast, people, told):
    limits(cast.scope("district"), own=2, with_reason=5)
    browser = cast.client("clerk")
    session = browser.session
    session["proved_at"] = 0
    session.save()
    answer = browser.post(
        reverse("exports:ask", args=["residents"]),
        {"purpose": "月度核对", "file_format": "csv", "keys": ["name"], "reason": "核对漏登人员"},
    )
    assert reverse("accounts:again") in answer["Location"]
    assert told("exchange.export_asked") == []


@pytest.mark.parametrize("who", ["lead", "collector", "window", "auditor", "secadmin"])
def test_who_may_not_export_gets_nothing(cast, who):
    browser = cast.client(who)
    for name, arguments in (("own", []), ("ask", ["residents"])):
        assert browser.get(reverse(f"exports:{name}", args=arguments)).status_code == 403
    quick = browser.post(reverse("exports:quick", args=["residents"]), {"purpose": "月度核对"})
    assert quick.status_code == 403


def test_without_a_purpose_there_is_no_file(cast, people, told):
    answer = cast.client("clerk").post(reverse("exports:quick", args=["residents"]), {})
    assert answer.status_code == 422
    assert "用途" in answer.content.decode()
    assert told("exchange.exported") == []


def test_dwellings_leave_by_the_same_door(cast, people):
    response = cast.client("clerk").post(
        reverse("exports:quick", args=["dwellings"]) + "?people=some",
        {"format": "csv", "purpose": "房屋核对"},
    )
    _, contents, head, *rows = rows_of(body_of(response))
    assert head[:2] == ["居（村）委", "地址"]
    assert len(rows) == 4
    assert "套" in contents[0]


def test_the_columns_are_those_of_the_list(cast, people):
    browser = cast.client("clerk")
    browser.get(reverse("residents:list") + "?col=age&col=phone&rows=")
    response = browser.post(
        reverse("exports:quick", args=["residents"]), {"format": "csv", "purpose": "月度核对"}
    )
    assert rows_of(body_of(response))[2] == ["年龄", "手机"]
