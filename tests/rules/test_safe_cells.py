"""Exported text that a spreadsheet might run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.safe_cells import disarm, looks_like_formula


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
    assert looks_like_formula(text)
    assert disarm(text).startswith("'")


@pytest.mark.parametrize("text", ["", "王芳", "13812345678", "a=b", "棠浦路988弄6号-1203", "（=）"])
def test_plain_text_stays(text):
    assert disarm(text) == text


@given(st.text(max_size=12))
def test_what_leaves_never_starts_a_formula(text):
    assert disarm(text).lstrip()[:1] not in tuple("=+-@|%＝＋－＠")
