"""Areas that repeat a dwelling's facts are told when those change, inside the same act (D-5)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from django.conf import settings

from portal.orgs.scope import Scope


def tell_followers(*, dwelling_ids: Sequence[uuid.UUID], by: Scope, at: datetime) -> None:
    """Let each area of `DWELLING_FOLLOWERS` renew its copies of these dwellings."""
    if not dwelling_ids:
        return
    for name in settings.DWELLING_FOLLOWERS:
        import_module(name).dwellings_changed(dwelling_ids=dwelling_ids, by=by, at=at)
