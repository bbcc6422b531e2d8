"""Telephone numbers."""

import pytest

from residents.phones import PhoneProblem, normalise_phone


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("13812345678", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 13812345678", "13812345678"),
        ("0086-13812345678", "13812345678"),
        ("021-62345678", "021-62345678"),
        ("021 62345678", "021-62345678"),
        ("(021)62345678", "021-62345678"),
        ("02162345678", "021-62345678"),
        ("0512—87654321", "0512-87654321"),
        ("051287654321", "0512-87654321"),
        ("62345678", "021-62345678"),
    ],
)
def test_number_gets_its_one_stored_form(written, stored):
    assert normalise_phone(written) == stored
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("", "未填写"),
        ("1381234", "手机号应为 11 位，还差 4 位"),
        ("138123456789", "手机号应为 11 位，多了 1 位"),
        ("12812345678", "13 至 19"),
        ("13812345678/13912345678", "一格只填一个号码"),
        ("无", "一格只填一个号码"),
        ("021-123", "区号"),
        ("٠٢١٦٢٣٤٥٦٧٨", "只能有数字"),
    ],
)
def test_number_is_refused_with_what_to_do(written, words):
    with pytest.raises(PhoneProblem, match=words):
        normalise_phone(written)
