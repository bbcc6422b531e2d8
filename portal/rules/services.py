"""Rules are read by the date of the fact and revised in versions, never overwritten (D-13).

Paper: S-04.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction

from portal import kept
from portal.audit.record import Actor, record
from portal.rules import paper
from portal.rules.defaults import RuleDefault
from portal.rules.models import PolicyClause, PolicyDocument, RuleSet


class UnableToRevise(Exception):
    """The new version is refused; the sentence says which parameter is wrong and why."""


class NoRule(LookupError):
    """No version of the rule is in force on that day."""


@dataclass(frozen=True)
class Rule:
    """A rule as it stands on a day; `label` is what a decision stores beside itself."""

    code: str
    version: int
    parameters: dict[str, Any]
    basis: str
    title: str = ""

    @property
    def label(self) -> str:
        return f"{self.code} v{self.version}"

    def __getitem__(self, key: str) -> Any:
        return self.parameters[key]


def rule_on(code: str, day: date) -> Rule:
    """The version of `code` in force on `day`.

    :raises NoRule: none is
    """
    row = RuleSet.objects.on(day).filter(code=code).order_by("-version").first()
    if row is None:
        raise NoRule(f"{code} 在 {day} 没有有效版本")
    return _rule(row)


def parameters_on(code: str, day: date) -> dict[str, Any]:
    """What `rule_on` says, for pages: kept until the rule is revised.

    :raises NoRule: none is
    """
    return kept.fact(kept.parameters(code, day), lambda: rule_on(code, day).parameters)


def rules_on(codes: Iterable[str], day: date) -> dict[str, Rule]:
    """Several rules in one query; rules without a version on that day are absent."""
    rows = RuleSet.objects.on(day).filter(code__in=list(codes)).order_by("version")
    return {row.code: _rule(row) for row in rows}


def _rule(row: RuleSet) -> Rule:
    return Rule(row.code, row.version, row.parameters, row.basis, row.title)


def revised_since(codes: Iterable[str], since: date, day: date) -> dict[str, date]:
    """Of some rules those that were revised after `since`: from when the version of `day` holds."""
    rows = RuleSet.objects.on(day).filter(code__in=list(codes), version__gt=1)
    return dict(rows.filter(effective_from__gt=since).values_list("code", "effective_from"))


def defaults() -> list[RuleDefault]:
    """The first versions that the frame and the areas declare (`RULE_MODULES`)."""
    return [rule for name in settings.RULE_MODULES for rule in import_module(name).RULES]


def words(code: str) -> Mapping[str, str]:
    """What people read for a rule's names and coded values; nothing for one that has no default."""
    return next((rule.words for rule in defaults() if rule.code == code), {})


def named(label: str) -> str:
    """A rule's label (`code v2`) by its title; as it is where the code is nobody's any more."""
    code, _blank, version = label.rpartition(" v")
    title = next((rule.title for rule in defaults() if rule.code == code), "")
    return f"{title}第 {version} 版" if title else label


def check_parameters(default: RuleDefault, parameters: dict[str, Any]) -> None:
    """:raises UnableToRevise: a parameter is missing, unknown or of the wrong type"""
    missing, unknown = set(default.schema) - set(parameters), set(parameters) - set(default.schema)
    if missing or unknown:
        names = "、".join(sorted(missing | unknown))
        raise UnableToRevise(f"参数不全或多余：{names}")
    for key, kind in default.schema.items():
        if not isinstance(parameters[key], kind) or isinstance(parameters[key], bool):
            raise UnableToRevise(f"参数 {key} 的类型不对")


@transaction.atomic
def load_defaults() -> int:
    """The paper with its clauses and the first version of each rule; returns rules added."""
    document, _ = PolicyDocument.objects.get_or_create(
        number=paper.NUMBER,
        defaults={"title": paper.TITLE, "issuer": paper.ISSUER, "issued_on": paper.ISSUED_ON,
                  "note": paper.NUMBER_NOTE},
    )  # fmt: skip
    for position, clause in enumerate(paper.clauses()):
        PolicyClause.objects.get_or_create(
            document=document, ref=clause.ref,
            defaults={"heading": clause.heading, "text": clause.text, "position": position,
                      "requirements": clause.requirements},
        )  # fmt: skip
    clauses = dict(document.clauses.values_list("ref", "pk"))
    known = set(RuleSet.objects.values_list("code", flat=True))
    fresh = [rule for rule in defaults() if rule.code not in known]
    for rule in fresh:
        check_parameters(rule, rule.parameters)
    RuleSet.objects.bulk_create(
        RuleSet(
            code=rule.code, version=1, title=rule.title, effective_from=rule.effective_from,
            effective_to=rule.effective_to, clause_id=clauses.get(rule.clause), basis=rule.basis,
            parameters=rule.parameters,
        )
        for rule in fresh
    )  # fmt: skip
    return len(fresh)


@transaction.atomic
def revise(
    *, code: str, parameters: dict[str, Any], effective_from: date, basis: str, by: Actor,
    at: datetime,
) -> RuleSet:  # fmt: skip
    """End the open version the day the new one takes effect; past decisions keep theirs.

    :raises UnableToRevise: wrong parameters, no source, or a date before the open version's
    """
    default = next((rule for rule in defaults() if rule.code == code), None)
    latest = RuleSet.objects.select_for_update().filter(code=code, effective_to=None).first()
    if default is None or latest is None:
        raise UnableToRevise("没有这条规则")
    check_parameters(default, parameters)
    if not basis.strip():
        raise UnableToRevise("请写明依据的文件和条款")
    if effective_from <= latest.effective_from:
        raise UnableToRevise(f"施行日期应晚于现行版本的 {latest.effective_from}")
    latest.effective_to = effective_from
    latest.save(update_fields=["effective_to"])
    fresh = RuleSet.objects.create(
        code=code, version=latest.version + 1, title=latest.title, effective_from=effective_from,
        clause_id=latest.clause_id, basis=basis, parameters=parameters,
    )  # fmt: skip
    kept.changed(kept.RULES)
    record(
        "rules.revised", by=by, at=at, target=fresh,
        changes={"from": latest.parameters, "to": parameters},
    )  # fmt: skip
    return fresh
