"""The synthetic district, into an empty register."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from housing.models import Building
from portal.demo import services


class Command(BaseCommand):
    help = "生成虚构的演示区（3 个街道及其全部居委，约 2 万人）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=20_000)
        parser.add_argument("--seed", type=int, default=2016)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_DATA:
            raise CommandError("SYNTHETIC_DATA 未打开，不生成虚构人员")
        if Building.objects.using("owner").exists():
            raise CommandError("登记册里已有数据，请在空库中生成")
        started, today = time.monotonic(), timezone.localdate()
        services.make_logins(today)
        counts = services.make_district(people=options["people"], seed=options["seed"], today=today)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        counts |= services.make_numbers(today=today, seed=options["seed"])
        counts |= services.make_work(today=today, seed=options["seed"])
        for label, count in counts.items():
            self.stdout.write(f"{label:32} {count:>8,}")
        self.stdout.write(f"用时 {time.monotonic() - started:.1f} 秒")
