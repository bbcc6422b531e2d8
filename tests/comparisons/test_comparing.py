"""A partner's list held against the register: what is only here, only there, or told otherwise."""

from datetime import timedelta

import pytest
from django.db import connection

from portal.exchange.comparisons import services
from portal.exchange.comparisons.models import (
    ComparedDifference,
    ComparisonRow,
    ComparisonRun,
    DataUseScenario,
    RunState,
)
from portal.jobs import services as jobs
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.posts import system_scope
from residents import services as residents
from residents.models import Lead
from tests.cast import DISTRICT, NEXT_DOOR
from tests.comparisons.builders import Desk, scenario, told
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-115")]
#: A number whose last character does not fit.
WRONG = number()[:-1] + ("0" if number()[-1] != "0" else "1")


def test_each_row_and_each_record_has_its_result(desk, use, people):
    run = desk.compares(use, [
        told("王巧云", number(sequence=2), 手机="15012346600"),
        told("万志强", number(sequence=3), 手机="13900000000"),
        told("贾宝山", number(sequence=9), 现住地址=people[5].address),
    ])  # fmt: skip
    assert desk.results(run) == {2: "same", 3: "differs", 4: "only_there"}
    assert run.state == RunState.DONE
    assert run.counts == {"same": 1, "differs": 1, "only_there": 1, "only_here": 1}
    page = desk.opens(run, "differs")
    assert "<del>150****6601</del>" in page
    assert "<ins>139****0000</ins>" in page
    assert "13900000000" not in page
    assert "石思源" in desk.opens(run, "only_here")
    assert "贾宝山" in desk.opens(run, "only_there")


def test_without_a_number_name_and_birth_find_the_one_person(desk, use, people):
    run = desk.compares(use, [
        told("王巧云", 出生日期="1986-07-18"),
        told("王巧云", 出生日期="1987-07-18"),
        told("石思源", number(sequence=8), 现住地址=people[2].address),
        told("万志强", number(sequence=7), 现住地址=people[0].address),
    ])  # fmt: skip
    assert desk.results(run) == {2: "same", 3: "only_there", 4: "differs", 5: "only_there"}
    row = next(row for row in desk.rows(run) if row.line == 4)
    assert (row.matched_by, row.fields) == ("birth", ["document_number"])


def test_bad_rows_are_named_with_row_and_reason_and_lose_nothing_else(desk, use, people):
    run = desk.compares(use, [
        told("王巧云", WRONG),
        told("", number(sequence=3)),
        told("石思源"),
        told("万志强", number(sequence=3), 手机="12"),
        told("万志强", number(sequence=3)),
    ])  # fmt: skip
    assert desk.results(run) == {2: "bad", 3: "bad", 4: "bad", 5: "same", 6: "twice"}
    page = desk.opens(run, "bad")
    assert "校验" in page
    assert "姓名未填写" in page
    assert "无法比对" in page
    assert WRONG not in page


def test_whoever_is_registered_elsewhere_is_a_number_and_nothing_else(cast, desk, use, people):
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "梅川路18弄3号")[0], name="贾宝山",
             document_number=number(sequence=9))  # fmt: skip
    run = desk.compares(use, [told("贾宝山", number(sequence=9))])
    assert run.counts["elsewhere"] == 1
    page = desk.opens(run, "elsewhere")
    assert "贾宝山" not in page
    assert "梅川路" not in page


def test_a_street_sees_each_row_at_its_committee_and_others_none(cast, use, people):
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "梅川路18弄3号")[0], name="贾宝山",
             document_number=number(sequence=9))  # fmt: skip
    staff = Desk(cast, "staff")
    run = staff.compares(use, [told("贾宝山", number(sequence=9)), told("王巧云", number())])
    assert {row.line: row.committee_id for row in staff.rows(run, result="same")}[2] == NEXT_DOOR
    assert Desk(cast, "clerk").client.get(f"/comparisons/{run.pk}/").status_code == 404
    assert Desk(cast, "district").client.get(f"/comparisons/{run.pk}/").status_code == 200


def test_only_our_side_of_the_chosen_range_can_be_missing(desk, use, people):
    run = desk.compares(use, [told("王巧云", number())], query="age=0-5&age=6-15")
    assert run.counts["only_here"] == 0
    assert run.conditions


def test_the_columns_of_a_partner_are_asked_once(desk, use, people):
    headers = ["姓名", "身份证号", "说明文字甲"]
    first = desk.sent(use, [["王巧云", number(), people[0].address]], headers)
    assert first.mapping == ["name", "document_number", None]
    desk.begins(first, **{"column-2": "address"})
    again = desk.sent(use, [["王巧云", number(), people[0].address]], headers)
    assert again.mapping == ["name", "document_number", "address"]


def test_a_list_needs_a_way_to_know_people(desk, use):
    run = desk.sent(use, [["王巧云", "15012346600"]], ["姓名", "手机"])
    chosen = {"column-0": "name", "column-1": "phone"}
    response = desk.client.post(f"/comparisons/{run.pk}/begin/", chosen)
    assert response.status_code == 422
    assert "还缺必填列：公民身份号码" in response.content.decode()


@pytest.mark.paper("S-112")
def test_no_scenario_no_comparison(cast, desk):
    assert "还没有本岗位可用的数据使用场景" in desk.client.get("/comparisons/new/").content.decode()
    other = scenario(cast.scope("district"), roles=("street_staff",))
    response = desk.sends(other, [told("王巧云", number())])
    assert response.status_code == 422
    asked = services.AskedFor(other.pk, "函")
    with acting(desk.scope), pytest.raises(services.UnableToCompare, match="数据使用场景"):
        services.receive_list(
            asked=asked, file_name="名单.csv", content=b"", by=desk.scope, at=other.registered_at
        )


@pytest.mark.paper("S-112")
def test_a_scenario_lets_a_list_be_read_for_its_fields_only(cast, desk, people):
    narrow = scenario(cast.scope("district"), fields=("name", "document_number"))
    run = desk.sent(narrow, [told("王巧云", number(), 手机="13900000000")])
    assert run.mapping == ["name", "document_number", None, None, None, None]
    assert desk.results(desk.begins(run)) == {2: "same"}


@pytest.mark.paper("S-112")
def test_the_district_registers_and_closes_scenarios(cast, at):
    district = cast.client("district")
    form = {
        "title": "学籍核对", "partner": "education", "purpose": "核对适龄儿童",
        "basis": "义务教育法 第十二条", "kept_days": "14", "roles": ["street_staff"],
        "fields_of": ["people.name", "people.document_number"],
    }  # fmt: skip
    mixed = form | {"fields_of": ["people.name", "dwellings.address"]}
    assert "不能混选" in district.post("/comparisons/scenarios/add/", mixed).content.decode()
    bare = form | {"fields_of": ["people.name"]}
    assert "至少包括：公民身份号码" in district.post(
        "/comparisons/scenarios/add/", bare
    ).content.decode()  # fmt: skip
    assert district.post("/comparisons/scenarios/add/", form).status_code == 302
    found = DataUseScenario.objects.get()
    assert (found.fields, found.kept_days) == (["name", "document_number"], 14)
    assert "学籍核对" in Desk(cast, "staff").client.get("/comparisons/new/").content.decode()
    district.post(f"/comparisons/scenarios/{found.pk}/close/")
    assert "学籍核对" not in Desk(cast, "staff").client.get("/comparisons/new/").content.decode()
    with acting(cast.scope("clerk")), pytest.raises(NotAllowed):
        services.close_scenario(scenario_id=found.pk, by=cast.scope("clerk"), at=at)


@pytest.mark.paper("S-116")
def test_chosen_differences_become_leads_of_the_committee_and_never_twice(desk, use, people):
    rows = [
        told("万志强", number(sequence=3), 手机="13900000000"),
        told("贾宝山", number(sequence=9), 现住地址=people[5].address),
    ]  # fmt: skip
    run = desk.compares(use, rows)
    chosen = [row for row in desk.rows(run) if row.result in ("differs", "only_there", "only_here")]
    assert "已转 4 条线索" in desk.tells(run, chosen)
    with acting(desk.scope):
        leads = {lead.kind: lead for lead in Lead.objects.filter(channel="11")}
        assert sorted(Lead.objects.values_list("kind", flat=True)) == [
            "cancel", "cancel", "change", "new",
        ]  # fmt: skip
        words = residents.lead_words(leads["change"])["text"]
        assert ComparedDifference.objects.count() == 4
    assert "联系电话不一致" in words
    assert "13900000000" not in words
    assert leads["new"].dwelling_id == people[5].pk
    assert desk.run(run.pk).lead_count == 4
    again = desk.compares(use, rows)
    chosen = [row for row in desk.rows(again) if row.result != "same"]
    assert "4 行以前转过" in desk.tells(again, chosen)
    other = desk.compares(use, [told("万志强", number(sequence=3), 手机="13900000001")])
    chosen = desk.rows(other, result="differs")
    assert "已转 1 条线索" in desk.tells(other, chosen)
    with acting(desk.scope):
        assert Lead.objects.count() == 5


@pytest.mark.paper("S-116")
def test_a_street_tells_committees_and_says_what_has_no_place(cast, use, people):
    staff = Desk(cast, "staff")
    run = staff.compares(use, [
        told("贾宝山", number(sequence=9), 现住地址=people[5].address),
        told("赖小军", number(sequence=10), 现住地址="没有这条路9号101室"),
    ])  # fmt: skip
    page = staff.tells(run, staff.rows(run, result="only_there"))
    assert "已转 1 条线索" in page
    assert "1 行没有转：地址不在册，无法确定居（村）委" in page
    with acting(cast.scope("clerk")):
        assert Lead.objects.get().committee_id == cast.scope("clerk").unit


def test_only_who_compared_tells_and_only_differences(cast, desk, use, people):
    run = desk.compares(use, [told("王巧云", number())])
    assert "这次比对由周敏办理" in Desk(cast, "colleague").tells(run, desk.rows(run))
    desk.tells(run, desk.rows(run, result="same"))
    with acting(desk.scope):
        assert not Lead.objects.exists()


def test_the_rows_go_after_their_time_and_the_log_stays(cast, desk, use, people, at):
    run = desk.compares(use, [told("王巧云", number())])
    district = system_scope(DISTRICT, "")
    with acting(district):
        assert services.purge_runs(by=district, at=at + timedelta(days=30)) == 0
        assert services.purge_runs(by=district, at=at + timedelta(days=31)) == 1
    assert desk.rows(run) == []
    after = desk.run(run.pk)
    assert (after.counts, after.state) == (run.counts, RunState.DONE)
    assert "已过保存期删除" in desk.opens(run)


def test_a_list_that_is_given_up_leaves_no_row(desk, use):
    run = desk.sent(use, [told("王巧云", number())])
    desk.client.post(f"/comparisons/{run.pk}/abandon/")
    assert desk.rows(run) == []
    assert desk.run(run.pk).state == RunState.CANCELLED


def test_nothing_of_the_list_is_plain_in_the_database(desk, use, people):
    run = desk.compares(use, [told("贾宝山", number(sequence=9), 手机="13900000000")])
    with acting(desk.scope), connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM exchange_comparisonrow r WHERE run_id = %s", [run.pk])
        held = " ".join(row[0] for row in cursor.fetchall())
    for secret in ("贾宝山", number(sequence=9), "13900000000"):
        assert secret not in held
        assert secret.encode().hex() not in held


def test_a_chunk_done_again_and_a_job_worked_again_change_nothing(desk, use, people, at):
    run = desk.compares(use, [told("王巧云", number()), told("贾宝山", number(sequence=9))])
    with acting(desk.scope):
        chunk = run.job.chunks.get()
        services.compare_rows(job=run.job, chunk=chunk, by=desk.scope, at=at)
    jobs.work(run.job_id)
    assert desk.run(run.pk).counts == run.counts
    assert len(desk.rows(run)) == 2 + run.counts["only_here"]


def test_the_trail_knows_purpose_counts_and_whose_records_were_shown(desk, use, people, told_of):
    run = desk.compares(use, [told("王巧云", number())])
    (event,) = told_of("exchange.compared")
    assert event["purpose"] == "核对来沪人员居住情况"
    assert event["changes"]["same"] == 1
    desk.opens(run, "same")
    (seen,) = told_of("exchange.comparison_viewed")
    assert len(seen["subjects"]) == 1


@pytest.fixture
def told_of(written):
    return lambda action: [event for event in written if event["action"] == action]


def test_a_hostile_file_is_refused_and_nothing_is_kept(desk, use):
    response = desk.sends(use, [], content=b"PK\x03\x04 broken", name="名单.xlsx")
    assert response.status_code == 422
    with acting(desk.scope):
        assert not ComparisonRun.objects.exists()
        assert not ComparisonRow.objects.exists()


def test_dwellings_are_known_by_code_and_by_address(cast, desk, people):
    use = scenario(cast.scope("district"), kind="dwellings", partner="housing")
    headers = ["房屋地址", "居住状态", "建筑面积"]
    run = desk.compares(use, [
        [people[0].address, "", ""],
        [people[3].address, "空置", "62.4"],
        ["棠浦路988弄6号9901室", "", ""],
        ["", "出租", ""],
    ], headers)  # fmt: skip
    assert desk.results(run) == {2: "same", 3: "differs", 4: "only_there", 5: "bad"}
    assert run.counts["only_here"] == len(people) - 2
    (row,) = desk.rows(run, result="differs")
    assert "已转 1 条线索" in desk.tells(run, [row])
    with acting(desk.scope):
        assert Lead.objects.get().subject == "dwelling"
