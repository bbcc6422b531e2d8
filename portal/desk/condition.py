"""How the system stands: what must be true for it to serve, and what its operator watches.

Counts and moments only, never a record. Read by the operation page and by `serve_metrics`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import KombuError

from portal.audit import seals
from portal.audit.seals import Standing
from portal.jobs import reads as jobs
from portal.metrics.models import MetricRun

QUEUE = "celery"


@dataclass(frozen=True)
class Check:
    """One condition of serving, in words; `found` says what is wrong, blank when nothing is."""

    key: str
    title: str
    found: str = ""

    @property
    def holds(self) -> bool:
        return not self.found


@dataclass(frozen=True)
class Moments:
    """When something last happened; None where it never did or is not known here."""

    metrics: datetime | None
    backup: datetime | None


def checks() -> list[Check]:
    """Every condition of serving. One that cannot be told does not hold."""
    asked: list[tuple[str, str, Callable[[], str]]] = [
        ("database", "数据库", _database),
        ("migrations", "数据库结构", _migrations),
        ("cache", "缓存", _cache),
        ("broker", "任务队列", _broker),
        ("sealing", "留痕封存", _sealing),
        ("queue", "任务等待", _queue),
    ]
    return [Check(key, title, _answer(ask)) for key, title, ask in asked]


def standing() -> Standing:
    """How the sealing of the trail stands."""
    return seals.standing()


def queue_depth() -> int:
    """Messages in the broker that no worker has taken; 0 where the queue is not there yet."""
    with current_app.connection_for_read() as bell:
        bell.ensure_connection(max_retries=1, timeout=3)
        channel: Any = bell.channel()
        with suppress(channel.connection.channel_errors):
            return int(channel.queue_declare(QUEUE, passive=True).message_count)
    return 0


def moments() -> Moments:
    """The last published metric run, and the last backup that left its mark."""
    published = MetricRun.objects.published().order_by("-published_at")
    return Moments(published.values_list("published_at", flat=True).first(), _last_backup())


def _last_backup() -> datetime | None:
    """When the file that each backup touches was touched; the backups themselves stay away."""
    if not settings.BACKUP_MARK_PATH:
        return None
    with suppress(OSError):
        touched = Path(settings.BACKUP_MARK_PATH).stat().st_mtime
        return datetime.fromtimestamp(touched, tz=timezone.get_default_timezone())
    return None


def _answer(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (DatabaseError, OSError, KombuError) as error:
        return f"没有应答（{type(error).__name__}）"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"有 {len(missing)} 项迁移没有执行" if missing else ""


def _cache() -> str:
    cache.set("condition", "ok", 30)
    return "" if cache.get("condition") == "ok" else "写入后读不到"


def _broker() -> str:
    queue_depth()
    return ""


def _sealing() -> str:
    now = standing()
    return f"已 {_hours(now.lag)} 没有封存，暂停查看完整证件号和导出" if now.late else ""


def _queue() -> str:
    if jobs.queue_age() <= jobs.ALARM_AFTER:
        return ""
    return (
        "有任务等待超过一分钟还没有开始：后台进程、定时进程或 Redis 可能停了。"
        "任务都在，恢复后自动继续"
    )


def _hours(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60} 小时 {minutes % 60} 分钟" if minutes >= 60 else f"{minutes} 分钟"
