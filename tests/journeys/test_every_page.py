"""Every page that links lead to: readable by everybody, within its policy, no wider than a phone.

With `SCREENSHOTS=folder` (`make screenshots`) each page of each post is also taken down there, and
an index written.
"""

import os
from pathlib import Path

import pytest

from portal.demo import cast
from tests.journeys.gallery import Gallery
from tests.journeys.tour import walk

pytestmark = [pytest.mark.tour, pytest.mark.xdist_group("journey")]
# One person for each post: what a page shows follows the post, not the person.
POSTS = list({player.posts[0][0]: player for player in reversed(cast.PLAYERS)}.values())[::-1]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def gallery():
    """Where pictures go, or nowhere."""
    folder = os.environ.get("SCREENSHOTS")
    taken = Gallery(Path(folder)) if folder else None
    yield taken
    if taken:
        taken.write_index()


@pytest.fixture(scope="module")
def inspected():
    """Views that somebody before has been through; another post's look is not asked again."""
    return set()


@pytest.mark.parametrize("player", POSTS, ids=lambda player: player.posts[0][0])
def test_every_page_can_be_read_by_everybody(desk, gallery, inspected, player):
    seat, faults = desk(player.username), []
    for stop in walk(seat):
        faults += entry_out_of_sight(seat.page, stop)
        if gallery:
            gallery.take(seat.page, stop, player)
        if stop.view not in inspected:
            inspected.add(stop.view)
            faults += [f"{stop.path}: {each}" for each in seat.serious_violations()]
            faults += too_wide_for_a_phone(seat.page, stop)
    assert not faults, "\n".join(faults)


def entry_out_of_sight(page, stop):
    """Where one is stands lit in the navigation, however long that is, on a low screen too."""
    place = page.evaluate(
        "(() => {const entry = document.querySelector('.pp-nav-item.is-active');"
        " const box = entry?.getBoundingClientRect();"
        " const top = box && document.elementFromPoint(box.left + 8, box.top + box.height / 2);"
        " return !box || entry.contains(top)})()"
    )
    return [] if place else [f"{stop.path}: its entry in the navigation is out of sight"]


def too_wide_for_a_phone(page, stop):
    """The page itself never scrolls sideways; tables do so inside their own frame."""
    page.set_viewport_size(PHONE)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.set_viewport_size(DESKTOP)
    return [f"{stop.path}: {wide} px wider than a phone"] if wide > 0 else []
