"""Random trees of units that exist in no district: streets and committees with issued codes."""

from dataclasses import dataclass

from hypothesis import strategies as st

from portal.orgs.scope import STREET_SPAN, level_of, parent_of, span_of
from tests.cast import DISTRICT

#: Division codes from here on are given to no street of the district.
FIRST_STREET = DISTRICT + 900 * STREET_SPAN


@dataclass(frozen=True)
class Tree:
    """How many committees each of the invented streets has; a street may have none."""

    committees: tuple[int, ...]

    @property
    def streets(self) -> list[int]:
        return [FIRST_STREET + n * STREET_SPAN for n in range(len(self.committees))]

    @property
    def leaves(self) -> list[int]:
        return [
            street + 1 + n
            for street, count in zip(self.streets, self.committees, strict=True)
            for n in range(count)
        ]

    @property
    def units(self) -> list[int]:
        return [*self.streets, *self.leaves]

    def under(self, unit: int) -> list[int]:
        """`unit` and what lies below it: the oracle of sight, a plain comparison of codes."""
        return [code for code in self.units if unit <= code <= unit + span_of(unit)]

    def outside(self, unit: int) -> list[int]:
        return [code for code in self.units if code not in self.under(unit)]

    def relatives(self, unit: int) -> dict[str, int]:
        """One unit of each relation to `unit`, as far as the tree has it."""
        found = {"own": unit}
        parent = parent_of(unit)
        if parent in self.units or parent == DISTRICT:
            found["parent"] = parent
        for code in self.units:
            if code != unit and parent_of(code) == parent:
                found.setdefault("sibling", code)
            elif parent_of(code) == unit:
                found.setdefault("child", code)
            elif level_of(code) == "committee" and parent_of(code) not in {unit, parent}:
                found.setdefault("far", code)
        return found


def trees() -> st.SearchStrategy[Tree]:
    """Two to four streets of none to four committees, three committees at the least."""
    counts = st.lists(st.integers(0, 4), min_size=2, max_size=4).map(tuple)
    return counts.filter(lambda found: sum(found) >= 3).map(Tree)
