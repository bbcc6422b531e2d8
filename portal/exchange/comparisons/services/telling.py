"""Differences that somebody chose become leads of the committee concerned. Paper: S-116."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.comparisons.kinds import ComparisonKind, Difference, Shown, UnableToTell
from portal.exchange.comparisons.models import (
    DIFFERENCES,
    ComparedDifference,
    ComparisonRow,
    ComparisonRun,
    RunState,
)
from portal.exchange.comparisons.services.matching import fingerprint_of
from portal.exchange.comparisons.services.receiving import (
    UnableToCompare,
    kind_of_run,
    locked_run,
    run_facts,
)
from portal.exchange.staging import raw_row, unseal
from portal.orgs.scope import Scope
from portal.rows import update_rows

MOST_AT_ONCE = 200


@dataclass
class Told:
    """What came of the chosen rows: leads, rows told of before, and rows without a lead by why."""

    leads: int = 0
    before: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, why: str) -> None:
        self.refused[why] = self.refused.get(why, 0) + 1


@transaction.atomic
def tell_differences(
    *, run_id: uuid.UUID, row_ids: Collection[uuid.UUID], by: Scope, at: datetime
) -> Told:
    """Make a lead of each chosen difference, at its committee; none twice, whichever run found it.

    :raises UnableToCompare: no row, too many, or a run whose rows are gone
    :raises NotAllowed: the post may not compare
    """
    run = locked_run(run_id, by, RunState.DONE)
    if run.emptied_at is not None:
        raise UnableToCompare(_("明细已过保存期删除，请重新比对"))
    if not row_ids:
        raise UnableToCompare(_("请先勾选要转为线索的行"))
    if len(row_ids) > MOST_AT_ONCE:
        raise UnableToCompare(_("一次最多转 %(most)d 行") % {"most": MOST_AT_ONCE})
    rows = ComparisonRow.objects.in_scope(by).select_for_update()
    chosen = list(
        rows.filter(run=run, pk__in=row_ids, result__in=DIFFERENCES).order_by("line", "id")
    )
    told, kind = Told(), kind_of_run(run)
    shown = kind.shown([row.target_id for row in chosen if row.target_id], by)
    for row in chosen:
        _tell(run, row, kind, shown, told, by=by, at=at)
    update_rows([row for row in chosen if row.lead_id], ["lead_id"])
    run.lead_count += told.leads
    run.save(update_fields=["lead_count"])
    record(
        "exchange.differences_told", by=by, at=at, target=run, committee=run.committee_id,
        subjects=[row.target_id for row in chosen if row.target_id and row.lead_id],
        changes=run_facts(run) | {"leads": told.leads, "before": told.before},
    )  # fmt: skip
    return told


def _tell(
    run: ComparisonRun, row: ComparisonRow, kind: ComparisonKind,
    shown: dict[uuid.UUID, Shown], told: Told, *, by: Scope, at: datetime,
) -> None:  # fmt: skip
    """One row: its lead, the one that the same difference became before, or why there is none."""
    if row.lead_id is not None:
        told.before += 1
        return
    if not row.located:
        told.refuse(_("地址不在册，无法确定居（村）委"))
        return
    values: dict[str, str] = {}
    title = place = ""
    if row.line is not None:
        cells = raw_row(row.line, unseal(row), run.mapping)
        title, place = cells.text(kind.named_by), cells.text("address")
        values = {name: cells.text(name) for name in row.fields}
    ours = shown.get(row.target_id) if row.target_id else None
    if ours is not None:
        title, place = ours.title, ours.place
    mark = fingerprint_of(run, row, values)
    if _known_before(row, mark, told):
        return
    titles = {field.key: field.title for field in kind.fields}
    difference = Difference(
        result=row.result, committee=row.committee_id, place_id=row.place_id, place=place,  # type: ignore[arg-type]
        title=title, fields=[titles.get(name, name) for name in row.fields],
        partner=run.get_partner_display(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            lead_id = kind.tell(difference, by=by, at=at)
            ComparedDifference.objects.create(
                committee_id=row.committee_id, fingerprint=mark, run=run, lead_id=lead_id, at=at
            )
    except UnableToTell as why:
        told.refuse(str(why))
        return
    except IntegrityError:  # another run told of it at this very moment; its lead stands
        if not _known_before(row, mark, told):
            raise
        return
    row.lead_id = lead_id
    told.leads += 1


def _known_before(row: ComparisonRow, mark: str, told: Told) -> bool:
    """Whether the same difference became a lead already, which is then the row's as well."""
    known = ComparedDifference.objects.filter(committee_id=row.committee_id, fingerprint=mark)
    row.lead_id = known.values_list("lead_id", flat=True).first()
    told.before += row.lead_id is not None
    return row.lead_id is not None
