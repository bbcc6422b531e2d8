"""The acting post is found by one statement, which says what the models would say."""

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.orgs import posts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["clerk", "street", "analyst"])
def test_the_one_statement_finds_the_posts_and_grants_that_the_models_know(cast, who):
    user = User.objects.get(pk=cast.scope(who).user_id)
    day = timezone.localdate()
    expected = list(posts.held_on(user, day))
    found = posts._held_with_grants(user.pk, day)
    assert expected
    assert [post for post, _ in found] == expected
    for (post, granted), known in zip(found, expected, strict=True):
        assert post.unit.name == known.unit.name
        assert post.unit.parent == known.unit.parent
        assert granted == posts.granted_capabilities(user.pk, known.unit_id)


def test_a_post_that_does_not_stand_on_the_day_is_not_found(cast):
    scope = cast.scope("clerk")
    long_ago = timezone.localdate().replace(year=1990)
    assert posts._held_with_grants(scope.user_id, long_ago) == []
