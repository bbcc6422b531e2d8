"""The lists of requests and of what is put right leave as files of exactly their rows."""

from importlib import import_module

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from housing.code_lists import CodeExceptionList
from housing.course_lists import (
    AreaList,
    CampaignList,
    FindingList,
    ReferralList,
    SiteList,
)
from housing.estate_lists import EstateList
from housing.models import DwellingUnit
from housing.tables import CodeRequestList
from portal.exchange.exports.kinds import export_kinds
from portal.orgs.acting import acting
from residents import services
from residents.request_tables import AppealList, CorrectionList, LeadList, TransferList
from residents.tables import NewcomerList
from residents.task_tables import TaskList
from tests.exports.builders import rows_of
from tests.housing.builders import a_building, asked
from tests.housing.test_enforcement import a_referral, a_site
from tests.residents.builders import home, number, register, told

pytestmark = pytest.mark.django_db
LISTS = [
    AreaList, CampaignList, FindingList, ReferralList, SiteList, CodeRequestList, AppealList,
    CorrectionList, LeadList, NewcomerList, TaskList, TransferList, EstateList,
    CodeExceptionList,
]  # fmt: skip
#: Of a list's columns those that are no facts of the record.
NO_FACTS = {"waits", "acts"}


def file_of(cast, who, key, query=""):
    """The file that the list's menu gives: its heads and rows by head."""
    where = f"{reverse('exports:quick', args=[key])}?{query}"
    answer = cast.client(who).post(where, {"format": "csv", "purpose": "月度核对"})
    assert answer.streaming, answer.get("Location", answer.content[:500])
    _mark, _contents, heads, *rows = rows_of(b"".join(answer.streaming_content))
    return [dict(zip(heads, row, strict=True)) for row in rows]


def offers(cast, who, kind):
    page = cast.client(who).get(reverse(kind.address)).content.decode()
    return reverse("exports:quick", args=[kind.key]) in page


@pytest.mark.parametrize("table", LISTS, ids=lambda each: each.key)
def test_a_file_has_the_columns_of_its_list(table):
    columns = {column.key for column in export_kinds()[table.key].columns}
    assert {column.key for column in table.columns} - columns - NO_FACTS <= {"unit"}


def test_every_module_of_files_names_lists_that_there_are():
    kinds = [kind for name in settings.EXPORT_MODULES for kind in import_module(name).EXPORTS]
    assert len({kind.key for kind in kinds}) == len(kinds)
    assert all(reverse(kind.address) for kind in kinds if not kind.address.count(":run"))


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.mark.paper("S-64")
def test_leads_under_a_condition_and_no_word_of_what_was_said(cast, clerk, homes):
    for subject, where in (("person", "6号101室"), ("dwelling", "6号底楼")):
        with acting(clerk):
            services.submit_lead(
                told=services.LeadTold(
                    kind="new", subject=subject, channel="03", place=where, text="新来三口",
                ),
                by=clerk, at=timezone.now(),
            )  # fmt: skip
    assert offers(cast, "clerk", export_kinds()["leads"])
    (row,) = file_of(cast, "clerk", "leads", "subject=dwelling")
    assert (row["地点"], row["变动"], row["状态"]) == ("6号底楼", "房屋新增", "待分办")
    assert "三口" not in str(row)
    told = {"format": "csv", "purpose": "月度核对"}
    nothing = cast.client("neighbour").post(reverse("exports:quick", args=["leads"]), told)
    assert nothing.status_code == 422


@pytest.mark.paper("S-09")
def test_transfers_of_either_side_masked_and_of_nobody_else(cast, clerk, homes):
    neighbour, now = cast.scope("neighbour"), timezone.now()
    there = home(neighbour, "兰溪路100弄1号")
    for n, name in enumerate(("王巧云", "石思源")):
        register(neighbour, there[n], name=name, document_number=number(sequence=30 + n),
                 begin_date="2025-05-01")  # fmt: skip
        with acting(clerk):
            typed = told(name, document_number=number(sequence=30 + n))
            services.ask_transfer(
                dwelling_id=homes[n].pk, told=typed, reason="已搬来，租住", by=clerk, at=now
            )
    assert offers(cast, "clerk", export_kinds()["transfers"])
    files = {
        ("clerk", "side=in"): 2, ("clerk", "name=王"): 1, ("neighbour", "side=out"): 2,
        ("neighbour", ""): 2, ("street", ""): 2,
    }  # fmt: skip
    for (who, query), count in files.items():
        rows = file_of(cast, who, "transfers", query)
        assert len(rows) == count, (who, query)
        assert "3199991986" not in str(rows)
        assert {(row["原登记单位"], row["转入单位"]) for row in rows} == {
            (neighbour.unit_name, clerk.unit_name)
        }
    for who, query in (("far_clerk", ""), ("clerk", "side=out")):
        nothing = cast.client(who).post(
            f"{reverse('exports:quick', args=['transfers'])}?{query}",
            {"format": "csv", "purpose": "月度核对"},
        )
        assert nothing.status_code == 422


@pytest.mark.paper("S-117")
def test_newcomers_who_wait(cast, clerk, homes):
    people = [
        register(clerk, homes[n], name=name, document_number=number(sequence=30 + n))
        for n, name in enumerate(("王巧云", "石思源"))
    ]
    with acting(clerk):
        services.welcome_newcomer(
            resident_id=people[0].resident_id, handed_on=timezone.localdate(), form="paper",
            language="zh", by=clerk, at=timezone.now(),
        )  # fmt: skip
    assert offers(cast, "clerk", export_kinds()["newcomers"])
    assert [row["姓名"] for row in file_of(cast, "clerk", "newcomers")] == ["石思源"]


@pytest.mark.paper("S-118")
def test_appeals_without_those_against_whoever_takes_the_file(cast):
    street, staff = cast.scope("street"), cast.scope("staff")
    said = {"topic": "conduct", "channel": "counter", "received_on": timezone.localdate()}
    with acting(street):
        for text in ("态度不好", "等了一上午"):
            row = services.hear_appeal(
                voiced=services.Voiced(text=text, **said), by=street, at=timezone.now()
            )
        type(row).objects.filter(pk=row.pk).update(against="staff", against_user=staff.user_id)
    assert len(file_of(cast, "street", "appeals")) == 2
    (left,) = file_of(cast, "staff", "appeals")
    assert "态度" not in str(left)


@pytest.mark.paper("S-105", "S-131")
def test_sites_and_referrals_of_a_street(cast):
    a_site(cast, handled=False, children=12, place="桂巷路12弄")
    with acting(cast.scope("clerk")):
        dwelling = DwellingUnit.objects.first()
    a_referral(cast, dwelling)
    assert offers(cast, "staff", export_kinds()["referrals"])
    (letter,) = file_of(cast, "staff", "referrals")
    assert (letter["文号"], letter["接收部门"]) == ("曹抄〔2026〕1 号", "区房管局")
    (site,) = file_of(cast, "staff", "sites")
    assert (site["地点"], site["儿童"], site["状态"]) == ("桂巷路12弄", "12", "待告知")
    refused = cast.client("window").post(
        reverse("exports:quick", args=["referrals"]), {"format": "csv", "purpose": "月度核对"}
    )
    assert refused.status_code == 403


@pytest.mark.paper("S-81")
def test_code_requests_that_wait(cast, clerk, homes):
    asked(clerk, homes[0], "retire", reason="已拆除")
    (row,) = file_of(cast, "street", "code_requests")
    assert (row["事项"], row["事由"], row["状态"]) == ("停用", "已拆除", "待审批")


@pytest.mark.paper("S-80")
def test_estates_with_what_stands_there(cast, clerk):
    a_building(clerk, "桂巷路12弄9号", floors=3, per_floor=2, estate="桂巷花园")
    a_building(clerk, "桂巷路12弄10号", floors=0, estate="桂巷花园")
    (row,) = file_of(cast, "street", "estates")
    assert (row["小区名称"], row["楼栋 栋"], row["房屋 套"], row["在住 人"]) == (
        "桂巷花园", "2", "6", "0",
    )  # fmt: skip
