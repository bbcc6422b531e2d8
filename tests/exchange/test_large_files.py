"""A file too large to be read while its sender waits: a worker reads it, the page tells how far."""

import pytest

from portal.exchange.models import BatchState
from portal.exchange.services.state import chunks_of
from portal.jobs import services as jobs
from tests.exchange.builders import plate, workbook
from tests.exchange.test_hostile_files import BOMB, GOOD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plate_files")]


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr("portal.exchange.services.receiving.READ_AT_ONCE", 100)


def test_a_worker_reads_it_and_the_wizard_goes_on(wizard):
    batch = wizard.sent(workbook([plate(1), plate(2), plate("甲")]))
    assert (batch.state, batch.row_count) == (BatchState.READING, 0)
    assert "正在读取文件" in wizard.opens(batch)
    assert wizard.rows(batch) == []
    jobs.work(batch.read_job_id)
    batch = wizard.batch(batch.pk)
    assert (batch.state, batch.row_count) == (BatchState.RECEIVED, 3)
    assert "对应列" in wizard.opens(batch)
    assert wizard.applies(wizard.maps(batch)).outcomes == {"create": 2, "error": 1}


def test_what_only_its_reading_shows_is_told_on_its_page(wizard, tmp_path):
    batch = wizard.sent(workbook([]))
    jobs.work(batch.read_job_id)
    batch = wizard.batch(batch.pk)
    assert batch.state == BatchState.REFUSED
    assert "没有数据行" in wizard.opens(batch)
    assert "未接收" in wizard.client.get("/imports/history/").content.decode()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert wizard.rows(batch) == []


def test_what_its_directory_shows_is_refused_at_once(wizard):
    assert wizard.sends(BOMB).status_code == 422


def test_given_up_before_it_is_read_it_stays_unread(wizard):
    batch = wizard.sent(GOOD)
    batch = wizard.posts(batch, "abandon")
    jobs.work(batch.read_job_id)
    assert wizard.batch(batch.pk).state == BatchState.CANCELLED
    assert wizard.rows(batch) == []


def test_a_long_file_is_cut_coarser_than_a_short_one():
    assert chunks_of(range(1, 1001)) == [{"first": 1, "last": 500}, {"first": 501, "last": 1000}]
    assert [chunk["last"] for chunk in chunks_of(range(1, 20_001))][:2] == [2000, 4000]
