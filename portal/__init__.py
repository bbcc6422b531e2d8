"""The frame of the portal; Celery's application is imported so that tasks find it."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
