"""The card: made, registered with its number, handed over.

Paper: S-20.
"""

import re
import uuid
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from permits.deadlines import a_year_later
from permits.models import PermitApplication, PermitSecret, ResidencePermit
from permits.services.errors import UnableToMove
from permits.services.gate import move_on
from permits.services.rotating import number_text
from portal import vault
from portal.audit.record import record
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from residents.identity import mask_id, normalise_number

NUMBER = re.compile(r"[0-9A-Z]{8,24}")
VALID, REPLACED = ResidencePermit.Status.VALID, ResidencePermit.Status.REPLACED


def make(*, case_id: uuid.UUID, by: Scope, at: datetime) -> PermitApplication:
    """Send the approved case to be made into a card.

    :raises UnableToMove: it is not approved
    """
    return move_on(case_id=case_id, act="make", by=by, at=at)


@transaction.atomic
def issue(
    *, case_id: uuid.UUID, number: str, issued_on: date, by: Scope, at: datetime
) -> ResidencePermit:
    """Register the card that came back, under its number; an older permit is replaced by it.

    :raises UnableToMove: no card is being made, a malformed or known number, or a day to come
    """
    text = normalise_number(number)
    if not NUMBER.fullmatch(text):
        raise UnableToMove("居住证号码应为 8 至 24 位数字或字母，请核对证件")
    if issued_on > timezone.localdate(at):
        raise UnableToMove("签发日期不能晚于今天")
    case = move_on(case_id=case_id, act="issue", by=by, at=at, stamps={"made_at": at})
    if case.decided_at and issued_on < timezone.localdate(case.decided_at):
        raise UnableToMove("签发日期不能早于批准日期")
    try:
        with transaction.atomic():
            permit = _new_permit(case, text, issued_on)
    except IntegrityError as error:
        raise UnableToMove("该居住证号码已登记，请核对证件") from error
    record(
        "permits.issued", by=by, at=at, target=permit, committee=permit.committee_id,
        subjects=[permit.holder_id],
        changes={"case": case.case_no, "number": permit.number_mask, "issued_on": issued_on,
                 "valid_to": permit.valid_to},
    )  # fmt: skip
    return permit


def _new_permit(case: PermitApplication, number: str, issued_on: date) -> ResidencePermit:
    held = ResidencePermit.objects.select_for_update().filter(
        holder_id=case.applicant_id, status=VALID
    )
    older = held.first()
    if older:
        older.status = REPLACED
        older.version += 1
        older.save(update_fields=["status", "version"])
    permit = ResidencePermit.objects.create(
        committee_id=case.committee_id, case=case, holder_id=case.applicant_id,
        holder_name=case.applicant_name, short_address=case.short_address,
        number_mask=mask_id(number), blind_index=vault.blind_index(number_text(number)),
        issued_on=issued_on, first_issued_on=older.first_issued_on if older else issued_on,
        valid_to=a_year_later(issued_on), rule=case.rule,
    )  # fmt: skip
    row = new_id()
    key_id, cipher = vault.seal(number, row=row, kind="permit")
    PermitSecret.objects.create(
        id=row, committee_id=case.committee_id, permit=permit, key_id=key_id, cipher=cipher
    )
    return permit


def collect(*, case_id: uuid.UUID, by: Scope, at: datetime) -> PermitApplication:
    """Hand the card to its holder.

    :raises UnableToMove: no card lies ready
    """
    return move_on(case_id=case_id, act="collect", by=by, at=at, stamps={"collected_at": at})
