"""Pages of spot checks, and the numbers they give: every number opens as many rows as it says."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.metrics.figures import current
from portal.metrics.measure import measure
from portal.metrics.metric import Occasion
from portal.metrics.models import MetricRun, MetricValue
from portal.metrics.registry import metrics
from portal.metrics.services import measure_unit
from portal.orgs.acting import acting
from residents.models import SpotItem, SpotRound
from residents.sampled import METRICS
from tests.cast import DISTRICT, HOME, STREET
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import STRANGER, WANG

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.paper("S-32"),
    pytest.mark.paper("S-69"),
    pytest.mark.paper("S-70"),
]


def body(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def go(client, name, *args, **data):
    response = client.post(reverse(f"residents:{name}", args=args), data)
    assert response.status_code in (302, 422), response.status_code
    return response


def menu_of(response):
    text = response.content.decode()
    begin = text.index('id="nav"')
    return text[begin : text.index("</nav>", begin)]


def test_a_round_through_its_pages(cast, at, today):
    homes = rounds.a_street(cast.scope("clerk"))
    analyst, verifier, clerk = (cast.client(key) for key in ("analyst", "verifier", "clerk"))
    told = {"unit": STREET, "kind": "forward", "as_of": today - timedelta(days=1),
            "field_from": today, "half_width": 5, "share": 90, "met": 80, "wanted": 6}  # fmt: skip
    counted = analyst.post(reverse("residents:plan_spot"), told | {"count": "1"})
    assert "应抽" in body(counted)
    where = go(analyst, "plan_spot", **told)["Location"]
    again = go(analyst, "plan_spot", **told)
    assert again.status_code == 422
    assert "还在进行" in again.content.decode()
    with acting(cast.scope("analyst")):
        key = SpotRound.objects.get().pk
    assert str(key) in where
    go(analyst, "draw_spot", key, seed="2026年第4季度")
    shown = body(analyst.get(where))
    assert "2026年第4季度" in shown
    assert "一致" in shown
    refused = go(analyst, "open_spot", key)
    assert refused.status_code == 422
    (lit,) = re.findall(r'<a[^>]*aria-current="page"[^>]*>.*?</a>', menu_of(refused), re.S)
    assert "抽查核实" in lit
    go(analyst, "open_spot", key, posts=[rounds.post_of(cast.scope("verifier"))])
    _enter_by_phone(verifier, cast.scope("verifier"), homes)
    assert clerk.get(where).status_code == 404
    go(analyst, "close_spot", key)
    go(analyst, "publish_spot", key)
    shown = body(analyst.get(where))
    assert "75.0%" in shown
    assert "不计入指标" in shown
    assert "秦川" in shown
    assert "75.0 %" in body(cast.client("street").get(reverse("residents:spot_rounds")))
    go(analyst, "extend_spot", key, wanted=0)
    go(analyst, "extend_spot", key, wanted=2)
    with acting(cast.scope("analyst")):
        assert set(SpotRound.objects.values_list("state", flat=True)) == {"extended", "planned"}


def _enter_by_phone(client, scope, homes):
    page = body(client.get(reverse("residents:spot_sheet")))
    assert "还要去 6 户" in page
    assert "王巧云" not in page
    assert "抽查表" in body(client.get(reverse("residents:spot_printed")))
    by_home = {item.dwelling_id: item for item in rounds.sheet(scope)}
    for place, dwelling in enumerate(homes):
        item = by_home[dwelling.pk]
        assert "王巧云" not in body(client.get(reverse("residents:spot_visit", args=[item.pk])))
        data = {"version": item.version, "outcome": "vacant" if place > 3 else "lived"}
        if place == 0:
            refused = go(client, "spot_visit", item.pk, **data)
            assert "至少填一人" in refused.content.decode()
        if place < 4:
            seen = WANG if place < 3 else STRANGER
            data |= {"people-0-name": seen.name, "people-0-sex": seen.sex,
                     "people-0-born": seen.born}  # fmt: skip
        assert go(client, "spot_visit", item.pk, **data).status_code == 302
    assert "还要去 0 户" in body(client.get(reverse("residents:spot_sheet")))


def test_nobody_else_opens_a_sheet(cast, at):
    rounds.a_street(cast.scope("clerk"))
    rounds.in_field(cast.scope("analyst"), at, cast.scope("verifier"))
    item = rounds.sheet(cast.scope("verifier"))[0]
    url = reverse("residents:spot_visit", args=[item.pk])
    assert cast.client("staff").get(url).status_code == 404
    assert cast.client("clerk").get(url).status_code == 403
    assert cast.client("verifier").get(reverse("residents:list")).status_code == 403


def test_near_matches_stand_side_by_side(cast, at):
    homes = rounds.a_street(cast.scope("clerk"))
    analyst, verifier = cast.scope("analyst"), cast.scope("verifier")
    row = rounds.in_field(analyst, at, verifier)
    item = next(each for each in rounds.sheet(verifier) if each.dwelling_id == homes[0].pk)
    rounds.enter(verifier, item, at, "lived", rounds.Seen("王俏云", "2", 1987))
    rounds.closed(row, analyst, at)
    (person,) = rounds.people_of(row, analyst)
    url = reverse("residents:spot_round", args=[row.pk])
    shown = body(cast.client("analyst").get(url))
    assert "王俏云" in shown
    assert "王巧云" in shown
    go(cast.client("analyst"), "judge_spot", row.pk, person.pk, same="1")
    assert "等另一人" in body(cast.client("analyst").get(url))
    second = cast.client("district")
    assert "是同一人" in body(second.get(url))
    assert "还有 1 条待两人核对，核对完才能公布" in body(second.get(url))
    go(second, "judge_spot", row.pk, person.pk, same="1")
    assert "核对完才能公布" not in body(second.get(url))


@pytest.fixture
def counted(cast, at, today):
    """A forward and a reverse round that count although they are small."""
    homes = rounds.a_street(cast.scope("clerk"))
    analyst, verifier = cast.scope("analyst"), cast.scope("verifier")
    row = rounds.in_field(analyst, at, verifier)
    for item in rounds.sheet(verifier):
        place = [home.pk for home in homes].index(item.dwelling_id)
        seen = (WANG,) if place < 3 else (STRANGER,) if place == 3 else ()
        rounds.enter(verifier, item, at, "lived" if seen else "vacant", *seen)
    rounds.closed(row, analyst, at)
    rounds.published(row, analyst, at)
    rounds.told_in_reverse(analyst, verifier, at)
    with acting(analyst):
        SpotItem.objects.update(counted_on=today)


def test_each_sampled_number_opens_as_many_rows_as_it_says(cast, counted, today):
    with acting(cast.scope("analyst")):
        found = measure(METRICS, Occasion(DISTRICT, today, {}), [HOME])[HOME]
    rate = found["registration_rate"]
    assert rate.numerator / rate.denominator == Decimal("0.75")
    assert rate.denominator == 4  # of six dwellings that were all drawn
    low, high = rate.bounds
    assert 0 < low < 75 < high < 100
    assert round(found["accuracy_rate"].numerator / found["accuracy_rate"].denominator, 4) == round(
        Decimal(2) / 3, 4
    )
    counts = {
        key: found[key].numerator for key in ("spot_found", "spot_unregistered", "spot_wrong")
    }
    assert counts == {"spot_found": 4, "spot_unregistered": 1, "spot_wrong": 1}
    for key, number in counts.items():
        link = metrics()[key].numerator.link
        page = body(cast.client("clerk").get(f"{reverse(link.view)}?{link.query}&exact=1"))
        assert page.count("<tr data-") == number or page.count("<tr") - 1 == number
        assert not re.search(r"[12],\d{3}", page)  # a year of birth is no quantity


def test_a_unit_closed_in_the_middle_of_the_month_keeps_its_cases_in_the_streets_sum(
    cast, counted, at, today
):
    with acting(cast.scope("analyst")):
        found = measure(METRICS, Occasion(STREET, today, {}), [])
    assert found[HOME]["registration_rate"].denominator == 4


def test_streets_and_the_district_have_intervals_too(cast, counted, at, today):
    with acting(cast.scope("analyst")):
        run = MetricRun.objects.create(kind="preview", unit_id=DISTRICT, as_of=today,
                                       requested_at=at, measured_at=at)  # fmt: skip
        measure_unit(run=run, unit=DISTRICT, at=at)
        MetricRun.objects.update(state="published", published_at=at)
        value = MetricValue.objects.get(metric="registration_rate", committee_id=HOME)
        figure = current(DISTRICT, "street_id").of("registration_rate", STREET)
    assert figure.value == 75
    low, high = figure.bounds
    assert (round(low, 3), round(high, 3)) == (round(value.low, 3), round(value.high, 3))
    assert figure.is_few
