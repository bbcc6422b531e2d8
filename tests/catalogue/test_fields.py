"""Every column of every table is in the catalogue, in words."""

import re

import pytest
from django.apps import apps
from django.db import connection

from portal.catalogue.columns import columns, columns_of
from portal.catalogue.record import Grade
from portal.catalogue.registry import records, title_of
from tests.architecture.source import PACKAGES

pytestmark = pytest.mark.paper("S-140")
MODELS = {
    model._meta.label: model
    for model in apps.get_models()
    if model.__module__.split(".")[0] in PACKAGES and not model._meta.proxy
}
RECORDS = {record.label: record for record in records().values()}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Numbers of people, in whatever form they are kept.
NUMBERS = re.compile(r"(^|_)mask$|^cipher$|^blind_index$|^phone_index$|^id_tail$")


def test_every_table_is_a_record_of_the_catalogue():
    """Whoever adds a table says in its area's `catalogue.py` what it is and how long it is kept."""
    assert sorted(MODELS) == sorted(RECORDS)


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_column_has_a_chinese_name(label):
    """A new column without one fails here: name it on the model, or in `fields` of its record."""
    found = {column.name: column for column in columns_of(RECORDS[label])}
    assert set(found) == {field.attname for field in MODELS[label]._meta.concrete_fields}
    nameless = [name for name, column in found.items() if not CHINESE.search(column.title)]
    assert not nameless


@pytest.mark.parametrize("label", sorted(MODELS))
def test_nothing_is_said_of_a_column_that_is_not_there(label):
    assert not set(RECORDS[label].fields) - {
        field.attname for field in MODELS[label]._meta.concrete_fields
    }


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_record_says_what_it_is_and_how_long_it_is_kept(label):
    record = RECORDS[label]
    assert CHINESE.search(title_of(record))
    assert CHINESE.search(str(record.meaning))
    assert CHINESE.search(str(record.kept))


@pytest.mark.django_db
def test_every_walled_table_is_a_record():
    """The database's own list of walled tables, so that no table can be left out by its model."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relispartition")
        walled = {name for (name,) in cursor.fetchall()}
    known = {MODELS[label]._meta.db_table for label in RECORDS}
    assert walled - known == set()
    assert walled


def test_numbers_of_people_are_of_the_highest_class():
    graded = {
        (label, name): column.grade
        for (label, name), column in columns().items()
        if NUMBERS.search(name) and column.is_personal
    }
    assert graded
    assert set(graded.values()) == {Grade.SENSITIVE}


def test_what_is_personal_is_never_less_than_personal():
    low = [
        key for key, column in columns().items()
        if column.is_personal and column.grade not in (Grade.PERSONAL, Grade.SENSITIVE)
    ]  # fmt: skip
    assert not low


@pytest.mark.parametrize(
    ("label", "name", "title", "edition"),
    [
        ("residents.Resident", "sex", "性别", "GB/T 2261.1-2003"),
        ("residents.Resident", "ethnicity", "民族", "GB/T 3304-1991"),
        ("residents.Residence", "relation", "与户主关系", "GB/T 4761-2008"),
    ],
)
def test_a_coded_column_names_the_edition_of_its_codes(label, name, title, edition):
    column = columns()[label, name]
    assert (column.title, column.codes.edition) == (title, edition)
    assert column.choices
