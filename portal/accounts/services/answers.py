"""Answers kept for requests that are sent again with the same key.

The row is claimed before the act and filled with it, in one transaction: a second request that
comes meanwhile waits for the first, a killed worker leaves neither act nor claim.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from portal import vault
from portal.accounts.models import KeptAnswer

KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Claim:
    """The row of one key; `is_new` when this request is the first to come with it."""

    row: KeptAnswer
    is_new: bool

    @property
    def body(self) -> Any:
        """What was answered then."""
        return json.loads(vault.unseal_file(bytes(self.row.sealed), row=self.row.pk))


def claim_key(*, key: uuid.UUID, digest: bytes, user_id: int, at: datetime) -> Claim:
    """Claim a key for its first request, or find what came of it; old answers are thrown away."""
    KeptAnswer.objects.filter(user_id=user_id, kept_at__lt=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            row = KeptAnswer.objects.create(key=key, user_id=user_id, digest=digest, kept_at=at)
    except IntegrityError:
        return Claim(KeptAnswer.objects.get(key=key, user_id=user_id), is_new=False)
    return Claim(row, is_new=True)


def keep_answer(*, claim: Claim, status: int, body: Any) -> None:
    """Keep what the first request was answered, as JSON under a cipher."""
    row = claim.row
    row.status = status
    row.sealed = vault.seal_file(json.dumps(body, default=str).encode(), row=row.pk)
    row.save(update_fields=["status", "sealed"])


def give_back(claim: Claim) -> None:
    """The act was refused: the key may be used again, for the request as it is mended."""
    claim.row.delete()
