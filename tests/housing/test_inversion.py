"""Where more newcomers than locals live, the portal suggests the place and nobody in it (S-76)."""

import pytest
from django.urls import reverse

from tests.housing.rectifying import an_area
from tests.metrics.builders import computed, people
from tests.residents.builders import home

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-76")]


def suggested(cast):
    return cast.client("street").get(reverse("housing:areas")).context["inverted"]


def test_a_committee_is_suggested_by_its_number_and_nobody_in_it(cast):
    clerk, next_door = cast.scope("clerk"), cast.scope("neighbour")
    people(clerk, 3)
    people(clerk, 2, start=40, address="棠浦路992弄1号", category="人户一致", reason="")
    people(next_door, 2, start=60, address="棠浦路994弄1号")
    people(next_door, 2, start=80, address="棠浦路996弄1号", category="人户一致", reason="")
    assert suggested(cast) == [], "nothing is suggested before a number is published"
    computed()
    assert suggested(cast) == [("源园居委会", "1.50")], "as many on both sides is no inversion"
    page = cast.client("street").get(reverse("housing:areas")).content.decode()
    assert "王万" not in page, "the page speaks of a place, never of anybody who lives there"


def test_a_committee_that_stands_in_such_an_area_is_not_suggested_again(cast):
    clerk = cast.scope("clerk")
    people(clerk, 3)
    people(clerk, 2, start=40, address="棠浦路992弄1号", category="人户一致", reason="")
    computed()
    dwelling = home(clerk, "棠浦路998弄1号", floors=1, per_floor=1)[0]
    an_area(cast, dwelling, kind="urban_village", name="城中村")
    assert suggested(cast) == [("源园居委会", "1.50")], "another kind of area says nothing of this"
    an_area(cast, dwelling, kind="inversion", name="源园片")
    assert suggested(cast) == []
