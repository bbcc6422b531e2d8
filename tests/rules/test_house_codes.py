"""House codes: schemes, check digits, codes of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing import codes
from housing.codes import HouseCodeError


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("4403030070020300006000002", "3"),
        ("4403030070020300020000017", "1"),
        ("3101070050001002300010001", "4"),
    ],
)
def test_check_digit_follows_mod_11_10(body, digit):
    assert codes.mod11_10(body) == digit
    assert codes.check_house_code(f" {body}{digit} ", codes.JGJT246) == body + digit


@pytest.mark.paper("S-81")
@given(st.text("0123456789", min_size=25, max_size=25), st.integers(0, 25), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(body, place, shift):
    code = body + codes.mod11_10(body)
    wrong = code[:place] + str((int(code[place]) + shift) % 10) + code[place + 1 :]
    with pytest.raises(HouseCodeError, match="末位校验码不符"):
        codes.check_house_code(wrong, codes.JGJT246)


@pytest.mark.parametrize(
    ("text", "scheme", "words"),
    [
        ("", codes.SH_POP, "未填写"),
        ("12", codes.SH_POP, "格式"),
        ("440303007002030000600000", codes.JGJT246, "应为 26 位，还差 2 位"),
        ("4403030070020300006000002X", codes.JGJT246, "格式"),
    ],
)
def test_malformed_code_is_refused(text, scheme, words):
    with pytest.raises(HouseCodeError, match=words):
        codes.check_house_code(text, scheme)


def test_code_with_unknown_completion_date_is_held_to_its_structure():
    code = "310107005" + "20****" + "000001" + "0001" + "4"
    assert codes.check_house_code(code, codes.JGJT246) == code


def test_district_sets_the_municipal_pattern():
    scheme = codes.sh_pop_scheme(r"[0-9]{10}")
    assert codes.check_house_code("１２３４５６７８９０", scheme) == "1234567890"
    with pytest.raises(HouseCodeError):
        codes.check_house_code("12345678901", scheme)


def test_codes_of_our_own():
    assert codes.make_internal_code(310107005012, "6", "1203") == "310107005012-0006-1203"
    assert codes.make_internal_code("310107005012", "6号", "B101室") == "310107005012-0006-B0101"
    assert codes.make_provisional_code(310107005001, 17) == "P-310107005001-000017"
    assert codes.is_provisional("P-310107005001-000017")
    assert not codes.is_provisional("310107005012-0006-1203")
    with pytest.raises(HouseCodeError, match="亭子间"):
        codes.make_internal_code(310107005012, "6", "亭子间")
    with pytest.raises(HouseCodeError, match="12 位"):
        codes.make_internal_code(310107, "6", "101")
    with pytest.raises(ValueError, match="from 1"):
        codes.make_provisional_code(310107005001, 0)


def test_scheme_is_known_from_the_form():
    assert codes.scheme_of("310107005012-0006-1203") is codes.INTERNAL
    assert codes.scheme_of("P-310107005001-000017") is codes.PROVISIONAL
    assert codes.scheme_of("31010700500010023000100014") is codes.JGJT246
    assert codes.scheme_of("SH00012345") is codes.SH_POP
    assert codes.scheme_of("?") is None
