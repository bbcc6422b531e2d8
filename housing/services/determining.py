"""What the housing department determines about a dwelling; nobody else writes it (S-79)."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from housing.legality import ON_PAPER, LegalityDetermination, Result
from housing.models import DwellingUnit
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToDetermine
from portal.audit.record import record
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope


@dataclass(frozen=True)
class Finding:
    """What was found, of how much of the dwelling, and on which paper."""

    result: str
    part: str = LegalityDetermination.Part.WHOLE
    basis_no: str = ""
    basis_organ: str = ""
    basis_on: date | None = None
    note: str = ""


@transaction.atomic
def determine_legality(
    *, dwelling_id: uuid.UUID, finding: Finding, by: Scope, at: datetime
) -> LegalityDetermination:
    """Write down a finding; the dwelling shows it from now on, the earlier ones stay.

    :raises UnableToDetermine: no such finding, one that needs a paper and has none, a paper of a
        day to come, or a dwelling off the frame
    :raises NotAllowed: `by` is not of the housing department
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.DETERMINE_LEGALITY, dwelling.committee_id)
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise UnableToDetermine("这套房屋已不在册")
    _check(finding, timezone.localdate(at))
    if finding.result == Result.UNTOLD and dwelling.legality == Result.UNTOLD:
        raise UnableToDetermine("这套房屋本来就没有认定", "result")
    made = LegalityDetermination(
        committee_id=dwelling.committee_id, dwelling=dwelling, result=finding.result,
        part=finding.part, basis_no=finding.basis_no.strip(),
        basis_organ=finding.basis_organ.strip(), basis_on=finding.basis_on,
        note=finding.note.strip()[:200], officer=by.user_name, at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    before, dwelling.legality = dwelling.legality, finding.result
    dwelling.save(update_fields=["legality"])
    record(
        "housing.legality_determined", by=by, at=at, target=dwelling,
        committee=dwelling.committee_id, reason=made.basis_no,
        changes={"legality": [before, finding.result]},
    )  # fmt: skip
    return made


@transaction.atomic
def determine_several(
    *, dwelling_ids: Iterable[uuid.UUID], finding: Finding, by: Scope, at: datetime
) -> Done:
    """Write down one finding of several dwellings that have none; the others are left.

    :raises UnableToDetermine: a finding that is none, or one that needs a paper and has none
    :raises NotAllowed: `by` is not of the housing department
    """
    require(by, Capability.DETERMINE_LEGALITY)
    _check(finding, timezone.localdate(at))
    if finding.result == Result.UNTOLD:
        raise UnableToDetermine("撤回认定请逐套办理", "result")
    rows = DwellingUnit.objects.in_scope(by).filter(pk__in=list(dwelling_ids))
    return for_each(
        [row.pk for row in rows.order_by("pk") if not why_not_determined(row)],
        lambda key: determine_legality(dwelling_id=key, finding=finding, by=by, at=at),
        (UnableToDetermine,),
    )


def why_not_determined(dwelling: DwellingUnit) -> str:
    """Why a dwelling stays as it is when several are determined; blank when it is."""
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        return str(dwelling.get_status_display())
    if dwelling.legality in (Result.UNTOLD, Result.PENDING):
        return ""
    return f"已认定为“{Result(dwelling.legality).label}”，改认定请逐套办理"


def _check(finding: Finding, today: date) -> None:
    if finding.result not in Result.values:
        raise UnableToDetermine("请选择认定结果", "result")
    if finding.result in ON_PAPER:
        for name, title in (("basis_no", "依据文号"), ("basis_organ", "出具机关")):
            if not getattr(finding, name).strip():
                raise UnableToDetermine(
                    f"认定为“{Result(finding.result).label}”要写明{title}", name
                )
        if finding.basis_on is None:
            raise UnableToDetermine("写明依据日期", "basis_on")
    if finding.basis_on is not None and finding.basis_on > today:
        raise UnableToDetermine("依据日期晚于今天", "basis_on")


@transaction.atomic
def note_objection(
    *, determination_id: uuid.UUID, asked_on: date, words: str, by: Scope, at: datetime
) -> LegalityDetermination:
    """Write down that somebody objected to a finding, and what was answered.

    A finding that proves wrong is replaced by a new one; this one keeps both.

    :raises UnableToDetermine: no words, or a day before the finding or to come
    :raises NotAllowed: `by` is not of the housing department
    """
    rows = LegalityDetermination.objects.in_scope(by).select_for_update()
    found = rows.get(pk=determination_id)
    require(by, Capability.DETERMINE_LEGALITY, found.committee_id)
    if not words.strip():
        raise UnableToDetermine("写明异议和答复", "words")
    if asked_on > timezone.localdate(at) or asked_on < timezone.localdate(found.at):
        raise UnableToDetermine("异议日期应在认定之后、今天以前", "asked_on")
    found.review_asked_on, found.review_note = asked_on, words.strip()[:200]
    found.save(update_fields=["review_asked_on", "review_note"])
    record(
        "housing.legality_objected", by=by, at=at, target=found, committee=found.committee_id,
        changes={"review_asked_on": [None, asked_on]},
    )  # fmt: skip
    return found
