"""The Celery application: schedules in git, work in the ledger (D-9)."""

import os
from datetime import time, timedelta
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from portal.jobs.clock import Daily, Every, Monthly
from portal.metrics.closing import CLOSING_TIME, WORKING_DAYS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal", set_as_current=True)
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would give the root logger a level and a form of its own; it keeps LOGGING's."""


app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(
    [
        "portal.audit", "portal.orgs", "portal.jobs", "portal.metrics", "portal.quality",
        "portal.exchange", "portal.oversight", "housing", "residents",
    ]
)  # fmt: skip
# Beat only ticks. What is due is decided, and done once, in the ledger: a beat that dies, a second
# beat, or a schedule file that is lost changes nothing (`portal.jobs.services.tick`).
app.conf.beat_schedule = {
    "tick": {
        "task": "portal.jobs.tasks.tick",
        "schedule": settings.TICK_SECONDS,
        "options": {"expires": settings.TICK_SECONDS},
    }
}
CLOCKWORK = {
    "reap": Every(timedelta(seconds=3 * settings.TICK_SECONDS), "portal.jobs.tasks.reap"),
    "seal": Every(timedelta(minutes=1), "portal.audit.tasks.seal"),
    "partitions": Daily(time(3, 0), "portal.audit.tasks.partitions"),
    "verify": Daily(time(6, 0), "portal.orgs.tasks.verify_trail"),
    "preview": Every(timedelta(minutes=15), "portal.metrics.tasks.preview"),
    "purge": Daily(time(2, 30), "portal.exchange.tasks.purge"),
    "due_tasks": Daily(time(2, 0), "residents.tasks.make_due_tasks"),
    "purge_tasks": Daily(time(2, 35), "residents.tasks.purge_tasks"),
    "drafts": Daily(time(2, 40), "residents.tasks.purge_drafts"),
    "leads": Daily(time(2, 45), "residents.tasks.purge_leads"),
    "answered": Daily(time(2, 55), "residents.tasks.purge_answered"),
    "spot_sheets": Daily(time(2, 50), "residents.tasks.purge_sheets"),
    "photos": Daily(time(2, 58), "housing.tasks.purge_photos"),
    "exports": Every(timedelta(minutes=10), "portal.exchange.tasks.expire_exports"),
    "alarms": Every(timedelta(hours=1), "portal.oversight.tasks.look_for_alarms"),
    "nightly": Daily(time(1, 0), "portal.metrics.tasks.nightly"),
    "again": Every(timedelta(hours=1), "portal.metrics.tasks.again"),
    "monthly": Monthly(WORKING_DAYS, CLOSING_TIME, "portal.metrics.tasks.monthly"),
}
