"""Claims, two-person adjustments, stages, publication; and who sees what of it."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from assessment.models import PublishedResult, Score, UnitSheet
from assessment.scoring import rounded
from assessment.services import cycles, reviewing, selfassess
from assessment.services.common import UnableToAssess
from portal.accounts.models import User
from portal.orgs import posts
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.services import project_grants
from tests.assessment import builders as b
from tests.cast import DISTRICT, FAR_STREET, STREET, appointed

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_cycle(cast, at):
    b.snapshot(cast, {"freshness": (81, 100), "completeness": (99, 100)})
    return b.advanced(cast, b.computed_cycle(cast, at), at)


@pytest.fixture
def colleague(cast, today):
    """A second reviewer of the district."""
    user = User.objects.create(username="reviewer", name="方圆", staff_no="T-900")
    post = appointed(user, "district_admin", DISTRICT, today)
    project_grants(day=today)
    return posts.scope_of(post, user, request_id="test")


@pytest.fixture
def reviewed_stage(cast, open_cycle, at):
    """The street claimed 5.50 for freshness (computed 3.60) and a budget; all is handed in."""
    b.claimed(cast, open_cycle, "A4", STREET, "5.50", at, why="动迁地块应从分母剔除")
    b.claimed(cast, open_cycle, "C1", STREET, "3.00", at, paper="2026 年度预算批复")
    b.submitted(cast, open_cycle, at)
    with acting(cast.scope("district")):
        open_cycle.self_to = at.date() - timedelta(days=1)
        open_cycle.self_from = open_cycle.self_to
        open_cycle.save()
    return b.advanced(cast, open_cycle, at)


def review(scope, score, act, at, *, reason="核对快照", points=None):
    with acting(scope):
        version = Score.objects.get(pk=score.pk).version
        return reviewing.review(
            score_id=score.pk,
            act=act,
            reason=reason,
            version=version,
            points=points,
            by=scope,
            at=at,
        )


def test_a_claim_that_differs_waits_and_one_that_agrees_stands(cast, open_cycle, at):
    b.claimed(cast, open_cycle, "A4", STREET, "3.60", at, why="", paper="")
    b.claimed(cast, open_cycle, "A3", STREET, "3.00", at, why="有异议", paper="")
    b.submitted(cast, open_cycle, at)
    by = cast.scope("street")
    assert b.score(by, open_cycle, "A4", STREET).state == "confirmed"
    assert b.score(by, open_cycle, "A3", STREET).state == "claimed"
    assert b.score(by, open_cycle, "A1", STREET).state == "excluded"


def test_a_difference_needs_a_reason_and_a_bare_claim_needs_evidence(cast, open_cycle, at):
    with pytest.raises(UnableToAssess, match="请说明理由"):
        b.claimed(cast, open_cycle, "A4", STREET, "5.00", at, why=" ", paper="")
    with pytest.raises(UnableToAssess, match="0 到 6.00 之间"):
        b.claimed(cast, open_cycle, "A4", STREET, "6.01", at, paper="")
    b.claimed(cast, open_cycle, "C1", STREET, "3.00", at, paper="")
    with pytest.raises(UnableToAssess, match="纳入年度预算 还没有佐证"):
        b.submitted(cast, open_cycle, at)


def test_what_the_system_cannot_compute_cannot_be_claimed(cast, open_cycle, at):
    with pytest.raises(UnableToAssess, match="没有数据时不计分，不能自评"):
        b.claimed(cast, open_cycle, "A1", STREET, "10", at, paper="")


@pytest.mark.parametrize("text", ["见 310199199001010019 的记录", "电话 13800001234"])
def test_personal_data_is_kept_out_of_claims_and_evidence(cast, open_cycle, at, text):
    with pytest.raises(UnableToAssess, match="不得写证件号、手机号"):
        b.claimed(cast, open_cycle, "A4", STREET, "5.00", at, why=text, paper="")
    with pytest.raises(UnableToAssess, match="不得写证件号、手机号"):
        b.claimed(cast, open_cycle, "A4", STREET, "5.00", at, paper=text)


def test_a_street_claims_for_itself_only(cast, open_cycle, at):
    found = b.score(cast.scope("district"), open_cycle, "A4", FAR_STREET)
    by = cast.scope("street")
    with acting(by), pytest.raises(UnableToAssess, match="没有这项得分"):
        selfassess.claim(
            score_id=found.pk, points=D(6), explanation="", version=found.version, by=by, at=at
        )
    with acting(by), pytest.raises(NotAllowed):
        selfassess.submit_self_assessment(cycle_id=open_cycle.pk, unit=FAR_STREET, by=by, at=at)


def test_accepting_the_computed_value_takes_one_person(cast, reviewed_stage, at, told):
    by = cast.scope("district")
    found = b.score(by, reviewed_stage, "A4", STREET)
    assert review(by, found, "accept", at).final == D("3.60000")
    event = told("assessment.reviewed")[-1]
    assert event["reason"] == "核对快照"
    assert event["scope_code"] == STREET


def test_an_adjustment_takes_effect_when_another_person_confirms_it(
    cast, reviewed_stage, at, colleague
):
    by = cast.scope("district")
    found = b.score(by, reviewed_stage, "A4", STREET)
    assert review(by, found, "propose", at, points=D("5.00")).final is None
    with pytest.raises(UnableToAssess, match="提出人不能自己确认"):
        review(by, found, "second", at)
    done = review(colleague, found, "second", at, reason="")
    assert (done.state, done.final) == ("confirmed", D("5.00"))


def test_a_refused_adjustment_waits_again(cast, reviewed_stage, at, colleague):
    by = cast.scope("district")
    found = b.score(by, reviewed_stage, "A4", STREET)
    review(by, found, "propose", at, points=D("5.00"))
    back = review(colleague, found, "refuse", at)
    assert (back.state, back.proposed, back.final) == ("claimed", None, None)


def test_a_review_without_a_reason_or_on_a_stale_page_is_refused(cast, reviewed_stage, at):
    by = cast.scope("district")
    found = b.score(by, reviewed_stage, "A4", STREET)
    with pytest.raises(UnableToAssess, match="请写明复核理由"):
        review(by, found, "accept", at, reason=" ")
    with acting(by), pytest.raises(UnableToAssess, match="刚被他人改过"):
        reviewing.review(
            score_id=found.pk, act="accept", reason="x", version=found.version - 1, by=by, at=at
        )


def test_what_was_sent_back_can_be_mended_and_handed_in_again(cast, reviewed_stage, at):
    by = cast.scope("district")
    found = b.score(by, reviewed_stage, "A4", STREET)
    review(by, found, "send_back", at, reason="请补动迁公告")
    with acting(by):
        sheet = UnitSheet.objects.get(cycle=reviewed_stage, committee_id=STREET)
    assert sheet.state == "returned"
    b.claimed(cast, reviewed_stage, "A4", STREET, "4.00", at, paper="动迁公告")
    b.submitted(cast, reviewed_stage, at)
    again = b.score(by, reviewed_stage, "A4", STREET)
    assert (again.state, again.self_claimed) == ("claimed", D("4.00"))


def test_streets_that_submit_nothing_by_the_deadline_stand_on_computed_values(cast, reviewed_stage):
    with acting(cast.scope("district")):
        assert not UnitSheet.objects.filter(cycle=reviewed_stage, state="awaiting").exists()
        states = set(
            Score.objects.filter(
                indicator__cycle=reviewed_stage, committee_id=FAR_STREET
            ).values_list("state", flat=True)
        )
    assert states == {"excluded"}


def test_the_cycle_cannot_leave_review_with_open_items(cast, reviewed_stage, at):
    with pytest.raises(UnableToAssess, match="还有 2 项没有复核"):
        b.advanced(cast, reviewed_stage, at)


def test_only_the_district_advances_and_nobody_twice_from_one_page(cast, open_cycle, at):
    by = cast.scope("street")
    with acting(by), pytest.raises(NotAllowed):
        cycles.advance_stage(cycle_id=open_cycle.pk, version=open_cycle.version, by=by, at=at)
    by = cast.scope("district")
    with acting(by), pytest.raises(UnableToAssess, match="刚被他人推进"):
        cycles.advance_stage(cycle_id=open_cycle.pk, version=open_cycle.version - 1, by=by, at=at)


@pytest.mark.paper("S-132")
def test_the_way_to_the_end_publishes_totals_and_ranks(cast, reviewed_stage, at, colleague):
    by = cast.scope("district")
    for code, points in (("A4", "5.00"), ("C1", "3.00")):
        found = b.score(by, reviewed_stage, code, STREET)
        review(by, found, "propose", at, points=D(points))
        review(colleague, found, "second", at)
    cycle = b.advanced(cast, reviewed_stage, at, times=2)
    assert cycle.stage == "pre_published"
    assert cycle.publish_until is not None
    result = PublishedResult.objects.get(cycle=cycle, unit_id=STREET)
    # A: (4 + 5) of 10 of 45; C: 3 of 3 of 10; B and D have nothing: 50.5 of 55
    assert (result.total, result.rank) == (rounded(D("50.5") / 55 * 100), 1)
    with pytest.raises(UnableToAssess, match="期满后转入申诉"):
        b.advanced(cast, cycle, at)
    cycle = b.advanced(cast, cycle, at + timedelta(days=10))
    cycle = b.advanced(cast, cycle, at + timedelta(days=20))
    assert cycle.stage == "final"


def test_a_year_is_assessed_once(cast, open_cycle, at):
    by = cast.scope("district")
    with acting(by), pytest.raises(UnableToAssess, match="2026 年度的考核已经开展"):
        cycles.open_cycle(year=2026, by=by, at=at)
