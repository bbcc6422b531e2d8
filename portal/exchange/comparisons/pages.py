"""What the pages of a run show of its rows: masked, with what differs and the lead it became."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.exchange.comparisons.kinds import MATCHED_BY, Shown
from portal.exchange.comparisons.models import DIFFERENCES, ComparisonRow, ComparisonRun, Result
from portal.exchange.comparisons.services.matching import is_listed
from portal.exchange.comparisons.services.receiving import allowed_fields, kind_of_run
from portal.exchange.masking import scrubbed
from portal.exchange.previews import MappingRow, columns_shown
from portal.exchange.staging import raw_row, unseal
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope

PAGE_ROWS = 50
SAMPLES = 3
ORDER = (
    Result.ONLY_THERE, Result.ONLY_HERE, Result.DIFFERS, Result.SAME, Result.ELSEWHERE,
    Result.TWICE, Result.BAD,
)  # fmt: skip
#: Out of sight: whoever is registered elsewhere is a number here, nothing else.
COUNTED_ONLY = (Result.ELSEWHERE,)
TONES = {Result.ONLY_THERE: "warn", Result.ONLY_HERE: "warn", Result.DIFFERS: "info",
         Result.SAME: "ok", Result.BAD: "danger"}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """One result and how many rows have it; listed where they can be looked at."""

    key: str
    title: str
    count: int
    on: bool
    listed: bool
    tone: str


@dataclass(frozen=True)
class Line:
    """One row. `changes` are title, ours and theirs; `why` is what is wrong with a row."""

    key: uuid.UUID
    number: int | None
    title: str
    mask: str
    place: str
    url: str
    unit: str
    matched: str | Promise
    changes: Sequence[tuple[str, str, str]]
    why: str
    notes: str
    lead_id: uuid.UUID | None
    located: bool


def tiles(run: ComparisonRun, chosen: str) -> list[Tile]:
    return [
        Tile(
            result.value, str(result.label), int(run.counts.get(result.value, 0)),
            result.value == chosen, result not in COUNTED_ONLY
            and (result != Result.ONLY_HERE or is_listed(run)),
            TONES.get(result, ""),
        )
        for result in ORDER
    ]  # fmt: skip


def chosen_result(run: ComparisonRun, asked: str) -> str:
    """The result whose rows are shown: the one asked for, else the first difference there is."""
    shown = [tile for tile in tiles(run, "") if tile.listed]
    if asked in {tile.key for tile in shown}:
        return asked
    return next((tile.key for tile in shown if tile.count), Result.ONLY_THERE.value)


def rows_of(run: ComparisonRun, result: str, scope: Scope) -> "QuerySet[ComparisonRow]":
    """Rows of one result in the file's order, in the reader's scope."""
    rows = ComparisonRow.objects.in_scope(scope).filter(run=run, result=result)
    return rows.order_by(F("line").asc(nulls_last=True), "id")


def lines(run: ComparisonRun, rows: Sequence[ComparisonRow], scope: Scope) -> list[Line]:
    kind = kind_of_run(run)
    shown = kind.shown([row.target_id for row in rows if row.target_id], scope)
    names = dict(
        OrgUnit.objects.filter(code__in={row.committee_id for row in rows}).values_list(
            "code", "name"
        )
    )
    titles = {field.key: field.title for field in kind.fields}
    return [_line(run, row, shown, names, titles) for row in rows]


def _line(
    run: ComparisonRun, row: ComparisonRow, shown: dict[uuid.UUID, Shown], names: dict[int, str],
    titles: dict[str, str],
) -> Line:  # fmt: skip
    ours = shown.get(row.target_id) if row.target_id else None
    title, changes, why, notes = "", [], "", ""
    if row.line is not None:
        staged = unseal(row)
        title = scrubbed(raw_row(row.line, staged, run.mapping).text(kind_of_run(run).named_by))
        changes = [
            (titles.get(name, name), scrubbed(ours_), scrubbed(theirs))
            for name, (ours_, theirs) in staged.changes.items()
        ]
        said: dict[str, list[str]] = {"error": [], "warning": []}
        for problem in staged.problems:
            said[problem.severity].append(scrubbed(problem.message))
        why, notes = "；".join(said["error"]), "；".join(said["warning"])
    return Line(
        key=row.pk, number=row.line, title=ours.title if ours else title or _("（空）"),
        mask=ours.mask if ours else "", place=ours.place if ours else "",
        url=ours.url if ours else "",
        unit=names.get(row.committee_id, "") if row.located else _("未确定"),
        matched=MATCHED_BY.get(row.matched_by, ""), changes=changes, why=why, notes=notes,
        lead_id=row.lead_id, located=row.located,
    )  # fmt: skip


def may_become_leads(result: str) -> bool:
    return result in DIFFERENCES


def mapping_rows(run: ComparisonRun, chosen: Sequence[str | None]) -> list[MappingRow]:
    """The columns of the list with samples, as the wizard of imports shows them."""
    rows = ComparisonRow.objects.filter(run=run, line__isnull=False).order_by("line")[:SAMPLES]
    return columns_shown(run.headers, allowed_fields(run), chosen, [unseal(row) for row in rows])
