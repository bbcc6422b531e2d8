"""Strata of a frame (层): what a dwelling or a record is sorted by before it is drawn.

Dwellings by how they are lived in, and apart in key areas (重点区域) where the plan asks for it;
records by category and by whether their verification is due.
Paper: S-69, S-70.
"""

from __future__ import annotations

OF_OCCUPANCY = {"1": "own", "2": "rented", "4": "vacant"}
OF_CATEGORY = {
    "11": "local", "12": "local", "13": "local", "40": "local", "20": "incomer",
    "31": "overseas", "32": "overseas",
}  # fmt: skip
#: Where registers go wrong, more is drawn; the weights take it back.
FAVOURED = {
    "rented": 2.0, "vacant": 0.5,
    "own-key": 2.0, "rented-key": 3.0, "vacant-key": 1.0, "other-key": 2.0,
}  # fmt: skip
TITLES = {
    "own": "自住", "rented": "出租", "vacant": "空置", "other": "其他",
    "own-key": "自住·重点区域", "rented-key": "出租·重点区域", "vacant-key": "空置·重点区域",
    "other-key": "其他·重点区域",
    "local-fresh": "户籍·未到期", "local-due": "户籍·已到期", "incomer-fresh": "来沪·未到期",
    "incomer-due": "来沪·已到期", "overseas-fresh": "境外·未到期", "overseas-due": "境外·已到期",
}  # fmt: skip


def of_dwelling(occupancy: str, *, in_key_area: bool = False) -> str:
    stratum = OF_OCCUPANCY.get(occupancy, "other")
    return f"{stratum}-key" if in_key_area else stratum


def of_record(category: str, *, is_due: bool) -> str:
    return f"{OF_CATEGORY.get(category, 'local')}-{'due' if is_due else 'fresh'}"
