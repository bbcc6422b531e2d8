"""The handshake between committees: ask, answer, decide; the move itself is one act (D-5).

Whoever asks learns nothing of the registration but who holds it. Looking the person up and
moving them reach over both committees for that one number or request (`acting.reaching`).

Paper: S-09.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from housing.models import DwellingUnit
from portal import kept
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import NotAllowed, require
from portal.orgs.acting import acting, reaching
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope, parent_of
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days
from residents.intake import FieldProblem, Reading, read_person
from residents.models import Identity, Residence, Resident, Transfer
from residents.services.changing import today_of
from residents.services.enrolment import Visit
from residents.services.errors import (
    RowProblem,
    UnableToRegister,
    UnableToTransfer,
    refused_by_database,
)
from residents.services.finding import find_holders
from residents.services.moving import relocate
from residents.services.registering import REQUIRED
from residents.services.sealing import Sealed, seal_document

State = Transfer.State
USUAL_REASON = "入户核实，已搬来居住"
#: Of somebody who died nothing is told: the street looks into it.
SEE_STREET = "该证件号的登记须由街道人口办处理，请联系街道"


@dataclass(frozen=True)
class Ask:
    """Somebody seen at a dwelling whose number another committee holds.

    :param row: the caller's own name of the row
    """

    row: Any
    reading: Reading
    reason: str = USUAL_REASON


def ask_transfer(
    *, dwelling_id: Any, told: Mapping[str, str], reason: str, by: Scope, at: datetime,
    method: str = "V1",
) -> Transfer:  # fmt: skip
    """Ask the committee that holds a number for the person's registration.

    :param told: texts by field, as typed (`residents.intake.TITLES`)
    :raises UnableToRegister: a field cannot be taken, or there is nothing to ask for
    :raises NotAllowed: `by` may not edit residents there
    """
    today = today_of(at)
    with transaction.atomic():
        dwelling = DwellingUnit.objects.in_scope(by).active().get(pk=dwelling_id)
        require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
        reading = read_person(
            told, today=today, allow_synthetic=settings.SYNTHETIC_DATA, required=REQUIRED
        )
        if reading.errors:
            raise UnableToRegister([RowProblem(None, problem) for problem in reading.errors])
        (transfer,) = ask_transfers(
            asks=[Ask(None, reading, reason)], dwelling=dwelling, visit=Visit(method, today),
            by=by, at=at,
        )  # fmt: skip
        return transfer


@transaction.atomic(savepoint=False)
def ask_transfers(
    *, asks: Sequence[Ask], dwelling: DwellingUnit, visit: Visit, by: Scope, at: datetime
) -> list[Transfer]:
    """Ask for several people at once, of whichever committees hold them; rights are the caller's.

    Where nobody holds an open registration any more there is nobody to ask: it begins at once.

    :raises UnableToRegister: problems, each at its row
    """
    return [_ask(each, dwelling, visit, by, at) for each in asks]


def _ask(ask: Ask, dwelling: DwellingUnit, visit: Visit, by: Scope, at: datetime) -> Transfer:
    reading = ask.reading
    if reading.document is None:
        raise _refusal(ask, "document_number", "移交凭证件号办理，请填写证件号码")
    if not ask.reason.strip():
        raise _refusal(ask, "transfer_reason", "请写明移交事由")
    sealed = seal_document(reading.document, reading.as_printed)
    found = find_holders([sealed], by=by).get(sealed.index)
    if found is None:
        raise _refusal(ask, "document_number", "该证件号没有在别处登记，直接登记即可")
    if found.resident is not None:
        raise _refusal(ask, "document_number", "该证件号登记在本单位内，请选“迁入本户”")
    decider = common_unit(found.committee, dwelling.committee_id)
    resident, has_home = _held(ask, sealed, reaching(by, decider))
    transfer = _new_transfer(ask, dwelling, visit, by, at)
    transfer.resident, transfer.id_mask = resident, sealed.mask
    transfer.holder_id, transfer.decider_id = found.committee, decider
    try:
        with transaction.atomic():
            transfer.save(force_insert=True)
    except IntegrityError as error:
        problem = refused_by_database(error, ask.row).problem
        raise _refusal(ask, "document_number", problem.message) from error
    record(
        "residents.transfer_asked", by=by, at=at, target=transfer,
        committee=transfer.committee_id, subjects=[resident.pk], reason=transfer.reason,
        changes={"id": transfer.id_mask, "holder": transfer.holder_id},
    )  # fmt: skip
    _waits_elsewhere(transfer)
    if not has_home:
        _carry_out(transfer, by, at)
        _close(transfer, State.DONE, "answer", "原登记已注销，自动转入", by, at)
    return transfer


def _refusal(ask: Ask, name: str, message: str) -> UnableToRegister:
    return UnableToRegister([RowProblem(ask.row, FieldProblem(name, message))])


def common_unit(one: int, other: int) -> int:
    """The nearest unit above both committees: their street, else the district."""
    street = parent_of(one)
    above = street if street == parent_of(other) else parent_of(street or one)
    assert above is not None, "a committee has a street, and a street its district"
    return above


def _held(ask: Ask, sealed: Sealed, wide: Scope) -> tuple[Resident, bool]:
    """The person behind a number, and whether a primary home of theirs is open."""
    with acting(wide):
        identities = Identity.objects.in_scope(wide).select_related("resident")
        identity = identities.filter(blind_index__in=[sealed.index, *sealed.earlier]).first()
        if identity is None:
            raise _refusal(ask, "document_number", "该证件号的登记刚被变更，请重新保存")
        resident = identity.resident
        if resident.vital_status == Resident.Vital.DECEASED:
            raise _refusal(ask, "document_number", SEE_STREET)
        homes = Residence.objects.in_scope(wide).open().filter(resident=resident, is_primary=True)
        return resident, homes.exists()


def _new_transfer(
    ask: Ask, dwelling: DwellingUnit, visit: Visit, by: Scope, at: datetime
) -> Transfer:
    """What the asking committee saw at the door; of whom it asks is set besides."""
    person, episode = ask.reading.person, ask.reading.episode
    return Transfer(
        committee_id=dwelling.committee_id, dwelling=dwelling, name=person["name"],
        address=dwelling.address, category=episode["category"],
        moved_on=episode["begin_on"], residence_reason=episode.get("reason", ""),
        tenancy_role=episode.get("tenancy_role", ""), relation=episode.get("relation", ""),
        seen_on=visit.on, method=visit.method, reason=ask.reason.strip()[:200],
        asked_at=at, asked_by=by.user_name, due_on=_deadline("answer", at),
    )  # fmt: skip


def _deadline(key: str, at: datetime) -> date:
    today = today_of(at)
    return add_working_days(today, rule_on("transfer_deadlines", today)[key])


def answer_transfer(
    *, transfer_id: Any, agreed: bool, answer: str, by: Scope, at: datetime
) -> Transfer:
    """The holder's answer: agreed, the person moves at once; objected, the level above decides.

    :raises UnableToTransfer: answered already, an objection without its reason, or the
        registration or the dwelling has changed in between
    :raises NotAllowed: `by` edits no residents of the committee that holds the registration
    """
    with transaction.atomic():
        transfer = _locked(transfer_id, by)
        require(by, Capability.EDIT_RESIDENTS, transfer.holder_id)
        if transfer.state != State.ASKED:
            raise UnableToTransfer(f"这项申请{transfer.get_state_display()}，不能再答复")
        if agreed:
            _carry_out(transfer, by, at)
            _close(transfer, State.DONE, "answer", answer or "同意", by, at)
        else:
            if not answer.strip():
                raise UnableToTransfer("不同意的，请写明理由", "answer")
            transfer.due_on = _deadline("decide", at)
            _close(transfer, State.DISPUTED, "answer", answer, by, at)
        _told("agreed" if agreed else "objected", transfer, answer, by, at)
        return transfer


@transaction.atomic
def agree_transfers(*, transfer_ids: Iterable[Any], by: Scope, at: datetime) -> Done:
    """Agree to several requests; those that cannot be answered so are left as they are.

    :raises NotAllowed: `by` edits no residents
    """
    require(by, Capability.EDIT_RESIDENTS)
    rows = Transfer.objects.in_scope(by).filter(pk__in=list(transfer_ids)).order_by("pk")
    return for_each(
        [row.pk for row in rows if not why_not_agreed(row, by)],
        lambda key: answer_transfer(transfer_id=key, agreed=True, answer="", by=by, at=at),
        (UnableToTransfer,),
    )


def why_not_agreed(transfer: Transfer, by: Scope) -> str:
    """Why a request stays as it is when many are agreed to; blank when it is agreed to."""
    if transfer.state != State.ASKED:
        return str(transfer.get_state_display())
    return "" if by.covers(transfer.holder_id) else "等待对方答复"


def decide_transfer(
    *, transfer_id: Any, granted: bool, decision: str, by: Scope, at: datetime
) -> Transfer:
    """The decision where the holder objected or let the deadline pass.

    :raises UnableToTransfer: not (or no longer) to be decided, no reason given, or the
        registration or the dwelling has changed in between
    :raises NotAllowed: `by` decides no transfers, or is not the unit above both committees
    """
    with transaction.atomic():
        transfer = _locked(transfer_id, by)
        require(by, Capability.DECIDE_TRANSFERS)
        if by.unit != transfer.decider_id:
            raise NotAllowed("这项移交由另一级单位裁定")
        if not transfer.waits_for_decision(today_of(at)):
            raise UnableToTransfer(f"这项申请{transfer.get_state_display()}，现在不用裁定")
        if not decision.strip():
            raise UnableToTransfer("请写明裁定理由", "decision")
        if granted:
            _carry_out(transfer, by, at)
        _close(transfer, State.DONE if granted else State.DENIED, "decision", decision, by, at)
        _told("decided", transfer, decision, by, at)
        return transfer


def withdraw_transfer(*, transfer_id: Any, by: Scope, at: datetime) -> Transfer:
    """Take a request back while nothing has come of it.

    :raises UnableToTransfer: it is closed already
    :raises NotAllowed: `by` edits no residents of the committee that asked
    """
    with transaction.atomic():
        transfer = _locked(transfer_id, by)
        require(by, Capability.EDIT_RESIDENTS, transfer.committee_id)
        if not transfer.is_open:
            raise UnableToTransfer(f"这项申请{transfer.get_state_display()}，不能撤回")
        transfer.state = State.WITHDRAWN.value
        transfer.save(update_fields=["state"])
        _told("withdrawn", transfer, "", by, at)
        return transfer


def _locked(transfer_id: Any, by: Scope) -> Transfer:
    return Transfer.objects.in_scope(by).select_for_update().get(pk=transfer_id)


def _close(
    transfer: Transfer, state: Transfer.State, what: str, text: str, by: Scope, at: datetime
) -> None:
    """Note an answer or a decision; `what` names its columns."""
    when, who = ("answered_at", "answered_by") if what == "answer" else ("decided_at", "decided_by")
    transfer.state = state.value
    setattr(transfer, what, text.strip()[:200])
    setattr(transfer, when, at)
    setattr(transfer, who, by.user_name)
    transfer.save(update_fields=["state", "due_on", what, when, who])


def _told(act: str, transfer: Transfer, text: str, by: Scope, at: datetime) -> None:
    record(
        f"residents.transfer_{act}", by=by, at=at, target=transfer,
        committee=transfer.holder_id if by.unit == transfer.holder_id else transfer.committee_id,
        subjects=[transfer.resident_id], reason=text,
        changes={"id": transfer.id_mask, "state": transfer.get_state_display()},
    )  # fmt: skip
    _waits_elsewhere(transfer)


def _waits_elsewhere(transfer: Transfer) -> None:
    """What waits for the units of a transfer has changed, not only for the acting one."""
    units = {transfer.committee_id, transfer.holder_id, transfer.decider_id}
    kept.changed(*map(kept.unit, units))


def _carry_out(transfer: Transfer, by: Scope, at: datetime) -> Residence:
    """End the old registration and begin the new one, both or neither.

    :raises UnableToTransfer: the person, the registration or the dwelling is not as it was asked
    """
    wide = reaching(by, transfer.decider_id)
    try:
        with acting(wide):
            residents = Resident.objects.in_scope(wide).select_for_update()
            resident = residents.get(pk=transfer.resident_id)
            old = (
                Residence.objects.in_scope(wide).open().select_for_update()
                .filter(resident=resident, is_primary=True).first()
            )  # fmt: skip
            dwelling = _dwelling(transfer, wide)
            _check_as_asked(transfer, resident, old)
            begin = max(transfer.moved_on, old.begin_on) if old else transfer.moved_on
            return relocate(
                resident=resident, old=old, dwelling=dwelling,
                visit=Visit(transfer.method, transfer.seen_on), episode=_episode(transfer, begin),
                is_primary=True, note=transfer.reason, by=wide, at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise UnableToTransfer(refused_by_database(error).problem.message) from error


def _dwelling(transfer: Transfer, wide: Scope) -> DwellingUnit:
    dwellings = DwellingUnit.objects.in_scope(wide).active().select_for_update()
    found = dwellings.filter(pk=transfer.dwelling_id).first()
    if found is None:
        raise UnableToTransfer("迁入的房屋已注销，请转入方撤回后重新申请")
    return found


def _check_as_asked(transfer: Transfer, resident: Resident, old: Residence | None) -> None:
    if resident.vital_status == Resident.Vital.DECEASED:
        raise UnableToTransfer("该人员已登记死亡，不能移交")
    if old is not None and old.committee_id != transfer.holder_id:
        raise UnableToTransfer("该人员的登记已不在原居（村）委，请转入方撤回后重新申请")


def _episode(transfer: Transfer, begin: date) -> dict[str, Any]:
    """The new episode as the asking committee told it."""
    return {
        "category": transfer.category, "begin_on": begin, "reason": transfer.residence_reason,
        "tenancy_role": transfer.tenancy_role, "relation": transfer.relation,
    }  # fmt: skip
