"""The result as a file for whoever sent the list: tiers, masks and the trail as of any export."""

import pytest

from portal.exchange.exports import services as exports
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.services.asking import UnableToExport
from portal.orgs.acting import acting
from tests.comparisons.builders import Desk, scenario, told
from tests.exports.builders import asked, rows_of, taken
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-115")]


@pytest.fixture
def run(cast):
    scope = cast.scope("clerk")
    homes = home(scope)
    for place, name in enumerate(("王巧云", "万志强")):
        register(scope, homes[place], name=name, document_number=number(sequence=place + 2))
    desk = Desk(cast)
    return desk.compares(scenario(cast.scope("district")), [
        told("王巧云", number(sequence=2), 手机="13900000000"),
        told("贾宝山", number(sequence=9)),
    ])  # fmt: skip


def test_the_sender_learns_of_each_line_and_nobody_of_our_values(cast, run, at, written):
    clerk = cast.scope("clerk")
    export = asked(clerk, query=f"run={run.pk}", kind="compared_people")
    with acting(clerk):
        export = exports.make_now(export_id=export.pk, by=clerk, at=at)
    rows = rows_of(taken(export, clerk))[3:]
    by_line = {row[0]: row for row in rows}
    assert by_line["2"][1:4] == ["内容不一致", "证件号", "联系电话"]
    assert by_line["3"][1:4] == ["仅对方有", "", ""]
    assert by_line[""][1] == "仅本册有"
    assert by_line[""][5] == "万志强"
    assert "150" not in " ".join(by_line["2"])
    (event,) = [each for each in written if each["action"] == "exchange.exported"]
    assert len(event["subjects"]) == 2


def test_without_a_run_there_is_nothing_to_export(cast, run):
    assert not export_kinds()["compared_people"].offered
    with pytest.raises(UnableToExport, match="没有符合条件"):
        asked(cast.scope("clerk"), query="", kind="compared_people")


def test_another_committee_exports_nothing_of_it(cast, run):
    with pytest.raises(UnableToExport, match="没有符合条件"):
        asked(cast.scope("neighbour"), query=f"run={run.pk}", kind="compared_people")


def test_the_page_leads_to_the_file(cast, run):
    page = cast.client("clerk").get(f"/exports/ask/compared_people/?run={run.pk}")
    assert page.status_code == 200
    assert "人口比对结果" in page.content.decode()
