"""Files out of the register, made as the one who asked: complete, masked, marked, encrypted."""

import csv
import io

import pytest
from django.urls import reverse

from tests.residents.builders import home, number, register


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def people(clerk):
    homes = home(clerk)
    return [
        register(clerk, homes[place], name=name, document_number=number(sequence=place + 2),
                 phone=f"150123466{place:02d}")
        for place, name in enumerate(["王巧云", "万志强", "石思源"])
    ]  # fmt: skip


def body_of(response):
    return b"".join(response.streaming_content)


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_small_list_leaves_at_once_masked_and_marked(cast, people, told):
    response = cast.client("clerk").post(
        reverse("exports:quick", args=["residents"]) + "?sex=2",
        {"format": "csv", "purpose": "月度核对"},
    )
    content = body_of(response)
    mark, contents, head, *rows = rows_of(content)
    assert "周敏" in mark[0]
    assert "用途 月度核对" in mark[0]
    assert "条件 性别 女　共 3 人" in contents[0]
    assert head[:3] == ["姓名", "性别", "年龄"]
    assert {row[0] for row in rows} == {"王巧云", "万志强", "石思源"}
    assert all("**********" in row[3] for row in rows)
    assert number() not in content.decode()
    (event,) = told("exchange.exported")
    assert event["changes"]["rows"] == 3
    assert set(event["subjects"]) == {person.resident_id for person in people}
    assert told("exchange.export_taken")
