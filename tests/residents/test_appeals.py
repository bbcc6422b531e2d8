"""What residents ask for or complain of: heard, handled by another hand, answered, counted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.appeal_report import topics_of
from residents.models import ResidentAppeal
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-118")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


def hear(by, at, **changes):
    voiced = {"topic": "environment", "channel": "counter", "text": "楼道灯坏了半个月",
              "received_on": at.date(), "name": "王巧云", "contact": "13900000001"}  # fmt: skip
    with acting(by):
        return services.hear_appeal(
            voiced=services.Voiced(**(voiced | changes)), by=by, at=at
        )  # fmt: skip


def answer(by, row, at, **changes):
    told = {"result": "solved", "reply": "已请物业换灯"} | changes
    with acting(by):
        return services.answer_appeal(appeal_id=row.pk, by=by, at=at, **told)


def test_an_appeal_is_heard_sealed_and_due_in_fifteen_days(clerk, at, written):
    row = hear(clerk, at)
    assert (row.committee_id, row.state) == (clerk.unit, "received")
    assert row.due_on == at.date() + timedelta(days=15)
    assert "楼道灯" not in str(bytes(row.sealed))
    assert services.appeal_words(row)["contact"] == "13900000001"
    (event,) = [each for each in written if each["action"] == "residents.appeal_heard"]
    assert not event["subjects"]
    assert "楼道灯" not in str(event)
    assert "王巧云" not in str(event)


def test_it_hangs_on_no_person_and_no_finding():
    targets = {
        field.related_model._meta.label for field in ResidentAppeal._meta.get_fields()
        if field.is_relation and field.related_model
    }  # fmt: skip
    assert targets == {"orgs.OrgUnit"}


def test_one_against_a_clerk_goes_to_the_street_and_neither_wall_shows_it_here(cast, clerk, at):
    colleague = cast.scope("colleague")
    row = hear(clerk, at, topic="conduct", against="staff", against_user=colleague.user_id)
    assert row.against_name == "许婉清"
    street = cast.scope("street")
    for scope in (clerk, colleague):
        with acting(scope):
            assert not ResidentAppeal.objects.filter(pk=row.pk).exists()
    with acting(street):
        assert ResidentAppeal.objects.shown_to(street).filter(pk=row.pk).exists()
    for who in ("clerk", "colleague", "far_street"):
        found = cast.client(who).get(reverse("residents:appeal", args=[row.pk]))
        assert found.status_code == 404


def test_whoever_is_complained_of_neither_sees_nor_handles_it(cast, at):
    street, staff = cast.scope("street"), cast.scope("staff")
    row = hear(street, at, against="step", step="居住登记受理")
    with acting(street):
        ResidentAppeal.objects.filter(pk=row.pk).update(against="staff", against_user=staff.user_id)
        with pytest.raises(services.UnableToFollowUp, match="被反映的人"):
            services.assign_appeal(
                appeal_id=row.pk, handler_id=staff.user_id, by=street, at=at
            )  # fmt: skip
        row.refresh_from_db()
        assert staff.user_id not in services.appeal_handlers(row, at.date())
        with pytest.raises(IntegrityError), transaction.atomic():
            ResidentAppeal.objects.filter(pk=row.pk).update(handler_id=staff.user_id)
    with acting(staff):
        assert not ResidentAppeal.objects.shown_to(staff).exists()
    with pytest.raises(ResidentAppeal.DoesNotExist):
        answer(staff, row, at)


def test_it_is_assigned_answered_once_and_printed(cast, clerk, at):
    row, colleague = hear(clerk, at), cast.scope("colleague")
    with acting(clerk):
        given = services.assign_appeal(
            appeal_id=row.pk, handler_id=colleague.user_id, by=clerk, at=at
        )  # fmt: skip
    assert (given.state, given.handler) == ("assigned", "许婉清")
    letter = reverse("residents:appeal_letter", args=[row.pk])
    assert cast.client("clerk").get(letter).status_code == 404
    answer(colleague, row, at)
    with pytest.raises(services.UnableToFollowUp, match="已由许婉清答复"):
        answer(clerk, row, at)
    printed = text_of(cast.client("clerk").get(letter))
    assert "已请物业换灯" in printed
    assert "王巧云" in printed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " "}, "text"),
        ({"against": "step"}, "step"),
        ({"against": "staff"}, "against_user"),
        ({"against": "staff", "against_user": 10**9}, "against_user"),
    ],
)
def test_what_is_missing_is_told_at_its_field(clerk, at, changes, field):
    with pytest.raises(services.UnableToFollowUp) as refusal:
        hear(clerk, at, **changes)
    assert refusal.value.field == field
    with pytest.raises(services.UnableToFollowUp, match="晚于今天"):
        hear(clerk, at, received_on=at.date() + timedelta(days=1))


def test_a_collector_neither_hears_nor_reads_appeals(cast, at):
    with pytest.raises(NotAllowed):
        hear(cast.scope("collector"), at)
    assert cast.client("collector").get(reverse("residents:appeals")).status_code == 403


@pytest.mark.paper("S-08")
def test_an_overdue_one_is_on_the_streets_list_and_to_do(cast, clerk, at):
    hear(clerk, at, received_on=at.date() - timedelta(days=20))
    hear(clerk, at)
    shown = text_of(cast.client("street").get(reverse("residents:appeals"), {"overdue": "1"}))
    assert shown.count("环境和治安") >= 1
    todo = text_of(cast.client("street").get(reverse("desk:todo")))
    assert "居民诉求" in todo


def test_the_form_keeps_what_was_typed_and_says_where_it_goes(cast):
    client = cast.client("clerk")
    url = reverse("residents:hear_appeal")
    data = {"topic": "conduct", "channel": "phone", "text": "等了两个钟头", "against": "staff",
            "against_user": "", "step": "", "name": "", "contact": "",
            "received_on": "2026-11-01", "idempotency_key": uuid4().hex}  # fmt: skip
    refused = client.post(url, data)
    assert "请选择反映的是哪位工作人员" in text_of(refused)
    assert "等了两个钟头" in text_of(refused)
    taken = client.post(url, data | {"against": "unit"})
    assert taken.status_code == 302
    assert taken.headers["Location"] == reverse("residents:appeals")


def test_few_of_a_topic_are_not_told_apart(clerk, at):
    for _ in range(5):
        answer(clerk, hear(clerk, at, received_on=at.date() - timedelta(days=4)), at)
    hear(clerk, at, topic="schooling")
    with acting(clerk):
        rows = ResidentAppeal.objects.shown_to(clerk)
        lines = {line.title: line for line in topics_of(rows, at.date() - timedelta(9), at.date())}
    shown = lines["环境和治安"]
    assert (shown.heard, shown.answered, shown.days, shown.share_in_time) == (5, 5, 4, 100)
    assert lines["子女就学"].is_few
    assert lines["合计（列明的主题）"].heard == 5


def test_the_database_keeps_answers_whole(clerk, at):
    row = hear(clerk, at)
    with acting(clerk), pytest.raises(IntegrityError), transaction.atomic():
        ResidentAppeal.objects.filter(pk=row.pk).update(state="answered")
