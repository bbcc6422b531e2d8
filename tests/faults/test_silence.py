"""Nothing personal reaches a log, a queue or a cache, whatever fails on the way (security 2.13).

A canary is registered, looked for, imported and run into every kind of error on the live system;
then everything that the programs and servers have written down is searched for it.
"""

import base64
import binascii
import json
import re
from urllib.parse import quote

import psycopg2
import pytest
import redis
from django.db import IntegrityError

from portal import embedded
from portal.orgs.acting import acting
from residents.models import Identity
from tests.exchange.builders import Wizard
from tests.faults.builders import people_file
from tests.faults.system import DATABASE, until
from tests.residents.builders import home, number, register

NAME, PHONE = "金丝雀丁", "13912345678"
NUMBER, IMPORTED = number("19770707", 31), number("19780808", 32)
CANARIES = (NAME, PHONE, NUMBER, IMPORTED)
BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")


def forms_of(canary):
    """How a canary may be written down: as text, escaped in JSON or an address, as octal."""
    escaped = json.dumps(canary).strip('"')
    octal = "".join(f"\\{byte:o}" for byte in canary.encode())
    return {form.encode() for form in (canary, escaped, quote(canary), octal)}


def opened(content):
    """The bytes, and what is wrapped into base64 within them, as Celery wraps its messages."""
    yield content
    for found in BASE64.findall(content):
        try:
            yield base64.b64decode(found, validate=True)
        except binascii.Error:
            continue


def written_down(live):
    """Everything that a log, the queue's files and its memory hold, by where it lies."""
    for path in [*live.folder.glob("*.log"), *live.redis_data.rglob("*")]:
        if path.is_file() and not path.is_socket():
            yield str(path.relative_to(live.folder)), path.read_bytes()
    for database in (0, 1):
        bell = redis.Redis.from_url(live.redis_url, db=database)
        for key in bell.scan_iter():
            yield f"redis {database}", b"\n".join([key, *values_of(bell, key)])


def values_of(bell, key):
    """What lies under a key, whatever its kind."""
    kind = bell.type(key).decode()
    if kind == "string":
        return [bell.get(key)]
    if kind == "list":
        return bell.lrange(key, 0, -1)
    if kind == "hash":
        return [part for pair in bell.hgetall(key).items() for part in pair]
    return bell.smembers(key) if kind == "set" else bell.zrange(key, 0, -1)


def found_in(live):
    return [
        f"{where}: {canary}"
        for where, content in written_down(live)
        for part in opened(content)
        for canary in CANARIES
        if any(form in part for form in forms_of(canary))
    ]


def owner(live, statement):
    connection = psycopg2.connect(embedded.with_database(live.admin_url, DATABASE))
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


@pytest.fixture
def loud(live, monkeypatch):
    """Every line that production would write, and more, from programs that begin anew."""
    live.stop("web")
    live.stop("worker")
    monkeypatch.setenv("LOG_LEVEL", "INFO")


def breaks_a_unique_index(scope, dwelling):
    person = register(scope, dwelling, name=NAME, document_number=NUMBER, phone=PHONE)
    with acting(scope):
        held = Identity.objects.get(resident_id=person.resident_id)
        with pytest.raises(IntegrityError):
            Identity.objects.create(
                committee_id=scope.unit, resident_id=held.resident_id, doc_type=held.doc_type,
                blind_index=held.blind_index, mask=NAME, is_primary=False, as_printed=NUMBER,
            )  # fmt: skip


def test_what_people_type_is_written_down_nowhere(live, cast, loud, clerk):
    scope = cast.scope("clerk")
    breaks_a_unique_index(scope, home(scope, "静默路1号", floors=1, per_floor=1)[0])
    live.web()
    for path in (f"/residents/?q={quote(NAME)}", f"/search/?q={quote(NAME)}",
                 f"/audit/?actor={quote(NAME)}"):  # fmt: skip
        assert clerk.get(path).status == 200
    token = clerk.form("/residents/entry/")
    clerk.post("/search/", {**token, "q": NUMBER})
    assert clerk.get(f"/nowhere/?phone={PHONE}&name={quote(NAME)}").status == 404
    worker = live.worker()
    wizard = Wizard(cast, "clerk")
    file = people_file(scope, [IMPORTED]).decode("utf-8-sig").replace("万万", NAME)
    batch = wizard.checked(file.encode("utf-8-sig"), name=f"{NAME}.csv", kind="residents")
    owner(live, "ALTER TABLE residents_residence RENAME COLUMN short_address TO gone")
    try:
        assert clerk.get(f"/residents/?q={quote(NAME)}").status == 500
        answer = clerk.post(f"/imports/{batch.pk}/apply/", clerk.form(f"/imports/{batch.pk}/"))
        assert answer.status == 302
        until(lambda: live.count("jobs_job", "state = 'failed'"), 60, "the import has failed")
    finally:
        owner(live, "ALTER TABLE residents_residence RENAME COLUMN gone TO short_address")
    lines = log_of(live.folder / "worker.log")
    asked = [line for line in log_of(live.folder / "web.log")
             if line.get("request") == f"POST /imports/{batch.pk}/apply/"]  # fmt: skip
    begun = [line for line in lines if line.get("event") == "task_started"
             and line.get("task") == "portal.jobs.tasks.run"]  # fmt: skip
    assert asked[0]["request_id"] in {line.get("request_id") for line in begun}
    assert [line for line in lines if "frames" in line], "the failure left no frames"
    assert b"ERROR" in (live.folder / "postgres.log").read_bytes()
    assert worker.alive()
    assert found_in(live) == []


def test_the_search_would_find_a_canary(live, tmp_path):
    """A search that finds nothing anywhere proves nothing."""
    # not under the queue's own name: the worker would take it away before anybody looks
    live.bell().rpush("unheard", base64.b64encode(json.dumps({"body": NAME * 9}).encode()))
    (live.folder / "leak.log").write_text(f"phone={PHONE} {quote(NAME)}", encoding="utf-8")
    try:
        found = found_in(live)
    finally:
        (live.folder / "leak.log").unlink()
    assert f"redis 0: {NAME}" in found
    assert {f"leak.log: {PHONE}", f"leak.log: {NAME}"} <= set(found)


def log_of(path):
    """The lines of a log that are ours: JSON."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
