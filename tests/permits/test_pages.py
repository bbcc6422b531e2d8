"""Pages of permits: the list, the case and what each post may do on it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from housing.models import DwellingUnit
from permits.models import PermitApplication
from portal.orgs.acting import acting
from tests.permits.builders import (
    an_incomer,
    approved,
    everything,
    issued,
    received,
    reviewed,
    under_review,
)
from tests.residents.builders import number


def page_of(cast, key, case):
    return cast.client(key).get(reverse("permits:case", args=[case.pk]))


def fresh(cast, case):
    with acting(cast.scope("district")):
        return PermitApplication.objects.get(pk=case.pk)


@pytest.mark.parametrize(
    ("key", "status", "listed"),
    [
        ("clerk", 200, True), ("lead", 200, True), ("street", 200, True), ("staff", 200, True),
        ("window", 200, True), ("district", 200, True), ("neighbour", 404, False),
        ("far_clerk", 404, False), ("far_street", 404, False),
    ],
)  # fmt: skip
def test_a_case_is_listed_and_opened_in_its_own_units_only(cast, key, status, listed):
    case = received(cast, an_incomer(cast))
    assert page_of(cast, key, case).status_code == status
    page = cast.client(key).get(reverse("permits:list")).content.decode()
    assert ("廖春燕" in page) is listed


@pytest.mark.parametrize("key", ["auditor", "secadmin", "collector"])
def test_posts_without_permits_see_no_page(cast, key):
    assert cast.client(key).get(reverse("permits:list")).status_code == 403


@pytest.mark.paper("S-83")
def test_a_case_shows_the_dwelling_by_its_house_code(cast):
    case = received(cast, an_incomer(cast))
    home = page_of(cast, "window", case).context["home"]
    with acting(cast.scope("district")):
        dwelling = DwellingUnit.objects.get(pk=case.dwelling_id)
    assert home["dwelling"].house_code == dwelling.house_code
    text = page_of(cast, "window", case).content.decode()
    for told in (dwelling.house_code or "未赋码", home["legality"], home["tenure"], "同址在住"):
        assert told
        assert told in text


def test_opening_a_case_is_an_event(cast, told):
    case = received(cast, an_incomer(cast))
    page_of(cast, "clerk", case)
    (event,) = told("permits.viewed")
    assert event["subjects"] == [case.applicant_id]


def test_the_window_takes_an_application_by_number(cast, told):
    an_incomer(cast)
    response = cast.client("window").post(
        reverse("permits:receive"),
        {"number": number("19950614", 31), "kind": "first", "reason": "employment",
         "received": everything()},
    )  # fmt: skip
    assert response.status_code == 302
    assert "319999" not in response["Location"]
    page = cast.client("window").get(response["Location"]).content.decode()
    assert "移送审查" in page
    assert "办结时限" in page
    assert number("19950614", 31) not in page


def test_pressing_twice_takes_one_application(cast):
    an_incomer(cast)
    client = cast.client("window")
    told = {
        "number": number("19950614", 31),
        "kind": "first",
        "reason": "employment",
        "received": everything(),
        "idempotency_key": "5c0a8f9e-3c65-4a9b-9d6b-0d7a4f1f2a11",
    }
    first = client.post(reverse("permits:receive"), told)
    second = client.post(reverse("permits:receive"), told)
    assert first["Location"] == second["Location"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "还没有填写"), ("123", "证件号"), (number("19950614", 77), "没有查到")],
)
def test_an_unknown_number_is_answered_at_its_field(cast, typed, sentence):
    response = cast.client("window").post(
        reverse("permits:receive"), {"number": typed, "kind": "first", "reason": "family"}
    )
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_missing_papers_are_named_on_the_page_and_brought_later(cast):
    case = received(cast, an_incomer(cast), handed_in=["document", "form", "dwelling", "photo"])
    page = page_of(cast, "window", case).content.decode()
    assert "已一次性告知应补 2 份材料" in page
    url = reverse("permits:complete", args=[case.pk])
    assert cast.client("window").post(url, {"received": ["employment"]}).status_code == 422
    done = cast.client("window").post(url, {"received": ["employment", "insurance"]})
    assert done.status_code == 302
    assert fresh(cast, case).state == "accepted"


def test_a_reviewer_keeps_findings_and_concludes(cast):
    case = under_review(cast, an_incomer(cast))
    url = reverse("permits:review", args=[case.pk])
    findings = {f"met_{key}": "yes" for key in ("C1", "C2", "C3")} | {"met_C4": "unproven"}
    notes = {f"note_{key}": "材料相符" for key in ("C1", "C2", "C3", "C4")}
    kept = cast.client("staff").post(url, findings | notes)
    assert kept.status_code == 302
    assert fresh(cast, case).state == "reviewing"
    refused = cast.client("staff").post(url, findings | notes | {"result": "pass"})
    assert refused.status_code == 422
    assert "请写明审查意见" in refused.content.decode()
    done = cast.client("staff").post(
        url, findings | notes | {"result": "pass", "opinion": "符合条件"}
    )
    assert done.status_code == 302
    assert fresh(cast, case).reviewed_by_name == "何静"


def test_a_refused_conclusion_loses_nothing_that_was_typed(cast):
    case = under_review(cast, an_incomer(cast))
    response = cast.client("staff").post(
        reverse("permits:review", args=[case.pk]),
        {"met_C1": "yes", "note_C1": "满九个月", "met_C2": "unproven", "met_C3": "unproven",
         "met_C4": "unproven", "opinion": "同意", "result": "pass"},
    )  # fmt: skip
    page = response.content.decode()
    assert response.status_code == 422
    assert "还没有全部证明" in page
    assert "满九个月" in page
    assert fresh(cast, case).state == "transferred"


def test_the_manager_approves_or_refuses_with_reason(cast):
    case = reviewed(cast, an_incomer(cast))
    page = page_of(cast, "street", case).content.decode()
    assert "批准" in page
    assert "不予办理…" in page
    url = reverse("permits:decide", args=[case.pk])
    bad = cast.client("street").post(url, {"refusal_reason": "", "remedy": "可申请复议"})
    assert bad.status_code == 422
    assert cast.client("street").post(url, {"approve": "1"}).status_code == 302
    assert fresh(cast, case).state == "approved"


def test_the_window_issues_and_hands_over(cast):
    case = approved(cast, an_incomer(cast))
    window = cast.client("window")
    window.post(reverse("permits:move", args=[case.pk, "make"]))
    wrong = window.post(
        reverse("permits:issue", args=[case.pk]), {"number": "12", "issued_on": "今天"}
    )
    assert wrong.status_code == 422
    assert "8 至 24 位" in wrong.content.decode()
    window.post(
        reverse("permits:issue", args=[case.pk]),
        {"number": "JZ31010720260001", "issued_on": "今天"},
    )
    window.post(reverse("permits:move", args=[case.pk, "collect"]))
    assert fresh(cast, case).state == "collected"
    page = page_of(cast, "clerk", case).content.decode()
    assert "JZ31010720260001" not in page
    assert "签注提醒" in page


def test_a_stage_that_has_passed_is_refused_with_a_sentence(cast):
    case = approved(cast, an_incomer(cast))
    response = cast.client("window").post(
        reverse("permits:move", args=[case.pk, "withdraw"]), {"words": "不办了"}
    )
    assert response.status_code == 422
    assert "办件已批准，不能撤回" in response.content.decode()


@pytest.mark.parametrize(
    ("key", "view", "status"),
    [
        ("clerk", "review", 403), ("clerk", "decide", 403), ("staff", "decide", 403),
        ("window", "review", 403), ("far_street", "decide", 404), ("far_street", "review", 404),
    ],
)  # fmt: skip
def test_acts_are_refused_to_other_posts(cast, key, view, status):
    case = reviewed(cast, an_incomer(cast))
    url = reverse(f"permits:{view}", args=[case.pk])
    assert cast.client(key).post(url, {"approve": "1"}).status_code == status
    assert fresh(cast, case).decided_at is None


def test_saved_views_narrow_the_list(cast):
    permit = issued(cast, an_incomer(cast))
    received(cast, an_incomer(cast, name="吴建刚", sequence=32, address="棠浦路988弄7号"))
    client = cast.client("window")
    mine = client.get(reverse("permits:list"), {"waiting": "mine"}).content.decode()
    assert "吴建刚" in mine
    with acting(cast.scope("district")):
        permit.valid_to = timezone.localdate() - timedelta(days=1)
        permit.issued_on = permit.first_issued_on = permit.valid_to - timedelta(days=365)
        permit.save()
    over = client.get(reverse("permits:list"), {"expiry": "over"}).content.decode()
    assert "廖春燕" in over
    assert "吴建刚" not in over


def test_the_pages_ask_few_questions(cast, django_assert_max_num_queries):
    case = reviewed(cast, an_incomer(cast))
    client = cast.client("street")
    client.get(reverse("permits:list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("permits:list"))
    with django_assert_max_num_queries(14):  # of which two are the savepoint of the test
        client.get(reverse("permits:case", args=[case.pk]))
