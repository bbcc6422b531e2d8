"""What a closed month keeps of the population: cells of the month's end, and what may be shown.

Paper: S-18, S-110, S-115.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from portal.metrics.models import MetricRun
from portal.orgs.records import new_key
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, level_of, span_of
from portal.rows import insert_values
from portal.statistics.features import BAND, FEATURES, LAST_BAND
from portal.statistics.flows import NOBODY, Flow, flow, shown_flows
from portal.statistics.models import Measure, PopulationCell, ShownCount
from portal.statistics.stages import ELSEWHERE, HUKOU, STAGE, Hukou, shown_hukou
from portal.statistics.suppression import Shown
from residents.models import Residence
from residents.querysets import ACTUAL_CATEGORIES

#: Columns of a cell, in the order of the features' keys.
COLUMNS = {"age": "age_from", "category": "category", "occupancy": "occupancy", "sex": "sex"}
#: One pass over the episodes that touched the month: who lived here at its end, who came, who left;
#: besides them those whose hukou is here and who live elsewhere.
FILL = """
INSERT INTO {cells} (id, committee_id, run_id, month, category, age_from, sex, occupancy,
    people, arrived, "left")
SELECT gen_random_uuid(), committee_id, %(run)s, %(first)s, category,
    least(extract(year FROM age(%(last)s::date, birth_date))::int / {band} * {band}, {oldest}),
    sex, occupancy,
    count(*) FILTER (WHERE end_on IS NULL OR end_on > %(last)s),
    count(*) FILTER (WHERE begin_on >= %(first)s),
    count(*) FILTER (WHERE end_on <= %(last)s)
FROM {episodes}
WHERE status <> 'void'
    AND (is_primary AND category = ANY (%(categories)s) OR category = %(elsewhere)s)
    AND begin_on <= %(last)s AND (end_on IS NULL OR end_on >= %(first)s)
    AND committee_id BETWEEN %(low)s AND %(high)s
GROUP BY 2, 5, 6, 7, 8
"""


def last_day(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@transaction.atomic
def keep(*, run: MetricRun, unit: int) -> int:
    """Keep the cells of the month that a run closes; returns how many.

    Doing it again replaces what an earlier attempt left.
    """
    month = run.as_of.replace(day=1)
    if level_of(run.unit_id) != "district":
        return 0
    PopulationCell.objects.under(unit).filter(run=run).delete()
    statement = FILL.format(
        cells=PopulationCell._meta.db_table, episodes=Residence._meta.db_table, band=BAND,
        oldest=LAST_BAND,
    )  # fmt: skip
    told: dict[str, Any] = {
        "run": run.pk, "first": month, "last": last_day(month), "low": unit,
        "high": unit + span_of(unit), "categories": list(ACTUAL_CATEGORIES),
        "elsewhere": ELSEWHERE,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return int(cursor.rowcount)


@transaction.atomic
def finish(*, run: MetricRun) -> int:
    """Work out from a run's cells which counts may be shown, and keep those; returns how many."""
    month = run.as_of.replace(day=1)
    cells = list(
        PopulationCell.objects.under(run.unit_id)
        .filter(run=run)
        .values_list("committee_id", *COLUMNS.values(), "people", "arrived", "left")
    )
    actual = [cell for cell in cells if cell[CATEGORY_AT] != ELSEWHERE]
    if not actual:
        return 0
    ShownCount.objects.under(run.unit_id).filter(run=run).delete()
    rows = [
        {"id": new_key(), "committee_id": unit, "run_id": run.pk, "month": month, **told}
        for unit, told in (*_population(actual), *_flows(actual), *_hukou(cells))
    ]
    insert_values(ShownCount, rows)
    return len(rows)


Cell = tuple[Any, ...]
#: Where a cell tells its age and its category, behind its committee.
AGE_AT, CATEGORY_AT = (1 + list(COLUMNS).index(key) for key in ("age", "category"))
PEOPLE_AT = 1 + len(COLUMNS)


def _population(cells: list[Cell]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The counts of people of all units that may be shown."""
    committees = sorted({cell[0] for cell in cells})
    streets = sorted({_street(code) for code in committees})
    features = list(FEATURES.values())
    people = np.zeros((len(committees), *(len(f.values) for f in features)), np.int64)
    place = {code: number for number, code in enumerate(committees)}
    for code, *values, count, _arrived, _left in cells:
        at = (f.place(str(value)) for f, value in zip(features, values, strict=True))
        people[(place[code], *at)] += count
    shown = Shown(people, [streets.index(_street(code)) for code in committees])
    levels = (committees, streets, [committees[0] // DISTRICT_SPAN * DISTRICT_SPAN])
    for units, counts in zip(levels, _totals(people, shown.street), strict=True):
        for unit, count in zip(units, counts.tolist(), strict=True):
            yield unit, _count(Measure.PEOPLE, count)
    for subset in shown.subsets:
        for units, counts, hidden in zip(
            levels, shown.counts[subset], shown.hidden[subset], strict=True
        ):
            for unit, *box in np.argwhere(~hidden).tolist():
                told = [
                    (features[f].key, features[f].codes[value])
                    for f, value in zip(subset, box, strict=True)
                ]
                yield units[unit], _count(Measure.PEOPLE, int(counts[(unit, *box)]), *told)


def _totals(people: Any, street: Any) -> tuple[Any, Any, Any]:
    committees = people.reshape(len(people), -1).sum(axis=1)
    streets = np.zeros(int(street.max()) + 1, np.int64)
    np.add.at(streets, street, committees)
    return committees, streets, committees.sum(keepdims=True)


def _flows(cells: list[Cell]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Who came and who left, of the units where both may be shown."""
    flows: dict[int, Flow] = {}
    for code, *_values, arrived, left in cells:
        flows[code] = flows.get(code, NOBODY) + flow(arrived, left)
    for unit, each in shown_flows(flows).items():
        yield unit, _count(Measure.ARRIVED, each.arrived)
        yield unit, _count(Measure.LEFT, each.left)


def _hukou(cells: list[Cell]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Whose hukou is there, by stage of life, of the streets and the district that may be shown."""
    streets: dict[int, Hukou] = {}
    for cell in cells:
        there = streets.setdefault(_street(cell[0]), Hukou())
        if cell[CATEGORY_AT] in HUKOU:
            there.add(cell[CATEGORY_AT], cell[AGE_AT], cell[PEOPLE_AT])
    for unit, by_stage in shown_hukou(streets).items():
        for stage, people in by_stage.items():
            yield unit, _count(Measure.HUKOU, people, (STAGE.key, stage))


def _count(measure: Measure, people: int, *features: tuple[str, str]) -> dict[str, Any]:
    (first, one), (second, other) = (*features, ("", ""), ("", ""))[:2]
    return {
        "measure": str(measure), "people": people, "first": first, "first_value": one,
        "second": second, "second_value": other,
    }  # fmt: skip


def _street(code: int) -> int:
    return code // STREET_SPAN * STREET_SPAN
