"""Names with numbers in them sort as people count."""

import pytest

from housing.counting import count_key
from housing.estates import LONGEST_KEY, LONGEST_NAME

COUNTED = {
    "villages": [
        "曹杨一村",
        "曹杨二村",
        "曹杨九村",
        "曹杨十村",
        "曹杨十一村",
        "曹杨二十村",
        "曹杨一百〇五村",
    ],
    "digits": ["真光第2小区", "真光第3小区", "真光第10小区"],
    "mixed": ["1号院", "二号院", "3号院", "十号院"],
    "phases": ["万里城一期", "万里城2期", "万里城三期", "万里城十期"],
    "at_the_end": ["东新一", "东新二", "东新十"],
    "after_its_mark": ["第一小区", "第二小区", "第十小区"],
    "sign_by_sign": ["二一村", "二三村", "一〇〇村"],
}  # fmt: skip


@pytest.mark.parametrize("names", COUNTED.values(), ids=COUNTED)
def test_names_sort_as_people_count(names):
    assert sorted(reversed(names), key=count_key) == names


@pytest.mark.parametrize("name", ["三泉公寓", "百花苑", "四季园", "千阳", "棠浦花园", ""])
def test_a_numeral_that_counts_nothing_stays_a_word(name):
    assert count_key(name) == name


def test_the_longest_name_has_a_key_that_fits():
    assert len(count_key("1村" * (LONGEST_NAME // 2))) <= LONGEST_KEY
    assert len(count_key("一村" * (LONGEST_NAME // 2))) <= LONGEST_KEY
