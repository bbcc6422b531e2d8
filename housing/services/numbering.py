"""Giving out numbers of house codes: one committee at a time, none twice (S-81)."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from housing.codes import HouseCodeError, is_provisional, make_internal_code, make_provisional_code
from housing.models import Building, DwellingUnit, HouseCodeEvent

_LOCK_SPACE = 8105
_PREFIXES = ("", *"ABCDEFGHJKLMNPQRSTUVWXYZ")


def hold_numbers(committee: int) -> None:
    """Let only this transaction give out numbers of the committee until it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, committee % 1_000_000])


def provisional_codes(committee: int, count: int) -> list[str]:
    """The next `count` provisional codes after every one given or carried in the committee."""
    if count == 0:
        return []
    first = make_provisional_code(committee, 1)
    prefix = first[: first.rindex("-") + 1]
    given = HouseCodeEvent.objects.filter(committee_id=committee)
    carried = DwellingUnit.objects.filter(committee_id=committee)
    taken = max(_last(given, "new_code", prefix), _last(carried, "house_code", prefix))
    return [make_provisional_code(committee, taken + place) for place in range(1, count + 1)]


def _last(rows: "QuerySet[Any]", column: str, prefix: str) -> int:
    """The highest sequence under the prefix; 0 where there is none. One step in an index."""
    within = {f"{column}__gte": prefix, f"{column}__lt": f"{prefix[:-1]}."}
    code = rows.filter(**within).order_by(f"-{column}").values_list(column, flat=True).first()
    return int(code[len(prefix) :]) if code and is_provisional(code) else 0


def code_blocks(committee: int, plate_numbers: Iterable[str]) -> list[str]:
    """A block for each new building: its plate's number, with a letter where that is taken.

    Two lanes of one committee may both have a number 6: `0006`, then `A0006`.
    """
    taken = set(
        Building.objects.filter(committee_id=committee)
        .exclude(code_block="")
        .values_list("code_block", flat=True)
    )
    found = []
    for number in plate_numbers:
        block = _free_block(number, taken)
        taken.add(block)
        found.append(block)
    return found


def _free_block(number: str, taken: set[str]) -> str:
    digits = re.search(r"[0-9]+", number)
    base = int(digits.group()) if digits else 0
    while True:
        for prefix in _PREFIXES:
            block = f"{prefix}{base:04d}"
            if block not in taken:
                return block
        base += 1000


def internal_code(committee: int, code_block: str, room_no: str) -> str:
    """The committee-building-room code, blank where the room's name is no number."""
    try:
        return make_internal_code(committee, code_block, room_no)
    except HouseCodeError:
        return ""
