"""Collectors taken on by the service, ready for work unless told otherwise."""

from datetime import date
from decimal import Decimal as D
from itertools import count

from portal.orgs.acting import acting
from staffing import services
from tests.cast import HOME

NUMBERS = count(1)
LONG_AGO = date(2025, 3, 1)


def collector(cast, at, *, who="street", **given):
    """A collector at work in the home committee."""
    number = next(NUMBERS)
    facts = {
        "committee": HOME, "staff_no": f"C-{number:04d}", "name": "崔若兰",
        "employment_type": "public_post", "fte": D(1), "status": "appointed", "since": LONG_AGO,
        "trained_on": LONG_AGO, "confidentiality_signed_on": LONG_AGO,
    } | given  # fmt: skip
    by = cast.scope(who)
    with acting(by):
        return services.add_collector(**facts, by=by, at=at)


def moved(cast, found, to, at, *, who="street", on=None, reason="区里抽调"):
    """The collector after one step."""
    by = cast.scope(who)
    with acting(by):
        return services.change_status(
            collector_id=found.pk,
            to=to,
            on=on or at.date(),
            reason=reason,
            version=found.version,
            by=by,
            at=at,
        )
