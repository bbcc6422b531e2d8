"""All metrics of the portal, as the areas declare them (`METRIC_MODULES`)."""

from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from django.conf import settings

from portal.metrics.metric import Metric, Source


@cache
def metrics() -> dict[str, Metric]:
    """Every metric by its key, in the order of declaration.

    :raises ValueError: two metrics have one key
    """
    found: dict[str, Metric] = {}
    for name in settings.METRIC_MODULES:
        for metric in import_module(name).METRICS:
            if metric.key in found:
                raise ValueError(f"metric {metric.key} is declared twice")
            found[metric.key] = metric
    return found


class Keeper(Protocol):
    """A module that keeps something of its own with a month's close (`CLOSE_MODULES`).

    `keep` is called for each unit that is computed, `finish` once before all is published.
    """

    def keep(self, *, run: Any, unit: int) -> int: ...

    def finish(self, *, run: Any) -> int: ...


def keepers() -> list[Keeper]:
    """What else a closed month keeps beside its numbers."""
    return [cast(Keeper, import_module(name)) for name in settings.CLOSE_MODULES]


def sources() -> list[Source]:
    """The sources that the measured metrics read, each once."""
    return list(dict.fromkeys(part for metric in metrics().values() for part in _sources(metric)))


def _sources(metric: Metric) -> list[Source]:
    parts = [metric.counted, metric.denominator]
    return [part.source for part in parts if part and part.source]
