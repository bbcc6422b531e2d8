"""One field for people and dwellings: what is typed decides what is looked for."""

import pytest

from portal.orgs.acting import acting
from residents.search import search
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def street(cast, clerk):
    """Three people in two buildings; one more of the same name next door."""
    sixth, seventh = home(clerk, "棠浦路988弄6号"), home(clerk, "棠浦路988弄7号")
    register(clerk, sixth[6], name="王建国", document_number=number("19580412", 20, "1"),
             phone="13800000001")  # fmt: skip
    register(clerk, sixth[0], name="王金桂", document_number=number("19850528", 21),
             phone="13800000002")  # fmt: skip
    register(clerk, seventh[6], name="吴建刚", document_number=number("19910304", 22, "1"),
             phone="13800000003")  # fmt: skip
    neighbour = cast.scope("neighbour")
    register(neighbour, home(neighbour, "兰溪路100弄1号")[6], name="王建国",
             document_number=number("19700101", 23, "1"), phone="13800000004")  # fmt: skip
    return sixth


def found(scope, text, at, **more):
    with acting(scope):
        return search(text, by=scope, at=at, **more)


def names(result):
    return sorted(person.name for person in result.people)


def rooms(result):
    return [home.address for home in result.dwellings]


@pytest.mark.parametrize(
    ("text", "read_as", "people"),
    [
        ("王", "姓名", None),
        ("王建", "姓名", ["王建国"]),
        ("wjg", "拼音", ["王建国", "吴建刚", "王金桂"]),
        ("WJ", "拼音", ["吴建刚", "王建国", "王金桂"]),
        ("wangjin", "拼音", ["王金桂"]),
        ("wjg 203", "拼音首字母 + 室号", ["王建国", "吴建刚"]),
        ("王建国203", "姓名 + 室号", ["王建国"]),
        ("13800000003", "手机号", ["吴建刚"]),
        ("138 0000 0002", "手机号", ["王金桂"]),
    ],
)
def test_people_are_found_by_name_letters_and_phone(clerk, street, at, text, read_as, people):
    result = found(clerk, text, at)
    if people is None:
        assert result.read_as == "至少输入 2 个字"
    else:
        assert result.read_as == read_as
        assert names(result) == sorted(people)


def test_a_whole_number_finds_its_one_holder_masked(clerk, street, at):
    whole = number("19580412", 20, "1")
    for text in (whole, f" {whole[:6]} {whole[6:]} ", whole.lower()):
        result = found(clerk, text, at)
        assert names(result) == ["王建国"]
        assert whole not in str(result)


def test_the_last_four_find_a_person_and_a_room(clerk, street, at):
    tail = number("19580412", 20, "1")[-4:]
    result = found(clerk, tail, at)
    assert (result.read_as, names(result)) == ("证件号末四位或室号", ["王建国"])


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("6号203", ["棠浦路988弄6号203室"]),
        ("6#203", ["棠浦路988弄6号203室"]),
        ("6-203", ["棠浦路988弄6号203室"]),
        ("棠浦路988弄7号203室", ["棠浦路988弄7号203室"]),
        ("988弄6号203室", ["棠浦路988弄6号203室"]),
        ("203室", ["棠浦路988弄6号203室", "棠浦路988弄7号203室"]),
        ("310107005001-0006-0203", ["棠浦路988弄6号203室"]),
    ],
)
def test_dwellings_are_found_as_people_write_them(clerk, street, at, text, addresses):
    assert rooms(found(clerk, text, at)) == addresses


def test_no_search_reaches_past_its_scope(cast, clerk, street, at):
    neighbours = number("19700101", 23, "1")
    for text in (neighbours, neighbours[-4:], "13800000004", "兰溪路100弄1号203室"):
        assert not found(clerk, text, at)
    assert len(found(cast.scope("street"), "王建国", at).people) == 2
    assert not found(cast.scope("far_clerk"), "王建国", at)


def test_the_hits_are_capped(clerk, street, at):
    assert len(found(clerk, "988弄6号", at, limit=3).dwellings) == 3


@pytest.mark.parametrize("text", ["", " ", "%%", "''--", "☃☃", "王' OR 1=1"])
def test_odd_words_find_nothing_and_break_nothing(clerk, street, at, text):
    assert not found(clerk, text, at)
