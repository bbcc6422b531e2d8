"""Names: one stored form, honest refusals, pinyin."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.names import MAX_LENGTH, NameProblem, clean_name, pinyin_of


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("王芳", "王芳"),
        ("王 芳", "王芳"),
        ("王\u3000芳", "王芳"),
        ("  王芳\n", "王芳"),
        ("王\u200b芳\ufeff", "王芳"),
        ("𠮷田䶮", "𠮷田䶮"),
        ("葛\U000e0100", "葛"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽･买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽\u0387买买提", "阿依古丽·买买提"),
        ("阿依古丽 . 买买提", "阿依古丽·买买提"),
        ("阿依古丽 ·· 买买提", "阿依古丽·买买提"),
        ("John  Q. Smith", "John Q. Smith"),
        ("ＡＬＥＸ　ＷＡＮＧ", "ALEX WANG"),
        ("O’Neil", "O'Neil"),
        ("Jose\u0301", "José"),
        ("〇一", "〇一"),
    ],
)
def test_name_gets_its_one_stored_form(written, stored):
    assert clean_name(written) == stored


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "missing"),
        (" \u3000\u200b", "missing"),
        ("\ue000田", "private_use"),
        ("王\x00芳", "private_use"),
        ("\x00=10+10", "private_use"),
        ("王\ud800", "private_use"),
        ("王\U000f0001", "private_use"),
        ("王" + chr(0xFFFD), "private_use"),
        ('=HYPERLINK("http://x","点我")', "formula"),
        ("＝王", "formula"),
        ("+王", "formula"),
        ("－王", "formula"),
        ("＠王", "formula"),
        ("\u200b=王", "formula"),
        (" =王", "formula"),
        ("\t王", "formula"),
        ("王芳1", "characters"),
        ("王芳（小名）", "characters"),
        ("...", "characters"),
        ("·王", "dot"),
        ("王" * 51, "length"),
    ],
)
def test_name_is_refused(written, code):
    with pytest.raises(NameProblem) as failure:
        clean_name(written)
    assert failure.value.code == code


def test_refusals_say_how_to_mend():
    with pytest.raises(NameProblem, match="字符为自造字，请改用标准字"):
        clean_name("\ue123")
    with pytest.raises(NameProblem, match="多了 2 字"):
        clean_name("王" * (MAX_LENGTH + 2))


@given(st.text(max_size=60))
def test_stored_name_is_stable_and_holds_no_surprise(written):
    try:
        stored = clean_name(written)
    except NameProblem:
        return
    assert clean_name(stored) == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert 1 <= len(stored) <= MAX_LENGTH
    assert stored[0] not in "=+-@\t"


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("王芳", "wangfang", "wf"),
        ("单田芳", "shantianfang", "stf"),
        ("解晓东", "xiexiaodong", "xxd"),
        ("查良", "zhaliang", "zl"),
        ("曾国", "zengguo", "zg"),
        ("仇英", "qiuying", "qy"),
        ("朴树", "piaoshu", "ps"),
        ("翟明", "zhaiming", "zm"),
        ("区明", "ouming", "om"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("万俟明", "moqiming", "mqm"),
        ("欧阳明", "ouyangming", "oym"),
        ("长孙明", "zhangsunming", "zsm"),
        ("吕布", "lvbu", "lb"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        ("John Smith", "johnsmith", "js"),
        ("José García", "josegarcia", "jg"),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name, full, initials):
    assert pinyin_of(name) == (full, initials)


def test_character_without_reading_is_left_out_of_pinyin():
    assert pinyin_of("𠮷田䶮") == ("tianyan", "ty")
    assert pinyin_of("\U000323af") == ("", "")


@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x323AF), max_size=20))
def test_pinyin_is_lower_case_ascii(name):
    full, initials = pinyin_of(name)
    assert (full + initials).isascii()
    assert (full + initials) == (full + initials).lower()
    assert len(initials) <= len(full)
