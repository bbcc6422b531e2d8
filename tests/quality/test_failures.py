"""A rule that cannot be asked: the others are, and the page says which and since when."""

from dataclasses import replace

import pytest
from django.db.models import F, Func, Q
from django.db.models.lookups import GreaterThan

from portal.orgs.acting import acting
from portal.quality import questions, registry, services
from portal.quality.models import DataQualityIssue
from portal.quality.services import running
from tests.cast import NEXT_DOOR, STREET
from tests.metrics.builders import CLOCK, altered, people

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]


def impossible(_inspection):
    """A condition that PostgreSQL stumbles over: a function that it does not have."""
    return Q(GreaterThan(Func(F("begin_on"), function="no_such_function"), 0))


@pytest.fixture
def broken(monkeypatch):
    """The rule of missing telephones, broken: it shares its pass with many others."""
    rules = dict(registry.quality_rules())
    rules["R-190"] = replace(rules["R-190"], when=impossible)
    for module in (registry, questions, running):
        monkeypatch.setattr(module, "quality_rules", lambda: rules)
    questions.question.cache_clear()
    yield
    questions.question.cache_clear()


def test_the_others_are_asked_and_its_issues_stay_as_they_were(cast, at, broken):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(clerk, episode, reason="", phone_mask="")
    with acting(CLOCK):
        outcome = services.check_unit(unit=CLOCK.unit, by=CLOCK, at=at)
        found = set(DataQualityIssue.objects.open().values_list("rule", flat=True))
    assert outcome.failed == ("R-190",)
    assert "R-191" in found
    assert "R-190" not in found


def test_the_page_says_which_rule_failed_until_it_is_answered_again(cast, at, monkeypatch):
    from portal.quality.models import RuleFailure

    with acting(CLOCK):
        RuleFailure.objects.create(rule="R-190", unit=STREET, failed_at=at)
        RuleFailure.objects.create(rule="R-191", unit=NEXT_DOOR, failed_at=at)
    shown = cast.client("clerk").get("/quality/").content.decode()
    assert "规则 R-190 未登记手机 在" in shown
    assert "以前查出的，不是现在的" in shown
    assert "规则 R-191" not in shown
    with acting(CLOCK):
        services.check_unit(unit=CLOCK.unit, by=CLOCK, at=at)
    assert "未能检查" not in cast.client("clerk").get("/quality/").content.decode()
