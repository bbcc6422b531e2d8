"""The indicator tree as a rule set declares it, and what makes it usable. Plain Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: What a scoring function needs besides its type.
SCORING_FIELDS: Mapping[str, frozenset[str]] = {
    "linear": frozenset({"low", "high"}),
    "interval_linear": frozenset({"floor", "target"}),
    "band": frozenset({"full", "zero"}),
    "proportion": frozenset(),
    "deduction": frozenset({"per", "points"}),
    "binary": frozenset({"from"}),
    "threshold": frozenset({"steps"}),
}
READINGS = frozenset({"rate", "count", "mean", "sample", "provision"})
#: Context only: scoring these would reward hiding people or driving them away (D-18).
NEVER_SCORED = frozenset(
    {
        "actual_population", "registered_population", "actual_housing", "inversion_ratio",
        "n11", "n12", "n20", "n31", "n32", "n40", "penalties", "cancelled",
    }
)  # fmt: skip
WHOLE = Decimal(100)


class UnusableTree(ValueError):
    """The declared tree cannot be scored with; the sentence says which line is wrong."""


@dataclass(frozen=True)
class Family:
    code: str
    title: str
    weight: Decimal


@dataclass(frozen=True)
class IndicatorRule:
    """One line of the tree. `scoring` holds the function's type and its parameters.

    `formula` says in words what is measured, where no metric of the portal says it.
    """

    code: str
    family: str
    title: str
    weight: Decimal
    metrics: tuple[str, ...]
    reading: str
    scoring: Mapping[str, Any]
    evidence: str
    clause: str
    formula: str = ""


@dataclass(frozen=True)
class Tree:
    families: tuple[Family, ...]
    indicators: tuple[IndicatorRule, ...]
    grades: tuple[tuple[str, Decimal], ...]


def read_tree(parameters: Mapping[str, Any]) -> Tree:
    """The tree of a rule's parameters.

    :raises UnusableTree: weights do not add up, a line names an unknown function, or scores what
        must never be scored
    """
    tree = Tree(
        tuple(
            Family(each["code"], each["title"], Decimal(str(each["weight"])))
            for each in parameters["families"]
        ),
        tuple(_line(each) for each in parameters["indicators"]),
        tuple(
            sorted(
                ((letter, Decimal(str(low))) for letter, low in parameters["grades"].items()),
                key=lambda grade: -grade[1],
            )
        ),
    )
    _check_weights(tree)
    for indicator in tree.indicators:
        _check_line(indicator)
    return tree


def _line(each: Mapping[str, Any]) -> IndicatorRule:
    return IndicatorRule(
        code=each["code"], family=each["family"], title=each["title"],
        weight=Decimal(str(each["weight"])), metrics=tuple(each["metrics"]),
        reading=each["reading"], scoring=each["scoring"], evidence=each["evidence"],
        clause=each["clause"],
        formula=each.get("formula", ""),
    )  # fmt: skip


def _check_weights(tree: Tree) -> None:
    whole = sum((family.weight for family in tree.families), Decimal(0))
    if whole != WHOLE:
        raise UnusableTree(f"各类分值合计为 {whole}，应为 100")
    for family in tree.families:
        own = [each.weight for each in tree.indicators if each.family == family.code]
        if sum(own, Decimal(0)) != family.weight:
            raise UnusableTree(
                f"“{family.title}”各指标分值合计为 {sum(own, Decimal(0))}，应为 {family.weight}"
            )
    known = {family.code for family in tree.families}
    stray = [each.code for each in tree.indicators if each.family not in known]
    if stray:
        raise UnusableTree(f"指标 {'、'.join(stray)} 不属于任何一类")
    if len({each.code for each in tree.indicators}) != len(tree.indicators):
        raise UnusableTree("指标编号重复")


def _check_line(indicator: IndicatorRule) -> None:
    needed = SCORING_FIELDS.get(str(indicator.scoring.get("type")))
    if needed is None:
        raise UnusableTree(f"指标 {indicator.code} 的计分办法不在办法表内")
    missing = needed - set(indicator.scoring)
    if missing:
        raise UnusableTree(f"指标 {indicator.code} 的计分办法缺少 {'、'.join(sorted(missing))}")
    if indicator.reading not in READINGS:
        raise UnusableTree(f"指标 {indicator.code} 的取值办法不在办法表内")
    if indicator.weight <= 0:
        raise UnusableTree(f"指标 {indicator.code} 的分值应大于 0")
    scored = NEVER_SCORED & set(indicator.metrics)
    if scored:
        raise UnusableTree(f"指标 {indicator.code} 不得以人口数量计分")
