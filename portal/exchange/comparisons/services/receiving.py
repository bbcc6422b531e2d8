"""A partner's list arrives for a registered purpose, its columns are fixed, the work is asked for.

The file itself is not kept: only the rows, each in a ciphertext of its own. Paper: S-115.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange import mapping as columns
from portal.exchange.comparisons.kinds import ComparisonKind, comparison_kinds
from portal.exchange.comparisons.models import (
    ComparisonRow,
    ComparisonRun,
    DataUseScenario,
    RunState,
)
from portal.exchange.containers import FileRefused
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.kinds import ImportField
from portal.exchange.readers import Sheet
from portal.exchange.registry import file_fields
from portal.exchange.services.columns import (
    mapping_problem,
    remember_columns,
    remembered_columns,
)
from portal.exchange.services.receiving import (
    UnableToReceive,
    check_quota,
    look_at,
    name_of,
    refused,
    tables_of,
)
from portal.exchange.services.state import chunks_of
from portal.exchange.staging import plain_text, sealed_row
from portal.jobs.services import ask
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rows import insert_values
from portal.ui.formats import whole

JOB = "comparison.run"
MOST_ROWS = 50_000
STAGED_AT_ONCE = 2000


class UnableToCompare(Exception):
    """The comparison does not go on; the sentence says why, `field` at which input."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class AskedFor:
    """For what a list is compared: scenario, the partner's letter, and our side's conditions."""

    scenario_id: uuid.UUID
    letter: str
    query: str = ""


def scenarios_for(by: Scope, at: datetime) -> "QuerySet[DataUseScenario]":
    """The uses of lists that are allowed to the acting post."""
    return DataUseScenario.objects.on(timezone.localdate(at)).for_role(by.role)


def receive_list(
    *, asked: AskedFor, file_name: str, content: bytes, by: Scope, at: datetime
) -> ComparisonRun:
    """Take in a partner's list: read it in the sandbox and stage its rows.

    A refusal is written into the trail before it is raised.

    :raises UnableToCompare: no scenario that allows it, no letter, or a file that cannot be taken
    :raises NotAllowed: the post may not compare
    """
    require(by, Capability.COMPARE_LISTS)
    found = scenarios_for(by, at).filter(pk=asked.scenario_id).first()
    if found is None:
        raise UnableToCompare(_("请选择本岗位可用的数据使用场景"), "scenario")
    if not asked.letter.strip():
        raise UnableToCompare(_("请写明来函文号或名单来源"), "letter")
    name = name_of(file_name)
    try:
        check_quota(by, at)
        look_at(content, name)
        with tables_of(content, name, comparison_kinds()[found.kind]) as table:
            sheet = max(table.sheets, key=lambda each: len(each.rows))
            if len(sheet.rows) > MOST_ROWS:
                raise FileRefused(
                    "rows",
                    _("一次最多比对 %(most)s 行，请拆成几个文件") % {"most": whole(MOST_ROWS)},
                )
            notes = [plain_text(note, 200) for note in table.notes_zh]
            if len(table.sheets) > 1:
                notes.append(_("有 %(n)d 张工作表，读取行数最多的“%(name)s”") % {
                    "n": len(table.sheets), "name": plain_text(sheet.name, 80),
                })  # fmt: skip
            return _taken(asked, found, name, content, sheet, notes, by=by, at=at)
    except FileRefused as refusal:
        why = refused(refusal, len(content), by.unit, by=by, at=at)
        raise UnableToCompare(str(why), "file") from refusal
    except UnableToReceive as why:
        raise UnableToCompare(str(why), "file") from why


@transaction.atomic
def _taken(
    asked: AskedFor, scenario: DataUseScenario, name: str, content: bytes, sheet: Sheet,
    notes: list[str], *, by: Scope, at: datetime,
) -> ComparisonRun:  # fmt: skip
    key, day = new_id(), timezone.localdate(at)
    register = export_kinds()[comparison_kinds()[scenario.kind].register]
    run = ComparisonRun(
        id=key, committee_id=by.unit, number=f"CP-{day:%Y%m%d}-{key.hex[-6:].upper()}",
        scenario=scenario, scenario_title=scenario.title, partner=scenario.partner,
        kind=scenario.kind, purpose=scenario.purpose, basis=scenario.basis,
        letter=asked.letter.strip()[:80], query=asked.query[:1000],
        conditions=register.conditions(by, asked.query, day), file_name=name,
        sha256=hashlib.sha256(content).hexdigest(), size=len(content),
        sheet=plain_text(sheet.name, 80), header_row=sheet.header_row,
        headers=[plain_text(header, 80) for header in sheet.headers], notes=notes,
        row_count=len(sheet.rows), asked_by=by.user_id or 0, asked_name=by.user_name, asked_at=at,
        kept_until=day + timedelta(days=scenario.kept_days),
    )  # fmt: skip
    run.mapping = _proposed(run)
    run.save(force_insert=True)
    rows, of_run = iter(sheet.rows), {"run_id": key, "committee_id": by.unit}
    while part := list(islice(rows, STAGED_AT_ONCE)):
        insert_values(ComparisonRow, (of_run | sealed_row(row.number, row.cells) for row in part))
    record("exchange.list_received", by=by, at=at, target=run, purpose=run.purpose[:32],
           changes=run_facts(run))  # fmt: skip
    return run


def run_facts(run: ComparisonRun) -> dict[str, object]:
    """What the trail says of a run: no names, no numbers of people."""
    return {
        "scenario": run.scenario_title, "partner": run.get_partner_display(),
        "basis": run.basis, "letter": run.letter, "rows": run.row_count,
        "filter": "，".join(run.conditions), "sha256": run.sha256,
    }  # fmt: skip


def kind_of_run(run: ComparisonRun) -> ComparisonKind:
    return comparison_kinds()[run.kind]


def allowed_fields(run: ComparisonRun) -> list[ImportField]:
    """The fields of the kind that the run's scenario lets a list be read for."""
    return [field for field in kind_of_run(run).fields if field.key in run.scenario.fields]


def memory_of(run: ComparisonRun) -> str:
    """Under which name the columns of this partner's lists are remembered."""
    return f"compare.{run.partner}.{run.kind}"


def _proposed(run: ComparisonRun) -> list[str | None]:
    fields = allowed_fields(run)
    held = remembered_columns(
        unit=run.committee_id, kind=memory_of(run), headers=run.headers,
        known={field.key for field in fields},
    )  # fmt: skip
    if held is not None:
        return held
    found = columns.suggest(run.headers, file_fields(fields))
    return [found[header].field for header in run.headers]


def locked_run(run_id: uuid.UUID, by: Scope, *states: str) -> ComparisonRun:
    """The run, locked, after the check of rights.

    :raises UnableToCompare: it is in none of `states`
    :raises NotAllowed: the post may not compare, or not there
    """
    rows = ComparisonRun.objects.in_scope(by).select_for_update(of=("self",))
    run = rows.select_related("scenario").get(pk=run_id)
    require(by, Capability.COMPARE_LISTS, run.committee_id)
    if run.asked_by != by.user_id:
        raise UnableToCompare(_("这次比对由%(name)s办理") % {"name": run.asked_name})
    if run.state not in states:
        raise UnableToCompare(
            _("这次比对现在是“%(state)s”，请刷新页面") % {"state": run.get_state_display()}
        )
    return run


@transaction.atomic
def begin_comparison(
    *, run_id: uuid.UUID, mapping: Sequence[str | None], by: Scope, at: datetime
) -> ComparisonRun:
    """Fix which column means what, remember it for the partner, and ask for the work.

    :param mapping: a field's key per column of the list, None for a column that is not read
    :raises UnableToCompare: a required field is missing, two columns mean one, or it has begun
    """
    run = locked_run(run_id, by, RunState.RECEIVED)
    if why := mapping_problem(run.headers, mapping, allowed_fields(run)):
        raise UnableToCompare(why)
    run.mapping, run.state = list(mapping), RunState.WORKING
    remember_columns(
        unit=run.committee_id, kind=memory_of(run), headers=run.headers, mapping=mapping, at=at
    )
    lines = ComparisonRow.objects.filter(run=run).order_by("line").values_list("line", flat=True)
    run.job = ask(
        kind=JOB, title=_("比对 %(file)s") % {"file": run.file_name}, key=str(run.pk),
        params={"run": str(run.pk)}, chunks=chunks_of([line for line in lines if line]), by=by,
        at=at, committee=run.committee_id,
    )  # fmt: skip
    run.save(update_fields=["mapping", "state", "job"])
    return run


@transaction.atomic
def abandon_run(*, run_id: uuid.UUID, by: Scope, at: datetime) -> ComparisonRun:
    """Give a list up before it is compared: its rows are deleted at once.

    :raises UnableToCompare: it is being compared, or over
    """
    run = locked_run(run_id, by, RunState.RECEIVED)
    ComparisonRow.objects.filter(run=run).delete()
    run.state, run.finished_at, run.emptied_at = RunState.CANCELLED, at, at
    run.save(update_fields=["state", "finished_at", "emptied_at"])
    record("exchange.comparison_abandoned", by=by, at=at, target=run)
    return run
