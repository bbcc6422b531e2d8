"""Structure and flow of the population of a unit: context, never scored.

Paper: S-18, S-110.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.statistics.features import AGE, CATEGORY, SEX
from portal.statistics.models import Measure, ShownCount
from portal.statistics.stages import STAGE, stage_of

MEN, WOMEN = SEX.codes[:2]
#: Months of the flow, the latest last.
MONTHS = 13
ROOM = 100


@dataclass(frozen=True)
class Step:
    """An age band of the pyramid: counts of both sexes, and their bars in percent of the room."""

    title: str
    men: int | None
    women: int | None
    longest: int

    @property
    def men_width(self) -> int:
        return self._width(self.men)

    @property
    def men_left(self) -> int:
        """Where the men's bar begins: it grows to the left."""
        return ROOM - self.men_width

    @property
    def women_width(self) -> int:
        return self._width(self.women)

    def _width(self, count: int | None) -> int:
        return round((count or 0) * ROOM / self.longest) if self.longest else 0


@dataclass(frozen=True)
class Movement:
    """A unit or a month: its people, who came and who left; None where a count is hidden."""

    title: str
    people: int | None
    arrived: int | None
    left: int | None
    code: int | None = None


@dataclass(frozen=True)
class Mix:
    """The categories of one unit."""

    title: str
    counts: Sequence[int | None]
    code: int | None = None


@dataclass(frozen=True)
class Needs:
    """A street or the district: who lives there and whose hukou is there, by stage of life.

    :param counts: a pair for each stage; None where a count is hidden
    """

    title: str
    counts: Sequence[tuple[int | None, int | None]]
    code: int


_Box = tuple[int, date, str, tuple[str, str], tuple[str, str]]


class Structure:
    """The counts of one unit and of the units below it that the page shows, read in one query."""

    def __init__(
        self, unit: OrgUnit, parts: Sequence[OrgUnit], known: Sequence[date], month: date, by: Scope
    ) -> None:
        self.unit, self.parts, self.month = unit, parts, month
        self.months = list(reversed([each for each in known if each <= month][:MONTHS]))
        rows = ShownCount.objects.in_scope(by).filter(
            committee_id__in=[unit.pk, *(part.pk for part in parts)], month__in=self.months,
            run__state="published", first__in=["", AGE.key, CATEGORY.key, STAGE.key],
            second__in=["", SEX.key],
        )  # fmt: skip
        self._known: Mapping[_Box, int] = {
            (code, when, measure, (one, value), (two, other)): people
            for code, when, measure, one, value, two, other, people in rows.values_list(
                "committee_id", "month", "measure", "first", "first_value", "second",
                "second_value", "people",
            )
        }  # fmt: skip

    def _count(
        self, measure: str = Measure.PEOPLE, *, code: int | None = None, month: date | None = None,
        first: tuple[str, str] = ("", ""), second: tuple[str, str] = ("", ""),
    ) -> int | None:  # fmt: skip
        place = (code or self.unit.pk, month or self.month, str(measure), first, second)
        return self._known.get(place)

    @cached_property
    def people(self) -> int | None:
        return self._count()

    @cached_property
    def pyramid(self) -> list[Step]:
        """Age bands, the oldest on top."""
        counts = {
            (age, sex): self._count(first=(AGE.key, age), second=(SEX.key, sex))
            for age in AGE.codes
            for sex in (MEN, WOMEN)
        }
        longest = max((count or 0 for count in counts.values()), default=0)
        return [
            Step(AGE.title_of(age), counts[age, MEN], counts[age, WOMEN], longest)
            for age in reversed(AGE.codes)
        ]

    @property
    def categories(self) -> list[str]:
        return [str(title) for _code, title in CATEGORY.values]

    @cached_property
    def mixes(self) -> list[Mix]:
        """The categories of each unit below, and of all together as the last."""
        units = [(part.short_name, part.pk) for part in self.parts]
        return [
            Mix(
                title,
                [self._count(code=code, first=(CATEGORY.key, each)) for each in CATEGORY.codes],
                code,
            )
            for title, code in [*units, (self.unit.short_name, self.unit.pk)]
        ]

    @property
    def stages(self) -> list[str]:
        return [str(title) for _code, title in STAGE.values]

    @cached_property
    def needs(self) -> list[Needs]:
        """Streets, and the district as the last; of a committee nothing is told."""
        units = [unit for unit in (*self.parts, self.unit) if unit.level != "committee"]
        return [
            Needs(
                unit.short_name,
                [(self._living(unit.pk, stage), self._hukou(unit.pk, stage))
                 for stage in STAGE.codes],
                unit.pk,
            )
            for unit in units
        ]  # fmt: skip

    def _living(self, code: int, stage: str) -> int | None:
        """The bands of five years together: no more is told than they tell already."""
        bands = [self._count(code=code, first=(AGE.key, each)) for each in AGE.codes
                 if stage_of(int(each)) == stage]  # fmt: skip
        known = [each for each in bands if each is not None]
        return sum(known) if len(known) == len(bands) else None

    def _hukou(self, code: int, stage: str) -> int | None:
        return self._count(Measure.HUKOU, code=code, first=(STAGE.key, stage))

    @cached_property
    def by_month(self) -> list[Movement]:
        return [self._movement(f"{month:%Y-%m}", month=month) for month in self.months]

    @cached_property
    def by_unit(self) -> list[Movement]:
        return [self._movement(part.short_name, code=part.pk) for part in self.parts]

    def _movement(
        self, title: str, *, code: int | None = None, month: date | None = None
    ) -> Movement:
        people, arrived, left = (
            self._count(measure, code=code, month=month)
            for measure in (Measure.PEOPLE, Measure.ARRIVED, Measure.LEFT)
        )
        return Movement(title, people, arrived, left, code)
