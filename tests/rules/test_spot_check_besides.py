"""Since when somebody lives there, and the end of a telephone: read, and held to the register."""

from datetime import date

import pytest

from residents.spotchecks.besides import check_phone, check_since, read_since

pytestmark = pytest.mark.paper("S-70")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2019-05", "2019-05"), ("2019-5", "2019-05"), ("2019.5", "2019-05"),
        ("2019/05", "2019-05"), ("201905", "2019-05"), ("2019年5月", "2019-05"),
        ("２０１９年５月", "2019-05"), (" 2019 年 12 月 ", "2019-12"), ("2019", "2019"),
        ("2019年", "2019"), ("", None), ("　", None),
    ],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it(typed, kept):
    read = read_since(typed)
    assert (read and str(read)) == kept
    if kept:
        assert read_since(kept) == read


@pytest.mark.parametrize(
    "typed", ["2019-13", "2019-00", "201900", "19-05", "五月", "2019-05-12", "20190512", "2019-"]
)
def test_what_is_no_month_is_refused(typed):
    with pytest.raises(ValueError, match=typed):
        read_since(typed)


@pytest.mark.parametrize(
    ("said", "begin", "result"),
    [
        ("2019-05", date(2019, 5, 31), "right"),
        ("2019-05", date(2019, 4, 1), "right"),
        ("2019-05", date(2019, 6, 30), "right"),
        ("2019-05", date(2019, 3, 31), "wrong"),
        ("2019-05", date(2019, 7, 1), "wrong"),
        ("2019-12", date(2020, 1, 31), "right"),
        ("2020-01", date(2019, 12, 1), "right"),
        ("2019-05", date(2018, 5, 1), "wrong"),
        ("2019", date(2019, 12, 31), "right"),
        ("2019", date(2018, 1, 1), "right"),
        ("2019", date(2020, 12, 31), "right"),
        ("2019", date(2017, 12, 31), "wrong"),
        ("2019", date(2021, 1, 1), "wrong"),
        ("", date(2019, 5, 1), "unknown"),
    ],
)
def test_a_month_agrees_with_its_neighbours_and_a_year_with_its_own(said, begin, result):
    assert check_since(said, begin) == result


@pytest.mark.parametrize(
    ("said", "mask", "result"),
    [
        ("2671", "138****2671", "right"),
        ("2672", "138****2671", "wrong"),
        ("2671", "*******671", "right"),
        ("9671", "*******671", "right"),
        ("2672", "*******671", "wrong"),
        ("", "138****2671", "unknown"),
        ("2671", "", "unknown"),
        ("2671", "****", "unknown"),
    ],
)
def test_a_telephone_is_held_to_what_its_mask_leaves_open(said, mask, result):
    assert check_phone(said, mask) == result
