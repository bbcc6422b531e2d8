"""`/metrics` and `/readyz` on a port of their own, for whoever watches the system from inside."""

import ipaddress
import json
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import close_old_connections
from prometheus_client import make_wsgi_app

from portal.desk import condition, gauges

DEFAULT = "127.0.0.1:9108"
OK, UNREADY, ABSENT = "200 OK", "503 Service Unavailable", "404 Not Found"


class Quiet(WSGIRequestHandler):
    """Says nothing of each scrape."""

    def log_message(self, *args: Any) -> None:
        return


class Command(BaseCommand):
    help = "在单独的端口上提供运行指标（/metrics）和就绪检查（/readyz），只监听本机或内网地址"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default=DEFAULT, help="地址:端口，默认 " + DEFAULT)

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = address_of(options["bind"])
        with make_server(host, port, application(), handler_class=Quiet) as server:
            self.stdout.write(f"运行指标：http://{host}:{server.server_port}/metrics")
            self.stdout.flush()
            server.serve_forever()


def address_of(bind: str) -> tuple[str, int]:
    """The address to listen on.

    :raises CommandError: it is no address of this machine's inside: numbers about the register
        are for nobody else, and a port open to all is how they get out
    """
    name, _, port = bind.rpartition(":")
    try:
        host = socket.gethostbyname(name)
        address = ipaddress.ip_address(host)
        number = int(port)
    except (OSError, ValueError) as error:
        raise CommandError(f"--bind 应为 地址:端口，不是 {bind}") from error
    if address.is_unspecified or not (address.is_loopback or address.is_private):
        raise CommandError(f"{host} 不是本机或内网地址，运行指标不对外开放")
    return host, number


def application() -> Callable[..., Iterable[bytes]]:
    """The two pages; each answer reads anew and leaves no connection behind."""
    exported = make_wsgi_app(gauges.registry(settings.METRICS_DIR))

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        close_old_connections()
        try:
            if environ["PATH_INFO"] == "/metrics":
                return exported(environ, start)  # type: ignore[no-any-return]
            if environ["PATH_INFO"] == "/readyz":
                return _ready(start)
            start(ABSENT, [("Content-Type", "text/plain")])
            return [b""]
        finally:
            close_old_connections()

    return serve


def _ready(start: Callable[..., Any]) -> Iterable[bytes]:
    checks = condition.checks()
    told = {check.key: check.found or "ok" for check in checks}
    status = OK if all(check.holds for check in checks) else UNREADY
    start(status, [("Content-Type", "application/json; charset=utf-8")])
    return [json.dumps(told, ensure_ascii=False).encode()]
