"""Lists of dwellings as committees send them: the page's rules, set-based look-ups (D-12).

Paper: S-114.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from housing import services
from housing.addresses import Address, AddressError, address_of, parse_address
from housing.codes import HouseCodeError
from housing.filed_cells import READERS, SETS, Unreadable
from housing.filed_estates import Filed, give_filed, judge_estates, take_filed_back
from housing.models import Building, DwellingUnit
from housing.rooms import floor_of
from housing.services.errors import ELSEWHERE
from portal.exchange.codesets import CodeError
from portal.exchange.kinds import CheckedRow, ImportField, Problem, RawRow, RowResult
from portal.exchange.mapping import DWELLING_FIELDS
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

ADDRESS_PARTS = ("address", "road", "lane", "number", "building_no", "unit_no", "room")
NOT_KEPT = {"usable_area"}
#: Where an error of the address is shown when the address stands in columns.
PART_OF = {"road": "road", "number": "number", "room": "room", "missing": "road"}
LONGEST_NUMBER = 15
#: How to mend a cell, where its sentence does not come with a remedy of its own.
REMEDIES = {
    "address": "改为「棠浦路988弄6号1203室」这样的完整地址",
    "road": "填写路名全称，如「棠浦路」",
    "number": "填写门牌号，如「6」",
    "room": "填写室号，如「1203」",
    "floor": "改为数字，没有的留空",
    "floor_area": "改为以平方米计的数字，没有的留空",
    "design_rooms": "改为数字，没有的留空",
    "house_code": "核对赋码通知后重新填写，没有的留空由系统给临时码",
    "note": "缩短备注",
}
REMEDY = "按上面的说明改正这一格，没有的留空"
#: Fields of a file and the columns they fill.
COLUMNS = {
    "floor": "floor", "tenure": "tenure", "floor_area": "floor_area",
    "design_rooms": "design_rooms", "occupancy": "occupancy", "use": "design_use", "note": "note",
    "house_code": "house_code",
}  # fmt: skip


@dataclass
class _Row:
    """A row while it is judged."""

    raw: RawRow
    address: Address | None = None
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: DwellingUnit | None = None
    filed: Filed = field(default_factory=Filed)

    @property
    def key(self) -> str:
        return self.address.normalised() if self.address else ""


class DwellingImport:
    """A list of dwellings, one a row; unknown doors are entered with their buildings."""

    key = "dwellings"
    title = "实有房屋清单"
    capability = Capability.EDIT_HOUSING
    list_url = "housing:list"
    fields: Sequence[ImportField] = tuple(
        ImportField(known.key, known.title, known.synonyms, known.required, parts=known.parts)
        for known in DWELLING_FIELDS
        if known.key not in NOT_KEPT
    )

    def check(
        self, rows: Sequence[RawRow], *, committee: int, by: Scope, today: date
    ) -> list[CheckedRow]:
        """Judge a chunk in four queries at most, whatever its length."""
        judged = [_read(raw) for raw in rows]
        known = {
            unit.address: unit
            for unit in DwellingUnit.objects.filter(
                committee_id=committee, address__in=[row.key for row in judged if row.key]
            )
        }
        for row in judged:
            row.known = known.get(row.key)
        _check_codes(judged, by)
        _check_estates(judged, committee)
        return [_verdict(row) for row in judged]

    def apply(
        self, rows: Sequence[CheckedRow], *, committee: int, by: Scope, at: datetime
    ) -> list[RowResult]:
        """Enter the new dwellings with provisional codes, change the known ones."""
        results = {
            row.line: RowResult(row.line, row.action)
            for row in rows
            if row.action not in {"create", "update"}
        }
        fresh = [row for row in rows if row.action == "create"]
        results |= _enter(fresh, committee, by, at)
        results |= _change([row for row in rows if row.action == "update"], committee, by, at)
        results |= give_filed(rows, results, committee=committee, by=by, at=at)
        return [results[row.line] for row in rows]

    def undo(self, results: Sequence[RowResult], *, by: Scope, at: datetime) -> list[RowResult]:
        """Withdraw what was entered and give changed values back, where nobody came after."""
        answers: dict[int, RowResult] = {}
        for committee, own in _by_committee(results).items():
            entered = [result for result in own if result.outcome == "create"]
            changed = [result for result in own if result.outcome == "update"]
            answers |= _withdraw(entered, committee, by, at)
            answers |= _give_back(changed, committee, by, at)
            answers |= take_filed_back(own, answers, committee=committee, by=by, at=at)
        gone = "这套房屋已不在本单位"
        return [answers.get(result.line) or _kept(result, gone) for result in results]

    def measure(self, *, committee: int, by: Scope, today: date) -> dict[str, int]:
        """What the committee has on the frame."""
        return {
            "楼栋": Building.objects.filter(committee_id=committee).existing().count(),
            "实有房屋": DwellingUnit.objects.filter(committee_id=committee).active().count(),
        }


# --- reading a row --------------------------------------------------------------------------


def _read(raw: RawRow) -> _Row:
    row = _Row(raw)
    try:
        row.address = _address(raw)
    except AddressError as wrong:
        one_cell = bool(raw.text("address"))
        where = "address" if one_cell else PART_OF.get(wrong.code, "road")
        row.problems.append(Problem(where, wrong.message_zh))
    for name, read in READERS.items():
        text = raw.text(name)
        if not text:
            continue
        try:
            row.values[COLUMNS[name]] = read(text)
        except Unreadable as wrong:
            row.problems.append(Problem(name, str(wrong)))
        except (CodeError, HouseCodeError) as wrong:
            row.problems.append(Problem(name, wrong.message_zh))
    cell = raw.cells.get("house_code")
    if cell and cell.numeric and len(cell.text) > LONGEST_NUMBER:
        row.values.pop("house_code", None)
        row.problems.append(
            Problem("house_code", "编码以数字格式保存，末几位已丢失",
                    "把这一列设为文本格式，从原件重新填写")
        )  # fmt: skip
    return row


def _address(raw: RawRow) -> Address:
    """From the columns of its parts, or from one column with parts to help where it is short."""
    if line := raw.text("address"):
        address = parse_address(
            line, road=raw.text("road"), lane=raw.text("lane").removesuffix("弄")
        )
    else:
        address = address_of(
            raw.text("road"), raw.text("lane"), raw.text("number"), raw.text("room"),
            building_no=raw.text("building_no"), unit_no=raw.text("unit_no"),
        )  # fmt: skip
    estate = raw.text("estate")
    return replace(address, estate=estate[:60]) if estate else address


# --- judging --------------------------------------------------------------------------------


def _check_codes(rows: Iterable[_Row], by: Scope) -> None:
    """A code stands on one dwelling only: neither twice in the chunk nor on another one."""
    coded = [row for row in rows if row.values.get("house_code") and row.key]
    holders = dict(
        DwellingUnit.objects.in_scope(by)
        .active()
        .filter(house_code__in=[row.values["house_code"] for row in coded])
        .values_list("house_code", "address")
    )
    for row in coded:
        holder = holders.setdefault(row.values["house_code"], row.key)
        if holder != row.key:
            row.problems.append(Problem("house_code", f"该编码已用于 {holder}"))


def _check_estates(rows: Iterable[_Row], committee: int) -> None:
    """What the estates that sound rows name come to; no such row is refused for it."""
    sound = {row.raw.line: row for row in rows if row.address and not row.problems}
    told = {line for line, row in sound.items() if row.raw.text("estate")}
    doors = {line: row.address for line, row in sound.items() if row.address}
    for line, filed in judge_estates(doors, told=told, committee=committee).items():
        sound[line].filed = filed


def _verdict(row: _Row) -> CheckedRow:
    title = row.address.short() if row.address else ""
    if row.known and row.known.status != DwellingUnit.Status.ACTIVE:
        row.problems.append(Problem("room", f"这套房屋{row.known.get_status_display()}，不在册"))
    if row.problems:
        return CheckedRow(
            row.raw.line, "error", identity=_identity(row), problems=_mendable(row.problems),
            title=title,
        )  # fmt: skip
    assert row.address is not None
    differing = _differing(row)
    action = "create" if row.known is None else "update" if differing else "unchanged"
    clean = {
        "address": row.key, "estate": row.address.estate,
        "dwelling": str(row.known.pk) if row.known else "",
        "building": str(row.filed.gives or ""),
        **{name: str(value) for name, value in row.values.items()},
    }  # fmt: skip
    return CheckedRow(
        row.raw.line, cast(Any, action), clean=clean, identity=_identity(row), changes=differing,
        title=title, problems=(row.filed.note,) if row.filed.note else (),
    )  # fmt: skip


def _mendable(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each with how to mend it."""
    return tuple(
        each if each.how else replace(each, how=REMEDIES.get(each.field, REMEDY))
        for each in problems
    )


def _identity(row: _Row) -> str:
    """The address, in a form that tells nothing by itself."""
    return hashlib.sha256(row.key.encode()).hexdigest() if row.key else ""


def _differing(row: _Row) -> dict[str, tuple[str, str]]:
    """Before and after of what the file would change, in words, by field."""
    found = {}
    if row.filed.gives and row.address:
        found["estate"] = (_words("estate", ""), row.address.estate)
    if row.known is None:
        return found
    for name, column in COLUMNS.items():
        if column not in row.values:
            continue
        before, after = getattr(row.known, column), row.values[column]
        if before != after:
            found[name] = (_words(name, before), _words(name, after))
    return found


def _words(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    return SETS[name].title(value) if name in SETS else str(value)


# --- writing --------------------------------------------------------------------------------


def _typed(clean: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row's clean values, as the model holds them."""
    found = {column: clean[column] for column in COLUMNS.values() if column in clean}
    for column in ("floor", "design_rooms"):
        if found.get(column) is not None:
            found[column] = int(found[column])
    if found.get("floor_area") is not None:
        found["floor_area"] = Decimal(found["floor_area"])
    return found


def _enter(
    rows: Sequence[CheckedRow], committee: int, by: Scope, at: datetime
) -> dict[int, RowResult]:
    if not rows:
        return {}
    fresh = []
    for row in rows:
        address = replace(parse_address(row.clean["address"]), estate=row.clean["estate"])
        values = _typed(row.clean)
        values.setdefault("floor", floor_of(address.room, address.floor))
        fresh.append(services.NewDwelling(address=address, **values))
    entered = services.register_dwellings(rows=fresh, committee=committee, by=by, at=at)
    results = {}
    for row, found in zip(rows, entered, strict=True):
        if found.dwelling is None:
            results[row.line] = RowResult(row.line, "error", message=ELSEWHERE)
            continue
        before = {"new_building": str(found.new_building_id or "")}
        results[row.line] = RowResult(row.line, "create", found.dwelling.pk, before=before)
    return results


def _change(
    rows: Sequence[CheckedRow], committee: int, by: Scope, at: datetime
) -> dict[int, RowResult]:
    if not rows:
        return {}
    wanted = {row.line: UUID(row.clean["dwelling"]) for row in rows}
    before = services.change_dwellings(
        changes=[
            services.DwellingChange(wanted[row.line], _typed(row.clean)) for row in rows
        ],
        committee=committee, by=by, at=at, reason="台账导入",
    )  # fmt: skip
    return {
        line: RowResult(line, "update", pk, before=_plain(before[pk]))
        if pk in before
        else RowResult(line, "unchanged", pk)
        for line, pk in wanted.items()
    }


def _plain(before: Mapping[str, Any]) -> dict[str, Any]:
    """Values that JSON holds; decimals as text."""
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in before.items()
    }


# --- taking back ----------------------------------------------------------------------------


def _by_committee(results: Sequence[RowResult]) -> dict[int, list[RowResult]]:
    """Rows by the committee that their dwelling is in now."""
    targets = [result.target_id for result in results if result.target_id]
    where = dict(DwellingUnit.objects.filter(pk__in=targets).values_list("pk", "committee_id"))
    found: dict[int, list[RowResult]] = {}
    for result in results:
        if result.target_id in where:
            found.setdefault(where[result.target_id], []).append(result)
    return found


def _withdraw(
    results: Sequence[RowResult], committee: int, by: Scope, at: datetime
) -> dict[int, RowResult]:
    if not results:
        return {}
    gone = services.withdraw_dwellings(
        dwelling_ids=[result.target_id for result in results],
        new_building_ids=list(
            {UUID(name) for result in results if (name := result.before.get("new_building"))}
        ),
        committee=committee, by=by, at=at, reason="撤销导入",
    )  # fmt: skip
    return {
        result.line: replace(result, message="")
        if result.target_id in gone
        else _kept(result, "导入后有人改过或登记了住户，不能撤回")
        for result in results
    }


def _give_back(
    results: Sequence[RowResult], committee: int, by: Scope, at: datetime
) -> dict[int, RowResult]:
    if not results:
        return {}
    versions = dict(
        DwellingUnit.objects.filter(
            committee_id=committee, pk__in=[result.target_id for result in results]
        ).values_list("pk", "version")
    )
    untouched = [
        result for result in results
        # a row that gave its building an estate alone left the dwelling as it was
        if result.before.get("version", versions[result.target_id]) == versions[result.target_id]
    ]  # fmt: skip
    services.change_dwellings(
        changes=[
            services.DwellingChange(
                result.target_id,
                _typed(result.before)
                | {key: result.before[key] for key in ("code_state",) if key in result.before},
            )
            for result in untouched
        ],
        committee=committee, by=by, at=at, reason="撤销导入",
    )  # fmt: skip
    back = {result.line for result in untouched}
    return {
        result.line: replace(result, message="")
        if result.line in back
        else _kept(result, "导入后有人改过，不能撤回")
        for result in results
    }


def _kept(result: RowResult, why: str) -> RowResult:
    return replace(result, outcome="error", message=why)


IMPORTS = [DwellingImport()]
