"""What the frame knows of a job's handler, as modules in `JOB_HANDLER_MODULES` export them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings

from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope

ChunkWork = Callable[[Job, JobChunk, Scope, datetime], None]
Finish = Callable[[Job, Scope, datetime], dict[str, Any]]
Failed = Callable[[Job, Scope, datetime], None]


@dataclass(frozen=True)
class Handler:
    """How a kind of job is done.

    `chunk` works one chunk in one transaction, in the requester's scope: a kill anywhere undoes
    it wholly and it is done again. `finish` runs once after the last chunk, in the transaction
    that closes the job, and returns what the job's result shows. `hands` is how many workers are
    called at once when there are chunks for them; whatever they say, chunks never wait for one
    another's order. `failed` is told of a job that is given up, in the transaction that says so.
    """

    chunk: ChunkWork
    finish: Finish
    hands: int = 1
    failed: Failed | None = None


def handlers() -> dict[str, Handler]:
    """All handlers by job kind, from `JOB_HANDLER_MODULES`."""
    found: dict[str, Handler] = {}
    for name in settings.JOB_HANDLER_MODULES:
        found.update(import_module(name).HANDLERS)
    return found
