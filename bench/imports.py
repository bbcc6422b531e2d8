"""A committee's ledger of 100,000 people from upload to result, beside a bare COPY of its rows.

Three files: a clean one into an empty register, the same again (nothing changes), and one of
which a hundredth is wrong. The work is done by processes of their own, as many as the job calls
workers, so that their memory is their own too.
"""

import csv
import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from bench.figures import Figure, Sample, at_least, at_most, compared
from residents.identity import check_character

ROWS = int(os.environ.get("IMPORT_ROWS", "100000"))
#: The lane on which the file's people live; no committee of the district has it.
ROAD_INDEX = 2_000
#: Tables of the register that a file fills, parents first.
TABLES = (
    "residents_resident", "residents_identity", "residents_secret", "residents_household",
    "residents_residence", "residents_verification",
)  # fmt: skip
PER_HOME = 3
HEADERS = (
    "姓名", "性别", "公民身份号码", "证件类型", "出生日期", "民族", "国籍", "户籍地址", "现住地址",
    "联系电话", "人口类别", "与户主关系", "居住身份", "居住事由", "入住日期", "工作单位",
    "文化程度", "曾用名", "外文姓名", "备注",
)  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文晓东海燕宇轩子涵"


@dataclass(frozen=True)
class Measured:
    """One file's way: rows, seconds by step, the worker's peak memory in MiB, outcomes."""

    rows: int
    seconds: dict[str, float]
    peak: float
    outcomes: dict[str, int]

    @property
    def rate(self) -> Sample:
        return Sample.of(self.rows / sum(self.seconds.values()), "rows/s")


def figures(district: Any) -> list[Figure]:
    """Three files against COPY of the rows that the first one brought."""
    from django.conf import settings

    settings.IMPORTS_PER_DAY = 10_000
    scope = district.scope("committee")
    _empty(scope.unit, with_homes=True)  # of a run that was cut short
    homes = _homes(scope.unit)
    try:
        first = _imported(scope, as_xlsx(people(ROWS, homes)))
        again = _imported(scope, as_xlsx(people(ROWS, homes)))
        copied = _copied_again(scope.unit)
        _empty(scope.unit)
        dirty = _imported(scope, as_xlsx(spoilt(people(ROWS, homes))))
    finally:
        _empty(scope.unit, with_homes=True)
    return _compared(first, again, dirty, copied)


def _compared(
    first: Measured, again: Measured, dirty: Measured, copied: dict[str, float]
) -> list[Figure]:
    every = Sample.of(ROWS / sum(copied.values()), "rows/s")
    one = Sample.of(ROWS / copied["residents_residence"], "rows/s")
    steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in first.seconds.items())
    return [
        compared(f"import, {ROWS:,} new people", first.rate, every, at_least(0.15),
                 f"COPY of the same rows into the six tables, keys and indexes on; {steps}"),
        compared("the same, beside one table", first.rate, one, at_least(0.15),
                 "COPY of the residence rows alone; django-import-export 240–440 rows/s"),
        compared("import of the same file again", again.rate, every, None,
                 f"nothing changes: {again.outcomes}; django-import-export 465 rows/s"),
        compared("import, a hundredth of it wrong", dirty.rate, every, None,
                 f"{dirty.outcomes}"),
        compared("memory of the worker", Sample.of(first.peak, "MiB"), Sample.of(500, "MiB"),
                 at_most(1), "500 MB"),
    ]  # fmt: skip


def _homes(unit: int) -> list[str]:
    """Dwellings for the file's people, loaded by the owner; their addresses."""
    from django.utils import timezone

    from housing.models import AddressPlate, Building, DwellingUnit, Estate
    from portal.demo.chance import Dice
    from portal.demo.copying import copy_rows
    from portal.demo.homes import build, dwelling_rows

    now = timezone.now()
    made = build(
        unit, ROAD_INDEX, ROWS // PER_HOME + 1, Dice(3), tall_first=False, old_lane=False, at=now
    )  # fmt: skip
    for building in made.buildings:
        building["code_block"] = ""
    for home in made.homes:
        home.code, home.code_state = "", "none"
    copy_rows(Estate, made.estates)
    copy_rows(AddressPlate, made.plates)
    copy_rows(Building, made.buildings)
    copy_rows(DwellingUnit, dwelling_rows(made.homes, now))
    _as_owner("ANALYZE housing_dwellingunit")
    return [home.address for home in made.homes]


def _imported(scope: Any, content: bytes) -> Measured:
    """A file from upload to result, as the pages and a worker do it."""
    from django.utils import timezone

    from portal.exchange import services
    from portal.exchange.models import BatchState, ImportBatch
    from portal.jobs.ledger import handlers
    from portal.orgs.acting import acting

    seconds: dict[str, float] = {}
    peak = 0.0

    def timed(step: str, act: Any) -> Any:
        started = time.perf_counter()
        with acting(scope):
            result = act()
        seconds[step] = seconds.get(step, 0) + time.perf_counter() - started
        return result

    def worked(step: str, job: UUID) -> None:
        nonlocal peak
        hands = handlers()[f"import.{step}"].hands
        spent, memory = _by_workers(job, scope.unit, hands)
        seconds[step] = spent
        peak = max(peak, memory)

    batch = timed("upload", lambda: services.receive_file(
        kind_key="residents", file_name="台账.xlsx", content=content, committee=scope.unit,
        by=scope, at=timezone.now(),
    ))  # fmt: skip
    if batch.state == BatchState.READING:
        worked("read", batch.read_job_id)
        with acting(scope):
            batch = ImportBatch.objects.get(pk=batch.pk)
    batch = timed("map", lambda: services.confirm_mapping(
        batch_id=batch.pk, mapping=batch.mapping, remember=False, by=scope, at=timezone.now()
    ))  # fmt: skip
    worked("check", batch.check_job_id)
    batch = timed("start", lambda: services.start_apply(
        batch_id=batch.pk, by=scope, at=timezone.now()
    ))  # fmt: skip
    worked("apply", batch.apply_job_id)
    with acting(scope):
        batch = ImportBatch.objects.get(pk=batch.pk)
    return Measured(batch.row_count, seconds, peak, batch.outcomes)


def _by_workers(job: UUID, unit: int, hands: int) -> tuple[float, float]:
    """Seconds until the last worker is done with a job, and the peak MiB of the largest."""
    workers = [
        subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "bench.imports", str(job), str(unit)], stdout=subprocess.PIPE
        )
        for _ in range(hands)
    ]
    said = [worker.communicate()[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        raise RuntimeError(f"a worker failed at job {job}")
    told = [json.loads(text.splitlines()[-1]) for text in said]
    return max(spent for spent, _ in told), max(memory for _, memory in told)


def _work(job: str, unit: str) -> None:
    import django

    django.setup()
    from portal.jobs import services

    started = time.perf_counter()
    services.work(UUID(job), int(unit))
    spent = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps([spent, memory]) + "\n")


NEW_PEOPLE = (
    "SELECT DISTINCT r.resident_id FROM residents_residence r JOIN housing_dwellingunit d"
    " ON d.id = r.dwelling_id WHERE d.committee_id = {unit} AND d.address LIKE '{road}%'"
)


def _where(table: str, unit: int) -> str:
    """The rows of a table that belong to the file's people."""
    people_of = NEW_PEOPLE.format(unit=unit, road=_road())
    homes_of = (
        f"SELECT id FROM housing_dwellingunit WHERE committee_id = {unit}"
        f" AND address LIKE '{_road()}%'"
    )
    column = {"residents_resident": "id", "residents_household": "dwelling_id",
              "residents_verification": "dwelling_id"}.get(table, "resident_id")  # fmt: skip
    return f"{column} IN ({homes_of if column == 'dwelling_id' else people_of})"


def _road() -> str:
    from portal.demo.homes import ROADS

    return f"{ROADS[ROAD_INDEX % len(ROADS)]}{88 + ROAD_INDEX * 20}弄"


def _copied_again(unit: int) -> dict[str, float]:
    """Seconds of COPY by table: the rows that the file brought, taken out and put back."""
    from django.db import connections, transaction

    seconds = {}
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        held = {table: _taken_out(cursor, table, unit) for table in TABLES}
        _delete(cursor, unit)
        for table, (names, rows) in held.items():
            started = time.perf_counter()
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", rows)
            seconds[table] = time.perf_counter() - started
    return seconds


def _taken_out(cursor: Any, table: str, unit: int) -> tuple[str, io.StringIO]:
    cursor.execute(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped",
        [table],
    )
    names = str(cursor.fetchone()[0])
    rows = io.StringIO()
    query = f"SELECT {names} FROM {table} WHERE {_where(table, unit)}"
    cursor.copy_expert(f"COPY ({query}) TO STDOUT", rows)
    rows.seek(0)
    return names, rows


def _delete(cursor: Any, unit: int) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE leaving ON COMMIT DROP AS {NEW_PEOPLE.format(unit=unit, road=_road())}"
    )
    for table in reversed(TABLES):
        condition = _where(table, unit)
        if "resident_id FROM" in condition:
            condition = f"{condition.split(' ')[0]} IN (SELECT resident_id FROM leaving)"
        cursor.execute(f"DELETE FROM {table} WHERE {condition}")


def _empty(unit: int, *, with_homes: bool = False) -> None:
    """Take the file's people out of the register again, and their homes at the end."""
    from django.db import connections, transaction

    here = f"committee_id = {unit} AND address LIKE '{_road()}%'"
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        _delete(cursor, unit)
        if with_homes:
            homes = f"(SELECT id FROM housing_dwellingunit WHERE {here})"
            cursor.execute(f"DELETE FROM quality_dataqualityissue WHERE dwelling_id IN {homes}")
            cursor.execute(f"DELETE FROM housing_dwellingunit WHERE {here}")
            plates = f"(SELECT id FROM housing_addressplate WHERE {here})"
            cursor.execute(f"DELETE FROM housing_building WHERE plate_id IN {plates}")
            cursor.execute(f"DELETE FROM housing_addressplate WHERE {here}")


def _as_owner(statement: str) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


def people(count: int, homes: Sequence[str], *, seed: int = 7) -> Iterator[list[str]]:
    """Rows of a ledger, all of them clean: invented people, three to a home."""
    random = Random(seed)  # noqa: S311  not for secrets
    newest, oldest = date(2020, 12, 31), date(1935, 1, 1)
    span = (newest - oldest).days
    for place in range(count):
        birth = oldest + timedelta(days=place % span)
        body = f"319999{birth:%Y%m%d}{(place // span) % 1000:03d}"
        sex = "男" if int(body[16]) % 2 else "女"
        local = random.random() < 0.6
        begin = max(date(2015, 1, 1) + timedelta(days=random.randrange(3650)), birth)
        yield [
            random.choice(SURNAMES) + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2)))),
            sex, body + check_character(body), "居民身份证", birth.isoformat(), "汉族", "中国",
            "上海市普陀区" if local else "安徽省六安市金安区",
            homes[place // PER_HOME % len(homes)],
            f"13{random.randrange(10**9):09d}", "户籍人员" if local else "来沪人员",
            "户主" if place % PER_HOME == 0 else "子女", "", "购房自住" if local else "务工",
            begin.isoformat(), "", "大专", "", "", "",
        ]  # fmt: skip


def spoilt(rows: Iterator[list[str]], every: int = 100) -> Iterator[list[str]]:
    """The same rows, one in `every` of them with a wrong check character, date, name or address."""
    for place, row in enumerate(rows):
        if place % every == 0:
            what = place // every % 4
            if what == 0:
                row[2] = row[2][:17] + ("1" if row[2][17] != "1" else "2")
            elif what == 1:
                row[14] = "2035-02-30"
            elif what == 2:
                row[0] = ""
            else:
                row[8] = "天目西路1号202室"
        yield row


def as_csv(rows: Iterator[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterator[list[str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("名单")
    sheet.write_row(0, 0, HEADERS)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


if __name__ == "__main__":
    _work(*sys.argv[1:])
