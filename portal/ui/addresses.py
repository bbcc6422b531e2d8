"""Addresses of one record each, of which a page holds hundreds: looked up once per process."""

import uuid
from functools import lru_cache

from django.urls import NoReverseMatch, reverse

NOWHERE = uuid.UUID(int=0)


@lru_cache(maxsize=256)
def for_each(view: str) -> str:
    """The address of a view of one record, with `{}` where the record's id goes."""
    return reverse(view, args=[NOWHERE]).replace(str(NOWHERE), "{}")


def address_if_any(view: str, key: object = None) -> str:
    """The address of a page, of one record where a key is given; blank for pages that are not."""
    try:
        return _page(view, key) if not isinstance(key, uuid.UUID) else address_of(view, key)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=256)
def _page(view: str, key: object) -> str:
    return reverse(view, args=[] if key is None else [key])


def address_of(view: str, key: object) -> str:
    """The address of a view of the record with this id."""
    return for_each(view).format(key)
