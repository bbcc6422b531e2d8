"""Spot checks of past months with what they came to, one in the field today, one to be judged.

Rounds are planned, drawn, given out, matched, judged and published through the services. What the
verifiers of past rounds wrote down at some thousand doors is stored in bulk, as they would have
typed it; the calls of today are typed one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.utils import timezone

from portal.demo import cast
from portal.demo.chance import Dice
from portal.demo.diary import Act, Diary
from portal.demo.history import remember_samples
from portal.demo.people import FEMALE, MALE, SURNAMES
from portal.orgs.models import Appointment
from portal.orgs.scope import Scope
from portal.rows import insert_rows, update_rows
from residents.models import Lead, Residence, SpotItem, SpotPerson, SpotPlace
from residents.services import note_finding, spotchecks
from residents.services.spotchecks import Planned, Seen, Visit
from residents.spotchecks.besides import PHONE_DIGITS
from residents.spotchecks.courses import MOST_VISITS, part_of_day

ANALYST, OFFICE = "qinchuan", "shenliqun"
VERIFIER = "geming"  # of Wanli; checks in Caoyang
#: Days from the reference night to the publication of a round.
TAKES = 20
#: How long ago the rounds of each street were published; their sheets are still kept.
PUBLISHED = (("reverse", 76), ("forward", 80))
#: Draws of the round in the field and of the one that is being judged, so that both can be seen.
FEW = 24
#: Draws that made good a round which was too small.
MORE = 110
#: Calls of the last two days at doors of the sheet: place, outcome where it is not what is true.
CALLS = (
    (0, "", 1), (1, "nobody", 1), (2, "", 1), (3, "refused", 1), (4, "", 1), (1, "nobody", 2),
    (5, "", 2), (6, "nobody", 2), (7, "", 2), (8, "vacant", 2),
)  # fmt: skip
#: What the doors were like, in shares of dwellings or records.
NOT_MET, UNKNOWN_GUEST, MOVED_OUT, HIDDEN_IN_VACANT, MISHEARD, TELLS_TAIL = (
    0.1, 0.05, 0.015, 0.05, 0.02, 0.6,
)  # fmt: skip
#: Who tells when they moved in, who the year alone, who a telephone; and who another one.
TELLS_SINCE, TELLS_YEAR, TELLS_PHONE, OTHER = 0.85, 0.3, 0.5, 0.03
FROM_THE_DOOR = "15"
#: What the committee found where a lead of a round pointed, by its kind.
LATER = {
    "new": "上门时已离开，只是短住", "cancel": "本人在家，抽查那天外出",
    "change": "看过证件，登记无误，抽查时口述有误",
}  # fmt: skip
Door = tuple[str, list[Seen]]


@dataclass
class _Round:
    """One round of one street; `night` is its reference night."""

    diary: Diary
    street: int
    kind: str
    night: date
    wanted: int = 0
    verifiers: Sequence[str] = ()
    misheard: float = MISHEARD
    key: list[UUID] = field(default_factory=list)
    truth: dict[UUID, Door] = field(default_factory=dict)

    def __post_init__(self) -> None:
        key = f"{self.diary.seed}/{self.street}/{self.kind}/{self.night}"
        self.dice, self.besides = Dice(key), Dice(f"{key}/besides")

    def enter(self, who: str, after: int, act: Act, hour: int = 9) -> None:
        """`who` does something so many days after the reference night."""
        day = self.night + timedelta(days=after)
        self.diary.enter(who, self.diary.moment(day, hour, hour), act)

    def begin(self, *, more: bool = False) -> None:
        """Planned and drawn on the day, given out for the next; or `more` for the round before."""
        self.enter(ANALYST, 0, self.extend if more else self.plan, 9)
        self.enter(ANALYST, 0, self.draw, 10)
        self.enter(ANALYST, 0, self.open, 11)
        self.diary.counts["residents.SpotRound"] += 1

    def finish(self) -> None:
        """Everybody called at, matched, judged by two and published."""
        self.enter(ANALYST, TAKES - 4, self.visit_all, 8)
        self.enter(ANALYST, TAKES - 4, self.close, 9)
        self.enter(ANALYST, TAKES - 3, self.judge)
        self.enter(OFFICE, TAKES - 2, self.judge)
        self.enter(ANALYST, TAKES, self.publish)
        self.enter(cast.DESKS[self.street][1], TAKES + 2, self.follow)

    def plan(self, by: Scope, at: datetime) -> None:
        # with room to spare: a share that comes out lower by chance still is precise enough
        planned = Planned(
            unit=self.street, kind=self.kind, as_of=self.night, wanted=self.wanted,
            field_from=self.night + timedelta(days=1), share=0.93, half_width=0.04, met=0.85,
        )  # fmt: skip
        self.key.append(spotchecks.plan_round(planned=planned, by=by, at=at).pk)

    def extend(self, by: Scope, at: datetime) -> None:
        """More draws for the round before, which was too imprecise."""
        more = spotchecks.extend_round(round_id=self.key[-1], wanted=self.wanted, by=by, at=at)
        self.key.append(more.pk)

    def recheck(self, first: "_Round", by: Scope, at: datetime) -> None:
        """Plan to go back to doors of the round before."""
        row = spotchecks.recheck_round(
            round_id=first.key[-1], wanted=FEW // 2, field_from=at.date(), by=by, at=at
        )
        self.key.append(row.pk)

    def draw(self, by: Scope, at: datetime) -> None:
        seed = f"{self.dice.getrandbits(128):032x}"
        spotchecks.draw_round(round_id=self.key[-1], by=by, at=at, seed=seed)

    def open(self, by: Scope, at: datetime) -> None:
        posts = Appointment.objects.filter(user__username__in=self.verifiers)
        posts = posts.filter(role__in=("verifier", "street_staff")).order_by("pk")
        spotchecks.open_round(
            round_id=self.key[-1], posts=list(posts.values_list("pk", flat=True)), by=by, at=at
        )
        items = list(SpotItem.objects.filter(round_id=self.key[-1]).order_by("number"))
        self.truth = dict(zip([item.pk for item in items], self.doors(items), strict=True))

    def close(self, by: Scope, at: datetime) -> None:
        spotchecks.close_round(round_id=self.key[-1], by=by, at=at)

    def judge(self, by: Scope, at: datetime) -> None:
        for person in self.near():
            spotchecks.judge_person(person_id=person.pk, same=person.is_here, by=by, at=at)

    def judge_one(self, by: Scope, at: datetime) -> None:
        for person in self.near()[:1]:
            spotchecks.judge_person(person_id=person.pk, same=True, by=by, at=at)

    def near(self) -> list[SpotPerson]:
        rows = SpotPerson.objects.filter(item__round_id=self.key[-1]).undecided()
        return list(rows.order_by("item__number", "id"))

    def publish(self, by: Scope, at: datetime) -> None:
        spotchecks.publish_round(round_id=self.key[-1], by=by, at=at)

    def follow(self, by: Scope, at: datetime) -> None:
        """The street goes to where the register differed; by then nothing is left to change."""
        told = Lead.objects.in_scope(by).open().filter(channel=FROM_THE_DOOR, subject="person")
        for lead in told.order_by("pk"):
            note_finding(
                lead_id=lead.pk, result="nothing", finding=LATER[lead.kind],
                visited_on=at.date(), by=by, at=at,
            )  # fmt: skip

    def visit_all(self, by: Scope, at: datetime) -> None:
        """What all calls at all doors came to."""
        items = list(SpotItem.objects.filter(round_id=self.key[-1]).order_by("number"))
        people = []
        for item in items:
            outcome, found = self.truth[item.pk]
            met = outcome not in ("nobody", "refused")
            item.outcome, item.version = outcome, 2
            item.visits = [
                self.call(number, outcome if met and number == calls else "nobody")
                for calls in [self.dice.choice((1, 1, 1, 2, 3)) if met else MOST_VISITS]
                for number in range(1, calls + 1)
            ]
            people += [_found(item, each) for each in found]
        update_rows(items, ["outcome", "visits", "version"])
        insert_rows(people)
        if self.kind == "forward":
            insert_rows([_outside(items[0], self.diary.today)])
            self.diary.counts["residents.SpotPlace"] += 1
        self.diary.counts["residents.SpotItem"] += len(items)
        self.diary.counts["residents.SpotPerson"] += len(people)

    def typed(self, place: int, outcome: str) -> Act:
        """One call at the n-th door of the sheet; what is true where no outcome is told."""

        def call(by: Scope, at: datetime) -> None:
            rows = SpotItem.objects.on_sheet_of(by, at.date()).order_by("number")
            for item in rows[place : place + 1]:
                said, people = (outcome, []) if outcome else self.truth[item.pk]
                spotchecks.enter_visit(
                    item_id=item.pk, version=item.version, visit=Visit(said, people), by=by, at=at
                )

        return call

    def call(self, number: int, outcome: str) -> dict[str, str]:
        """One call of some evening or day; the later ones at another time."""
        day = self.night + timedelta(days=self.dice.randint(4 * number - 3, 4 * number))
        day = min(day, self.diary.today - timedelta(days=1))
        hour = (10, 19, 15)[number - 1]
        at = timezone.make_aware(datetime(day.year, day.month, day.day, hour, 20))
        return {"at": at.isoformat(timespec="minutes"), "outcome": outcome,
                "part": part_of_day(hour, day.weekday())}  # fmt: skip

    def doors(self, items: Iterable[SpotItem]) -> list[Door]:
        """What is true at each door, and was told there."""
        items = list(items)
        homes: dict[UUID, list[Residence]] = defaultdict(list)
        rows = Residence.objects.filter(dwelling_id__in={item.dwelling_id for item in items})
        rows = rows.living_on(self.night).filter(is_primary=True, registered_on__lte=self.night)
        for row in rows.exclude(category="13").order_by("name_key", "id"):
            homes[row.dwelling_id].append(row)
        look = self._dwelling if self.kind == "forward" else self._record
        return [look(item, homes[item.dwelling_id]) for item in items]

    def _dwelling(self, item: SpotItem, living: list[Residence]) -> Door:
        chance = self.dice.random()
        if chance < NOT_MET:
            return ("refused" if chance < NOT_MET / 5 else "nobody"), []
        found = [] if self.dice.random() < MOVED_OUT else [self._told(each) for each in living]
        unknown = UNKNOWN_GUEST if living else HIDDEN_IN_VACANT
        if self.dice.random() < unknown:
            found.append(self._stranger())
        return ("lived" if found else "vacant"), found

    def _record(self, item: SpotItem, living: list[Residence]) -> Door:
        chance = self.dice.random()
        drawn = next((each for each in living if each.pk == item.residence_id), None)
        if chance < NOT_MET:
            return "nobody", []
        if drawn is None or chance < NOT_MET + 0.02:
            return "moved", []
        if chance < NOT_MET + 0.025:
            return "never", []
        return "lives", [self._told_more(drawn)]

    def _told_more(self, row: Residence) -> Seen:
        """What is told of a drawn record, with the month of moving in and the telephone."""
        dice, since, phone = self.besides, "", ""
        if dice.random() < TELLS_SINCE:
            begin = row.begin_on - timedelta(days=900 if dice.random() < OTHER else 0)
            since = f"{max(begin, row.birth_date):%Y-%m}"[: 4 if dice.random() < TELLS_YEAR else 7]
        held = row.phone_mask.rpartition("*")[2]
        if len(held) == PHONE_DIGITS and dice.random() < TELLS_PHONE:
            phone = f"{dice.randrange(10_000):04d}" if dice.random() < OTHER else held
        return replace(self._told(row), since=since, phone=phone)

    def _told(self, row: Residence) -> Seen:
        tail = row.id_tail if self.dice.random() < TELLS_TAIL else ""
        if self.dice.random() < self.misheard:  # a year off, and no number to settle it
            return Seen(row.name, row.sex, row.birth_date.year - 1)
        return Seen(row.name, row.sex, row.birth_date.year, tail)

    def _stranger(self) -> Seen:
        sex = self.dice.choice("12")
        name = self.dice.choice(SURNAMES) + self.dice.choice(MALE if sex == "1" else FEMALE)
        return Seen(name, sex, self.night.year - self.dice.randint(19, 60))


def _found(item: SpotItem, seen: Seen) -> SpotPerson:
    return SpotPerson(
        item=item, committee_id=item.committee_id, post_id=item.post_id or 0, name=seen.name,
        sex=seen.sex, born=seen.born, tail=seen.tail, since=seen.since, phone=seen.phone,
    )  # fmt: skip


def _outside(item: SpotItem, day: date) -> SpotPlace:
    """A place that no list has, near the first door of a round."""
    road = item.place.split("弄")[0].split("号")[0]
    return SpotPlace(
        round_id=item.round_id, committee_id=item.committee_id, post_id=item.post_id or 0,
        place=f"{road}号旁平房", what="shed", people=2, noted_on=min(item.opens_on, day),
        verifier=item.verifier,
    )  # fmt: skip


def plan(diary: Diary) -> None:
    """Enter the rounds of all streets that have people."""
    for street in diary.streets:
        verifiers = _from_elsewhere(diary, street)
        for kind, ago in PUBLISHED:
            night = diary.today - timedelta(days=ago + TAKES)
            done = _Round(diary, street, kind, night, verifiers=verifiers)
            extended = (street, kind, ago) == (cast.STREETS[2], *PUBLISHED[-1])
            if extended:
                _too_few(done)
            done.begin(more=extended)
            done.finish()
    latest = diary.today - timedelta(days=min(ago for _kind, ago in PUBLISHED))
    diary.enter(ANALYST, diary.moment(latest, 11, 11), _remember)
    for street in diary.streets[:2]:
        (_in_the_field if street == cast.STREETS[0] else _to_be_judged)(diary, street)


def _remember(by: Scope, _at: datetime) -> None:
    remember_samples(by.unit)


def _from_elsewhere(diary: Diary, street: int) -> list[str]:
    """Who checks there: the post made for it, else staff of two other streets."""
    if street == cast.STREETS[0]:
        return [VERIFIER]
    return [cast.DESKS[other][1] for other in diary.streets if other != street][:2]


def _too_few(done: _Round) -> None:
    """A round before it that was too small to count."""
    first = replace(done, night=done.night - timedelta(days=TAKES + 2), wanted=FEW, key=done.key)
    first.begin()
    first.finish()
    done.wanted = MORE


def _in_the_field(diary: Diary, street: int) -> None:
    now = _Round(diary, street, "forward", diary.today - timedelta(days=3), FEW, [VERIFIER])
    now.begin()
    for place, outcome, after in CALLS:
        now.enter(VERIFIER, after, now.typed(place, outcome), 19)


def _to_be_judged(diary: Diary, street: int) -> None:
    night = diary.today - timedelta(days=12)
    now = _Round(diary, street, "forward", night, FEW, [VERIFIER], misheard=MISHEARD * 8)
    now.begin()
    now.enter(ANALYST, 9, now.visit_all, 8)
    now.enter(ANALYST, 9, now.close, 9)
    now.enter(OFFICE, 11, now.judge_one)
    _gone_back_to(now)


def _gone_back_to(first: _Round) -> None:
    """Half of its doors called at again, by somebody of a third street; both visits compared."""
    other = cast.DESKS[first.diary.streets[0]][1]
    again = replace(first, night=first.night + timedelta(days=9), verifiers=[other], key=[])
    again.enter(ANALYST, 0, partial(again.recheck, first), 10)
    again.enter(ANALYST, 0, again.draw, 11)
    again.enter(ANALYST, 0, again.open, 12)
    again.enter(ANALYST, 2, again.visit_all, 8)
    again.enter(ANALYST, 2, again.close, 9)
    again.enter(ANALYST, 2, again.publish, 10)
    again.diary.counts["residents.SpotRound"] += 1
