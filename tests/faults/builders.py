"""Files of people to import on the live system, and what must be true of them afterwards."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.audit import seals
from portal.exchange.models import BatchState, ImportBatch
from portal.orgs import trail
from portal.orgs.acting import acting
from portal.orgs.scope import Scope
from residents.services.sealing import document_index
from tests.cast import Cast
from tests.exchange.builders import Wizard
from tests.faults.browser import Answer, Browser
from tests.faults.system import LiveSystem, until
from tests.residents.builders import SURNAMES, home, number

HEADERS = ["姓名", "公民身份号码", "现住地址", "人口类别", "与户主关系", "入住日期"]
FIRST_BIRTH = date(1950, 1, 1)
CHUNK = 500


def numbers(count: int, start: int = 0) -> list[str]:
    """So many different invented citizen numbers."""
    return [
        number((FIRST_BIRTH + timedelta(days=start + place)).strftime("%Y%m%d"), 2)
        for place in range(count)
    ]


def people_file(by: Scope, people: list[str], lane: int = 988) -> bytes:
    """A ledger with a person for each number, all at home in one new building of the committee."""
    dwellings = home(by, f"棠浦路{lane}弄6号", floors=10, per_floor=10)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(HEADERS)
    for place, digits in enumerate(people):
        name = f"{SURNAMES[place % 20]}{SURNAMES[place // 20 % 20]}"
        address = dwellings[place % len(dwellings)].address
        table.writerow([name, digits, address, "来沪人员", "非亲属", "2026-03-01"])
    return out.getvalue().encode("utf-8-sig")


def chunks_for(kills: int) -> int:
    """Chunks enough that the last kill still finds work."""
    return 4 + kills // 2


def seals_again(live: LiveSystem) -> None:
    """Let the clock seal the trail at its next tick, as if a minute had passed."""
    live.sql("DELETE FROM jobs_tick WHERE schedule = 'seal'")


def the_trail_holds(live: LiveSystem) -> None:
    """What the clock has sealed meanwhile and all that came after it verifies (`audit_verify`)."""
    until(lambda: live.count("audit_seal"), 60, "the clock has sealed")
    connection.close()  # it may be of a server that was killed
    unsealed = "xid::text::bigint >= (SELECT max(xid_to) FROM audit_seal)"

    def all_is_sealed() -> bool:
        seals.seal_all(at=timezone.now())
        return not live.count("audit_auditevent", unsealed)

    until(all_is_sealed, 60, "no transaction holds the sealing up")
    call_command("audit_verify", stdout=io.StringIO())
    verdict = trail.verify(at=timezone.now())
    assert verdict.faults == []
    assert verdict.events == live.count("audit_auditevent") > 0


@dataclass
class Import:
    """A file that has been checked, on its way into the register of the live system."""

    live: LiveSystem
    wizard: Wizard
    people: list[str]

    @classmethod
    def checked(
        cls, live: LiveSystem, cast: Cast, count: int, *, start: int = 0, lane: int = 988
    ) -> "Import":
        """Uploaded, mapped and checked by this process, with the worker's help if it is up."""
        self = cls(live, Wizard(cast, "clerk"), numbers(count, start))
        content = people_file(self.wizard.scope, self.people, lane)
        self.batch = self.wizard.checked(content, name="台账.csv", kind="residents")
        self.batch = until(self._as_checked, 60, "a worker that was rung has ended its part")
        assert self.batch.counts["create"] == count, self.batch.counts
        return self

    def _as_checked(self) -> ImportBatch | None:
        batch: ImportBatch = self.wizard.batch(self.batch.pk)
        return batch if batch.state == BatchState.CHECKED else None

    def begins(self) -> "Import":
        """Ask for the file to be applied; a worker is rung."""
        self.batch = self.wizard.posts(self.batch, "apply")
        self.job = self.batch.apply_job_id
        return self

    def asked_by(self, clerk: Browser) -> Answer:
        """The same through the live web server."""
        page = f"/imports/{self.batch.pk}/"
        answer = clerk.post(f"{page}apply/", clerk.form(page))
        assert answer.status == 302, answer.text
        self.batch = self.wizard.batch(self.batch.pk)
        self.job = self.batch.apply_job_id
        return answer

    def state(self) -> str:
        return str(self.live.sql("SELECT state FROM jobs_job WHERE id = %s", str(self.job))[0][0])

    def is_over(self) -> bool:
        return self.state() not in {"waiting", "running"}

    def done(self) -> int:
        """Chunks that are done."""
        return self.live.count("jobs_jobchunk", "job_id = %s AND state = 'done'", str(self.job))

    def has_begun(self) -> bool:
        return self.state() == "running"

    def ends(self, seconds: float) -> None:
        until(self.is_over, seconds, "the import is over", every=0.2)

    def stops(self) -> bool:
        """Press stop; False when the import was over before."""
        self.batch = self.wizard.posts(self.batch, "stop")
        return self.batch.state == BatchState.STOPPED

    def must_hold_whole_chunks(self) -> None:
        """At this moment: as many people as outcomes, and of each chunk all rows or none."""
        outcomes, rows, people = self.live.sql(
            "SELECT (SELECT count(*) FROM jobs_rowoutcome),"
            " (SELECT count(*) FROM exchange_importrow WHERE outcome = 'create'),"
            " (SELECT count(*) FROM residents_resident)"
        )[0]
        assert outcomes == rows == people
        assert outcomes % CHUNK == 0

    def is_taken_back(self) -> None:
        """Undo the whole import, which a worker does."""
        self.batch = self.wizard.posts(self.batch, "undo", reason="传错了文件")
        self.job = self.batch.undo_job_id
        lines = len(self.people)
        self.ends(60 + lines / 25)  # taken back row by row
        assert self.wizard.batch(self.batch.pk).outcomes == {"undone": lines}

    def must_be_whole(self) -> None:
        """Nothing lost, nothing doubled: every line has one outcome, every person is there once."""
        live, lines = self.live, len(self.people)
        assert self.state() == "done"
        outcomes = live.sql(
            "SELECT count(*), count(DISTINCT line), count(*) FILTER (WHERE outcome = 'create')"
            " FROM jobs_rowoutcome"
            " WHERE job_id IN (SELECT id FROM jobs_job WHERE kind = 'import.apply')"
        )[0]
        assert outcomes == (lines, lines, lines)
        held = live.sql("SELECT blind_index FROM residents_identity")
        assert sorted(bytes(row[0]) for row in held) == sorted(
            document_index("111", digits) for digits in self.people
        )
        assert live.count("residents_resident") == lines
        assert live.count("residents_residence") == lines
        told = live.sql(
            "SELECT count(*), count(DISTINCT target_id) FROM audit_auditevent"
            " WHERE action = 'residents.registered'"
        )[0]
        assert told == (lines, lines)
        assert live.count("audit_auditevent", "action = 'exchange.applied'") == 1
        connection.close()  # it may be of a server that was killed
        with acting(self.wizard.scope):
            assert self.wizard.batch(self.batch.pk).outcomes == {"create": lines}
