"""The catalogue on the screen and as a file: every post reads it, nobody's data is in it."""

import csv
import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils.html import escape

from portal.catalogue.columns import columns
from portal.catalogue.registry import key_of, records, title_of
from portal.desk.catalogue.entries import entry_of
from tests.cast import PEOPLE
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]
LIST = "/catalogue/"


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def shown(body):
    """What a reader sees of the page's main part, without tags and addresses."""
    main = body.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<[^>]*>", " ", main)


def test_every_post_reads_it(cast):
    for key in PEOPLE:
        body = text_of(cast.client(key).get(LIST))
        assert "居住段" in body
        assert "信息采集员" in body


def test_every_record_has_its_page_without_a_columns_name(cast):
    client = cast.client("clerk")
    for key, record in records().items():
        body = shown(text_of(client.get(reverse("catalogue:record", args=[key]))))
        assert title_of(record) in body
        own = [column for (label, _), column in columns().items() if label == record.label]
        assert not [column.title for column in own if escape(column.title) not in body]
        # a name of several words is no Chinese one; short ones stand in codes too
        raw = {column.name for column in own if "_" in column.name}
        assert not {name for name in raw if re.search(rf"\b{name}\b", body)}, key


def test_a_record_tells_who_enters_it_how_long_it_is_kept_and_who_reads_its_fields(cast):
    key = key_of(records()["residents-residence"])
    body = text_of(cast.client("street").get(reverse("catalogue:record", args=[key])))
    assert "信息采集员" in body
    assert "系统不自动删除" in body
    assert "GB/T 4761-2008" in body
    assert f"{reverse('metrics:definition', args=['freshness'])}" in body
    assert f"{reverse('quality:list')}?rule=R-140" in body
    assert "实有人口（" in body


def test_links_stand_only_for_those_whom_they_let_in(cast):
    body = text_of(cast.client("auditor").get(LIST + "residents-residence/"))
    assert reverse("metrics:definition", args=["freshness"]) not in body
    assert "鲜活度" in body


def test_a_word_finds_records_and_fields(cast):
    response = cast.client("clerk").get(LIST, {"q": "监护人"})
    fields = [(entry.title, field.title) for entry, field in response.context["fields"]]
    assert ("人员", "监护人") in fields
    assert "人员" in [entry.title for entry in response.context["entries"]]
    assert "审计" not in [entry.area for entry in response.context["entries"]]


def test_words_are_looked_for_together_and_in_codes(cast):
    client = cast.client("clerk")
    found = client.get(LIST, {"q": "GB/T 2261 性别"}).context["fields"]
    assert {field.title for _entry, field in found} == {"性别"}
    assert "没有找到" in text_of(client.get(LIST, {"q": "没有这样的词"}))


def test_an_area_narrows_the_records_and_a_foreign_one_is_told(cast):
    client = cast.client("clerk")
    entries = client.get(LIST, {"area": "permits"}).context["entries"]
    assert {entry.area for entry in entries} == {"居住证"}
    assert client.get(LIST, {"area": "moon"}).context["form"].errors["area"]


def test_what_is_not_there_is_not_found(cast):
    assert cast.client("clerk").get(LIST + "residents-nobody/").status_code == 404


def test_its_file_has_a_line_for_each_field_and_how_to_read_it(cast):
    response = cast.client("clerk").get(reverse("catalogue:file"))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["数据目录", "口径说明"]
    rows = list(book["数据目录"].values)
    assert len(rows) - 3 == len(columns())
    sheet = {row[0]: row[1] for row in book["口径说明"].values if row[0]}
    assert sheet["P3"] == "敏感个人信息"
    assert sheet["来源"] == "由系统自己的声明生成，不含任何登记内容"


def test_its_file_is_what_the_page_shows_also_as_csv(cast):
    response = cast.client("clerk").get(
        reverse("catalogue:file"), {"format": "csv", "area": "staffing", "q": "片区"}
    )
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert "词 片区，采集力量" in lines[1][0]
    assert {line[1] for line in lines[3:]} == {"片区", "片区楼栋"}


def test_nobodys_data_is_in_it(cast):
    scope = cast.scope("clerk")
    register(scope, home(scope)[0], name="石思源", document_number=number())
    client = cast.client("clerk")
    file = client.get(reverse("catalogue:file"), {"format": "csv"}).content.decode()
    assert "石思源" not in file + text_of(client.get(LIST + "residents-resident/"))


@pytest.mark.parametrize("key", ["verifier", "watchman"])
def test_who_does_not_see_rules_takes_no_file(cast, key):
    client = cast.client(key)
    assert client.get(reverse("catalogue:file")).status_code == 403
    assert reverse("catalogue:file") not in text_of(client.get(LIST))


def test_a_second_look_costs_no_query_of_its_own(cast, django_assert_max_num_queries):
    client = cast.client("clerk")
    client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(LIST + "residents-residence/")


def test_many_users_of_a_field_are_folded(cast):
    body = text_of(cast.client("street").get(LIST + "residents-residence/"))
    many = next(field for field in entry_of("residents-residence").fields
                if field.column.name == "category")  # fmt: skip
    assert len(many.rules) > 4
    assert f"<summary>{len(many.rules)} 项</summary>" in body
