"""A case from the window to the card: works, refused, on the trail, or neither."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from permits import services
from permits.models import (
    EligibilityCheck,
    PermitApplication,
    PermitMaterial,
    PermitSecret,
    ResidencePermit,
)
from permits.services import UnableToDecide, UnableToMove, UnableToReceive
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents.models import Residence
from tests.permits.builders import (
    an_incomer,
    approved,
    issued,
    received,
    reviewed,
    under_review,
)
from tests.residents.builders import home, number, register


def state_of(cast, case):
    with acting(cast.scope("district")):
        return PermitApplication.objects.get(pk=case.pk).state


# --- receiving ----------------------------------------------------------------------------------


@pytest.mark.paper("S-91")
def test_a_complete_application_is_accepted_and_its_clock_runs(cast, told):
    case = received(cast, an_incomer(cast))
    assert case.state == "accepted"
    assert case.rule == "SH-RP-2018 v1"
    assert case.due_on == timezone.localdate() + timedelta(days=15)
    assert case.months_registered == 9
    (event,) = told("permits.received")
    assert event["scope_code"] == case.committee_id
    assert event["subjects"] == [case.applicant_id]


@pytest.mark.paper("S-20", "S-94")
def test_a_case_follows_the_rule_of_its_day(cast):
    then = datetime(2016, 8, 1, 2, 0, tzinfo=UTC)
    case = received(cast, an_incomer(cast, at=then - timedelta(days=20)), at=then)
    assert case.rule == "SH-RP-2013 v1"
    assert case.due_on.isoformat() == "2016-08-17"  # twelve working days
    with acting(cast.scope("window")):
        asked = set(EligibilityCheck.objects.filter(case=case).values_list("condition", flat=True))
    assert asked == {"C2", "C3", "C4", "C5"}


def test_numbers_follow_one_another_within_street_and_day(cast):
    first = received(cast, an_incomer(cast))
    second = received(cast, an_incomer(cast, name="吴建刚", sequence=32, address="棠浦路988弄7号"))
    assert int(second.case_no) == int(first.case_no) + 1
    assert first.case_no.startswith("310107005")
    assert len(first.case_no) == 20


@pytest.mark.paper("S-89")
def test_what_is_missing_is_told_once_and_the_case_waits(cast):
    case = received(cast, an_incomer(cast), handed_in=["document", "form"])
    assert case.state == "incomplete"
    assert case.accepted_at is None
    assert case.due_on is None
    assert case.missing_items == ["dwelling", "employment", "insurance", "photo"]
    window = cast.scope("window")
    with acting(window):
        with pytest.raises(UnableToMove, match="还缺 社会保险缴费记录、近期照片"):
            services.complete(
                case_id=case.pk, received=["dwelling", "employment"], by=window,
                at=timezone.now(),
            )  # fmt: skip
        done = services.complete(
            case_id=case.pk, received=case.missing_items, by=window, at=timezone.now()
        )
        assert done.state == "accepted"
        assert done.due_on
        assert not PermitMaterial.objects.filter(case=case, received_on=None).exists()


def test_the_register_proves_the_months_and_nothing_else(cast):
    case = received(cast, an_incomer(cast))
    with acting(cast.scope("window")):
        found = dict(EligibilityCheck.objects.filter(case=case).values_list("condition", "met"))
    assert found == {"C1": "yes", "C2": "unproven", "C3": "unproven", "C4": "unproven"}


def test_somebody_with_an_open_case_gets_no_second(cast, told):
    residence = an_incomer(cast)
    received(cast, residence)
    with pytest.raises(UnableToReceive, match="已有在办"):
        received(cast, residence)
    assert len(told("permits.received")) == 1


def test_a_local_person_needs_no_permit(cast):
    clerk = cast.scope("clerk")
    residence = register(clerk, home(clerk)[0], category="人户分离", document_number=number())
    with pytest.raises(UnableToReceive, match="面向来沪人员"):
        received(cast, residence)


@pytest.mark.parametrize("key", ["clerk", "lead", "staff", "street", "district", "analyst"])
def test_only_the_window_receives(cast, key):
    residence, scope = an_incomer(cast), cast.scope(key)
    with acting(scope), pytest.raises(NotAllowed):
        services.receive(
            residence_id=residence.pk, kind="first", reason="family", received=[], by=scope,
            at=timezone.now(),
        )  # fmt: skip


def test_an_applicant_of_another_street_is_absent(cast, told):
    far = an_incomer(cast, "far_clerk", address="大渡河路100弄1号")
    with pytest.raises(Residence.DoesNotExist):
        received(cast, far)
    window = cast.scope("window")
    with acting(window), pytest.raises(UnableToReceive, match="没有查到"):
        services.find_applicant(number=number("19950614", 31), by=window, at=timezone.now())


def test_finding_an_applicant_is_written_down_without_the_number(cast, told):
    residence, window = an_incomer(cast), cast.scope("window")
    with acting(window):
        found = services.find_applicant(number=number("19950614", 31), by=window, at=timezone.now())
    assert found.pk == residence.pk
    (event,) = told("permits.applicant_searched")
    assert "319999" not in str(event)


# --- separate hands -----------------------------------------------------------------------------


@pytest.mark.paper("S-96")
def test_who_accepted_a_case_neither_reviews_nor_decides_it(cast):
    case = under_review(cast, an_incomer(cast))
    with acting(cast.scope("district")):
        PermitApplication.objects.filter(pk=case.pk).update(accepted_by=cast.users["staff"].pk)
    staff = cast.scope("staff")
    with acting(staff), pytest.raises(UnableToMove, match="自己受理"):
        services.examine(case_id=case.pk, findings={}, by=staff, at=timezone.now())


@pytest.mark.paper("S-96")
def test_who_reviewed_a_case_does_not_decide_it(cast):
    case = under_review(cast, an_incomer(cast))
    manager = cast.scope("street")
    with acting(manager):
        services.examine(
            case_id=case.pk, findings={"C2": ("yes", "租赁登记有效")}, by=manager,
            at=timezone.now(),
        )  # fmt: skip
        services.review(
            case_id=case.pk, result="pass", opinion="符合", by=manager, at=timezone.now()
        )
        with pytest.raises(UnableToMove, match="不能审批同一办件"):
            services.decide(case_id=case.pk, approve=True, by=manager, at=timezone.now())


@pytest.mark.paper("S-96")
def test_the_database_too_keeps_the_hands_apart(cast):
    case = reviewed(cast, an_incomer(cast))
    with acting(cast.scope("district")):
        rows = PermitApplication.objects.filter(pk=case.pk)
        with pytest.raises(IntegrityError, match="permits_approver_apart"), transaction.atomic():
            rows.update(decided_by=cast.users["staff"].pk)
        with (
            pytest.raises(IntegrityError, match="permits_reviewer_not_acceptor"),
            transaction.atomic(),
        ):
            rows.update(accepted_by=cast.users["staff"].pk)
        with (
            pytest.raises(IntegrityError, match="permits_refusal_with_remedy"),
            transaction.atomic(),
        ):
            rows.update(refusal_reason="条件不符")


# --- review and decision ------------------------------------------------------------------------


@pytest.mark.paper("S-94")
def test_a_review_cannot_pass_while_conditions_are_unproven(cast, told):
    case, staff = under_review(cast, an_incomer(cast)), cast.scope("staff")
    with acting(staff):
        services.examine(case_id=case.pk, findings={}, by=staff, at=timezone.now())
        with pytest.raises(UnableToDecide, match="还没有全部证明"):
            services.review(
                case_id=case.pk, result="pass", opinion="同意", by=staff, at=timezone.now()
            )
        assert PermitApplication.objects.get(pk=case.pk).reviewed_at is None


def test_a_finding_says_on_what_it_rests(cast):
    case, staff = under_review(cast, an_incomer(cast)), cast.scope("staff")
    with acting(staff), pytest.raises(UnableToDecide, match="请写明凭什么认定符合"):
        services.examine(
            case_id=case.pk, findings={"C2": ("yes", " ")}, by=staff, at=timezone.now()
        )


@pytest.mark.parametrize(("reason", "remedy"), [("", "可申请复议"), ("住所不合法", "")])
def test_a_refusal_names_reason_and_remedy(cast, reason, remedy):
    case, manager = reviewed(cast, an_incomer(cast)), cast.scope("street")
    with acting(manager), pytest.raises(UnableToDecide, match="同时写明"):
        services.decide(
            case_id=case.pk, approve=False, refusal_reason=reason, remedy=remedy, by=manager,
            at=timezone.now(),
        )  # fmt: skip
    assert state_of(cast, case) == "reviewing"


def test_a_refused_case_is_reconsidered_by_somebody_else(cast):
    case, manager = reviewed(cast, an_incomer(cast)), cast.scope("street")
    window = cast.scope("window")
    with acting(manager):
        services.decide(
            case_id=case.pk, approve=False, refusal_reason="住所不合法", by=manager,
            at=timezone.now(),
        )  # fmt: skip
    with acting(window):
        services.reconsider(case_id=case.pk, ground="已补充产权证", by=window, at=timezone.now())
    with acting(manager), pytest.raises(UnableToMove, match="原审批人"):
        services.decide(case_id=case.pk, approve=True, by=manager, at=timezone.now())


@pytest.mark.paper("S-91", "S-96")
def test_a_case_does_not_skip_a_stage(cast):
    case, manager = received(cast, an_incomer(cast)), cast.scope("street")
    with acting(manager), pytest.raises(UnableToMove, match="办件已受理，不能批准"):
        services.decide(case_id=case.pk, approve=True, by=manager, at=timezone.now())


def test_when_the_trail_fails_so_does_the_act(cast, monkeypatch):
    case, manager = reviewed(cast, an_incomer(cast)), cast.scope("street")
    monkeypatch.setattr("permits.services.gate.record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError), acting(manager):
        services.decide(case_id=case.pk, approve=True, by=manager, at=timezone.now())
    assert state_of(cast, case) == "reviewing"


@pytest.mark.paper("S-99")
def test_every_move_is_on_the_trail(cast, told):
    approved(cast, an_incomer(cast))
    acts = [event["changes"]["act"] for event in told("permits.moved_on")]
    assert acts == ["移送", "填写审查情况", "报送审批", "批准"]


# --- the card -----------------------------------------------------------------------------------


@pytest.mark.paper("S-20")
def test_a_card_is_registered_masked_for_a_year(cast, told):
    permit = issued(cast, an_incomer(cast))
    assert permit.number_mask == "J************001"
    assert (permit.valid_to - permit.issued_on).days in (365, 366)
    (event,) = told("permits.issued")
    assert "JZ31010720260001" not in str(event)
    with acting(cast.scope("window")):
        assert PermitSecret.objects.only("id", "permit_id").filter(permit=permit).count() == 1
        services.collect(case_id=permit.case_id, by=cast.scope("window"), at=timezone.now())


def test_the_application_cannot_read_a_sealed_number(cast):
    issued(cast, an_incomer(cast))
    with (
        acting(cast.scope("window")),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        connection.cursor().execute("SELECT cipher FROM permits_permitsecret")


@pytest.mark.parametrize(
    ("card", "days", "sentence"),
    [("12", 0, "8 至 24 位"), ("JZ31010720260001", 1, "不能晚于今天"),
     ("JZ31010720260001", -9, "不能早于批准")],
)  # fmt: skip
def test_a_card_without_number_or_with_an_impossible_day_is_refused(cast, card, days, sentence):
    case, window = approved(cast, an_incomer(cast)), cast.scope("window")
    with acting(window):
        services.make(case_id=case.pk, by=window, at=timezone.now())
        with pytest.raises(UnableToMove, match=sentence):
            services.issue(
                case_id=case.pk, number=card, by=window, at=timezone.now(),
                issued_on=timezone.localdate() + timedelta(days=days),
            )  # fmt: skip
    assert state_of(cast, case) == "making"


def test_a_number_is_registered_once(cast):
    issued(cast, an_incomer(cast))
    with pytest.raises(UnableToMove, match="已登记"):
        issued(cast, an_incomer(cast, name="吴建刚", sequence=32, address="棠浦路988弄7号"))


def test_a_permit_runs_out_by_the_day(cast):
    permit = issued(cast, an_incomer(cast))
    with acting(cast.scope("clerk")):
        cases, permits = PermitApplication.objects.all(), ResidencePermit.objects.all()
        before = permit.valid_to - timedelta(days=31)
        assert not cases.expiring_on(before)
        assert cases.expiring_on(permit.valid_to).count() == 1
        assert cases.expired_on(permit.valid_to + timedelta(days=1)).count() == 1
        assert permits.to_endorse_on(permit.valid_to).count() == 1


# --- walls --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "seen"),
    [("clerk", 1), ("lead", 1), ("street", 1), ("staff", 1), ("window", 1), ("district", 1),
     ("neighbour", 0), ("far_clerk", 0), ("far_street", 0)],
)  # fmt: skip
@pytest.mark.parametrize(
    "model", [PermitApplication, EligibilityCheck, PermitMaterial, ResidencePermit]
)
def test_a_case_is_seen_in_its_own_units_only(cast, key, seen, model):
    issued(cast, an_incomer(cast))
    with acting(cast.scope(key)):
        assert bool(model.objects.count()) == bool(seen)


def test_withdrawing_asks_for_a_reason(cast):
    case, window = received(cast, an_incomer(cast)), cast.scope("window")
    with acting(window):
        with pytest.raises(UnableToMove, match="撤回原因"):
            services.withdraw(case_id=case.pk, reason="", by=window, at=timezone.now())
        services.withdraw(case_id=case.pk, reason="本人回原籍", by=window, at=timezone.now())
    assert state_of(cast, case) == "withdrawn"
    received(cast, Residence(pk=case.residence_id))
