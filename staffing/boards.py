"""The staffing page's figures: posts against population, patches against the standard (ui.md 8.10).

Population comes from stored metric values, posts from the roster as it stands.

Paper: S-40, S-54.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from portal.metrics import figures
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope, level_of
from portal.rules.services import parameters_on
from portal.ui import formats
from staffing import workload
from staffing.models import Collector, CollectorStatus, WorkArea
from staffing.overview_reads import AWAY, buildings, headcounts, parts

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
MOST_ON_ROSTER = 8
#: The one metric that the page reads.
POPULATION = ("actual_population",)


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
        return formats.tenths(self.posts)

    @property
    def gap_text(self) -> str:
        return formats.tenths(self.gap) if self.gap else ""


@dataclass(frozen=True)
class Overview:
    """Provision of a unit's parts and of the whole."""

    unit: OrgUnit
    parts: Mapping[int, OrgUnit]
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
    employed: int
    trained: int
    pledged: int
    lapsed: int

    @property
    def away(self) -> str:
        """Who is on the roster and does not count."""
        names = (_("借调"), _("停职"), _("待录用"))
        found = [
            f"{name} {n}" for key, name in zip(AWAY, names, strict=True)
            if (n := self.by_status[key])
        ]  # fmt: skip
        return "、".join(found)


def overview(unit: OrgUnit, scope: Scope, day: date) -> Overview:
    """The parts right below the unit: streets of the district, committees of a street.

    :param scope: the unit itself, in the reader's hand
    """
    grain: figures.Grain = "street_id" if unit.level == "district" else "committee_id"
    shown = figures.latest(unit.pk)
    sheet = figures.sheet_of(shown, unit.pk, grain, POPULATION)
    limit = int(parameters_on("collector_ratio", day)["people_per_collector"])
    heads = {row.pop("part"): row for row in headcounts.rows(scope, day=day, since=day - PLEDGE)}
    posts = {part: row.pop("posts") or Decimal(0) for part, row in heads.items()}
    units = {part.pk: part for part in parts.rows(scope, day=day)}
    asked = _required_by_part(shown, unit.pk, grain, limit)
    lines = [
        _line(part, sheet, posts.get(part.pk, Decimal(0)), limit, asked.get(part.pk))
        for part in units.values()
    ]
    lines.sort(key=lambda line: (-(line.gap or 0), -(line.ratio or 0), line.unit))
    known = [line.provision for line in lines if line.provision is not None]
    counts = Counter[str]()
    for row in heads.values():
        counts.update(row)
    return Overview(
        unit=unit, parts=units, limit=limit, lines=lines,
        population=sheet.value("actual_population"),
        required=sum(line.required or 0 for line in lines) if known else None,
        posts=sum(posts.values(), Decimal(0)),
        gap=sum((line.gap or Decimal(0) for line in lines), Decimal(0)) if known else None,
        short_units=sum(bool(line.gap) for line in lines),
        measured_at=sheet.measured_at, sheet=sheet, by_status=counts,
        employed=counts["employed"], trained=counts["trained"], pledged=counts["pledged"],
        lapsed=counts["lapsed"],
    )  # fmt: skip


def _required_by_part(
    shown: figures.Latest, unit: int, grain: figures.Grain, limit: int
) -> dict[int, int]:
    """Posts asked for, summed over committees: the ratio holds for each of them."""
    if grain == "committee_id":
        return {}
    sheet = figures.sheet_of(shown, unit, "committee_id", POPULATION)
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


def layout(committee: OrgUnit, areas: Sequence[WorkArea], board: Overview, scope: Scope) -> Layout:
    """The committee's patches; people per building are the housing register's own counters.

    :param areas: the patches of the committee in force
    :param scope: the committee itself, in the reader's hand
    """
    held: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    if areas:
        for row in buildings.rows(scope, areas=[area.pk for area in areas]):
            held[row["area_id"]].append(row)
    balance = workload.balance({str(area.pk): area.workload for area in areas})
    patches = [_patch(area, held[area.pk], board.limit, balance) for area in areas]
    return Layout(
        committee, patches, sum(map(len, held.values())),
        sum(patch.people for patch in patches), balance, advice(committee.pk, board),
    )  # fmt: skip


def _patch(
    area: WorkArea, held: Sequence[Mapping[str, Any]], limit: int, balance: workload.Balance | None
) -> Patch:
    names = "、".join(row["name"] for row in held[:MOST_BUILDINGS])
    if len(held) > MOST_BUILDINGS:
        names = _("%(names)s 等 %(n)d 栋") % {"names": names, "n": len(held)}
    count = sum(row["people"] or 0 for row in held)
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


# --- who and what else --------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """A collector on the page, with the codes of the patches that they lead."""

    row: Collector
    areas: Sequence[str]


def roster(
    found: Sequence[Collector], chosen: OrgUnit | None, areas: Sequence[WorkArea]
) -> list[Person]:
    """People of the chosen committee, then whoever else is not where they should be."""
    own = [row for row in found if chosen and row.committee_id == chosen.pk]
    other = [row for row in found if not chosen or row.committee_id != chosen.pk]
    led: dict[UUID | None, list[str]] = defaultdict(list)
    for area in areas:
        if area.valid_to is None:
            led[area.lead_collector_id].append(area.code)
    shown = [*own[:MOST_ON_ROSTER], *other[:MOST_ON_ROSTER]]
    return [Person(row, led[row.pk]) for row in shown]


@dataclass(frozen=True)
class Task:
    tone: str
    text: str
    due: str
    url_name: str
    pk: Any = None


def tasks(board: Overview, found: Sequence[Collector], leaderless: int, day: date) -> list[Task]:
    """People lent elsewhere, pledges run out, patches without anybody; the gravest first."""
    lent = [row for row in found if row.status == CollectorStatus.TRANSFERRED]
    todo = [
        Task(
            "danger",
            _("%(name)s借调 %(days)d 天，采集人员不得挪作他用")
            % {"name": row.name, "days": (day - row.status_since).days},
            _("应返岗"), "staffing:collector", row.pk,
        )
        for row in sorted(lent, key=lambda row: (row.status_since, row.staff_no))
    ]  # fmt: skip
    if untrained := board.employed - board.trained:
        text = _("%(n)d 名采集员没有岗前培训合格记录") % {"n": untrained}
        todo.append(Task("warn", text, "", "staffing:roster"))
    if board.lapsed:
        text = _("%(n)d 名采集员的保密承诺已满一年，须重签") % {"n": board.lapsed}
        todo.append(Task("warn", text, "", "staffing:roster"))
    if leaderless:
        text = _("%(n)d 个片区没有负责采集员") % {"n": leaderless}
        todo.append(Task("brand", text, "", "staffing:overview"))
    return todo
