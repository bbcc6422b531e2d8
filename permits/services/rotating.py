"""Permit numbers under a new key, like the residents' own (residents.services.rotating)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from permits.models import PermitSecret, ResidencePermit
from portal import vault
from portal.audit.record import record
from portal.orgs.scope import Scope
from residents.services.rotating import Rotated

KIND = "permit"
KEPT = {"list": "居住证号码"}


def waiting(*, using: str) -> int:
    """How many permit numbers are still under a key of before."""
    return PermitSecret.objects.using(using).exclude(key_id=vault.current_key()).count()


def rotate_batch(*, rotated: Rotated, using: str, most: int, by: Scope, at: datetime) -> int:
    """Bring up to `most` permit numbers under the current key; 0 when none is left."""
    with transaction.atomic(using=using):
        held = (
            PermitSecret.objects.using(using)
            .select_for_update(skip_locked=True, of=("self",))
            .exclude(key_id=vault.current_key())
            .exclude(pk__in=rotated.left_out)
            .order_by("pk")[:most]
        )
        rows = list(held)
        for row in rows:
            _rotate(row, rotated, using)
        rotated.done += len(rows)
    if rows:
        record("keys.rotated", by=by, at=at, changes=KEPT | {"count": len(rows)})
    return len(rows)


def _rotate(row: PermitSecret, rotated: Rotated, using: str) -> None:
    key: UUID = row.pk
    try:
        plain = vault.opened(bytes(row.cipher), key_id=row.key_id, row=key, kind=KIND)
    except vault.UnableToOpen:
        rotated.damaged.append(key)
        return
    before = vault.blind_index(number_text(plain), key_id=row.key_id)
    key_id, cipher = vault.seal(plain, row=key, kind=KIND)
    try:
        with transaction.atomic(using=using):
            permits = ResidencePermit.objects.using(using).filter(pk=row.permit_id)
            permits.filter(blind_index=before).update(
                blind_index=vault.blind_index(number_text(plain))
            )
            PermitSecret.objects.using(using).filter(pk=key).update(key_id=key_id, cipher=cipher)
    except IntegrityError:
        rotated.twice.append(key)


def number_text(number: str) -> str:
    """What a permit number's blind index is made of."""
    return f"permit:{number}"
