"""Identity numbers: what is understood, what is refused and in which words, what is hidden."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents import identity
from residents.identity import DocumentKind, IdentityError

TODAY = date(2026, 11, 20)


def check(text):
    return identity.check_citizen_id(text, today=TODAY, allow_synthetic=True)


def refused(text, **changes):
    with pytest.raises(IdentityError) as failure:
        identity.check_citizen_id(text, **{"today": TODAY, "allow_synthetic": True, **changes})
    return failure.value


def number_of(birth, sequence="001", region="319999"):
    body = f"{region}{birth:%Y%m%d}{sequence}"
    return body + identity.check_character(body)


@pytest.mark.parametrize(
    ("body", "check_character"),
    [
        ("31999918991231001", "4"),
        ("81000018991231001", "3"),
        ("82000018991231002", "3"),
        ("83000018991231003", "3"),
        ("91115618991231002", "3"),
    ],
)
def test_check_character_follows_mod_11_2(body, check_character):
    assert identity.check_character(body) == check_character


@pytest.mark.parametrize(
    "text",
    [
        "31999919860718049X",
        "31999919860718049x",
        " 319999 19860718 049X ",
        "３１９９９９１９８６０７１８０４９Ｘ",
        "319999\u200b19860718\ufeff049X",
        "319999\u300019860718049x\n",
    ],
)
def test_number_is_read_in_whatever_width_case_and_spacing(text):
    citizen = check(text)
    assert citizen.number == "31999919860718049X"
    assert citizen.birth_date == date(1986, 7, 18)
    assert citizen.sex == "1"
    assert citizen.region_code == "319999"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "missing", "未填写"),
        ("3199991986071804", "length", "证件号应为 18 位，还差 2 位"),
        ("31999919860718049X1", "length", "证件号应为 18 位，多了 1 位"),
        ("31999919860718O49X", "characters", "只能是数字"),
        ("31999919860718049×", "characters", "只能是数字"),
        ("31999919860718049Х", "characters", "只能是数字"),  # Cyrillic
        ("٣١999919860718049X", "characters", "只能是数字"),  # Arabic-Indic digits
        ("31999919900230123X", "birth_date", "2 月没有 30 日"),
        ("319999199902290000", "birth_date", "1999 年 2 月没有 29 日"),
        ("319999199904310000", "birth_date", "4 月没有 31 日"),
        ("319999199913010000", "birth_date", "月份 13 不存在"),
        ("319999199900010000", "birth_date", "月份 00 不存在"),
        ("319999199901000000", "birth_date", "1 月没有 0 日"),
        ("319999179901010000", "birth_year", "过早"),
        ("319999203101010000", "birth_future", "晚于今天"),
        ("319999196107172801", "check_character", "末位校验码不符，请核对证件原件"),
        ("3.1999919860718E+17", "lost_digits", "末几位已丢失"),
        ("3.19999E+17", "lost_digits", "末几位已丢失"),
        ("990101199001010000", "foreign_number", "永久居留"),
        ("810000189912310013", "hmt_number", "居住证"),
        ("720101199001010000", "region", "行政区划代码不存在"),
        ("310399199001010000", "region", "行政区划代码不存在"),
    ],
)
def test_each_failure_has_its_own_words(text, code, words):
    error = refused(text)
    assert error.code == code
    assert words in error.message_zh


def test_synthetic_region_is_refused_outside_demonstration_data():
    error = refused("31999919860718049X", allow_synthetic=False)
    assert (error.code, error.message_zh[:9]) == ("region", "行政区划代码不存在")


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    st.sampled_from("0123456789X"),
)
def test_wrong_check_character_is_refused_without_telling_the_right_one(birth, sequence, last):
    number = number_of(birth, f"{sequence:03}")
    if last == number[17]:
        citizen = check(number)
        assert citizen.birth_date == birth
        assert citizen.sex == ("1" if sequence % 2 else "2")
        return
    error = refused(number[:17] + last)
    assert error.code == "check_character"
    assert number[17] not in error.message_zh


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(birth, place, shift):
    number = number_of(birth)
    wrong = (int(number[place]) + shift) % 10
    with pytest.raises(IdentityError):
        check(number[:place] + str(wrong) + number[place + 1 :])


def test_old_number_of_fifteen_digits_gets_its_century_and_check_character():
    citizen = identity.upgrade_old_number("319999860718049", today=TODAY, allow_synthetic=True)
    assert citizen.number == "31999919860718049X"
    with pytest.raises(IdentityError, match="15 位数字"):
        identity.upgrade_old_number("31999986071804", today=TODAY, allow_synthetic=True)


@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (DocumentKind.HMT_RESIDENCE, "810000189912310013", "810000189912310013"),
        (DocumentKind.FOREIGN_PERMANENT, "911156189912310023", "911156189912310023"),
        (DocumentKind.FOREIGN_PERMANENT, "usa310099010112", "USA310099010112"),
        (DocumentKind.PASSPORT, "e 1234 5678", "E12345678"),
        (DocumentKind.HK_MACAO_TRAVEL, "h12345678", "H12345678"),
        (DocumentKind.HK_MACAO_TRAVEL, "M1234567801", "M1234567801"),
        (DocumentKind.TAIWAN_TRAVEL, "01234567", "01234567"),
        (DocumentKind.BIRTH_CERTIFICATE, "t310123456", "T310123456"),
        (DocumentKind.OFFICER, "军字第123456号", "军字第123456号"),
    ],
)
def test_other_documents_are_taken_in_their_own_form(kind, text, number):
    taken = identity.check_document(kind, text, today=TODAY, allow_synthetic=True)
    assert (taken.kind, taken.number) == (kind, number)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (DocumentKind.HMT_RESIDENCE, "840000189912310013", "820000"),
        (DocumentKind.HMT_RESIDENCE, "810000189912310014", "末位校验码不符"),
        (DocumentKind.FOREIGN_PERMANENT, "811156189912310023", "以 9 开头"),
        (DocumentKind.FOREIGN_PERMANENT, "US1310099010112", "3 位字母加 12 位数字"),
        (DocumentKind.PASSPORT, "E1", "5 至 17 位"),
        (DocumentKind.HK_MACAO_TRAVEL, "X12345678", "H 或 M"),
        (DocumentKind.TAIWAN_TRAVEL, "1234567", "8 位数字"),
        (DocumentKind.PASSPORT, "  ", "未填写"),
    ],
)
def test_other_documents_are_refused_with_their_own_words(kind, text, words):
    with pytest.raises(IdentityError, match=words):
        identity.check_document(kind, text, today=TODAY, allow_synthetic=True)


def test_permit_numbers_tell_sex_and_birth_date():
    taken = identity.check_document(
        DocumentKind.HMT_RESIDENCE, "820000189912310023", today=TODAY, allow_synthetic=False
    )
    assert (taken.sex, taken.birth_date, taken.region_code) == (
        "2",
        date(1899, 12, 31),
        "820000",
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("31999919860718049x", DocumentKind.CITIZEN_ID),
        ("810000189912310013", DocumentKind.HMT_RESIDENCE),
        ("911156189912310023", DocumentKind.FOREIGN_PERMANENT),
        ("USA310099010112", DocumentKind.FOREIGN_PERMANENT),
        ("H12345678", DocumentKind.HK_MACAO_TRAVEL),
        ("12345678", DocumentKind.TAIWAN_TRAVEL),
        ("E12345678", DocumentKind.PASSPORT),
        ("", None),
        ("319999", None),
    ],
)
def test_kind_is_known_from_the_shape_of_the_number(number, kind):
    assert identity.kind_of_number(number) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("居民身份证", DocumentKind.CITIZEN_ID),
        ("身份证", DocumentKind.CITIZEN_ID),
        ("111", DocumentKind.CITIZEN_ID),
        (" 护照 ", DocumentKind.PASSPORT),
        ("台胞证", DocumentKind.TAIWAN_TRAVEL),
    ],
)
def test_kind_of_document_is_read_as_committees_write_it(words, kind):
    assert DocumentKind.parse(words) is kind


def test_every_kind_has_a_title_and_unknown_words_are_refused():
    assert len({title for _, title in DocumentKind.choices()}) == len(DocumentKind)
    with pytest.raises(IdentityError, match="会员卡"):
        DocumentKind.parse("会员卡")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("341299198601015021", "3412**********5021"),
        ("E12345678", "E*****678"),
        ("01234567", "0****567"),
        ("ABCDE", "***DE"),
        ("ABC", "***"),
        ("", ""),
    ],
)
def test_number_is_masked(number, shown):
    assert identity.mask_id(number) == shown


@given(st.text(st.characters(min_codepoint=48, max_codepoint=90), max_size=40))
def test_mask_keeps_the_length_and_hides_the_middle(number):
    shown = identity.mask_id(number)
    assert len(shown) == len(number)
    kept = [place for place, sign in enumerate(shown) if sign != "*"]
    assert len(kept) <= (8 if len(number) == 18 else 4)


def test_phone_birth_and_name_are_masked():
    assert identity.mask_phone("13812342671") == "138****2671"
    assert identity.mask_phone("021-62345678") == "*********678"
    assert identity.mask_phone("110") == "***"
    assert identity.mask_birth(date(1986, 7, 18)) == "1986-**-**"
    assert identity.mask_birth(None) == "—"
    assert [
        identity.mask_name(name) for name in ("王芳", "王小芳", "欧阳修", "John", "王", "")
    ] == [
        "王*",
        "王**",
        "欧阳*",
        "J**",
        "王",
        "",
    ]
    assert identity.tail4("31999919860718049X") == "049X"
    assert identity.tail4("1234") == ""


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(2004, 2, 29), date(2022, 2, 27), 17),
        (date(2004, 2, 29), date(2022, 2, 28), 18),
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2004, 3, 1), date(2022, 2, 28), 17),
        (date(2004, 12, 31), date(2004, 12, 31), 0),
        (date(2005, 1, 1), date(2004, 12, 31), -1),
    ],
)
def test_age_is_counted_in_full_years(birth, day, years):
    assert identity.age_on(birth, day) == years


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 40_000))
def test_age_never_falls_from_one_day_to_the_next(birth, days):
    day = birth + timedelta(days=days)
    assert 0 <= identity.age_on(birth, day + timedelta(days=1)) - identity.age_on(birth, day) <= 1
