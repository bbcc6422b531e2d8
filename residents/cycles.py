"""When somebody is to be verified again (domain §4.4). Plain Python; the days are a rule's.

Paper: S-21.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from housing.cycles import PARAMETER_OF

OVERSEAS = frozenset({"31", "32"})


def cycle_days(occupancy: str, category: str, parameters: Mapping[str, int]) -> int:
    """Days between two verifications of a person; overseas residents have a cycle of their own."""
    if category in OVERSEAS:
        return parameters["overseas"]
    return parameters[PARAMETER_OF.get(occupancy, "other")]


def due_on(verified_on: date, occupancy: str, category: str, parameters: Mapping[str, int]) -> date:
    """The last day of the cycle; on the day after it the verification is overdue."""
    return verified_on + timedelta(days=cycle_days(occupancy, category, parameters))
