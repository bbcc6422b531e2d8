"""The declared tree: its weights, what it may never score, and how totals come from it."""

import copy
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.defaults import RULES
from assessment.ranking import ranks
from assessment.transitions import NEXT_STAGE, Standing, why_not_advance
from assessment.tree import UnusableTree, read_tree

DEFAULT = RULES[0].parameters


def changed(**line):
    """The default tree with its first indicator changed."""
    parameters = copy.deepcopy(DEFAULT)
    parameters["indicators"][0] |= line
    return parameters


@pytest.mark.paper("S-132", "S-125")
def test_the_default_tree_adds_to_100_in_four_families():
    tree = read_tree(DEFAULT)
    assert {family.code: family.weight for family in tree.families} == {
        "A": 45, "B": 35, "C": 10, "D": 10,
    }  # fmt: skip
    assert sum(each.weight for each in tree.indicators) == 100
    assert len(tree.indicators) == 26


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (changed(weight=11), "“信息质量”各指标分值合计为 46，应为 45"),
        (changed(family="Z"), "“信息质量”各指标分值合计为 35"),
        (changed(scoring={"type": "guess"}), "计分办法不在办法表内"),
        (changed(scoring={"type": "linear", "low": 1}), "缺少 high"),
        (changed(metrics=["n20"]), "不得以人口数量计分"),
        (changed(metrics=["actual_population"]), "不得以人口数量计分"),
        (changed(reading="magic"), "取值办法不在办法表内"),
    ],
)
def test_a_tree_that_cannot_be_used_says_why(parameters, words):
    with pytest.raises(UnusableTree, match=words):
        read_tree(parameters)


def test_families_must_add_to_100():
    parameters = copy.deepcopy(DEFAULT)
    parameters["families"][0]["weight"] = 40
    with pytest.raises(UnusableTree, match="各类分值合计为 95，应为 100"):
        read_tree(parameters)


def test_equal_totals_share_a_place_and_no_total_has_none():
    totals = {1: D("90.0"), 2: D("88.5"), 3: D("90.0"), 4: None, 5: D("70.1")}
    assert ranks(totals) == {1: 1, 3: 1, 2: 3, 5: 4, 4: None}


@given(st.dictionaries(st.integers(1, 20), st.none() | st.decimals(0, 100, places=1)))
def test_who_has_more_is_never_placed_lower(totals):
    placed = ranks(totals)
    for one, mine in totals.items():
        for other, theirs in totals.items():
            if mine is not None and theirs is not None and mine > theirs:
                assert placed[one] < placed[other]


def standing(**facts):
    from datetime import date

    return Standing(
        **{"day": date(2026, 12, 5), "is_computed": True, "units": 10, "submitted": 10,
           "self_to": date(2026, 12, 10), "unsettled": 0} | facts
    )  # fmt: skip


def test_stages_go_forward_only_and_through_the_gate():
    from datetime import date

    assert list(NEXT_STAGE.values()).count("open") == 1
    assert why_not_advance("draft", standing(is_computed=False))
    assert not why_not_advance("draft", standing())
    assert "还有 4 个街道（镇）没有提交自评" in why_not_advance("open", standing(submitted=6))
    assert not why_not_advance("open", standing(submitted=6, day=date(2026, 12, 11)))
    assert "还有 3 项没有复核" in why_not_advance("self_assessed", standing(unsettled=3))
    until = date(2026, 12, 8)
    assert "公示至 12-08" in why_not_advance("pre_published", standing(publish_until=until))
    assert not why_not_advance("appeal", standing(appeal_until=date(2026, 12, 4)))
    assert why_not_advance("final", standing()) == "考核已定稿"
