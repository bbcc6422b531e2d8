"""Permit cases under way, in every state, each moved by the services as its people would."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from permits import eligibility, materials
from permits.models import PermitApplication
from permits.services import issuing, receiving, reviewing
from portal.demo import cast
from portal.demo.cards import PROOF, PROVES, REASON_OF, card_number
from portal.demo.diary import Diary
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.scope import Scope
from residents.completeness import years_before
from residents.models import Residence

FULL = ("receive", "transfer", "examine", "review", "approve", "make", "issue", "collect")
FAILED = ("receive", "transfer", "examine", "review", "refuse", "reconsider")
#: How far a case has come, and by which acts.
PATHS: dict[str, tuple[str, ...]] = {
    "incomplete": ("receive_part",),
    "completed": ("receive_part", "complete"),
    "accepted": FULL[:1],
    "transferred": FULL[:2],
    "overdue": FULL[:2],
    "examined": FULL[:3],
    "reviewed": FULL[:4],
    "approved": FULL[:5],
    "making": FULL[:6],
    "ready": FULL[:7],
    "collected": FULL,
    "failed": FAILED[:4],
    "refused": FAILED[:5],
    "reconsidered": FAILED,
    "withdrawn": ("receive", "withdraw"),
}
#: How many of each in the home street, in the other two.
MANY = {
    "incomplete": 2, "completed": 1, "accepted": 2, "transferred": 2, "overdue": 1,
    "examined": 2, "reviewed": 3, "approved": 2, "making": 2, "ready": 2, "collected": 2,
    "failed": 1, "refused": 1, "reconsidered": 1, "withdrawn": 1,
}  # fmt: skip
FEW = {"incomplete": 1, "transferred": 1, "reviewed": 1, "ready": 1}
TOO_SHORT = {"failed", "refused", "reconsidered"}
#: Working days after the act before, the hour, and whose desk it is (window, review, decision).
ACTS: dict[str, tuple[int, int, int]] = {
    "receive": (0, 9, 0), "receive_part": (0, 9, 0), "complete": (2, 10, 0),
    "transfer": (0, 11, 0), "withdraw": (1, 14, 0), "examine": (2, 13, 1), "review": (0, 15, 1),
    "approve": (1, 10, 2), "refuse": (1, 10, 2), "reconsider": (4, 14, 0), "make": (1, 9, 0),
    "issue": (3, 11, 0), "collect": (2, 14, 0),
}  # fmt: skip
OVERDUE = 14  # working days
HALF_A_YEAR, TOO_FEW_DAYS = 200, (40, 150)


def plan(diary: Diary) -> None:
    """Enter the cases of every street that has people."""
    for street in diary.streets:
        desk = cast.DESKS[street]
        people = _applicants(diary, diary.scopes[desk[0]])
        wanted = MANY if street == cast.HOME // 1000 * 1000 else FEW
        for goal in (goal for goal, many in wanted.items() for _ in range(many)):
            _Case(diary, desk, goal).plan(people)


def _applicants(diary: Diary, by: Scope) -> list[dict[str, Any]]:
    """Adults from elsewhere who live in the street without a case, in any order but the same."""
    with acting(by):
        allow_work(clockwork=True)
        asked = PermitApplication.objects.in_scope(by).values("applicant_id")
        rows = Residence.objects.in_scope(by).actual().exclude(resident_id__in=asked)
        grown = rows.filter(category="20", birth_date__lte=years_before(diary.today, 18))
        known = grown.exclude(id_mask="").exclude(reason="").filter(code_final=True)
        ordered = known.order_by("name_key", "birth_date", "id_tail", "address_key")
        found = [dict(row) for row in ordered.values("id", "registered_on", "reason")]
    return diary.random.sample(found, len(found))


@dataclass
class _Case:
    """One case: who applies, how far it goes, its key once it is received."""

    diary: Diary
    desk: tuple[str, str, str]
    goal: str
    residence: UUID | None = None
    reason: str = "other"
    pk: UUID | None = None

    def plan(self, people: list[dict[str, Any]]) -> None:
        """Take the first fitting applicant off the list, and enter every act at its time."""
        path = PATHS[self.goal]
        since = OVERDUE if self.goal == "overdue" else self.diary.random.randint(1, 3)
        start = since + sum(ACTS[name][0] for name in path)
        first = self.diary.working_day(start)
        chosen = next(self._fitting(people, first), None)
        if chosen is None:
            return
        people.remove(chosen)
        self.residence, self.reason = chosen["id"], REASON_OF.get(chosen["reason"], "family")
        back = start
        for name in path:
            days, hour, desk = ACTS[name]
            back -= days
            at = self.diary.moment(self.diary.working_day(back), hour, hour)
            self.diary.enter(self.desk[desk], at, getattr(self, name))
        self.diary.counts["permits（服务办理）"] += 1

    def _fitting(self, people: list[dict[str, Any]], first: date) -> Iterator[dict[str, Any]]:
        least, most = TOO_FEW_DAYS
        for person in people:
            days = (first - person["registered_on"]).days
            short = least <= days <= most
            if short if self.goal in TOO_SHORT else days >= HALF_A_YEAR:
                yield person

    @property
    def case(self) -> UUID:
        assert self.pk is not None
        return self.pk

    @property
    def needed(self) -> list[str]:
        return [material.key for material in materials.needed_for(self.reason)]

    def _receive(self, received: list[str], by: Scope, at: datetime) -> None:
        assert self.residence is not None
        self.pk = receiving.receive(
            residence_id=self.residence, kind=PermitApplication.Kind.FIRST, reason=self.reason,
            received=received, by=by, at=at,
        ).pk  # fmt: skip

    def receive(self, by: Scope, at: datetime) -> None:
        self._receive(self.needed, by, at)

    def receive_part(self, by: Scope, at: datetime) -> None:
        self._receive(self.needed[:-2], by, at)

    def complete(self, by: Scope, at: datetime) -> None:
        receiving.complete(case_id=self.case, received=self.needed, by=by, at=at)

    def transfer(self, by: Scope, at: datetime) -> None:
        receiving.transfer(case_id=self.case, by=by, at=at)

    def withdraw(self, by: Scope, at: datetime) -> None:
        receiving.withdraw(case_id=self.case, reason="本人将返乡，暂不申办", by=by, at=at)

    def examine(self, by: Scope, at: datetime) -> None:
        proved: list[str] = [
            eligibility.Condition.DWELLING,
            *filter(None, [PROVES.get(self.reason)]),
        ]
        findings = {key: ("yes", PROOF[key]) for key in proved}
        reviewing.examine(case_id=self.case, findings=findings, by=by, at=at)

    def review(self, by: Scope, at: datetime) -> None:
        failed = self.goal in TOO_SHORT
        reviewing.review(
            case_id=self.case, result="fail" if failed else "pass", by=by, at=at,
            opinion="居住登记未满半年" if failed else "材料齐全，符合条件",
        )  # fmt: skip

    def approve(self, by: Scope, at: datetime) -> None:
        reviewing.decide(case_id=self.case, approve=True, by=by, at=at)

    def refuse(self, by: Scope, at: datetime) -> None:
        reviewing.decide(
            case_id=self.case, approve=False, by=by, at=at,
            refusal_reason="居住登记未满半年，不符合申领条件",
        )  # fmt: skip

    def reconsider(self, by: Scope, at: datetime) -> None:
        reviewing.reconsider(
            case_id=self.case, by=by, at=at,
            ground="在本市另一区已连续居住两年，登记时间应合并计算",
        )  # fmt: skip

    def make(self, by: Scope, at: datetime) -> None:
        issuing.make(case_id=self.case, by=by, at=at)

    def issue(self, by: Scope, at: datetime) -> None:
        issuing.issue(
            case_id=self.case, number=card_number(self.diary.random),
            issued_on=timezone.localdate(at), by=by, at=at,
        )  # fmt: skip

    def collect(self, by: Scope, at: datetime) -> None:
        issuing.collect(case_id=self.case, by=by, at=at)
