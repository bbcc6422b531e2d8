"""The district's units from the official 2016 list; known units are left as they are."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand

from portal.orgs.models import OrgUnit, UnitKind
from portal.orgs.services import register_units

SOURCE = Path(__file__).parents[2] / "data" / "putuo_committees_2016.csv"
LIST_DATE = date(2016, 7, 31)
DISTRICT = (310107000000, "普陀区")
FIRST_TOWN = 100  # the last three digits of a town's nine begin here (domain.md §3.1)
FIRST_VILLAGE = 200
STREETS = {
    310107005: "曹杨新村街道", 310107014: "长风新村街道", 310107015: "长寿路街道",
    310107016: "甘泉路街道", 310107017: "石泉路街道", 310107020: "宜川路街道",
    310107021: "万里街道", 310107022: "真如镇街道", 310107102: "长征镇", 310107103: "桃浦镇",
}  # fmt: skip


def units() -> list[OrgUnit]:
    """District, streets and towns, committees, in tree order."""
    found = [_unit(DISTRICT[0], DISTRICT[1], UnitKind.DISTRICT, None)]
    for code9, name in STREETS.items():
        kind = UnitKind.TOWN if code9 % 1000 >= FIRST_TOWN else UnitKind.STREET
        found.append(_unit(code9 * 1000, name, kind, DISTRICT[0]))
    with SOURCE.open(encoding="utf-8") as lines:
        for street, code, name in csv.reader(lines):
            village = int(code) % 1000 >= FIRST_VILLAGE
            kind = UnitKind.VILLAGERS_COMMITTEE if village else UnitKind.RESIDENTS_COMMITTEE
            found.append(_unit(int(code), name, kind, int(street) * 1000))
    return found


def _unit(code: int, name: str, kind: UnitKind, parent: int | None) -> OrgUnit:
    short = name
    for ending in ("居委会", "村委会", "新村街道", "路街道", "街道"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            short = name.removesuffix(ending)
            break
    return OrgUnit(
        code=code, name=name, short_name=short, kind=kind, parent_id=parent, valid_from=LIST_DATE
    )


class Command(BaseCommand):
    help = "写入区、街道（镇）、居（村）委会（来源：国家统计局区划代码，2016-07-31）"

    def handle(self, *args: Any, **options: Any) -> None:
        added = register_units(units())
        self.stdout.write(f"组织单位：新增 {added} 个")
