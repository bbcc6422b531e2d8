"""What gunicorn reads from its working directory, however it is started."""

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
