"""What gunicorn reads from its working directory, however it is started."""

import gc
import os
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

logger_class = "portal.serverlog.ServerLog"


def on_starting(server: Any) -> None:
    """Counts begin anew with the server: files of the one before would stay in the sums."""
    folder = os.environ.get("METRICS_DIR")
    if folder:
        for file in Path(folder).glob("*.db"):
            file.unlink(missing_ok=True)


def child_exit(server: Any, worker: Any) -> None:
    """A worker's gauges go with it; its counts stay in the sums."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)


def post_worker_init(worker: Any) -> None:
    """A worker has read its code: it gets room for its frames, and what stands now is kept.

    What is kept is not searched for garbage again.

    Without this every few dozen pages one waits a fifth of a second while half a million objects
    that never go away are looked through.
    """
    from django.urls import get_resolver

    from portal.headroom import with_headroom

    worker.wsgi = with_headroom(worker.wsgi)
    _all = get_resolver().url_patterns  # reads the pages with their forms and services
    gc.collect()
    gc.freeze()
