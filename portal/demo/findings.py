"""Invented findings of the housing department: most dwellings were never asked about."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from portal.demo.chance import Dice, Weighted
from portal.demo.homes import Home
from portal.orgs.records import new_key

DETERMINED = 0.06  # of the dwellings
RESULTS = Weighted((("1", 84), ("5", 6), ("6", 2), ("4", 4), ("2", 3), ("3", 1)))
ON_PAPER = "1234"


def findings(
    homes: Iterable[Home], random: Dice, today: date, at: datetime
) -> Iterator[dict[str, Any]]:
    """Rows of findings; each home is told what was found of it."""
    for home in homes:
        if random.random() >= DETERMINED:
            continue
        home.legality = RESULTS.pick(random)
        days = random.randint(20, 1500)
        basis_on = today - timedelta(days=days)
        proved = home.legality in ON_PAPER
        yield {
            "id": new_key(), "committee_id": home.committee, "dwelling_id": home.id,
            "result": home.legality, "officer": "方砚", "at": at - timedelta(days=days - 5),
            "basis_no": f"普房认〔{basis_on.year}〕{random.randint(1, 999)}号" if proved else "",
            "basis_organ": "区房管局" if proved else "", "basis_on": basis_on if proved else None,
        }  # fmt: skip
