"""Staged rows are held against the register, chunk by chunk; then our side's rest is counted (D-9).

A chunk is one transaction that writes what became of its rows: done twice, it writes the same.
"""

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from portal import vault
from portal.audit.record import record
from portal.exchange.comparisons.kinds import ComparedRow
from portal.exchange.comparisons.models import ComparisonRow, ComparisonRun, Result, RunState
from portal.exchange.comparisons.services.receiving import kind_of_run, run_facts
from portal.exchange.comparisons.services.reconciling import keep_agreement
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.staging import raw_row, seal_told, unfit_row, unseal
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope
from portal.rows import insert_values, update_rows

#: More of our side's rows than this are counted, not listed: the range was too wide.
MOST_LISTED = 20_000
#: What a chunk writes of its rows.
WRITTEN = (
    "told", "result", "matched_by", "subject", "fields", "target_id", "place_id", "located",
    "committee",
)  # fmt: skip


def _run_of(job: Job) -> ComparisonRun | None:
    """The run that waits for this very job; None when it is over."""
    rows = ComparisonRun.objects.filter(pk=job.params["run"], job_id=job.pk)
    return rows.filter(state=RunState.WORKING).select_related("scenario").first()


@transaction.atomic
def compare_rows(*, job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    """Hold the rows of one chunk against the register, in the scope of whoever asked.

    :raises ValueError: the kind lost or invented a row
    """
    run = _run_of(job)
    if run is None:
        return
    first, last = chunk.params["first"], chunk.params["last"]
    rows = list(
        ComparisonRow.objects.select_for_update()
        .filter(run=run, line__gte=first, line__lte=last)
        .order_by("line")
    )
    staged = {row.line: unseal(row) for row in rows}
    raw = [raw_row(line or 0, content, run.mapping) for line, content in staged.items()]
    unfit = {row.line: refused for row in raw if (refused := unfit_row(row))}
    fit = [row for row in raw if row.line not in unfit]
    found = kind_of_run(run).compare(fit, by=by, today=timezone.localdate(at))
    if [each.line for each in found] != [each.line for each in fit]:
        raise ValueError(f"{run.kind}: {len(fit)} rows, {len(found)} answers")
    answers = {each.line: each for each in found}
    for line, refused in unfit.items():
        answers[line] = ComparedRow(line, Result.BAD, problems=refused.problems)
    for row in rows:
        _take(row, answers[row.line or 0], run)
    update_rows(rows, WRITTEN)


def _take(row: ComparisonRow, answer: ComparedRow, run: ComparisonRun) -> None:
    content = unseal(row)
    content.problems, content.changes = answer.problems, answer.changes
    seal_told(row, content)
    row.result, row.matched_by, row.subject = (
        answer.result.value, answer.matched_by, answer.subject,
    )  # fmt: skip
    row.fields = list(answer.changes)
    row.target_id, row.place_id = answer.target_id, answer.place_id
    row.located = answer.committee is not None
    row.committee_id = answer.committee or run.committee_id


# Of rows that speak of the same, or that met the same record, the first counts.
TWICE = """
UPDATE exchange_comparisonrow AS row SET result = 'twice', target_id = NULL
FROM (
    SELECT id, line, min(line) OVER (PARTITION BY subject) AS first_told,
           CASE WHEN target_id IS NULL THEN line
                ELSE min(line) OVER (PARTITION BY target_id) END AS first_met
    FROM exchange_comparisonrow
    WHERE run_id = %(run)s AND line IS NOT NULL AND subject <> '' AND result <> 'bad'
) AS same
WHERE row.id = same.id AND (same.line > same.first_told OR same.line > same.first_met)
"""


def finish_comparison(*, job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    """After the last chunk: doubles, our side's rest, and the counts, which must add up.

    :raises ValueError: they do not
    """
    run = _run_of(job)
    if run is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(TWICE, {"run": run.pk})
    counts = _counted(run)
    if sum(counts.values()) != run.row_count:
        raise ValueError(f"{run.number}: {counts} is not {run.row_count} rows")
    rest = _our_rest(run, by, at)
    counts[Result.ONLY_HERE.value] = sum(rest.values())
    keep_agreement(run, rest, at)
    run.counts, run.state, run.finished_at = counts, RunState.DONE, at
    run.save(update_fields=["counts", "state", "finished_at"])
    record("exchange.compared", by=by, at=at, target=run, committee=run.committee_id,
           purpose=run.purpose[:32], changes=run_facts(run) | counts)  # fmt: skip
    return counts


def _counted(run: ComparisonRun) -> dict[str, int]:
    rows = ComparisonRow.objects.filter(run=run, line__isnull=False).exclude(result="")
    return dict(rows.values_list("result").annotate(n=Count("pk")))


def _our_rest(run: ComparisonRun, by: Scope, at: datetime) -> Counter[int]:
    """How many of our side nobody told of, by committee; they are listed if not too many."""
    kind = kind_of_run(run)
    register = export_kinds()[kind.register]
    met = ComparisonRow.objects.filter(run=run, target_id__isnull=False).values("target_id")
    rest = kind.ours(register.rows(by, run.query, timezone.localdate(at)), met)
    grouped = rest.order_by().values_list("committee_id").annotate(n=Count("pk"))
    count: Counter[int] = Counter(dict(grouped))
    if count.total() <= MOST_LISTED:
        insert_values(ComparisonRow, (
            {
                "run_id": run.pk, "committee_id": each.committee, "result": Result.ONLY_HERE.value,
                "target_id": each.target_id, "place_id": each.place_id, "located": True,
                "subject": vault.blind_index(f"record:{each.target_id}").hex(),
            }
            for each in kind.records(rest)
        ))  # fmt: skip
    return count


def is_listed(run: ComparisonRun) -> bool:
    """Whether our side's rest stands in rows, not only in a count."""
    return int(run.counts.get(Result.ONLY_HERE.value, 0)) <= MOST_LISTED


def fingerprint_of(run: ComparisonRun, row: ComparisonRow, values: dict[str, Any]) -> str:
    """What makes a difference the same one another time: partner, whom, what, and told how."""
    whom: uuid.UUID | str = row.target_id or row.subject
    told = "|".join(f"{name}={values[name]}" for name in sorted(values))
    return vault.blind_index(f"{run.partner}|{run.kind}|{row.result}|{whom}|{told}").hex()
