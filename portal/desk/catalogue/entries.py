"""The catalogue as its pages and its file show it: records, fields, and who uses them.

Paper: S-140.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.catalogue.columns import Column, columns
from portal.catalogue.record import AREA_TITLES, GRADE_TITLES, Grade, Record
from portal.catalogue.registry import key_of, records, title_of
from portal.desk.catalogue.uses import Uses, uses
from portal.exchange.exports.kinds import export_kinds
from portal.metrics.registry import metrics
from portal.orgs.roles import ROLES
from portal.quality.registry import quality_rules
from portal.ui.words import language

#: What the database or the frame writes by itself, whoever enters the record.
BY_ITSELF = frozenset({
    "id", "street_id", "version", "created_at", "created_by", "updated_at", "updated_by",
    "key_id", "name_key", "initials", "sort_key", "address_key",
})  # fmt: skip
PERSONAL = (Grade.PERSONAL, Grade.SENSITIVE)


@dataclass(frozen=True)
class User:
    """A metric, a rule or a file that reads a field."""

    key: str
    title: str


@dataclass(frozen=True)
class Field:
    """One field in words."""

    column: Column
    metrics: Sequence[User]
    rules: Sequence[User]
    files: Sequence[str]

    @property
    def title(self) -> str:
        return self.column.title

    @property
    def meaning(self) -> str:
        return self.column.meaning

    @property
    def grade(self) -> str:
        return f"{self.column.grade} {GRADE_TITLES[self.column.grade]}"

    @property
    def is_personal(self) -> bool:
        return self.column.grade in PERSONAL

    @property
    def edition(self) -> str:
        """Which table the codes are of, and that it holds."""
        if self.column.codes is not None:
            return _("%(edition)s，现行") % {"edition": self.column.codes.edition}
        return _("本平台代码，现行") if self.column.choices else ""

    @property
    def values(self) -> str:
        return "、".join(f"{code} {title}" for code, title in self.column.choices)

    @property
    def is_asked(self) -> bool:
        """Whether somebody fills it in."""
        written = self.column.name in BY_ITSELF or not self.column.field.editable
        return bool(self.column.record.by) and not written

    @property
    def entered(self) -> str:
        return _("人工填写") if self.is_asked else _("系统自动")

    @property
    def is_required(self) -> bool:
        """Whether whoever enters the record must fill it in."""
        return self.is_asked and self.column.is_required

    @property
    def leaves(self) -> str:
        """Whether it leaves the portal in lists, and in which."""
        return "、".join(self.files) or _("不随名单导出")

    @cached_property
    def words(self) -> str:
        """What a search looks through, in small letters."""
        used = (user.title for user in (*self.metrics, *self.rules))
        told = (self.title, self.meaning, self.edition, self.values, self.grade, *used)
        return " ".join(told).casefold()


@dataclass(frozen=True)
class Entry:
    """One record in words, with its fields."""

    record: Record
    fields: Sequence[Field]

    @property
    def title(self) -> str:
        return title_of(self.record)

    @cached_property
    def url(self) -> str:
        return reverse("catalogue:record", args=[key_of(self.record)])

    @property
    def area(self) -> str:
        return str(AREA_TITLES[self.record.area])

    @property
    def meaning(self) -> str:
        return str(self.record.meaning)

    @property
    def kept(self) -> str:
        return str(self.record.kept)

    @cached_property
    def personal_count(self) -> int:
        return sum(field.is_personal for field in self.fields)

    @property
    def standing(self) -> str:
        """Its grade under the Data Security Law: important data only as a candidate so far."""
        if self.personal_count:
            return _("按重要数据候选管理，待主管部门认定")
        return _("一般数据")

    @property
    def by(self) -> str:
        """The posts that enter it."""
        wanted = set(self.record.by)
        titles = [
            _(role.title) for role in ROLES.values()
            if not role.service and wanted & role.capabilities
        ]  # fmt: skip
        return "、".join(titles) or _("系统自动生成，没有人填写")

    @cached_property
    def words(self) -> str:
        return f"{self.title} {self.meaning}".casefold()


def entries() -> list[Entry]:
    """Every record of the catalogue."""
    return [_entry(key, language()) for key in records()]


@cache
def _entry(key: str, _language: str | None) -> Entry:
    record, known = records()[key], uses()
    own = [column for (label, _name), column in columns().items() if label == record.label]
    return Entry(record, [_field(column, known) for column in own])


def entry_of(key: str) -> Entry | None:
    """The record of an address's key; None where there is none."""
    return _entry(key, language()) if key in records() else None


def _field(column: Column, known: Uses) -> Field:
    key = (column.record.label, column.name)
    rules, kinds = quality_rules(), export_kinds()
    files: dict[str, list[str]] = {}
    for kind, asked in known.files.get(key, ()):
        title = str(kinds[kind].for_forms()[asked].title)
        files.setdefault(str(kinds[kind].title), []).append(title)
    return Field(
        column,
        [User(each, str(metrics()[each].title)) for each in known.metrics.get(key, ())],
        [User(each, f"{each} {rules[each].title}") for each in known.rules.get(key, ())],
        [f"{title}（{'、'.join(own)}）" for title, own in files.items()],
    )


@dataclass(frozen=True)
class Found:
    """What a search gives: records, and the fields in which the words stand."""

    entries: Sequence[Entry]
    fields: Sequence[tuple[Entry, Field]]


def search(words: str, area: str) -> Found:
    """The records of an area in which each of the words stands, in their own words or a field's."""
    wanted = words.casefold().split()
    inside = [each for each in entries() if not area or each.record.area == area]
    if not wanted:
        return Found(inside, [])
    fields = [
        (entry, field) for entry in inside for field in entry.fields if _holds(field.words, wanted)
    ]
    named = {id(entry) for entry, _field in fields}
    return Found(
        [each for each in inside if id(each) in named or _holds(each.words, wanted)], fields
    )


def _holds(text: str, wanted: Sequence[str]) -> bool:
    return all(word in text for word in wanted)


def as_rows(found: Sequence[Entry]) -> list[list[Any]]:
    """The catalogue's lines for its file: one for each field, with its record's facts."""
    return [
        [
            entry.area, entry.title, field.title, field.meaning, field.column.kind, field.edition,
            field.values, field.grade, _("必填") if field.is_required else "",
            field.entered, entry.by, entry.kept, "、".join(user.title for user in field.rules),
            "、".join(user.title for user in field.metrics), field.leaves,
        ]
        for entry in found for field in entry.fields
    ]  # fmt: skip
