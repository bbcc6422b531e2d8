"""Use of the municipal system: told by hand, counted over 22 working days, shown in scope."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.metrics.models import RunKind
from portal.metrics.registry import metrics
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.rules.working_days import is_working_day
from portal.usage import services
from portal.usage.models import SystemUsage
from portal.usage.services import Told, UnableToTell
from portal.usage.standing import has_reached
from portal.usage.window import window_of
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.metrics.builders import SYSTEM, computed, parts, value

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-10", "S-111")]
PAGE = reverse("usage:days", args=[HOME])
TELL = reverse("usage:tell", args=[HOME])


def enter(scope, days, *, committee=HOME, at=None):
    """Enter days, none of which was told before."""
    with acting(scope):
        return services.tell_days(
            committee=committee, told={day: Told(None, n) for day, n in days.items()},
            by=scope, at=at or timezone.now(),
        )  # fmt: skip


def known(committee=HOME):
    with acting(SYSTEM):
        rows = SystemUsage.objects.filter(committee_id=committee)
        return dict(rows.values_list("day", "sessions"))


def used(count, sessions=2, up_to=None):
    """So many used days at the end of the window."""
    return dict.fromkeys(window_of(up_to or timezone.localdate())[-count:], sessions)


def posted(days, seen=None):
    """What the page sends: every field with what stood there when it was opened."""
    seen = seen or {}
    fields = {f"d{day:%Y%m%d}": "" if n is None else str(n) for day, n in days.items()}
    return fields | {f"initial-d{day:%Y%m%d}": str(seen.get(day, "")) for day in days}


def text(response):
    return response.content.decode()


# --- what is told ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["lead", "clerk", "street", "staff", "district"])
def test_a_committee_its_street_and_the_district_tell_days(cast, who):
    assert enter(cast.scope(who), used(3)) == 3
    assert list(known().values()) == [2, 2, 2]


@pytest.mark.parametrize("who", ["neighbour", "far_street", "collector", "watchman", "auditor"])
def test_nobody_else_does(cast, who):
    with pytest.raises(NotAllowed):
        enter(cast.scope(who), used(1))
    assert known() == {}


def test_a_day_is_corrected_and_taken_back_by_who_has_seen_it(cast, at):
    lead, day = cast.scope("lead"), window_of(timezone.localdate())[0]
    enter(lead, {day: 3})
    for before, after in ((3, 5), (5, 0), (0, None)):
        with acting(lead):
            services.tell_days(committee=HOME, told={day: Told(before, after)}, by=lead, at=at)
        assert known().get(day) == after  # zero is told, a day without a row is not
    with acting(SYSTEM):
        assert not SystemUsage.objects.exists()


def test_what_is_told_stands_in_the_trail_with_before_and_after(cast, at, told):
    lead, day = cast.scope("lead"), window_of(timezone.localdate())[0]
    enter(lead, {day: 3})
    with acting(lead):
        services.tell_days(committee=HOME, told={day: Told(3, 4)}, by=lead, at=at)
    first, second = told("usage.told")
    assert first["changes"] == {str(day): [None, 3]}
    assert second["changes"] == {str(day): [3, 4]}
    assert (second["actor_name"], second["scope_code"]) == ("郑书记", HOME)
    assert (second["target_type"], second["target_id"]) == ("orgs.orgunit", str(HOME))


def test_nothing_is_told_when_the_trail_cannot_be_written(cast, monkeypatch):
    def broken(*_args, **_told):
        raise IntegrityError("no room")

    monkeypatch.setattr(services, "record", broken)
    with pytest.raises(IntegrityError):
        enter(cast.scope("lead"), used(2))
    assert known() == {}


def test_a_day_that_somebody_changed_meanwhile_is_refused_and_nothing_is_written(cast, at):
    lead = cast.scope("lead")
    first, second = window_of(timezone.localdate())[:2]
    enter(cast.scope("staff"), {first: 7})
    with pytest.raises(UnableToTell) as refusal:
        enter(lead, {first: 3, second: 1})
    assert refusal.value.now == {first: 7}
    assert "刚被别人改为 7" in refusal.value.problems[first]
    assert known() == {first: 7}
    enter(lead, {second: 1})
    assert enter(lead, {first: 7}) == 0  # the same number is no quarrel


@pytest.mark.parametrize(("days_off", "sessions", "says"), [
    (1, 1, "还没有到这一天"),
    (0, -1, "应在 0 到 9999 之间"),
    (0, 10_000, "应在 0 到 9999 之间"),
], ids=["tomorrow", "negative", "too-many"])  # fmt: skip
def test_a_day_or_number_that_cannot_be_is_refused(cast, days_off, sessions, says):
    day = timezone.localdate() + timedelta(days=days_off)
    with pytest.raises(UnableToTell) as refusal:
        enter(cast.scope("lead"), {day: sessions})
    assert refusal.value.problems[day] == says


def test_a_committee_tells_nothing_of_days_on_which_it_was_none(cast, today):
    with acting(SYSTEM):
        OrgUnit.objects.filter(pk=HOME).update(
            valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=3)
        )
    with pytest.raises(UnableToTell) as refusal:
        enter(cast.scope("street"), {today - timedelta(days=back): 1 for back in (20, 5, 1)})
    assert set(refusal.value.problems) == {today - timedelta(days=20), today - timedelta(days=1)}


def test_the_database_holds_a_day_once_and_no_impossible_number(cast, at, today):
    row = {"committee_id": HOME, "day": today, "source": "hand", "updated_at": at}
    with acting(SYSTEM):
        SystemUsage.objects.create(sessions=1, **row)
        for broken in ({"sessions": 1}, {"sessions": 10_000, "day": today - timedelta(1)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                SystemUsage.objects.create(**row | broken)


# --- what is counted ------------------------------------------------------------------------


def test_the_catalogues_example_is_the_declared_one():
    example = metrics()["system_usage"].example
    assert (example.numerator, example.denominator, example.value) == ("230", "264", "87.1")
    assert metrics()["system_usage"].is_measured


def test_eight_used_days_of_the_last_22_working_days_reach_the_number(cast):
    enter(cast.scope("clerk"), used(8))
    enter(cast.scope("neighbour"), used(7), committee=NEXT_DOOR)
    computed()
    committees = OrgUnit.objects.under(STREET).committees().count()
    assert parts("system_usage") == (1, committees)
    assert parts("system_usage", unit=HOME) == (1, 1)
    assert parts("system_usage", unit=NEXT_DOOR) == (0, 1)
    assert parts("usage_untold")[0] == committees - 2


def test_the_district_is_the_sum_of_its_committees(cast):
    enter(cast.scope("clerk"), used(8))
    far = cast.scope("far_clerk")
    enter(far, used(22), committee=far.unit)
    computed(scope=SYSTEM)
    every = OrgUnit.objects.under(DISTRICT).committees().count()
    assert parts("system_usage", unit=DISTRICT, scope=SYSTEM) == (2, every)
    assert value("system_usage", unit=DISTRICT, scope=SYSTEM) == Decimal(200) / every


def test_zero_sessions_and_rest_days_count_for_nothing(cast, today):
    days = used(7) | {window_of(today)[0]: 0}
    rest = next(day for day in (today - timedelta(n) for n in range(9)) if not is_working_day(day))
    enter(cast.scope("clerk"), days | {rest: 30})
    computed()
    assert parts("system_usage", unit=HOME) == (0, 1)
    assert parts("usage_untold", unit=HOME) == (0, None)


def test_a_day_before_the_window_counts_for_nothing(cast, today):
    before = window_of(window_of(today)[0] - timedelta(days=1))[-1]
    enter(cast.scope("clerk"), used(7) | {before: 5})
    computed()
    assert parts("system_usage", unit=HOME) == (0, 1)


def test_the_calendar_of_the_state_council_says_which_days_count():
    days = window_of(date(2025, 10, 15))
    assert len(days) == 22
    assert date(2025, 10, 11) in days  # a Saturday worked for the holidays
    assert not {date(2025, 10, n) for n in range(1, 9)} & set(days)
    assert date(2025, 9, 28) in days  # a Sunday
    assert days[0] == date(2025, 9, 10)


def test_what_is_told_later_changes_no_published_day(cast, today):
    yesterday = today - timedelta(days=1)
    enter(cast.scope("clerk"), used(7, up_to=yesterday))
    night = computed(RunKind.NIGHTLY, day=yesterday, scope=SYSTEM)
    assert parts("system_usage", unit=HOME, run=night) == (0, 1)
    enter(cast.scope("clerk"), {window_of(today)[0]: 1})
    assert computed(RunKind.NIGHTLY, day=yesterday, scope=SYSTEM) is None
    assert parts("system_usage", unit=HOME, run=night) == (0, 1)
    assert parts("system_usage", unit=HOME, run=computed(scope=SYSTEM)) == (1, 1)  # today's is


def test_a_past_day_recomputed_from_the_same_rows_gives_the_same_number(cast, today):
    from portal.metrics.measure import measure
    from portal.metrics.metric import Occasion

    enter(cast.scope("clerk"), used(9))
    wanted = [metrics()["system_usage"], metrics()["usage_untold"]]

    def counted(back):
        with acting(SYSTEM):
            return measure(wanted, Occasion(STREET, today - timedelta(days=back), {}), [])

    for back in (0, 20, 200):
        assert counted(back) == counted(back)
    assert counted(0)[HOME]["system_usage"].numerator == 1
    assert counted(200)[HOME]["system_usage"].numerator == 0


def test_a_committee_that_is_closed_counts_no_longer(cast, today):
    enter(cast.scope("clerk"), used(9))
    before = OrgUnit.objects.under(STREET).on(today).committees().count()
    with acting(SYSTEM):
        OrgUnit.objects.filter(pk=HOME).update(valid_to=today)
    computed()
    assert parts("system_usage") == (0, before - 1)


# --- what is shown --------------------------------------------------------------------------


def rows_of(client, query):
    response = client.get(
        f"{reverse('usage:list')}?exact=1&{query}",
        headers={"HX-Request": "true", "HX-Target": "list"},
    )
    listing = response.context["list"]
    assert not listing.filter_errors
    return listing.total, {row.record.pk: row.record for row in listing.rows}


def test_the_lists_are_as_long_as_the_numbers(cast):
    enter(cast.scope("clerk"), used(8))
    enter(cast.scope("neighbour"), used(3), committee=NEXT_DOOR)
    computed()
    client = cast.client("street")
    reached, every = parts("system_usage")
    untold = parts("usage_untold")[0]
    for query, number in (
        ("state=reached", reached), ("", every), ("state=short", every - reached),
        ("state=untold", untold),
    ):  # fmt: skip
        assert rows_of(client, query)[0] == number
    rows = {state: rows_of(client, f"state={state}")[1] for state in ("reached", "short")}
    shown = rows["reached"][HOME]
    assert (shown.used, shown.told, shown.sessions) == (8, 8, 16)
    assert all(map(has_reached, rows["reached"].values()))
    assert not any(map(has_reached, rows["short"].values()))


def test_the_list_of_a_month_looks_back_from_its_end(cast, today):
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = window_of(today.replace(day=1) - timedelta(days=1))
    enter(cast.scope("clerk"), dict.fromkeys(last[:8], 1))
    client = cast.client("street")
    assert set(rows_of(client, f"state=reached&month={month:%Y-%m}")[1]) == {HOME}
    page = client.get(f"{reverse('usage:list')}?month={month:%Y-%m}")
    every = OrgUnit.objects.under(STREET).committees().count()
    assert page.context["counts"] == {"all": every, "short": every - 1, "untold": every - 1}
    assert f"month={month:%Y-%m}&amp;state=untold" in text(page)
    assert f"{PAGE}?month={month:%Y-%m}" in text(page)


def test_nobody_sees_committees_of_others(cast):
    enter(cast.scope("clerk"), used(8))
    assert set(rows_of(cast.client("clerk"), "")[1]) == {HOME}
    far = cast.client("far_street")
    assert HOME not in rows_of(far, "")[1]
    for client in (far, cast.client("neighbour")):
        assert client.get(PAGE).status_code == 404
        assert client.post(TELL, posted({})).status_code == 404
    assert cast.client("collector").get(PAGE).status_code == 403


def test_a_lead_fills_the_last_working_days_on_one_page(cast, today):
    client = cast.client("lead")
    assert client.get(reverse("usage:own")).headers["Location"] == PAGE
    opened = text(client.get(PAGE))
    assert all(f'name="d{day:%Y%m%d}"' in opened for day in window_of(today))
    first, second = window_of(today)[:2]
    response = client.post(TELL, posted({first: 3, second: 0}))
    assert response.status_code == 302
    assert known() == {first: 3, second: 0}
    assert "已填 2 / 22 个工作日" in text(client.get(PAGE))


def test_a_wrong_number_is_told_at_its_day_and_nothing_is_lost(cast, today):
    client = cast.client("lead")
    first, second = window_of(today)[:2]
    response = client.post(TELL, posted({first: 3}) | posted({second: "三次"}))
    assert response.status_code == 422
    assert "填整数，没有使用填 0" in text(response)
    assert 'value="三次"' in text(response)
    assert 'value="3"' in text(response)
    assert known() == {}


def test_two_people_at_once_lose_nothing(cast, today):
    client = cast.client("lead")
    first, second = window_of(today)[:2]
    enter(cast.scope("staff"), {first: 7})
    typed = posted({first: 3, second: 1})
    response = client.post(TELL, typed)
    assert response.status_code == 422
    assert "刚被别人改为 7" in text(response)
    assert known() == {first: 7}
    assert f'name="initial-d{first:%Y%m%d}" value="7"' in text(response)
    assert client.post(TELL, posted({first: 3, second: 1}, {first: 7})).status_code == 302
    assert known() == {first: 3, second: 1}


def test_who_changes_nothing_undoes_nobody(cast, today):
    first, second = window_of(today)[:2]
    enter(cast.scope("staff"), {first: 7})
    cast.client("lead").post(TELL, posted({first: "", second: 4}))
    assert known() == {first: 7, second: 4}


def test_an_analyst_reads_and_does_not_tell(cast):
    client = cast.client("analyst")
    page = text(client.get(PAGE))
    assert "data-key-save" not in page
    assert 'name="d' not in page
    assert client.post(TELL, posted({})).status_code == 403


def test_a_month_of_a_street_is_one_grid(cast, today):
    day = window_of(today)[-1]
    enter(cast.scope("clerk"), {day: 6})
    for who, query in (("street", ""), ("district", f"&unit={STREET}"), ("clerk", "")):
        response = cast.client(who).get(f"{reverse('usage:month')}?month={day:%Y-%m}{query}")
        lines = {line.unit.pk: line for line in response.context["lines"]}
        assert lines[HOME].sessions == 6
        assert (len(lines) == 1) is (who == "clerk")


def test_pages_ask_little_of_the_database(cast, django_assert_max_num_queries):
    client = cast.client("street")
    for where, most in ((reverse("usage:list"), 14), (reverse("usage:month"), 12), (PAGE, 12)):
        client.get(where)
        with django_assert_max_num_queries(most):
            client.get(where)


def test_the_dashboard_says_how_many_told_nothing(cast):
    enter(cast.scope("clerk"), used(8))
    computed()
    page = text(cast.client("street").get(reverse("metrics:street")))
    untold = int(parts("usage_untold")[0])
    assert "系统使用率" in page
    assert f'state=untold&amp;exact=1" data-receipt="{untold}"' in page
    assert "系统使用率" not in text(cast.client("clerk").get(reverse("metrics:committee")))


def test_the_definition_says_what_counts_and_that_it_is_about_no_person(cast):
    page = text(cast.client("clerk").get(reverse("metrics:definition", args=["system_usage"])))
    for words in ("有目的使用：写明用途", "未填报不等于没有使用", "不涉及哪个人使用"):
        assert words in page


def test_a_row_holds_nothing_of_a_person():
    columns = {each.attname for each in SystemUsage._meta.concrete_fields}
    assert columns == {
        "id", "committee_id", "street_id", "day", "sessions", "source", "version", "updated_at",
    }  # fmt: skip


def test_moments_are_those_of_the_wall_clock(cast):
    """A session told just after midnight belongs to the new day."""
    midnight = timezone.make_aware(datetime.combine(date(2026, 3, 10), time(0, 5)))
    assert enter(cast.scope("lead"), {date(2026, 3, 10): 1}, at=midnight) == 1
    with pytest.raises(UnableToTell):
        enter(cast.scope("lead"), {date(2026, 3, 11): 1}, at=midnight)
