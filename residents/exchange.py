"""Ledgers of residents: the same rules as the page, set-based look-ups and writes (D-12).

Paper: S-114.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from housing.addresses import Address, AddressError, address_of, parse_address
from housing.models import AddressPlate, DwellingUnit
from portal import vault
from portal.exchange.kinds import CheckedRow, ImportField, Problem, RawRow, RowResult
from portal.exchange.mapping import RESIDENT_FIELDS
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents import services
from residents.households import HEAD
from residents.intake import FieldProblem, Reading, read_person
from residents.models import Residence, Resident
from residents.services import Bare, Found
from residents.services.importing import FileRow, apply_rows, take_back_rows

ADDRESS_FIELDS = ("address", "road", "lane", "number", "room")
NOT_OF_PERSON = {*ADDRESS_FIELDS, "occupancy"}
REQUIRED = ("name", "category", "begin_date")
MASKS = {"document_number": "identity", "phone": "phone", "birth_date": "birth"}
REGISTER_FIRST = "请先登记这套房屋，或核对地址后重发"
#: How to mend a cell, where its sentence does not come with a remedy of its own.
REMEDIES = {
    "name": "按证件原件填写姓名",
    "document_number": "核对证件原件后重新填写",
    "document_kind": "改为居民身份证、护照等证件名称，或留空由证件号得出",
    "birth_date": "改为 2013-05-13 这样的日期，或留空由证件号得出",
    "sex": "改为男、女，或留空由证件号得出",
    "address": "改为「棠浦路988弄6号1203室」这样的完整地址",
    "phone": "改为 11 位手机号，没有的留空",
    "category": "改为户籍人员、来沪人员等人口类别名称",
    "relation": "改为户主、配偶、子等关系名称，没有的留空",
    "begin_date": "改为 2024-03-01 这样的日期，且不晚于今天",
}
REMEDY = "按上面的说明改正这一格，没有的留空"


class _Home(NamedTuple):
    """What a row needs of its dwelling."""

    pk: UUID
    short_address: str
    occupancy: str


@dataclass(slots=True)
class _Row:
    """A row while it is judged."""

    raw: RawRow
    address: Address | None = None
    reading: Reading = field(default_factory=Reading)
    document: Bare | None = None
    phone: Bare | None = None
    dwelling: _Home | None = None
    identity: str = ""
    #: what it alters of somebody on record there
    change: services.Change | None = None

    @property
    def name(self) -> str:
        return str(self.reading.person.get("name") or self.raw.text("name"))


class ResidentImport:
    """A ledger of people, one a row."""

    key = "residents"
    title = "实有人口台账"
    capability = Capability.EDIT_RESIDENTS
    list_url = "residents:list"
    fields: Sequence[ImportField] = tuple(
        ImportField(
            known.key, known.title, known.synonyms, known.required,
            mask=MASKS.get(known.key, ""),  # type: ignore[arg-type]
            parts=known.parts,
        )
        for known in RESIDENT_FIELDS
    )  # fmt: skip

    def check(
        self, rows: Sequence[RawRow], *, committee: int, by: Scope, today: date
    ) -> list[CheckedRow]:
        """Judge a chunk in a handful of queries, whatever its length."""
        judged = [_read(raw, today) for raw in rows]
        _find_dwellings(judged, committee)
        holders = services.find_holders([row.document for row in judged if row.document], by=by)
        infants = _infants(judged, committee)
        sentences = _sentences(judged, holders, committee)
        checked = [_verdict(row, holders, infants, sentences, committee, today) for row in judged]
        return _one_head(judged, checked)

    def apply(
        self, rows: Sequence[CheckedRow], *, committee: int, by: Scope, at: datetime
    ) -> list[RowResult]:
        """Write the rows to create and to change; others keep the outcome of their check."""
        doing = [row.clean["row"] for row in rows if row.action in ("create", "update")]
        written = apply_rows(rows=doing, committee=committee, by=by, at=at)
        done = {each.line: each for each in written}
        return [_result(row, done.get(row.line)) for row in rows]

    def undo(self, results: Sequence[RowResult], *, by: Scope, at: datetime) -> list[RowResult]:
        """Take back rows that nobody has touched since."""
        doing = [row for row in results if row.before and row.target_id]
        told = take_back_rows(
            rows=[(row.line, UUID(str(row.target_id)), row.before) for row in doing],
            by=by, at=at,
        )  # fmt: skip
        return [
            RowResult(
                row.line, "error" if told.get(row.line) else row.outcome, row.target_id,
                told.get(row.line, ""),
            )
            for row in results
        ]  # fmt: skip

    def together(self, row: RawRow) -> str:
        """The dwelling: who is the head of its family is judged by all rows of it."""
        try:
            return _address(row).normalised()
        except AddressError:
            return ""

    def measure(self, *, committee: int, by: Scope, today: date) -> dict[str, int]:
        """What the register holds, read before and after a file."""
        rows = Residence.objects.in_scope(by).under(committee).actual()
        return {"实有人口": rows.count(), "无证件号": rows.filter(id_mask="").count()}


def _read(raw: RawRow, today: date) -> _Row:
    """A row through the plain rules; blank cells say nothing."""
    told = {
        key: text
        for key, cell in raw.cells.items()
        if key not in NOT_OF_PERSON and (text := cell.text.strip())
    }
    numeric = frozenset([key for key, cell in raw.cells.items() if cell.numeric])
    row = _Row(raw)
    row.reading = read_person(
        told, today=today, allow_synthetic=settings.SYNTHETIC_DATA, required=REQUIRED,
        numeric=numeric,
    )  # fmt: skip
    try:
        row.address = _address(raw)
    except AddressError as problem:
        row.reading.refuse("address", problem.message_zh)
    if not row.reading.errors:
        row.document = (
            services.bare_document(row.reading.document) if row.reading.document else None
        )
        row.phone = services.bare_phone(row.reading.phone) if row.reading.phone else None
    row.identity = _identity(row)
    return row


def _address(raw: RawRow) -> Address:
    if raw.text("address"):
        return parse_address(raw.text("address"))
    parts = [raw.text(key) for key in ("road", "lane", "number", "room")]
    return address_of(*parts) if any(parts) else parse_address("")


def _identity(row: _Row) -> str:
    """What tells two rows of one file apart: the number, or an infant's name, sex and birth."""
    if row.document:
        return row.document.index.hex()
    person = row.reading.person
    if row.reading.errors or row.address is None or "birth_date" not in person:
        return ""
    parts = (row.address.normalised(), person["name"], person["sex"], str(person["birth_date"]))
    return vault.blind_index("|".join(("infant", *parts))).hex()


def _find_dwellings(rows: Sequence[_Row], committee: int) -> None:
    """Dwellings by address, in one query, and one more for what is not found."""
    wanted = list({row.address.normalised() for row in rows if row.address})
    found = DwellingUnit.objects.under(committee).active().filter(address__in=wanted)
    known = {
        address: _Home(key, short, occupancy)
        for address, key, short, occupancy in found.values_list(
            "address", "pk", "short_address", "occupancy"
        )
    }
    lanes: set[tuple[str, str]] | None = None
    for row in rows:
        if row.address is None:
            continue
        row.dwelling = known.get(row.address.normalised())
        if row.dwelling is None:
            if lanes is None:
                plates = AddressPlate.objects.under(committee)
                lanes = set(plates.values_list("road", "lane").distinct())
            row.reading.refuse("address", *_no_dwelling(row.address, lanes))


def _no_dwelling(address: Address, lanes: set[tuple[str, str]]) -> tuple[str, str]:
    text = address.normalised()
    if (address.road, address.lane) in lanes:
        return f"房屋「{text}」未登记", REGISTER_FIRST
    return f"地址「{text}」不在本居委范围内", "请删去这一行，由所在居委登记"


def _infants(rows: Sequence[_Row], committee: int) -> dict[tuple[Any, ...], Residence]:
    """Open episodes of people without a number, by dwelling, name, sex and birth date."""
    homes = {row.dwelling.pk for row in rows if row.dwelling and not row.document}
    if not homes:
        return {}
    found = Residence.objects.under(committee).open().filter(dwelling_id__in=homes, id_mask="")
    return {
        (each.dwelling_id, each.name, each.sex, each.birth_date): each
        for each in found.select_related("resident")
    }


def _sentences(
    rows: Sequence[_Row], holders: Mapping[bytes, Found], committee: int
) -> dict[int, FieldProblem]:
    """By line: where a number is registered, if that is another committee."""
    away = [
        (row.raw.line, holder)
        for row in rows
        if row.document
        and (holder := holders.get(row.document.index))
        and holder.committee != committee
    ]
    return dict(services.elsewhere_problems(away)) if away else {}


def _verdict(
    row: _Row, holders: Mapping[bytes, Found], infants: Mapping[tuple[Any, ...], Residence],
    sentences: Mapping[int, FieldProblem], committee: int, today: date,
) -> CheckedRow:  # fmt: skip
    line = row.raw.line
    if row.reading.errors:
        return _refused(row, "error", row.reading.problems)
    if line in sentences:
        return _refused(row, "elsewhere", [sentences[line]])
    resident, episodes = _person(row, holders, infants)
    if resident is None:
        return _doing(row, "create")
    if resident.vital_status == Resident.Vital.DECEASED:
        text = f"{resident.name} 已登记死亡，如有误请联系街道人口办"
        return _refused(row, "error", [FieldProblem("document_number", text)])
    here = next((each for each in episodes if _is_here(each, row)), None)
    if here is not None:
        return _compared(row, resident, here)
    primary = next((each for each in episodes if each.is_primary), None)
    if primary is None:
        return _doing(row, "create", resident)
    return _moved(row, resident, primary, today)


def _is_here(residence: Residence, row: _Row) -> bool:
    return row.dwelling is not None and residence.dwelling_id == row.dwelling.pk


def _person(
    row: _Row, holders: Mapping[bytes, Found], infants: Mapping[tuple[Any, ...], Residence]
) -> tuple[Resident | None, list[Residence]]:
    """Who the row speaks of on the register, with the open episodes in sight."""
    if row.document:
        holder = holders.get(row.document.index)
        return (holder.resident, holder.residences) if holder else (None, [])
    person = row.reading.person
    assert row.dwelling is not None
    key = (row.dwelling.pk, person["name"], person["sex"], person["birth_date"])
    residence = infants.get(key)
    return (residence.resident, [residence]) if residence else (None, [])


def _compared(row: _Row, resident: Resident, residence: Residence) -> CheckedRow:
    """A row about somebody at the same address: the fields that differ, or nothing."""
    reading = Reading(person=dict(row.reading.person), episode=dict(row.reading.episode))
    if "hukou_address" not in reading.person:
        reading.person.pop("origin", None)  # read from the number, which is known already
    change = services.Change(row.raw.line, resident, residence, reading, phone=row.phone)
    row.change, differences = change, services.compare(change)
    if not differences:
        return CheckedRow(
            row.raw.line, "unchanged", identity=row.identity, title=row.name,
            problems=_problems(row.reading.problems),
        )  # fmt: skip
    return _doing(row, "update", resident, residence, changes=differences)


def _moved(row: _Row, resident: Resident, primary: Residence, today: date) -> CheckedRow:
    """A row that tells another address in this committee: an end and a beginning."""
    episode = row.reading.episode
    if episode["begin_on"] <= primary.begin_on:
        episode["begin_on"] = today
    assert row.dwelling is not None
    changes = {"居住地址": (primary.short_address, row.dwelling.short_address)}
    return _doing(row, "update", resident, leaves=primary, changes=changes)


def _one_head(rows: Sequence[_Row], checked: Sequence[CheckedRow]) -> list[CheckedRow]:
    """Refuse the rows that leave a family without its head or with two; tell of second families.

    Both rows of a change of head stand in one file, near each other: those of a dwelling are judged
    together (`ResidentImport.together`).
    """
    writes = [each.clean["row"] for each in checked if each.action in ("create", "update")]
    leaving = {each.leaves for each in writes if each.leaves}
    heads = [each for each in writes if each.residence is None and _leads(each)]
    told = [
        services.HeadTold(each.line, row.change.residence, *row.change.diff["relation"])
        for row, each in zip(rows, checked, strict=True)
        if each.action == "update" and row.change and row.change.residence
        and "relation" in row.change.diff
    ]  # fmt: skip
    refused = services.two_or_no_heads(told, leaving=leaving, led={each.dwelling for each in heads})
    known = services.heads_at({each.dwelling for each in heads}, leaving=leaving)
    found = []
    for row, each in zip(rows, checked, strict=True):
        if problem := refused.get(each.line):
            each = _refused(row, "error", [*row.reading.problems, problem])
        elif each.action in ("create", "update"):
            each = _told_of_second_family(row, each, known)
        found.append(each)
    return found


def _leads(row: FileRow) -> bool:
    return row.episode.get("relation") == HEAD


def _told_of_second_family(row: _Row, checked: CheckedRow, heads: dict[UUID, str]) -> CheckedRow:
    """A new head where the family has one begins a household of their own; the preview says so."""
    written: FileRow = checked.clean["row"]
    shared = row.dwelling and row.dwelling.occupancy == services.COLLECTIVE
    if written.residence is not None or not _leads(written) or shared:
        return checked
    head = heads.setdefault(written.dwelling, row.name)
    if head == row.name:
        return checked
    text = f"这套房屋已有户主 {head}，{row.name} 将另立一户"
    warning = FieldProblem("relation", text, "同一户的，改为与户主的关系", "warning")
    return replace(checked, problems=(*checked.problems, *_problems([warning])))


def _refused(row: _Row, action: Any, problems: Collection[FieldProblem]) -> CheckedRow:
    return CheckedRow(
        row.raw.line, action, identity=row.identity, problems=_problems(problems), title=row.name
    )


def _doing(
    row: _Row, action: Any, resident: Resident | None = None,
    residence: Residence | None = None, *, leaves: Residence | None = None,
    changes: dict[str, tuple[str, str]] | None = None,
) -> CheckedRow:  # fmt: skip
    assert row.dwelling is not None
    clean = FileRow(
        line=row.raw.line, dwelling=row.dwelling.pk, person=row.reading.person,
        episode=row.reading.episode, document=row.document, phone=row.phone,
        resident=resident.pk if resident else None,
        residence=residence.pk if residence else None, leaves=leaves.pk if leaves else None,
    )  # fmt: skip
    return CheckedRow(
        row.raw.line, action, {"row": clean}, row.identity, _problems(row.reading.problems),
        changes or {}, row.name,
    )  # fmt: skip


def _problems(problems: Collection[FieldProblem]) -> tuple[Problem, ...]:
    if not problems:
        return ()
    return tuple(
        Problem(
            each.field, each.message, each.how or REMEDIES.get(each.field, REMEDY), each.severity
        )
        for each in problems
    )


def _result(row: CheckedRow, done: Any) -> RowResult:
    if done is None:
        outcome = "unchanged" if row.action == "update" else row.action
        return RowResult(row.line, outcome)
    return RowResult(row.line, row.action, done.resident, "", done.before)


IMPORTS = [ResidentImport()]
