"""Who must agree before people's data leave, and who may take the file."""

import io
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.exchange.exports import services
from portal.exchange.exports.copying import copy_rows, selected
from portal.exchange.exports.csvfile import Rows
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.querying import files_with
from portal.exchange.models import ExportDecision, ExportState
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.services import end_appointment
from tests.exports.builders import NAMES, asked, four_people, limits, made, now, said, taken
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.paper("S-111")


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def people(clerk):
    return four_people(clerk)


@pytest.fixture
def small(cast):
    """Tiers end at one, two and three people."""
    limits(cast.scope("district"), own=1, with_reason=2, one_approval=3)


@pytest.fixture
def large(clerk, people, small):
    """A request that needs two of the district."""
    return asked(clerk)


@pytest.fixture
def agreed(cast, large):
    said(large, cast.scope("district"))
    said(large, cast.scope("analyst"))
    return made(now(large))


def test_the_number_of_people_decides_on_whose_word(clerk, people, small):
    assert [asked(clerk, query=query).approvals for query in ("", "name=石")] == [2, 0]


def test_small_exports_of_a_day_are_summed(clerk, people, small):
    first, second, third = (asked(clerk, query=f"name={name}") for name in NAMES[:3])
    assert [first.tier, second.tier, third.tier] == [1, 2, 3]
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert asked(clerk, query=f"name={NAMES[3]}").tier == 1


def test_without_a_reason_nothing_larger_is_begun(clerk, people, small):
    with pytest.raises(services.UnableToExport, match="理由"):
        asked(clerk, reason="要")


def test_more_than_a_file_of_this_level_may_hold_is_refused(cast, clerk, people):
    limits(cast.scope("district"), most_committee=3)
    with pytest.raises(services.UnableToExport, match="最多 3 条"):
        asked(clerk)


def test_the_same_export_is_not_asked_for_twice(clerk, large):
    with pytest.raises(services.UnableToExport, match=large.number):
        asked(clerk)


@pytest.mark.parametrize("who", ["street", "staff", "lead", "neighbour", "auditor", "secadmin"])
def test_who_may_not_decide_is_refused(cast, large, who):
    with pytest.raises((services.UnableToDecide, NotAllowed, large.DoesNotExist)):
        said(large, cast.scope(who))
    assert now(large).state == ExportState.WAITING


def test_two_different_people_of_the_district_must_agree(cast, large):
    assert said(large, cast.scope("district")).state == ExportState.WAITING
    with pytest.raises(services.UnableToDecide, match="另一人"):
        said(large, cast.scope("district"))
    after = said(large, cast.scope("analyst"))
    assert after.state == ExportState.MAKING
    assert after.job.requested_by == large.requested_by


def test_nobody_approves_their_own_not_even_past_the_service(cast, people, small):
    district = cast.scope("district")
    own = asked(district)
    with pytest.raises(services.UnableToDecide, match="自己"):
        said(own, district)
    with acting(district), pytest.raises(IntegrityError), transaction.atomic():
        ExportDecision.objects.create(
            request=own, committee_id=own.committee_id, asker=own.requested_by,
            approver=own.requested_by, approver_name="", role_title="", unit_name="",
            agreed=True, at=timezone.now(),
        )  # fmt: skip


def test_one_approval_is_the_next_level_s(cast, clerk, people):
    limits(cast.scope("district"), own=1, with_reason=2, one_approval=10)
    export = asked(clerk)
    with pytest.raises(NotAllowed):
        said(export, cast.scope("staff"))
    assert said(export, cast.scope("street")).state == ExportState.MAKING


def test_a_returned_request_says_why(cast, large):
    with pytest.raises(services.UnableToDecide, match="原因"):
        said(large, cast.scope("district"), agreed=False)
    said(large, cast.scope("district"), agreed=False, reason="范围过大，请只导出一幢楼")
    assert now(large).state == ExportState.RETURNED
    assert "一幢楼" in now(large).outcome
    with pytest.raises(services.UnableToDecide):
        said(large, cast.scope("analyst"))


def test_nobody_decides_after_the_term_and_the_clock_closes_it(cast, large):
    late = timezone.now() + timedelta(days=4)
    with pytest.raises(services.UnableToDecide, match="期限"):
        said(large, cast.scope("district"), at=late)
    with acting(cast.scope("district")):
        services.expire(by=cast.scope("district"), at=late)
    assert now(large).state == ExportState.LAPSED


def test_only_the_asker_takes_the_file_and_each_link_once(cast, clerk, agreed):
    with pytest.raises(services.UnableToTake, match="本人"):
        taken(agreed, cast.scope("colleague"))
    content = taken(agreed, clerk)
    assert all(name in content.decode() for name in NAMES)
    with pytest.raises(services.UnableToTake, match="链接"):
        taken(agreed, clerk)
    assert taken(now(agreed), clerk) == content


def test_a_file_is_taken_three_times_at_most(clerk, agreed):
    for _ in range(3):
        taken(now(agreed), clerk)
    with pytest.raises(services.UnableToTake, match="3 次"):
        taken(now(agreed), clerk)


def leaves(cast, somebody, today, at):
    """The security administrator ends somebody's post."""
    administrator = cast.scope("secadmin")
    with acting(administrator):
        end_appointment(
            appointment_id=somebody.appointment_id, ends_on=today - timedelta(days=1),
            by=administrator, at=at,
        )  # fmt: skip


def test_who_lost_the_post_gets_no_file(cast, clerk, agreed, today, at):
    leaves(cast, clerk, today, at)
    url = reverse("exports:file", args=[agreed.pk, agreed.link])
    assert cast.client("clerk").post(url).status_code == 403


def test_an_asker_who_left_before_the_last_word_gets_none(cast, clerk, large, today, at):
    said(large, cast.scope("district"))
    leaves(cast, clerk, today, at)
    with pytest.raises(services.UnableToDecide, match="不在原岗位"):
        said(large, cast.scope("analyst"))


def test_the_clock_deletes_the_file(cast, clerk, agreed):
    path = Path(default_storage.path(agreed.stored_file))
    assert path.exists()
    late = agreed.expires_at + timedelta(seconds=1)
    with pytest.raises(services.UnableToTake, match="过期"):
        taken(agreed, clerk, at=late)
    with acting(cast.scope("district")):
        assert services.expire(by=cast.scope("district"), at=late) == 1
    assert not path.exists()
    assert now(agreed).state == ExportState.EXPIRED


def test_nothing_of_the_file_is_plain_on_the_disk(agreed):
    stored = Path(default_storage.path(agreed.stored_file)).read_bytes()
    assert not any(name.encode() in stored for name in NAMES)
    assert [path.name for path in Path(default_storage.path("exports")).glob(f"{agreed.pk}*")] == [
        f"{agreed.pk}.file"
    ]


def test_each_step_is_on_the_trail(cast, clerk, agreed, told):
    taken(agreed, clerk)
    assert told("exchange.export_taken")[0]["actor_name"] == "周敏"


def test_a_person_can_be_told_of_files_after_they_are_gone(cast, people, agreed):
    with acting(cast.scope("district")):
        services.expire(by=cast.scope("district"), at=agreed.expires_at)
        (file,) = files_with(people[0].resident_id, cast.scope("district"))
        assert not files_with(uuid.uuid4(), cast.scope("district"))
    assert (file.pk, file.state) == (agreed.pk, ExportState.EXPIRED)


def test_the_order_at_one_address_tells_which_file_it_was(clerk):
    dwelling = home(clerk)[0]
    for place, name in enumerate(NAMES):
        register(
            clerk, dwelling, name=name, document_number=number(sequence=place + 2),
            relation="户主" if place == 0 else "子", phone=f"150123466{place:02d}",
        )  # fmt: skip
    kind = export_kinds()["residents"]

    def order(seed):
        with acting(clerk):
            rows = kind.rows(clerk, "", timezone.localdate())
            columns = kind.chosen(["name"])
            found = selected(kind, rows, columns, timezone.localdate(), serial_days=False)
            out = io.BytesIO()
            copied = Rows(out, disarmed=True, seed=bytes([seed]))
            copy_rows(found, copied)
        assert len(copied.people) == 16 * len(NAMES)
        names = out.getvalue().decode().split()
        assert sorted(names) == sorted(NAMES)
        return tuple(names)

    assert order(1) == order(1)
    assert len({order(seed) for seed in range(12)}) > 3


def test_more_people_than_agreed_to_stay_where_they_are(cast, clerk, people, small):
    export = asked(clerk)
    said(export, cast.scope("district"))
    after = said(export, cast.scope("analyst"))
    with acting(clerk):
        type(export).objects.filter(pk=export.pk).update(most_rows=3)
    assert made(after).state == ExportState.FAILED
    assert "重新申请" in now(export).outcome


def test_a_foreign_export_is_as_if_it_were_not(cast, large):
    for who in ("neighbour", "far_clerk", "far_street"):
        client = cast.client(who)
        foreign = client.get(reverse("exports:export", args=[large.pk]))
        absent = client.get(reverse("exports:export", args=[uuid.uuid4()]))
        assert foreign.status_code == absent.status_code == 404
