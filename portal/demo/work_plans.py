"""This year's work plans of the district and each street: approved, some done, one overdue.

All of it goes through the services, acting as those who write, approve and carry out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from assessment.models import WorkPlan, WorkPlanItem
from assessment.services import plan_items, planning
from portal.demo import cast
from portal.demo.diary import Act, Diary
from portal.orgs.scope import Scope

WRITER, APPROVER = "qinchuan", "shenliqun"


@dataclass(frozen=True)
class Line:
    """One item: what, on which clause, due so many days from today (minus is past).

    :param done: how many days before its day it was done; None while it is not
    :param metric: with its target, where a number stands beside it
    """

    what: str
    clause: str
    due: int
    done: int | None = None
    evidence: str = ""
    metric: str = ""
    target: str = ""


#: The first is the district's own, the others are dealt out to its streets in turn.
DISTRICT = (
    Line("召开区人口综合服务管理领导小组会议，部署全年工作", "三(一)1", -200, 4,
         "会议纪要〔普人组 1 号〕，存区人口办"),
    Line("完成信息采集人员年度集中培训", "三(二)2", -120, 6, "培训签到表和考核汇总，存街道人口办"),
    Line("完成城中村重点区域信息质量排查", "三(三)1", -60, -5, "排查清单和复查记录，存街道人口办"),
    Line("房屋编码挂接率达到目标", "三(三)2", -9, None, metric="house_code_link", target="99"),
    Line("人户分离居住登记办理流程公开上墙", "三(三)5", 25),
)  # fmt: skip
STREET = (
    Line("街道人口办专项经费列入年度预算", "三(五)1", -180, 8, "预算批复，存街道财务科"),
    Line("实有人口鲜活度达到目标", "三(三)1", 20, metric="freshness", target="92"),
    Line("更新居委实有人口信息采集室公示内容", "三(一)3", -12, None),
    Line("开展来沪人员居住登记宣传周", "三(四)3", 12),
)  # fmt: skip
MOVED_TO = 30


def _at(day: date, hour: int) -> datetime:
    """An hour of a day, not drawn: what is invented after this stays as it was."""
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def plan(diary: Diary) -> None:
    """Enter a plan of this year for the district and for each street that has people."""
    streets = list(diary.streets)
    _Plan(diary, cast.DISTRICT, WRITER, APPROVER, _dealt(streets)).enter()
    for street in streets:
        staff, manager = cast.DESKS[street][1:]
        _Plan(diary, street, staff, manager, [(line, street) for line in STREET]).enter()


def _dealt(streets: Sequence[int]) -> list[tuple[Line, int]]:
    first, *others = DISTRICT
    dealt = [(line, street) for street in streets for line in others]
    return [(first, cast.DISTRICT), *dealt]


@dataclass
class _Plan:
    """One unit's plan: its acts find its items when they are played."""

    diary: Diary
    unit: int
    writer: str
    approver: str
    lines: Sequence[tuple[Line, int]]
    key: UUID | None = None

    @property
    def year(self) -> int:
        return self.diary.today.year

    @property
    def office(self) -> str:
        """By whose letters the plan is numbered."""
        return "普人口办" if self.unit == cast.DISTRICT else "街人口办"

    def day_of(self, line: Line) -> date:
        """The line's day, kept inside the year."""
        day = self.diary.today + timedelta(days=line.due)
        return min(max(day, date(self.year, 1, 2)), date(self.year, 12, 31))

    def enter(self) -> None:
        start = max(self.diary.today - timedelta(days=230), date(self.year, 1, 1))
        for who, act, hour in (
            (self.writer, self.write, 9), (self.writer, self.hand_in, 15),
            (self.approver, self.approve, 16),
        ):  # fmt: skip
            self.diary.enter(who, _at(start, hour), act)
        for line, owner in self.lines:
            if line.done is not None:
                day = max(self.day_of(line) - timedelta(days=line.done), start)
                who = cast.DESKS[owner][2] if owner != cast.DISTRICT else self.approver
                later = max(day, start + timedelta(days=1))
                if later < self.diary.today:
                    self.diary.enter(who, _at(later, 14), self._done(line, owner))
        if self.unit == cast.DISTRICT:
            self.diary.enter(self.writer, _at(self.diary.working_day(6), 10), self.move)
        self.diary.counts["assessment.WorkPlanItem"] += len(self.lines)

    def write(self, by: Scope, at: datetime) -> None:
        plan = planning.save_plan(
            told=planning.PlanTold(
                year=self.year, title=f"{by.unit_name}{self.year}年人口服务管理工作计划",
                doc_no=f"{self.office}〔{self.year}〕1号",
            ),
            by=by, at=at,
        )  # fmt: skip
        self.key = plan.pk
        for line, owner in self.lines:
            plan_items.save_item(plan_id=plan.pk, told=self._told(line, owner), by=by, at=at)

    def _told(self, line: Line, owner: int) -> plan_items.ItemTold:
        return plan_items.ItemTold(
            what=line.what, clause=line.clause, owner=owner, due_on=self.day_of(line),
            metric=line.metric, target=Decimal(line.target) if line.target else None,
        )  # fmt: skip

    def hand_in(self, by: Scope, at: datetime) -> None:
        assert self.key is not None
        planning.ask_approval(plan_id=self.key, by=by, at=at)

    def approve(self, by: Scope, at: datetime) -> None:
        assert self.key is not None
        plan = WorkPlan.objects.get(pk=self.key)
        planning.decide_plan(
            plan_id=plan.pk, agreed=True, answer="同意，按季度通报", doc_no=plan.doc_no,
            version=plan.version, by=by, at=at,
        )  # fmt: skip

    def _done(self, line: Line, owner: int) -> Act:
        def finish(by: Scope, at: datetime) -> None:
            item = WorkPlanItem.objects.in_scope(by).get(
                plan_id=self.key, what=line.what, committee_id=owner
            )
            plan_items.finish_item(
                item_id=item.pk, done_on=at.date(), evidence=line.evidence, by=by, at=at
            )

        return finish

    def move(self, by: Scope, at: datetime) -> None:
        """The last item of the last street gets more time."""
        item = WorkPlanItem.objects.in_scope(by).filter(plan_id=self.key).order_by("-number")[0]
        told = self._told(self.lines[-1][0], item.committee_id)
        later = min(item.due_on + timedelta(days=MOVED_TO), date(self.year, 12, 31))
        if later == item.due_on:
            return
        plan_items.save_item(
            plan_id=item.plan_id, item_id=item.pk, version=item.version,
            told=plan_items.ItemTold(**{**vars(told), "due_on": later}),
            reason="统一式样下月印发，期限顺延", by=by, at=at,
        )  # fmt: skip
