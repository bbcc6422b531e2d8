"""The life of a house code: given, corrected, given to a whole building at once (S-81).

Whoever calls these has the street's word for it (`code_requests.decide_code_request`); they check
the facts, not the right.
"""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction

from housing.codes import (
    INTERNAL,
    JGJT246,
    PROVISIONAL,
    HouseCodeError,
    HouseCodeScheme,
    check_house_code,
    normalise_house_code,
    scheme_of,
)
from housing.models import Building, DwellingUnit, HouseCodeEvent
from housing.services.changing import _locked_dwelling, given_before
from housing.services.errors import UnableToCode, sentence_of
from housing.services.following import tell_followers
from housing.services.numbering import internal_code
from portal.audit.record import event, record, record_many
from portal.orgs.scope import Scope

Kind = HouseCodeEvent.Kind


@transaction.atomic
def assign_house_code(
    *, dwelling_id: uuid.UUID, by: Scope, at: datetime, code: str = "", reason: str = ""
) -> DwellingUnit:
    """Give a dwelling its final code, in place of none or of a provisional one.

    :param code: the code given elsewhere; blank forms committee-building-room
    :raises UnableToCode: it has a final code, the code is malformed or in use, or the room's name
        is no number
    """
    dwelling = _to_code(dwelling_id, by)
    return _set(dwelling, check_code(dwelling, code), Kind.ASSIGN, reason, by, at)


@transaction.atomic
def correct_house_code(
    *, dwelling_id: uuid.UUID, code: str, reason: str, by: Scope, at: datetime
) -> DwellingUnit:
    """Put the right code in the place of a wrong final one; the old one stays in the events.

    :raises UnableToCode: there is nothing to correct, no reason, or the code is refused
    """
    dwelling = _to_code(dwelling_id, by)
    if not reason.strip():
        raise UnableToCode("写明更正的事由", "reason")
    fresh = check_code(dwelling, code, correcting=True)
    return _set(dwelling, fresh, Kind.CORRECT, reason, by, at)


def check_code(dwelling: DwellingUnit, code: str, *, correcting: bool = False) -> str:
    """The code that the dwelling would get, as it is stored.

    :param code: blank forms committee-building-room, where nothing is corrected
    :raises UnableToCode: nothing to give or to correct, a malformed code, or the same again
    """
    is_final = dwelling.code_state == DwellingUnit.CodeState.FINAL
    if correcting and not is_final:
        raise UnableToCode("这套房屋还没有正式编码", "code")
    if is_final and not correcting:
        raise UnableToCode("这套房屋已有正式编码，要改用更正", "code")
    fresh = _read(code) if code or correcting else _own(dwelling)
    if fresh == dwelling.house_code:
        raise UnableToCode("与现有编码相同", "code")
    return fresh


@transaction.atomic
def assign_building_codes(*, building_id: uuid.UUID, by: Scope, at: datetime) -> tuple[int, int]:
    """Give every dwelling of a building that waits for its code the committee's own one.

    :returns: how many got one, and how many cannot (their room's name is no number)
    """
    building = Building.objects.in_scope(by).select_for_update().get(pk=building_id)
    waiting = list(
        DwellingUnit.objects.select_for_update()
        .filter(building=building, status=DwellingUnit.Status.ACTIVE)
        .exclude(code_state=DwellingUnit.CodeState.FINAL)
        .order_by("pk")
    )
    used = set(
        HouseCodeEvent.objects.filter(
            committee_id=building.committee_id, new_code__startswith=_front(building)
        ).values_list("new_code", flat=True)
    )
    coded, old = [], {}
    for dwelling in waiting:
        code = internal_code(building.committee_id, building.code_block, dwelling.room_no)
        if code and code not in used:
            old[dwelling.pk] = dwelling.house_code
            dwelling.house_code, dwelling.code_state = code, DwellingUnit.CodeState.FINAL
            dwelling.version += 1
            dwelling.updated_at, dwelling.updated_by = at, by.user_name
            coded.append(dwelling)
    DwellingUnit.objects.bulk_update(
        coded, ["house_code", "code_state", "version", "updated_at", "updated_by"], batch_size=500
    )
    HouseCodeEvent.objects.bulk_create(
        [_event(dwelling, Kind.ASSIGN, old[dwelling.pk], "按幢赋码", by, at) for dwelling in coded],
        batch_size=500,
    )
    tell_followers(dwelling_ids=[dwelling.pk for dwelling in coded], by=by, at=at)
    record_many(
        event("housing.code_assigned", by=by, at=at, target=dwelling,
              committee=dwelling.committee_id,
              changes={"house_code": [old[dwelling.pk], dwelling.house_code]})
        for dwelling in coded
    )  # fmt: skip
    return len(coded), len(waiting) - len(coded)


def _to_code(dwelling_id: uuid.UUID, by: Scope) -> DwellingUnit:
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise UnableToCode("这套房屋已不在册")
    return dwelling


def read_final_code(text: str) -> str:
    """The stored form of a final code that somebody typed or a file carries.

    :raises HouseCodeError: provisional, malformed, or with a wrong check digit
    """
    code = normalise_house_code(text)
    scheme: HouseCodeScheme | None = scheme_of(code) if code else None
    if scheme is PROVISIONAL:
        raise HouseCodeError("provisional", "这是临时编码，不能作为正式编码")
    if scheme is None:
        raise HouseCodeError("form", "房屋编码只有数字和字母，6 到 40 位")
    if scheme is INTERNAL:
        return code
    return check_house_code(code, JGJT246 if len(code) == 26 else scheme)


def _read(code: str) -> str:
    try:
        return read_final_code(code)
    except HouseCodeError as wrong:
        raise UnableToCode(wrong.message_zh, "code") from wrong


def _own(dwelling: DwellingUnit) -> str:
    block = dwelling.building.code_block
    code = internal_code(dwelling.committee_id, block, dwelling.room_no)
    if not code:
        raise UnableToCode(f"室号「{dwelling.room_no}」不是数字，请填写编码", "code")
    return code


def _front(building: Building) -> str:
    """What all codes of a building begin with."""
    return f"{building.committee_id}-{building.code_block}-"


def _set(
    dwelling: DwellingUnit, code: str, kind: Kind, reason: str, by: Scope, at: datetime
) -> DwellingUnit:
    old = dwelling.house_code
    again = given_before(code, dwelling.pk)
    dwelling.house_code, dwelling.code_state = code, DwellingUnit.CodeState.FINAL
    dwelling.version += 1
    dwelling.updated_at, dwelling.updated_by = at, by.user_name
    try:
        with transaction.atomic():
            dwelling.save(
                update_fields=["house_code", "code_state", "version", "updated_at", "updated_by"]
            )
            event_kind = Kind.RESTORE if again else kind
            HouseCodeEvent.objects.bulk_create([_event(dwelling, event_kind, old, reason, by, at)])
    except IntegrityError as refusal:
        raise UnableToCode(sentence_of(refusal)[0], "code") from refusal
    tell_followers(dwelling_ids=[dwelling.pk], by=by, at=at)
    action = "housing.code_assigned" if kind == Kind.ASSIGN else "housing.code_corrected"
    record(
        action, by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes={"house_code": [old, code]}, reason=reason,
    )  # fmt: skip
    return dwelling


def _event(
    dwelling: DwellingUnit, kind: Kind, old: str, reason: str, by: Scope, at: datetime
) -> HouseCodeEvent:
    return HouseCodeEvent(
        committee_id=dwelling.committee_id, dwelling=dwelling, kind=kind, old_code=old,
        new_code=dwelling.house_code, reason=reason[:200], by_name=by.user_name, at=at,
    )  # fmt: skip
