"""Welcoming those who came to Shanghai: the sheet, that it was handed over, who still waits."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.desk.inbox import inbox
from portal.orgs.acting import acting
from residents import services
from residents.models import NewcomerService, Residence
from residents.newcomers import late_since, not_welcomed
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-117")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def newcomer(clerk):
    return register(clerk, home(clerk)[0])


def welcome(by, residence, at, **changes):
    told = {"handed_on": at.date(), "form": "paper", "language": "en"} | changes
    with acting(by):
        return services.welcome_newcomer(
            resident_id=residence.resident_id, by=by, at=at, **told
        )  # fmt: skip


def waiting(by, today):
    with acting(by):
        rows = not_welcomed(Residence.objects.in_scope(by), today)
        return list(rows.values_list("name", flat=True))


def test_a_newcomer_waits_until_the_sheet_is_handed_over(clerk, newcomer, at, today, written):
    local = register(
        clerk, home(clerk, "棠浦路990弄1号")[0], name="石思源", category="人户一致", reason="",
        document_number=number("19980614", 14),
    )  # fmt: skip
    assert waiting(clerk, today) == ["王巧云"]
    with pytest.raises(services.UnableToFollowUp, match="只有来沪人员"):
        welcome(clerk, local, at)
    row = welcome(clerk, newcomer, at)
    assert (row.edition, row.noted_by) == ("2016-1", "周敏")
    assert waiting(clerk, today) == []
    (event,) = [each for each in written if each["action"] == "residents.newcomer_welcomed"]
    assert event["subjects"] == [newcomer.resident_id]


def test_it_is_noted_once_and_not_for_a_day_to_come(clerk, newcomer, at):
    with pytest.raises(services.UnableToFollowUp, match="晚于今天") as refusal:
        welcome(clerk, newcomer, at, handed_on=at.date() + timedelta(days=1))
    assert refusal.value.field == "handed_on"
    welcome(clerk, newcomer, at)
    with pytest.raises(services.UnableToFollowUp, match="已经告知过"):
        welcome(clerk, newcomer, at)
    with acting(clerk):
        assert NewcomerService.objects.count() == 1


def test_after_fifteen_days_it_is_late(clerk, newcomer, today):
    with acting(clerk):
        rows = Residence.objects.filter(pk=newcomer.pk)
        for back, late in ((15, False), (16, True)):
            rows.update(registered_on=today - timedelta(days=back))
            assert rows.filter(late_since(today, 15)).exists() is late


def test_the_pages_list_print_and_note(cast, newcomer):
    client = cast.client("clerk")
    assert "王巧云" in text_of(client.get(reverse("residents:newcomers")))
    sheet = text_of(client.get(reverse("residents:welcome_sheet", args=[newcomer.resident_id])))
    assert "See and correct it" in sheet
    assert "15 日内书面答复" in sheet
    url = reverse("residents:welcome", args=[newcomer.resident_id])
    told = {"handed_on": timezone.localdate().isoformat(), "form": "spoken", "language": "zh"}
    assert client.post(url, told | {"idempotency_key": "1" * 32}).status_code == 302
    assert "当面讲解" in text_of(client.get(url))
    assert cast.client("neighbour").get(url).status_code == 404
    assert cast.client("watchman").get(reverse("residents:newcomers")).status_code == 403


def todo_of(by, today):
    with acting(by):
        found = inbox(by, today, kind="newcomer")
    waits = {tab.key: tab.count for tab in found.tabs}.get("newcomer")
    return waits, {group.key: [item.subject for item in group.items] for group in found.groups}


@pytest.mark.paper("S-08")
def test_the_committee_is_reminded_by_the_day_of_the_rule(cast, clerk, newcomer, at, today):
    for back, bucket in ((16, "overdue"), (15, "today")):
        with acting(clerk):
            registered = today - timedelta(days=back)
            Residence.objects.filter(pk=newcomer.pk).update(registered_on=registered)
        assert todo_of(clerk, today) == (1, {bucket: ["王巧云"]})
    page = cast.client("clerk").get(reverse("desk:todo")).content.decode()
    assert reverse("residents:welcome", args=[newcomer.resident_id]) in page
    assert todo_of(cast.scope("street"), today)[0] is None  # the committee's business
    welcome(clerk, newcomer, at)
    assert todo_of(clerk, today) == (0, {})


@pytest.fixture
def several(clerk, today):
    """Four newcomers who wait: the second for longer than the rule allows."""
    places = home(clerk)
    rows = [
        register(clerk, place, name=name, document_number=number(sequence=60 + n))
        for n, (name, place) in enumerate(
            zip(("王巧云", "石思源", "万志强", "宋知夏"), places, strict=False)
        )
    ]  # fmt: skip
    with acting(clerk):
        Residence.objects.filter(pk=rows[1].pk).update(registered_on=today - timedelta(days=20))
    return rows


def chosen(rows, **more):
    return {"pick": [str(row.pk) for row in rows], "all": "", "query": ""} | more


def test_the_list_begins_with_the_longest_waiting_and_is_narrowed_to_the_late(cast, several):
    client, where = cast.client("clerk"), reverse("residents:newcomers")
    whole = text_of(client.get(where))
    assert whole.index("石思源") < whole.index("王巧云")
    late = text_of(client.get(where, {"late": "1"}))
    assert "石思源" in late
    assert "王巧云" not in late
    assert "宋知夏" not in text_of(client.get(where, {"name": "万"}))


def test_several_are_welcomed_with_one_dialog(cast, clerk, several, today):
    client, where = cast.client("clerk"), reverse("residents:welcome_several")
    assert where in client.get(reverse("residents:newcomers")).content.decode()
    asked = text_of(client.post(where, chosen(several[:3])))
    assert "登记告知 3 人" in asked.replace("\xa0", " ")
    told = {"agreed": "1", "form": "spoken", "language": "dialect"}
    late = client.post(where, chosen(several[:3], handed_on="2099-01-01", **told))
    assert late.status_code == 422
    assert "告知日期不能晚于今天" in text_of(late)
    now = timezone.localdate()
    client.post(where, chosen(several[:3], handed_on=now.isoformat(), **told))
    assert waiting(clerk, now) == ["宋知夏"]
    with acting(clerk):
        assert set(NewcomerService.objects.values_list("form", "language", "handed_on")) == {
            ("spoken", "dialect", now)
        }


def test_newcomers_of_another_committee_are_not_there(cast, clerk, several):
    told = {"agreed": "1", "form": "paper", "language": "zh"}
    sent = chosen(several, handed_on=timezone.localdate().isoformat(), **told)
    cast.client("neighbour").post(reverse("residents:welcome_several"), sent)
    with acting(clerk):
        assert not NewcomerService.objects.exists()


def test_the_sheets_of_several_are_printed_each_on_its_page(cast, clerk, several, written):
    where = reverse("residents:welcome_sheets")
    page = cast.client("clerk").post(where, chosen(several[:2])).content.decode()
    assert page.count("pp-sheet-page") == 2
    assert ("王巧云" in page, "石思源" in page, "万志强" in page) == (True, True, False)
    (event,) = [each for each in written if each["action"] == "residents.newcomer_sheet_printed"]
    assert set(event["subjects"]) == {row.resident_id for row in several[:2]}


def test_a_round_through_a_building_ends_with_the_sheets_of_who_was_found_today(
    cast, clerk, several, at
):
    client = cast.client("clerk")
    with acting(clerk):
        dwelling = Residence.objects.select_related("dwelling").get(pk=several[0].pk).dwelling
    where = f"{reverse('residents:welcome_sheets')}?building={dwelling.building_id}"
    entry = reverse("residents:entry", args=[dwelling.pk])
    assert where in client.get(entry).content.decode()
    assert "告知单 3 人" in text_of(client.get(entry))
    page = client.get(where).content.decode()
    assert "石思源" not in page  # registered weeks ago, and not in this round
    assert [page.index(name) for name in ("王巧云", "万志强", "宋知夏")] == sorted(
        page.index(name) for name in ("王巧云", "万志强", "宋知夏")
    )
    for row in (several[0], several[2], several[3]):
        welcome(clerk, row, timezone.now())
    assert where not in client.get(entry).content.decode()
    assert "没有要打印的告知单" in text_of(client.get(client.get(where)["Location"]))


def test_sheets_of_nobody_elses_buildings(cast, clerk, several):
    with acting(clerk):
        building = Residence.objects.select_related("dwelling").get(pk=several[0].pk).dwelling
    where = reverse("residents:welcome_sheets")
    other = cast.client("neighbour")
    for asked in (str(building.building_id), "keine", ""):
        assert other.get(where, {"building": asked}).status_code == 404
    assert other.post(where, chosen(several)).status_code == 302
