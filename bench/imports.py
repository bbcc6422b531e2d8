"""A committee's ledger of 100,000 people from upload to result, beside a bare COPY of its rows.

Three files: a clean one into an empty register, the same again (nothing changes), and one of
which a hundredth is wrong. The work is done by a process of its own, as a worker does it, so that
its memory is its own too.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from residents.identity import check_character

ROWS = 100_000
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
    """One file's way: seconds by step, rows, the worker's peak memory in MiB, outcomes."""

    rows: int
    seconds: dict[str, float]
    peak_mib: float
    outcomes: dict[str, int]

    @property
    def rate(self) -> float:
        return self.rows / sum(self.seconds.values())


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
