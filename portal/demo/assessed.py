"""Last year's assessment, finished, and this year's under review, each by the services.

The streets without invented people submit nothing and are shown without points.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.utils import timezone

from assessment.models import AssessmentCycle, Evidence, Score, UnitSheet
from assessment.services import computing, cycles, reviewing, selfassess
from portal.demo import cast
from portal.demo.diary import Act, Diary
from portal.metrics.models import MetricRun
from portal.orgs.scope import Scope
from portal.rules import services as rules
from portal.rules.models import RuleSet

DISTRICT, SECOND = "shenliqun", "shilei"
CALENDAR = "assessment_calendar"
BASIS = "区人口办〔演示〕关于年度考核日程的通知；实施意见 三(五)3"
CENT = Decimal("0.01")
#: What streets hand in for what no system counts: class, title, note, share of the points.
PAPERS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "C1": ("budget", "年度部门预算批复", "人口服务和管理经费单列", ("1",)),
    "C2": ("budget", "经费执行情况表", "截至上月末的执行率", ("1", "0.9", "0.8")),
    "C3": ("note", "专款专用情况说明", "街道财务科盖章", ("1",)),
    "D1": ("minutes", "人口工作领导小组会议纪要", "本年度两次例会", ("1", "1", "0.75")),
    "D2": ("list", "专门人员名册", "人口办两名专职", ("1",)),
    "D5": ("list", "采集员培训学时表", "人均 21 学时", ("0.75", "0.9")),
    "B8": ("list", "重点整治整改清单", "群租整治 14 处，均已复查", ("1", "0.9")),
    "B9": ("list", "抄告办结清单", "抄告 22 件，办结 21 件", ("0.95",)),
}
#: Why a street claims more than the system computed.
CLAIMS: dict[str, tuple[str, str]] = {
    "A3": ("新生儿 11 人待报出生，证件号码尚无法补录", "待报出生婴幼儿清单"),
    "A4": ("动迁地块 86 人应从分母剔除，已于截止日后注销", "动迁公告（复印件）"),
    "A5": ("两户补登系外区移交，登记时限应从移交日起算", "移交回执"),
    "A6": ("新建楼 24 套正式编码已申报，市系统尚未下发", "房屋编码申报表"),
    "A8": ("超期整改 5 件系居民长期外出，已两次上门", "上门记录"),
    "D3": ("两名采集员已录用，下月到岗", "采集员聘用公示"),
}


@dataclass(frozen=True)
class Days:
    """When the steps of a cycle are taken."""

    opened: date
    self_from: date
    reviewed_from: date


@dataclass
class Year:
    """One year's cycle: its acts are entered now and find their scores when they are played."""

    diary: Diary
    year: int
    days: Days
    papers: tuple[str, ...] = tuple(PAPERS)
    cycle: UUID | None = None

    def plan(self) -> None:
        """From the opening to the review, with the claims of the streets that have people."""
        start, reviews = self.days.self_from, self.days.reviewed_from
        self._enter(DISTRICT, self.days.opened, 9, self.open)
        self._enter(DISTRICT, start, 8, self.compute)
        self._enter(DISTRICT, start, 9, self.advance)
        for place, street in enumerate(self.diary.streets):
            manager, day = cast.DESKS[street][2], start + timedelta(days=3 + place % 3)
            self._enter(manager, day, 10, self.fill)
            self._enter(manager, day + timedelta(days=1), 15, self.submit)
        self._enter(DISTRICT, reviews, 9, self.advance)

    def _enter(self, who: str, day: date, hour: int, act: Act) -> None:
        minute = self.diary.random.randint(0, 50)
        at = timezone.make_aware(datetime.combine(day, time(hour, minute)))
        self.diary.enter(who, at, act)

    def review_all(self, *, until: int) -> None:
        """Everything judged by two persons within `until` days."""
        reviews = self.days.reviewed_from
        for place, street in enumerate(self.diary.streets):
            day = reviews + timedelta(days=min(until, place))
            self._enter(DISTRICT, day, 10 + place, self._judging(street))
            self._enter(SECOND, day, 14 + place, self._seconding(street))

    def finish(self) -> None:
        """Published, open to appeals, settled."""
        new_year = date(self.year + 1, 1, 1)
        for day in (date(self.year, 12, 21), date(self.year, 12, 22), date(self.year, 12, 30),
                    new_year + timedelta(days=8)):  # fmt: skip
            self._enter(DISTRICT, day, 16, self.advance)

    def review_some(self) -> None:
        """One street done, one sent back, one with a few left to judge; others wait."""
        done, back, left = cast.STREETS
        day = self.days.reviewed_from
        self._enter(DISTRICT, day, 10, self._judging(done))
        self._enter(SECOND, day, 11, self._seconding(done))
        self._enter(DISTRICT, day, 13, self._judging(back, keep=1))
        self._enter(SECOND, day, 14, self._seconding(back))
        self._enter(DISTRICT, day, 15, self._sending_back(back))
        self._enter(DISTRICT, day, 16, self._judging(left, keep=3))
        self._enter(SECOND, day, 17, self._seconding(left, keep=1))

    def open(self, by: Scope, at: datetime) -> None:
        self.cycle = cycles.open_cycle(year=self.year, by=by, at=at).pk

    def _cycle(self) -> AssessmentCycle:
        assert self.cycle is not None
        return AssessmentCycle.objects.get(pk=self.cycle)

    def compute(self, by: Scope, at: datetime) -> None:
        """Score every street from the last snapshot up to the freeze."""
        cycle = self._cycle()
        run = MetricRun.objects.kept().filter(as_of__lte=cycle.freeze_on)[0]
        for sheet in UnitSheet.objects.filter(cycle=cycle).order_by("committee_id"):
            computing.compute_unit(
                cycle_id=cycle.pk, run_id=run.pk, unit=sheet.committee_id, by=by, at=at
            )
        computing.finish_compute(cycle_id=cycle.pk, run_id=run.pk, by=by, at=at)

    def advance(self, by: Scope, at: datetime) -> None:
        cycle = self._cycle()
        cycles.advance_stage(cycle_id=cycle.pk, version=cycle.version, by=by, at=at)

    def fill(self, by: Scope, at: datetime) -> None:
        """Claims with their papers; what is not claimed agrees with the system."""
        rows = Score.objects.in_scope(by).filter(indicator__cycle=self.cycle)
        differing = 0
        for score in rows.select_related("indicator").order_by("indicator__position"):
            code, weight = score.indicator.code, score.indicator.weight
            if score.computed is None and code in self.papers:
                kind, title, told, shares = PAPERS[code]
                share = Decimal(self.diary.random.choice(shares))
                self._claim(score, weight * share, "", by, at, (kind, title, told))
            elif score.computed is not None and code in CLAIMS and differing < 3:
                lost = weight - score.computed
                if lost < Decimal("0.15"):
                    continue
                why, paper = CLAIMS[code]
                more = min(lost, Decimal(self.diary.random.randint(20, 95)) / 100)
                self._claim(score, score.computed + more, why, by, at, ("note", paper, ""))
                differing += 1

    def _claim(
        self, score: Score, points: Decimal, why: str, by: Scope, at: datetime,
        paper: tuple[str, str, str],
    ) -> None:  # fmt: skip
        kind, title, told = paper
        selfassess.add_evidence(
            score_id=score.pk, kind=kind, title=title, explanation=told, by=by, at=at
        )
        selfassess.claim(
            score_id=score.pk, points=points.quantize(CENT, ROUND_HALF_UP),
            explanation=why or told, version=score.version, by=by, at=at,
        )  # fmt: skip

    def submit(self, by: Scope, at: datetime) -> None:
        assert self.cycle is not None
        selfassess.submit_self_assessment(cycle_id=self.cycle, unit=by.unit, by=by, at=at)

    def _waiting(self, street: int, state: str) -> list[Score]:
        rows = Score.objects.filter(
            indicator__cycle=self.cycle, committee_id=street, state=state
        ).select_related("indicator")
        # what the system computed is judged last, the largest weights first
        return sorted(rows, key=lambda row: (row.computed is not None, row.indicator.position))

    def _judging(self, street: int, keep: int = 0) -> Act:
        def judge(by: Scope, at: datetime) -> None:
            """Accept what was computed, propose points where papers speak; leave `keep`."""
            waiting = self._waiting(street, "claimed")
            for score in waiting[: len(waiting) - keep]:
                self._check_papers(score, by, at, differs=score.computed is not None)
                if score.computed is not None:
                    act, points, why = "accept", None, "截止日后的变动不计入本年度，按系统计算值"
                else:
                    claimed = score.self_claimed or Decimal(0)
                    lower = self.diary.random.random() < 0.25 and score.indicator.weight > 1
                    points = claimed - Decimal("0.2") if lower else claimed
                    act = "propose"
                    why = "佐证中一项无日期，扣减 0.2 分" if lower else "佐证齐全，按自评分"
                reviewing.review(
                    score_id=score.pk, act=act, reason=why, version=score.version,
                    points=points, by=by, at=at,
                )  # fmt: skip

        return judge

    @staticmethod
    def _check_papers(score: Score, by: Scope, at: datetime, *, differs: bool) -> None:
        for paper in Evidence.objects.filter(score=score):
            reviewing.check_evidence(
                evidence_id=paper.pk, checked="differs" if differs else "ok", by=by, at=at
            )

    def _seconding(self, street: int, keep: int = 0) -> Act:
        def second(by: Scope, at: datetime) -> None:
            waiting = self._waiting(street, "proposed")
            for score in waiting[: len(waiting) - keep]:
                reviewing.review(
                    score_id=score.pk, act="second", reason="", version=score.version, by=by, at=at
                )

        return second

    def _sending_back(self, street: int) -> Act:
        def send_back(by: Scope, at: datetime) -> None:
            for score in self._waiting(street, "claimed"):
                reviewing.review(
                    score_id=score.pk, act="send_back", version=score.version, by=by, at=at,
                    reason="请补充名单日期和街道盖章后重新提交",
                )  # fmt: skip

        return send_back


def plan(diary: Diary) -> None:
    """Enter last year's whole cycle and this year's up to the review."""
    month = diary.today.replace(day=1)
    if diary.today.day <= 12:  # too early for this month's self-assessment to be over
        month = (month - timedelta(days=1)).replace(day=1)
    year = month.year
    before = Year(
        diary, year - 1,
        Days(date(year - 1, 11, 20), date(year - 1, 12, 1), date(year - 1, 12, 11)),
        papers=("C1", "C2", "D1", "D5"),
    )  # fmt: skip
    before.plan()
    before.review_all(until=6)
    before.finish()
    revised = timezone.make_aware(datetime(year - 1, 12, 31, 10, 5))
    diary.enter(DISTRICT, revised, _revising(month))
    days = Days(month - timedelta(days=3), month, month + timedelta(days=10))
    now = Year(diary, year, days)
    now.plan()
    now.review_some()
    diary.counts["assessment.AssessmentCycle"] += 2


def _revising(month: date) -> Act:
    """The district's own calendar from this year on: self-assessment early in `month`."""

    def revise(by: Scope, at: datetime) -> None:
        effective = date(month.year, 1, 1)
        latest = RuleSet.objects.filter(code=CALENDAR).latest("version")
        if latest.effective_from >= effective:
            return
        freeze = month - timedelta(days=1)
        last = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        rules.revise(
            code=CALENDAR, effective_from=effective, basis=BASIS, by=by, at=at,
            parameters=latest.parameters | {
                "freeze": f"{freeze:%m-%d}", "self_from": f"{month:%m-%d}",
                "self_to": f"{month + timedelta(days=9):%m-%d}", "review_to": f"{last:%m-%d}",
            },
        )  # fmt: skip

    return revise
