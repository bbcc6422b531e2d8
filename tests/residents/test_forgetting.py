"""Three years after the answer what somebody asked about themselves is deleted (R9)."""

from datetime import date, timedelta

import pytest

from portal.orgs import posts
from portal.orgs.acting import acting
from residents import services
from residents.models import CorrectionRequest, ResidentAppeal
from tests.cast import DISTRICT
from tests.residents.builders import home, register
from tests.residents.test_appeals import answer, hear
from tests.residents.test_corrections import decide, receive

pytestmark = pytest.mark.django_db
NIGHT = posts.system_scope(DISTRICT, "普陀区")


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


def three_years_before(day):
    return date(day.year - 3, day.month, min(day.day, 28))


def purged(at):
    with acting(NIGHT):
        return services.purge_answered(by=NIGHT, at=at)


def left(model):
    with acting(NIGHT):
        return model.objects.count()


def test_a_delivered_answer_is_kept_three_years_and_no_longer(clerk, at, today, told):
    living = register(clerk, home(clerk)[0])
    row = receive(clerk, living, at)
    decide(clerk, row, at)
    long_ago = three_years_before(today) - timedelta(days=4)
    with acting(clerk):
        own = CorrectionRequest.objects.filter(pk=row.pk)
        own.update(received_on=long_ago)
        assert purged(at) == 0, "not handed over yet, however old"
        own.update(state="delivered", delivered_on=three_years_before(today) + timedelta(days=4))
    assert purged(at) == 0
    with acting(clerk):
        own.update(delivered_on=long_ago)
    assert purged(at) == 1
    assert left(CorrectionRequest) == 0
    (event,) = told("residents.answers_purged")
    assert event["changes"] == {"更正申请": 1, "居民诉求": 0, "住所证明": 0}


def test_an_answered_appeal_goes_and_an_open_one_stays(clerk, at, today, told):
    answered, _waiting = hear(clerk, at), hear(clerk, at)
    answer(clerk, answered, at)
    assert purged(at) == 0
    assert not told("residents.answers_purged")
    with acting(clerk):
        ResidentAppeal.objects.filter(pk=answered.pk).update(
            answered_on=three_years_before(today) - timedelta(days=4)
        )
        ResidentAppeal.objects.exclude(pk=answered.pk).update(received_on=date(2016, 6, 1))
    assert purged(at) == 1
    assert left(ResidentAppeal) == 1
