"""Collection tasks: those of the verification cycle in every committee, and some by hand.

What the cycle asked for fits the visits that were invented: a task ended on the day on which the
dwelling was last verified, or waits since somebody there became due.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from housing.models import DwellingUnit
from portal.demo import cast
from portal.demo.chance import Dice
from portal.demo.diary import Diary
from portal.orgs.records import new_key
from portal.orgs.scope import Scope
from residents import services
from residents.models import CollectionTask, Residence
from residents.querysets import ACTUAL_CATEGORIES

CLERK, COLLECTOR = "zhoumin", "guxiaoman"
CYCLE = "verification_cycle v1"
LEAD = timedelta(days=7)
#: How far back tasks were kept, and the share that was done by their day.
SINCE, IN_TIME = timedelta(days=400), 0.91
MOST_LATE = 15
Kind, State, Why = CollectionTask.Kind, CollectionTask.State, CollectionTask.Why


@dataclass
class _Home:
    """What a dwelling's episodes say of its visits."""

    committee: int
    since: date
    verified_on: date
    due_on: date
    by: str


def cycle_tasks(
    episodes: Iterable[Mapping[str, Any]], dice: Dice, today: date
) -> Iterator[dict[str, Any]]:
    """Rows of the tasks that the cycle asked for at the dwellings of these episodes."""
    for key, home in _homes(episodes).items():
        ended = home.verified_on
        ahead = dice.randint(0, LEAD.days) if dice.random() < IN_TIME else -dice.randint(
            1, MOST_LATE
        )  # fmt: skip
        due = ended + timedelta(days=ahead)
        if ended >= today - SINCE and home.since < due - LEAD:
            yield _row(key, home, due, today) | {
                "state": State.DONE.value, "ended_on": ended, "ended_by": home.by,
                "ended_at": _at(ended, time(16, 40)),
            }  # fmt: skip
        if home.due_on <= today + LEAD:
            yield _row(key, home, home.due_on, today) | {
                "state": State.OPEN.value, "ended_on": None, "ended_by": "", "ended_at": None,
            }  # fmt: skip


def _homes(episodes: Iterable[Mapping[str, Any]]) -> dict[Any, _Home]:
    found: dict[Any, _Home] = {}
    for row in episodes:
        counts = row["is_primary"] and row["category"] in ACTUAL_CATEGORIES
        if row["status"] != "active" or not counts:
            continue
        home = found.setdefault(row["dwelling_id"], _Home(
            row["committee_id"], row["begin_on"], row["verified_on"], row["due_on"],
            row["verified_by"],
        ))  # fmt: skip
        home.since = max(home.since, row["begin_on"])
        home.verified_on = max(home.verified_on, row["verified_on"])
        home.due_on = min(home.due_on, row["due_on"])
    return found


def _row(key: Any, home: _Home, due: date, today: date) -> dict[str, Any]:
    made = min(due - LEAD, today)
    return {
        "id": new_key(), "committee_id": home.committee, "dwelling_id": key,
        "kind": Kind.VERIFY.value, "why": Why.CYCLE.value, "due_on": due, "rule": CYCLE,
        "made_on": made, "made_at": _at(made, time(2, 0)), "made_by": "系统任务",
    }  # fmt: skip


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


Errand = tuple[CollectionTask.Kind, str, int, int, bool]
#: By hand: kind, why, asked and due so many working days ago (due: minus is ahead), given away.
ASKED: tuple[Errand, ...] = (
    (Kind.NEW, "晾衣杆上有新住户衣物，去看看", 2, -3, True),
    (Kind.CHANGE, "住户来电说换了工作单位", 9, 3, True),
    (Kind.CANCEL, "邻居说上月已搬走，核对后注销", 4, -1, False),
    (Kind.VERIFY, "民政走访前请核对在住人员", 1, -5, False),
)
WITHDRAWN: Errand = (Kind.NEW, "装修完准备入住", 8, -2, True)


def plan(diary: Diary) -> None:
    """Enter tasks by hand of the home committee into the diary."""
    rows = DwellingUnit.objects.using("owner").under(cast.HOME).active().filter(occupants__gt=0)
    homes = list(rows.order_by("address_key", "id")[12:17])
    for home, told in zip(homes, (*ASKED, WITHDRAWN), strict=False):
        keys: list[UUID] = []
        diary.enter_back(CLERK, _asking(diary, home, told, keys), told[2])
        if told is WITHDRAWN:
            diary.enter_back(CLERK, _withdrawing(keys), told[2] - 4)
        diary.counts["residents.CollectionTask"] += 1


def _asking(
    diary: Diary, home: DwellingUnit, told: Errand, keys: list[UUID]
) -> Callable[[Scope, datetime], None]:
    kind, reason, _back, due, is_given = told

    def ask(by: Scope, at: datetime) -> None:
        day = diary.working_day(due) if due > 0 else diary.today + timedelta(days=-due)
        wanted = services.TaskTold(
            kind.value, day, reason, diary.scopes[COLLECTOR].user_id if is_given else None
        )
        people = Residence.objects.in_scope(by).actual().filter(dwelling=home).order_by("id")
        person = people.values_list("pk", flat=True).first() if kind == Kind.CHANGE else None
        task = services.ask_task(
            dwelling_id=home.pk, told=wanted, by=by, at=at, residence_id=person
        )
        keys.append(task.pk)

    return ask


def _withdrawing(keys: list[UUID]) -> Callable[[Scope, datetime], None]:
    def withdraw(by: Scope, at: datetime) -> None:
        services.withdraw_tasks(task_ids=keys, reason="住户推迟到下月入住", by=by, at=at)

    return withdraw
