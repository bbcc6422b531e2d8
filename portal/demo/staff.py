"""Invented collectors of a committee, their way into the post, and their patches."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal.demo import cast
from portal.demo.homes import Committee
from portal.demo.people import People
from portal.orgs.records import new_key
from staffing.services import WORKLOAD_KINDS
from staffing.workload import workload_index

PROVIDERS = ("普安社区服务有限公司", "和邻社工服务中心")
AWAY = {"transferred", "suspended", "leaving"}
AT_WORK = {"probation", "appointed"}
PATCHES = tuple(f"{number}片" for number in "一二三四五六七八九十")
RATIO = 1500  # people to a collector (实施意见 三(二)1); some committees are short of one
MOST = 20  # collectors that a committee has staff numbers for
REASONS = {
    "transferred": "街道综合窗口临时借用", "suspended": "家中有事，停薪留职",
    "leaving": "合同到期，不再续签",
}  # fmt: skip
#: Steps that led to a status, with the days before it on which they were taken.
WAYS: dict[str, tuple[tuple[str, int], ...]] = {
    "probation": (("candidate", 20),),
    "appointed": (("candidate", 80), ("probation", 60)),
    **dict.fromkeys(sorted(AWAY), (("candidate", 400), ("probation", 380), ("appointed", 320))),
}
#: Which of a street's committees, in the order of their codes, has somebody in another status.
UNUSUAL = {4: "transferred", 7: "probation", 10: "probation", 13: "suspended", 18: "leaving"}


@dataclass
class Crew:
    """Who collects in a committee; names are known before the committee has people."""

    people: People
    names: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random, self.today, self.plot = self.people.random, self.people.today, self.people.plot

    def hire(self, residents: int) -> list[str]:
        """Collectors for about so many residents; the home committee has one who logs in."""
        wanted = max(1, round(residents / RATIO * self.random.uniform(0.8, 1.1)))
        self.names = [
            self.people.name(self.random.choice("12"))[1] for _ in range(min(wanted, MOST - 1))
        ]
        if self.plot.code == cast.HOME:
            self.names.insert(0, cast.NAMES["guxiaoman"])
        return self.names

    def collectors(self) -> list[dict[str, Any]]:
        """Everybody hired, in the post that the committee pays for."""
        for place, name in enumerate(self.names):
            sequence = self.plot.index * MOST + place + 1
            unusual = UNUSUAL.get(self.plot.place) if name == self.names[-1] else None
            status = unusual or "appointed"
            since = self.today - timedelta(days=self.random.randint(60, 2000))
            lately = self.today - timedelta(days=self.random.randint(12, 80))
            away = status in AWAY
            if away:
                since = lately - timedelta(days=320)
            second_at_home = place > 0 and self.plot.code == cast.HOME
            helper = second_at_home or self.random.random() < 0.08
            signed = self.today - timedelta(days=self.random.randint(20, 380))
            began = lately if status == "probation" else since
            self.rows.append({
                "id": new_key(), "committee_id": self.plot.code, "name": name,
                "staff_no": "CJ-011" if name == cast.NAMES["guxiaoman"] else f"CJ-{sequence + 100}",
                "employment_type": "committee" if helper else "purchased",
                "provider": "" if helper else self.random.choice(PROVIDERS),
                "fte": Decimal("0.5") if helper else Decimal(1), "status": status,
                "status_since": lately if away else began, "trained_on": began,
                "appointed_on": None if status == "probation" else since,
                "badge_no": f"PT{sequence:05d}",
                "confidentiality_signed_on": max(began, signed),
            })  # fmt: skip
        return self.rows

    def steps(self) -> Iterator[dict[str, Any]]:
        """How each came to the present status (S-49)."""
        for row in self.rows:
            path = [
                (status, row["status_since"] - timedelta(days=days))
                for status, days in WAYS[row["status"]]
            ]
            before = ""
            for status, on in [*path, (row["status"], row["status_since"])]:
                yield {
                    "id": new_key(), "committee_id": row["committee_id"],
                    "collector_id": row["id"], "old_status": before, "new_status": status,
                    "on": on, "reason": REASONS.get(status, ""),
                    "by_name": cast.NAMES[cast.DESKS[self.plot.street][1]],
                    "at": timezone.make_aware(datetime.combine(on, time(10, 0))),
                }  # fmt: skip
                before = status

    def patches(self, committee: Committee) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Patches of neighbouring buildings with their leads, and the buildings of each."""
        areas: list[dict[str, Any]] = []
        buildings: list[dict[str, Any]] = []
        least = 3 if self.plot.code == cast.HOME else 2
        for name, chunk in _split(committee, min(len(PATCHES), max(least, len(self.names)))):
            area = self._patch(name, len(areas), committee, chunk)
            areas.append(area)
            buildings += [
                {"id": new_key(), "committee_id": self.plot.code, "area_id": area["id"],
                 "building_id": building} for building in chunk
            ]  # fmt: skip
        return areas, buildings

    def _patch(
        self, name: str, place: int, committee: Committee, chunk: list[Any]
    ) -> dict[str, Any]:
        inside = set(chunk)
        kinds = Counter(
            WORKLOAD_KINDS.get(home.occupancy, "owner_occupied")
            for home in committee.homes
            if home.building in inside
        )
        leads = [row["id"] for row in self.rows if row["status"] in AT_WORK]
        return {
            "id": new_key(), "committee_id": self.plot.code, "code": name,
            "lead_collector_id": leads[place % len(leads)] if leads else None,
            "dwellings": sum(kinds.values()), "workload": workload_index(kinds),
            "valid_from": self.today.replace(month=1, day=1),
        }  # fmt: skip


def _split(committee: Committee, parts: int) -> Iterator[tuple[str, list[Any]]]:
    """Buildings in walking order, cut into patches of about the same number of dwellings."""
    total = sum(row["dwelling_count"] for row in committee.buildings)
    chunks: list[list[Any]] = [[] for _ in range(parts)]
    before = 0
    for row in sorted(committee.buildings, key=lambda row: row["sort_key"]):
        middle = before + row["dwelling_count"] / 2
        chunks[min(parts - 1, int(middle * parts / total))].append(row["id"])
        before += row["dwelling_count"]
    yield from zip(PATCHES, filter(None, chunks), strict=False)
