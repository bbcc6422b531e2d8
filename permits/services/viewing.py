"""Looking at a case is an event too (D-8)."""

from datetime import datetime

from permits.models import PermitApplication
from portal.audit.record import record
from portal.orgs.scope import Scope


def note_viewed(*, case: PermitApplication, by: Scope, at: datetime) -> None:
    """Write that somebody opened this person's case."""
    record(
        "permits.viewed", by=by, at=at, target=case, committee=case.committee_id,
        subjects=[case.applicant_id],
    )  # fmt: skip
