"""Numbers for the watch: how long requests take, and what is refused. They name pages, nobody.

Each process counts into files of `METRICS_DIR`; `serve_metrics`, a process of its own on a port of
its own, adds them up. Without the directory (a test, a command) a process counts for itself.
"""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

#: Seconds; a page takes 8 ms here, and above ten seconds nobody waits any more.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Histogram(
    "portal_request_seconds", "Time to answer, by page and kind of answer",
    ["page", "method", "answer"], buckets=BUCKETS,
)  # fmt: skip
REFUSALS = Counter("portal_refusals_total", "Requests refused or failed, by kind", ["kind"])
LOGINS = Counter(
    "portal_failed_logins_total", "Passwords and codes not taken, by door and why", ["door", "why"]
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class TelemetryMiddleware:
    """Times each request from the outermost place; an unknown address is one page among all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(
            match.view_name if match else "", method, f"{response.status_code // 100}xx"
        ).observe(time.perf_counter() - started)
        return response
