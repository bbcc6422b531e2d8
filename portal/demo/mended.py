"""Quality issues in every state: found over the last weeks, given, asked for, decided, checked.

The rules find all of them at the first run. Their days are set back here in one statement, each
with the deadline that the rule of that day gives; what people did about some of them at the home
committee goes through the services.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.db import connections

from portal.accounts.models import User
from portal.demo.diary import Act, Diary
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.scope import Scope
from portal.quality import services
from portal.quality.models import DataQualityIssue, IssueCount
from portal.quality.registry import quality_rules
from portal.quality.rule import DEADLINES, About
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

#: Days over which what stands open was found; what must be mended does not lie about so long.
SPREAD = {"must": 7, "should": 24, "note": 45}
SET_BACK = """
UPDATE quality_dataqualityissue AS issue
SET detected_on = told.detected_on, due_on = told.due_on
FROM unnest(%(found)s::date[], %(due)s::date[]) WITH ORDINALITY AS told (detected_on, due_on, place)
WHERE issue.state = 'open' AND issue.severity = %(severity)s
    AND (hashtext(issue.object_id::text || issue.rule) & 65535) %% %(spread)s = told.place - 1
"""
STOCK_OF_DAYS = """
INSERT INTO quality_issuecount (id, committee_id, day, rule, open)
SELECT gen_random_uuid(), committee_id, day, rule, count(*)
FROM quality_dataqualityissue CROSS JOIN unnest(%(days)s::date[]) AS day
WHERE detected_on <= day AND (closed_on IS NULL OR closed_on > day)
GROUP BY committee_id, day, rule
"""
WEEKS = 12
REASONS = (
    "本人确实没有，已上门问过同住家人",
    "已核对证件原件，登记与原件一致",
    "原件上就是这样写的，已请本人确认",
    "情况特殊，已向街道（镇）电话说明",
)
GIVEN, ASKED, PRESSED = 6, len(REASONS), 3


def set_back(today: date) -> None:
    """Let what stands open have been found on a day of the last weeks, with its deadline."""
    with connections["owner"].cursor() as cursor:
        for severity, spread in SPREAD.items():
            found = [today - timedelta(days=back) for back in range(spread)]
            due = [_due(severity, day) for day in found]
            told: dict[str, Any] = {
                "spread": spread,
                "severity": severity,
                "found": found,
                "due": due,
            }
            cursor.execute(SET_BACK, told)


def remember_stock(today: date) -> None:
    """The stock of the last week ends, as the runs of those days would have stored it."""
    days = [today - timedelta(days=1 + 7 * back) for back in range(WEEKS)]
    with connections["owner"].cursor() as cursor:
        cursor.execute(STOCK_OF_DAYS, {"days": days})


def stock_on(day: date) -> dict[tuple[int, str], int]:
    """The stock stored of a day, by committee and severity."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    rules = quality_rules()
    for committee, rule, count in IssueCount.objects.filter(day=day).values_list(
        "committee_id", "rule", "open"
    ):
        found[committee, str(rules[rule].severity)] += count
    return found


def _due(severity: str, day: date) -> date:
    days: int = rule_on("issue_deadlines", day)[DEADLINES[severity]]
    return add_working_days(day, days)


def plan(diary: Diary) -> None:
    """Enter what the home committee and its street did about some of their issues."""
    issues = _excusable(diary)
    collector = User.objects.get(username="guxiaoman").pk

    for issue in islice(issues, GIVEN):
        given = _does(services.assign_issue, issue, mender_id=collector)
        diary.enter_back("xuwanqing", given, 3)
        diary.counts["quality.DataQualityIssue（派发）"] += 1
    until = diary.today + timedelta(days=120)
    answers = (
        partial(_does, services.approve_exception, until=until),
        partial(_does, services.refuse_exception, answer="原件上有，请补录"),
    )
    for place, (issue, reason) in enumerate(zip(issues, REASONS, strict=False)):
        diary.enter_back("zhoumin", _does(services.ask_exception, issue, reason=reason), 3)
        if place < len(answers):
            diary.enter_back("guzhenyu", answers[place](issue), 2)
    checks = (
        partial(_does, services.check_issue),
        partial(_does, services.send_back, answer="与证件照片对不上，请再核"),
    )
    for issue, checked in zip(_mended(diary), checks, strict=False):
        diary.enter_back("hejing", checked(issue), 1)
    diary.enter_back("guzhenyu", _presses(_late(diary)), 1)


def _excusable(diary: Diary) -> Iterator[Any]:
    """Issues about people of the home committee that were found early enough."""
    with acting(diary.scopes["zhoumin"]) as by:
        assert by is not None
        allow_work(clockwork=True)
        early = diary.working_day(4)
        rows = DataQualityIssue.objects.in_scope(by).open().filter(detected_on__lte=early)
        found = rows.exclude(severity="note").order_by("rule", "subject", "place", "detail")
        chosen = [
            row.pk for row in found
            if row.rule in quality_rules() and quality_rules()[row.rule].excusable
            and quality_rules()[row.rule].about is About.PEOPLE
        ]  # fmt: skip
    return iter(chosen[:: max(1, len(chosen) // (GIVEN + ASKED + 1))])


def _mended(diary: Diary) -> Iterator[Any]:
    """Issues that wait for a check in the home committee."""
    with acting(diary.scopes["zhoumin"]) as by:
        assert by is not None
        allow_work(clockwork=True)
        rows = DataQualityIssue.objects.in_scope(by).filter(state="fixed", to_check=True)
        found = rows.filter(closed_on__lt=diary.working_day(1)).order_by("rule", "subject", "pk")
        return iter([row.pk for row in found])


def _late(diary: Diary) -> list[Any]:
    """Some of what was late in the home committee on the last working day."""
    with acting(diary.scopes["zhoumin"]) as by:
        assert by is not None
        rows = DataQualityIssue.objects.in_scope(by).overdue_on(diary.working_day(1))
        found = rows.order_by("due_on", "rule", "subject", "pk")[:PRESSED]
        return list(found.values_list("pk", flat=True))


def _presses(issues: list[Any]) -> Act:
    """Pressing for some issues, for the diary."""

    def step(by: Scope, at: datetime) -> None:
        services.remind_issues(issue_ids=issues, by=by, at=at)

    return step


def _does(service: Callable[..., Any], issue: Any, **told: Any) -> Act:
    """A step of one issue, for the diary."""

    def step(by: Scope, at: datetime) -> None:
        service(issue_id=issue, by=by, at=at, **told)

    return step
