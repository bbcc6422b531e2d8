"""Files that are no ledgers: refused with a sentence, and the next upload works as before."""

import io
import zipfile

import pytest

from portal.exchange.models import ImportBatch
from portal.orgs.acting import acting
from tests.exchange.builders import plate, refusal_of, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plate_files")]

SHEET = "xl/worksheets/sheet1.xml"


def changed(content, changes=(), added=()):
    """A workbook with parts changed or added."""
    source = zipfile.ZipFile(io.BytesIO(content))
    out = io.BytesIO()
    changes, added = dict(changes), dict(added)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            target.writestr(name, changes[name](body) if name in changes else body)
        for name, body in added.items():
            target.writestr(name, body)
    return out.getvalue()


GOOD = workbook([plate(1), plate(2)])
BOMB = changed(GOOD, added={"xl/media/image1.xml": b"<a>" + b" " * 40_000_000})
ENTITIES = changed(
    GOOD,
    {
        SHEET: lambda body: body.replace(
            b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><worksheet', 1
        )
    },
)
MACRO = changed(GOOD, added={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
LINKS = changed(GOOD, added={"xl/externalLinks/externalLink1.xml": b"<a/>"})
TRAVERSAL = changed(GOOD, added={"../../etc/cron.d/x": b"* * * * *"})
FORMULA = changed(
    GOOD,
    {
        SHEET: lambda body: body.replace(
            b"</row></sheetData>", b'<c r="F3"><f>1+1</f></c></row></sheetData>'
        )
    },
)

HOSTILE = {
    "zip bomb": (BOMB, "名单.xlsx", "表格展开后过大"),
    "entity bomb": (ENTITIES, "名单.xlsx", "已损坏或不是 Excel"),
    "macro": (MACRO, "名单.xlsx", "含有宏"),
    "macro by name": (GOOD, "名单.xlsm", "含宏的 .xlsm"),
    "external links": (LINKS, "名单.xlsx", "引用了其他工作簿"),
    "traversal names": (TRAVERSAL, "名单.xlsx", "已损坏或不是 Excel"),
    "formula without result": (FORMULA, "名单.xlsx", "公式还没有算出结果"),
    "old format": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "名单.xls", "旧版 .xls"),
    "password": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "名单.xlsx", "加了密码"),
    "renamed workbook": (GOOD, "名单.csv", "内容不是 CSV 文本"),
    "renamed text": ("路名,号\n梅川路,1\n".encode(), "名单.xlsx", "内容不是 Excel 工作簿"),
    "program": (b"MZ" + b"\0" * 600, "名单.exe", "只能上传 .xlsx 或 .csv"),
    "empty": (b"", "名单.xlsx", "文件是空的"),
    "half a file": (GOOD[: len(GOOD) // 2], "名单.xlsx", "已损坏"),
    "no header": (
        workbook([("甲", "乙", "丙", "丁", "戊")], list("abcde")),
        "名单.xlsx",
        "没有找到表头",
    ),
    "no rows": (workbook([]), "名单.xlsx", "没有数据行"),
    "neither encoding": (b"\xff\xff\xfe\x80,\x81\n", "名单.csv", ""),
    "wide as a street": (
        workbook([], [*"路号弄", *map(str, range(70))]),
        "名单.xlsx",
        "超过 60 列",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_the_next_one_works(wizard, told, what):
    content, name, sentence = HOSTILE[what]
    response = wizard.sends(content, name)
    (event,) = told("exchange.file_refused")
    assert event["result"] == "refused"
    assert event["changes"]["rule"]
    assert response.status_code == 422
    said = refusal_of(response)
    assert sentence in said
    assert said.strip()
    with acting(wizard.scope):
        assert ImportBatch.objects.count() == 0
    assert wizard.imports(GOOD).outcomes == {"create": 2}


def test_a_sheet_that_claims_a_million_rows_is_read_for_what_it_holds(wizard):
    lying = changed(
        GOOD,
        {SHEET: lambda body: body.replace(b'ref="A1:E3"', b'ref="A1:XFD1048576"')},
    )
    assert b"XFD1048576" in zipfile.ZipFile(io.BytesIO(lying)).read(SHEET)
    assert wizard.imports(lying).outcomes == {"create": 2}


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("1\x00", "NUL"),
        ("1\ue000", "private use"),
        ("=cmd|' /C calc'!A0", "formula"),
        ("9" * 10_000, "endless"),
    ],
)
def test_poison_in_a_cell_of_a_text_file_stays_a_refused_row(wizard, cell, name):
    padding = "".join(f"梅川路,{number},\n" for number in range(100, 250))
    text = f"路名,号,弄\n梅川路,{cell},\n{padding}".encode()
    batch = wizard.imports(text, "名单.csv")
    assert batch.outcomes == {"create": 150, "error": 1}


def test_a_lone_surrogate_is_refused_with_its_encoding(wizard):
    text = "路名,号\n梅川路,1\n".encode() + b"\xed\xa0\x80,2\n"
    response = wizard.sends(text, "名单.csv")
    assert response.status_code == 422
    assert refusal_of(response)


def test_a_name_with_folders_in_it_is_only_a_name(wizard, tmp_path):
    batch = wizard.sent(GOOD, "..\\..\\etc\\passwd\x07.xlsx")
    assert "/" not in batch.file_name
    assert "\\" not in batch.file_name
    assert not list(tmp_path.rglob("*passwd*"))


def test_a_request_without_a_file_or_kind_is_told_what_is_missing(wizard):
    assert "还没有选择文件" in wizard.client.post("/imports/", {"kind": "plates"}).content.decode()
    assert wizard.sends(GOOD, kind="nonsense").status_code == 422
