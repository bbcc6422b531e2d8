"""Code tables: what committees write finds its code, what nobody knows is refused."""

import pytest

from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from portal.exchange.codesets import CodeError, CodeSet
from residents.categories import (
    CODE_SETS,
    ETHNICITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    HouseholdPlace,
    PopulationCategory,
    parse_place,
)
from residents.identity import DocumentKind

SETS = [*CODE_SETS.values(), TENURES, OCCUPANCY_STATUSES, BUILDING_USES]


@pytest.mark.parametrize("code_set", SETS, ids=lambda each: each.key)
def test_every_code_and_title_reads_back(code_set):
    assert code_set.edition
    for code, title in code_set.entries:
        assert code_set.parse(code) == code
        assert code_set.parse(title) == code
        assert code_set.parse(f" {title}\u3000") == code
        assert code_set.parse(f"{code} {title}") == code
        assert code_set.title(code) == title


@pytest.mark.parametrize("code_set", SETS, ids=lambda each: each.key)
def test_unknown_and_missing_words_are_refused(code_set):
    with pytest.raises(CodeError, match=f"{code_set.title_zh}「外星人」不认识"):
        code_set.parse("外星人")
    with pytest.raises(CodeError, match=f"{code_set.title_zh}未填写"):
        code_set.parse(" \u3000")
    assert code_set.find("外星人") is None


def test_a_synonym_for_no_code_is_noticed_when_the_set_is_made():
    with pytest.raises(ValueError, match="do not exist"):
        CodeSet("x", "某", "某版", (("1", "一"),), {"二": "2"})


def test_code_and_title_that_contradict_each_other_are_refused():
    assert POPULATION_CATEGORIES.find("11 来沪人员") is None


@pytest.mark.paper("S-107")
@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("人户一致", 11),
        ("户籍·人户一致", 11),
        ("人在户在", 11),
        ("本市户籍人户分离", 12),
        ("人户分离", 12),
        ("人在户不在", 12),
        ("户在人不在", 13),
        ("空挂户", 13),
        ("来沪人员", 20),
        ("外省市", 20),
        ("流动人口", 20),
        ("港澳台", 31),
        ("境外（港澳台）", 31),
        ("外国人", 32),
        ("外籍人士", 32),
        ("户口待定", 40),
        ("20", 20),
        ("２０", 20),
    ],
)
def test_population_category_is_read(words, category):
    assert PopulationCategory.parse(words) == category


def test_overseas_asks_which_unless_the_document_tells():
    with pytest.raises(CodeError, match="港澳台居民还是外国人"):
        PopulationCategory.parse("境外人员")
    assert PopulationCategory.parse("境外人员", document=DocumentKind.PASSPORT) == 32
    assert PopulationCategory.parse("境外", document=DocumentKind.HMT_RESIDENCE) == 31
    with pytest.raises(CodeError):
        PopulationCategory.parse("本市户籍", document=DocumentKind.PASSPORT)


def test_street_sheet_of_2008_adds_up():
    """The published sheet of one street: absent hukou people are not actual population."""
    counts = {11: 39_000, 12: 25_000, 20: 14_000, 32: 3_800, 13: 21_000}
    actual = sum(n for code, n in counts.items() if PopulationCategory(code).counts_as_actual)
    registered = sum(
        n for code, n in counts.items() if PopulationCategory(code).counts_as_registered
    )
    assert actual == 81_800
    assert registered == 60_000


def test_relations_are_the_whole_standard():
    assert len(RELATIONS.entries) == 84
    assert RELATIONS.title("91") == "堂兄弟、堂姐妹"
    assert RELATIONS.parse("堂兄弟、堂姐妹") == "91"
    assert len(ETHNICITIES.entries) == 58


@pytest.mark.parametrize(
    ("words", "sex", "place"),
    [
        ("户主", None, HouseholdPlace("02", None)),
        ("本人", None, HouseholdPlace("01", None)),
        ("配偶", None, HouseholdPlace("10", None)),
        ("妻子", None, HouseholdPlace("12", None)),
        ("子", None, HouseholdPlace("20", None)),
        ("女", None, HouseholdPlace("30", None)),
        ("子女", "1", HouseholdPlace("20", None)),
        ("子女", "2", HouseholdPlace("30", None)),
        ("父亲", None, HouseholdPlace("51", None)),
        ("母亲", None, HouseholdPlace("52", None)),
        ("承租人", None, HouseholdPlace(None, "T3")),
        ("合租", None, HouseholdPlace("99", "T5")),
        ("住家保姆", None, HouseholdPlace("99", "T8")),
        ("借住", None, HouseholdPlace(None, "T9")),
    ],
)
def test_relation_column_holds_kin_or_tenancy(words, sex, place):
    assert parse_place(words, sex=sex) == place


def test_child_without_sex_is_asked_for():
    with pytest.raises(CodeError, match="子还是女"):
        parse_place("子女")


@pytest.mark.parametrize(
    ("code_set", "words", "code"),
    [
        (CODE_SETS["sex"], "男性", "1"),
        (CODE_SETS["sex"], "f", "2"),
        (ETHNICITIES, "汉", "01"),
        (ETHNICITIES, "维族", "05"),
        (ETHNICITIES, "1", "01"),
        (CODE_SETS["residence_reason"], "随迁", "03"),
        (CODE_SETS["residence_reason"], "打工", "01"),
        (CODE_SETS["deletion_reason"], "搬离", "01"),
        (CODE_SETS["verification_method"], "上门", "V1"),
        (CODE_SETS["verification_method"], "v2", "V2"),
        (TENURES, "售后公房", "2"),
        (TENURES, "公房", "3"),
        (TENURES, "公租房", "6"),
        (OCCUPANCY_STATUSES, "自住", "1"),
        (OCCUPANCY_STATUSES, "群居", "5"),
        (OCCUPANCY_STATUSES, "宿舍", "5"),
        (OCCUPANCY_STATUSES, "空关", "4"),
        (BUILDING_USES, "写字楼", "30"),
    ],
)
def test_words_of_committees_find_their_code(code_set, words, code):
    assert code_set.parse(words) == code
