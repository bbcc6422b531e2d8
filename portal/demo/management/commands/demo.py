"""The whole system on this machine: servers, district, web, worker and beat, until Ctrl+C."""

import io
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from honcho.manager import Manager
from honcho.printer import Printer

from housing.models import Building
from portal import embedded
from portal.demo import cast
from portal.demo.bulk import recover
from portal.demo.district import TABLES

FIRST_PORT, FIRST_READER_PORT = 8000, 18_741


class Command(BaseCommand):
    help = "在本机运行整套演示系统（内嵌 PostgreSQL 和 Redis），按 Ctrl+C 停止"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "0")))
        parser.add_argument("--people", type=int, default=20_000)
        parser.add_argument(
            "--scale", type=float, help="占全区的份额，1.0 为 130 万人；不给则为 --people"
        )
        parser.add_argument("--prepare-only", action="store_true", help="只准备数据，不启动")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("演示不能在生产模式下运行")
        started = time.monotonic()
        self._prepare(options)
        if options["prepare_only"]:
            return
        port = options["port"] or _free_port()
        self._announce(port, time.monotonic() - started)
        self._run(port)

    def _prepare(self, options: dict[str, Any]) -> None:
        self.stdout.write("准备数据库……")
        call_command("prepare_database", verbosity=0, stdout=io.StringIO())
        call_command("build_icons", verbosity=0)
        if recover(TABLES) or not Building.objects.using("owner").exists():
            self.stdout.write("生成虚构的演示区……")
            call_command(
                "make_district", people=options["people"], scale=options["scale"],
                stdout=self.stdout,
            )  # fmt: skip
        for connection in connections.all():
            connection.close()

    def _announce(self, port: int, seconds: float) -> None:
        lines = [
            "",
            f"演示系统已就绪（准备用时 {seconds:.0f} 秒），人员与数字均为虚构",
            "",
            f"    http://127.0.0.1:{port}/",
            "",
            f"    所有账号的密码都是  {cast.PASSWORD}",
            "",
            *(f"    {one.username:<12} {one.name}　{one.shows}" for one in cast.PLAYERS),
            "",
            "按 Ctrl+C 停止",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _run(self, port: int) -> None:
        """Web, worker, beat and the simulated card reader side by side; whichever ends, all end."""
        manager = Manager(printer=Printer(sys.stdout))
        reader = _free_port(FIRST_READER_PORT)
        environ = dict(
            os.environ, PYTHONUNBUFFERED="1", CARD_READER_URL=f"http://127.0.0.1:{reader}"
        )
        schedule = embedded.run_dir() / "celerybeat-schedule"
        bin_dir = Path(sys.executable).parent
        for name, command in {
            "web": (
                f"{bin_dir}/gunicorn portal.wsgi --bind 127.0.0.1:{port} --workers 2 "
                "--worker-class gthread --threads 4 --log-level warning --timeout 60"
            ),
            "worker": (
                f"{bin_dir}/celery -A portal.celery worker --concurrency 2 --loglevel WARNING"
            ),
            "reader": (
                f"{bin_dir}/python manage.py card_reader --port {reader} "
                f"--origin http://127.0.0.1:{port}"
            ),
            "beat": (
                f"{bin_dir}/celery -A portal.celery beat --loglevel WARNING --schedule {schedule}"
            ),
        }.items():
            manager.add_process(name, command, env=environ, cwd=str(settings.BASE_DIR))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        manager.loop()
        sys.exit(manager.returncode)


def _free_port(first: int = FIRST_PORT) -> int:
    """The first free one of a hundred ports."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise CommandError(f"{first} 到 {first + 99} 端口都被占用，请用 --port 指定")
