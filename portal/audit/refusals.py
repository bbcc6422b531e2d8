"""Refused attempts are part of the trail too."""

from datetime import datetime
from typing import Any

from portal.audit.record import record


def remember_refusal(request: Any, why: str, at: datetime) -> None:
    """Write that the acting post was refused what it asked for."""
    match = request.resolver_match
    record(
        "access.refused",
        by=request.scope,
        at=at,
        target=("view", match.view_name if match else ""),
        reason=why,
        result="refused",
    )
