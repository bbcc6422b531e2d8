"""A small kind of file for the tests of the frame: number plates, with a keeper's number."""

import re
from datetime import date, datetime

from housing.models import AddressPlate
from portal import vault
from portal.exchange.kinds import CheckedRow, ImportField, Problem, RawRow, RowResult
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

BREAK: list[Exception] = []  # raised in the middle of the next apply, once each


class Plates:
    """One plate a row; the lane may change, road and number are the plate."""

    key = "plates"
    title = "门弄牌"
    capability = Capability.EDIT_HOUSING
    fields = (
        ImportField("road", "路名", ("道路",), required=True),
        ImportField("number", "号", ("门牌号",), required=True, hint="只留数字"),
        ImportField("lane", "弄", ("弄号",)),
        ImportField("keeper", "证件号码", ("身份证号",), mask="identity"),
        ImportField("phone", "联系电话", ("手机",), mask="phone"),
    )

    def check(
        self, rows: list[RawRow], *, committee: int, by: Scope, today: date
    ) -> list[CheckedRow]:
        addresses = [self._address(row) for row in rows]
        held = {
            plate.address: plate
            for plate in AddressPlate.objects.in_scope(by).filter(address__in=addresses)
        }
        return [
            self._judged(row, held.get(address))
            for row, address in zip(rows, addresses, strict=True)
        ]

    def _address(self, row: RawRow) -> str:
        return f"{row.text('road')}{row.text('number')}号"

    def _judged(self, row: RawRow, held: AddressPlate | None) -> CheckedRow:
        address, lane = self._address(row), row.text("lane")
        problems = list(self._problems(row))
        action = "error" if any(p.severity == "error" for p in problems) else "create"
        changes = {}
        if held and action != "error":
            action = "unchanged" if held.lane == lane else "update"
            changes = {"lane": (held.lane, lane)} if action == "update" else {}
        return CheckedRow(
            row.line,
            action,
            clean={"road": row.text("road"), "number": row.text("number"), "lane": lane},
            identity=vault.blind_index(address).hex() if row.text("number") else "",
            problems=tuple(problems),
            changes=changes,
            title=address,
        )

    def _problems(self, row: RawRow):
        if not row.text("road"):
            yield Problem("road", "路名未填写", "补填路名")
        if not re.fullmatch(r"[0-9]{1,4}", row.text("number")):
            yield Problem("number", f"号“{row.text('number')}”不是数字", "只填数字，如 12")
        keeper = row.text("keeper")
        if keeper and len(keeper) != 18:
            yield Problem("keeper", f"证件号 {keeper} 不是 18 位", "核对证件原件")
        if not row.text("phone"):
            yield Problem("phone", "没有联系电话", "方便时补填", "warning")

    def apply(
        self, rows: list[CheckedRow], *, committee: int, by: Scope, at: datetime
    ) -> list[RowResult]:
        results = []
        for row in rows:
            address = f"{row.clean['road']}{row.clean['number']}号"
            held = AddressPlate.objects.filter(address=address).first()
            before = {"lane": held.lane, "keeper": "319999196107172804"} if held else {}
            plate = held or AddressPlate(
                committee_id=committee, road=row.clean["road"], number=row.clean["number"],
                address=address,
            )  # fmt: skip
            plate.lane = row.clean["lane"]
            plate.save()
            results.append(RowResult(row.line, row.action, plate.pk, before=before))
        if BREAK:
            raise BREAK.pop()
        return results

    def undo(self, results: list[RowResult], *, by: Scope, at: datetime) -> list[RowResult]:
        answers = []
        for result in results:
            plate = AddressPlate.objects.get(pk=result.target_id)
            if plate.retired_on:
                answers.append(RowResult(result.line, "error", plate.pk, "已停用，保留"))
                continue
            if result.outcome == "create":
                plate.delete()
            else:
                plate.lane = result.before["lane"]
                plate.save()
            answers.append(RowResult(result.line, result.outcome, result.target_id))
        return answers

    def measure(self, *, committee: int, by: Scope, today: date) -> dict[str, int]:
        return {"门弄牌": AddressPlate.objects.in_scope(by).filter(committee_id=committee).count()}


IMPORTS = [Plates()]
