"""Places by total; who is equal shares a place. Plain Python."""

from collections.abc import Mapping
from decimal import Decimal


def ranks(totals: Mapping[int, Decimal | None]) -> dict[int, int | None]:
    """The place of each unit, the highest total first: 1, 2, 2, 4; None without a total."""
    known = [total for total in totals.values() if total is not None]
    return {
        unit: None if total is None else 1 + sum(other > total for other in known)
        for unit, total in totals.items()
    }
