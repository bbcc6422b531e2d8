"""All quality rules of the portal, as the areas declare them (`QUALITY_MODULES`)."""

from functools import cache
from importlib import import_module

from django.conf import settings

from portal.quality.rule import QualityRule

_ORDER = ("must", "should", "note")


@cache
def quality_rules() -> dict[str, QualityRule]:
    """Every rule by its key, the gravest first.

    :raises ValueError: two rules have one key
    """
    found: list[QualityRule] = [
        rule for name in settings.QUALITY_MODULES for rule in import_module(name).QUALITY_RULES
    ]
    if len({rule.key for rule in found}) < len(found):
        raise ValueError("a quality rule is declared twice")
    found.sort(key=lambda rule: (_ORDER.index(rule.severity), rule.key))
    return {rule.key: rule for rule in found}


@cache
def title_of(key: str, _language: str | None) -> str:
    """What a rule is called; its key where it is none any more."""
    return str(quality_rules()[key].title) if key in quality_rules() else key


def running_rules() -> list[QualityRule]:
    """Those that are asked; the others stand by what makes their fault impossible."""
    return [rule for rule in quality_rules().values() if rule.is_run]
