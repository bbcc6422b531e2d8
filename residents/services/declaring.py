"""Self-declaration: notices in buildings, and what anybody tells through one (自主申报).

Nobody is logged in there. The database itself takes a declaration for a notice that is valid
(`declare_lead`) and tells nothing back but the committee; nothing is looked up, so that the answer
is the same whoever is registered.

Paper: S-66.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connection, transaction

from housing.models import Building
from portal.audit.record import Actor, record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from residents.discovery import SELF_DECLARED
from residents.models import BuildingNotice
from residents.services.errors import UnableToFollowUp
from residents.services.leading import LeadTold, new_lead

_SIGNER = signing.Signer(sep=".", salt="residents.notice")
TOO_MANY = "今天申报的人较多，请稍后再试，或直接联系居（村）委会"


@dataclass(frozen=True)
class Door:
    """Where a code leads: the notice, the building by both names, the committee that reads it."""

    notice: UUID
    place: str
    short: str
    committee: int
    office: str


@dataclass(frozen=True)
class Declared:
    """What somebody declares: that they came or left, or that something is recorded wrongly."""

    kind: str
    room: str
    text: str = ""
    contact: str = ""


@transaction.atomic
def issue_notice(*, building_id: Any, by: Scope, at: datetime) -> BuildingNotice:
    """The valid notice of a building, made where there is none.

    :raises NotAllowed: `by` does not register there
    """
    building = Building.objects.in_scope(by).select_for_update().get(pk=building_id)
    require(by, Capability.EDIT_RESIDENTS, building.committee_id)
    held = BuildingNotice.objects.in_scope(by).valid().filter(building=building).first()
    if held is not None:
        return held
    notice = BuildingNotice(
        committee_id=building.committee_id, building=building, place=building.name, made_at=at,
        made_by=by.user_name,
    )  # fmt: skip
    notice.save(force_insert=True)
    record("residents.notice_issued", by=by, at=at, target=notice, committee=notice.committee_id)
    return notice


@transaction.atomic
def revoke_notice(*, notice_id: Any, by: Scope, at: datetime) -> BuildingNotice:
    """Let a printed code lead nowhere any more, at once.

    :raises NotAllowed: `by` does not register there
    """
    notice = BuildingNotice.objects.in_scope(by).select_for_update().get(pk=notice_id)
    require(by, Capability.EDIT_RESIDENTS, notice.committee_id)
    if notice.revoked_at is None:
        notice.revoked_at, notice.revoked_by = at, by.user_name
        notice.save(update_fields=["revoked_at", "revoked_by"])
        record(
            "residents.notice_revoked", by=by, at=at, target=notice, committee=notice.committee_id
        )
    return notice


def notice_token(notice: BuildingNotice) -> str:
    """What the printed code carries: the notice's key and our signature."""
    return _SIGNER.sign(notice.pk.hex)


def open_door(token: str) -> Door | None:
    """Where a code leads; None for one that is revoked, forged or incomplete: all the same."""
    try:
        key = UUID(_SIGNER.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT committee, place, short FROM open_notice(%s)", [key])
        found = cursor.fetchone()
    if found is None:
        return None
    committee, place, short = found
    office = OrgUnit.objects.values_list("name", flat=True).get(code=committee)
    return Door(key, place, short, committee, office)


@transaction.atomic
def declare(*, door: Door, told: Declared, by: Actor, at: datetime) -> None:
    """Take down what somebody declared, sealed, as a lead of the building's committee.

    :param by: nobody in particular, for the trail: the address that it came from
    :raises UnableToFollowUp: words that a lead may not hold, or more than a building declares
    """
    if not told.room.strip():
        raise UnableToFollowUp("请填写室号", "room")
    words = told.text.strip() or _USUAL[told.kind]
    lead = new_lead(
        LeadTold(
            kind=told.kind, place=f"{door.short}{told.room.strip()}", text=words,
            channel=SELF_DECLARED, contact=told.contact,
        ),
        door.committee, at,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT declare_lead(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                door.notice, lead.pk, lead.kind, lead.place, bytes(lead.sealed), at, lead.due_on,
                lead.rule,
            ],
        )  # fmt: skip
        if cursor.fetchone()[0] is None:
            raise UnableToFollowUp(TOO_MANY)
    record("residents.lead_declared", by=by, at=at, target=lead, committee=door.committee)


_USUAL = {"new": "已搬来居住", "change": "登记内容有误或有变动", "cancel": "已搬离"}
