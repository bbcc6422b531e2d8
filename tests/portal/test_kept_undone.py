"""What a request changed and did not commit, seen by the next one: with real transactions."""

import uuid

import pytest
from django.db import transaction

from portal import kept


@transaction.atomic
def refused(subject):
    kept.changed(subject)
    raise ZeroDivisionError


def test_what_a_refused_request_undid_is_kept_again_from_the_next_request_on(committed):
    """Else this process would work the fact out on every page, until some later commit."""
    subject, worked_out = f"unit:{uuid.uuid4()}", []
    key = kept.Key(subject, subject)
    with pytest.raises(ZeroDivisionError):
        refused(subject)
    for _request in range(3):
        kept.begin(key)
        kept.fact(key, lambda: worked_out.append(1))
    assert len(worked_out) == 1
