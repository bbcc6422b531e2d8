"""Nobody gives what they do not hold: in the services, in PostgreSQL, and in any sequence."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.models import User
from portal.orgs import delegation, services
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.models import Appointment, AppointmentRequest
from portal.orgs.roles import ROLES
from portal.orgs.scope import level_of, span_of
from portal.orgs.services import UnableToAppoint
from tests.cast import DISTRICT, FAR_STREET, HOME, NEXT_DOOR, STREET, appointed

ADMINISTRATORS = ["system_admin", "security_admin", "district_auditor"]


@pytest.fixture
def newcomer(cast):
    return User.objects.create(username="bailu", name="白露", staff_no="T-900")


def give(cast, key, user, role, unit, at):
    return services.appoint(
        user_id=user.pk, unit=unit, role=role, starts_on=at.date(), by=cast.scope(key), at=at
    )


# --- the table ---------------------------------------------------------------------------------


def test_who_gives_what_on_their_own_authority():
    given = {key: sorted(delegation.grantable(role)) for key, role in ROLES.items()}
    assert {key: roles for key, roles in given.items() if roles} == {
        "street_manager": ["committee_lead", "force_member"],
        "street_staff": ["collector", "force_member"],
        "security_admin": [
            "center_clerk", "collector", "committee_lead", "committee_security", "force_member",
            "service_committee_read", "service_committee_write", "service_street_read",
            "service_street_write", "street_manager", "street_staff", "verifier",
        ],
    }  # fmt: skip


def test_what_a_street_gives_it_holds_itself():
    for actor in ("street_manager", "street_staff"):
        reached, ahead = set(), [ROLES[actor]]
        while ahead:
            for key in delegation.grantable(ahead.pop()) - reached:
                reached.add(key)
                ahead.append(ROLES[key])
        for key in reached:
            assert ROLES[key].capabilities <= ROLES[actor].capabilities
            assert ROLES[key].level == "committee"


def test_the_database_knows_the_table_of_the_code(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor_role, role, second, span FROM portal_grant_right")
        assert sorted(cursor.fetchall()) == delegation.rights()


def test_the_guard_names_the_administrators_of_the_code(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'guard_appointment'")
        source = cursor.fetchone()[0]
    assert set(ADMINISTRATORS) == delegation.ADMINISTRATORS
    assert all(f"'{key}'" in source for key in ADMINISTRATORS)


# --- services ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "role", "unit"),
    [("staff", "collector", HOME), ("street", "committee_lead", NEXT_DOOR),
     ("secadmin", "street_manager", FAR_STREET), ("secadmin", "committee_security", HOME)],
)  # fmt: skip
def test_posts_that_are_given(cast, newcomer, at, key, role, unit):
    assert give(cast, key, newcomer, role, unit, at).unit_id == unit


@pytest.mark.parametrize(
    ("key", "role", "unit"),
    [("staff", "committee_security", HOME), ("staff", "street_staff", STREET),
     ("street", "collector", HOME), ("street", "street_manager", STREET),
     ("street", "committee_lead", 310107014001), ("lead", "collector", HOME),
     ("district", "district_admin", DISTRICT), ("secadmin", "district_analyst", DISTRICT),
     ("secadmin", "system_admin", DISTRICT), ("auditor", "collector", HOME)],
)  # fmt: skip
def test_posts_that_are_not(cast, newcomer, at, key, role, unit):
    with pytest.raises(NotAllowed):
        give(cast, key, newcomer, role, unit, at)


def test_nobody_gives_themselves_a_post_or_ends_their_own(cast, at):
    with pytest.raises(NotAllowed, match="自己"):
        give(cast, "secadmin", cast.users["secadmin"], "collector", HOME, at)
    own = cast.scope("secadmin").appointment_id
    with pytest.raises(NotAllowed, match="自己"):
        services.end_appointment(
            appointment_id=own, ends_on=at.date(), by=cast.scope("secadmin"), at=at
        )


def test_a_post_over_the_district_takes_a_second_person(cast, newcomer, at, told):
    asked = services.ask_for_post(
        user_id=newcomer.pk, unit=DISTRICT, role="district_analyst", starts_on=at.date(),
        reason="接替", by=cast.scope("secadmin"), at=at,
    )  # fmt: skip
    assert not Appointment.objects.filter(user=newcomer).exists()
    with pytest.raises(NotAllowed, match="第二人"):
        services.decide_post(request_id=asked.pk, give=True, by=cast.scope("secadmin"), at=at)
    services.decide_post(request_id=asked.pk, give=True, by=cast.scope("district"), at=at)
    assert Appointment.objects.get(user=newcomer).role == "district_analyst"
    with pytest.raises(UnableToAppoint, match="已有人办理"):
        services.decide_post(request_id=asked.pk, give=True, by=cast.scope("district"), at=at)
    assert told("orgs.appointed")[0]["actor_name"] == "沈立群"


def test_a_refused_request_gives_nothing(cast, newcomer, at, told):
    asked = services.ask_for_post(
        user_id=newcomer.pk, unit=DISTRICT, role="district_admin", starts_on=at.date(),
        reason="", by=cast.scope("secadmin"), at=at,
    )  # fmt: skip
    services.decide_post(request_id=asked.pk, give=False, by=cast.scope("district"), at=at)
    assert not Appointment.objects.filter(user=newcomer).exists()
    assert told("orgs.post_refused")


def test_three_administrators_are_three_accounts(cast, at):
    with pytest.raises(UnableToAppoint, match="不能兼任"):
        give(cast, "secadmin", cast.users["auditor"], "collector", HOME, at)
    for first in ADMINISTRATORS:
        for second in {*ADMINISTRATORS, "district_admin"} - {first}:
            user = User.objects.create(username=f"{first}-{second}", name="兼任", staff_no="T-9")
            appointed(user, first, DISTRICT, at.date())
            with pytest.raises(IntegrityError, match="no other post"), transaction.atomic():
                appointed(user, second, DISTRICT, at.date())


@pytest.mark.parametrize("administrator", ["secadmin", "auditor", "sysadmin"])
def test_no_administrator_sees_a_resident(cast, administrator):
    browser = cast.client(administrator)
    for path in ("/residents/", "/housing/", "/permits/", "/quality/", "/search/", "/imports/",
                 "/dashboard/"):  # fmt: skip
        assert browser.get(path).status_code in {403, 404, 405}, path
    with acting(cast.scope(administrator)), connection.cursor() as cursor:
        for table in ("residents_resident", "residents_residence", "housing_dwellingunit"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0


# --- PostgreSQL ----------------------------------------------------------------------------------

INSERT = (
    "INSERT INTO orgs_appointment (user_id, unit_id, role, starts_on)"
    " VALUES (%s, %s, %s, current_date)"
)


def raw(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    ("key", "role", "unit"),
    [(None, "collector", HOME), ("clerk", "collector", HOME), ("staff", "street_staff", STREET),
     ("staff", "collector", 310107014001), ("street", "district_admin", DISTRICT),
     ("secadmin", "district_admin", DISTRICT), ("secadmin", "system_admin", DISTRICT),
     ("district", "district_admin", DISTRICT), ("auditor", "committee_lead", HOME),
     ("secadmin", "center_clerk", DISTRICT), ("secadmin", "collector", STREET)],
)  # fmt: skip
def test_a_smuggled_insert_gives_no_wider_post(cast, newcomer, key, role, unit):
    with acting(cast.scope(key) if key else None), pytest.raises(ProgrammingError):
        raw(INSERT, newcomer.pk, unit, role)


def test_the_same_insert_passes_for_who_may(cast, newcomer):
    with acting(cast.scope("staff")):
        raw(INSERT, newcomer.pk, HOME, "collector")
    assert Appointment.objects.filter(user=newcomer, role="collector").exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orgs_appointment SET role = 'street_manager' WHERE id = %s",
        "UPDATE orgs_appointment SET unit_id = 310107005003 WHERE id = %s",
        "UPDATE orgs_appointment SET starts_on = '2019-01-01' WHERE id = %s",
        "DELETE FROM orgs_appointment WHERE id = %s",
    ],
)
def test_of_a_post_only_the_end_changes(cast, change):
    post = cast.scope("collector").appointment_id
    with acting(cast.scope("secadmin")), pytest.raises(ProgrammingError):
        raw(change, post)


def test_a_smuggled_update_revives_no_post_of_ones_own(cast, at):
    own = cast.scope("staff").appointment_id
    with acting(cast.scope("staff")), pytest.raises(ProgrammingError, match="their own"):
        raw("UPDATE orgs_appointment SET ends_on = '2099-01-01' WHERE id = %s", own)


def test_a_made_up_second_person_is_refused(cast, newcomer, at):
    forged = (
        "INSERT INTO orgs_appointmentrequest (user_id, unit_id, role, starts_on, reason, state,"
        " asked_by_id, asked_at) VALUES (%s, %s, 'district_admin', current_date, '', 'waiting',"
        " %s, now())"
    )
    with acting(cast.scope("secadmin")), pytest.raises(ProgrammingError, match="another name"):
        raw(forged, newcomer.pk, DISTRICT, cast.users["district"].pk)


def test_a_token_of_another_transaction_names_nobody(cast, newcomer):
    with acting(cast.scope("staff")), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.actor')")
        token = cursor.fetchone()[0]
    assert token
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        forged = token.split(".")
        forged[3] = str(cast.scope("secadmin").appointment_id)
        cursor.execute("SELECT set_config('app.actor', %s, true)", [".".join(forged)])
        with pytest.raises(ProgrammingError):
            raw(INSERT, newcomer.pk, HOME, "collector")


def test_the_actors_token_opens_no_row(cast):
    with acting(cast.scope("staff")), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', current_setting('app.actor'), true)")
        cursor.execute("SELECT count(*) FROM housing_addressplate")
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT app_low()")
        assert cursor.fetchone()[0] is None


def test_the_application_cannot_change_the_table_of_rights(db):
    with pytest.raises(ProgrammingError, match="permission denied"):
        raw("INSERT INTO portal_grant_right VALUES ('clerk', 'district_admin', false)")


# --- any sequence --------------------------------------------------------------------------------

UNITS = (HOME, NEXT_DOOR, STREET, FAR_STREET, 310107014001, DISTRICT)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["appoint", "ask", "decide", "end", "raw"]),
        st.integers(0, 5),  # who acts: the one, or somebody they made
        st.integers(0, 5),  # whom it concerns
        st.sampled_from(sorted(ROLES)),
        st.sampled_from(UNITS),
    ),
    min_size=3,
    max_size=8,
)


@pytest.mark.parametrize("who", ["staff", "street", "secadmin"])
def test_no_sequence_of_grants_reaches_beyond_who_began(cast, at, who):
    start = cast.scope(who)

    @settings(
        max_examples=8, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck), database=None,
    )  # fmt: skip
    @given(STEPS)
    def run(steps):
        with transaction.atomic():
            _play(cast, start, steps, at)
            made = Appointment.objects.exclude(user__in=list(cast.users.values()))
            for post in made:
                _within(start, post)
            assert Appointment.objects.filter(user_id=start.user_id).count() == 1
            transaction.set_rollback(True)

    run()


def _within(start, post):
    """The post reaches no further than who began the sequence."""
    assert start.low <= post.unit_id <= post.unit_id + span_of(post.unit_id) <= start.high
    if start.role == "security_admin":  # the root of trust: everything but what takes two
        assert level_of(post.unit_id) != "district"
        assert post.role not in delegation.ADMINISTRATORS
    else:
        assert ROLES[post.role].capabilities <= {*ROLES[start.role].capabilities}


def _play(cast, start, steps, at):
    from portal.orgs.posts import scope_of

    people = [User.objects.create(username=f"made{n}", name=f"新人{n}") for n in range(5)]
    for act, actor, target, role, unit in steps:
        held = Appointment.objects.filter(user=people[actor - 1]).select_related("unit").first()
        by = start if actor == 0 or held is None else scope_of(held, people[actor - 1])
        user = people[target - 1].pk if target else start.user_id
        told = {"user_id": user, "unit": unit, "role": role, "starts_on": at.date()}
        try:
            with transaction.atomic():
                if act == "appoint":
                    services.appoint(**told, by=by, at=at)
                elif act == "ask":
                    services.ask_for_post(**told, reason="", by=by, at=at)
                elif act == "decide":
                    asked = AppointmentRequest.objects.filter(state="waiting").first()
                    if asked:
                        services.decide_post(request_id=asked.pk, give=True, by=by, at=at)
                elif act == "raw":
                    with acting(by):
                        raw(INSERT, user, unit, role)
                elif held and held.user_id != start.user_id:
                    services.end_appointment(
                        appointment_id=held.pk, ends_on=at.date(), by=by, at=at
                    )
        except (NotAllowed, UnableToAppoint, ProgrammingError, IntegrityError):
            continue


# --- pages ---------------------------------------------------------------------------------------


def test_a_street_opens_an_account_for_its_collector(cast):
    form = {"name": "白露", "username": "bailu", "staff_no": "YY-9", "unit": HOME,
            "role": "collector", "password": "orchid-lake-winter"}  # fmt: skip
    answer = cast.client("staff").post("/orgs/accounts/new/", form)
    user = User.objects.get(username="bailu")
    assert answer["Location"] == reverse("orgs:person", args=[user.pk])
    assert user.initial_password
    refused = cast.client("staff").post(
        "/orgs/accounts/new/", form | {"username": "other", "role": "street_staff", "unit": STREET}
    )
    assert refused.status_code == 422
    assert not User.objects.filter(username="other").exists()


def test_a_street_sees_the_accounts_of_its_committees_only(cast):
    page = cast.client("staff").get("/orgs/people/").content.decode()
    assert "周敏" in page
    assert "汤鹏" not in page
    far = reverse("orgs:person", args=[cast.users["far_clerk"].pk])
    assert cast.client("staff").get(far).status_code == 404


def test_the_second_person_finds_what_waits(cast, newcomer, at):
    where = reverse("orgs:person", args=[newcomer.pk])
    told = {"act": "appoint", "unit": DISTRICT, "role": "district_analyst",
            "starts_on": f"{timezone.localdate(at)}", "reason": "接替"}  # fmt: skip
    assert cast.client("secadmin").post(where, told).status_code == 302
    own = cast.client("secadmin").get("/orgs/requests/").content.decode()
    assert "须由另一人批准" in own
    browser = cast.client("district")
    assert "白露" in browser.get("/orgs/requests/").content.decode()
    asked = AppointmentRequest.objects.get()
    browser.post(reverse("orgs:decide", args=[asked.pk]), {"give": "1"})
    assert Appointment.objects.get(user=newcomer).role == "district_analyst"


def test_the_keeper_resets_and_closes_accounts(cast, at):
    where = reverse("orgs:person", args=[cast.users["clerk"].pk])
    browser = cast.client("secadmin")
    told = {
        "act": "reset",
        "reset-password": "first-Day-2026!",
        "reset-reason": "当面核验",
    }
    assert browser.post(where, told).status_code == 302
    assert User.objects.get(username="clerk").initial_password
    assert browser.post(where, {"act": "close", "close-reason": "离职"}).status_code == 302
    assert not User.objects.get(username="clerk").is_active
    assert browser.post(where, {"act": "close", "close-reason": ""}).status_code == 422
    own = reverse("orgs:person", args=[cast.users["secadmin"].pk])
    assert browser.post(own, {"act": "close", "close-reason": "x"}).status_code == 403


def test_a_street_neither_resets_nor_closes(cast):
    where = reverse("orgs:person", args=[cast.users["clerk"].pk])
    answer = cast.client("staff").post(where, {"act": "close", "close-reason": "x"})
    assert answer.status_code == 403
    assert User.objects.get(username="clerk").is_active


def test_an_ended_post_is_over_with_the_next_request(cast, at):
    browser = cast.client("clerk")
    assert browser.get("/residents/").status_code == 200
    post = cast.scope("clerk").appointment_id
    cast.client("secadmin").post(reverse("orgs:end_post", args=[post]))
    assert browser.get("/residents/").status_code == 403
    assert Appointment.objects.get(pk=post).ends_on == timezone.localdate(at) - timedelta(days=1)
