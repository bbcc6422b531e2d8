"""A child's guardian, named from the child's page, wherever in the unit the guardian lives."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portal.orgs.acting import acting
from residents.models import Resident
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.fixture
def child(clerk, homes):
    """万子轩, eleven, lives with his mother; his grandmother lives upstairs."""
    register(clerk, homes[0])
    register(
        clerk, homes[7], name="石秀英", document_number=number("19550301", 21), category="人户一致",
        reason="", phone="",
    )  # fmt: skip
    return register(
        clerk, homes[0], name="万子轩", relation="子", document_number=number("20150102", 13, "1"),
        phone="", reason="",
    )  # fmt: skip


def page_of(child):
    return reverse("residents:guardian", args=[child.resident_id])


def sent(client, child, **told):
    opened = client.get(page_of(child))
    data = {"version": opened.context["version"], "idempotency_key": uuid4().hex} | told
    return client.post(page_of(child), data)


def guardian_of(clerk, child):
    with acting(clerk):
        found = Resident.objects.select_related("guardian").get(pk=child.resident_id).guardian
    return found.name if found else None


def test_grown_people_of_the_dwelling_are_offered_first(cast, clerk, child):
    client = cast.client("clerk")
    offered = [
        title
        for _key, title in client.get(page_of(child)).context["form"].fields["guardian"].choices
    ]
    assert offered == ["王巧云", "不住在这里，在下面写明", "不再登记监护人"]
    with acting(clerk):
        mother = Resident.objects.get(name="王巧云")
    assert sent(client, child, guardian=str(mother.pk)).status_code == 302
    assert guardian_of(clerk, child) == "王巧云"
    assert "更换" in text_of(client.get(reverse("residents:person", args=[child.resident_id])))


@pytest.mark.parametrize("who", ["石秀英", "石秀英 204", "number"])
def test_somebody_who_lives_elsewhere_is_found_by_name_or_number(cast, clerk, child, who, told):
    who = number("19550301", 21) if who == "number" else who
    assert sent(cast.client("clerk"), child, guardian="elsewhere", who=who).status_code == 302
    assert guardian_of(clerk, child) == "石秀英"
    (event,) = told("residents.updated")
    assert event["changes"] == {"监护人": ["", "石秀英"]}
    assert child.resident_id in event["subjects"]


def test_words_that_mean_nobody_or_several_are_refused_at_the_field(cast, clerk, homes, child):
    client = cast.client("clerk")
    nobody = sent(client, child, guardian="elsewhere", who="赖小军")
    assert nobody.status_code == 422
    assert "没有找到这个人" in nobody.context["form"].errors["who"][0]
    register(
        clerk, homes[9], name="石秀英", document_number=number("19600301", 22), category="人户一致",
        reason="", phone="",
    )  # fmt: skip
    several = sent(client, child, guardian="elsewhere", who="石秀英")
    assert "符合的不止一人" in several.context["form"].errors["who"][0]
    assert several.context["form"]["who"].value() == "石秀英", "what was typed stays"
    blank = sent(client, child, guardian="elsewhere", who="")
    assert "请写监护人" in blank.context["form"].errors["who"][0]
    assert guardian_of(clerk, child) is None


def test_a_child_is_nobody_s_guardian(cast, clerk, homes, child):
    register(
        clerk, homes[8], name="赵一诺", relation="户主", document_number=number("20160102", 15),
        phone="", reason="",
    )  # fmt: skip
    refused = sent(cast.client("clerk"), child, guardian="elsewhere", who="赵一诺")
    assert "未满 18 周岁" in refused.context["form"].errors["who"][0]


def test_none_is_left_and_a_colleague_s_word_is_not_overwritten(cast, clerk, child):
    client = cast.client("clerk")
    version = client.get(page_of(child)).context["version"]
    assert sent(client, child, guardian="elsewhere", who="石秀英").status_code == 302
    late = client.post(
        page_of(child),
        {"version": version, "guardian": "none", "idempotency_key": uuid4().hex},
    )
    assert late.status_code == 422
    assert "刚改过这个人的信息" in late.content.decode()
    assert guardian_of(clerk, child) == "石秀英"
    assert sent(client, child, guardian="none").status_code == 302
    assert guardian_of(clerk, child) is None


def test_another_committee_finds_no_such_child(cast, child):
    assert cast.client("neighbour").get(page_of(child)).status_code == 404
    assert cast.client("watchman").get(page_of(child)).status_code == 403
