"""Discovery leads: told, given out, looked into, and ended by what the register shows."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.rules.working_days import add_working_days
from residents import services
from residents.models import Lead, Residence, Resident
from tests.residents.builders import family_of_four, home, number, register
from tests.residents.builders import told as typed

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-64")]
State, Result = Lead.State, Lead.Result


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def watchman(cast):
    return cast.scope("watchman")


@pytest.fixture
def here(clerk):
    return home(clerk)[0]


def a_lead(by, at, *, dwelling=None, channel="01", **changes):
    words = {"kind": "new", "place": "6号101室", "text": "新搬来一家三口"} | changes
    with acting(by):
        return services.submit_lead(
            told=services.LeadTold(channel=channel, **words), by=by, at=at,
            dwelling_id=dwelling and dwelling.pk,
        )  # fmt: skip


def triage(by, lead, at, *, to=None, dwelling=None):
    with acting(by):
        return services.triage_lead(
            lead_id=lead.pk, assigned_id=(to or by).user_id, by=by, at=at,
            dwelling_id=dwelling and dwelling.pk,
        )  # fmt: skip


def find(by, lead, at, result, *, text="上门看过", visited_on=...):
    with acting(by):
        return services.note_finding(
            lead_id=lead.pk, result=result, finding=text, by=by, at=at,
            visited_on=at.date() if visited_on is ... else visited_on,
        )  # fmt: skip


def enter(by, lead, dwelling, at):
    """The household is entered out of the lead."""

    def act():
        saved = services.save_household(
            dwelling_id=dwelling.pk, rows=family_of_four(), by=by, at=at
        )
        people = tuple(row.resident_id for row in saved.added)
        return services.Registered("new", dwelling.pk, people)

    with acting(by):
        return services.register_for_lead(lead_id=lead.pk, act=act, by=by, at=at)


def test_a_lead_goes_from_the_watchman_to_the_register(clerk, watchman, here, at, today):
    lead = a_lead(watchman, at)
    assert (lead.state, lead.due_on) == (State.SUBMITTED, add_working_days(today, 1))
    lead = triage(clerk, lead, at, dwelling=here)
    assert (lead.state, lead.assigned_to) == (State.TRIAGED, clerk.user_name)
    assert lead.visit_due_on == lead.due_on == add_working_days(today, 3)
    lead = find(clerk, lead, at, "new")
    assert (lead.state, lead.due_on) == (State.CONFIRMED, add_working_days(today, 3))
    lead = enter(clerk, lead, here, at)
    assert (lead.state, lead.result, lead.closed_by) == (State.CLOSED, Result.NEW, "周敏")
    with acting(clerk):
        assert Residence.objects.open().count() == 4
        assert Resident.objects.filter(pk=lead.record_id).exists()
    assert lead.dwelling_id == here.pk


def test_the_words_are_sealed_and_only_told_where_the_lead_is_seen(clerk, watchman, at):
    lead = a_lead(watchman, at, text="三楼新搬来两位老人", contact="150 1234 6620")
    assert "老人".encode() not in bytes(lead.sealed)
    assert services.lead_words(lead) == {"text": "三楼新搬来两位老人", "contact": "15012346620"}
    lead.sealed = bytes(lead.sealed)[:-1] + b"x"
    assert "打不开" in services.lead_words(lead)["text"]


@pytest.mark.parametrize(
    ("field", "words", "said"),
    [
        ("text", f"他的身份证是 {number()}", "不要写证件号码"),
        ("text", "护照 E12345678 的人", "不要写证件号码"),
        ("text", "住着一个精神病人", "不写健康"),
        ("text", "一家人都信教徒聚会", "不写健康"),
        ("text", "很 可 疑 的人", "不写健康"),
        ("text", "长" * 201, "多了 1 字"),
        ("text", "  ", "看到了什么"),
        ("place", "  ", "地点"),
        ("contact", "12345", "还差 6 位"),
    ],
)
def test_words_that_a_lead_may_not_hold_are_told_at_their_field(clerk, at, field, words, said):
    with pytest.raises(services.UnableToFollowUp, match=said) as refusal:
        a_lead(clerk, at, **{field: words})
    assert refusal.value.field == field
    with acting(clerk):
        assert not Lead.objects.exists()


def test_whoever_only_reports_sees_their_own_leads_and_nothing_else(
    cast, clerk, watchman, here, at
):
    register(clerk, here, at=at)
    a_lead(clerk, at, channel="12")
    own = a_lead(watchman, at)
    with acting(watchman):
        assert [row.pk for row in Lead.objects.all()] == [own.pk]
        assert not Residence.objects.exists()
        assert not Resident.objects.exists()
        # what was found out about it stays theirs to read as a state; they change nothing
        assert Lead.objects.filter(pk=own.pk).update(place="别处") == 0
    with acting(clerk):
        assert Lead.objects.count() == 2
    for each in ("neighbour", "far_clerk", "secadmin", "auditor"):
        with acting(cast.scope(each)):
            assert not Lead.objects.exists()
    for each in ("street", "district"):
        with acting(cast.scope(each)):
            assert Lead.objects.count() == 2


def test_the_database_takes_a_reporters_lead_for_their_own_committee_only(cast, watchman, at):
    lead = a_lead(watchman, at)
    names = [
        field.column for field in Lead._meta.concrete_fields
        if field.column not in ("id", "street_id", "committee_id")
    ]  # fmt: skip
    copied, other = ", ".join(names), cast.scope("neighbour").unit
    again = (
        f"INSERT INTO residents_lead (id, committee_id, {copied}) "
        f"SELECT gen_random_uuid(), %s, {copied} FROM residents_lead"
    )
    with (
        acting(watchman), pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(), connection.cursor() as cursor,
    ):  # fmt: skip
        cursor.execute(again, [other])
    assert lead.committee_id == watchman.unit


@pytest.mark.parametrize("who", ["window", "auditor", "secadmin", "analyst", "district"])
def test_who_may_not_report_is_refused(cast, who, at):
    with pytest.raises(NotAllowed):
        a_lead(cast.scope(who), at)


def test_a_reporter_says_who_they_are_and_knows_no_dwelling(watchman, here, at):
    with pytest.raises(services.UnableToFollowUp, match="身份"):
        a_lead(watchman, at, channel="12")
    assert a_lead(watchman, at, dwelling=here).dwelling_id is None


def test_a_street_tells_at_which_dwelling_and_the_committee_gets_it(cast, here, at):
    staff = cast.scope("staff")
    with pytest.raises(services.UnableToFollowUp, match="房屋") as refusal:
        a_lead(staff, at, channel="13")
    assert refusal.value.field == "place"
    assert a_lead(staff, at, channel="13", dwelling=here).committee_id == here.committee_id


@pytest.mark.parametrize("who", ["neighbour", "far_clerk", "lead", "watchman", "street"])
def test_only_who_registers_there_deals_with_a_lead(cast, clerk, watchman, who, at):
    lead, by = a_lead(watchman, at), cast.scope(who)
    for act in (lambda: triage(by, lead, at), lambda: find(by, lead, at, "duplicate")):
        with pytest.raises((NotAllowed, Lead.DoesNotExist)):
            act()


def test_a_lead_is_given_to_somebody_of_its_committee(cast, clerk, watchman, at, today):
    lead = a_lead(watchman, at)
    names = services.handlers_of(clerk.unit, today)
    assert sorted(names.values()) == ["周敏", "许婉清", "顾小满"]
    for stranger in ("neighbour", "watchman", "lead"):
        with pytest.raises(services.UnableToFollowUp, match="承办人"):
            triage(clerk, lead, at, to=cast.scope(stranger))
    triage(clerk, lead, at, to=cast.scope("collector"))
    again = triage(clerk, lead, at + timedelta(days=1), to=cast.scope("colleague"))
    assert again.assigned_to == "许婉清"
    assert again.due_on == add_working_days(today, 3)  # another hand, the same deadline


def test_nothing_and_duplicates_end_a_lead_with_a_reason(clerk, watchman, at, today):
    first, second = a_lead(watchman, at), a_lead(watchman, at)
    with pytest.raises(services.UnableToFollowUp, match="核实情况"):
        find(clerk, first, at, "duplicate", text=" ", visited_on=None)
    assert find(clerk, first, at, "duplicate", visited_on=None).state == State.CLOSED
    triage(clerk, second, at)
    with pytest.raises(services.UnableToFollowUp, match="上门日期"):
        find(clerk, second, at, "nothing", visited_on=None)
    with pytest.raises(services.UnableToFollowUp, match="今天以前"):
        find(clerk, second, at, "nothing", visited_on=today + timedelta(days=1))
    with pytest.raises(services.UnableToFollowUp, match="登记线索以后"):
        find(clerk, second, at, "nothing", visited_on=today - timedelta(days=1))
    ended = find(clerk, second, at, "nothing")
    assert (ended.state, ended.result) == (State.CLOSED, Result.NOTHING)


def test_steps_out_of_their_order_are_refused(clerk, watchman, here, at):
    lead = a_lead(watchman, at)
    with pytest.raises(services.UnableToFollowUp, match="待分办"):
        find(clerk, lead, at, "new")
    with pytest.raises(services.UnableToFollowUp, match="待分办"):
        enter(clerk, lead, here, at)
    triage(clerk, lead, at)
    with acting(clerk), pytest.raises(services.UnableToFollowUp, match="待上门"):
        services.finish_lead(lead_id=lead.pk, dwelling_id=here.pk, by=clerk, at=at)
    find(clerk, lead, at, "duplicate")
    for act in (
        lambda: triage(clerk, lead, at), lambda: find(clerk, lead, at, "new"),
        lambda: enter(clerk, lead, here, at),
    ):  # fmt: skip
        with pytest.raises(services.UnableToFollowUp, match="已由周敏办结"):
            act()
    with acting(clerk):
        assert not Residence.objects.exists()


def test_an_act_that_changes_nothing_leaves_the_lead_open(clerk, watchman, at):
    lead = triage(clerk, a_lead(watchman, at), at)
    with acting(clerk):
        kept = services.register_for_lead(lead_id=lead.pk, act=lambda: None, by=clerk, at=at)
    assert kept.state == State.TRIAGED


def test_a_lead_does_not_end_with_an_act_elsewhere_and_neither_is_done(cast, clerk, watchman, at):
    lead = triage(clerk, a_lead(watchman, at), at)
    there = home(cast.scope("neighbour"), "兰溪路100弄1号")[0]
    with pytest.raises(services.UnableToFollowUp, match="另一居（村）委"):
        enter(cast.scope("staff"), lead, there, at)
    with acting(cast.scope("staff")):
        assert not Residence.objects.exists()


def test_a_refused_act_leaves_the_lead_open_and_is_told(cast, clerk, watchman, here, at, told):
    """The number belongs to the neighbour: nothing is saved, the look stays in the trail."""
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "兰溪路100弄1号")[0], at=at)
    lead = triage(clerk, a_lead(watchman, at), at)
    row = services.Told(row="new-0", told=typed(relation="户主"))

    def act():
        services.save_household(dwelling_id=here.pk, rows=[row], by=clerk, at=at)

    with acting(clerk), pytest.raises(services.FoundElsewhere):
        services.register_for_lead(lead_id=lead.pk, act=act, by=clerk, at=at)
    assert told("residents.found_elsewhere")
    with acting(clerk):
        assert Lead.objects.get().state == State.TRIAGED


def test_a_dwelling_that_was_changed_since_ends_a_confirmed_lead(clerk, watchman, here, at):
    lead = triage(clerk, a_lead(watchman, at, subject="dwelling", kind="change"), at)
    find(clerk, lead, at, "change")
    later = at + timedelta(minutes=5)

    def finish():
        with acting(clerk):
            return services.finish_lead(
                lead_id=lead.pk, dwelling_id=here.pk, by=clerk, at=later
            )  # fmt: skip

    with acting(clerk):
        type(here).objects.filter(pk=here.pk).update(updated_at=at - timedelta(days=3))
    with pytest.raises(services.UnableToFollowUp, match="没有新增或变更"):
        finish()
    register(clerk, here, at=later)
    ended = finish()
    assert (ended.state, ended.result) == (State.CLOSED, Result.CHANGE)
    assert ended.dwelling_id == here.pk


def test_overdue_ones_are_the_streets_to_see(cast, clerk, watchman, at, today):
    old = a_lead(watchman, at - timedelta(days=9))
    a_lead(watchman, at)
    street = cast.scope("street")
    with acting(street):
        assert [row.pk for row in Lead.objects.in_scope(street).overdue_on(today)] == [old.pk]
    page = cast.client("street").get(reverse("residents:leads"), {"overdue": "1"})
    assert page.content.decode().count("data-row") == 1


def test_the_words_of_a_lead_are_forgotten_a_year_after_its_end(cast, clerk, watchman, at):
    long_ago = at - timedelta(days=400)
    ended = find(clerk, a_lead(watchman, long_ago), long_ago, "duplicate", visited_on=None)
    a_lead(watchman, long_ago)
    find(clerk, a_lead(watchman, at), at, "duplicate", visited_on=None)
    with acting(clerk):
        assert services.purge_leads(by=clerk, at=at) == 1
        worn = Lead.objects.get(pk=ended.pk)
        assert (bytes(worn.sealed), worn.place, worn.finding) == (b"", "", "")
        assert services.lead_words(worn)["text"] == ""
        assert worn.kind == "new"


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "closed"}, {"result": "new"}, {"state": "confirmed"}, {"closed_by": "周敏"},
        {"assigned_id": 1}, {"assigned_to": "周敏"}, {"state": "confirmed", "result": "nothing"},
    ],
)  # fmt: skip
def test_the_database_holds_state_and_result_together(clerk, watchman, at, broken):
    lead = a_lead(watchman, at)
    with acting(clerk), pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(**broken)


def test_each_step_is_in_the_trail(clerk, watchman, here, at, told):
    lead = triage(clerk, a_lead(watchman, at), at, dwelling=here)
    find(clerk, lead, at, "new")
    enter(clerk, lead, here, at)
    (submitted,), (ended,) = (told(f"residents.lead_{act}") for act in ("submitted", "closed"))
    assert (submitted["actor_name"], submitted["scope_code"]) == ("季师傅", clerk.unit)
    assert "三口" not in str(submitted["changes"])
    assert (ended["actor_name"], len(ended["subjects"])) == ("周敏", 4)
    assert ended["changes"]["result"] == "确认新增"
