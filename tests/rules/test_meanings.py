"""What a category says on somebody's page agrees with the counts it stands in."""

import pytest

from residents.categories import PopulationCategory
from residents.meanings import meaning_of

RECEIPT = "凭登记回执在居住地享受服务"


@pytest.mark.paper("S-107", "S-110")
@pytest.mark.parametrize("category", PopulationCategory, ids=lambda each: str(each.value))
def test_every_category_says_the_counts_it_stands_in(category):
    said = meaning_of(str(category.value))
    assert ("，计入户籍人口" in said) == category.counts_as_registered
    assert ("；计入实有人口" in said) == category.counts_as_actual


@pytest.mark.paper("S-109")
def test_only_the_separated_are_told_of_their_receipt():
    told = {each.value for each in PopulationCategory if RECEIPT in meaning_of(str(each.value))}
    assert told == {12, 13}
