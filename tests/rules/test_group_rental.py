"""Group rental: the worked examples, and that nobody is suspected for want of facts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing.group_rental import Letting, RoomUse, examine, verdict
from portal.rules.defaults import RULES
from residents.kinship import Sleeper, all_linked

pytestmark = pytest.mark.paper("S-77")
LIMITS = next(rule.parameters for rule in RULES if rule.code == "group_rental")


def a_room(area=None, people=0, *, linked=True, label="大间", use="bedroom", by_bed="no"):
    return RoomUse(label, use, None if area is None else Decimal(area), people, linked, by_bed)


def judged(*rooms, **told):
    criteria = examine(Letting(rooms, **told), LIMITS)
    return verdict(criteria), {each.key: each.met for each in criteria}, criteria


# --- the worked examples ------------------------------------------------------------------------


def test_two_strangers_in_nine_square_metres_have_too_little_room():
    state, met, criteria = judged(a_room("9", 2, linked=False))
    assert (state, met["G4"], met["G5"]) == ("suspected", True, False)
    assert "9 m² 住 2 人" in criteria[3].inputs[0]
    assert "人均 4.50 m²" in criteria[3].inputs[0]


def test_a_couple_with_a_child_in_fourteen_is_suspected_by_area_alone():
    state, met, _all = judged(a_room("14", 3, linked=True))
    assert state == "suspected"
    assert met == {"G1": False, "G2": False, "G3": False, "G4": True, "G5": False}


def test_a_family_of_four_in_twenty_is_clear():
    state, met, _all = judged(a_room("20", 4, linked=True))
    assert (state, set(met.values())) == ("clear", {False})


def test_exactly_five_square_metres_each_is_enough():
    assert judged(a_room("10", 2, linked=False))[0] == "clear"
    assert judged(a_room("9.99", 2, linked=False))[0] == "suspected"


def test_three_strangers_in_one_room_are_too_many_whatever_its_size():
    state, met, criteria = judged(a_room("40", 3, linked=False))
    assert (state, met["G4"], met["G5"]) == ("suspected", False, True)
    assert "住 3 人" in criteria[4].inputs[0]


@pytest.mark.parametrize("use", ["kitchen", "bath", "balcony", "storage"])
def test_nobody_sleeps_in_what_is_not_for_living(use):
    lived_in = a_room("12", 1, label="北间", use=use)
    assert judged(a_room("12", 1), lived_in)[1]["G3"] is True
    assert judged(a_room("12", 1), a_room("12", 0, label="北间", use=use))[1]["G3"] is False


def test_a_room_split_off_and_a_bed_let_alone_are_met_by_themselves():
    assert judged(a_room("12", 1), a_room("6", 1, label="隔间", use="partition"))[1]["G2"] is True
    assert judged(a_room("12", 1, by_bed="yes"))[1]["G2"] is True


def test_a_dormitory_is_met_among_homes_and_not_elsewhere():
    home = a_room("30", 2)
    assert judged(home, dormitory=True)[0] == "suspected"
    assert judged(home, dormitory=True, design_use="12")[0] == "clear"


# --- what is not known --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rooms", "told", "key"),
    [
        ((a_room(None, 2),), {}, "G4"),
        ((a_room("30", 3, linked=None),), {}, "G5"),
        ((a_room("30", 2, by_bed=""),), {}, "G2"),
        ((a_room("30", 2),), {"dormitory": None}, "G1"),
        ((a_room("30", 2),), {"unplaced": 1}, "G4"),
        ((a_room("30", 2),), {"unplaced": 1}, "G3"),
        ((), {}, "G4"),
    ],
)
def test_what_is_not_known_suspects_nobody(rooms, told, key):
    state, met, criteria = judged(*rooms, **told)
    assert (state, met[key]) == ("unknown", None)
    assert all(each.inputs for each in criteria)


def test_what_is_known_counts_although_the_rest_is_not():
    assert judged(a_room("9", 2, linked=None, by_bed=""), unplaced=2)[0] == "suspected"


ROOMS = st.lists(
    st.builds(
        RoomUse, st.just("间"), st.sampled_from(["bedroom", "living", "kitchen", "partition"]),
        st.none() | st.decimals("1", "60", places=2), st.integers(0, 6),
        st.sampled_from([True, False, None]), st.sampled_from(["", "yes", "no"]),
    ),
    max_size=5,
)  # fmt: skip


@given(ROOMS, st.integers(0, 4), st.sampled_from([True, False, None]))
def test_only_a_criterion_that_is_met_suspects(rooms, unplaced, dormitory):
    state, met, criteria = judged(*rooms, unplaced=unplaced, dormitory=dormitory)
    assert (state == "suspected") == (True in met.values())
    assert (state == "clear") == (set(met.values()) == {False})
    assert all(each.inputs for each in criteria)


# --- who is linked by duty ----------------------------------------------------------------------


def people(*relations, household="h"):
    return [Sleeper(n, household, relation) for n, relation in enumerate(relations)]


@pytest.mark.parametrize(
    ("relations", "linked"),
    [
        (["02", "12", "20"], True),        # a couple and their son
        (["12", "30"], True),              # mother and daughter, the head in another room
        (["02", "51", "41"], True),        # three generations
        (["02", "12", "56"], True),        # with the wife's mother
        (["02", "20", "38"], True),        # with son and daughter-in-law
        (["02", "56"], None),              # a mother-in-law alone with the head
        (["02", "71"], None),              # brothers: as things stand
        (["02", "97"], None),
        (["02", ""], None),
        (["02", "99"], False),
        (["02", "12", "99"], False),
    ],
)  # fmt: skip
def test_duty_is_read_from_the_relations_of_one_household(relations, linked):
    assert all_linked(people(*relations)) is linked


def test_two_households_are_strangers_but_a_ward_is_not():
    one, other = Sleeper(1, "a", "02"), Sleeper(2, "b", "02")
    assert all_linked([one, other]) is False
    assert all_linked([one, Sleeper(3, "b", "99", guardian=1)]) is True
    assert all_linked([one, Sleeper(4, None, "")]) is None
    assert all_linked([one]) is True
