"""Residence proofs: verified and asked by one, issued or refused by another, revoked if untrue.

Paper: S-85, domain §3.19; 居民委员会工作条例 第二十八条: what is not on the list may be refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import parameters_on, rule_on
from residents.models import Residence, ResidenceProof, Resident
from residents.proofs import RULE
from residents.services.changing import today_of
from residents.services.errors import UnableToFollowUp

Kind, State, Fact = ResidenceProof.Kind, ResidenceProof.State, ResidenceProof.Fact
MOST_REASON = 200
NOT_LISTED = "这一种不在居（村）委出具证明的清单内，依法可以不开具"


@dataclass(frozen=True)
class ProofAsked:
    """What somebody needs a proof for, and what was checked.

    :param facts: keys of `ResidenceProof.Fact`
    """

    kind: str
    purpose: str
    facts: Sequence[str]


def proof_kinds(day: date) -> list[tuple[str, str]]:
    """The kinds on the list of that day, with their titles."""
    listed = parameters_on(RULE, day)["kinds"]
    return [(key, title) for key, title in Kind.choices if key in listed]


@transaction.atomic
def ask_proof(
    *, resident_id: Any, asked: ProofAsked, by: Scope, at: datetime
) -> ResidenceProof:  # fmt: skip
    """Write down what was checked of somebody who lives here, for somebody else to issue.

    :raises UnableToFollowUp: no kind of the list, nobody who lives here, nothing checked, or one
        of the kind waits or holds already
    :raises NotAllowed: `by` may not edit residents there
    """
    resident = Resident.objects.in_scope(by).select_for_update().get(pk=resident_id)
    require(by, Capability.EDIT_RESIDENTS, resident.committee_id)
    today = today_of(at)
    rule = rule_on(RULE, today)
    _check(asked, rule["kinds"])
    home = _home(resident.pk, by)
    if home is None:
        raise UnableToFollowUp("这个人没有在本居（村）委实际居住的登记，不能开具")
    _only(resident, asked.kind, today, by)
    row = ResidenceProof(
        id=new_id(), committee_id=home.committee_id, resident=resident, name=resident.name,
        id_mask=resident.id_mask, kind=asked.kind, purpose=asked.purpose.strip(),
        address=home.dwelling.address, lives_since=home.begin_on,
        facts=[key for key in Fact.values if key in asked.facts], asked_at=at,
        asked_by_id=by.user_id or 0, asked_by=by.user_name, rule=rule.label,
        due_on=today + timedelta(days=rule["answer_days"]),
    )  # fmt: skip
    row.save(force_insert=True)
    _told("asked", row, by, at)
    return row


def _check(asked: ProofAsked, listed: Sequence[str]) -> None:
    if asked.kind not in listed:
        raise UnableToFollowUp(NOT_LISTED, "kind")
    if not asked.purpose.strip():
        raise UnableToFollowUp("请写明交给哪里、办什么事", "purpose")
    if not set(asked.facts) & set(Fact.values):
        raise UnableToFollowUp("请选择核实了什么", "facts")


def _home(resident_id: Any, by: Scope) -> Residence | None:
    """Where somebody lives now: the main home first."""
    rows = Residence.objects.in_scope(by).actual().filter(resident_id=resident_id)
    return rows.select_related("dwelling").order_by("-is_primary", "begin_on", "id").first()


def _only(resident: Resident, kind: str, today: date, by: Scope) -> None:
    """One of a kind at a time: whoever lost the paper has it printed again."""
    rows = ResidenceProof.objects.in_scope(by).filter(resident=resident, kind=kind)
    if rows.open().exists():
        raise UnableToFollowUp("这一种已经登记，正等签发", "kind")
    if held := rows.valid_on(today).first():
        raise UnableToFollowUp(
            f"编号 {held.number} 的这一种证明有效至 {held.valid_until}，可以重新打印", "kind"
        )


@transaction.atomic
def issue_proof(*, proof_id: Any, by: Scope, at: datetime) -> ResidenceProof:
    """Sign a proof that somebody else has verified: it gets its number and its last day.

    :raises UnableToFollowUp: not waiting, verified by `by`, or no longer true by the register
    :raises NotAllowed: `by` may not issue proofs there
    """
    row = _locked(proof_id, by)
    if row.state != State.ASKED:
        raise UnableToFollowUp(f"这份证明{row.get_state_display()}，不能再签发")
    if row.asked_by_id == by.user_id:
        raise UnableToFollowUp("核实人不能签发自己核实的证明，请由另一人签发")
    home = _home(row.resident_id, by)
    if home is None or (home.dwelling.address, home.begin_on) != (row.address, row.lives_since):
        raise UnableToFollowUp("核实以后居住登记有变更，请不予开具，重新核实")
    today = today_of(at)
    rule = rule_on(RULE, today)
    row.number = _next_number(row.committee_id, today)
    row.state, row.rule = State.ISSUED.value, rule.label
    row.issued_on, row.issued_by_id, row.issued_by = today, by.user_id, by.user_name
    row.valid_until = today + timedelta(days=rule["valid_days"])
    row.save()
    _told("issued", row, by, at)
    return row


def _next_number(committee: int, today: date) -> str:
    """The committee, the year and the year's next number; one at a time until the commit."""
    stem = f"{committee}-{today:%Y}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [committee])
    rows = ResidenceProof.objects.filter(committee_id=committee, number__startswith=stem)
    last = rows.order_by("-number").values_list("number", flat=True).first()
    return f"{stem}{int(last[len(stem) :]) + 1 if last else 1:05d}"


@transaction.atomic
def refuse_proof(*, proof_id: Any, reason: str, by: Scope, at: datetime) -> ResidenceProof:
    """Say that a proof is not given, and why.

    :raises UnableToFollowUp: not waiting, or no reason
    :raises NotAllowed: `by` may not issue proofs there
    """
    return _end(proof_id, State.ASKED, State.REFUSED, reason, by, at)


@transaction.atomic
def revoke_proof(*, proof_id: Any, reason: str, by: Scope, at: datetime) -> ResidenceProof:
    """Take back a proof that turned out untrue or is no longer true.

    :raises UnableToFollowUp: not issued, or no reason
    :raises NotAllowed: `by` may not issue proofs there
    """
    return _end(proof_id, State.ISSUED, State.REVOKED, reason, by, at)


def _end(
    proof_id: Any,
    before: ResidenceProof.State,
    after: ResidenceProof.State,
    reason: str,
    by: Scope,
    at: datetime,
) -> ResidenceProof:
    row = _locked(proof_id, by)
    if row.state != before:
        raise UnableToFollowUp(f"这份证明{row.get_state_display()}，不能{_ACTS[after]}")
    if not reason.strip():
        raise UnableToFollowUp("请写明理由", "reason")
    row.state, row.reason = after.value, reason.strip()[:MOST_REASON]
    row.ended_on, row.ended_by = today_of(at), by.user_name
    row.save(update_fields=["state", "reason", "ended_on", "ended_by"])
    _told(after.value, row, by, at, reason=row.reason)
    return row


_ACTS = {State.REFUSED: "不予开具", State.REVOKED: "撤销"}


def _locked(proof_id: Any, by: Scope) -> ResidenceProof:
    row = ResidenceProof.objects.in_scope(by).select_for_update().get(pk=proof_id)
    require(by, Capability.ISSUE_PROOFS, row.committee_id)
    return row


def _told(
    act: str, row: ResidenceProof, by: Scope, at: datetime, *, reason: str = ""
) -> None:  # fmt: skip
    changes = {"kind": row.get_kind_display(), "number": row.number,
               "state": row.get_state_display()}  # fmt: skip
    record(
        f"residents.proof_{act}", by=by, at=at, target=row, committee=row.committee_id,
        subjects=[row.resident_id], reason=reason,
        changes={key: value for key, value in changes.items() if value},
    )  # fmt: skip
