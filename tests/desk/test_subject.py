"""What a person is told: all that is held, and every office that looked, lists included."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.orgs.acting import acting
from residents.services import reveal
from tests.cast import Cast
from tests.residents.builders import home, number, register

PHONE = "15012346620"


@pytest.fixture
def cast(committed):
    return Cast.assembled()


@pytest.fixture
def person(cast):
    clerk = cast.scope("clerk")
    dwelling = home(clerk, floors=1, per_floor=1)[0]
    held = register(clerk, dwelling, name="王巧云", document_number=number(), phone=PHONE)
    cast.client("clerk").get(f"/residents/{held.resident_id}/")
    cast.client("street").get("/residents/")
    with acting(clerk):
        reveal(resident_id=held.resident_id, purpose="permit", by=clerk, at=timezone.now())
    return held.resident_id


def told_by_command(person):
    out = io.StringIO()
    call_command("subject_report", resident=person, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("how", ["page", "command"])
def test_a_person_is_told_what_is_held_and_who_looked(cast, person, how):
    if how == "page":
        text = cast.client("lead").get(f"/subjects/{person}/").content.decode()
    else:
        text = told_by_command(person)
    for word in ("王巧云", "来源", "150****6620", "治保主任", "查看人员", "查看完整证件号",
                 "办理居住证"):  # fmt: skip
        assert word in text, word
    assert PHONE not in text
    assert number() not in text
    assert "周敏" not in re.sub(r"<header.*?</header>", "", text, flags=re.S)


def test_a_list_that_showed_the_person_is_told(cast, person):
    text = told_by_command(person)
    assert re.search(r"曹杨新村街道　街道（镇）人口办主任　浏览名单", text)


def test_making_the_report_is_told_next_time(cast, person):
    told_by_command(person)
    assert "出具本人信息报告" in told_by_command(person)


@pytest.mark.parametrize(
    ("key", "status"), [("collector", 403), ("auditor", 403), ("far_street", 404)]
)
def test_only_who_reads_register_and_trail_of_the_person_makes_it(cast, person, key, status):
    assert cast.client(key).get(f"/subjects/{person}/").status_code == status


def test_a_person_that_is_not_there_is_an_error(cast):
    with pytest.raises(CommandError, match="没有这个人"):
        told_by_command("00000000-0000-7000-8000-000000000000")


def test_a_breach_lists_whom_an_account_touched(cast, person):
    today = timezone.localdate().isoformat()
    out = io.StringIO()
    call_command("breach_report", "--actor", "clerk", "--from", today, "--to", today, stdout=out)
    assert "涉及 1 人" in out.getvalue()
    assert re.search(rf"{person}　.*查看完整证件号 1 次", out.getvalue())
    out = io.StringIO()
    call_command(
        "breach_report",
        "--actor",
        "clerk",
        "--from",
        "2020-01-01",
        "--to",
        "2020-01-02",
        stdout=out,
    )
    assert "0 次操作，涉及 0 人" in out.getvalue()
