"""A file under several choices of one condition holds its rows once, and nothing beside them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.orgs.acting import acting
from residents.models import Residence
from tests.exports.builders import four_people
from tests.exports.test_lists_of_requests import file_of

pytestmark = pytest.mark.django_db


def test_several_choices_put_no_column_beside_those_of_the_file(cast):
    scope = cast.scope("clerk")
    four_people(scope)
    with acting(scope):
        kinds = set(Residence.objects.in_scope(scope).values_list("category", flat=True))
    query = "&".join(f"category={kind}" for kind in sorted({*kinds, "20", "31"}))
    plain, chosen = file_of(cast, "clerk", "residents"), file_of(cast, "clerk", "residents", query)
    assert len(plain) == 4
    assert chosen == plain


def test_a_list_under_several_choices_is_not_sorted_as_a_whole(cast):
    four_people(cast.scope("clerk"))
    client = cast.client("clerk")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/residents/?category=20&category=31")
    assert page.status_code == 200
    assert not [query["sql"] for query in asked if "DISTINCT" in query["sql"]]
