"""Does the trail still say what it said when it was sealed? Ends with an error when it does not."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from portal.orgs import trail


class Command(BaseCommand):
    help = "重新计算访问留痕的全部封存，并与另存的副本比对；发现改动时以错误结束"

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = trail.verify(at=timezone.now())
        counts = f"封存 {verdict.seals} 个，留痕 {verdict.events} 条"
        if not verdict.holds:
            faults = "\n".join(f"  {fault}" for fault in verdict.faults)
            raise CommandError(f"访问留痕校验不通过（{counts}）：\n{faults}")
        waiting = f"，其中 {verdict.unsealed} 条尚未封存" if verdict.unsealed else ""
        self.stdout.write(f"访问留痕校验一致：{counts}{waiting}")
