"""The Celery application: six schedules in git, work in the ledger (D-9)."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal", set_as_current=True)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.jobs", "portal.metrics", "portal.quality", "portal.exchange"])
app.conf.beat_schedule = {
    "reap": {"task": "portal.jobs.tasks.reap", "schedule": 30.0},
    "preview": {"task": "portal.metrics.tasks.preview", "schedule": crontab(minute="*/15")},
    "purge": {"task": "portal.exchange.tasks.purge", "schedule": crontab(hour=2, minute=30)},
    "exports": {"task": "portal.exchange.tasks.expire_exports", "schedule": crontab(minute="*/10")},
    "nightly": {"task": "portal.metrics.tasks.nightly", "schedule": crontab(hour=1, minute=0)},
}
