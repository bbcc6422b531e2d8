"""The monthly list of house-code exceptions: made at the close, fixed, and put right since."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from housing import services
from housing.models import CodeCheck, CodeException, DwellingUnit
from portal.jobs import services as ledger
from portal.metrics import closing
from portal.metrics import services as metrics
from portal.metrics.models import MetricRun, RunKind
from portal.orgs.acting import acting
from tests.housing.builders import a_building, answered, asked, the_dwelling
from tests.metrics.builders import SYSTEM, computed

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-81")]
DOOR = "棠浦路988弄6号"
WRONG = "44030300700203000060000029"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def last(today):
    """The last day of the month that is closed next."""
    return closing.latest_to_close(today)


@pytest.fixture
def long_ago(last):
    return timezone.now() - timedelta(days=(timezone.localdate() - last).days + 120)


def closed(month_end):
    """The month's night, and its close."""
    computed(RunKind.NIGHTLY, day=month_end, scope=SYSTEM)
    with acting(SYSTEM):
        run = metrics.close_month(month_end=month_end, by=SYSTEM, at=timezone.now())
    ledger.work(run.job_id, SYSTEM.unit)
    return MetricRun.objects.get(pk=run.pk)


def lines(by):
    with acting(by):
        rows = CodeException.objects.published().order_by("sort_key", "kind")
        return [(row.kind, row.place.removeprefix(DOOR)) for row in rows]


def held(by, dwelling, **columns):
    """As an older system filled the register."""
    with acting(by):
        DwellingUnit.objects.filter(pk=dwelling.pk).update(**columns)


@pytest.fixture
def faulty(clerk, long_ago):
    """Six dwellings of long ago: one without a code, one with a provisional, one with a wrong."""
    a_building(clerk, floors=3, per_floor=2, at=long_ago)
    rooms = {room: the_dwelling(clerk, room) for room in ("101", "102", "201", "202")}
    held(clerk, rooms["102"], house_code="", code_state="none")
    held(clerk, rooms["201"], house_code="P-310107005001-000900", code_state="provisional")
    held(clerk, rooms["202"], house_code=WRONG)
    return rooms


def test_a_month_lists_what_was_wrong_at_its_end(clerk, faulty, last):
    closed(last)
    assert lines(clerk) == [("missing", "102室"), ("provisional", "201室"), ("invalid", "202室")]
    with acting(clerk):
        check = CodeCheck.objects.published().get()
        wrong = CodeException.objects.get(kind="invalid")
    assert (check.month, check.dwellings, check.exceptions) == (last.replace(day=1), 6, 3)
    assert (wrong.code, wrong.detail) == (WRONG, "末位校验码应为 3")


def test_a_committee_in_order_has_a_list_too(cast, clerk, faulty, last):
    closed(last)
    neighbour = cast.scope("neighbour")
    assert lines(neighbour) == []
    with acting(neighbour):
        assert CodeCheck.objects.published().get().exceptions == 0
    page = cast.client("neighbour").get(reverse("housing:code_exceptions")).content.decode()
    assert "这个月没有例外" in page


def test_what_is_new_has_its_grace(clerk, last):
    entered = timezone.now() - timedelta(days=(timezone.localdate() - last).days + 29)
    a_building(clerk, floors=1, per_floor=1, at=entered)
    held(clerk, the_dwelling(clerk), house_code="", code_state="none")
    closed(last)
    assert lines(clerk) == []


def test_what_was_put_right_after_the_month_is_listed_as_it_was(cast, clerk, faulty, last):
    """The register holds the code of today; the list that of the month's end."""
    request = asked(clerk, faulty["102"], "assign")
    answered(cast.scope("street"), request)
    closed(last)
    assert ("missing", "102室") in lines(clerk)


def test_a_request_that_waits_beyond_its_day_is_listed(cast, clerk, long_ago, last):
    a_building(clerk, floors=1, per_floor=2, at=long_ago)
    with acting(clerk):
        late, _timely = (
            services.ask_code_event(
                dwelling_id=the_dwelling(clerk, room).pk,
                ask=services.CodeAsk("retire", reason="已拆除"), by=clerk, at=at,
            )
            for room, at in (("101", long_ago), ("102", timezone.now()))
        )  # fmt: skip
    closed(last)
    assert lines(clerk) == [("late", "101室")]
    answered(cast.scope("street"), late)
    page = cast.client("clerk").get(reverse("housing:code_exceptions")).content.decode()
    assert "已同意" in page
    assert reverse("housing:code_request", args=[late.pk]) in page


def test_a_code_that_a_retired_dwelling_carries_as_well_is_listed(cast, clerk, long_ago, last):
    neighbour = cast.scope("neighbour")
    a_building(clerk, floors=1, per_floor=1, at=long_ago)
    a_building(neighbour, "桂巷路12弄3号", floors=1, per_floor=1, at=long_ago)
    theirs = the_dwelling(neighbour, "101", "桂巷路12弄3号")
    held(neighbour, theirs, house_code="SH000001", status="demolished")
    held(clerk, the_dwelling(clerk), house_code="SH000001")
    closed(last)
    assert lines(clerk) == [("retired", "101室")]
    assert lines(neighbour) == []


def test_a_list_never_changes(clerk, faulty, last):
    closed(last)
    with acting(clerk):
        rows = CodeException.objects.published()
        for change in (lambda: rows.update(detail="改过"), lambda: rows.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    assert len(lines(clerk)) == 3


def test_lines_say_what_has_become_of_them(cast, clerk, faulty, last):
    closed(last)
    answered(cast.scope("street"), asked(clerk, faulty["102"], "assign"))
    where, client = reverse("housing:code_exceptions"), cast.client("clerk")
    page = client.get(where).content.decode()
    assert page.count("已处理</span>") == 1
    assert the_dwelling(clerk, "102").house_code in page
    mended = client.get(f"{where}?now=mended").content.decode()
    assert "102室" in mended
    assert "201室" not in mended
    still = client.get(f"{where}?now=open&kind=provisional").content.decode()
    assert "201室" in still
    assert "202室" not in still
    file = client.post(
        f"{reverse('exports:quick', args=['code_exceptions'])}?now=mended",
        {"format": "csv", "purpose": "月度核对"},
    )
    told = b"".join(file.streaming_content).decode("utf-8-sig")
    assert "102室" in told
    assert "已处理" in told
    assert "201室" not in told


def test_each_month_stays_to_be_chosen(cast, clerk, faulty, last):
    before = closing.month_end_before(last)
    closed(before)
    answered(cast.scope("street"), asked(clerk, faulty["102"], "assign"))
    held(clerk, faulty["201"], status="non_residential")
    closed(last)
    where, client = reverse("housing:code_exceptions"), cast.client("clerk")
    latest = client.get(where).content.decode()
    assert "201室" not in latest
    earlier = client.get(f"{where}?month={before:%Y-%m}").content.decode()
    assert "201室" in earlier
    assert f"{before.year} 年 {before.month} 月" in earlier
    assert client.get(f"{where}?month=1999-01").status_code == 200


def test_every_level_sees_its_own_lines(cast, clerk, faulty, last):
    closed(last)
    for key in ("clerk", "street", "district"):
        page = cast.client(key).get(reverse("housing:code_exceptions")).content.decode()
        assert page.count('class="pp-rowlink"') == 3
