"""The acts on comparisons: scenarios, a list received, mapped, held against the register, told."""

from portal.exchange.comparisons.services.matching import compare_rows, finish_comparison
from portal.exchange.comparisons.services.receiving import (
    AskedFor,
    UnableToCompare,
    abandon_run,
    begin_comparison,
    receive_list,
    scenarios_for,
)
from portal.exchange.comparisons.services.removing import purge_runs
from portal.exchange.comparisons.services.scenarios import (
    ScenarioTold,
    close_scenario,
    register_scenario,
)
from portal.exchange.comparisons.services.telling import Told, tell_differences

__all__ = [
    "AskedFor",
    "ScenarioTold",
    "Told",
    "UnableToCompare",
    "abandon_run",
    "begin_comparison",
    "close_scenario",
    "compare_rows",
    "finish_comparison",
    "purge_runs",
    "receive_list",
    "register_scenario",
    "scenarios_for",
    "tell_differences",
]
