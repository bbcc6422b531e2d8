"""Argon2 with few hashes at once: each takes 100 MB, and a thousand people log in at nine.

A hash holds one of four slots of this host, each a locked file: the kernel frees it when its
holder dies. Who finds none within three seconds is told to come back.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

SLOTS = 4
PATIENCE = 3.0  # seconds
GLANCE = 0.02  # seconds between two looks for a free slot


class TooBusyToHash(Exception):
    """Too many logins at once on this host; nothing was checked."""


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's Argon2, one slot for each hash. :raises TooBusyToHash: none was free in time"""

    def encode(self, password: str, salt: str) -> str:
        with _slot():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _slot():
            return bool(super().verify(password, encoded))


@contextmanager
def _slot() -> Iterator[None]:
    deadline = time.monotonic() + PATIENCE
    while (slot := _free_slot()) is None:
        if time.monotonic() > deadline:
            raise TooBusyToHash
        time.sleep(GLANCE)
    try:
        yield
    finally:
        os.close(slot)  # and with it the lock


def _free_slot() -> int | None:
    """The descriptor of a slot that nobody holds, locked for us."""
    folder = Path(settings.HASH_SLOTS_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(SLOTS):
        slot = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(slot)
        else:
            return slot
    return None
