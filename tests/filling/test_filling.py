"""Another office's form comes back filled, in its own look, with nothing that may not leave."""

from datetime import timedelta

import pytest

from portal.exchange.exports.kinds import export_kinds
from portal.exchange.filling import services
from portal.exchange.models import BlankForm, ExportPart, ExportState
from portal.jobs import services as jobs
from portal.orgs.acting import acting
from portal.orgs.posts import system_scope
from tests.cast import DISTRICT
from tests.exchange.test_hostile_files import MACRO
from tests.exports.builders import four_people, limits, now, said
from tests.filling.builders import Desk, blank

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-114")]


@pytest.fixture
def desk(cast):
    return Desk(cast)


@pytest.fixture
def people(cast):
    return four_people(cast.scope("clerk"))


def lines(sheet, first=4):
    """The filled rows, as far as there are names."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]
    return [row for row in rows if row[1]]


def test_the_senders_own_workbook_comes_back_filled(desk, people):
    form = desk.maps(desk.sent(blank()))
    assert form.header_row == 2
    sheet = desk.fills(form)["登记表"]
    rows = lines(sheet)
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    assert {row[1] for row in rows} == {"王巧云", "万志强", "石思源", "贾宝山"}
    assert all("*" in row[2] and "*" in row[4] for row in rows)
    assert all(row[3].startswith("棠浦路988弄") for row in rows)
    assert [row[6] for row in rows] == [None] * 4
    assert "接种登记表" in desk.file_name or "%E6%8E%A5" in desk.file_name


def test_the_headings_are_mapped_once_for_all_forms_that_have_them(desk, people):
    first = desk.sent(blank())
    assert not first.is_mapped
    desk.maps(first, _6="relation")
    content = blank(room=12)
    again = desk.sent(content)
    assert again.pk != first.pk
    assert again.is_mapped
    assert again.mapping[6] == "relation"
    assert desk.sent(content).pk == again.pk


def test_headings_that_nobody_knows_are_chosen_by_hand(desk, people):
    form = desk.sent(blank(["序", "甲", "乙", "丙", "丁", "戊", "己"]))
    assert form.header_row == 0
    page = desk.client.get(f"/forms/{form.pk}/").content.decode()
    assert "没有认出表头" in page
    where = f"/forms/{form.pk}/headings/"
    refused = desk.client.post(where, {"head": "登记表\x1f99"})
    assert "没有列名" in refused.content.decode()
    assert desk.client.post(where, {"head": "登记表\x1f2"}).status_code == 302
    form = desk.maps(desk.form(form.pk), _1="name")
    assert {row[1] for row in lines(desk.fills(form)["登记表"])} >= {"王巧云"}


def test_two_headings_cannot_mean_the_same_and_one_must_mean_something(desk, people):
    form = desk.sent(blank())
    where = f"/forms/{form.pk}/columns/"
    twice = {f"column-{place}": "name" for place in (1, 2)}
    assert "有两列都对应" in desk.client.post(where, twice).content.decode()
    assert "至少对应一列" in desk.client.post(where, {}).content.decode()
    assert "列与来表不一致" in desk.client.post(where, {"column-1": "password"}).content.decode()


def test_what_the_post_may_not_have_stays_blank_and_is_said(cast, desk, people):
    clerks = desk.maps(desk.sent(blank()))
    assert "本岗位不能填" not in desk.opens(clerks)
    analyst = Desk(cast, "analyst")
    form = analyst.maps(analyst.sent(blank()))
    page = analyst.opens(form)
    assert "文化程度，留空" in "".join(page.split())
    assert "接种情况" in page
    export = analyst.asked(form)
    assert "education" not in export.columns
    assert all(row[5] is None for row in lines(analyst.takes(export)["登记表"]))


def test_a_column_that_was_lost_with_the_post_is_never_filled(cast, desk, people):
    form = desk.maps(desk.sent(blank()))
    assert "education" in desk.asked(form).columns
    with acting(cast.scope("lead")):
        allowed, withheld = services.columns_for(form, cast.scope("lead"))
    assert "education" not in [column.key for column in allowed]
    assert [column.key for column in withheld] == ["education"]


def test_people_are_chosen_by_the_conditions_of_the_list(desk, people):
    form = desk.maps(desk.sent(blank()))
    page = desk.opens(form, "name=王巧云")
    assert "列表里选定的" in page
    sheet = desk.fills(form, "name=王巧云")["登记表"]
    assert [row[1] for row in lines(sheet)] == ["王巧云"]
    assert "来沪人员" in desk.opens(form)
    assert "没有符合条件的记录" in desk.opens(form, "category=31")


def test_every_column_that_a_form_may_ask_for_can_be_filled(desk, people):
    kind = export_kinds()["residents"]
    form = desk.sent(blank([str(each.title) for each in kind.for_forms().values()]))
    assert None not in form.mapping
    first, *_others = desk.fills(desk.maps(form))["登记表"].iter_rows(min_row=4, values_only=True)
    told = dict(zip(form.mapping, first, strict=True))
    assert told["birth"] == "1986-**-**"
    assert told["document"] == "居民身份证"


def test_dwellings_fill_forms_too(desk, people):
    titles = ["序号", "房屋地址", "建筑面积", "楼层", "居住人数", "楼组长", "备注"]
    form = desk.maps(desk.sent(blank(titles), kind="dwellings"))
    rows = lines(desk.fills(form, "occupied=1")["登记表"])
    assert rows[0][1].startswith("棠浦路988弄6号")
    assert rows[0][3] == 1


def test_purpose_and_whose_data_left_are_in_the_trail(desk, people, written):
    form = desk.maps(desk.sent(blank()))
    assert "请写明用途" in desk.asks(form, purpose="").content.decode()
    export = desk.asked(form)
    said_of = {event["action"]: event for event in written}
    made = said_of["exchange.exported"]
    assert set(made["subjects"]) == {person.resident_id for person in people}
    assert (made["purpose"], made["changes"]["form"]) == ("流感疫苗接种", "接种登记表")
    assert said_of["exchange.form_received"]["changes"]["sender"] == "社区卫生服务中心"
    with acting(desk.scope):
        assert bytes(ExportPart.objects.get(request=export).people)


def test_larger_ones_wait_for_others_and_are_then_filled(cast, desk, people):
    limits(cast.scope("district"), own=1, with_reason=2, one_approval=3)
    form = desk.maps(desk.sent(blank()))
    export = desk.asked(form, reason="按街道要求统一登记")
    assert export.state == ExportState.WAITING
    for key in ("analyst", "district"):
        said(export, cast.scope(key))
    jobs.work(now(export).job_id, export.committee_id)
    done = now(export)
    assert done.state == ExportState.READY, done.outcome
    assert len(lines(desk.takes(done)["登记表"])) == 4


@pytest.mark.parametrize("content", [MACRO, blank()[:900], b""], ids=["macro", "torn", "empty"])
def test_a_hostile_form_is_refused_and_not_kept(desk, content):
    response = desk.sends(content)
    assert response.status_code == 422
    with acting(desk.scope):
        assert not BlankForm.objects.exists()


def test_a_form_of_another_unit_is_not_there(cast, desk):
    form = desk.maps(desk.sent(blank()))
    neighbour = cast.client("neighbour")
    for end in ("", "fill/"):
        assert neighbour.get(f"/forms/{form.pk}/{end}").status_code == 404
    assert "接种登记表" not in neighbour.get("/forms/").content.decode()
    assert cast.client("lead").get("/forms/").status_code == 403


def test_a_form_is_thrown_away_by_hand_or_after_a_year_unless_it_is_awaited(cast, desk, people, at):
    form = desk.maps(desk.sent(blank()))
    limits(cast.scope("district"), own=1, with_reason=2, one_approval=3)
    desk.asked(form, reason="按街道要求统一登记")
    clock = system_scope(DISTRICT, "")
    with acting(clock):
        assert services.purge_forms(by=clock, at=at + timedelta(days=900)) == 0
    assert desk.client.post(f"/forms/{form.pk}/remove/").status_code == 302
    assert "办完再删除" in desk.client.get("/forms/").content.decode()
    other = desk.maps(desk.sent(blank(room=7)))
    with acting(clock):
        assert services.purge_forms(by=clock, at=at + timedelta(days=300)) == 0
        assert services.purge_forms(by=clock, at=at + timedelta(days=500)) == 1
    gone = desk.form(other.pk)
    assert (bytes(gone.sealed), bytes(gone.top)) == (b"", b"")
    assert desk.client.get(f"/forms/{other.pk}/").status_code == 404


def test_nothing_of_the_workbook_is_plain_in_the_database(desk):
    form = desk.sent(blank())
    assert b"PK" not in bytes(form.sealed)[:40]
    assert "流感疫苗".encode() not in bytes(form.top)


def test_a_form_that_cannot_be_opened_any_more_says_so(desk, people):
    form = desk.maps(desk.sent(blank()))
    with acting(desk.scope):
        BlankForm.objects.filter(pk=form.pk).update(sealed=b"", top=b"")
    assert desk.client.get(f"/forms/{form.pk}/").status_code == 200
    assert "来表已无法打开" in desk.asks(form).content.decode()
