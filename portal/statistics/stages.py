"""Who lives in a street and whose hukou is there, by stage of life: for planning services.

Schools, kindergartens and care for the old are planned by where people live, no longer by their
hukou. What may be shown is less than elsewhere: of streets and the district only, and of each all
stages or none. Of those who live there the bands of five years tell already; who has the hukou
there and lives elsewhere (13) nobody else counts by age, so that a shown count of hukou tells of
them as well: at least ten are behind each.

Paper: S-110.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from portal.orgs.scope import DISTRICT_SPAN
from portal.statistics.features import Feature
from portal.statistics.suppression import FEWEST

#: Lowest ages of the stages, bands of five years throughout.
STAGE = Feature(
    "stage", _("年龄段"),
    (("0", _("0–14 岁")), ("15", _("15–59 岁")), ("60", _("60–79 岁")), ("80", _("80 岁及以上"))),
)  # fmt: skip
BOTH, ELSEWHERE = "11", "13"
HUKOU = (BOTH, ELSEWHERE)


def stage_of(age: int) -> str:
    """The stage in which an age lies."""
    return max((code for code in STAGE.codes if int(code) <= age), key=int)


@dataclass
class Hukou:
    """People whose hukou is in a unit, by stage: those who live there, and those who do not."""

    counts: dict[str, dict[str, int]] = field(
        default_factory=lambda: {kind: dict.fromkeys(STAGE.codes, 0) for kind in HUKOU}
    )

    def add(self, category: str, age_from: int, people: int) -> None:
        self.counts[category][stage_of(age_from)] += people

    def __add__(self, other: "Hukou") -> "Hukou":
        return Hukou({
            kind: {stage: mine[stage] + other.counts[kind][stage] for stage in STAGE.codes}
            for kind, mine in self.counts.items()
        })  # fmt: skip

    @property
    def by_stage(self) -> dict[str, int]:
        return {code: sum(self.counts[kind][code] for kind in HUKOU) for code in STAGE.codes}

    @property
    def fewest(self) -> int:
        """The smallest of the counts that could be worked out from what is shown."""
        return min(min(of_kind.values()) for of_kind in self.counts.values())

    @property
    def is_small(self) -> bool:
        return self.fewest < FEWEST


def shown_hukou(streets: Mapping[int, Hukou]) -> dict[int, dict[str, int]]:
    """The counts of streets and of their district that may be shown, by unit and stage.

    The district less its shown streets must not tell of one street alone: beside a hidden one the
    smallest other is hidden, and when all hidden ones together are still few, the district is.
    """
    found: dict[int, dict[str, int]] = {}
    districts: dict[int, dict[int, Hukou]] = defaultdict(dict)
    for code, each in streets.items():
        districts[code // DISTRICT_SPAN * DISTRICT_SPAN][code] = each
    for district, below in districts.items():
        hidden = _hidden(below)
        shown = {code: each for code, each in below.items() if code not in hidden}
        if not hidden or not _together(below[code] for code in hidden).is_small:
            shown[district] = _together(below.values())
        if district in shown and shown[district].is_small:
            del shown[district]
        found |= {code: each.by_stage for code, each in shown.items()}
    return found


def _hidden(below: Mapping[int, Hukou]) -> set[int]:
    hidden = {code for code, each in below.items() if each.is_small}
    others = sorted(below.keys() - hidden, key=lambda code: (below[code].fewest, code))
    if len(hidden) == 1 and others:
        hidden.add(others[0])
    return hidden


def _together(several: Iterable[Hukou]) -> Hukou:
    total = Hukou()
    for each in several:
        total += each
    return total
