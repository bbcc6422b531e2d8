"""All metrics of the portal, as the areas declare them (`METRIC_MODULES`)."""

from functools import cache
from importlib import import_module

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


def sources() -> list[Source]:
    """The sources that the measured metrics read, each once."""
    return list(dict.fromkeys(part for metric in metrics().values() for part in _sources(metric)))


def _sources(metric: Metric) -> list[Source]:
    parts = [metric.counted, metric.denominator]
    return [part.source for part in parts if part and part.source]
