"""Issues by unit and by collector, pressing for what is late, the list as a file (ui.md 8.11)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.desk.inbox import inbox
from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.models import DataQualityIssue
from tests.exports.builders import rows_of
from tests.metrics.builders import CLOCK
from tests.quality.builders import PHONES, again, asked, given, missing_phones

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-67")]
HTMX = {"HX-Request": "true"}
RECEIPT = re.compile(r'href="(\?[^"]+)"\s+data-receipt="(\d+)"')


def late(issue, days=3):
    """As if the issue's deadline had been so many days ago."""
    with acting(CLOCK):
        DataQualityIssue.objects.filter(pk=issue.pk).update(
            due_on=timezone.localdate() - timedelta(days=days)
        )


@pytest.fixture
def issues(cast):
    """Three of the clerk's committee, one with the collector and late; one next door."""
    found = missing_phones(cast, 3)
    given(cast, found[0])
    late(found[0])
    missing_phones(cast, key="neighbour", address="花溪路1号", start=50)
    return found


@pytest.mark.parametrize(
    ("key", "by"),
    [
        ("street", "unit"), ("street", "collector"), ("street", ""), ("district", "unit"),
        ("lead", "collector"), ("lead", ""),
    ],
)  # fmt: skip
def test_each_number_opens_its_list(cast, issues, key, by):
    client = cast.client(key)
    found = RECEIPT.findall(client.get(f"/quality/?by={by}").content.decode())
    assert any(count != "0" for _query, count in found)
    for query, count in found:
        listed = client.get(f"/quality/{unescape(query)}").context["list"]
        assert not listed.filter_errors, query
        assert listed.total == int(count), query


def test_units_and_collectors_stand_in_a_fixed_order_and_are_not_compared(cast, issues):
    client = cast.client("street")
    units = [share.unit.pk for share in client.get("/quality/?by=unit").context["shares"]]
    assert units == sorted(units)
    response = client.get("/quality/?by=collector")
    rows = [(s.unit.pk, s.name, s.open, s.overdue) for s in response.context["shares"] if s.open]
    home, next_door = issues[0].committee_id, cast.scope("neighbour").unit
    with acting(CLOCK):
        theirs = [
            DataQualityIssue.objects.open().filter(committee_id=unit, assigned_id=None).count()
            for unit in (home, next_door)
        ]
    assert rows == [
        (home, "顾小满", 1, 1), (home, "未派发", theirs[0], 0), (next_door, "未派发", theirs[1], 0),
    ]  # fmt: skip
    text = response.content.decode()
    assert "不评比个人" in text
    assert "按期率" not in text


def test_only_who_gives_issues_sees_whom_they_were_given(cast, issues):
    for key in ("collector", "district"):
        assert "按采集员" not in cast.client(key).get("/quality/").content.decode()
        assert cast.client(key).get("/quality/?by=collector").context["by"] == ""


def test_what_is_late_is_pressed_for_after_telling_which(cast, issues, told):
    client, url = cast.client("street"), reverse("quality:remind_many")
    page = client.get(f"/quality/?rule={PHONES}").content.decode()
    assert "催办超期 1" in page
    chosen = {"all": "1", "query": f"rule={PHONES}"}
    text = client.post(url, chosen, headers=HTMX).content.decode()
    assert "将催办 <b>1</b> 项" in text
    assert "还没有超期" in text
    assert not told("quality.issue_reminded")
    answer = client.post(url, chosen | {"agreed": "1"}, headers=HTMX)
    assert answer["HX-Redirect"] == "/quality/?rule=R-190"
    (event,) = told("quality.issue_reminded")
    assert event["target_id"] == str(issues[0].pk)
    assert again(issues[0]).reminded_by == "顾振宇"
    assert "3 个工作日内不再催" in client.post(url, chosen, headers=HTMX).content.decode()


def test_the_to_do_list_of_whose_it_is_says_who_pressed(cast, issues, at):
    street = cast.scope("street")
    with acting(street):
        keys = [issue.pk for issue in issues]
        assert services.remind_issues(issue_ids=keys, by=street, at=at) == 1
        assert services.remind_issues(issue_ids=keys, by=street, at=at) == 0
        week = at + timedelta(days=9)
        assert services.remind_issues(issue_ids=keys[:1], by=street, at=week) == 1
    collector = cast.scope("collector")
    with acting(collector):
        items = [
            item for group in inbox(collector, timezone.localdate(), most=50).groups
            for item in group.items if item.key == f"issue-{issues[0].pk}"
        ]  # fmt: skip
    day = timezone.localdate(week)
    assert [item.reason[: len(f"顾振宇 {day:%m-%d} 催办：")] for item in items] == [
        f"顾振宇 {day:%m-%d} 催办："
    ]


@pytest.mark.parametrize("key", ["collector", "analyst", "auditor", "far_street"])
def test_nobody_else_presses(cast, issues, key):
    response = cast.client(key).post(
        reverse("quality:remind_many"), {"pick": [issues[0].pk], "agreed": "1"}
    )
    assert response.status_code == (302 if key == "far_street" else 403)  # none of hers is chosen
    assert again(issues[0]).reminded_at is None


def test_what_waits_for_an_answer_is_not_pressed_for(cast, issues, at):
    asked(cast, issues[1])
    late(issues[1])
    assert services.why_not_reminded(again(issues[1]), at) == "问题“申请无误”，不用催办"


def test_the_list_leaves_as_a_file_with_its_conditions(cast, issues):
    client = cast.client("street")
    assert "quick/issues/" in client.get("/quality/").content.decode()
    response = client.post(
        reverse("exports:quick", args=["issues"]) + f"?rule={PHONES}&due=overdue",
        {"format": "csv", "purpose": "周例会核对"},
    )
    _about, contents, head, *rows = rows_of(b"".join(response.streaming_content))
    assert head[:4] == ["居（村）委", "对象", "地址", "规则"]
    assert [(row[1], row[3]) for row in rows] == [(issues[0].subject, PHONES)]
    assert any("已超期" in cell for cell in contents)


def test_the_menu_tells_how_much_must_be_mended(cast, issues):
    with acting(CLOCK):
        DataQualityIssue.objects.filter(pk=issues[0].pk).update(severity="must")
    text = cast.client("clerk").get("/quality/").content.decode()
    with acting(cast.scope("clerk")):
        must = DataQualityIssue.objects.open().filter(severity="must").count()
    menu = text[text.index('id="nav"') : text.index("</nav>", text.index('id="nav"'))]
    assert f'<span class="pp-nav-count">{must}</span>' in menu
