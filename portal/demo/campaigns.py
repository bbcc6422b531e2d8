"""Key areas, campaigns, visits, sites and referrals of each street, in every state they go through.

All of it goes through the services, acting as the street's staff and manager; nobody moves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from housing import services
from housing.models import Building, CampaignTarget
from portal.accounts.models import User
from portal.demo import cast
from portal.demo.diary import Diary
from portal.demo.rentals import let_homes
from portal.orgs.models import Appointment
from portal.orgs.scope import Scope

LAW = "上海市居住房屋租赁管理办法第十条、第十一条"
HELP = "书面告知并给一个月，居委陪同看了三处房源，老人和孩子先安顿好"
TOLD = (
    ("none", "一家三口自住，没有问题"), ("unsafe", "楼道堆放杂物，插座拉到室外"),
    ("illegal_use", "底楼改作仓库，二楼住人"), ("address", "门牌与登记不符，实为隔壁门"),
    ("unsafe", "燃气软管老化，厨房没有窗"), ("other", "阳台改卫生间，楼下渗水"),
)  # fmt: skip
#: For each finding after the first, how far it has come.
STEPS = (5, 4, 3, 2, 1)


@dataclass
class _Street:
    """What one street does; keys of what was made are kept for the steps that follow."""

    diary: Diary
    street: int
    buildings: list[Building]
    let: list[Building]
    keys: dict[str, UUID] = field(default_factory=dict)

    @property
    def staff(self) -> str:
        return cast.DESKS[self.street][1]

    @property
    def manager(self) -> str:
        return cast.DESKS[self.street][2]

    def enter(self, who: str, back: int, act: Callable[[Scope, datetime], Any]) -> None:
        self.diary.enter_back(who, act, back)

    def areas(self) -> None:
        first = self.buildings[0].name.partition("弄")[0]
        self._area("area", "urban_village", f"{first}弄一带", self.buildings[:2], 44)
        self._area("let", "group_rental_cluster", f"{self.let[0].name}周边", self.let, 43)
        self._area("site", "informal_site", "沿河旧仓库", self.buildings[2:3], 42)
        self.diary.counts["housing.KeyArea"] += 3

    def _area(self, key: str, kind: str, name: str, held: list[Building], back: int) -> None:
        def save(by: Scope, at: datetime) -> None:
            post = Appointment.objects.filter(user_id=by.user_id or 0, unit_id=self.street).get()
            told = services.AreaTold(
                kind=kind, name=name, owner_post=post.pk, buildings=[each.pk for each in held],
                since=at.date(), cycle_days=30, people=14 if kind == "informal_site" else None,
                hazards="旧仓库里搭床，只有一个出口" if kind == "informal_site" else "",
                targets={"freshness": Decimal(90), "registration_rate": Decimal(95)},
            )  # fmt: skip
            self.keys[key] = services.save_area(told=told, by=by, at=at).pk

        self.enter(self.staff, back, save)

    def campaign(self, key: str, title: str, theme: str, area: str, back: int) -> None:
        def plan(by: Scope, at: datetime) -> None:
            told = services.CampaignTold(
                title=title, theme=theme, legal_basis=LAW, starts_on=at.date(),
                ends_on=at.date() + timedelta(days=90), areas=[self.keys[area]],
                members=_pair(self.staff, self.manager),
            )  # fmt: skip
            self.keys[key] = services.plan_campaign(told=told, by=by, at=at).pk

        self.enter(self.staff, back, plan)
        self.diary.counts["housing.Campaign"] += 1

    def begin(self, key: str, back: int) -> None:
        def approve(by: Scope, at: datetime) -> None:
            services.decide_campaign(
                campaign_id=self.keys[key], agreed=True, answer="先告知、先帮助", by=by, at=at
            )

        def start(by: Scope, at: datetime) -> None:
            services.start_campaign(campaign_id=self.keys[key], by=by, at=at)

        self.enter(self.manager, back, approve)
        self.enter(self.staff, back - 1, start)

    def end(self, key: str, back: int) -> None:
        def recheck(by: Scope, at: datetime) -> None:
            services.begin_recheck(campaign_id=self.keys[key], by=by, at=at)

        def close(by: Scope, at: datetime) -> None:
            words = "逐户走访，登记已补齐；没有住户因整治搬离，渗水的一处由物业修好"
            services.close_campaign(campaign_id=self.keys[key], summary=words, by=by, at=at)

        self.enter(self.staff, back, recheck)
        self.enter(self.staff, back - 1, close)

    def visit(self, campaign: str, place: int, back: int, steps: int) -> None:
        """A visit to the n-th target, and how far what it found has come."""
        key = f"{campaign}-{place}"

        def record(by: Scope, at: datetime) -> None:
            rows = CampaignTarget.objects.filter(campaign_id=self.keys[campaign])
            rows = rows.order_by("dwelling__address_key", "pk")[place : place + 1]
            for target in rows:
                kind, facts = TOLD[place]
                told = services.FindingTold(
                    kind=kind, facts=facts, visited_on=at.date(), badge_shown=True,
                    entry_basis="consent", visitors=_pair(self.staff, self.manager),
                )  # fmt: skip
                self.keys[key] = services.record_finding(
                    dwelling_id=target.dwelling_id, told=told,
                    campaign_id=self.keys[campaign], by=by, at=at,
                ).pk  # fmt: skip

        self.enter(self.staff, back, record)
        if steps > 1:
            self._on(self.staff, back - 2, key, _notify)
        if steps > 2:
            self._on(self.staff, back - 5, key, _progress)
        if steps > 3:
            self._on(self.manager, back - 9, key, _recheck)
        if steps > 4:
            self._on(self.staff, back - 10, key, _close)

    def _on(self, who: str, back: int, key: str, act: Callable[..., Any]) -> None:
        def do(by: Scope, at: datetime) -> None:
            if key in self.keys:
                act(self.keys[key], by, at)

        self.enter(who, back, do)

    def sites(self) -> None:
        kinds = (
            ("illegal_kindergarten", "底楼三室打通办班，没有许可", 8),
            ("street_stall", "弄口占道摆摊，救护车进不来", None),
            ("illegal_operation", "弄内有车辆违规载客停放", None),
        )  # fmt: skip
        for place, (kind, facts, children) in enumerate(kinds):
            key, building = f"site-{place}", self.buildings[place % len(self.buildings)]
            self.enter(self.staff, 15 - place, self._site(key, kind, facts, children, building))
        self._on(self.staff, 10, "site-0", _notice_site)
        self._on(self.staff, 8, "site-0", _handle_site)
        self._on(self.staff, 10, "site-2", _notice_site)
        self._on(self.staff, 8, "site-2", _handle_site)
        self._on(self.staff, 4, "site-2", _close_site)
        self.diary.counts["housing.EnforcementSite"] += len(kinds)

    def _site(
        self, key: str, kind: str, facts: str, children: int | None, building: Building
    ) -> Callable[[Scope, datetime], None]:
        def register(by: Scope, at: datetime) -> None:
            told = services.SiteTold(
                kind=kind, place=f"{building.name}底楼", facts=facts, children=children
            )
            self.keys[key] = services.register_site(
                building_id=building.pk, told=told, by=by, at=at
            ).pk

        return register

    def referrals(self) -> None:
        """One overdue, one at work, one fed back, one returned."""
        sent = (("site-0", "education", 11), ("site-1", "city", 9), ("site-2", "traffic", 7),
                ("site-0", "fire", 5))  # fmt: skip
        for place, (site, department, back) in enumerate(sent):
            self.enter(self.staff, back, self._letter(place, site, department))
        self._on(self.staff, 10, "letter-0", _receive)
        self._on(self.staff, 3, "letter-0", _feed_back)
        self._on(self.staff, 8, "letter-1", _receive)
        self._on(self.staff, 6, "letter-2", _return)
        self.diary.counts["housing.Referral"] += len(sent)

    def _letter(self, place: int, site: str, department: str) -> Callable[[Scope, datetime], None]:
        kinds = ("illegal_kindergarten", "stall", "illegal_operation", "fire_safety")

        def send(by: Scope, at: datetime) -> None:
            told = services.ReferralTold(
                number=f"抄〔{at.year}〕{self.street // 1000 % 1000:03d}-{place + 1} 号",
                department=department, kind=kinds[place], facts="现场情况见检查记录，请依法处理",
                law_clause="上海市消防条例、相关行业管理规定", sent_on=at.date(),
            )  # fmt: skip
            self.keys[f"letter-{place}"] = services.send_referral(
                told=told, site_id=self.keys[site], by=by, at=at
            ).pk

        return send


def _pair(staff: str, manager: str) -> list[int]:
    rows = User.objects.filter(username__in=[staff, manager])
    return list(rows.values_list("pk", flat=True))


def _day(at: datetime) -> date:
    return at.date()


def _notify(key: UUID, by: Scope, at: datetime) -> None:
    services.notify_finding(
        finding_id=key, notice_no=f"告〔{at.year}〕{key.hex[-4:]} 号", noticed_on=_day(at),
        due_on=_day(at) + timedelta(days=30), vulnerable="有一位老人，女儿每天来照看", by=by, at=at,
    )  # fmt: skip


def _progress(key: UUID, by: Scope, at: datetime) -> None:
    services.note_progress(finding_id=key, progress="已约物业下周来修", by=by, at=at)


def _recheck(key: UUID, by: Scope, at: datetime) -> None:
    services.recheck_finding(
        finding_id=key, passed=True, rechecked_on=_day(at), progress="已修好", by=by, at=at
    )


def _close(key: UUID, by: Scope, at: datetime) -> None:
    services.close_finding(finding_id=key, assistance=HELP, end_reason="", by=by, at=at)


def _notice_site(key: UUID, by: Scope, at: datetime) -> None:
    due = _day(at) + timedelta(days=30)
    services.notice_site(site_id=key, noticed_on=_day(at), due_on=due, by=by, at=at)


def _handle_site(key: UUID, by: Scope, at: datetime) -> None:
    services.handle_site(site_id=key, measures="三个部门联合上门，限期整改", by=by, at=at)


def _close_site(key: UUID, by: Scope, at: datetime) -> None:
    services.close_site(
        site_id=key, end=services.SiteEnd(measures="车辆已驶离，划了停车位"), by=by, at=at
    )


def _receive(key: UUID, by: Scope, at: datetime) -> None:
    services.receive_referral(referral_id=key, received_on=_day(at), by=by, at=at)


def _feed_back(key: UUID, by: Scope, at: datetime) -> None:
    services.note_feedback(
        referral_id=key, fed_back_on=_day(at), feedback="已责令停办，八名幼儿由附近公办园接收",
        by=by, at=at,
    )  # fmt: skip


def _return(key: UUID, by: Scope, at: datetime) -> None:
    services.return_referral(referral_id=key, returned_reason="地点不在管辖路段", by=by, at=at)


def plan(diary: Diary) -> None:
    """Enter all of it into the diary, street by street."""
    for street in diary.streets:
        rows = Building.objects.using("owner").under(street).existing()
        buildings = list(rows.order_by("sort_key", "id")[:6])
        if len(buildings) < 4:
            continue
        homes = let_homes() if street == cast.STREETS[0] else []
        let = list({home.building_id: home.building for home in homes}.values())
        _enter(_Street(diary, street, buildings, let or buildings[3:5]))


def _enter(street: _Street) -> None:
    street.areas()
    street.campaign("done", "春季走访", "urban_village", "area", 40)
    street.begin("done", 39)
    street.visit("done", 0, 36, 1)
    street.end("done", 33)
    street.campaign("now", "居住安全排查", "urban_village", "area", 30)
    street.begin("now", 29)
    for place in range(len(TOLD)):
        street.visit("now", place, 26 - place, STEPS[place - 1] if place else 1)
    street.diary.counts["housing.Finding"] += 1 + len(TOLD)
    street.campaign("draft", "群租集中整治", "group_rental_cluster", "let", 2)
    street.sites()
    street.referrals()
