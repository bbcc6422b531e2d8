"""Buildings and dwellings for the tests, made through the services; files of dwellings."""

from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from housing import services
from housing.exchange import DwellingImport
from housing.models import Building, DwellingUnit
from housing.rooms import RoomBlock
from portal.exchange.kinds import RawCell, RawRow
from portal.exchange.mapping import DWELLING_FIELDS, known_headers, suggest
from portal.exchange.readers import cell_text, is_number, read_table
from portal.orgs.acting import acting

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
DOOR = "棠浦路988弄6号"


def a_building(by, address=DOOR, *, floors=3, per_floor=2, at=None, **facts):
    """A building of `by`'s committee with its rooms; none when `floors` is 0."""
    block = RoomBlock(1, floors, per_floor) if floors else None
    with acting(by):
        return services.register_building(
            committee=by.unit, address=address, block=block, by=by, at=at or timezone.now(), **facts
        )


def the_dwelling(by, room="101", address=DOOR):
    """One dwelling by its room, as the database holds it now."""
    with acting(by):
        return DwellingUnit.objects.get(address=f"{address}{room}室")


def visited(by, dwelling, *, days_ago, occupancy="1"):
    """A contact some days ago that told who lives there."""
    with acting(by):
        return services.record_occupancy(
            dwelling_id=dwelling.pk, occupancy=occupancy, method="V1", by=by, at=timezone.now(),
            checked_on=timezone.localdate() - timedelta(days=days_ago),
        )  # fmt: skip


def buildings_seen(by):
    with acting(by):
        return set(Building.objects.in_scope(by).values_list("name", flat=True))


def file_of(*rows, start=2):
    """Rows of a file by field key; numbers are numeric cells."""
    return [
        RawRow(
            line,
            {
                key: RawCell(str(value), isinstance(value, int | float))
                for key, value in row.items()
            },
        )
        for line, row in enumerate(rows, start)
    ]


def a_row(**cells):
    return {"road": "棠浦路", "lane": "988弄", "number": "6号", "room": "101室"} | cells


def the_ledger():
    """The rows of the committee's own list of dwellings, as the frame hands them over."""
    with (LEDGERS / "dwellings.xlsx").open("rb") as stream:
        (sheet,) = read_table(stream, "dwellings.xlsx", known_headers(DWELLING_FIELDS)).sheets
    keys = [found.field for found in suggest(sheet.headers, DWELLING_FIELDS).values()]
    return [
        RawRow(
            row.number,
            {
                key: RawCell(cell_text(cell), is_number(cell))
                for key, cell in zip(keys, row.cells, strict=True)
                if key
            },
        )
        for row in sheet.rows
    ]


def sent(by, rows, *, today=None):
    """Check a file and apply it; gives what was found and what became of each row."""
    kind, at = DwellingImport(), timezone.now()
    today = today or date.today()
    with acting(by):
        checked = kind.check(rows, committee=by.unit, by=by, today=today)
        standing = [row for row in checked if row.action in {"create", "update"}]
        results = kind.apply(standing, committee=by.unit, by=by, at=at) if standing else []
    return checked, results


def taken_back(by, results):
    with acting(by):
        return DwellingImport().undo(results, by=by, at=timezone.now())


def terms(**changes):
    """The terms of a lease of a year from today."""
    today = timezone.localdate()
    return {
        "kind": "whole", "rooms": "", "room_count": None, "landlord_kind": "person",
        "landlord": "沈房东", "lessee": "吴租客", "intermediary": "", "contract_no": "",
        "starts_on": today, "ends_on": today + timedelta(days=364), "persons_declared": None,
        "safety_signed": False, "filing_no": "", "filed_on": None,
    } | changes  # fmt: skip


def let(by, dwelling, **changes):
    """A registered lease of a dwelling."""
    with acting(by):
        return services.register_lease(
            dwelling_id=dwelling.pk, terms=terms(**changes), by=by, at=timezone.now()
        )


def asked(by, dwelling, kind, **told):
    """A committee's request about one dwelling's code."""
    with acting(by):
        return services.ask_code_event(
            dwelling_id=dwelling.pk, ask=services.CodeAsk(kind, **told), by=by, at=timezone.now()
        )


def answered(by, request, *, agreed=True, answer=""):
    """The street's word on a request."""
    with acting(by):
        return services.decide_code_request(
            request_id=request.pk, agreed=agreed, answer=answer, by=by, at=timezone.now()
        )


def retired(cast, dwelling):
    """A dwelling that is no more: its committee asked, the street agreed."""
    request = asked(cast.scope("clerk"), dwelling, "retire", reason="已拆除")
    return answered(cast.scope("street"), request)
