"""Which numbers, rules and files read a field, out of their own declarations.

The queries that count a metric, find a rule's offenders and fill a file's columns are resolved,
not run: what they read of the tables is what the catalogue says. They are asked of no unit, so that
a declaration which looks something up beforehand finds nothing.

Paper: S-140.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from portal.catalogue.reading import Key, read_by
from portal.exchange.exports.kinds import ExportColumn, ExportKind, export_kinds
from portal.exchange.exports.telling import read_for
from portal.metrics.metric import Metric, Occasion, Part
from portal.metrics.registry import metrics
from portal.orgs.posts import system_scope
from portal.orgs.scope import Scope
from portal.quality.registry import quality_rules
from portal.quality.rule import Inspection, QualityRule
from portal.rules.services import Rule, defaults

#: Where a record is, and which it is: every query reads that.
PLACES = frozenset({"id", "committee_id", "street_id"})
#: Any day will do: which columns are read does not depend on it.
SOME_DAY, NO_UNIT = date(2026, 1, 5), 0


@dataclass(frozen=True)
class Uses:
    """Keys of metrics and rules by field, and the files' columns that hand a field on."""

    metrics: Mapping[Key, tuple[str, ...]]
    rules: Mapping[Key, tuple[str, ...]]
    files: Mapping[Key, tuple[tuple[str, str], ...]]


@cache
def uses() -> Uses:
    """All of them; declarations do not change while the portal runs."""
    scope = system_scope(NO_UNIT, "")
    rules = {each.code: Rule(each.code, 1, each.parameters, each.basis) for each in defaults()}
    occasion = Occasion(NO_UNIT, SOME_DAY, rules)
    inspection = Inspection(NO_UNIT, SOME_DAY, rules)
    return Uses(
        _turned((metric.key, key) for metric in metrics().values()
                for key in _of_metric(metric, occasion)),
        _turned((rule.key, key) for rule in quality_rules().values()
                for key in _of_rule(rule, inspection)),
        _turned(((kind.key, column.key), key) for kind in export_kinds().values()
                for column, key in _of_kind(kind, scope)),
    )  # fmt: skip


def _turned(pairs: Iterator[tuple[Any, Key]]) -> dict[Key, tuple[Any, ...]]:
    found: dict[Key, dict[Any, None]] = defaultdict(dict)
    for user, key in pairs:
        if key[1] not in PLACES:
            found[key][user] = None
    return {key: tuple(users) for key, users in found.items()}


def _of_metric(metric: Metric, occasion: Occasion) -> set[Key]:
    besides = metrics()[metric.besides].numerator if metric.besides else None
    parts = [metric.counted, metric.denominator, besides] if metric.is_measured else []
    return {key for part in parts if part for key in _of_part(part, occasion)}


def _of_part(part: Part, occasion: Occasion) -> set[Key]:
    if part.source is None:
        return set()
    rows = part.source.rows(occasion)
    return read_by(rows, *([part.of(occasion)] if part.of else []))


def _of_rule(rule: QualityRule, inspection: Inspection) -> set[Key]:
    return read_by(rule.offenders(inspection)) if rule.is_run else set()


def _of_kind(kind: ExportKind, scope: Scope) -> Iterator[tuple[ExportColumn, Key]]:
    rows = kind.rows(scope, "", SOME_DAY)
    for column in kind.for_forms().values():
        for key in read_for(column, rows, SOME_DAY):
            yield column, key
