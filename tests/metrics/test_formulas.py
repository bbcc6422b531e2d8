"""Every formula, by the worked examples of the domain's catalogue (§4)."""

from decimal import Decimal as D

import pytest

from portal.metrics.figures import Figure, Sheet
from portal.metrics.metric import Kind
from portal.metrics.receipts import Place, Reading, Standards
from portal.metrics.registry import metrics, sources
from portal.rules.services import Rule
from portal.ui.formats import round_half_up
from tests.cast import HOME, NEXT_DOOR, STREET

STANDARDS = Standards({
    "metric_targets": Rule("metric_targets", 1, {"freshness": 92, "completeness": 98}, ""),
    "collector_ratio": Rule("collector_ratio", 1, {"people_per_collector": 1500}, ""),
})  # fmt: skip


@pytest.mark.parametrize("key", [key for key, metric in metrics().items() if metric.example])
def test_the_worked_example_of_the_catalogue_comes_out(key):
    example = metrics()[key].example
    denominator = None if example.denominator is None else D(example.denominator)
    value = metrics()[key].value(D(example.numerator), denominator)
    places = -D(example.value).as_tuple().exponent
    assert round_half_up(value, places) == D(example.value)


def test_the_whole_catalogue_is_defined():
    numbered = {metric.number for metric in metrics().values()}
    assert {f"M-{number:02d}" for number in range(1, 37)} <= numbered


def test_what_the_portal_cannot_count_yet_says_what_it_waits_for():
    for metric in metrics().values():
        assert metric.is_measured or metric.awaits or metric.reason
        if metric.awaits:
            assert not metric.is_measured
            assert metric.why_empty == metric.awaits


@pytest.mark.paper("S-43", "S-46")
def test_a_diverted_street_misses_the_collectors_ratio():
    figure = Figure(metrics()["collector_ratio"], D(96_300), D("63.5"))
    assert round_half_up(figure.value, 1) == D("1516.5")
    assert STANDARDS.lacking_posts(figure) == D("1.5")
    reading = Reading(figure, Place(STREET, own=True), STANDARDS)
    assert reading.is_below
    assert reading.text == "1,517"


def test_committees_share_collectors_by_tenths():
    figure = Figure(metrics()["collector_ratio"], D(991), D("0.2"))
    assert STANDARDS.lacking_posts(figure, whole=False) == D("0.5")
    assert STANDARDS.lacking_posts(figure) == D("0.8")


def test_no_cases_is_no_value():
    figure = Figure(metrics()["freshness"], D(0), D(0))
    assert figure.value is None
    reading = Reading(figure, Place(HOME, own=True), STANDARDS)
    assert reading.text == "—"
    assert not reading.is_below
    assert reading.change == "—"


def test_what_is_empty_says_why():
    def why(key, top, bottom):
        return Reading(
            Figure(metrics()[key], top, bottom), Place(HOME, own=True), STANDARDS
        ).why_empty

    title = metrics()["freshness"].denominator_title
    assert why("freshness", None, None) == "尚未计算"
    assert why("freshness", D(0), D(0)) == f"分母为 0：{title}"
    assert why("inversion_ratio", D(0), D(0)) == "没有户籍人员"


def test_a_rate_of_few_cases_is_shown_and_not_judged():
    def of(top, bottom):
        return Reading(
            Figure(metrics()["freshness"], D(top), D(bottom)), Place(HOME, own=True), STANDARDS
        )

    few, enough = of(20, 29), of(20, 30)
    assert (few.text, few.gap, few.is_below) == ("68.97", "", False)
    assert few.why_unjudged == "数少，不评"
    assert enough.is_below
    assert enough.gap
    assert enough.why_unjudged == of(0, 0).why_unjudged == ""


def test_a_rate_below_its_target_is_never_rounded_up_to_it():
    figure = Figure(metrics()["freshness"], D(91_996), D(100_000))
    reading = Reading(figure, Place(HOME, own=True), STANDARDS)
    assert (reading.text, reading.gap, reading.is_below) == ("91.99", "0.01", True)


def test_parents_sum_their_parts_and_never_average_rates():
    def fresh(top, bottom):
        return {"freshness": Figure(metrics()["freshness"], D(top), D(bottom))}

    sheet = Sheet({HOME: fresh(10, 10), NEXT_DOOR: fresh(0, 90)})
    assert sheet.value("freshness") == 10  # the mean of the two rates would be 50
    assert sheet.value("freshness", HOME) == 100


@pytest.mark.paper("S-69", "S-70")
def test_metrics_without_field_checks_are_defined_and_say_why_they_are_empty():
    for key in ("registration_rate", "accuracy_rate"):
        metric = metrics()[key]
        assert Figure(metric, D(0), D(0)).value is None
        assert str(metric.why_empty) == "近 12 个月没有计入的抽查"


def test_people_are_counted_but_never_judged():
    for metric in metrics().values():
        if metric.kind is Kind.COUNT and metric.unit == "人" and metric.key != "incomplete":
            assert metric.good == "neither"
            assert not metric.target


@pytest.mark.paper("S-140")
def test_each_metric_carries_its_receipt():
    for metric in metrics().values():
        assert metric.formula
        assert metric.number
        assert metric.clause.startswith("三")
        assert metric.kind is Kind.COUNT or metric.denominator is not None


def test_each_source_is_read_once():
    keys = [source.key for source in sources()]
    assert len(keys) == len(set(keys))
