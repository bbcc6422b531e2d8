"""Pages of comparisons: runs, scenarios, and what the reconciliation counts."""

from portal.exchange.comparisons.views.reconciled import reconciled
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
    "reconciled",
    "run",
    "runs",
    "scenarios",
    "tell",
]
