"""Exported text that a spreadsheet might run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.safe_cells import is_formula_like, neutralise, safe_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "|cmd",
        "%1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\tx",
        "\rx",
        "\x00=10+10",
        "\t+1+1",
        "\u200b=1",
        "\ufeff\u202e =1",
        "\u3000=1",
        " \u00ad@x",
    ],
)
def test_formula_gets_an_apostrophe(text):
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "王芳", "13812345678", "a=b", "棠浦路988弄6号-1203", "'=1", "（=）"]
)
def test_plain_text_stays(text):
    assert neutralise(text) == text


@given(st.text(max_size=12))
def test_what_leaves_never_starts_a_formula(text):
    assert not is_formula_like(neutralise(text))
    assert neutralise(neutralise(text)) == neutralise(text)


def test_numbers_stay_numbers():
    assert safe_cell(-1.5) == -1.5
    assert safe_cell(None) is None
    assert safe_cell("=1") == "'=1"
