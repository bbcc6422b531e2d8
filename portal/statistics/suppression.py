"""Which counts of a month may be shown, so that no small one can be worked out (domain §4.1, §6.4).

What can be asked is one fixed family of counts: for every committee, street and the district, the
people with one value of a feature, or with two values of two features (a box). Whoever asks, by
whatever query, gets the same boxes, and a box is either shown to all or hidden from all. Unit
totals are public.

A box of fewer than ten is hidden. Where a sum is shown, what is hidden of it is at least ten
people together, or nobody: the fewest are hidden with them. Each hidden box that holds somebody
gets a *swap*: a few people, each given another value, so that no shown count changes and the
hidden one does. Boxes that a swap would change are hidden too, the fewest people first. Hence two
registers at least agree with everything that is shown and differ in the hidden count: subtracting
tables, filters, saved queries or units from one another never gives it. (A swap is made of people
who exist: no register with a negative number of people is called upon.)

Hidden zeros have no swap of their own: that nobody is there tells of nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Smaller counts are not shown.
FEWEST = 10
#: Features that one count may be about at most.
CROSSED = 2
COMMITTEE, STREET, DISTRICT = range(3)
#: Committees of a street that a swap with another street is tried from.
TRIED = 3
#: Other committees that are tried first, those with the fewest people in the box.
PARTNERS = 8
#: Never cheaper than hiding people.
IMPOSSIBLE = 1 << 60
Subset = tuple[int, ...]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Swap:
    """People of a unit, and of a partner in the opposite sense, who change the features `changed`.

    :param values: from which value to which, by feature; `kept` the value of every other feature
    """

    cost: int
    unit: int
    partner: int | None
    values: dict[int, tuple[int, int]]
    kept: dict[int, int]


class Shown:
    """The counts of one month and which of them are hidden.

    :param people: by committee and the value of each feature
    :param streets: the place of each committee's street
    """

    def __init__(self, people: Counts, streets: Sequence[int]) -> None:
        self.people = people
        self._some = people > 0
        self.street = np.asarray(streets, dtype=np.int64)
        self._above = {STREET: self.street, DISTRICT: np.zeros_like(self.street)}
        self.features = people.ndim - 1
        self.subsets: list[Subset] = [
            subset
            for size in range(1, CROSSED + 1)
            for subset in combinations(range(self.features), size)
        ]
        self.counts = {subset: self._summed(subset) for subset in self.subsets}
        self.hidden: dict[Subset, list[Flags]] = {
            subset: [level < FEWEST for level in levels] for subset, levels in self.counts.items()
        }
        self._cover()
        #: what it costs to hide a box: its people
        self._price: dict[Subset, list[Counts]] = {
            subset: [
                np.where(hidden, 0, level)
                for hidden, level in zip(self.hidden[subset], levels, strict=True)
            ]
            for subset, levels in self.counts.items()
        }
        self._safe: dict[Subset, list[Flags]] = {
            subset: [np.zeros(level.shape, dtype=bool) for level in levels]
            for subset, levels in self.counts.items()
        }
        for level in (DISTRICT, STREET, COMMITTEE):
            for subset in self.subsets:
                self._protect(subset, level)

    def _summed(self, subset: Subset) -> list[Counts]:
        """The counts of a subset of features by committee, by street and for the district."""
        others = tuple(1 + f for f in range(self.features) if f not in subset)
        committees = self.people.sum(axis=others)
        streets = np.zeros((int(self.street.max(initial=0)) + 1, *committees.shape[1:]), np.int64)
        np.add.at(streets, self.street, committees)
        return [committees, streets, streets.sum(axis=0, keepdims=True)]

    def _cover(self) -> None:
        """Hide more until what is hidden beside a shown sum is nobody, or ten at least."""
        changed = True
        while changed:
            changed = False
            for subset in self.subsets:
                for level, hidden in enumerate(self.hidden[subset]):
                    for axis, above in self._sums(subset, level):
                        changed |= _cover_lines(self.counts[subset][level], hidden, axis, above)
                for level, span in ((COMMITTEE, self.street), (STREET, None)):
                    changed |= self._cover_units(subset, level, span)

    def _sums(self, subset: Subset, level: int) -> Iterator[tuple[int, Flags]]:
        """The axes of a table along which its counts add up, and which of the sums are hidden."""
        for place, feature in enumerate(subset):
            above = tuple(each for each in subset if each != feature)
            units = len(self.counts[subset][level])
            yield 1 + place, self.hidden[above][level] if above else np.zeros(units, bool)

    def _cover_units(self, subset: Subset, level: int, street: NDArray[np.int64] | None) -> bool:
        """The same down the tree: committees of a street, streets of the district."""
        counts, hidden = self.counts[subset][level], self.hidden[subset][level]
        above = self.hidden[subset][level + 1]
        changed = False
        for row in range(len(above)):
            below = np.arange(len(counts)) if street is None else np.flatnonzero(street == row)
            part = hidden[below]
            if _cover_lines(counts[below], part, 0, above[row]):
                hidden[below] = part
                changed = True
        return changed

    def _protect(self, subset: Subset, level: int) -> None:
        small = self.hidden[subset][level] & (self.counts[subset][level] > 0)
        for box in np.argwhere(small).tolist():
            if not self._safe[subset][level][tuple(box)]:
                self._apply(self._cheapest(subset, level, box[0], box[1:]))

    def _cheapest(self, subset: Subset, level: int, unit: int, box: Sequence[int]) -> _Swap:
        """The swap for a box that hides the fewest people beyond those that are hidden."""
        values = dict(zip(subset, box, strict=True))
        best: _Swap | None = None
        for changed, pairs in self._ways(subset, level, unit, values):
            for one, partners in pairs:
                found = self._search(changed, values, one, partners)
                if found and (best is None or found.cost < best.cost):
                    best = found
                if best and best.cost == 0:
                    return best
            if best and best.cost < FEWEST * 3:
                return best
        if best is None:  # one person with another value: always possible
            raise AssertionError("a box with people has no swap")
        return best

    def _ways(
        self, subset: Subset, level: int, unit: int, values: dict[int, int]
    ) -> Iterator[tuple[Subset, list[tuple[int, NDArray[np.int64] | None]]]]:
        """Which features change, and in which units: the ways that touch the fewest boxes first."""
        inside, outside = self._inside(level, unit)
        index: tuple[Any, ...] = (slice(None), *values.values())
        held = self.counts[subset][COMMITTEE][index]
        own = inside[np.argsort(-held[inside], kind="stable")][:TRIED].tolist()
        fewer = [(f,) for f in subset] if len(subset) > 1 else []
        fewest = outside[np.argsort(held[outside], kind="stable")]
        for partners in (fewest[held[fewest] > 0][:PARTNERS], fewest):
            if len(partners):
                for changed in (subset, *fewer):
                    yield changed, [(one, partners) for one in own]
        for changed in (subset, *fewer):
            yield changed, [(one, None) for one in own]

    def _inside(self, level: int, unit: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The committees of a unit, and those it may exchange people with without a trace above."""
        everywhere = np.arange(len(self.street))
        if level == DISTRICT:
            return everywhere, everywhere[:0]
        street = unit if level == STREET else self.street[unit]
        if level == STREET:
            return everywhere[self.street == street], everywhere[self.street != street]
        return np.array([unit]), everywhere[(self.street == street) & (everywhere != unit)]

    def _search(
        self, changed: Subset, values: dict[int, int], unit: int,
        partners: NDArray[np.int64] | None,
    ) -> _Swap | None:  # fmt: skip
        """The cheapest swap of these features; None where there is nobody to change."""
        kept = tuple(f for f in range(self.features) if f not in changed)
        lengths = self.people.shape[1:]
        # the box itself must be among those that change: what it tells of the others stays
        shape = (
            1 if partners is None else len(partners),
            *(1 if f in kept and f in values else lengths[f] for f in range(self.features)),
        )
        corners = list(self._corners(changed, values, unit, partners))
        possible = self._peopled(corners, shape)
        for feature in changed:  # another value must be another
            possible[(slice(None),) * (1 + feature) + (values[feature],)] = False
        # few places are possible where few people live: prices are added up there only
        places = np.unravel_index(np.flatnonzero(possible), shape)
        if not len(places[0]):
            return None
        costs = np.zeros(len(places[0]), np.int64)
        levels = self._levels(unit, partners)
        for subset in self._touched(changed):
            for level in levels:
                for corner in corners:
                    costs += self._price[subset][level][self._box(corner, subset, level, places)]
        first = int(costs.argmin())
        place = [int(at[first]) for at in places]
        return _Swap(
            int(costs[first]), unit, None if partners is None else int(partners[place[0]]),
            values={f: (values[f], place[1 + f]) for f in changed},
            kept={f: values.get(f, place[1 + f]) for f in kept},
        )  # fmt: skip

    def _peopled(self, corners: list["_Corner"], shape: tuple[int, ...]) -> Flags:
        """Where somebody is at all corners that lose, the one way round or the other."""
        ways: list[Any] = [True, True]
        for corner in corners:
            index = (
                slice(corner.fixed[f], corner.fixed[f] + 1) if f in corner.fixed else slice(None)
                for f in range(self.features)
            )
            ways[corner.is_opposite] = ways[corner.is_opposite] & self._some[(corner.units, *index)]
        return np.array(np.broadcast_to(ways[0] | ways[1], shape))

    def _box(
        self, corner: "_Corner", subset: Subset, level: int, places: tuple[Any, ...]
    ) -> tuple[Any, ...]:
        """Which boxes of a table a corner has its people in, by place."""
        units = corner.units if level == COMMITTEE else self._above[level][corner.units]
        return (
            units[places[0]] if len(units) > 1 else units[0],
            *(corner.fixed[f] if f in corner.fixed else places[1 + f] for f in subset),
        )

    def _corners(
        self, changed: Subset, values: dict[int, int], unit: int,
        partners: NDArray[np.int64] | None,
    ) -> Iterator["_Corner"]:  # fmt: skip
        units: list[NDArray[np.int64]] = [np.array([unit])]
        if partners is not None:
            units.append(partners)
        for turned, where in enumerate(units):
            for replaced in product((False, True), repeat=len(changed)):
                others = {f for f, is_other in zip(changed, replaced, strict=True) if is_other}
                fixed = {f: value for f, value in values.items() if f not in others}
                yield _Corner(where, fixed, (sum(replaced) + turned) % 2 == 1)

    def _touched(self, changed: Subset) -> list[Subset]:
        """The subsets whose boxes a change of these features moves people between."""
        return [subset for subset in self.subsets if set(changed) <= set(subset)]

    def _levels(self, unit: int, partners: NDArray[np.int64] | None) -> list[int]:
        """The levels whose boxes do not keep their count: none above units that exchange people."""
        if partners is None:
            return [COMMITTEE, STREET, DISTRICT]
        is_one_street = self.street[partners[0]] == self.street[unit]
        return [COMMITTEE] if is_one_street else [COMMITTEE, STREET]

    def _apply(self, swap: _Swap) -> None:
        changed = tuple(swap.values)
        partner = None if swap.partner is None else np.array([swap.partner])
        levels = self._levels(swap.unit, partner)
        for unit in (swap.unit, *(() if swap.partner is None else (swap.partner,))):
            for chosen in product(*swap.values.values()):
                values = dict(zip(changed, chosen, strict=True)) | swap.kept
                for subset in self._touched(changed):
                    for level in levels:
                        row = (unit, int(self.street[unit]), 0)[level]
                        box = (row, *(values[f] for f in subset))
                        self.hidden[subset][level][box] = True
                        self._price[subset][level][box] = 0
                        self._safe[subset][level][box] = True


def _cover_lines(counts: Counts, hidden: Flags, axis: int, above: Flags) -> bool:
    """Along one axis, hide the fewest people beside a hidden few; whether any were."""
    behind = np.where(hidden, counts, 0).sum(axis=axis)
    open_lines = ~above & (behind > 0) & (behind < FEWEST) & ~hidden.all(axis=axis)
    if not open_lines.any():
        return False
    least = np.where(hidden, IMPOSSIBLE, counts).argmin(axis=axis)
    for line in np.argwhere(open_lines).tolist():
        place = [*line[:axis], int(least[tuple(line)]), *line[axis:]]
        hidden[tuple(place)] = True
    return True


@dataclass(frozen=True)
class _Corner:
    """One group of people of a swap: in these units, with these values of the changed features.

    A feature that is not fixed runs over all values. Opposite groups lose when others gain.
    """

    units: NDArray[np.int64]
    fixed: dict[int, int]
    is_opposite: bool
