"""The features by which people are counted, and their values (domain §4.6, 5-year age groups)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES
from portal.ui.cells import Text
from residents.categories import POPULATION_CATEGORIES, SEXES
from residents.querysets import ACTUAL_CATEGORIES

BAND = 5
LAST_BAND = 85


@dataclass(frozen=True)
class Feature:
    """One feature: its values in the order in which tables show them."""

    key: str
    title: Text
    values: tuple[tuple[str, Text], ...]
    #: stands for every other code
    unknown: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for code, _title in self.values)

    def place(self, code: str) -> int:
        """Where a code stands among the values.

        :raises ValueError: a code that is none of the values, of a feature that knows no others
        """
        return self.codes.index(code if code in self.codes else self.unknown)

    def title_of(self, code: str) -> str:
        return str(dict(self.values)[code])


def _band(age: int) -> tuple[str, Text]:
    if age == LAST_BAND:
        return str(age), _("85 岁及以上")
    return str(age), f"{age}–{age + BAND - 1}"


AGE = Feature("age", _("年龄段"), tuple(_band(age) for age in range(0, LAST_BAND + 1, BAND)))
CATEGORY = Feature(
    "category", _("人口类别"),
    tuple(each for each in POPULATION_CATEGORIES.entries if each[0] in ACTUAL_CATEGORIES),
)  # fmt: skip
OCCUPANCY = Feature("occupancy", _("居住状态"), tuple(OCCUPANCY_STATUSES.entries), unknown="9")
SEX = Feature(
    "sex", _("性别"),
    (*(each for each in SEXES.entries if each[0] in "12"), ("9", _("不详"))), unknown="9",
)  # fmt: skip
#: In alphabetical order of their keys, as counts name them.
FEATURES: dict[str, Feature] = {each.key: each for each in (AGE, CATEGORY, OCCUPANCY, SEX)}
