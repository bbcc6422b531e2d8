"""The person's page as of a day: where somebody lived, with whom, and what was known by then."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.orgs.acting import acting
from residents import services
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-09")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def moved(clerk, at):
    """王巧云 lived with 石思源 in 101 from March to October, and in 102 since."""
    first, second = home(clerk)[:2]
    before = register(clerk, first, begin_date="2026-03-01")
    register(
        clerk, first, name="石思源", document_number=number("19980614", 14), relation="合租",
        begin_date="2026-03-01",
    )  # fmt: skip
    with acting(clerk):
        services.move_resident(
            residence_id=before.pk, dwelling_id=second.pk,
            moved_on=(at - timedelta(days=30)).date(),
            version=services.version_of(before.resident, before), by=clerk, at=at,
        )  # fmt: skip
    return before, first, second


def page_of(cast, person, **query):
    url = reverse("residents:person", args=[person.resident_id])
    return text_of(cast.client("clerk").get(url, query))


def now_living(text):
    """The panel of the dwelling, up to the next panel."""
    return text[text.index('id="now"') :].split("</section>")[0]


def test_today_the_page_shows_the_present_home(cast, moved):
    before, _first, second = moved
    text = page_of(cast, before)
    assert second.short_address in now_living(text)
    assert "石思源" not in text
    assert "修改" in text


def test_on_a_past_day_it_shows_that_days_home_and_housemates(cast, moved):
    before, first, _second = moved
    text = page_of(cast, before, on="2026-05-01")
    assert "显示 2026-05-01 的居住情况" in text
    assert first.short_address in now_living(text)
    assert "石思源" in text
    assert "变更居住地" not in text  # nobody writes into the past from here
    assert "离开" not in text[text.index('id="history"') :]


def test_a_day_that_nobody_can_read_is_told_and_today_is_shown(cast, moved):
    before, _first, second = moved
    assert "日期写成" in page_of(cast, before, on="五月")
    early = page_of(cast, before, on="1999-01-01")
    assert "请选 2026-03-01 至" in early
    assert second.short_address in now_living(early)
