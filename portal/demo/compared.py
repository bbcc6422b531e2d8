"""A registered use of others' lists, and one list of this morning held against the register.

Like all of the invented work it goes through the services, acting as the staff.
"""

import csv
import io
from datetime import datetime

from django.utils import timezone

from portal.demo import cast
from portal.demo.handshakes import number_of
from portal.exchange.comparisons import services
from portal.exchange.comparisons.models import ComparisonRow, ComparisonRun
from portal.jobs import services as ledger
from portal.orgs.acting import acting
from portal.orgs.scope import Scope
from residents.models import Residence

SCENARIOS = (
    services.ScenarioTold(
        "就业登记人员居住核对", "hrss", "people", "核对就业登记人员的居住登记，补登漏登的来沪人员",
        "普陀区关于加强实有人口服务和管理的实施意见 三(四)1；来函逐次附后",
        ("name", "document_number", "birth_date", "address", "phone", "employer"),
        ("committee_security", "street_staff", "district_admin"), 30,
    ),
    services.ScenarioTold(
        "租赁备案与居住状态核对", "housing", "dwellings", "核对租赁备案房屋的居住状态",
        "上海市住房租赁条例；来函逐次附后",
        ("house_code", "address", "occupancy", "floor_area"),
        ("committee_security", "street_staff", "district_admin"), 14,
    ),
)  # fmt: skip
LETTER = "普人社函〔2026〕41 号"
HEADERS = ("姓名", "身份证号", "现住地址", "手机", "工作单位")
#: People of whom the list tells a new place of work, and of whom it tells nothing.
DIFFERING, MISSING = 3, 4


def register_uses(by: Scope, at: datetime) -> None:
    """The district allows both uses."""
    for told in SCENARIOS:
        services.register_scenario(told=told, by=by, at=at)


def compare(clerk: Scope) -> int:
    """The clerk holds a list of her committee's people against the register; 0 without people.

    It is of this very moment: the work that it asks for is done by the clock.
    """
    rows = Residence.objects.using("owner").under(cast.HOME).actual().filter(category="20")
    found = rows.exclude(id_mask="").select_related("dwelling").order_by("name_key", "id")
    people = list(found)[:-MISSING]
    if not people:
        return 0
    with acting(clerk):
        run = _sent(clerk, timezone.now(), people)
    ledger.work(run.job_id, run.committee_id)  # type: ignore[arg-type]
    with acting(clerk):
        chosen = ComparisonRow.objects.in_scope(clerk).filter(run=run, result="differs")
        services.tell_differences(
            run_id=run.pk, row_ids=list(chosen.order_by("line").values_list("pk", flat=True)[:1]),
            by=clerk, at=timezone.now(),
        )  # fmt: skip
    return 1


def _sent(clerk: Scope, at: datetime, people: list[Residence]) -> ComparisonRun:
    scenario = services.scenarios_for(clerk, at).get(title=SCENARIOS[0].title)
    run = services.receive_list(
        asked=services.AskedFor(scenario.pk, LETTER, "category=20"),
        file_name="就业登记人员（源园）.csv", content=_listed(people), by=clerk, at=at,
    )  # fmt: skip
    return services.begin_comparison(run_id=run.pk, mapping=run.mapping, by=clerk, at=at)


def _listed(people: list[Residence]) -> bytes:
    """The partner's list: people of ours, one whom nobody knows here, and one unreadable row."""
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(HEADERS)
    for place, person in enumerate(people):
        employer = "上海普安物业服务有限公司" if place < DIFFERING else ""
        write([person.name, number_of(person), person.dwelling.address, "", employer])
    write(["贾宝山", "319999198607180270", people[0].dwelling.address, "", ""])
    write(["赖小军", "31999919860718", "", "", ""])
    return out.getvalue().encode()
