"""What a person may be told of their data, as a text to hand over."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.http import Http404
from django.utils import timezone

from portal.desk import subjects
from portal.orgs import trail
from portal.orgs.acting import acting


class Command(BaseCommand):
    help = "出具一个人的信息报告：登记了什么、来源、哪些单位和岗位因何查看（含名单和导出）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--resident", type=uuid.UUID, required=True, help="人员编号")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting(trail.reporter()) as by:
            assert by is not None
            try:
                told = subjects.report(resident_id=options["resident"], by=by, at=timezone.now())
            except Http404 as none:
                raise CommandError("没有这个人") from none
        self.stdout.write(
            f"本人信息报告　{told.person.name}　{timezone.localtime(told.made_at):%Y-%m-%d %H:%M}"
        )
        for title, values in told.held:
            self.stdout.write(f"\n[{title}]")
            for name, value in values:
                self.stdout.write(f"  {name}：{value}")
        self.stdout.write(f"\n[查看与变更]　{told.since} 以来 {len(told.accesses)} 次")
        for each in told.accesses:
            moment = f"{timezone.localtime(each.at):%Y-%m-%d %H:%M}"
            self.stdout.write(
                "  "
                + "　".join(filter(None, [moment, each.unit, each.post, each.act, each.purpose]))
            )
