"""Two people at once at one dwelling, on two connections that really commit."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from housing import services
from housing.models import Building, Campaign, Estate, Finding, FindingPhoto, Lease
from housing.photos import MOST_PHOTOS
from portal.orgs.acting import acting
from tests.cast import Cast
from tests.housing.builders import a_building, let, the_dwelling
from tests.housing.rectifying import a_plan, an_area, did, found, rechecked, today
from tests.races import both
from tests.residents.builders import home


@pytest.fixture
def cast(committed):
    return Cast.assembled()


@pytest.mark.paper("S-84")
def test_a_dwelling_is_let_once_however_many_clerks_try(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    a_building(clerk)
    home = the_dwelling(clerk)
    outcomes = both(
        lambda: let(clerk, home, lessee="吴甲"), lambda: let(colleague, home, lessee="吴乙")
    )
    (refused,) = [each for each in outcomes if each is not None]
    assert isinstance(refused, services.UnableToLease)
    assert "已登记整租" in str(refused)
    with acting(clerk):
        assert Lease.objects.filter(dwelling=home).count() == 1


@pytest.mark.paper("S-80")
def test_two_clerks_who_name_one_estate_make_one(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    outcomes = both(
        lambda: a_building(clerk, "棠浦路988弄6号", estate="棠浦花园"),
        lambda: a_building(colleague, "棠浦路988弄8号", estate="棠浦花园"),
    )
    assert outcomes == [None, None]
    with acting(clerk):
        assert Estate.objects.get().building_set.count() == 2


@pytest.mark.paper("S-80")
def test_a_building_never_ends_in_an_estate_that_was_joined_with_another(cast, at):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    a_building(clerk, "棠浦路988弄2号", estate="棠浦花园")
    a_building(clerk, "棠浦路988弄4号", estate="棠浦小区")
    moved = a_building(clerk)
    with acting(clerk):
        kept, ended = (Estate.objects.get(name=name) for name in ("棠浦花园", "棠浦小区"))

    def join():
        with acting(clerk):
            services.join_estates(estate_id=ended.pk, into_id=kept.pk, version=1, by=clerk, at=at)

    def place():
        with acting(colleague):
            services.update_building(
                building_id=moved.pk, changes={"estate": "棠浦小区"}, version=moved.version,
                by=colleague, at=at,
            )  # fmt: skip

    assert both(join, place) == [None, None]
    with acting(clerk):
        assert set(Building.objects.values_list("estate", "estate_name")) == {(kept.pk, "棠浦花园")}


def refusals(outcomes):
    """What was refused of acts at once; every other error is one of ours."""
    refused = [each for each in outcomes if each is not None]
    assert all(isinstance(each, services.UnableToRectify) for each in refused), refused
    return refused


def told_and_begun(cast, finding):
    staff = cast.scope("staff")
    did(
        staff, services.notify_finding, finding_id=finding.pk, notice_no="告 1 号",
        noticed_on=today(), due_on=today() + timedelta(days=30), vulnerable="有一名儿童",
    )  # fmt: skip
    did(staff, services.note_progress, finding_id=finding.pk, progress="已加装扶手")


@pytest.fixture
def finding(cast):
    return found(cast, home(cast.scope("clerk"))[0], kind="unsafe")


def now_of(cast, finding):
    with acting(cast.scope("staff")):
        return Finding.objects.get(pk=finding.pk)


@pytest.mark.paper("S-74")
def test_a_finding_is_closed_once_by_whoever_comes_first(cast, finding):
    rechecked(cast, finding)

    def close(key, helped):
        did(cast.scope(key), services.close_finding, finding_id=finding.pk, assistance=helped,
            end_reason="")  # fmt: skip

    outcomes = both(lambda: close("staff", "帮助申请补贴"), lambda: close("street", "协助另租"))
    (refused,) = refusals(outcomes)
    assert "已办结" in str(refused)
    row = now_of(cast, finding)
    winner = outcomes.index(None)
    assert (row.ended_by, row.assistance) == (
        ("何静", "帮助申请补贴"), ("顾振宇", "协助另租"),
    )[winner]  # fmt: skip


@pytest.mark.paper("S-74")
def test_a_finding_is_either_told_or_nothing(cast, finding):
    """One officer hands over the notice while another writes down that it was nothing."""
    outcomes = both(
        lambda: did(
            cast.scope("staff"), services.notify_finding, finding_id=finding.pk,
            notice_no="告 1 号", noticed_on=today(), due_on=today() + timedelta(days=30),
            vulnerable="没有老人、儿童",
        ),
        lambda: did(cast.scope("street"), services.dismiss_finding, finding_id=finding.pk,
                    end_reason="看过图纸，原有的门"),
    )  # fmt: skip
    state = now_of(cast, finding).state
    # told first, it may still turn out to be nothing; dismissed first, nothing is told any more
    assert state == "dismissed"
    assert len(refusals(outcomes)) in (0, 1)


@pytest.mark.paper("S-74")
def test_rectification_and_recheck_at_once_lose_neither(cast, finding):
    told_and_begun(cast, finding)
    outcomes = both(
        lambda: did(cast.scope("staff"), services.note_progress, finding_id=finding.pk,
                    progress="正在拆除隔断"),
        lambda: did(cast.scope("street"), services.recheck_finding, finding_id=finding.pk,
                    passed=True, rechecked_on=today(), progress="隔断已拆除"),
    )  # fmt: skip
    row = now_of(cast, finding)
    assert (row.state, row.rechecked_name, row.progress) == ("rechecked", "顾振宇", "隔断已拆除")
    assert all("复查通过" in str(each) for each in refusals(outcomes))


@pytest.mark.paper("S-74")
def test_two_rechecks_at_once_give_one_answer(cast, finding):
    """One passes it, the other gives a new deadline."""
    told_and_begun(cast, finding)

    def look(passed, key):
        did(cast.scope(key), services.recheck_finding, finding_id=finding.pk, passed=passed,
            rechecked_on=today(), progress="看过", due_on=today() + timedelta(days=40))  # fmt: skip

    outcomes = both(lambda: look(True, "street"), lambda: look(False, "street"))
    refusals(outcomes)
    row = now_of(cast, finding)
    assert outcomes[0] is None
    assert (row.state, row.rechecked_name) == ("rechecked", "顾振宇")


@pytest.mark.paper("S-74")
def test_a_plan_is_decided_once(cast):
    plan = a_plan(cast, an_area(cast, home(cast.scope("clerk"))[0]))

    def decide(agreed, answer):
        did(cast.scope("street"), services.decide_campaign, campaign_id=plan.pk, agreed=agreed,
            answer=answer)  # fmt: skip

    outcomes = both(lambda: decide(True, ""), lambda: decide(False, "补写依据"))
    refusals(outcomes)
    with acting(cast.scope("staff")):
        row = Campaign.objects.get(pk=plan.pk)
    # returned first, it may be approved after all; approved first, it is not returned any more
    assert row.state == "approved"
    assert outcomes[0] is None


@pytest.mark.paper("S-74")
def test_photos_sent_at_once_do_not_exceed_their_number(cast, finding):
    picture = BytesIO()
    Image.new("RGB", (20, 20)).save(picture, "JPEG")

    def send(key="staff"):
        did(cast.scope(key), services.add_photo, finding_id=finding.pk, shows="客厅",
            content=picture.getvalue())  # fmt: skip

    for _ in range(MOST_PHOTOS - 1):
        send()
    (refused,) = refusals(both(send, lambda: send("street")))
    assert "最多" in str(refused)
    with acting(cast.scope("staff")):
        assert FindingPhoto.objects.filter(finding=finding).count() == MOST_PHOTOS
