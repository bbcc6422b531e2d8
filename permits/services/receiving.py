"""At the window: applications come in, complete or not, and go to the reviewers.

Paper: S-83, S-89, S-91.
"""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from permits import eligibility, materials, transitions
from permits.deadlines import decision_due
from permits.defaults import CODES
from permits.models import EligibilityCheck, PermitApplication, PermitMaterial, ResidencePermit
from permits.services.errors import UnableToMove, UnableToReceive
from permits.services.gate import move_on
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import STREET_SPAN, Scope
from portal.rules.services import Rule, rules_on
from residents.identity import (
    DocumentKind,
    IdentityError,
    check_document,
    kind_of_number,
    normalise_number,
)
from residents.models import Identity, Residence
from residents.services.sealing import document_indexes

INCOMER = "20"  # 来沪人员: the people whom a residence permit is for
FIRST = PermitApplication.Kind.FIRST


def rule_for(day: date) -> Rule:
    """The permit rule in force on the day of the application.

    :raises UnableToReceive: none is
    """
    rules = rules_on(CODES, day)
    if not rules:
        raise UnableToReceive(f"{day} 没有有效的居住证规则版本，请联系区人口办")
    return rules[max(rules)]


@transaction.atomic
def find_applicant(*, number: str, by: Scope, at: datetime) -> Residence:
    """The open primary episode of whoever holds this document; each look-up is written down.

    :raises UnableToReceive: not a number, or nobody in the acting street is registered with it
    :raises NotAllowed: `by` does not receive permits
    """
    require(by, Capability.RECEIVE_PERMITS)
    text = normalise_number(number)
    kind = kind_of_number(text) or DocumentKind.CITIZEN_ID
    try:
        document = check_document(
            kind, text, today=timezone.localdate(at), allow_synthetic=settings.SYNTHETIC_DATA
        )
    except IdentityError as error:
        raise UnableToReceive(error.message_zh, "number") from error
    indexes = document_indexes(document.kind.value, document.number)
    holder = Identity.objects.in_scope(by).filter(blind_index__in=indexes).first()
    episodes = Residence.objects.in_scope(by).open()
    found = (
        episodes.filter(resident_id=holder.resident_id, is_primary=True).first() if holder else None
    )
    record(
        "permits.applicant_searched", by=by, at=at, subjects=[found.resident_id] if found else [],
        committee=found.committee_id if found else None, changes={"found": found is not None},
    )  # fmt: skip
    if found is None:
        raise UnableToReceive(
            "本街道（镇）没有查到该证件号的居住登记，请先到现住地居（村）委办理居住登记", "number"
        )
    return found


@transaction.atomic
def receive(
    *,
    residence_id: uuid.UUID,
    kind: str,
    reason: str,
    received: Collection[str],
    by: Scope,
    at: datetime,
) -> PermitApplication:
    """Take an application: accepted when complete, else with a one-time notice of all it lacks.

    :param received: keys of the materials handed in
    :raises UnableToReceive: not registered as 来沪人员, a case under way, or the wrong kind
    :raises NotAllowed: `by` does not receive permits there
    """
    episode = Residence.objects.in_scope(by).select_for_update(of=("self",)).get(pk=residence_id)
    require(by, Capability.RECEIVE_PERMITS, episode.committee_id)
    _check_applicant(episode, kind)
    today = timezone.localdate(at)
    rule = rule_for(today)
    case = _new_case(episode, kind, reason, rule, today)
    needed = [material.key for material in materials.needed_for(reason)]
    missing = [key for key in needed if key not in received]
    if missing:
        case.missing_items, case.missing_notice_at = missing, at
    else:
        case.state = transitions.ACCEPTED
        _stamp_accepted(case, rule, by, at)
    case.case_no = _next_number(episode.committee_id, today)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToReceive("该人员已有在办的居住证件") from error
    _save_materials(case, needed, received, by, today)
    _save_first_checks(case, episode, rule, at)
    record(
        "permits.received", by=by, at=at, target=case, committee=case.committee_id,
        subjects=[case.applicant_id],
        changes={"kind": case.get_kind_display(), "reason": case.get_reason_display(),
                 "state": transitions.TITLES[case.state], "rule": case.rule,
                 "missing": [materials.MATERIALS[key].title for key in missing]},
    )  # fmt: skip
    return case


@transaction.atomic
def complete(
    *, case_id: uuid.UUID, received: Collection[str], by: Scope, at: datetime
) -> PermitApplication:
    """Take what the notice asked for; the clocks start with the acceptance.

    :raises UnableToMove: something of the notice is still missing, or the case has moved on
    """
    cases = PermitApplication.objects.in_scope(by)
    case = cases.select_for_update(of=("self",)).get(pk=case_id)
    require(by, Capability.RECEIVE_PERMITS, case.committee_id)
    lacking = [key for key in case.missing_items if key not in received]
    if lacking:
        names = "、".join(materials.MATERIALS[key].title for key in lacking)
        raise UnableToMove(f"还缺 {names}，材料补齐后才能受理")
    today = timezone.localdate(at)
    rule = rules_on([case.rule.split()[0]], case.applied_on)[case.rule.split()[0]]
    _stamp_accepted(case, rule, by, at)
    stamps = {
        name: getattr(case, name)
        for name in ("accepted_at", "accepted_by", "accepted_by_name", "due_on")
    }
    PermitMaterial.objects.filter(case=case, received_on=None).update(
        received_on=today, received_by_name=by.user_name
    )
    return move_on(case_id=case_id, act="accept", by=by, at=at, stamps=stamps)


def transfer(*, case_id: uuid.UUID, by: Scope, at: datetime) -> PermitApplication:
    """Hand the accepted case to the reviewers.

    :raises UnableToMove: it is not an accepted case
    """
    stamps = {"transferred_at": at, "transferred_by_name": by.user_name}
    return move_on(case_id=case_id, act="transfer", by=by, at=at, stamps=stamps)


def withdraw(*, case_id: uuid.UUID, reason: str, by: Scope, at: datetime) -> PermitApplication:
    """End a case at the applicant's wish, before it is decided.

    :raises UnableToMove: decided already, or no reason is given
    """
    if not reason.strip():
        raise UnableToMove("请写明撤回原因")
    return move_on(
        case_id=case_id, act="withdraw", by=by, at=at, stamps={"withdrawn_at": at},
        reason=reason.strip(),
    )  # fmt: skip


def _check_applicant(episode: Residence, kind: str) -> None:
    if episode.status != Residence.Status.ACTIVE:
        raise UnableToReceive("该人员的居住登记已注销，请先办理居住登记", "number")
    if episode.category != INCOMER:
        raise UnableToReceive("居住证面向来沪人员；该人员登记为其他人口类别，请核对登记", "number")
    if PermitApplication.objects.open().filter(applicant_id=episode.resident_id).exists():
        raise UnableToReceive("该人员已有在办的居住证件", "number")
    holds = ResidencePermit.objects.filter(
        holder_id=episode.resident_id, status=ResidencePermit.Status.VALID
    ).exists()
    if kind == FIRST and holds:
        raise UnableToReceive("该人员已持有居住证，请办理换领或补领", "kind")
    if kind != FIRST and not holds:
        raise UnableToReceive("没有查到该人员的有效居住证，请办理首次申领", "kind")


def _new_case(
    episode: Residence, kind: str, reason: str, rule: Rule, today: date
) -> PermitApplication:
    return PermitApplication(
        committee_id=episode.committee_id, kind=kind, applicant_id=episode.resident_id,
        residence_id=episode.pk, dwelling_id=episode.dwelling_id, applicant_name=episode.name,
        applicant_mask=episode.id_mask, short_address=episode.short_address, reason=reason,
        state=transitions.INCOMPLETE, rule=rule.label, applied_on=today,
        months_registered=max(0, eligibility.months_between(episode.registered_on, today)),
    )  # fmt: skip


def _stamp_accepted(case: PermitApplication, rule: Rule, by: Scope, at: datetime) -> None:
    case.accepted_at, case.accepted_by, case.accepted_by_name = at, by.user_id, by.user_name
    case.due_on = decision_due(
        timezone.localdate(at),
        working_days=rule["decision_working_days"],
        calendar_days=rule["decision_calendar_days"],
    )


def _next_number(committee: int, today: date) -> str:
    """Nine digits of the street, the day, and the day's next number of the street."""
    street = committee // STREET_SPAN * STREET_SPAN
    stem = f"{street // STREET_SPAN}{today:%Y%m%d}"
    with connection.cursor() as cursor:
        # one at a time for each street, until this transaction ends
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [street])
    last = (
        PermitApplication.objects.filter(case_no__gte=stem, case_no__lt=f"{stem}:")
        .order_by("-case_no")
        .values_list("case_no", flat=True)
        .first()
    )
    return f"{stem}{int(last[len(stem) :]) + 1 if last else 1:03d}"


def _save_materials(
    case: PermitApplication, needed: Collection[str], received: Collection[str], by: Scope,
    today: date,
) -> None:  # fmt: skip
    PermitMaterial.objects.bulk_create(
        PermitMaterial(
            case=case, committee_id=case.committee_id, kind=key,
            received_on=today if key in received else None,
            received_by_name=by.user_name if key in received else "",
        )
        for key in needed
    )  # fmt: skip


def _save_first_checks(
    case: PermitApplication, episode: Residence, rule: Rule, at: datetime
) -> None:
    """What the register itself knows; everything else waits for the reviewer."""
    proved = {
        eligibility.Condition.REGISTERED.value: (
            eligibility.Met.YES
            if case.months_registered >= rule["registered_months"]
            else eligibility.Met.NO,
            "居住登记",
            f"{episode.registered_on} 起，满 {case.months_registered} 个月",
        )
    }
    EligibilityCheck.objects.bulk_create(
        EligibilityCheck(
            case=case, committee_id=case.committee_id, condition=condition, met=met,
            source=source, note=note, checked_at=at,
        )
        for condition in eligibility.conditions_of(rule["conditions"])
        for met, source, note in [proved.get(condition, (eligibility.Met.UNPROVEN, "", ""))]
    )  # fmt: skip
