"""The ledger: nothing lost, nothing doubled, whatever happens to a worker between two chunks."""

import threading
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone
from redis import Redis

from housing.models import AddressPlate
from portal.jobs import services
from portal.jobs.ledger import Handler
from portal.jobs.models import ChunkState, IdempotencyKey, Job, JobState
from portal.orgs.acting import acting
from portal.orgs.records import new_id
from tests.cast import HOME, Cast

CHUNKS = [{"roads": [f"路{n}", f"路{n + 1}"]} for n in range(0, 10, 2)]


def plate_of(road):
    return AddressPlate(committee_id=HOME, road=road, number="1", address=f"{road}1号")


def put_plates(job, chunk, by, at):
    AddressPlate.objects.bulk_create(map(plate_of, chunk.params["roads"]))


def count_plates(job, by, at):
    return {"plates": AddressPlate.objects.count()}


@pytest.fixture
def handler(monkeypatch):
    """The job kind of these tests; what a chunk does may be replaced."""
    table = {"test.plates": Handler(chunk=put_plates, finish=count_plates)}
    monkeypatch.setattr(services, "handlers", lambda: table)
    return table


def asked(cast, key="once"):
    with acting(cast.scope("clerk")) as by:
        return services.ask(
            kind="test.plates", title="登记门牌", key=key, params={}, chunks=CHUNKS,
            by=by, at=timezone.now(),
        )  # fmt: skip


def seen(cast, key="clerk"):
    with acting(cast.scope(key)):
        return Job.objects.get(), AddressPlate.objects.count()


def test_a_job_is_done_chunk_by_chunk_and_closed(cast, handler):
    services.work(asked(cast).pk)
    job, plates = seen(cast)
    assert (job.state, job.chunks_done) == (JobState.DONE, 5)
    assert (job.result, plates) == ({"plates": 10}, 10)


def test_asking_twice_gives_the_same_job(cast, handler):
    assert asked(cast).pk == asked(cast).pk


def test_doing_it_again_changes_nothing(cast, handler):
    job = asked(cast)
    for _ in range(3):
        services.work(job.pk)
    assert seen(cast)[1] == 10


def test_a_chunk_that_dies_halfway_leaves_nothing_and_is_done_again(cast, handler):
    died = []

    def dying(job, chunk, by, at):
        put_plates(job, chunk, by, at)
        if chunk.seq == 2 and not died:
            died.append(chunk.seq)
            raise RuntimeError("killed")

    handler["test.plates"] = Handler(chunk=dying, finish=count_plates)
    services.work(asked(cast).pk)
    job, plates = seen(cast)
    assert died == [2]
    assert (job.state, plates) == (JobState.DONE, 10)


def test_a_poisoned_chunk_fails_the_job_and_says_so(cast, handler):
    def poisoned(job, chunk, by, at):
        if chunk.seq == 1:
            raise ValueError("poison")
        put_plates(job, chunk, by, at)

    handler["test.plates"] = Handler(chunk=poisoned, finish=count_plates)
    services.work(asked(cast).pk)
    job, plates = seen(cast)
    assert job.state == JobState.FAILED
    assert "第 2 块未能完成" in job.error
    assert plates == 2  # the chunk before it stays done


def test_a_chunk_that_kills_its_workers_is_given_up(cast, handler):
    job = asked(cast)
    with acting(cast.scope("clerk")):
        job.chunks.filter(seq=1).update(starts=services.STARTS)
    services.work(job.pk)
    job, plates = seen(cast)
    assert job.state == JobState.FAILED
    assert "第 2 块反复使后台进程中止" in job.error
    assert plates == 2


def test_a_job_that_cannot_be_ended_fails_instead_of_coming_back(cast, handler):
    def broken(job, by, at):
        raise ValueError("sum")

    handler["test.plates"] = Handler(chunk=put_plates, finish=broken)
    services.work(asked(cast).pk)
    job, plates = seen(cast)
    assert (job.state, plates) == (JobState.FAILED, 10)
    assert "收尾时出错" in job.error


def test_a_long_job_gives_others_their_turn(cast, handler):
    job = asked(cast)
    assert not services.work(job.pk, seconds=0)
    assert seen(cast)[1] == 2
    while not services.work(job.pk, seconds=0):
        pass
    job, plates = seen(cast)
    assert (job.state, plates) == (JobState.DONE, 10)


def test_a_job_runs_only_as_far_as_its_requester_may_see(cast, handler):
    looked = []

    def look(job, chunk, by, at):
        looked.append((by.unit, by.user_name))

    handler["test.plates"] = Handler(chunk=look, finish=lambda *_: {})
    services.work(asked(cast).pk)
    assert set(looked) == {(HOME, "周敏")}


def test_a_cancelled_job_stops_and_keeps_whole_chunks(cast, handler):
    job = asked(cast)

    def cancelling(task, chunk, by, at):
        put_plates(task, chunk, by, at)
        if chunk.seq == 1:
            services.cancel(job_id=task.pk, by=by, at=at)

    handler["test.plates"] = Handler(chunk=cancelling, finish=count_plates)
    services.work(job.pk)
    done, plates = seen(cast)
    assert (done.state, plates) == (JobState.CANCELLED, 4)


def test_another_unit_sees_no_job(cast, handler):
    asked(cast)
    with acting(cast.scope("neighbour")):
        assert not Job.objects.exists()


def test_two_workers_share_the_chunks_without_doubling(committed, handler):
    cast = Cast.assembled()
    job = asked(cast)

    def work():
        services.work(job.pk)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    services.work(job.pk)
    done, plates = seen(cast)
    assert (done.state, plates) == (JobState.DONE, 10)
    with acting(cast.scope("clerk")):
        assert set(done.chunks.values_list("state", flat=True)) == {ChunkState.DONE}


@pytest.mark.parametrize(("hands", "called"), [(1, 1), (3, 3), (9, 5)])
def test_a_job_calls_as_many_workers_as_it_has_work_for(
    cast, handler, hands, called, django_capture_on_commit_callbacks
):
    handler["test.plates"] = replace(handler["test.plates"], hands=hands)
    with django_capture_on_commit_callbacks(execute=True):
        job = str(asked(cast).pk).encode()
    rings = Redis.from_url(settings.REDIS_URL).lrange("celery", 0, -1)
    assert sum(job in ring for ring in rings) == called  # other tests ring for other jobs


def test_a_form_sent_twice_acts_once(committed):
    cast = Cast.assembled()
    key, user, acts = new_id(), cast.users["clerk"], []
    together = threading.Barrier(2)

    def act():
        acts.append(1)
        return f"/residents/{len(acts)}/"

    def press(found):
        together.wait(10)
        with transaction.atomic():
            found.append(services.once(key=key, user_id=user.pk, at=timezone.now(), act=act))
        connections.close_all()

    answers = []
    presses = [threading.Thread(target=press, args=(answers,)) for _ in range(2)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(20)
    assert (len(acts), answers) == (1, ["/residents/1/"] * 2)
    assert IdempotencyKey.objects.count() == 1


def test_a_refused_form_may_be_sent_again(cast):
    key, user = new_id(), cast.users["clerk"]

    def refuse():
        raise ValueError("证件号有误")

    with pytest.raises(ValueError, match="证件号有误"):
        services.once(key=key, user_id=user.pk, at=timezone.now(), act=refuse)
    again = services.once(key=key, user_id=user.pk, at=timezone.now(), act=lambda: "/ok/")
    assert again == "/ok/"


def test_a_job_that_vanishes_ends_the_work(cast, handler):
    def vanishing(job, chunk, by, at):
        raise Job.DoesNotExist

    handler["test.plates"] = Handler(chunk=vanishing, finish=count_plates)
    job = asked(cast)
    with acting(cast.scope("clerk")):
        job.chunks.all().delete()
        Job.objects.filter(pk=job.pk).delete()
    services.work(job.pk)
    with acting(cast.scope("clerk")):
        assert not Job.objects.exists()
