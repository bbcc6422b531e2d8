"""Areas that repeat a dwelling's facts are told when those change, inside the same act (D-5)."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from django.conf import settings

from housing.models import DwellingUnit
from portal.orgs.scope import Scope


def tell_followers(*, dwelling_ids: Sequence[uuid.UUID], by: Scope, at: datetime) -> None:
    """Let each area of `DWELLING_FOLLOWERS` renew its copies of these dwellings."""
    if not dwelling_ids:
        return
    for name in settings.DWELLING_FOLLOWERS:
        import_module(name).dwellings_changed(dwelling_ids=dwelling_ids, by=by, at=at)


def tell_lead(*, dwelling: DwellingUnit, kind: str, text: str, by: Scope, at: datetime) -> None:
    """Let the areas that keep discovery leads follow up what a visit found.

    :param kind: the change to look into: `new` or `cancel`
    """
    for name in settings.DWELLING_FOLLOWERS:
        import_module(name).change_found(dwelling=dwelling, kind=kind, text=text, by=by, at=at)
