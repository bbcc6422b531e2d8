"""The system's condition as Prometheus reads it."""

from collections.abc import Iterator

from django.db import DatabaseError
from kombu.exceptions import KombuError
from prometheus_client import CollectorRegistry, multiprocess
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import REGISTRY, Collector

from portal.desk import condition
from portal.jobs import reads as jobs


class Condition(Collector):
    """Read anew at each scrape; what does not answer is left out, and `portal_ready` says so."""

    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("portal_ready", "1 when a condition holds", labels=["check"])
        for check in condition.checks():
            ready.add_metric([check.key], float(check.holds))
        yield ready
        for family in (_jobs, _queue, _trail, _moments):
            try:
                yield from family()
            except (DatabaseError, OSError, KombuError):
                continue


def registry(folder: str) -> CollectorRegistry:
    """What is exported: the condition, and the counts of all processes that share `folder`."""
    exported = CollectorRegistry(auto_describe=False)
    exported.register(Condition())
    if folder:
        multiprocess.MultiProcessCollector(exported, path=folder)
    else:
        exported.register(REGISTRY)
    return exported


def _jobs() -> Iterator[Metric]:
    count = GaugeMetricFamily("portal_jobs", "Jobs of the ledger", labels=["kind", "state"])
    oldest = GaugeMetricFamily(
        "portal_job_oldest_seconds", "Age of the oldest", labels=["kind", "state"]
    )
    for line in jobs.queue():
        count.add_metric([line.kind, line.state], line.count)
        oldest.add_metric([line.kind, line.state], line.oldest.total_seconds())
    yield count
    yield oldest
    yield _gauge(
        "portal_job_waiting_seconds", "Wait of the oldest job that nobody has taken up",
        jobs.queue_age().total_seconds(),
    )  # fmt: skip


def _queue() -> Iterator[Metric]:
    yield _gauge("portal_queue_messages", "Messages in the broker", condition.queue_depth())


def _trail() -> Iterator[Metric]:
    now = condition.standing()
    yield _gauge("portal_seal_lag_seconds", "Trail not sealed yet", now.lag.total_seconds())
    yield _gauge(
        "portal_trail_faulty", "1 when verification found a fault", bool(now.verified_note)
    )
    if now.verified_at:
        yield _gauge(
            "portal_trail_verified_timestamp_seconds", "Last verification",
            now.verified_at.timestamp(),
        )  # fmt: skip


def _moments() -> Iterator[Metric]:
    moments = condition.moments()
    for name, moment in (("metric_run", moments.metrics), ("backup", moments.backup)):
        if moment:
            yield _gauge(f"portal_{name}_timestamp_seconds", "Last one", moment.timestamp())


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))
