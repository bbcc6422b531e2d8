"""The municipal system's table of sessions, as its administrator sends it: one file for a unit.

Paper: S-111.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.exchange.dates import DateProblem, read_date
from portal.exchange.kinds import (
    Action,
    CheckedRow,
    ImportField,
    Problem,
    RawCell,
    RawRow,
    RowResult,
)
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rules.working_days import is_working_day
from portal.usage.models import SystemUsage
from portal.usage.services import (
    FileDay,
    Taken,
    known_days,
    problem_of_day,
    take_back,
    take_days,
)
from portal.usage.window import MOST_SESSIONS

_CODE = re.compile(r"[0-9]{12}")
_COUNT = re.compile(r"([0-9]{1,9})(?:\.0+)?次?")
#: What committees leave away or add when they write their names.
_ENDINGS = re.compile(r"(社区)?(居民委员会|村民委员会|居委会|村委会|居委|村委)$")


@dataclass
class _Row:
    """A line while it is judged."""

    raw: RawRow
    unit: OrgUnit | None = None
    day: date | None = None
    sessions: int | None = None
    problems: list[Problem] = field(default_factory=list)

    def fail(self, key: str, message: str, how: str) -> None:
        self.problems.append(Problem(key, message, how))

    @property
    def told(self) -> FileDay | None:
        """What the line says; None where something of it is wrong."""
        if self.unit is None or self.day is None or self.sessions is None:
            return None
        return FileDay(self.unit.code, self.day, self.sessions)


class UsageImport:
    """Sessions by committee and day; what is known of a day already is replaced by the file."""

    key = "usage"
    title = "市系统使用"
    capability = Capability.TELL_USAGE
    list_url = "usage:list"
    across_units = True
    rule = (
        "每行一个居（村）委的一天：已填过的按文件更新，数相同的不动，文件里没有的不改；"
        "只收次数，不收账号和姓名。导入前先逐行检查，不会直接写入"
    )
    fields: Sequence[ImportField] = (
        ImportField(
            "committee", "居（村）委",
            ("居委", "居委会", "居委名称", "村居", "社区", "单位", "单位名称"), required=True,
            hint="填全称或简称；本单位里有同名的，另填区划代码", parts=("code",),
        ),
        ImportField(
            "code", "区划代码", ("居委代码", "单位代码", "统计用区划代码"),
            hint="12 位统计用区划代码；填了就以它为准",
        ),
        ImportField(
            "day", "日期", ("使用日期", "统计日期", "登录日期"), required=True,
            hint="如 2026-11-20，不能晚于今天；休息日也收，但不计入使用率",
        ),
        ImportField(
            "sessions", "有目的使用次数",
            ("使用次数", "次数", "有目的会话数", "会话数", "查询次数"), required=True,
            hint="写明用途并由市系统按此记录的查询次数；没有使用填 0，不知道的不要填行",
        ),
    )  # fmt: skip

    def check(
        self, rows: Sequence[RawRow], *, committee: int, by: Scope, today: date
    ) -> list[CheckedRow]:
        """Judge a chunk in two queries, whatever its length."""
        units = _Units(committee)
        judged = [_read(raw, units, today) for raw in rows]
        known = known_days([row.told for row in judged if row.told], by)
        return [_verdict(row, known) for row in judged]

    def apply(
        self, rows: Sequence[CheckedRow], *, committee: int, by: Scope, at: datetime
    ) -> list[RowResult]:
        """Write the days that are new or differ."""
        taken = take_days(days=[row.clean["told"] for row in rows], by=by, at=at)
        return [
            RowResult(
                row.line, row.action, done.row,
                before={"version": done.version, "held": list(done.before or ())},
            )
            for row, done in zip(rows, taken, strict=True)
        ]  # fmt: skip

    def undo(self, results: Sequence[RowResult], *, by: Scope, at: datetime) -> list[RowResult]:
        """Give days the numbers back that they had, where nobody came after."""
        taken = [_taken(result) for result in results]
        undone = take_back(taken=taken, by=by, at=at)
        gone = _("导入以后有人改过这一天，保留现在的数")
        return [
            RowResult(result.line, "undone", result.target_id)
            if result.target_id in undone
            else RowResult(result.line, "error", result.target_id, gone)
            for result in results
        ]

    def measure(self, *, committee: int, by: Scope, today: date) -> dict[str, int]:
        """How many days of the unit's committees are known."""
        return {_("已填报天数"): SystemUsage.objects.under(committee).count()}


def _taken(result: RowResult) -> Taken:
    held = result.before["held"]
    before = (int(held[0]), str(held[1])) if held else None
    return Taken(result.target_id, int(result.before["version"]), before)


class _Units:
    """The committees of a unit by code, and by their names as people write them."""

    def __init__(self, unit: int) -> None:
        self.by_code: dict[int, OrgUnit] = {}
        self.by_name: dict[str, list[OrgUnit]] = defaultdict(list)
        for each in OrgUnit.objects.under(unit).committees().order_by("code"):
            self.by_code[each.code] = each
            for name in {_plain(each.name), _plain(each.short_name)}:
                self.by_name[name].append(each)


def _plain(name: str) -> str:
    """A committee's name without blanks and without what kind of committee it is."""
    text = "".join(unicodedata.normalize("NFKC", name).split())
    return _ENDINGS.sub("", text) or text


def _read(raw: RawRow, units: _Units, today: date) -> _Row:
    row = _Row(raw)
    row.unit = _unit(row, units)
    row.day = _day(row, today)
    row.sessions = _sessions(row)
    return row


def _unit(row: _Row, units: _Units) -> OrgUnit | None:
    code, name = (unicodedata.normalize("NFKC", row.raw.text(key)) for key in ("code", "committee"))
    if code:
        found = units.by_code.get(int(code)) if _CODE.fullmatch(code) else None
        if found is None:
            row.fail("code", _("本单位没有这个代码的居（村）委"), _("核对 12 位区划代码"))
        elif name and found not in units.by_name.get(_plain(name), []):
            row.fail("committee", _("名称与区划代码不是同一个居（村）委"), _("核对后只留对的一项"))
            return None
        return found
    if not name:
        row.fail("committee", _("没有填居（村）委"), _("填居（村）委名称或 12 位区划代码"))
        return None
    named = units.by_name.get(_plain(name), [])
    if len(named) == 1:
        return named[0]
    if named:
        message, how = _("本单位有几个居（村）委叫这个名称"), _("填 12 位区划代码")
    else:
        message, how = _("本单位没有叫这个名称的居（村）委"), _("改为全称，或填 12 位区划代码")
    row.fail("committee", message, how)
    return None


def _day(row: _Row, today: date) -> date | None:
    cell = row.raw.cells.get("day", RawCell(""))
    try:
        value: float | str = float(cell.text) if cell.numeric else cell.text
        reading = read_date(value, today=today, what=_("日期"))
    except DateProblem as wrong:
        row.fail("day", wrong.message_zh, _("改为 2026-11-20 这样的日期"))
        return None
    day = reading.day
    if reading.warning_zh:
        row.problems.append(Problem("day", reading.warning_zh, severity="warning"))
    if row.unit is not None and (why := problem_of_day(row.unit, day, today)):
        row.fail("day", why, _("核对日期和居（村）委"))
        return None
    if not is_working_day(day):
        resting = _("这一天休息，记下但不计入使用率")
        row.problems.append(Problem("day", resting, severity="warning"))
    return day


def _sessions(row: _Row) -> int | None:
    text = "".join(unicodedata.normalize("NFKC", row.raw.text("sessions")).split())
    found = _COUNT.fullmatch(text.replace(",", ""))
    if not text:
        row.fail("sessions", _("没有填次数"), _("没有使用填 0，不知道的删去这一行"))
    elif found is None:
        row.fail("sessions", _("次数应为不小于 0 的整数"), _("改为数字，如 3"))
    elif int(found.group(1)) > MOST_SESSIONS:
        row.fail("sessions", _("一天的次数不会这么多"), _("核对后填 0 到 9999"))
    else:
        return int(found.group(1))
    return None


def _verdict(row: _Row, known: Mapping[tuple[int, date], SystemUsage]) -> CheckedRow:
    told, problems = row.told, tuple(row.problems)
    title = f"{row.unit.short_name if row.unit else ''} {row.day or ''}".strip()
    if told is None:
        return CheckedRow(row.raw.line, "error", problems=problems, title=title)
    held = known.get((told.committee, told.day))
    action: Action = "create"
    changes: dict[str, Any] = {}
    if held is not None:
        same = held.sessions == told.sessions
        action = "unchanged" if same else "update"
        changes = {} if same else {"sessions": (str(held.sessions), str(told.sessions))}
    return CheckedRow(
        row.raw.line, action, clean={"told": told}, problems=problems, changes=changes,
        identity=f"{told.committee:x}{told.day:%Y%m%d}", title=title,
    )  # fmt: skip


IMPORTS = [UsageImport()]
