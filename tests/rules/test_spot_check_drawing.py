"""The draw: anybody who has frame and seed draws the same sample; the rules of matching."""

from hashlib import sha256
from uuid import UUID

import pytest

from residents.spotchecks import drawing
from residents.spotchecks.drawing import Unit
from residents.spotchecks.matching import Degree, Known, Told, degree_of, liken

pytestmark = [pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]


def a_frame(count=1000):
    """Every fourth dwelling is rented."""
    return [Unit(UUID(int=n), "rented" if n % 4 == 0 else "own") for n in range(count)]


def test_the_draw_can_be_repeated_by_hand():
    frame = a_frame()
    drawn = drawing.draw(frame, {"rented": 25}, "f00d")
    rented = [unit for unit in frame if unit.stratum == "rented"]
    begin = int(sha256(b"f00d/rented").hexdigest(), 16) / 2**256
    assert float(drawing.start("f00d", "rented")) == pytest.approx(begin)
    assert [each.unit for each in drawn] == [rented[int((begin + k) * 10)] for k in range(25)]
    assert {each.weight for each in drawn} == {10.0}


def test_another_seed_draws_others_and_the_same_seed_the_same():
    frame = a_frame()
    first = drawing.draw(frame, {"own": 40, "rented": 30}, "a")
    assert first == drawing.draw(frame, {"own": 40, "rented": 30}, "a")
    assert first != drawing.draw(frame, {"own": 40, "rented": 30}, "b")
    assert len({each.unit.key for each in first}) == 70


def test_every_row_of_a_stratum_has_the_same_chance():
    frame = a_frame(20)
    counts = dict.fromkeys((unit.key for unit in frame), 0)
    for turn in range(2000):
        for each in drawing.draw(frame, {"own": 3, "rented": 2}, str(turn)):
            counts[each.unit.key] += 1
    for unit in frame:
        expected = 2000 * (3 / 15 if unit.stratum == "own" else 2 / 5)
        assert abs(counts[unit.key] - expected) < 0.15 * expected


def test_the_hash_holds_frame_order_and_strata():
    frame = a_frame(50)
    kept = drawing.packed(frame)
    assert drawing.unpacked(kept) == frame
    hashes = {
        drawing.frame_hash(each)
        for each in (frame, frame[::-1], frame[1:], [Unit(frame[0].key, "other"), *frame[1:]])
    }
    assert len(hashes) == 4


def test_rented_dwellings_are_drawn_denser_and_small_strata_at_least_twice():
    sizes = drawing.sizes(a_frame())
    assert sizes == {"own": 750, "rented": 250}
    given = drawing.allocate(sizes | {"other": 3, "none": 0}, 100, {"rented": 2})
    assert given["rented"] / 250 == pytest.approx(2 * given["own"] / 750, rel=0.05)
    assert given["other"] == 2
    assert "none" not in given
    assert drawing.allocate({"own": 10}, 400, {}) == {"own": 10}


HERE = Known("1", "王巧云", "2", 1986, "6620", here=True)


@pytest.mark.parametrize(
    ("told", "degree"),
    [
        (Told("王巧云", "2", 1986), Degree.EXACT),
        (Told("王巧云", "1", None, "6620"), Degree.EXACT),  # the number outweighs the rest
        (Told("王巧云", "2", 1985), Degree.NEAR),
        (Told("王巧云", "2", 1986, "1111"), Degree.NEAR),  # another number: two people judge
        (Told("王俏芸", "2", 1986), Degree.NEAR),
        (Told("王俏云", "1", 1986), Degree.NONE),
        (Told("李强", "1", 1990), Degree.NONE),
        (Told("", "2", 1986), Degree.NONE),
    ],
)
def test_how_alike_two_are(told, degree):
    assert degree_of(told, HERE) is degree


def test_a_namesake_elsewhere_is_no_near_match_by_birth_alone():
    away = Known("2", "王俏芸", "2", 1986, "1234", here=False)
    assert degree_of(Told("王巧云", "2", 1986), away) is Degree.NONE


def test_the_record_at_the_same_dwelling_comes_first():
    elsewhere = Known("2", "王巧云", "2", 1986, "6620", here=False)
    assert liken(Told("王巧云", "2", 1986), [elsewhere, HERE]).known == HERE
    assert liken(Told("李强", "1", 1990), [elsewhere, HERE]).degree is Degree.NONE
