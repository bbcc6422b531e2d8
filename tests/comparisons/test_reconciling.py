"""How far lists and register agree (M-35): kept unit by unit, counted when the lists are gone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.exchange.comparisons import services
from portal.exchange.comparisons.models import (
    ComparisonRow,
    ComparisonRun,
    Reconciliation,
    Result,
)
from portal.metrics.figures import current
from portal.metrics.measure import measure
from portal.metrics.metric import Occasion
from portal.metrics.registry import metrics
from portal.orgs.acting import acting
from portal.orgs.posts import system_scope
from portal.orgs.records import new_id
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.comparisons.builders import NAMES, Desk, scenario, told
from tests.metrics.builders import computed
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-115")]
KEYS = ("reconciliation", "reconciled_lists")
SYSTEM = system_scope(DISTRICT, "普陀区")


def everybody():
    """A list on which all three stand as they are registered."""
    return [told(name, number(sequence=place + 2)) for place, name in enumerate(NAMES)]


def a_mixed_list():
    """One as registered, one otherwise, one unknown, one twice, one unreadable; one is missing."""
    return [
        told("王巧云", number(sequence=2)),
        told("万志强", number(sequence=3), 手机="13900000000"),
        told("贾宝山", number(sequence=9)),
        told("王巧云", number(sequence=2)),
        told("", number(sequence=12)),
    ]


def kept(scope, **wanted):
    with acting(scope):
        rows = Reconciliation.objects.in_scope(scope).filter(**wanted).order_by("pk")
        return list(rows.values_list("committee_id", "same", "records"))


def on_another_day(run, day, same, records):
    """As if the same list had been compared on that day too."""
    with acting(SYSTEM):
        again = ComparisonRun.objects.get(pk=run.pk)
        again.pk, again.number = new_id(), f"CP-{day:%Y%m%d}-{same}{records}"
        again.save(force_insert=True)
        Reconciliation.objects.create(
            run=again, committee_id=HOME, partner=run.partner, kind=run.kind, finished_on=day,
            same=same, records=records,
        )  # fmt: skip


def counted(day, *codes, unit=DISTRICT):
    """Equal records, records of the union and comparisons that stand behind, by committee."""
    with acting(SYSTEM):
        found = measure([metrics()[key] for key in KEYS], Occasion(unit, day, {}), codes)
    return {
        code: (int(parts[KEYS[0]].numerator), int(parts[KEYS[0]].denominator),
               int(parts[KEYS[1]].numerator))
        for code, parts in found.items()
    }  # fmt: skip


def test_the_union_holds_each_record_once_and_nothing_unreadable(cast, desk, use, people, today):
    run = desk.compares(use, a_mixed_list())
    assert run.counts == {"same": 1, "differs": 1, "only_there": 1, "only_here": 1, "twice": 1,
                          "bad": 1}  # fmt: skip
    assert kept(cast.scope("clerk")) == [(HOME, 1, 4)]
    assert counted(today, HOME, NEXT_DOOR) == {HOME: (1, 4, 1), NEXT_DOOR: (0, 0, 0)}


def test_each_committee_has_its_own_and_what_no_address_tells_is_the_askers(
    cast, use, people, today
):
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "梅川路18弄3号")[0], name="贾宝山",
             document_number=number(sequence=9))  # fmt: skip
    staff = Desk(cast, "staff")
    staff.compares(use, [
        told("王巧云", number(sequence=2)), told("贾宝山", number(sequence=9)),
        told("赖小军", number(sequence=11)),
    ])  # fmt: skip
    assert sorted(kept(cast.scope("district"))) == [
        (STREET, 0, 1), (HOME, 1, 3), (NEXT_DOOR, 1, 1),
    ]  # fmt: skip
    assert kept(cast.scope("clerk")) == [(HOME, 1, 3)]  # the neighbour's are behind the wall
    found = counted(today, HOME, NEXT_DOOR)
    assert found == {STREET: (0, 1, 1), HOME: (1, 3, 1), NEXT_DOOR: (1, 1, 1)}
    computed()
    with acting(cast.scope("street")):
        figure = current(STREET, "street_id").of("reconciliation", STREET)
    assert (figure.numerator, figure.denominator) == (2, 5)
    assert figure.value == Decimal(40)


def test_who_is_registered_elsewhere_is_of_the_union_of_who_asked(cast, desk, use, people, today):
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "梅川路18弄3号")[0], name="贾宝山",
             document_number=number(sequence=9))  # fmt: skip
    desk.compares(use, [*everybody(), told("贾宝山", number(sequence=9))])
    assert kept(cast.scope("clerk")) == [(HOME, 3, 4)]


def test_our_side_beyond_what_is_listed_is_counted(cast, desk, use, people, monkeypatch):
    monkeypatch.setattr("portal.exchange.comparisons.services.matching.MOST_LISTED", 0)
    run = desk.compares(use, [told("王巧云", number(sequence=2))])
    assert desk.rows(run, result=Result.ONLY_HERE) == []
    assert run.counts["only_here"] == 2
    assert kept(cast.scope("clerk")) == [(HOME, 1, 3)]


def test_the_last_comparison_counts_and_a_past_day_counts_as_it_did(cast, desk, use, people, today):
    run, week = desk.compares(use, everybody()), today - timedelta(days=7)
    on_another_day(run, week, 1, 4)
    assert counted(today, HOME)[HOME] == (3, 3, 1)
    assert counted(today - timedelta(days=1), HOME)[HOME] == (1, 4, 1)
    assert counted(week, HOME)[HOME] == (1, 4, 1)
    assert counted(week - timedelta(days=1), HOME)[HOME] == (0, 0, 0)
    on_another_day(run, week, 2, 5)  # of one day the later one
    assert counted(week, HOME)[HOME] == (2, 5, 1)


def test_another_partner_or_kind_is_added_and_a_year_later_nothing_is_left(
    cast, desk, use, people, today
):
    desk.compares(use, a_mixed_list())
    civil = scenario(cast.scope("district"), title="民政名单核对", partner="civil")
    desk.compares(civil, everybody())
    assert counted(today, HOME)[HOME] == (4, 7, 2)
    assert counted(today + timedelta(days=364), HOME)[HOME] == (4, 7, 2)
    assert counted(today + timedelta(days=365), HOME)[HOME] == (0, 0, 0)


def test_the_number_stays_when_the_partners_rows_are_gone(cast, desk, use, people, today):
    desk.compares(use, a_mixed_list())
    with acting(SYSTEM):
        later = timezone.now() + timedelta(days=31)
        assert services.purge_runs(by=SYSTEM, at=later) == 1
        assert not ComparisonRow.objects.exists()
    assert counted(today, HOME)[HOME] == (1, 4, 1)


def test_nobody_changes_what_was_kept(cast, desk, use, people):
    desk.compares(use, a_mixed_list())
    with acting(cast.scope("clerk")):
        for change in (lambda rows: rows.update(same=4), lambda rows: rows.delete()):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change(Reconciliation.objects.all())


@pytest.mark.parametrize(
    ("who", "rows", "opens"), [("clerk", 1, False), ("staff", 3, True), ("street", 3, False)]
)
def test_the_list_is_as_long_as_the_number(cast, use, people, who, rows, opens):
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "梅川路18弄3号")[0], name="贾宝山",
             document_number=number(sequence=9))  # fmt: skip
    run = Desk(cast, "staff").compares(use, [
        told("王巧云", number(sequence=2)), told("贾宝山", number(sequence=9)),
        told("赖小军", number(sequence=11)),
    ])  # fmt: skip
    page = cast.client(who).get(reverse("comparisons:reconciled"))
    assert page.status_code == 200
    assert page.context["list"].total == rows
    text = page.content.decode()
    assert "人力资源社会保障" in text
    assert "33.33" in text  # of the clerk's committee, one of three
    assert (str(run.pk) in text) is opens  # a committee may not open the street's comparison
