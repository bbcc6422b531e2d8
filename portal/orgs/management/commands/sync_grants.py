"""Guardian's grants against the appointments: show the difference, or mend it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from portal.orgs.services import held_grants, project_grants, wanted_grants


class Command(BaseCommand):
    help = "使授权与任职一致；--check 只检查，有差异时以错误结束"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if not options["check"]:
            added, removed = project_grants(day=today)
            self.stdout.write(f"新增授权 {added} 条，收回 {removed} 条")
            return
        wanted, held = wanted_grants(today), held_grants()
        if wanted != held:
            missing, surplus = len(wanted - held), len(held - wanted)
            raise CommandError(f"授权与任职不一致：缺 {missing}，多 {surplus}")
        self.stdout.write(f"授权与任职一致，共 {len(held)} 条")
