"""Rows of the catalogue, in Python; what declarations alone decide is drawn once per process.

Paper: S-140.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from django.urls import reverse
from django.utils.safestring import SafeString

from portal.catalogue.record import Grade
from portal.catalogue.registry import key_of
from portal.desk.catalogue.entries import Entry, Field, User, entry_of
from portal.ui import formats
from portal.ui.drawing import fill, fill_each
from portal.ui.words import gettext as _
from portal.ui.words import language

#: Of more users than these only the number is shown; a click opens them.
MOST_SHOWN = 4
_GRADES = {Grade.PERSONAL: " pp-tag-warn", Grade.SENSITIVE: " pp-tag-danger"}
_ENTRY = (
    '<tr data-row data-url="%s"><td class="pp-name"><a class="pp-rowlink" href="%s">%s</a></td>'
    '<td>%s</td><td class="pp-words">%s</td><td class="pp-num">%s</td><td class="pp-num">%s</td>'
    '<td class="pp-words pp-2">%s</td></tr>\n'
)
_FOUND = (
    '<tr><th scope="row" class="pp-name pp-wrap">%s</th><td><a href="%s">%s</a></td>'
    '<td class="pp-words">%s</td><td>%s</td></tr>\n'
)
_FIELD = (
    '<tr><th scope="row" class="pp-name pp-wrap">%s%s</th><td class="pp-words">%s%s%s</td>'
    '<td>%s</td><td>%s</td><td class="pp-wrap pp-13">%s</td><td class="pp-wrap pp-13">%s</td>'
    '<td class="pp-words pp-13%s">%s</td></tr>\n'
)


def entry_rows(entries: Iterable[Entry]) -> SafeString:
    """A row for each record."""
    return SafeString("".join([_entry_row(key_of(each.record), language()) for each in entries]))


@cache
def _entry_row(key: str, _language: str | None) -> SafeString:
    entry = entry_of(key)
    assert entry is not None
    return fill(
        _ENTRY, entry.url, entry.url, entry.title, entry.area, entry.meaning, len(entry.fields),
        entry.personal_count, entry.kept,
    )  # fmt: skip


def found_rows(fields: Iterable[tuple[Entry, Field]]) -> SafeString:
    """A row for each field that a search found, with its record."""
    return fill_each(
        _FOUND,
        (
            (field.title, entry.url, entry.title, field.meaning or field.column.kind, _grade(field))
            for entry, field in fields
        ),
    )


def field_rows(entry: Entry, *, numbers: bool, quality: bool) -> SafeString:
    """A row for each field of a record.

    :param numbers: whether the pages of metrics open to the reader
    :param quality: whether those of rules do
    """
    return _field_rows(key_of(entry.record), numbers, quality, language())


@cache
def _field_rows(key: str, numbers: bool, quality: bool, _language: str | None) -> SafeString:
    entry = entry_of(key)
    assert entry is not None
    return SafeString("".join([_field_row(each, numbers, quality) for each in entry.fields]))


def _field_row(field: Field, numbers: bool, quality: bool) -> SafeString:
    must = fill('<div class="pp-s pp-2">%s</div>', _("必填")) if field.is_required else ""
    meaning = fill("<div>%s</div>", field.meaning) if field.meaning else ""
    edition = f"　{field.edition}" if field.edition else ""
    rules, metrics = reverse("quality:list"), "metrics:definition"
    return fill(
        _FIELD, field.title, must, meaning,
        fill('<div class="pp-s pp-2">%s%s</div>', field.column.kind, edition), _values(field),
        _grade(field), field.entered,
        _users(field.rules, [f"{rules}?rule={each.key}" for each in field.rules if quality]),
        _users(field.metrics, [reverse(metrics, args=[each.key]) for each in field.metrics
                               if numbers]),
        "" if field.files else " pp-2", field.leaves,
    )  # fmt: skip


def _values(field: Field) -> str:
    if not field.values:
        return ""
    said = _("%(n)s 个代码") % {"n": len(field.column.choices)}
    return fill('<details class="pp-13"><summary>%s</summary>%s</details>', said, field.values)


def _grade(field: Field) -> SafeString:
    """How a field is handled."""
    tone = _GRADES.get(field.column.grade, "")
    return fill('<span class="pp-tag%s">%s</span>', tone, field.grade)


def _users(users: Sequence[User], urls: Sequence[str]) -> str:
    """Who reads a field, folded where there are many; as links where their pages open."""
    if not users:
        return formats.DASH
    if urls:
        each = fill_each(
            '<div><a href="%s">%s</a></div>',
            ((url, user.title) for url, user in zip(urls, users, strict=True)),
        )
    else:
        each = fill_each("<div>%s</div>", ((user.title,) for user in users))
    if len(users) <= MOST_SHOWN:
        return each
    said = _("%(n)s 项") % {"n": len(users)}
    return fill("<details><summary>%s</summary>%s</details>", said, each)
