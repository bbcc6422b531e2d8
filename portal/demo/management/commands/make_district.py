"""The synthetic district, into an empty register."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from housing.models import Building
from portal.demo import services
from portal.demo.bulk import recover
from portal.demo.district import TABLES, cores
from portal.demo.plots import Size


class Command(BaseCommand):
    help = "生成虚构的演示区：--people 给 3 个街道的人数，--scale 1.0 为全区 130 万人、52 万套房屋"

    def add_arguments(self, parser: ArgumentParser) -> None:
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--people", type=int, default=20_000)
        size.add_argument("--scale", type=float, help="占全区的份额，0.01 到 1.0")
        parser.add_argument("--seed", type=int, default=2016)
        parser.add_argument("--processes", type=int, default=cores())

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_DATA:
            raise CommandError("SYNTHETIC_DATA 未打开，不生成虚构人员")
        if recover(TABLES):
            self.stdout.write("上次生成没有完成，已清空，重新生成")
        if Building.objects.using("owner").exists():
            raise CommandError("登记册里已有数据，请在空库中生成")
        self.started, seed = time.monotonic(), options["seed"]
        today = timezone.localdate()
        services.make_logins(today)
        size = _size(options)
        processes = options["processes"] if size.is_large else 1
        counts = services.make_district(
            size=size, seed=seed, today=today, processes=processes, tell=self._tell
        )
        self._tell("登记册已生成，计算指标")
        counts |= services.make_numbers(today=today, seed=seed, processes=processes)
        self._tell("指标已计算，补写办件和考核")
        counts |= services.make_work(today=today, seed=seed)
        for label, count in counts.items():
            self.stdout.write(f"{label:32} {count:>10,}")
        self._tell("完成")

    def _tell(self, what: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.started:6.1f} 秒　{what}")
        self.stdout.flush()


def _size(options: dict[str, Any]) -> Size:
    scale: float | None = options["scale"]
    if scale is None:
        return Size.of_people(options["people"])
    if not 0.01 <= scale <= 1:
        raise CommandError("--scale 应在 0.01 到 1.0 之间")
    return Size.of_scale(scale)
