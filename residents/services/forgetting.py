"""Deleting what residents asked and were answered long ago (domain §6.6, R9)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from portal.audit.record import record
from portal.orgs.scope import Scope
from residents.completeness import years_before
from residents.models import CorrectionRequest, ResidenceProof, ResidentAppeal
from residents.services.changing import today_of

#: Years that requests for correction, appeals and residence proofs are kept after their end.
KEPT_YEARS = 3


@transaction.atomic
def purge_answered(*, by: Scope, at: datetime) -> int:
    """Delete requests for correction, appeals and proofs that ended three years ago; how many.

    The trail keeps that they were, without their words.
    """
    before = years_before(today_of(at), KEPT_YEARS)
    requests = CorrectionRequest.objects.in_scope(by).filter(
        state=CorrectionRequest.State.DELIVERED, delivered_on__lt=before
    )
    appeals = ResidentAppeal.objects.in_scope(by).filter(
        state=ResidentAppeal.State.ANSWERED, answered_on__lt=before
    )
    proofs = ResidenceProof.objects.in_scope(by).filter(
        Q(state=ResidenceProof.State.ISSUED, valid_until__lt=before) | Q(ended_on__lt=before)
    )
    gone = {
        "更正申请": requests.delete()[0], "居民诉求": appeals.delete()[0],
        "住所证明": proofs.delete()[0],
    }  # fmt: skip
    if any(gone.values()):
        record(
            "residents.answers_purged", by=by, at=at, committee=by.unit,
            target=("residents.correctionrequest", "list"), changes=gone,
        )  # fmt: skip
    return sum(gone.values())
