"""Welcome sheets that committees have handed to newcomers of late; a few were forgotten."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from portal.demo.chance import Dice
from portal.orgs.records import new_key
from portal.rules.services import Rule
from residents.newcomers import INCOMER, LOOK_BACK

#: The share of newcomers who get a sheet, and after how many days at the latest.
HANDED, WITHIN = 0.94, 16
FORMS = ("paper", "paper", "paper", "spoken", "sent")
LANGUAGES = ("zh", "zh", "zh", "zh", "zh", "dialect", "en")


def welcomes(
    episodes: Iterable[dict[str, Any]], dice: Dice, today: date, rule: Rule
) -> Iterator[dict[str, Any]]:
    """Rows of the sheets for those of the episodes that began of late."""
    since, given = today - timedelta(days=LOOK_BACK), set()
    for row in episodes:
        is_new = row["category"] == INCOMER and row["registered_on"] >= since
        if not (is_new and row["status"] == "active") or row["resident_id"] in given:
            continue
        handed_on = row["registered_on"] + timedelta(days=dice.randint(0, WITHIN))
        if dice.random() >= HANDED or handed_on > today:
            continue
        given.add(row["resident_id"])
        yield {
            "id": new_key(), "committee_id": row["committee_id"],
            "resident_id": row["resident_id"], "handed_on": handed_on,
            "form": dice.choice(FORMS), "language": dice.choice(LANGUAGES),
            "edition": rule["edition"], "rule": rule.label, "noted_by": row["verified_by"],
            "noted_at": timezone.make_aware(datetime.combine(handed_on, time(16, 20))),
        }  # fmt: skip
