"""Invented leases of a committee's rented homes: most run, some end soon, are over or not filed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from housing.models import Lease
from portal.demo.chance import Dice, Weighted
from portal.demo.homes import Home
from portal.orgs.records import new_key

#: How many of the rented homes have their lease registered, by tenure: public housing fewer.
REGISTERED = {"1": 0.86, "2": 0.84, "3": 0.6}
OTHERS = 0.7
TERMS = Weighted(((365, 70), (730, 22), (1095, 8)))
KINDS = Weighted((("whole", 82), ("shared", 14), ("sublet", 4)))
ROOMS = ("朝南大间", "朝南次卧", "朝北小间")
FILED, RENEWED, OVERSTAYED, LONG_OVER = 0.84, 0.25, 24, 40
FILING_DAYS = 30
AGENCY = "和居房产经纪有限公司"


@dataclass
class Lettings:
    """The leases of one committee; dice of their own keep its people as they were."""

    random: Dice
    today: date
    at: datetime

    def leases(self, homes: Iterable[Home]) -> list[dict[str, Any]]:
        """Rows of leases; each home is told until when it is let."""
        found: list[dict[str, Any]] = []
        for home in homes:
            share = REGISTERED.get(home.tenure, OTHERS)
            drawn = self.random.random()
            if home.lessee and (drawn < share or home.overstayed):
                found += self._of(home)
        return found

    def _of(self, home: Home) -> Iterator[dict[str, Any]]:
        term = TERMS.pick(self.random)
        days = self.random.randint(0, term + OVERSTAYED)
        begins = self.today - timedelta(days=term + LONG_OVER if home.overstayed else days)
        ends = begins + timedelta(days=term - 1)
        home.leased_until = ends
        kind = KINDS.pick(self.random)
        before = None
        if self.random.random() < RENEWED:
            earlier = begins - timedelta(days=365)
            row = self._row(home, earlier, begins - timedelta(days=1), kind, Lease.State.RENEWED)
            before = row["id"]
            yield row
        yield self._row(home, begins, ends, kind, Lease.State.ACTIVE, before)

    def _row(
        self, home: Home, begins: date, ends: date, kind: str, state: str, before: str | None = None
    ) -> dict[str, Any]:
        filed_on = self._filed_on(begins)
        entered = self.at - timedelta(days=max((self.today - begins).days - 2, 0))
        shared = kind == "shared"
        return {
            "id": new_key(), "committee_id": home.committee, "dwelling_id": home.id,
            "address": home.address, "kind": kind, "landlord": home.owner,
            "rooms": self.random.choice(ROOMS) if shared else "",
            "room_count": 1 if shared else home.rooms, "lessee": home.lessee,
            "intermediary": AGENCY if self.random.random() < 0.3 else "",
            "starts_on": begins, "ends_on": ends, "persons_declared": max(home.occupants, 1),
            "safety_signed": self.random.random() < 0.9,
            "filing_no": f"普租备{begins.year}{self.random.randint(0, 999_999):06d}"
            if filed_on else "",
            "filed_on": filed_on, "file_by": begins + timedelta(days=FILING_DAYS), "state": state,
            "renews_id": before, "created_at": entered, "created_by": home.by,
            "updated_at": entered, "updated_by": home.by,
        }  # fmt: skip

    def _filed_on(self, begins: date) -> date | None:
        """A day within the month after it began; None where nobody has filed it."""
        day = begins + timedelta(days=self.random.randint(1, FILING_DAYS - 2))
        return day if self.random.random() < FILED and day <= self.today else None
