"""Two people at one issue at the same moment: one of them acts, the other is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.quality import services
from tests.cast import Cast
from tests.quality.builders import again, approved, asked, given, missing_phones
from tests.races import both

pytestmark = pytest.mark.paper("S-68")


def one_of(results):
    """What the one was told who came second."""
    (told,) = [result for result in results if result is not None]
    assert isinstance(told, services.UnableToSettle)
    return str(told)


def test_of_two_who_decide_one_does_and_of_two_who_ask_too(committed):
    cast = Cast.assembled()
    until = timezone.localdate() + timedelta(days=30)
    (issue,) = missing_phones(cast)
    given(cast, issue)
    assert "不能申请无误" in one_of(both(
        lambda: asked(cast, issue, by="clerk"), lambda: asked(cast, issue, by="colleague")
    ))  # fmt: skip
    assert "不能确认无误" in one_of(both(
        lambda: approved(cast, issue, until, by="street"),
        lambda: approved(cast, issue, until, by="staff"),
    ))  # fmt: skip
    assert again(issue).state == "excepted"
