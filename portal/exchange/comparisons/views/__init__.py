"""Pages of comparisons: runs and scenarios."""

from portal.exchange.comparisons.views.runs import (
    abandon,
    begin,
    new,
    progress,
    run,
    runs,
    tell,
)
from portal.exchange.comparisons.views.scenarios import add_scenario, close_scenario, scenarios

__all__ = [
    "abandon",
    "add_scenario",
    "begin",
    "close_scenario",
    "new",
    "progress",
    "run",
    "runs",
    "scenarios",
    "tell",
]
