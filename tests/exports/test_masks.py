"""No page and no file gives a whole number to anybody, but for the one door that is for it."""

import re
import zipfile
from io import BytesIO

import pytest
from django.urls import resolve, reverse

from housing.models import DwellingUnit
from portal.orgs.acting import acting
from tests.cast import PEOPLE
from tests.exports.builders import asked, four_people, limits, made, now, said, taken
from tests.isolation import worlds

#: Eleven or eighteen digits that stand alone, not inside a key or a token of the page.
WHOLE = re.compile(r"(?<![0-9A-Za-z-])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z-])")
ONE_OF_EACH = {role: who for who, (_name, role, _unit) in reversed(PEOPLE.items())}


pytestmark = pytest.mark.django_db(databases=["default", "audit"])


@pytest.fixture
def people(cast):
    return four_people(cast.scope("clerk"))


def text_of(response):
    """The answer as a reader sees it; streamed files and the parts of workbooks too."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as package:
            body = b"\n".join(package.read(name) for name in package.namelist())
    return body.decode("utf-8", "replace")


def asks_for(path):
    """The capability that the page asks for; None for pages that are everybody's."""
    return getattr(resolve(path).func, "capability", None)


def test_no_page_of_anybody_holds_a_whole_number(cast, people):
    """The dialog of a reveal is asked for too; its answer alone, posted with a purpose, is not.

    Three kinds of pages are asked for once instead of by every post: those that a post may not
    open, answered before anything is read by the same few words (tests/architecture,
    tests/isolation); those that the clerk of the very committee finds absent, as an episode's key
    where a person's belongs; and those that a colleague of the same unit was shown who may do all
    that this post may, and more.
    """
    person = people[0]
    with acting(cast.scope("clerk")):
        building = DwellingUnit.objects.get(pk=person.dwelling_id).building_id
    ids = {
        "exports": [str(asked(cast.scope("clerk"), query="sex=2").pk)],
        "housing": [str(building), str(person.dwelling_id)],
        "residents": [str(person.resident_id), str(person.pk), str(person.dwelling_id)],
        "todo": [str(person.dwelling_id)],
    }
    paths = [path for path in worlds.paths(ids, []) if "logout" not in path]
    posts = {who: cast.scope(who) for who in ONE_OF_EACH.values()}
    seen, refused, shown = 0, 0, []
    for who in sorted(posts, key=lambda who: (who != "clerk", -len(posts[who].capabilities))):
        browser, scope = cast.client(who), posts[who]
        closed = [path for path in paths if (asks := asks_for(path)) and not scope.may(asks)]
        known = {
            path
            for other, pages in shown
            if other.unit == scope.unit and scope.capabilities <= other.capabilities
            for path in pages
            if asks_for(path)
        }
        personal = [path for path in closed if str(person.pk) in path]
        mine = [path for path in paths if path not in known and path not in closed]
        shown.append((scope, mine))
        for path in [*mine, *(personal or closed)[:1]]:
            response = browser.get(path)
            found = WHOLE.search(text_of(response))
            assert not found, f"{who} {path}: {found}"
            seen += response.status_code == 200
            refused += response.status_code == 403
            if who == "clerk" and response.status_code == 404:
                paths.remove(path)
    assert seen > 100
    assert refused >= len(posts) - 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["residents", "dwellings"])
def test_no_file_holds_a_whole_number(cast, people, kind, form):
    quick = reverse("exports:quick", args=[kind])
    text = text_of(cast.client("clerk").post(quick, {"format": form, "purpose": "月度核对"}))
    assert "源园居委会" in text
    assert not WHOLE.search(text)


def test_two_approvals_do_not_lift_a_mask(cast, people):
    limits(cast.scope("district"), own=1, with_reason=2, one_approval=3)
    export = asked(cast.scope("clerk"))
    said(export, cast.scope("district"))
    said(export, cast.scope("analyst"))
    content = taken(made(now(export)), cast.scope("clerk")).decode("utf-8-sig")
    assert "王巧云" in content
    assert not WHOLE.search(content)
