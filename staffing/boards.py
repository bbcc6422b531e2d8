"""The staffing page's figures: posts against population, patches against the standard (ui.md 8.10).

Population comes from stored metric values, posts from the roster as it stands.

Paper: S-40, S-54.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from housing.models import DwellingUnit
from portal.metrics import figures
from portal.orgs.models import OrgUnit
from portal.orgs.scope import level_of
from portal.rules.services import rule_on
from portal.ui import formats
from staffing import workload
from staffing.models import Collector, CollectorStatus, WorkArea

#: A pledge of secrecy holds for a year (domain §3.22).
PLEDGE = timedelta(days=365)
TONES = {
    CollectorStatus.APPOINTED: "ok",
    CollectorStatus.PROBATION: "info",
    CollectorStatus.CANDIDATE: "",
    CollectorStatus.TRANSFERRED: "danger",
    CollectorStatus.SUSPENDED: "warn",
    CollectorStatus.LEAVING: "warn",
    CollectorStatus.LEFT: "",
}
MOST_BUILDINGS = 3


def posts_text(posts: Decimal) -> str:
    """Full posts with one decimal only where it is needed: 3, 3.5."""
    return formats.decimal(posts, 0 if posts == posts.to_integral_value() else 1)


@dataclass(frozen=True)
class Line:
    """One unit's provision with collectors."""

    unit: int
    name: str
    population: Decimal | None
    provision: workload.Provision | None
    posts: Decimal
    gap: Decimal | None

    @property
    def required(self) -> int | None:
        return self.provision.required if self.provision else None

    @property
    def ratio(self) -> int | None:
        """People per post, rounded; None when nobody is posted."""
        found = self.provision.ratio if self.provision else None
        return None if found is None else int(found.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def posts_text(self) -> str:
        return posts_text(self.posts)

    @property
    def gap_text(self) -> str:
        return posts_text(self.gap) if self.gap else ""


@dataclass(frozen=True)
class Overview:
    """Provision of a unit's parts and of the whole."""

    unit: OrgUnit
    limit: int
    lines: Sequence[Line]
    population: Decimal | None
    required: int | None
    posts: Decimal
    gap: Decimal | None
    short_units: int
    measured_at: datetime | None
    sheet: figures.Sheet
    by_status: Mapping[str, int]
    trained: int
    employed: int
    pledged: int

    @property
    def away(self) -> str:
        """Who is on the roster and does not count."""
        names = [
            (CollectorStatus.TRANSFERRED, _("借调")), (CollectorStatus.SUSPENDED, _("停职")),
            (CollectorStatus.CANDIDATE, _("待录用")),
        ]  # fmt: skip
        found = [f"{name} {n}" for key, name in names if (n := self.by_status.get(key, 0))]
        return "、".join(found)


def overview(unit: OrgUnit, day: date) -> Overview:
    """The parts right below the unit: streets of the district, committees of a street."""
    grain: figures.Grain = "street_id" if unit.level == "district" else "committee_id"
    sheet = figures.current(unit.pk, grain)
    limit = int(rule_on("collector_ratio", day)["people_per_collector"])
    posts = _posts(unit.pk, grain, day)
    committees = _required_by_part(unit.pk, grain, limit)
    lines = [
        _line(part, sheet, posts.get(part.pk, Decimal(0)), limit, committees.get(part.pk))
        for part in parts_of(unit, day)
    ]
    lines.sort(key=lambda line: (-(line.gap or 0), -(line.ratio or 0), line.unit))
    known = [line.provision for line in lines if line.provision is not None]
    roster = list(
        Collector.objects.under(unit.pk)
        .employed()
        .values_list("status", "trained_on", "confidentiality_signed_on")
    )
    by_status: dict[str, int] = defaultdict(int)
    for status, _trained, _signed in roster:
        by_status[status] += 1
    return Overview(
        unit=unit, limit=limit, lines=lines, population=sheet.value("actual_population"),
        required=sum(line.required or 0 for line in lines) if known else None,
        posts=sum(posts.values(), Decimal(0)),
        gap=sum((line.gap or Decimal(0) for line in lines), Decimal(0)) if known else None,
        short_units=sum(bool(line.gap) for line in lines),
        measured_at=sheet.measured_at, sheet=sheet,
        by_status=by_status, employed=len(roster),
        trained=sum(trained is not None for _s, trained, _p in roster),
        pledged=sum(signed is not None and signed >= day - PLEDGE for _s, _t, signed in roster),
    )  # fmt: skip


def parts_of(unit: OrgUnit, day: date) -> "list[OrgUnit]":
    """What stands in the rows."""
    below = OrgUnit.objects.under(unit.pk).on(day)
    if unit.level == "district":
        return list(below.streets().order_by("code"))
    return list(below.committees().order_by("code"))


def _posts(unit: int, grain: figures.Grain, day: date) -> dict[int, Decimal]:
    """Full posts at work, by part; those kept at the street office count for the street."""
    rows = Collector.objects.under(unit).at_work(day).order_by().values(grain)
    return {row[grain]: row["posts"] for row in rows.annotate(posts=Sum("fte"))}


def _required_by_part(unit: int, grain: figures.Grain, limit: int) -> dict[int, int]:
    """Posts asked for, summed over committees: the ratio holds for each of them."""
    if grain == "committee_id":
        return {}
    sheet = figures.current(unit, "committee_id")
    found: dict[int, int] = defaultdict(int)
    for code in sheet.figures:
        people = sheet.value("actual_population", code)
        if people is not None and level_of(code) == "committee":
            found[code // 1000 * 1000] += workload.required_collectors(int(people), limit)
    return found


def _line(
    part: OrgUnit, sheet: figures.Sheet, posts: Decimal, limit: int, required: int | None
) -> Line:
    people = sheet.value("actual_population", part.pk)
    provision = None if people is None else workload.provision(int(people), posts, limit)
    if provision is not None and required is not None:
        gap = max(Decimal(0), Decimal(required) - posts)
        provision = workload.Provision(
            provision.actual, required, provision.effective, provision.ratio, gap
        )
    return Line(
        part.pk, part.short_name, people, provision, posts,
        None if provision is None else provision.gap,
    )  # fmt: skip


# --- one committee ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Patch:
    """A patch with what its collector looks after."""

    area: WorkArea
    buildings: str
    people: int
    is_over: bool
    share: Decimal | None


@dataclass(frozen=True)
class Layout:
    """The patches of a committee and how evenly they are cut."""

    committee: OrgUnit
    patches: Sequence[Patch]
    buildings: int
    people: int
    balance: workload.Balance | None
    advice: str

    @property
    def variation(self) -> str:
        """Coefficient of variation in percent; blank for fewer than two patches."""
        if self.balance is None or len(self.patches) < 2:
            return ""
        return formats.percent(self.balance.variation * 100, 1)


def layout(committee: OrgUnit, board: Overview, day: date) -> Layout:
    """The committee's patches; people per building are the housing register's own counters."""
    areas = list(
        WorkArea.objects.under(committee.pk)
        .on(day)
        .in_order()
        .prefetch_related("area_buildings__building")
    )
    rows = DwellingUnit.objects.active().under(committee.pk).order_by().values("building_id")
    people = {row["building_id"]: row["people"] for row in rows.annotate(people=Sum("occupants"))}
    balance = workload.balance({str(area.pk): area.workload for area in areas})
    patches = [_patch(area, people, board.limit, balance) for area in areas]
    return Layout(
        committee, patches, sum(len(area.area_buildings.all()) for area in areas),
        sum(patch.people for patch in patches), balance, advice(committee.pk, board),
    )  # fmt: skip


def _patch(
    area: WorkArea, people: Mapping[Any, int], limit: int, balance: workload.Balance | None
) -> Patch:
    buildings = sorted(
        (row.building for row in area.area_buildings.all()), key=lambda b: b.sort_key
    )
    names = "、".join(building.short_name for building in buildings[:MOST_BUILDINGS])
    if len(buildings) > MOST_BUILDINGS:
        names = _("%(names)s 等 %(n)d 栋") % {"names": names, "n": len(buildings)}
    count = sum(people.get(building.pk, 0) or 0 for building in buildings)
    share = balance.shares.get(str(area.pk)) if balance else None
    return Patch(area, names, count, count > limit, share)


def advice(committee: int, board: Overview) -> str:
    """Who could lend a post to a committee that lacks one; blank when none is lacking.

    A lender still keeps to the ratio without the post.
    """
    line = next((each for each in board.lines if each.unit == committee), None)
    if line is None or not line.gap or line.population is None:
        return ""
    text = _("%(name)s缺 %(gap)s 员。") % {"name": line.name, "gap": line.gap_text}
    lenders = [
        each for each in board.lines
        if each.population is not None and each.posts - 1 > 0 and each.required is not None
        and each.posts - 1 >= each.required
    ]  # fmt: skip
    if not lenders:
        return text + _("本街道没有可以调出的人员，须新增")
    best = min(lenders, key=lambda each: each.ratio or 0)
    assert best.population is not None
    after = best.population / (best.posts - 1)
    here = line.population / (line.posts + 1)
    return text + _(
        "可从%(lender)s调入 1 员，调入后本居委 %(here)s 人/员，%(lender)s %(after)s 人/员"
    ) % {
        "lender": best.name, "here": formats.whole(here), "after": formats.whole(after),
    }  # fmt: skip


# --- what is to be done -------------------------------------------------------------------------


@dataclass(frozen=True)
class Task:
    tone: str
    text: str
    due: str
    url_name: str
    pk: Any = None


def tasks(unit: int, day: date) -> list[Task]:
    """People lent elsewhere, pledges run out, patches without anybody; the gravest first."""
    rows = Collector.objects.under(unit).employed().order_by("status_since", "staff_no")
    found = [
        Task(
            "danger",
            _("%(name)s借调 %(days)d 天，采集人员不得挪作他用")
            % {"name": row.name, "days": (day - row.status_since).days},
            _("应返岗"), "staffing:collector", row.pk,
        )
        for row in rows.filter(status=CollectorStatus.TRANSFERRED)
    ]  # fmt: skip
    untrained = rows.filter(trained_on=None).count()
    if untrained:
        text = _("%(n)d 名采集员没有岗前培训合格记录") % {"n": untrained}
        found.append(Task("warn", text, "", "staffing:roster"))
    at_work = rows.filter(status__in=("probation", "appointed"))
    lapsed = at_work.filter(confidentiality_signed_on__lt=day - PLEDGE).count()
    if lapsed:
        text = _("%(n)d 名采集员的保密承诺已满一年，须重签") % {"n": lapsed}
        found.append(Task("warn", text, "", "staffing:roster"))
    areas = WorkArea.objects.under(unit).on(day).filter(lead_collector=None).count()
    if areas:
        text = _("%(n)d 个片区没有负责采集员") % {"n": areas}
        found.append(Task("brand", text, "", "staffing:overview"))
    return found
