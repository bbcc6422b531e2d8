"""The simulator of a card reader, until Ctrl+C."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from portal.demo.card_reader import CardReader, invented_cards


class Command(BaseCommand):
    help = "模拟读卡程序：按 docs/card-reader.md 的协议给出虚构的身份证，按 Ctrl+C 停止"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--origin", required=True, help="平台的地址，如 http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SYNTHETIC_DATA:
            raise CommandError("SYNTHETIC_DATA 未打开，不模拟读卡")
        CardReader(options["port"], options["origin"], invented_cards()).serve_forever()
