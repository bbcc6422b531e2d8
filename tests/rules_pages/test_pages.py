"""Rules on the screen: every post that may see them, revised by the district only."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.rules.models import RuleSet
from portal.rules.services import defaults, rule_on

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODED = re.compile(r"[a-z]{2,}")
READERS = ["clerk", "lead", "collector", "street", "staff", "district", "analyst", "auditor",
           "secadmin", "window"]  # fmt: skip


@pytest.mark.paper("S-02")
@pytest.mark.parametrize("key", READERS)
def test_the_paper_is_there_with_its_clauses_and_rules(cast, key):
    page = cast.client(key).get(reverse("rules:list")).content.decode()
    assert "关于进一步加强普陀区基层人口服务管理工作的实施意见" in page
    assert "S-42" in page
    assert "信息采集员配比" in page


@pytest.mark.paper("S-02")
@pytest.mark.parametrize("rule", defaults(), ids=lambda rule: rule.code)
def test_every_rule_says_why_it_is_here(cast, rule):
    page = cast.client("clerk").get(reverse("rules:rule", args=[rule.code])).content.decode()
    assert rule.title in page
    assert rule.basis in page


@pytest.mark.parametrize("rule", defaults(), ids=lambda rule: rule.code)
def test_no_rule_shows_the_names_that_only_the_program_reads(cast, rule):
    page = cast.client("clerk").get(reverse("rules:rule", args=[rule.code]))
    told = [*page.context["parameters"], *((table.title, "") for table in page.context["tables"])]
    told += [
        (head, text)
        for table in page.context["tables"]
        for row in table.rows
        for head, text in zip(table.heads, row, strict=True)
    ]
    named = [(title, text) for title, text in told if not CHINESE.search(title)]
    coded = [(title, text) for title, text in told if "英文" not in title and CODED.search(text)]
    assert told
    assert named == []
    assert coded == []


def test_a_record_in_a_rule_is_a_row_of_a_table(cast):
    url = reverse("rules:rule", args=["assessment_indicators"])
    families, indicators = sorted(
        cast.client("clerk").get(url).context["tables"], key=lambda table: len(table.rows)
    )
    assert (families.heads, families.rows[0]) == (["编号", "名称", "分值"], ["A", "信息质量", "45"])
    (first,) = [row for row in indicators.rows if row[0] == "A1"]
    told = dict(zip(indicators.heads, first, strict=True))
    assert told["计分"] == "按误差区间上限，0 分线 80，满分线 95"
    assert (told["按什么计"], told["依据"]) == ("抽查", "系统数据")


@pytest.mark.parametrize("rule", defaults(), ids=lambda rule: rule.code)
def test_every_open_rule_can_be_revised_with_its_own_figures(cast, rule):
    response = cast.client("district").get(reverse("rules:revise", args=[rule.code]))
    assert response.status_code == 200


def test_an_unknown_rule_is_not_found(cast):
    assert cast.client("clerk").get(reverse("rules:rule", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("key", [key for key in READERS if key != "district"])
def test_only_the_district_revises(cast, key):
    url = reverse("rules:revise", args=["collector_ratio"])
    assert cast.client(key).post(url, {}).status_code == 403
    assert RuleSet.objects.filter(code="collector_ratio").count() == 1


def revised(cast, **changes):
    tomorrow = timezone.localdate() + timedelta(days=1)
    told = {"p_people_per_collector": "1200", "effective_from": f"{tomorrow}",
            "basis": "区人口办通知第 3 号"} | changes  # fmt: skip
    return cast.client("district").post(reverse("rules:revise", args=["collector_ratio"]), told)


@pytest.mark.paper("S-04")
def test_a_revision_is_a_new_version_from_its_day_on(cast, told):
    assert revised(cast).status_code == 302
    today = timezone.localdate()
    assert rule_on("collector_ratio", today)["people_per_collector"] == 1500
    later = rule_on("collector_ratio", today + timedelta(days=1))
    assert (later["people_per_collector"], later.version) == (1200, 2)
    (event,) = told("rules.revised")
    assert event["changes"]["to"] == {"people_per_collector": 1200}
    page = cast.client("clerk").get(reverse("rules:rule", args=["collector_ratio"]))
    assert "<del>1500</del>" in page.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"p_people_per_collector": "很多"}, "每名采集员负责的实有人口"),
        ({"basis": ""}, "依据的文件和条款"),
        ({"effective_from": "2010-01-01"}, "施行日期应晚于现行版本"),
        ({"effective_from": "2026-02-30"}, "施行日期"),
    ],
)
def test_a_wrong_revision_is_answered_at_its_field_and_keeps_what_was_typed(
    cast, told, changes, sentence
):
    response = revised(cast, **changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert changes.get("p_people_per_collector", "1200") in page
    assert not told("rules.revised")
    assert RuleSet.objects.filter(code="collector_ratio").count() == 1


def test_a_table_of_a_rule_is_edited_as_it_is_written(cast):
    url = reverse("rules:revise", args=["SH-RP-2018"])
    page = cast.client("district").get(url).content.decode()
    assert "条件组合" in page
    response = cast.client("district").post(url, {"p_conditions": "[[", "basis": "x"})
    assert "应为 JSON" in response.content.decode()


def test_the_pages_ask_few_questions(cast, django_assert_max_num_queries):
    client = cast.client("clerk")
    client.get(reverse("rules:list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("rules:list"))
    with django_assert_max_num_queries(12):
        client.get(reverse("rules:rule", args=["verification_cycle"]))
