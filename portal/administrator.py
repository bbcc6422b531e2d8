"""The database administrator's connection (`ADMIN_DATABASE_URL`): for tools, never for requests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2


@contextmanager
def administrator() -> Iterator[Any]:
    """A cursor of the administrator, outside of any transaction.

    :raises KeyError: this process was not given the administrator's address
    """
    admin = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            yield cursor
    finally:
        admin.close()
